"""Frozen copies of releases: packed once, restored under their versions, and nothing else."""

import json
import zipfile
from pathlib import Path

import pytest

from press import frozen

ROOT = Path(__file__).parent.parent


def site(root, version, released=True):
    root.mkdir()
    (root / "index.html").write_text(f"site {version}")
    (root / "book").mkdir()
    (root / "book/page.html").write_text("page")
    told = {"version": version, "released": released}
    (root / frozen.CATALOGUE).write_text(json.dumps(told))
    return root


@pytest.fixture
def archives(tmp_path, monkeypatch):
    """Archives of two releases."""
    (tmp_path / "archives").mkdir()
    monkeypatch.chdir(tmp_path / "archives")
    for version in ("0.1.0", "0.2.0"):
        frozen.pack(site(tmp_path / version, version), version)
    return tmp_path / "archives"


def test_every_release_is_restored_under_its_version(archives, tmp_path):
    newest = site(tmp_path / "site", "0.3.0", released=False)
    assert frozen.restore(archives, newest) == ["0.1.0", "0.2.0"]
    for version in ("0.1.0", "0.2.0"):
        assert (newest / version / "index.html").read_text() == f"site {version}"
        assert (newest / version / "book/page.html").read_text() == "page"
    assert (newest / "index.html").read_text() == "site 0.3.0"


def test_before_the_first_release_there_is_nothing_to_restore(tmp_path):
    (tmp_path / "archives").mkdir()
    assert frozen.restore(tmp_path / "archives", site(tmp_path / "site", "0.1.0")) == []


def test_an_archive_is_the_same_bytes_each_time(archives, tmp_path):
    before = (archives / "site-0.1.0.zip").read_bytes()
    frozen.pack(tmp_path / "0.1.0", "0.1.0")
    assert (archives / "site-0.1.0.zip").read_bytes() == before


def test_a_draft_or_another_version_is_not_packed(tmp_path):
    with pytest.raises(ValueError, match=r"is version 0\.1\.0, not 0\.2\.0: name the tag after it"):
        frozen.pack(site(tmp_path / "one", "0.1.0"), "0.2.0")
    with pytest.raises(ValueError, match=r"is a draft of 0\.1\.0: run"):
        frozen.pack(site(tmp_path / "two", "0.1.0", released=False), "0.1.0")


@pytest.mark.parametrize(
    ("name", "files", "told"),
    [
        ("other.zip", {}, "is no archive of a site"),
        ("site-0.1.0.zip", {"index.html": ""}, "holds no site"),
        ("site-0.1.0.zip", {"index.html": "", "equations.json": '{"version": "0.9.0"}'},
         r"holds the site of version 0\.9\.0"),
        ("site-0.1.0.zip", {"index.html": "", "equations.json": '{"version": "0.1.0"}',
                            "../../evil": ""}, "would be written outside of the site"),
    ],
)  # fmt: skip
def test_what_is_no_site_is_not_restored(tmp_path, name, files, told):
    (tmp_path / "archives").mkdir()
    with zipfile.ZipFile(tmp_path / "archives" / name, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    with pytest.raises(ValueError, match=told):
        frozen.restore(tmp_path / "archives", site(tmp_path / "site", "1.0.0"))
    assert not (tmp_path / "evil").exists() and not (tmp_path / "site/0.1.0").exists()


def test_a_site_is_published_only_at_the_address_that_permalinks_have(tmp_path):
    (tmp_path / "CITATION.cff").write_text("title: x\nurl: https://o.example/book/\n")
    for served in ("https://o.example/book", "http://o.example/book/"):
        assert frozen.address(served, tmp_path) == "https://o.example/book/"
    with pytest.raises(ValueError, match=r"is served at https://p\.example: change url"):
        frozen.address("https://p.example", tmp_path)


def test_it_runs_where_nothing_is_installed():
    source = (ROOT / "src/press/frozen.py").read_text("utf-8")
    imports = [
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    ]
    assert set(imports) == {"json", "re", "sys", "zipfile", "pathlib"}
    for path in (ROOT / ".github/workflows").iterdir():
        for line in path.read_text("utf-8").splitlines():
            if "frozen.py" in line:
                assert "python3 src/press/frozen.py" in line

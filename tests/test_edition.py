"""One file says which book this is: it is valid, and what is wrong in it is said with its line."""

import subprocess
from pathlib import Path

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for
from ruamel.yaml import YAML

from equation_cards.edition import commit, edition, plain
from small_book import IDENTITY, identify, write

ROOT = Path(__file__).parent.parent


def said(root, text):
    """What is said of a file of citation."""
    identify(write(root, "# Page\n"))
    (root / "CITATION.cff").write_text(text, encoding="utf-8")
    edition.cache_clear()
    with pytest.raises(ValueError) as caught:
        edition(root)
    return str(caught.value)


def schema_errors(name, path):
    schema = get_builtin_schema(f"vendor.{name}")
    # YAML 1.2, in which the key `on` of a workflow is no truth value
    told = plain(YAML(typ="safe", pure=True).load(path))
    return [error.message for error in validator_for(schema)(schema).iter_errors(told)]


def test_the_citation_file_is_valid_by_the_official_schema():
    assert schema_errors("citation-file-format", ROOT / "CITATION.cff") == []
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert told["cff-version"] == "1.2.0"
    assert told["preferred-citation"]["type"] == "book"
    assert told["authors"] == [{"name": "The Shape by Shape contributors"}]
    assert "doi" not in told and "doi" not in told["preferred-citation"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github/workflows").iterdir()), ids=lambda p: p.name
)
def test_workflows_are_valid_by_their_schema(path):
    assert schema_errors("github-workflows", path) == []


def test_the_form_for_errors_is_valid_by_its_schema():
    path = ROOT / ".github/ISSUE_TEMPLATE/equation.yml"
    assert schema_errors("github-issue-forms", path) == []
    form = yaml.safe_load(path.read_text("utf-8"))
    # what the link on a card fills in
    assert {"tag", "version"} <= {part["id"] for part in form["body"]}


def test_a_broken_workflow_does_not_pass(tmp_path):
    text = (ROOT / ".github/workflows/book.yml").read_text("utf-8")
    (tmp_path / "book.yml").write_text(text.replace("runs-on:", "run-on:"))
    assert schema_errors("github-workflows", tmp_path / "book.yml")


def test_workflows_use_actions_of_github_alone_and_ask_for_no_more_than_they_need():
    for path in (ROOT / ".github/workflows").iterdir():
        told = yaml.safe_load(path.read_text("utf-8"))
        assert told["permissions"] == {"contents": "read"}
        for job in told["jobs"].values():
            for step in job.get("steps", ()):
                assert step.get("uses", "actions/").startswith("actions/")


def test_a_link_to_report_an_error_names_the_tag():
    link = edition(ROOT).report("BCDF")
    assert link.startswith(edition(ROOT).repository + "issues/new?template=equation.yml")
    assert "tag=BCDF" in link and "title=Error+in+BCDF" in link


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("title: Small", "title: [Small"), "CITATION.cff:5: this is no YAML"),
        (("cff-version: 1.2.0", "cff-version: 1.1.0"), "CITATION.cff:1: cff-version: "),
        (("message: Cite it.\n", ""), "CITATION.cff:1: the file: 'message' is a required property"),
        (("2026-01-02", "January"), "CITATION.cff:8: date-released: 'January' does not match"),
        (("  year: 2026", "  year: 2025"), "CITATION.cff:18: the year is not that of 2026-01-02"),
        (("  title: Small", "  title: Other"), "CITATION.cff:15: title is not that of the book"),
        (("  type: book", "  type: article"), "CITATION.cff:13: preferred-citation is to be"),
        (("abstract: A small book.\n", ""), "CITATION.cff:1: add abstract"),
        (("  version: 1.0.0", "  version: 2.0.0"), "version is not that of the book: 1.0.0"),
        (
            ("code.small.example/", "code.small.example"),
            "CITATION.cff:11: end repository-code with",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, change, told):
    assert change[0] in IDENTITY
    assert told in said(tmp_path, IDENTITY.replace(*change))


def test_a_version_is_a_draft_until_it_is_released(tmp_path):
    identify(write(tmp_path, "# Page\n"))
    edition.cache_clear()
    assert edition(tmp_path).named == "1.0.0, draft"
    (tmp_path / "tags/released.json").write_text('[{"version": "1.0.0"}]')
    edition.cache_clear()
    assert edition(tmp_path).named == "1.0.0"


def test_without_git_there_is_no_commit(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert commit(ROOT) == ""


def test_a_commit_is_marked_where_files_have_changed(tmp_path):
    assert commit(tmp_path) == ""
    (tmp_path / "file").write_text("one")
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    for asked in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "one")):
        subprocess.run(["git", *asked], cwd=tmp_path, check=True)
    assert len(commit(tmp_path)) == 12
    (tmp_path / "file").write_text("two")
    assert commit(tmp_path).endswith("-modified")

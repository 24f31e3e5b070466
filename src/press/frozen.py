"""The frozen copies of released sites. It needs Python alone: nothing is installed where it runs.

``python src/press/frozen.py pack SITE VERSION`` makes ``site-VERSION.zip`` of a site,
``… restore ARCHIVES SITE`` unpacks all such archives in a site, each under its version, and
``… address URL`` holds ``CITATION.cff`` to the address where the site is about to be served.
"""

import json
import re
import sys
import zipfile
from pathlib import Path

ARCHIVE = re.compile(r"site-(\d+\.\d+\.\d+)\.zip")
EPOCH = (1980, 1, 1, 0, 0, 0)
CATALOGUE = "equations.json"


def pack(site, version):
    """Archive a site, if it is the one of this release."""
    told = json.loads((site / CATALOGUE).read_text("utf-8"))
    if told["version"] != version:
        raise ValueError(
            f"{site} is version {told['version']}, not {version}: name the tag after it"
        )
    if not told["released"]:
        how = "run 'python -m equation_cards.released' and commit what it records"
        raise ValueError(f"{site} is a draft of {version}: {how}")
    archive = Path(f"site-{version}.zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(one for one in site.rglob("*") if one.is_file()):
            packed.writestr(zipfile.ZipInfo(str(path.relative_to(site)), EPOCH), path.read_bytes())
    return archive


def restore(archives, site):
    """Unpack every archive under its version, and say which versions there are."""
    versions = []
    for path in sorted(archives.iterdir()):
        match = ARCHIVE.fullmatch(path.name)
        if not match:
            raise ValueError(f"{path} is no archive of a site: it is to be called site-VERSION.zip")
        version = match[1]
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            if "index.html" not in names or CATALOGUE not in names:
                raise ValueError(f"{path} holds no site: index.html or {CATALOGUE} is missing")
            found = json.loads(packed.read(CATALOGUE))["version"]
            if found != version:
                raise ValueError(f"{path} holds the site of version {found}")
            target = (site / version).resolve()
            for name in names:
                if not (target / name).resolve().is_relative_to(target):
                    raise ValueError(f"{path}: {name} would be written outside of the site")
            packed.extractall(target)
        versions.append(version)
    return versions


def address(served, root=Path()):
    """Refuse to publish under another address than the one that permalinks have."""
    said = re.search(r"^url: (\S+)$", (root / "CITATION.cff").read_text("utf-8"), re.M)[1]
    bare = [re.sub(r"^https?://", "", one).rstrip("/") for one in (said, served)]
    if bare[0] != bare[1]:
        raise ValueError(
            f"CITATION.cff: url is {said}, but the site is served at {served}: change url"
        )
    return said


def main(command, *arguments):
    match command, *arguments:
        case "pack", site, version:
            print(pack(Path(site), version))
        case "restore", archives, site:
            print(", ".join(restore(Path(archives), Path(site))) or "no release yet")
        case "address", served:
            print(address(served))
        case _:
            raise ValueError(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:] or [""])
    except ValueError as error:
        sys.exit(str(error))

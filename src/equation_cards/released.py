"""What each release published, and that nothing of it changes unsaid.

``python -m equation_cards.released`` records the present state as the release of ``CITATION.cff``.
"""

import json
import re
import sys
from pathlib import Path

from equation_cards import tags

RECORD, CHANGES = "tags/released.json", "CHANGELOG.md"
HEADING = re.compile(r"^## (\S+?)(?:,.*)?$")
ENTRY = re.compile(rf"^- `({tags.TAG.pattern})`: (.+)$")


def releases(root):
    """The record of every release, oldest first."""
    return json.loads((root / RECORD).read_text(encoding="utf-8"))


def state(root):
    """What is published now: the lines about tags, and the hash of each equation."""
    tag = tags.tagged(root)
    hashes = {tag[one.label]: tags.digest(one.latex) for one in tags.everything(root)}
    return {"lines": [text for _, text in tags.lines(root)], "hashes": dict(sorted(hashes.items()))}


def changes(root):
    """The changelog: for each version, newest first, the entries (line, tag, text)."""
    found, version = {}, None
    for number, line in enumerate((root / CHANGES).read_text("utf-8").splitlines(), 1):
        if heading := HEADING.match(line):
            version = found.setdefault(heading[1], [])
        elif entry := ENTRY.match(line):
            version.append((number, entry[1], entry[2]))
    return found


def complaints(root):
    """Every way in which the present state breaks with what was released."""
    past = releases(root)
    known = tags.read(root)
    for number, tag, _ in (entry for entries in changes(root).values() for entry in entries):
        if tag not in known:
            yield f"{CHANGES}:{number}: no equation has the tag {tag}"
    if not past:
        return
    now, last = state(root), past[-1]
    for number, line in enumerate(last["lines"]):
        if now["lines"][number : number + 1] != [line]:
            why = f"of release {last['version']} was changed or removed: only add lines, at the end"
            yield f"{tags.FILE}: {line!r} {why}"
    log = changes(root)
    newer = list(log)[: list(log).index(last["version"])] if last["version"] in log else list(log)
    said = {tag for version in newer for _, tag, _ in log[version]}
    places = {one.label: f"{one.path}:{one.line}" for one in tags.everything(root)}
    for name, digest in last["hashes"].items():
        if name not in known or now["hashes"].get(name) == digest or name in said:
            continue
        tag = known[name]
        where = places.get(tag.label, f"{tags.FILE}:{tag.line}")
        what = "withdrawn" if tag.withdrawn else "changed"
        add = f"add a line '- `{name}`: what and why' to {CHANGES}, above {last['version']}"
        yield f"{where}: {name} was {what} since release {last['version']}: {add}"


def main(root):
    """Add the present state to the record."""
    from equation_cards.edition import edition  # which asks here what is released

    book, past = edition(root), releases(root)
    broken = list(complaints(root))
    if any(one["version"] == book.version for one in past):
        broken.append(f"CITATION.cff: version {book.version} is released: give it a new version")
    if f"\n## {book.version}, {book.date}\n" not in (root / CHANGES).read_text("utf-8"):
        broken.append(f"{CHANGES}: write the heading '## {book.version}, {book.date}'")
    if ".example/" in book.url + book.repository:
        broken.append(
            "CITATION.cff: say where the site and its repository are: url, repository-code"
        )
    if broken:
        raise ValueError("\n".join(broken))
    past.append({"version": book.version, "date": book.date, **state(root)})
    (root / RECORD).write_text(json.dumps(past, indent=1) + "\n", encoding="utf-8")
    print(f"{RECORD}: {book.version}, {len(past[-1]['hashes'])} equations")


if __name__ == "__main__":
    try:
        main(Path.cwd())
    except ValueError as error:
        sys.exit(str(error))

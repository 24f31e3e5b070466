"""All that is known of every equation, and ``equations.json``, which tells it to programs."""

import json
from importlib.resources import files
from pathlib import Path

from equation_cards import released, tags
from equation_cards.domain import EVERY
from equation_cards.edition import edition
from equation_cards.equation import book
from equation_cards.facts import KEPT, checks, evidence_of
from equation_cards.summaries import implemented
from equation_cards.symbols import symbols
from proofread import displays
from proofread.worlds import WORLDS

FOLDER = "tag"
CATALOGUE, SCHEMA = "equations.json", "equations.schema.json"


def page(tag):
    """The page of an equation, from the root of the site."""
    return f"{FOLDER}/{tag}"


def entries(app):
    """All equations in reading order, each as a dictionary."""
    root, env = Path(app.srcdir), app.env
    kept = Path(app.doctreedir) / KEPT
    known, edited = tags.tagged(root), edition(root)
    domain, past = env.get_domain("math"), released.releases(root)
    leads, cited = {}, {}
    for docname in in_order(env):
        leads |= domain.data["leads"].get(docname, {})
        for target, at, title in places(env, docname):
            cited.setdefault(target, {})[at] = title
    for label, display in book(root).displays.items():
        docname, number = domain.equations[label][0], number_of(env, label)
        functions, test = implemented(root).get(label, ("", None))
        told = checks(root, kept)[label]
        chapter = ".".join(map(str, env.toc_secnumbers.get(docname, {}).get("", ())))
        tag, digest = known[label], tags.digest(display.latex)
        yield {
            "tag": tag,
            "label": label,
            "number": number,
            "chapter": {"number": chapter or None, "title": env.titles[docname].astext()},
            "page": f"{docname}.html#equation-{label}",
            "permalink": edited.address(f"{page(tag)}.html"),
            "latex": display.latex.strip(),
            "sha256": digest,
            "world": display.world,
            "sizes": sizes_of(display),
            "symbols": symbols(display),
            "implementation": [
                {"function": f"backprop.{name}", "page": f"book/api.html#backprop.{name}"}
                for name in functions.split(", ")
                if name
            ],
            "test": test,
            "evidence": evidence_of(root, label, kept),
            "right_form": display.instead,
            "follows_from": [
                # a reference that leads nowhere is Sphinx's to tell, with its line
                one
                for one in dict.fromkeys(leads[label])
                if one != label and one in known
            ],
            "rests_on": told["definitions"],
            "used_by": [other for other, named in leads.items() if label in named],
            "cited_in": [
                {"page": at, "section": title}
                for at, title in own_first(cited.get(label, {}), docname)
            ],
            "since": [
                {"version": one["version"], "same": one["hashes"][tag] == digest}
                for one in past
                if tag in one["hashes"]
            ],
        }


def in_order(env):
    """The pages as they are read, in whatever order they were built."""
    root = Path(env.srcdir)
    return [str(path.relative_to(root).with_suffix("")) for path in displays.chapters(root)]


def number_of(env, label):
    """The number of an equation in this version, as the page prints it."""
    docname, count = env.get_domain("math").equations[label]
    if not (env.config.numfig and env.config.math_numfig):
        return str(count)
    return ".".join(map(str, env.toc_fignumbers[docname]["displaymath"][f"equation-{label}"]))


def sizes_of(display):
    """The sizes that are fixed for a display."""
    world = WORLDS.get(display.world)
    return (world.sizes if world else {}) | display.sizes


def places(env, docname):
    """The references of a page: to which equation, from where; no summaries, no register."""
    domain, numbers = env.get_domain("math"), env.toc_secnumbers.get(docname, {})
    if EVERY in domain.shown.get(docname, {}):
        return
    for target, anchor, title in domain.data["cited"].get(docname, ()):
        if title != "Summary":
            number = numbers.get(f"#{anchor}") or numbers.get("", ())
            words = ".".join(map(str, number)), title
            yield target, f"{docname}.html#{anchor}", " ".join(filter(None, words))


def own_first(found, docname):
    """Places in the order of reading, but those on one page before all others."""
    return sorted(found.items(), key=lambda one: not one[0].startswith(f"{docname}.html#"))


def part(entry):
    """What a citation of an equation needs."""
    wrong = ", shown to be wrong" if entry["right_form"] else ""
    return {
        "tag": entry["tag"],
        "title": f"Equation ({entry['number']}), tag {entry['tag']}{wrong}",
        "chapter": entry["chapter"]["number"],
        "url": entry["permalink"],
    }


def withdrawn(root):
    """The tags of results that stand no more."""
    return [
        {"tag": tag.name, "reason": tag.withdrawn}
        for tag in tags.read(root).values()
        if tag.withdrawn
    ]


def catalogue(root, found):
    """What ``equations.json`` says."""
    book = edition(root)
    return {
        "$schema": SCHEMA,
        "title": book.title,
        "version": book.version,
        "released": book.released,
        "commit": book.commit or None,
        "date": book.date,
        "site": book.url,
        "equations": found,
        "withdrawn": withdrawn(root),
    }


def write(app, found):
    """Write the catalogue and its schema."""
    out = Path(app.outdir)
    told = json.dumps(catalogue(Path(app.srcdir), found), indent=1, ensure_ascii=False)
    (out / CATALOGUE).write_text(told + "\n", encoding="utf-8")
    schema = files("equation_cards").joinpath(SCHEMA).read_text(encoding="utf-8")
    (out / SCHEMA).write_text(schema, encoding="utf-8")

"""The card of each equation, and the page where its permalink leads, which says the same."""

import hashlib
import json
from dataclasses import replace
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from equation_cards import catalogue, citation
from equation_cards.edition import edition
from equation_cards.facts import sentences
from equation_cards.released import complaints
from equation_cards.summaries import implemented
from equation_cards.tags import tagged

WITHDRAWN = "<p>This result was withdrawn: {reason}</p><p>Its tag is given to no other.</p>"


class Linked(SphinxPostTransform):
    """Every labelled display knows the page of its card."""

    default_priority = 100

    def run(self):
        known = tagged(Path(self.env.srcdir))
        for display in self.document.findall(nodes.math_block):
            if display.get("label"):
                display["tag"] = known[display["label"]]


def hold(app):
    """Stop the build where tags, labels, releases or the edition do not go together."""
    root = Path(app.srcdir)
    try:
        edition(root)
        tagged(root)
        implemented(root)
        broken = list(complaints(root))
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    if broken:
        raise ExtensionError("\n".join(broken))


def card(app, entry, by_label):
    """The HTML of a card."""
    root = Path(app.srcdir)

    def known(labels):
        return [by_label[label] for label in labels]

    context = {
        "entry": entry,
        "book": edition(root),
        "cite": citation.all_forms(edition(root), catalogue.part(entry)),
        "formula": app.katex.html(entry["latex"], True),
        "symbols": [(app.katex.html(one, False), s) for one, s in entry["symbols"].items()],
        "evidence": [escape(one) for one in sentences(entry["evidence"])],
        "right": by_label.get(entry["right_form"]),
        "follows": known(entry["follows_from"]),
        "rests": known(entry["rests_on"]),
        "used": known(entry["used_by"]),
    }
    return app.builder.templates.render("card.html", context)


def pages(app):
    """The page of every tag, where anything that they say has changed."""
    if not hasattr(app, "katex"):
        return
    root, out = Path(app.srcdir), Path(app.outdir)
    entries = list(catalogue.entries(app))
    book = replace(edition(root), commit="")  # the present one is put into pages as they are
    told = repr((book, entries, catalogue.withdrawn(root)))
    key, kept = hashlib.sha256(told.encode()).hexdigest(), Path(app.doctreedir) / "cards.txt"
    if kept.exists() and kept.read_text() == key and (out / catalogue.CATALOGUE).exists():
        return
    catalogue.write(app, entries)
    folder = out / catalogue.FOLDER
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    by_label = {one["label"]: one for one in entries}
    for entry in entries:
        html = card(app, entry, by_label)
        title = f"Equation ({entry['number']}) <small>tag {entry['tag']}</small>"
        script = {"title": title, "html": html}
        tag = json.dumps(entry["tag"])
        (folder / f"{entry['tag']}.js").write_text(
            f"equationCards[{tag}] = {json.dumps(script)};\n", encoding="utf-8"
        )
        yield (
            catalogue.page(entry["tag"]),
            {"title": title, "card": html, "entry": entry},
            "tag.html",
        )
    for gone in catalogue.withdrawn(root):
        title = f"Tag {gone['tag']}"
        html = WITHDRAWN.format(reason=escape(gone["reason"]))
        yield catalogue.page(gone["tag"]), {"title": title, "card": html}, "tag.html"
    kept.write_text(key)


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(Linked)
    app.connect("builder-inited", hold)
    app.connect("html-collect-pages", pages)

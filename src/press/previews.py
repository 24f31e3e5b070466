"""The displays of each page as a script, for the references on other pages: none is fetched."""

import json
from pathlib import Path

from docutils import nodes

FOLDER = "_previews"


def write(app, pagename, templatename, context, doctree):
    """Write the formulas of a page under the anchors of their displays."""
    if app.builder.name != "html" or doctree is None:
        return
    formulas = {
        name: app.katex.html(display.astext(), True)
        for display in doctree.findall(nodes.math_block)
        for name in display["ids"]
    }
    path = Path(app.outdir) / FOLDER / f"{pagename}.js"
    if not formulas:
        return path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    page = json.dumps(pagename)
    path.write_text(f"equationPreviews[{page}] = {json.dumps(formulas)};\n", encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", write)

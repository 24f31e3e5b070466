"""The role that pulls a labelled equation into a table or a sentence, so that nobody retypes it."""

from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxRole

from proofread import displays


@cache
def labelled(root):
    """All displays of the book by label."""
    return {d.label: d for path in displays.chapters(root) for d in displays.read(path, root)}


class Equation(SphinxRole):
    """``{equation}`eq-label```: the equation itself, then its number as a link."""

    def run(self):
        root = Path(self.env.srcdir)
        display = labelled(root).get(self.text)
        if display is None:
            message = f"no display is labelled {self.text}"
            return [], [self.inliner.reporter.error(message, line=self.lineno)]
        self.env.note_dependency(str(root / display.path))
        # the number may break away from a long formula, but not from its brackets
        link = addnodes.pending_xref(
            "", nodes.inline(), refdomain="math", reftype="eq", reftarget=self.text,
            refdoc=self.env.docname, refexplicit=False, refwarn=True,
        )  # fmt: skip
        latex = display.latex.strip()
        return [nodes.math(latex, latex), nodes.Text(" "), link], []


def setup(app):
    """Register the role ``equation``."""
    app.add_role("equation", Equation())

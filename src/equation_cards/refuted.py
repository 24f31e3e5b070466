"""The directive for wrong equations: shown with a mark, and executed to be false."""

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.directives.patches import MathDirective

from equation_cards.equation import book, is_derivation, link_to, pulled


class Refuted(MathDirective):
    """A wrong equation, so marked that nobody copies it by mistake.

    `proofread` executes it: it must be false, by value or by shape as ``:fails:`` says.
    """

    option_spec = MathDirective.option_spec | {
        "fails": lambda argument: directives.choice(argument, ("value", "shape")),
        "instead": directives.unchanged_required,
    }

    def run(self):
        mark = "Wrong: the shapes do not fit" if self.options["fails"] == "shape" else "Wrong"
        box = nodes.admonition("", nodes.title("", mark), classes=["refuted", "error"])
        box += super().run()
        displays = book(Path(self.env.srcdir)).displays
        right = displays.get(self.options["instead"])
        if right:
            self.env.get_domain("math").show(self.env.docname, right)
        parts = right_form(displays, self.options["instead"], self.env.docname)
        box += nodes.paragraph("", "Right: ", *parts, classes=["refuted-instead"])
        return [box]


def right_form(displays, label, docname):
    """The right equation; its number alone where it is a derivation, or in sight on this page."""
    right = displays.get(label)
    if right is None or is_derivation(right) or str(right.path) == f"{docname}.md":
        return [link_to(label, docname)]
    return pulled(right, docname)


def setup(app):
    """Register the directive ``refuted``."""
    app.add_directive("refuted", Refuted)

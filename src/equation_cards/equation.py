"""The roles that pull a labelled equation or its shape into a table: nobody retypes it."""

from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxRole

from proofread.check import Book, shapes_of, statements
from proofread.parse import Mistake, canonical, parse, span

book = cache(Book)  # read once a build


class Labelled(SphinxRole):
    """A role on one display of the book, named by its label."""

    def run(self):
        self.book = book(Path(self.env.srcdir))
        display = self.book.displays.get(self.text)
        if display is None:
            return self.stop(f"no display is labelled {self.text}")
        self.env.get_domain("math").show(self.env.docname, display)
        try:
            return self.show(display), []
        except Mistake as mistake:
            return self.stop(display.complain(mistake))
        except ValueError as error:
            return self.stop(str(error))

    def stop(self, why):
        return [], [self.inliner.reporter.error(why, line=self.lineno)]


class Equation(Labelled):
    """``{equation}`eq-label```: the equation without stated shapes, then its number as a link."""

    def show(self, display):
        if is_derivation(display):
            several = "is a derivation of several rows; pull in a display of one row"
            raise ValueError(f"{display.label} {several}")
        return pulled(display, self.env.docname)


class Shape(Labelled):
    """``{shape}`eq-label```: the shape of the left side of the first equation, as derived."""

    def show(self, display):
        chain = statements(parse(display.latex))[0]
        shapes = shapes_of(chain, self.book.world(display), display.sizes)
        axes = shapes.of(chain[0].left) or ("1", "1")
        latex = r"\times ".join(axis.replace("·", "") for axis in axes)
        return [nodes.math(latex, latex)]


def is_derivation(display):
    return r"\begin{aligned}" in display.latex


def pulled(display, docname):
    """The formula of a display, marked if it is wrong, and its number as a link."""
    latex = without_shapes(display.latex)
    formula = nodes.math(latex, latex)
    if display.refuted:
        mark = nodes.strong("", "Wrong:")
        formula = nodes.inline("", "", mark, nodes.Text(" "), formula)
        formula["classes"].append("refuted-inline")
    # the number may break away from a long formula, but not from its brackets
    return [formula, nodes.Text(" "), link_to(display.label, docname)]


def link_to(label, docname):
    """The number of an equation as a link, resolved when all numbers are known."""
    return addnodes.pending_xref(
        "", nodes.inline(), refdomain="math", reftype="eq", reftarget=label,
        refdoc=docname, refexplicit=False, refwarn=True,
    )  # fmt: skip


def without_shapes(latex):
    """The LaTeX of a display without its stated shapes, bracketed where it would read otherwise."""
    meant = canonical(parse(latex))
    while stated := next(parse(latex).find_data("stated"), None):
        start, end = span(stated)
        # up to the shape: the span of the body leaves out a \bigl before its first bracket
        body = latex[start : span(stated.children[1])[0]].partition("{")[2].rpartition("}")[0]
        bare, bracketed = (
            latex[:start] + inside + latex[end:] for inside in (f" {body} ", f"({body})")
        )
        latex = bare if reads(bare) == meant else bracketed
    return " ".join(latex.split())


def reads(latex):
    """The canonical tree, or None where there is none."""
    try:
        return canonical(parse(latex))
    except Mistake:
        return None


def setup(app):
    """Register the roles ``equation`` and ``shape``."""
    app.add_role("equation", Equation())
    app.add_role("shape", Shape())

"""The directives that show the evidence: the register of all equations, the equivalent edits."""

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from equation_cards.about import page_of
from equation_cards.equation import book, link_to
from equation_cards.facts import KEPT, evidence_of, measured, sentences
from equation_cards.summaries import implemented
from equation_cards.tags import tagged
from proofread import evidence


class Register(SphinxDirective):
    """``{register}``: every labelled equation with its function, test and evidence."""

    def run(self):
        root = Path(self.env.srcdir)
        for name in evidence.FILES:
            self.env.note_dependency(str(root / name))
        self.env.get_domain("math").show_all(self.env.docname, root)
        kept = Path(self.env.doctreedir) / KEPT
        bodies = {}
        for display in book(root).displays.values():
            body = bodies.setdefault(str(display.path), nodes.tbody())
            tag = page_of(self.env, tagged(root)[display.label])
            body += row(self.env.docname, display, tag, facts(root, display, kept))
        return [node for path, body in bodies.items() for node in self.chapter(path, body)]

    def chapter(self, path, body):
        """The title of a chapter, as a link, and the table of its equations."""
        link = addnodes.pending_xref(
            "", nodes.inline(), refdomain="std", reftype="doc", refexplicit=False,
            reftarget="/" + path.removesuffix(".md"), refdoc=self.env.docname, refwarn=True,
        )  # fmt: skip
        title = nodes.paragraph("", "", link, classes=["register-chapter"])
        return title, table(["number", "equation and evidence"], [1, 9], body, "register")


class Equivalents(SphinxDirective):
    """``{equivalents}``: the edits that leave an equation true, reason by reason."""

    def run(self):
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / evidence.EQUIVALENT))
        items = nodes.bullet_list()
        for group in evidence.groups(root):
            lines = [(label, line) for label, ls in group["mutants"].items() for line in ls]
            count = nodes.Text(f" ({len(lines)}; for example in ")
            link = link_to(lines[0][0], self.env.docname)
            parts = nodes.Text(group["reason"]), count, link, nodes.Text(")")
            items += nodes.list_item("", nodes.paragraph("", "", *parts))
        return [items]


class Count(SphinxRole):
    """``{count}`equations```: executed from their LaTeX; ``{count}`edits```: wrong ones refused."""

    def run(self):
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / evidence.EVIDENCE))
        known = measured(root).values()
        counts = {
            "equations": len(known),
            "edits": sum(one["mutants"] - one["equivalent"] for one in known),
        }
        if self.text not in counts:
            error = self.inliner.reporter.error(f"nothing counts {self.text}", line=self.lineno)
            return [], [error]
        return [nodes.Text(f"{counts[self.text]:,}")], []


def table(heads, widths, body, name):
    """A table of docutils from its heads and its body."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=width) for width in widths]
    head = nodes.row("", *(nodes.entry("", nodes.paragraph(text=text)) for text in heads))
    group += [nodes.thead("", head), body]
    return nodes.table("", group, classes=[name])


def row(docname, display, tag, told):
    """The number of an equation, as a link, and under the equation what is known of it."""
    formula = nodes.math_block(display.latex, display.latex, number=None, nowrap=False)
    if display.refuted:
        mark = nodes.inline("", "", nodes.strong(text="Wrong:"), classes=["refuted-inline"])
        formula = nodes.container("", nodes.paragraph("", "", mark), formula, classes=["refuted"])
    label = nodes.paragraph(
        "", "", tag, nodes.Text(" "), nodes.literal(text=display.label), nodes.Text("  " + told)
    )
    link = nodes.paragraph("", "", link_to(display.label, docname))
    return nodes.row("", nodes.entry("", link), nodes.entry("", formula, label))


def facts(root, display, kept):
    """One line: what implements it, what tests it, how it was checked."""
    told = sentences(evidence_of(root, display.label, kept))
    return " · ".join([*implemented(root).get(display.label, ()), *told])


def setup(app):
    """Register the directives ``register`` and ``equivalents`` and the role ``count``."""
    app.add_role("count", Count())
    app.add_directive("register", Register)
    app.add_directive("equivalents", Equivalents)

"""Each labelled equation is an object of the book, under its label and under its tag.

Pages that show an equation again follow it, and it is kept where each is cited and from what.
"""

from dataclasses import replace
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.domains import ObjType
from sphinx.domains.math import MathDomain

from equation_cards.summaries import implemented
from equation_cards.tags import everything, tagged
from proofread import displays

EVERY = ""  # no label: stands for all of them


class EquationDomain(MathDomain):
    """Sphinx's own domain, with equations that the search and other books find."""

    object_types = MathDomain.object_types | {"equation": ObjType("equation", "eq")}
    initial_data = MathDomain.initial_data | {"shown": {}, "leads": {}, "cited": {}}
    data_version = MathDomain.data_version + 2

    @property
    def shown(self):
        """For each page the equations of any page that it shows, as they were said."""
        return self.data["shown"]

    def show(self, docname, display):
        self.shown.setdefault(docname, {})[display.label] = said(display, self.tags)

    def show_all(self, docname, root):
        self.shown.setdefault(docname, {})[EVERY] = all_said(root)[EVERY]

    @property
    def tags(self):
        """The tag of each label."""
        return tagged(Path(self.env.srcdir))

    def note(self, docname, doctree):
        """Keep which equations the text before each display names, and where each is cited."""
        leads = self.data["leads"][docname] = {}
        for display in doctree.findall(nodes.math_block):
            if display.get("label"):
                leads[display["label"]] = [one["reftarget"] for one in cited(before(display))]
        self.data["cited"][docname] = [
            (one["reftarget"], *section_of(one)) for one in cited(doctree)
        ]

    def clear_doc(self, docname):
        super().clear_doc(docname)
        for kept in ("shown", "leads", "cited"):
            self.data[kept].pop(docname, None)

    def get_objects(self):
        for label, (docname, _) in self.equations.items():
            for name in (label, self.tags[label]):
                yield name, name, "equation", docname, f"equation-{label}", 1


def cited(tree):
    """The references to equations in a part of a page."""
    for one in tree.findall(addnodes.pending_xref):
        if (one["refdomain"], one["reftype"]) == ("math", "eq"):
            yield one


def before(display):
    """The paragraph that leads to a display, or nothing."""
    siblings = display.parent
    at = siblings.index(display) - 1
    while at >= 0 and isinstance(siblings[at], nodes.target | nodes.comment):
        at -= 1
    leads = at >= 0 and isinstance(siblings[at], nodes.paragraph)
    return siblings[at] if leads else nodes.paragraph()


def section_of(node):
    """The anchor and the title of the section that holds a node."""
    while not (isinstance(node, nodes.section) and isinstance(node[0], nodes.title)):
        node = node.parent  # an exercise has a section too, without a title
    return node["ids"][0], node[0].astext()


def said(display, tags):
    """All that is said of a display and its tag, but not on which line."""
    return repr((tags[display.label], replace(display, line=0, column=0)))


def all_said(root):
    """What is said of each display, and of all of them with their functions and tests."""
    found = {display.label: said(display, tagged(root)) for display in everything(root)}
    return found | {EVERY: repr((found, implemented(root)))}


def note(app, doctree):
    """When a page was read."""
    domain = app.env.get_domain("math")
    root = Path(app.srcdir)
    for display in displays.read(Path(app.env.doc2path(app.env.docname)), root):
        domain.show(app.env.docname, display)
    domain.note(app.env.docname, doctree)


def outdated(app, env, added, changed, removed):
    """The pages that show an equation which is said otherwise now, or not at all."""
    now = all_said(Path(app.srcdir))
    shown = env.get_domain("math").shown
    stale = (name for name, labels in shown.items() if labels.items() - now.items())
    return sorted(set(stale) - added - changed - removed)


def setup(app):
    """Register in place of Sphinx's own."""
    app.add_domain(EquationDomain, override=True)
    app.connect("doctree-read", note)
    app.connect("env-get-outdated", outdated)

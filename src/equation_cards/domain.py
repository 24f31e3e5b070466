"""Each labelled equation is an object of the book, and pages that show it again follow it."""

from dataclasses import replace
from pathlib import Path

from sphinx.domains import ObjType
from sphinx.domains.math import MathDomain

from equation_cards.summaries import implemented
from proofread import displays

EVERY = ""  # no label: stands for all of them


class EquationDomain(MathDomain):
    """Sphinx's own domain, with equations that the search and other books find."""

    object_types = MathDomain.object_types | {"equation": ObjType("equation", "eq")}
    initial_data = MathDomain.initial_data | {"shown": {}}
    data_version = MathDomain.data_version + 1

    @property
    def shown(self):
        """For each page the equations of any page that it shows, as they were said."""
        return self.data["shown"]

    def show(self, docname, display):
        self.shown.setdefault(docname, {})[display.label] = said(display)

    def show_all(self, docname, root):
        self.shown.setdefault(docname, {})[EVERY] = all_said(root)[EVERY]

    def clear_doc(self, docname):
        super().clear_doc(docname)
        self.shown.pop(docname, None)

    def get_objects(self):
        for label, (docname, _) in self.equations.items():
            yield label, label, "equation", docname, f"equation-{label}", 1


def said(display):
    """All that is said of a display, but not on which line."""
    return repr(replace(display, line=0, column=0))


def all_said(root):
    """What is said of each display, and of all of them with their functions and tests."""
    read = (one for path in displays.chapters(root) for one in displays.read(path, root))
    found = {display.label: said(display) for display in read}
    return found | {EVERY: repr((found, implemented(root)))}


def outdated(app, env, added, changed, removed):
    """The pages that show an equation which is said otherwise now, or not at all."""
    now = all_said(Path(app.srcdir))
    shown = env.get_domain("math").shown
    stale = (name for name, labels in shown.items() if labels.items() - now.items())
    return sorted(set(stale) - added - changed - removed)


def setup(app):
    """Register in place of Sphinx's own."""
    app.add_domain(EquationDomain, override=True)
    app.connect("env-get-outdated", outdated)

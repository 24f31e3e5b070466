"""Makes each labelled equation an object of the book: the search and other books find it."""

from sphinx.domains import ObjType
from sphinx.domains.math import MathDomain


class EquationDomain(MathDomain):
    """Sphinx's own domain of equations, which keeps them to itself."""

    object_types = MathDomain.object_types | {"equation": ObjType("equation", "eq")}

    def get_objects(self):
        for label, (docname, _) in self.equations.items():
            yield label, label, "equation", docname, f"equation-{label}", 1


def setup(app):
    """Register in place of Sphinx's own."""
    app.add_domain(EquationDomain, override=True)

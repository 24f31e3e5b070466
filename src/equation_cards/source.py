"""The directive that shows a function as it stands in ``src/``, without its docstring."""

import ast
import inspect
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from equation_cards.equation import book, is_derivation, link_to, pulled
from equation_cards.summaries import implemented


def body(function):
    """The source of a function, its docstring left out."""
    lines = inspect.getsource(function).splitlines()
    first = ast.parse("\n".join(lines)).body[0].body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value.value, str):
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines)


class Source(SphinxDirective):
    """``{source} affine`` shows a public function, ``{source} affine.name`` any one of a module.

    ``:implements:`` names the equations that stand above the code, so that one look takes in both;
    the summary of the chapter must name the function beside each.
    """

    required_arguments = 1
    option_spec = MappingProxyType({"implements": directives.unchanged_required})

    def run(self):
        module, _, name = self.arguments[0].rpartition(".")
        try:
            function = getattr(import_module(f"backprop.{module}".rstrip(".")), name)
        except (AttributeError, ImportError):
            raise self.error(f"backprop has no function {self.arguments[0]}") from None
        path = Path(inspect.getsourcefile(function))
        self.env.note_dependency(str(path))
        code = nodes.literal_block(body(function), body(function), language="python")
        self.set_source_info(code)
        where = nodes.paragraph("", "", nodes.literal("", f"src/backprop/{path.name}"))
        where["classes"].append("source-path")
        equations = [
            self.equation(label, name) for label in self.options.get("implements", "").split()
        ]
        return [nodes.container("", *equations, where, code, classes=["source"])]

    def equation(self, label, name):
        """One equation that the function implements."""
        root = Path(self.env.srcdir)
        if name not in implemented(root).get(label, ("",))[0].split(", "):
            raise self.error(f"no summary says that {name} implements {label}")
        display = book(root).displays[label]
        self.env.get_domain("math").show(self.env.docname, display)
        parts = (
            [link_to(label, self.env.docname)]
            if is_derivation(display)
            else pulled(display, self.env.docname)
        )
        return nodes.paragraph("", "", *parts, classes=["source-equation"])


def setup(app):
    """Register the directive ``source``."""
    app.add_directive("source", Source)

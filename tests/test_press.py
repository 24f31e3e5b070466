"""What makes the pages: formulas, style and script, markup, downloads, the PDF, what is stale."""

import base64
import json
import re
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from benchmarks import site
from benchmarks.kept import made_from
from fontTools.ttLib import TTFont
from sphinx.errors import ExtensionError

from press import assets, chromium, downloads, markup, pdf
from press.katex import Renderer, height
from press.stale import Code, code_of

ROOT = Path(__file__).parent.parent
KATEX = ROOT / "node_modules/katex/dist/katex.min.css"


# Formulas


@pytest.fixture(scope="module")
def katex():
    renderer = Renderer(ROOT)
    yield renderer
    renderer.close()


def test_bad_latex_names_itself(katex):
    with pytest.raises(ExtensionError, match=r"KaTeX cannot render .*nonsense"):
        katex.html(r"\nonsense", True)


def test_a_missing_katex_says_how_to_get_it(tmp_path):
    with pytest.raises(ExtensionError, match="run 'make book', which installs it"):
        Renderer(tmp_path)


@pytest.mark.parametrize(
    ("latex", "high"), [("x", 1.2), (r"\frac{a}{b}", 1.79), (r"\underbrace{a}_{b}", 2.19)]
)
def test_the_height_of_a_display_is_known_before_it_is_laid_out(katex, latex, high):
    assert height(katex.html(latex, True)) == pytest.approx(high, abs=0.02)


# Style and script


def test_scripts_are_one_with_settings_first_and_statements_ended(tmp_path):
    (tmp_path / "one.js").write_text("const one = 1\n//# sourceMappingURL=one.js.map\n")
    (tmp_path / "two.js").write_text("(() => one)()")
    script = assets.scripts(tmp_path, ["one.js", "two.js", "let setting = 2"])
    assert script == "let setting = 2\n;\nconst one = 1\n\n\n;\n(() => one)()"


def test_what_no_page_uses_is_dropped_from_the_style(tmp_path):
    (tmp_path / "page.html").write_text('<p class="used">text</p>')
    css = ".used{color:red}.unused{color:blue}.scripted{color:green}"
    css = assets.purged(ROOT, css, [tmp_path / "page.html"], 'element.className = "scripted"')
    assert css == ".used{color:red}.scripted{color:green}"


def test_a_style_names_no_file_and_has_the_letters_that_are_written(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<span class="mord mathnormal">xy</span><span class="mord">1</span>')
    css = assets.style(KATEX)
    css = assets.embedded(css, assets.written([page], css))
    assert "url(" in css and not re.search(r"url\((?!['\"]?data:)", css)
    face = re.search(r"@font-face\{[^}]*KaTeX_Math;font-style:italic;font-weight:400[^}]*\}", css)[
        0
    ]
    font = TTFont(BytesIO(base64.b64decode(re.search(r"base64,([^\"]*)", face)[1])))
    assert sorted(map(chr, font.getBestCmap())) == ["x", "y"]
    assert "font-weight:700;src" not in css.partition("KaTeX_Math")[2].partition("}")[0]
    assert "KaTeX_AMS;font-style:normal;font-weight:400;src" not in css  # no letter asks for it


# Markup


def test_a_dropdown_is_folded_by_the_browser():
    page = (
        '<div class="solution dropdown admonition" id="it"><p class="admonition-title">Solution '
        'to <a href="#ex">1</a></p><div><div>deep</div></div></div><div>after</div>'
    )
    assert markup.folded(page) == (
        '<details class="solution folded admonition" id="it"><summary class="admonition-title">'
        "Solution to 1</summary><div><div>deep</div></div></details><div>after</div>"
    )


def test_a_box_that_does_not_end_is_an_error():
    with pytest.raises(ValueError, match=r"no end of <div class=.admonition dropdown"):
        markup.folded('<div class="admonition dropdown"><div></div>')


# Downloads


def test_a_script_prints_what_a_notebook_shows():
    assert downloads.printing("x = 1\nx + 1") == "x = 1\nprint(x + 1)"
    assert downloads.printing("f(\n    1,\n)") == "print(f(\n    1,\n))"
    for shows_nothing in ("x = 1", "f();", "for x in y:\n    x"):
        assert downloads.printing(shows_nothing) == shows_nothing


MATH = '<math><annotation encoding="application/x-tex">{}</annotation></math>'


def test_a_page_becomes_cells():
    inline = f'<span class="math">{MATH.format("|x|")}</span>'
    display = f'<div class="math" data-number="1.2">{MATH.format("a = b")}</div>'
    page = (
        f'<h1>Title<a class="headerlink">#</a></h1><p>Text {inline}, '
        f'<a href="other.html">other</a>, <a href="https://example.org">out</a>.</p>{display}'
        '<div class="cell"><pre>x = 1</pre><div class="cell_output">2</div></div>'
        f'<div class="admonition"><p class="admonition-title">Wrong</p>{display}</div>'
        f"<table><tr><th>a</th></tr><tr><td>{inline}</td></tr></table>"
    )
    first, code, last = downloads.cells(page, ["x = 1"])
    assert first.source == (
        "# Title\n\nText $|x|$, other, [out](https://example.org).\n\n$$\na = b \\tag{1.2}\n$$"
    )
    assert (code.cell_type, code.source) == ("code", "x = 1")
    assert "> **Wrong**\n>\n> $$\n> a = b \\tag{1.2}\n> $$" in last.source
    assert "| $\\vert x\\vert$ |" in last.source


def test_a_notebook_becomes_a_script():
    cells = [nbformat.v4.new_markdown_cell("a\n\nb"), nbformat.v4.new_code_cell("x")]
    script = downloads.script(nbformat.v4.new_notebook(cells=cells))
    assert script == "# %% [markdown]\n# a\n#\n# b\n\n# %%\nprint(x)\n"


# What is stale


@pytest.fixture
def code(tmp_path):
    for name, text in {
        "one/__init__.py": "from one.deep import f\nfrom one.other import g\n",
        "one/deep.py": "from one.base import h\n",
        "one/other.py": "",
        "one/base.py": "import math\n",
    }.items():
        (tmp_path / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "src" / name).write_text(text)
    return Code(tmp_path)


def test_a_name_is_traced_to_where_it_is_defined(code):
    assert set(code.named("from one import f, g as k\nimport numpy")) == {"one.deep", "one.other"}
    assert code.closure("from one import f") == ["one", "one.base", "one.deep", "one.other"]


def test_backprop_only_gathers():
    modules = Code(ROOT).closure("from backprop import tanh_vjp")
    assert modules == ["backprop._boundary", "backprop.tanh"]


def test_a_fingerprint_changes_with_the_code_below_and_with_nothing_else(code):
    source = "from one.deep import f"
    before = code.fingerprint(source)
    (code.root / "src/one/unseen.py").write_text("x = 1")
    assert Code(code.root).fingerprint(source) == before
    (code.root / "src/one/base.py").write_text("x = 1")
    assert Code(code.root).fingerprint(source) != before
    (code.root / "src/one/base.py").write_text("import math\n")
    (code.root / "constraints.txt").write_text("numpy==1")
    assert Code(code.root).fingerprint(source) != before


@pytest.mark.parametrize(
    ("stem", "module"), [("cost", "figures.measured"), ("proofread", "proofread.evidence")]
)
def test_chapters_that_read_what_is_kept_depend_on_it(stem, module):
    assert module in Code(ROOT).closure(code_of(ROOT / "book" / f"{stem}.md"))


def test_a_chapter_without_code_is_never_stale():
    assert code_of(ROOT / "book/references.md") is None


# The PDF


def test_a_chapter_of_the_pdf_has_names_of_its_own(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book/one.html").write_text(
        '<article class="bd-article"><h1>1. One<a class="headerlink" href="#one-it">#</a></h1>'
        '<p id="x"><a href="#x">a</a><a href="two.html#y">b</a><a href="two.html">c</a>'
        '<g clip-path="url(#x)"/><details class="z"></details></p></article>'
    )
    assert pdf.chapter(tmp_path, "one") == (
        '<section class="chapter" id="one"><h1>1. One</h1>'
        '<p id="one--x"><a href="#one--x">a</a><a href="#two--y">b</a><a href="#two">c</a>'
        '<g clip-path="url(#one--x)"/><details open class="z"></details></p></section>'
    )
    assert list(pdf.headings(tmp_path, "one")) == [("1. One", "one")]


def test_without_a_browser_the_package_is_named(monkeypatch):
    monkeypatch.setattr(chromium.shutil, "which", lambda name: None)
    with pytest.raises(RuntimeError, match="install the Debian package 'chromium'"):
        chromium.executable()


# The benchmark of the pages


def test_the_measured_pages_are_those_that_are_built():
    kept = json.loads(site.RESULT.read_text(encoding="utf-8"))
    stale = "benchmarks/site.json is stale: run `make bench`"
    assert kept["made_from"] == made_from(*site.MADE_FROM), stale


@pytest.mark.parametrize("slowdown", site.SLOWDOWNS)
def test_the_pages_are_lighter_and_sooner_there_than_the_stock_ones(slowdown):
    kept = json.loads(site.RESULT.read_text(encoding="utf-8"))["slowdown"][str(slowdown)]
    ours, stock = kept["ours"], kept["stock"]
    assert ours["kB"] <= 0.55 * stock["kB"]
    assert ours["all equations, s"] <= 0.5 * stock["all equations, s"]
    assert ours["first paint, s"] <= stock["first paint, s"]
    assert ours["layout shift"] < 0.01

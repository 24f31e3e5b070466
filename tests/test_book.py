"""Text, labels, code and table of contents hold one another."""

import ast
import contextlib
import inspect
import io
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import nbformat
import numpy as np
import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from numpydoc.validate import validate

import backprop
from proofread import displays
from proofread.check import Book, statements
from proofread.parse import Mistake, canonical, parse

ROOT = Path(__file__).parent.parent
CHAPTERS = displays.chapters(ROOT)


@cache
def book():
    return Book(ROOT)


def text_of(path):
    return path.read_text(encoding="utf-8")


def cells_of(path):
    notebook = read_myst_markdown_notebook(text_of(path), config=MdParserConfig())
    return [c for c in notebook.cells if c.cell_type == "code"], notebook


FRONT, NETWORK = ROOT / "book" / "index.md", ROOT / "book" / "network.md"
SPELLING = re.compile(r"^```\{code-block\} python\n(.*?)^```$", re.M | re.S)
COMPUTING = [path for path in CHAPTERS if "{code-cell}" in text_of(path)]
by_stem = pytest.mark.parametrize("path", COMPUTING, ids=lambda path: path.stem)
by_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
PUBLIC = [n for n in backprop.__all__ if inspect.isfunction(getattr(backprop, n))]
by_function = pytest.mark.parametrize("name", PUBLIC)


# The table of contents


def test_the_table_of_contents_lists_every_chapter_once():
    assert sorted(CHAPTERS) == sorted((ROOT / "book").glob("*.md"))


# Labels


def test_labels_are_named_after_their_chapter():
    for display in book().displays.values():
        assert display.label.startswith(f"eq-{display.path.stem.replace('_', '-')}-")


@by_chapter
def test_every_reference_to_an_equation_has_a_target(path):
    cited = set(re.findall(r"\{(?:eq|equation|shape)\}`([^`]+)`", text_of(path)))
    assert cited - set(book().displays) == set()


def test_every_label_named_in_the_code_exists():
    named = set(re.findall(r"\beq-[a-z0-9-]+", "".join(map(text_of, ROOT.glob("src/**/*.py")))))
    assert {n for n in named if n != "eq-label"} - set(book().displays) == set()


# Chapters and code


@by_stem
def test_every_row_of_the_summary_names_a_function_and_its_test(path):
    rows = re.findall(r"^\| (\{eq\}.*) \| (`.*`) \| `(.*)` \|$", text_of(path), re.M)
    for labels, functions, test in rows:
        source = text_of(ROOT / test)
        docs = [inspect.getdoc(getattr(backprop, f)) for f in re.findall(r"`(\w+)`", functions)]
        named = set(re.findall(r"eq-[a-z0-9-]+", " ".join(docs)))
        shown = set(re.findall(r"`(eq-[a-z0-9-]+)`", labels))
        assert path.stem == "by_hand" or shown & named, f"{functions} does not name {labels}"
        for function in re.findall(r"`(\w+)`", functions):
            assert hasattr(backprop, function), f"backprop has no {function}"
            assert re.search(rf"\b{function}\b", source), f"{test} never calls {function}"


@by_stem
def test_cells_and_spellings_run_and_assert(path):
    code, notebook = cells_of(path)
    assert code, f"no cells were found in {path.name}"
    namespace = {"__name__": "__main__"}
    for cell in notebook.cells:
        # PyTorch and JAX are no dependencies of the book: their spelling runs here alone
        sources = [cell.source] if cell.cell_type == "code" else SPELLING.findall(cell.source)
        for source in sources:
            assert "assert" in source or "from figures" in source, source
            with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(ROOT / "book"):
                exec(compile(source, f"{path.name}: cell", "exec"), namespace)


def test_every_spelling_is_found_by_the_test_that_runs_it():
    shown = sum(text_of(path).count("{code-block}") for path in CHAPTERS)
    found = sum(len(SPELLING.findall(text_of(path))) for path in COMPUTING)
    assert found == shown > 0


def test_the_code_beside_an_equation_stands_in_the_function_that_is_named():
    rows = re.findall(r"^\| \{equation\}`(.*)` \| `(.*)` \| `(.*)` \|$", text_of(NETWORK), re.M)
    assert len(rows) == 8  # dZ2, and three for each affine step, and dZ1
    params = backprop.init_params(3, 5, 4, np.random.default_rng(0))
    X, Y = np.random.default_rng(1).standard_normal((6, 3)), np.eye(6, 4)
    _, cache = backprop.forward(params, X, Y)
    grads, dX = backprop.backward(params, cache, with_input=True)
    dZ2 = backprop.cross_entropy_grad(cache.A1 @ params.W2 + params.b2, Y)
    dA1 = backprop.affine_vjp(dZ2, cache.A1, params.W2)[0]
    dZ1 = backprop.tanh_vjp(dA1, cache.A1)
    first, second = dict(X=X, W=params.W1, dZ=dZ1), dict(X=cache.A1, W=params.W2, dZ=dZ2)
    values = {
        "eq-collapse-batch": (dict(Y_hat=cache.Y_hat, Y=Y, N=6), dZ2),
        "eq-affine-da1": (second, dA1), "eq-affine-dw2": (second, grads.W2),
        "eq-affine-db2": (second, grads.b2),
        "eq-tanh-dz1": (dict(dA=dA1, A=cache.A1), dZ1),
        "eq-tanh-dx": (first, dX), "eq-tanh-dw1": (first, grads.W1),
        "eq-tanh-db1": (first, grads.b1),
    }  # fmt: skip
    for label, code, name in rows:
        module, _, function = name.rpartition(".")
        owner = import_module(f"backprop.{module}".rstrip("."))
        assert code in inspect.getsource(getattr(owner, function)), f"{name} has no {code}"
        arrays, expected = values[label]
        np.testing.assert_allclose(eval(code, dict(arrays)), expected, rtol=1e-12, atol=1e-15)


@by_stem
def test_cells_are_short_assert_something_and_define_no_function(path):
    for cell in cells_of(path)[0]:
        tree = ast.parse(cell.source)
        kinds = {type(node) for node in ast.walk(tree)}
        lines = [line for line in cell.source.split("\n") if line.strip()]
        assert len(lines) <= 15, cell.source
        assert all(len(line) <= 84 for line in lines), cell.source  # what fits the column
        assert not kinds & {ast.FunctionDef, ast.ClassDef}, cell.source
        assert ast.Assert in kinds or "from figures" in cell.source, cell.source


@by_stem
def test_no_cell_follows_another_without_prose_between(path):
    _, notebook = cells_of(path)
    kinds = [cell.cell_type for cell in notebook.cells]
    assert "code code" not in " ".join(kinds)
    assert nbformat.validate(notebook) is None


@pytest.mark.parametrize("path", set(COMPUTING) - {FRONT}, ids=lambda path: path.stem)
def test_chapters_begin_with_the_result_and_end_with_a_summary_and_sources(path):
    text = text_of(path)
    assert re.search(r"^# .*?\n\n.*?\$\$.*?^\*\*What you need:\*\*", text, re.M | re.S)
    headings = re.findall(r"^## (.*)$", text, re.M)
    assert "Summary" in headings and headings[-1] == "Sources"


@by_chapter
def test_prose_has_no_filler_and_one_sentence_a_line(path):
    prose = re.sub(r"^(```|~~~).*?^\1`*$|^\$\$.*?^\$\$.*?$", "", text_of(path), flags=re.M | re.S)
    assert not re.search(r"\b(clearly|obviously|trivially|easy to see|of course)\b", prose, re.I)
    for line in prose.split("\n"):
        if not line.startswith(("|", ">", "%", ":", "-")):
            assert not re.search(r"[a-z)]\. [A-Z]", line), f"two sentences in one line: {line}"


# Equations in the prose: a size, a number, or one that is labelled; the rest would go unchecked

SIZE = re.compile(r"[a-zA-Z]( = [NDHKijk0-9]+| = 1, \\dots, [NDHK])+")
QUOTED = re.compile(r'"[^"]*"|^\|(?= as asked|.*\| (right|the|a column|at best|with))[^|]*\|', re.M)
VALUE = re.compile(r"[\d\s.,()/{}+-]|\\(frac|cdot|log|times)|e\^|[DHKN]+ \+|[DHKN]+$")


@cache
def labelled():
    """Every pair of sides of one chain of the book, without the index of the sample."""
    pairs = set()
    for display in book().displays.values():
        if not display.refuted and not display.unchecked:
            for chain in statements(parse(display.latex)):
                sides = [chain[0].left, *(step.right for step in chain)]
                pairs |= {(plain(a), plain(b)) for a in sides for b in sides}
    return pairs


def plain(tree):
    return re.sub(r", 'n'(?=[,)])", "", repr(canonical(tree)))


def is_labelled(latex):
    try:
        ((step,),) = statements(parse(latex))
    except (Mistake, ValueError):
        return False
    return (plain(step.left), plain(step.right)) in labelled()


@by_chapter
def test_an_equation_in_the_prose_is_a_size_or_a_number_or_repeats_a_labelled_one(path):
    prose = re.sub(r"^(```|~~~).*?^\1`*$|^\$\$.*?^\$\$.*?$", "", text_of(path), flags=re.M | re.S)
    prose = QUOTED.sub("", re.sub(r"^>.*$", "", prose, flags=re.M))
    for latex in re.findall(r"\$([^$\n]*=[^$\n]*)\$", re.sub(r"`[^`\n]*`", "", prose)):
        right = latex.rpartition("=")[2].strip()
        states = SIZE.fullmatch(latex) or not VALUE.sub("", right)
        assert states or is_labelled(latex), f"{path.name}: {latex}"


# Docstrings


@by_function
def test_docstrings_follow_numpydoc(name):
    # Not asked for: "See Also" and a longer summary where there is nothing to add (SA01, ES01), a
    # sentence for an array whose line gives its shape (PR07, RT03), returns without a name (RT02),
    # a summary that begins with a verb (SS05): it may begin with the formula.
    accepted = {"SA01", "ES01", "PR07", "RT03", "RT02", "SS05"}
    errors = validate(f"backprop.{name}")["errors"]
    assert [e for e in errors if e[0] not in accepted] == []


@by_function
def test_docstrings_say_what_is_raised_and_show_an_example(name):
    doc = inspect.getdoc(getattr(backprop, name))
    takes = inspect.signature(getattr(backprop, name)).parameters
    for section in (*(("Parameters", "Raises") if takes else ()), "Returns", "Examples"):
        assert f"\n{section}\n---" in doc, f"{name} lacks {section}"


# The repository


def test_each_module_has_a_test_of_its_name_or_its_package():
    for path in set(ROOT.glob("src/*/*.py")) - set(ROOT.glob("src/*/__init__.py")):
        names = {path.stem.strip("_"), path.parent.name}
        assert any((ROOT / f"tests/test_{name}.py").exists() for name in names), path


def test_nothing_in_the_mathematics_knows_the_rest():
    for path in ROOT.glob("src/backprop/*.py"):
        assert not re.search(
            r"^(from|import) (proofread|equation_cards|press|figures)", text_of(path), re.M
        )
    for path in (*ROOT.glob("src/proofread/*.py"), *ROOT.glob("src/figures/*.py")):
        assert not re.search(
            r"^(from|import) (sphinx|docutils|equation_cards|press)", text_of(path), re.M
        )


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_dependency_is_pinned_and_has_its_reason(name):
    lines = [line for line in text_of(ROOT / name).split("\n") if line and line[0] not in "#-"]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w.\[\]-]+==[\w.]+ +# .+", line), line


def test_the_version_is_the_same_everywhere():
    version = re.search(r'^version = "(.*)"$', text_of(ROOT / "pyproject.toml"), re.M)[1]
    assert f"version: {version}" in text_of(ROOT / "CITATION.cff")
    assert f"## {version}" in text_of(ROOT / "CHANGELOG.md")

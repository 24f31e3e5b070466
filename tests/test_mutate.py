"""Single edits of the LaTeX: each kind of slip is made, and each one that matters is refused."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from proofread import evidence
from proofread.check import Book
from proofread.displays import Display
from proofread.mutate import meaning, mutants, survivors
from proofread.parse import parse
from small_book import TINY, only, page, write

ROOT = Path(__file__).parent.parent


@cache
def book():
    return Book(ROOT)


@cache
def listed():
    return evidence.equivalents(ROOT)


LABELS = [display.label for display in evidence.executed(book())]


# Every equation of the book


@pytest.mark.parametrize("label", LABELS)
def test_every_edit_of_an_equation_is_refused_or_was_reviewed(label):
    alive, count = survivors(book(), book().displays[label])
    assert sorted(m.line for m in alive) == sorted(listed().get(label, {}))
    known = evidence.read(ROOT)["equations"][label]
    assert (known["mutants"], known["equivalent"]) == (count, len(alive))


def test_the_evidence_is_that_of_this_book():
    kept = evidence.read(ROOT)
    stale = f"{evidence.EVIDENCE} is stale: run 'make evidence'"
    assert kept["made_from"] == evidence.fingerprint(book()), stale
    assert list(kept["equations"]) == LABELS


def test_there_are_thousands_of_edits_and_few_leave_an_equation_true():
    kept = evidence.read(ROOT)["equations"].values()
    edits, true = (sum(k[name] for k in kept) for name in ("mutants", "equivalent"))
    assert edits >= 1500 and true <= 0.02 * edits


def test_every_equivalent_edit_is_of_an_equation_of_the_book_and_has_its_reason():
    assert set(listed()) <= set(LABELS)
    reasons = [group["reason"] for group in evidence.groups(ROOT)]
    assert len(set(reasons)) == len(reasons)
    assert all(reason.endswith(".") and len(reason.split()) > 5 for reason in reasons)


# Every kind of slip

EDITS = {
    r"v = w - p": {"sign": r"v = w + p", "term": r"v = w"},
    r"v = - w": {"sign": r"v = w"},
    r"x = v W^\top": {"transpose": "x = v W", "factor": "x = v", "product": r"x = v \odot W^\top"},
    r"x^\top = W v^\top": {"order": r"x^\top = v^\top W", "transpose": r"x^\top = W v"},
    r"v = w \odot p": {"product": r"v = w \oslash p", "symbol": r"v = p \odot p"},
    r"v = \frac{1}{N} w": {"factor": r"v = w", "size": r"v = \frac{1}{K} w"},
    r"v = w": {"1/N": r"v = \frac{1}{N}\,w", "symbol": r"p = w"},
    r"v_i w_j = M_{ij}": {"index": r"v_j w_j = M_{ij}"},
    r"g = \sum_{k=1}^{K} v_k": {"sum": r"g = v_k", "size": r"g = \sum_{k=1}^{N} v_k"},
    r"v_i = \sum_{j \ne i} w_j": {"sum": r"v_i = \sum_j w_j"},
    r"v = \tanh(w)": {"function": r"v = \exp (w)"},
    r"\underbrace{v}_{1\times K} = w": {"shape": r"\underbrace{v}_{K\times 1} = w"},
    r"v = w \text{if } K = 2": {"hypothesis": r"v = w"},
    r"v_i = w_j \text{for } i \ne j": {"condition": r"v_i = w_j \text{for } i = j"},
    r"dv = dp": {"d": r"\Delta v = dp"},
    r"\Delta v = w": {"d": r"dv = w"},
    r"g = v_i^2": {"power": r"g = v_i^3", "number": None},
    r"v = 2 w": {"number": r"v = 3 w"},
    r"v \leq w \geq p": {"bound": r"v \geq w \geq p"},
    r"v = e^{w}": {"sign": r"v = e^{-(w)}"},
    r"M = I_K \otimes v^\top": {"order": r"M = v^\top \otimes I_K"},
    r"M = \frac{\partial p}{\partial v}": {"order": r"M = \frac{\partial v}{\partial p}"},
}  # fmt: skip


def written(latex):
    return " ".join(latex.split())


@pytest.mark.parametrize("latex", EDITS)
def test_each_kind_of_slip_is_made(latex):
    display = Display(latex, Path("page.md"), 1, 1, "eq-it", "tiny")
    made = {}
    for mutant in mutants(display, TINY):
        made.setdefault(mutant.operator, []).append(written(mutant.latex))
    for operator, expected in EDITS[latex].items():
        if expected is None:
            assert operator not in made
        else:
            assert written(expected) in made[operator], made


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"v + w = p", r"w + v = p"),
        (r"v \odot w = p", r"w \odot v = p"),
        (r"(v) = p", "v = p"),
    ],
)
def test_another_order_is_no_edit(one, other):
    assert meaning(parse(one)) == meaning(parse(other))
    assert meaning(parse("v - w = p")) != meaning(parse("w - v = p"))
    assert meaning(parse(r"\underbrace{v}_{1\times K} = p")) != meaning(parse("v = p"))


def test_an_edit_says_which_line_it_changed():
    latex = "v &= w \\\\\n&= p"
    display = Display(latex, Path("page.md"), 1, 1, "eq-it", "tiny")
    aligned = replace(display, latex=rf"\begin{{aligned}}{latex}\end{{aligned}}")
    lines = {mutant.line for mutant in mutants(aligned, TINY)}
    assert r"&= w \end{aligned}" in lines and r"\begin{aligned}v &= p \\" in lines


def test_no_edit_is_made_twice_and_all_can_be_read():
    display = Display(r"dv = dp\,\frac{\partial p}{\partial v}", Path("p"), 1, 1, "eq-it", "tiny")
    latex = [mutant.latex for mutant in mutants(display, TINY)]
    assert len(set(latex)) == len(latex) > 10
    for edited in latex:
        parse(edited)


def test_where_n_is_one_no_factor_is_lost():
    display = Display("v = w", Path("page.md"), 1, 1, "eq-it", "tiny")
    one = replace(TINY, sizes={"N": 1})
    assert "1/N" in {m.operator for m in mutants(display, TINY)}
    assert "1/N" not in {m.operator for m in mutants(display, one)}


# A definition is an equation too


def test_an_edited_definition_is_refused_by_its_anchor(tmp_path):
    with only(tiny=TINY):
        small = Book(write(tmp_path, page("v + v = 2 v")))
        display = small.displays["eq-p"]
        assert small.accepts(display)
        assert not small.accepts(replace(display, latex=r"p = \operatorname{softmax}(w)"))
        assert small.check_anchor("tiny", 0) is None  # the book itself is as it was


# The reviewed list


def test_a_line_that_is_listed_twice_is_an_error(tmp_path):
    (tmp_path / "evidence").mkdir()
    text = "- reason: It is so.\n  mutants: {eq-it: ['v = w', 'v = w']}\n"
    (tmp_path / "evidence" / "equivalent.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="eq-it: listed twice: v = w"):
        evidence.equivalents(tmp_path)


def test_survivors_that_nobody_reviewed_and_reviews_without_survivors_are_told(tmp_path):
    with only(tiny=TINY):
        shift = r"\operatorname{softmax}(v + g\,\mathbf 1^\top) = p"
        small = Book(write(tmp_path, page(shift)))
        counts, strays = evidence.measure(small, {"eq-it": {"v = w": "No such line."}})
    assert set(counts) == {"eq-p", "eq-it"} and counts["eq-it"]["equivalent"] > 0
    assert r"eq-it: \operatorname{softmax}(v - g\,\mathbf 1^\top) = p" in strays
    assert "eq-it: no survivor: v = w" in strays


def test_the_fingerprint_changes_with_an_equation(tmp_path):
    with only(tiny=TINY):
        one, other = (Book(write(tmp_path, page(f"v + v = {n} v"))) for n in (2, 3))
        assert evidence.fingerprint(one) != evidence.fingerprint(other)

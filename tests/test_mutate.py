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
from proofread.worlds import World
from small_book import TINY, display, only, page, write

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


# All edits of a display, in two worlds of few symbols: FEW has no N, and LAYERS has numbered ones

FEW = World(given={"v": "1×K", "W": "D×K", "L": "1×1"}, sizes={"D": 2})
LAYERS = World(
    given={"a_1": "1×K", "b_1": "1×K", "c_1": "N×1", "a_2": "1×D", "b_2": "K×K", "f_2": "1×K"}
    | {"a_q": "1×K", "c": "N×1", "f": "N×1", "L": "1×1"}
)
ALL = [
    (FEW, r"L = 2 L - L = 0", r"""
        sign: L = -2 L - L = 0
        sign: L = 2 L + L = 0
        term: L = 2 L = 0
        term: L = L = 0
        factor: L = 2 - L = 0
        factor: L = L - L = 0
        number: L = 3 L - L = 0
        number: L = 2 L - L = 1
     """),
    (FEW, r"W = W v^\top v", r"""
        sign: W = -W v^\top v
        transpose: W^\top = W v^\top v
        factor: W = W v^\top
        factor: W = v
        order: W = W v v^\top
        product: W = W v^\top \odot v
        factor: W = W v
        factor: W = v^\top v
        order: W = v^\top W v
        product: W = W \odot v^\top v
        transpose: W = W^\top v^\top v
        transpose: W = W v v
        transpose: W = W v^\top v^\top
     """),
    (FEW, r"v = 2 (v) L", r"""
        sign: v = -2 (v) L
        transpose: v^\top = 2 (v) L
        factor: v = 2 (v)
        factor: v = L
        factor: v = 2 L
        factor: v = (v) L
        number: v = 3 (v) L
        transpose: v = 2 (v)^\top L
        transpose: v = 2 (v^\top) L
     """),
    (FEW, r"L = 1 + 2 + L", r"""
        sign: L = -1 + 2 + L
        sign: L = 1 + 2 - L
        term: L = 1 + 2
        term: L = L
        sign: L = 1 - 2 + L
        term: L = 1 + L
        term: L = 2 + L
        number: L = 2 + 2 + L
        number: L = 1 + 3 + L
     """),
    (FEW, r"L = L L", r"""
        sign: L = -L L
        factor: L = L
     """),
    (FEW, r"L = L \odot L \oslash 3 L", r"""
        sign: L = -L \odot L \oslash 3 L
        factor: L = L \odot L
        factor: L = 3 L
        product: L = L \odot L \odot 3 L
        factor: L = L \oslash 3 L
        product: L = L L \oslash 3 L
        factor: L = L \odot L \oslash 3
        factor: L = L \odot L \oslash L
        number: L = L \odot L \oslash 4 L
     """),
    (FEW, r"L = v \otimes W", r"""
        sign: L = -v \otimes W
        factor: L = v
        factor: L = W
        order: L = W \otimes v
        transpose: L = v^\top \otimes W
        transpose: L = v \otimes W^\top
     """),
    (FEW, r"L = \frac{L}{2} + \frac{1}{L}", r"""
        sign: L = -\frac{L}{2} + \frac{1}{L}
        sign: L = \frac{L}{2} - \frac{1}{L}
        term: L = \frac{L}{2}
        term: L = \frac{1}{L}
        factor: L = L + \frac{1}{L}
        factor: L = \frac{L}{1} + \frac{1}{L}
        factor: L = \frac{1}{2} + \frac{1}{L}
        order: L = \frac{2}{L} + \frac{1}{L}
        number: L = \frac{L}{3} + \frac{1}{L}
        factor: L = \frac{L}{2} + 1
        order: L = \frac{L}{2} + \frac{L}{1}
        number: L = \frac{L}{2} + \frac{2}{L}
     """),
    (FEW, r"L = \delta_{ij} / K", r"""
        sign: L = -\delta_{ij} / K
        factor: L = \delta_{ij}
        factor: L = \delta_{ij} / 1
        factor: L = 1 / K
        order: L = \frac{K}{\delta_{ij}}
        index: L = \delta_{jj} / K
        index: L = \delta_{ii} / K
        size: L = \delta_{ij} / N
        size: L = \delta_{ij} / D
        size: L = \delta_{ij} / H
     """),
    (FEW, r"L = \sum_{k=1}^{K} \sum_i W_{ik}", r"""
        sign: L = -\sum_{k=1}^{K} \sum_i W_{ik}
        sum: L = \sum_i W_{ik}
        size: L = \sum_{k=1}^{N} \sum_i W_{ik}
        size: L = \sum_{k=1}^{D} \sum_i W_{ik}
        size: L = \sum_{k=1}^{H} \sum_i W_{ik}
        sum: L = \sum_{k=1}^{K} W_{ik}
        index: L = \sum_{k=1}^{K} \sum_i W_{kk}
        index: L = \sum_{k=1}^{K} \sum_i W_{ii}
     """),
    (FEW, r"L = \sum_{i \ne j} W_{1,i}", r"""
        sign: L = -\sum_{i \ne j} W_{1,i}
        sum: L = \sum_i W_{1,i}
        sum: L = W_{1,i}
        index: L = \sum_{i \ne j} W_{2,i}
        index: L = \sum_{i \ne j} W_{1,j}
     """),
    (FEW, r"I_K = \mathbf 1_K", r"""
        sign: I_K = -\mathbf 1_K
        size: I_N = \mathbf 1_K
        size: I_D = \mathbf 1_K
        size: I_H = \mathbf 1_K
        size: I_K = \mathbf 1_N
        size: I_K = \mathbf 1_D
        size: I_K = \mathbf 1_H
        transpose: I_K = \mathbf 1_K^\top
     """),
    (FEW, r"L = W_{2,i}^2 + L^3", r"""
        sign: L = -W_{2,i}^2 + L^3
        sign: L = W_{2,i}^2 - L^3
        term: L = W_{2,i}^2
        term: L = L^3
        index: L = W_{1,i}^2 + L^3
        power: L = W_{2,i} + L^3
        power: L = W_{2,i}^3 + L^3
        power: L = W_{2,i}^2 + L
        power: L = W_{2,i}^2 + L^2
     """),
    (FEW, r"L = e^{-L} + \tanh(L)", r"""
        sign: L = -e^{-L} + \tanh(L)
        sign: L = e^{-L} - \tanh(L)
        term: L = e^{-L}
        term: L = \tanh(L)
        sign: L = e^{-(-L)} + \tanh(L)
        sign: L = e^{L} + \tanh(L)
        function: L = e^{-L} + (L)
        function: L = e^{-L} + \log (L)
        function: L = e^{-L} + \exp (L)
     """),
    (FEW, r"L = \log 1.5", r"""
        sign: L = -\log 1.5
        function: L = (1.5)
        function: L = \tanh 1.5
        function: L = \exp 1.5
     """),
    (FEW, r"L = \begin{cases} 1 & \text{if } i = j \\ 2 & \text{if } i \ne j \end{cases}", r"""
        sign: L = -\begin{cases} 1 & \text{if } i = j \\ 2 & \text{if } i \ne j \end{cases}
        condition: L = \begin{cases} 1 & \text{if } i \ne j \\ 2 & \text{if } i \ne j \end{cases}
        condition: L = \begin{cases} 1 & \text{if } i = j \\ 2 & \text{if } i = j \end{cases}
        number: L = \begin{cases} 2 & \text{if } i = j \\ 2 & \text{if } i \ne j \end{cases}
        number: L = \begin{cases} 1 & \text{if } i = j \\ 3 & \text{if } i \ne j \end{cases}
     """),
    (FEW, r"v = \begin{pmatrix} L & 1 \end{pmatrix}", r"""
        sign: v = -\begin{pmatrix} L & 1 \end{pmatrix}
        transpose: v^\top = \begin{pmatrix} L & 1 \end{pmatrix}
        order: v = \begin{pmatrix} 1 & L \end{pmatrix}
        number: v = \begin{pmatrix} L & 2 \end{pmatrix}
     """),
    (FEW, r"\frac{\partial L}{\partial v} = \mathbf 1_{1\times D}", r"""
        sign: \frac{\partial L}{\partial v} = -\mathbf 1_{1\times D}
        order: \frac{\partial v}{\partial L} = \mathbf 1_{1\times D}
        transpose: \frac{\partial L}{\partial v} = \mathbf 1_{1\times D}^\top
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{D\times 1}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{N\times D}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{D\times D}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{H\times D}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{K\times D}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{1\times 1}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{1\times N}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{1\times H}
        shape: \frac{\partial L}{\partial v} = \mathbf 1_{1\times K}
     """),
    (FEW, r"L \in \mathbb R^{1\times N}", r"""
        sign: -L \in \mathbb R^{1\times N}
        shape: L \in \mathbb R^{N\times 1}
        shape: L \in \mathbb R^{N\times N}
        shape: L \in \mathbb R^{D\times N}
        shape: L \in \mathbb R^{H\times N}
        shape: L \in \mathbb R^{K\times N}
        shape: L \in \mathbb R^{1\times 1}
        shape: L \in \mathbb R^{1\times D}
        shape: L \in \mathbb R^{1\times H}
        shape: L \in \mathbb R^{1\times K}
     """),
    (FEW, r"L \geq 2 \geq L^2", r"""
        sign: L \geq -2 \geq L^2
        sign: L \geq 2 \geq -L^2
        number: L \geq 3 \geq L^2
        power: L \geq 2 \geq L
        power: L \geq 2 \geq L^3
        bound: L \leq 2 \geq L^2
        bound: L \geq 2 \leq L^2
     """),
    (LAYERS, r"c = -c \text{since } N = 1", r"""
        symbol: f = -c \text{since } N = 1
        transpose: c^\top = -c \text{since } N = 1
        sign: c = c \text{since } N = 1
        symbol: c = -f \text{since } N = 1
        transpose: c = -c^\top \text{since } N = 1
        hypothesis: c = -c
     """),
    (LAYERS, r"L = -L \text{since } K = N", r"""
        1/N: L = -\frac{1}{N}\,L \text{since } K = N
        sign: L = L \text{since } K = N
        hypothesis: L = -L
     """),
    (LAYERS, r"dc = \Delta c", r"""
        sign: dc = -\Delta c
        1/N: dc = \frac{1}{N}\,\Delta c
        d: c = \Delta c
        d: \Delta c = \Delta c
        transpose: dc^\top = \Delta c
        symbol: df = \Delta c
        d: dc = c
        d: dc = dc
        transpose: dc = \Delta c^\top
        symbol: dc = \Delta f
     """),
    (LAYERS, r"da_1 = \Delta a_1", r"""
        sign: da_1 = -\Delta a_1
        1/N: da_1 = \frac{1}{N}\,\Delta a_1
        symbol: db_1 = \Delta a_1
        layer: da_2 = \Delta a_1
        transpose: da_1^\top = \Delta a_1
        d: a_1 = \Delta a_1
        d: \Delta a_1 = \Delta a_1
        symbol: da_1 = \Delta b_1
        layer: da_1 = \Delta a_2
        transpose: da_1 = \Delta a_1^\top
        d: da_1 = a_1
        d: da_1 = da_1
     """),
    (LAYERS, r"L = b_2 (b_2)", r"""
        sign: L = -b_2 (b_2)
        1/N: L = \frac{1}{N}\,b_2 (b_2)
        factor: L = b_2
        factor: L = (b_2)
        product: L = b_2 \odot (b_2)
        layer: L = b_1 (b_2)
        transpose: L = b_2^\top (b_2)
        transpose: L = b_2 (b_2)^\top
        layer: L = b_2 (b_1)
        transpose: L = b_2 (b_2^\top)
     """),
    (LAYERS, r"a_{1,i} = (b_1)_i \text{for } i \ne j", r"""
        sign: a_{1,i} = -(b_1)_i \text{for } i \ne j
        1/N: a_{1,i} = \frac{1}{N}\,(b_1)_i \text{for } i \ne j
        symbol: b_{1,i} = (b_1)_i \text{for } i \ne j
        layer: a_{2,i} = (b_1)_i \text{for } i \ne j
        symbol: a_{1,i} = (a_1)_i \text{for } i \ne j
        layer: a_{1,i} = (b_2)_i \text{for } i \ne j
        transpose: a_{1,i} = (b_1^\top)_i \text{for } i \ne j
        condition: a_{1,i} = (b_1)_i
        condition: a_{1,i} = (b_1)_i \text{for } i = j
     """),
]  # fmt: skip


@pytest.mark.parametrize(("world", "latex", "edits"), ALL)
def test_no_other_slip_is_made(world, latex, edits):
    display = Display(latex, Path("page.md"), 1, 1, "eq-it", "tiny")
    made = [f"{mutant.operator}: {written(mutant.latex)}" for mutant in mutants(display, world)]
    assert sorted(made) == sorted(written(edit) for edit in edits.strip().splitlines())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"v + w = p", r"w + v = p"),
        (r"v \odot w = p", r"w \odot v = p"),
        (r"\sum_k v_k + \sum_{k=1}^{K} v_k = g", r"\sum_{k=1}^{K} v_k + \sum_k v_k = g"),
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
        assert not small.accepts(replace(small.displays["eq-it"], latex="v + v = 3 v"))
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
        not_meant = "```{refuted}\n:label: eq-no\n:fails: value\n:instead: eq-it\nv = w\n```\n"
        not_meant += "% unchecked: a bound\n\n" + display("v = w", "eq-may-be")
        small = Book(write(tmp_path, page(shift) + not_meant))
        counts, strays = evidence.measure(small, {"eq-it": {"v = w": "No such line."}})
    assert set(counts) == {"eq-p", "eq-it"}
    made = [mutant.line for mutant in mutants(small.displays["eq-it"], TINY)]
    assert counts["eq-it"]["mutants"] == len(made) > counts["eq-it"]["equivalent"] > 0
    assert r"eq-it: \operatorname{softmax}(v - g\,\mathbf 1^\top) = p" in strays
    assert "eq-it: no survivor: v = w" in strays


def test_the_evidence_is_written_and_summed_up(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "equivalent.yml").write_text("[]\n", encoding="utf-8")
    with only(tiny=TINY):
        small = Book(write(tmp_path, page(r"L \geq L - g^2")))
        assert evidence.main() == 1
        kept, printed = evidence.read(tmp_path), capsys.readouterr()
        counts, strays = evidence.measure(small, {})
        assert kept == {"made_from": evidence.fingerprint(small), "equations": counts}
    assert printed.err.splitlines() == strays != []
    made, equal = (sum(c[name] for c in counts.values()) for name in ("mutants", "equivalent"))
    proved = [c["symbolic"] for c in counts.values()].count("verified")
    assert 0 < equal == len(strays) < made
    assert printed.out.splitlines() == [
        f"{made} mutants, {equal} equivalent, {equal} to review",
        f"{proved} of 2 equations verified symbolically",
    ]


def test_the_fingerprint_changes_with_an_equation(tmp_path):
    with only(tiny=TINY):
        one, other = (Book(write(tmp_path, page(f"v + v = {n} v"))) for n in (2, 3))
        assert evidence.fingerprint(one) != evidence.fingerprint(other)

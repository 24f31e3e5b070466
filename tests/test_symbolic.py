"""What is proved for symbolic sizes is true; and nearly all of the book is proved."""

import math
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import sympy

from proofread import index_form as form
from proofread.check import Book, shapes_of, statements
from proofread.evaluate import STEP, Evaluate, Point, assignments
from proofread.mutate import mutants
from proofread.parse import parse
from proofread.symbolic import Verdict, verify, verify_all
from proofread.translate import Program, Translate
from small_book import TINY, only, page, write

ROOT = Path(__file__).parent.parent
EVERY = 17  # of so many mutants of a display one is tried; once, all were
SIZES = {"N": 2, "D": 3, "H": 4, "K": 5}


@cache
def book():
    return Book(ROOT)


def chains_of(display):
    """The chains of a display with their shapes."""
    world = book().world(display)
    for chain in statements(parse(display.latex)):
        yield chain, shapes_of(chain, world, display.sizes)


# The book


def test_every_display_of_the_book_is_proved_or_cannot_be_written_in_index_form():
    verdicts = verify_all(book())
    left = {label: v for label, v in verdicts.items() if v.verdict != "verified"}
    left = {label: v for label, v in left.items() if not book().displays[label].refuted}
    assert {v.verdict for v in left.values()} == {"not expressible"}
    assert left["eq-softmax-rank"].reason == "the rank of a matrix"
    assert len(left) < 0.1 * len(verdicts)


def test_what_stands_refuted_is_not_proved():
    refuted = [d for d in book().displays.values() if d.refuted]
    assert refuted
    assert {verify(book(), d).verdict for d in refuted} == {"undecided"}


def test_no_slip_that_the_checks_refuse_is_proved():
    wrong, tried = [], 0
    for start, display in enumerate(book().displays.values()):
        if display.unchecked or display.refuted == "shape":
            continue
        found = mutants(display, book().world(display))
        for mutant in islice(found, start % EVERY, None, EVERY):
            slip = replace(display, latex=mutant.latex, refuted=None)
            if verify(book(), slip) == Verdict("verified") and not book().accepts(slip):
                wrong.append((display.label, mutant.line))
            tried += 1
    assert (wrong, tried > 400) == ([], True)


# Index form against execution


def at_place(point, name, index):
    """The number behind a symbol of an index form, at a point."""
    if name.startswith("∂"):
        made, source = name.removeprefix("∂ ").split(" / ∂ ")
        split = sum(axis != "1" for axis in axes_of(point.world, made))
        moved = point.cut(source, cell(point.world, source, index[split:]))
        return moved.value(made)[cell(point.world, made, index[:split])].imag / STEP
    if name.startswith("Δ"):
        array = name.removeprefix("Δ ")
        return point.direction[array][cell(point.world, array, index)]
    return point.value(name)[cell(point.world, name, index)].real


def axes_of(world, array):
    symbol = world.arrays[array]
    return "N" if symbol.per_sample else symbol.shape[0], symbol.shape[1]


def cell(world, array, index):
    at = list(index)
    return tuple(0 if axis == "1" else at.pop(0) for axis in axes_of(world, array))


def value(expression, symbol, env, sizes, functions=math):
    """An expression as a number; ``symbol(name, indices)`` is that of a symbol."""
    total = 0
    for factors, c in expression.items():
        parts = (of_atom(a, symbol, env, sizes, functions) ** p for a, p in factors)
        total += c * math.prod(parts)
    return total


def of_atom(a, symbol, env, sizes, functions):
    match a[0]:
        case "symbol":
            return symbol(a[1], tuple(int(i) - 1 if i.isdigit() else env[i] for i in a[2]))
        case "delta":
            return int(env[a[1]] == env[a[2]])
        case "size":
            return sizes[a[1]]
        case "sum":
            (index, axis), *more = a[1]
            rest = ("sum", tuple(more), a[2]) if more else ("plus", ((a[2], 1),))
            each = ({**env, index: k} for k in range(sizes[axis]))
            return sum(of_atom(rest, symbol, at, sizes, functions) for at in each)
    inside = value(dict(a[1]), symbol, env, sizes, functions)
    return inside if a[0] == "plus" else getattr(functions, a[0])(inside)


def entries_of(program, side, env, shapes, executed):
    """Some entries of a side: their index forms, and the numbers that execution finds."""
    translated = Translate(program, {i: i for i in env}, shapes).of(side)
    rows, columns = executed.shape or (1, 1)
    for row, column in {(0, 0), (rows - 1, columns - 1)}:
        places = [unravel(at, axis) for at, axis in zip((row, column), translated.shape)]
        names = [tuple(f"{w}{m}" for m in range(len(p))) for w, p in zip("rc", places)]
        at = dict(zip(names[0] + names[1], places[0] + places[1]))
        yield translated.entry(*names), env | at, executed.reshape(rows, columns)[row, column]


def unravel(at, axis):
    sizes = [SIZES[part] for part in axis.split("·") if part != "1"]
    return tuple(int(i) for i in np.unravel_index(at, sizes)) if sizes else ()


@pytest.mark.parametrize("world", ["network", "softmax", "chain", "difference"])
def test_every_side_has_the_values_that_execution_finds(world):
    tried = 0
    for display in book().displays.values():
        if display.unchecked or display.refuted == "shape" or display.world != world:
            continue
        if display.sizes or r"\operatorname{rank}" in display.latex:
            continue
        world_, program = book().world(display), book().program(world)
        rng = np.random.default_rng(1)
        point = Point.random(world_, program, SIZES, rng)
        for chain, shapes in chains_of(display):
            for side in (chain[0].left, *(step.right for step in chain)):
                env = next(assignments(shapes, SIZES)) if shapes.free else {}
                executed = Evaluate(point, env, shapes).of(side)
                given = Program(world_, program, {})
                for e, at, wanted in entries_of(given, side, env, shapes, executed):
                    found = value(e, lambda *s, p=point: at_place(p, *s), at, SIZES)
                    assert found == pytest.approx(wanted, rel=1e-7, abs=1e-9), display.label
                    tried += 1
    assert tried > 2


# The algebra keeps values


class Grown:
    """A random expression, together with its value computed without the algebra."""

    sizes, functions = {"K": 5, "N": 2}, math

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        shapes = {"a": "K", "M": "KK", "B": "NK"}
        self.numbers = {name: self.array(name, shape) for name, shape in shapes.items()}

    def array(self, name, shape):
        return self.rng.normal(size=[self.sizes[axis] for axis in shape])

    def symbol(self, name, index):
        return self.numbers[name][index]

    def pick(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def leaf(self):
        i, j = self.pick("i", "j", "k"), self.pick("i", "j", "k")
        kind = self.pick("a", "M", "B", "delta", "number")
        if kind == "number":
            c = int(self.rng.integers(-2, 3))
            return form.number(c), lambda env: c
        if kind == "delta":
            return form.delta(i, j), lambda env: int(env[i] == env[j])
        index = {"a": (i,), "M": (i, j), "B": ("n", j)}[kind]
        leaf = form.atom("symbol", kind, index)
        return leaf, lambda env: self.numbers[kind][tuple(env[x] for x in index)]

    def grow(self, depth):
        if depth == 0:
            return self.leaf()
        kind = self.pick("add", "times", "times", "sum", "sum", "exp", "tanh", "divide", "rename")
        return getattr(self, kind)(depth - 1)

    def add(self, depth):
        (a, f), (b, g) = self.grow(depth), self.grow(depth)
        return form.add(a, b), lambda env: f(env) + g(env)

    def times(self, depth):
        (a, f), (b, g) = self.grow(depth), self.grow(depth)
        return form.times(a, b), lambda env: f(env) * g(env)

    def sum(self, depth):
        (a, f), k = self.grow(depth), self.pick("i", "j", "k", "n")
        axis = "N" if k == "n" else "K"
        values = range(self.sizes[axis])
        return form.sum_over(a, {k: axis}), lambda env: sum(f({**env, k: v}) for v in values)

    def exp(self, depth):
        a, f = self.tanh(depth)
        return form.exponential(a), lambda env: self.functions.exp(f(env))

    def tanh(self, depth):
        a, f = self.grow(depth)
        return form.tangent(a), lambda env: self.functions.tanh(f(env))

    def divide(self, depth):
        (a, f), (b, g) = self.grow(depth), self.exp(depth)
        below = form.add(b, form.number(1))
        return form.times(a, form.power(below, -1)), lambda env: f(env) / (g(env) + 1)

    def rename(self, depth):
        (a, f), i, j = self.grow(depth), self.pick("i", "k"), self.pick("i", "j", "k")
        return form.reindexed(a, {i: j}), lambda env: f({**env, i: env[j]})


@pytest.mark.parametrize("seed", range(300))
def test_the_algebra_keeps_values(seed):
    grown = Grown(seed)
    e, wanted = grown.grow(1 + seed % 5)
    for env in ({"i": 0, "j": 0, "k": 1, "n": 1}, {"i": 3, "j": 2, "k": 4, "n": 0}):
        sizes = {"K": 5, "N": 2}
        found = value(e, grown.symbol, env, sizes)
        assert found == pytest.approx(wanted(env), rel=1e-6, abs=1e-8)
        cleared = form.cleared(e)
        assert bool(value(cleared, grown.symbol, env, sizes)) <= bool(cleared)


# SymPy judges the algebra: the form and its derivative are those that SymPy has


class Exact(Grown):
    """The same with SymPy's symbols, at sizes that are small enough to write everything out."""

    sizes, functions = {"K": 2, "N": 2}, sympy

    def array(self, name, shape):
        return np.array(sympy.symbols(f"{name}:{'2:' * len(shape)}"[:-1])).reshape([2] * len(shape))


@pytest.mark.parametrize("seed", range(60))
def test_sympy_finds_the_same_expression_and_the_same_derivative(seed):
    grown = Exact(seed)
    e, wanted = grown.grow(1 + seed % 3)
    by_first = form.derivative(e, lambda a: form.delta(a[2][0], "1") if a[1] == "a" else {})
    env = {"1": 0, "i": 0, "j": 1, "k": 1, "n": 0}
    exact = wanted(env)
    for found, true in ((e, exact), (by_first, sympy.diff(exact, grown.numbers["a"][0]))):
        difference = value(found, grown.symbol, env, grown.sizes, sympy) - true
        assert sympy.simplify(sympy.expand(difference)) == 0


# Single equations


def verdict(root, latex, sizes="", world=TINY):
    """The verdict on one equation of a small book."""
    with only(tiny=world):
        small = Book(write(root, page(latex, sizes)))
        return verify(small, small.displays["eq-it"])


TRUE = [
    # matrix products, transposes, traces
    r"v\,w^\top = \sum_{k=1}^{K} v_k w_k",
    r"(x\,W)^\top = W^\top x^\top",
    r"\operatorname{tr}(M\,M^\top) = \sum_{i=1}^{K} \sum_{j=1}^{K} M_{ij}^2",
    r"\operatorname{tr}(v^\top w\,M) = w\,M\,v^\top",
    r"(v^\top w)_{ij} = v_i\,w_j",
    r"\operatorname{diag}(v)\,w^\top = (v \odot w)^\top",
    r"\mathbf 1_K^\top M\,\mathbf 1_K = \sum_{i=1}^{K} \sum_{j=1}^{K} M_{ij}",
    r"I_K\,M = M",
    r"u\,u^\top = \sum_{k=1}^{K} U_{nk}^2",
    r"U^\top U = \sum_{n=1}^{N} u_n^\top u_n",
    r"\operatorname{vec}(B\,M) = \operatorname{vec}(B)\,(I_N \otimes M)",
    # sums and the names of their indices
    r"\Bigl(\sum_{k=1}^{K} v_k\Bigr)^2 = \sum_{k=1}^{K} \sum_{j=1}^{K} v_k v_j",
    r"\sum_{k=1}^{K} \sum_{j=1}^{K} M_{kj} w_k = \sum_{j=1}^{K} \sum_{k=1}^{K} M_{jk} w_j",
    r"\sum_{k=1}^{K} v_k\,e^{\sum_j M_{kj}} = \sum_{j=1}^{K} v_j\,e^{\sum_k M_{jk}}",
    r"\sum_{k=1}^{K} g = K g",
    r"\sum_{n=1}^{N} \sum_{k=1}^{K} v_k = N \sum_{k=1}^{K} v_k",
    r"\sum_{j \ne i} M_{ij} = \sum_{j=1}^{K} M_{ij} - M_{ii}",
    # deltas and cases
    r"\sum_{k=1}^{K} \delta_{ik}\,M_{kj} = M_{ij}",
    r"\sum_{i=1}^{K} \sum_{j=1}^{K} \delta_{ij}\,v_i = \sum_{k=1}^{K} v_k",
    r"\delta_{ij}\,v_i = \delta_{ij}\,v_j",
    r"\delta_{ij}^2\,v_i = \delta_{ij}\,v_i",
    r"M_{ij} = M_{ji} \quad \text{for } i = j",
    r"(v_i + g)\,\delta_{ij} = 0 \quad \text{for } i \ne j",
    r"\begin{cases} v_i & \text{for } i = j \\ 0 & \text{for } i \ne j \end{cases}"
    r" = \delta_{ij} v_j",
    r"\begin{pmatrix} v_1 & \cdots & v_K \end{pmatrix} = v",
    r"\begin{pmatrix} v_1 & \cdots & g \\ \vdots & \ddots & \vdots \\ g & \cdots& v_K \end{pmatrix}"
    r" = \operatorname{diag}(v) + g\,(\mathbf 1_K\,\mathbf 1_K^\top - I_K)",
    # functions
    r"\log(e^{v_i}\,e^{w_i}) = v_i + w_i",
    r"\log\frac{1}{4} = -2\log 2",
    r"\tanh v_i = 1 - \frac{2}{e^{2 v_i} + 1}",
    r"\operatorname{softmax}(v + g\,\mathbf 1^\top) = p",
    r"\sum_{k=1}^{K} p_k = 1",
    r"\log p_i = v_i - \log\Bigl(\sum_{k=1}^{K} e^{v_k}\Bigr)",
    # derivatives
    r"\frac{\partial p_i}{\partial v_j} = p_i(\delta_{ij} - p_j)",
    r"dv = dp\,\frac{\partial p}{\partial v}",
    r"\Delta L = dp\,\Delta p^\top = dv\,\Delta v^\top",
    r"\frac{\partial}{\partial x_i}\Bigl(\sum_{k=1}^{D} x_k^2\Bigr) = 2 x_i",
    r"\frac{\partial M_{ij}}{\partial M_{kl}} = \delta_{ik}\,\delta_{jl}",
    # hypotheses and sizes
    r"\sum_{k=1}^{K} w_k\,v_i = v_i \quad \text{if } \sum_{k=1}^{K} w_k = 1",
    r"g\,(\mathbf 1_K^\top \mathbf 1_K) = 2 g \quad \text{if } K = 2",
    r"\operatorname{tr}(I_K) = 2 \quad \text{if } K = 2",
]

FALSE = [
    r"\Bigl(\sum_{k=1}^{K} v_k\Bigr)^2 = \sum_{k=1}^{K} v_k^2",
    r"\sum_{k=1}^{K} v_k\,w_k = \Bigl(\sum_{k=1}^{K} v_k\Bigr)\Bigl(\sum_{j=1}^{K} w_j\Bigr)",
    r"\sum_{k=1}^{K} \sum_{j=1}^{K} M_{kj} w_k = \sum_{k=1}^{K} \sum_{j=1}^{K} M_{kj} w_j",
    r"\sum_{k=1}^{K} v_k\,e^{\sum_j M_{kj}} = \sum_{k=1}^{K} v_k\,e^{\sum_j M_{jk}}",
    r"\sum_{k=1}^{K} M_{kk} v_i = \sum_{k=1}^{K} M_{ki} v_k",
    r"\sum_{k=1}^{K} g = g",
    r"\sum_{n=1}^{N} \sum_{k=1}^{K} v_k = K \sum_{k=1}^{K} v_k",
    r"\sum_{k=1}^{K} \delta_{ik}\,M_{kj} = M_{ji}",
    r"\delta_{ij}\,v_i = v_i",
    r"M_{ij} = M_{ji}",
    r"M^\top = M",
    r"M_{ij} = M_{ii} \quad \text{for } i \ne j",
    r"\operatorname{tr}(M\,M) = \operatorname{tr}(M\,M^\top)",
    r"v^\top w = w^\top v",
    r"\begin{pmatrix} v_1 & \cdots & v_K \end{pmatrix} = w",
    r"\begin{pmatrix} v_1 & \cdots & g \\ \vdots & \ddots & \vdots \\ g & \cdots& v_K \end{pmatrix}"
    r" = \operatorname{diag}(v)",
    r"U^\top U = u^\top u",
    r"B^\top B\,M = M\,B^\top B",
    r"\operatorname{vec}(B\,M) = \operatorname{vec}(B)\,(I_N \otimes M^\top)",
    r"e^{v_i + w_i} = e^{v_i} + e^{w_i}",
    r"\log(e^{v_i} + e^{w_i}) = v_i + w_i",
    r"\tanh v_i = 1 - \frac{2}{e^{v_i} + 1}",
    r"\sum_{k=1}^{K} p_k^2 = 1",
    r"\frac{\partial p_i}{\partial v_j} = p_i(1 - p_j)",
    r"\frac{\partial p_i}{\partial v_j} = p_i(\delta_{ij} - p_i)",
    r"\frac{\partial M_{ij}}{\partial M_{kl}} = \delta_{il}\,\delta_{jk}",
    r"dv = dp",
    r"\Delta L = dp\,\Delta v^\top",
    r"\sum_{k=1}^{K} v_k\,g = g \quad \text{if } \sum_{k=1}^{K} w_k = 1",
    r"\sum_{k=1}^{K} w_k\,v_k = v_i \quad \text{if } \sum_{k=1}^{K} w_k = 1",
    r"\sum_{k=1}^{K} w_k^2 = 1 \quad \text{if } \sum_{k=1}^{K} w_k = 1",
    r"\operatorname{tr}(I_K) = 3 \quad \text{if } K = 2",
]

# True or without meaning, but refused: each for a reason that is told.
TOLD = {
    r"v + g\,w - w\,g = v \quad \text{if } K = 2": "step 1 holds without its hypothesis as well",
    r"dp\,\frac{\partial p}{\partial v} = dv = \frac{\partial p}{\partial v}\,dp": "product of",
    r"dv^\top = \frac{\partial p}{\partial v}\,dp^\top": "step 1 is not proved by the chain rule",
    r"\frac{\partial v_i}{\partial w_j} = 0": "a derivative is zero",
    r"v = v": "the two sides are the same",
    r"v_1 = 2": "index 1 needs a world in which K is fixed",
}

INEXPRESSIBLE = {
    r"\operatorname{rank}(v^\top v) = 1": "the rank of a matrix",
    r"\log v_i^2 = 2 \log v_i": "the logarithm of something that may not be positive",
    r"\frac{v_i - v_i}{w_j - w_j} = 1": "division by zero",
    r"\frac{v_i + w_i}{v_i + w_i} = 1": "division by a sum that may be zero",
    r"\frac{v_i\,\delta_{ij}}{\delta_{ij}} = v_i": "division by a Kronecker delta",
    r"g \leq g + 1": "a bound",
    r"v \in \mathbb R^{1 \times K}": "no equation",
}


@pytest.mark.parametrize("latex", TRUE)
def test_a_true_equation_is_proved(tmp_path, latex):
    assert verdict(tmp_path, latex) == Verdict("verified")


@pytest.mark.parametrize("latex", FALSE)
def test_a_false_equation_is_not_proved(tmp_path, latex):
    assert verdict(tmp_path, latex).verdict == "undecided"


@pytest.mark.parametrize("latex", TOLD)
def test_what_the_checks_refuse_is_refused_for_the_same_reason(tmp_path, latex):
    found = verdict(tmp_path, latex)
    assert (found.verdict, found.reason[: len(TOLD[latex])]) == ("undecided", TOLD[latex])


@pytest.mark.parametrize("latex", INEXPRESSIBLE)
def test_what_has_no_sound_index_form_is_said_to_have_none(tmp_path, latex):
    found = verdict(tmp_path, latex)
    wanted = "not expressible", INEXPRESSIBLE[latex]
    assert (found.verdict, found.reason[: len(wanted[1])]) == wanted


def test_a_sum_over_a_fixed_size_is_written_out(tmp_path):
    assert verdict(tmp_path, r"v\,\mathbf 1_K = v_1 + v_2", ", K = 2") == Verdict("verified")
    assert verdict(tmp_path, r"v\,\mathbf 1_K = v_1", ", K = 2").verdict == "undecided"
    assert verdict(tmp_path, r"p_1 = 1 - p_2", ", K = 2") == Verdict("verified")


def test_a_made_symbol_is_its_definition_and_no_other(tmp_path):
    assert verdict(tmp_path, r"p_i \sum_{k=1}^{K} e^{v_k} = e^{v_i}") == Verdict("verified")
    assert verdict(tmp_path, r"p_i \sum_{k=1}^{K} e^{w_k} = e^{w_i}").verdict == "undecided"


# The algebra


def symbol(name, *index):
    return form.atom("symbol", name, index)


def test_a_summed_index_is_not_the_free_one_of_the_same_name():
    inner = form.sum_over(symbol("a", "k"), {"k": "K"})
    both = form.times(inner, symbol("b", "k"))
    assert form.sum_over(both, {"k": "K"}) == form.times(
        inner, form.sum_over(symbol("b", "j"), {"j": "K"})
    )


def test_a_renamed_index_is_not_caught_by_a_sum():
    row = form.sum_over(symbol("M", "i", "j"), {"j": "K"})
    caught = form.sum_over(symbol("M", "j", "j"), {"j": "K"})
    renamed = form.reindexed(row, {"i": "j"})
    assert renamed == form.sum_over(symbol("M", "j", "k"), {"k": "K"}) != caught


def test_nested_sums_have_names_of_their_own():
    inside = form.exponential(form.sum_over(symbol("M", "i", "j"), {"j": "K"}))
    ((outer, _),) = next(iter(form.sum_over(inside, {"i": "K"})))
    ((a, _),) = outer[2]
    ((inner, _),) = next(iter(dict(a[1])))
    assert not {i for i, _ in outer[1]} & {i for i, _ in inner[1]}
    assert form.free(outer) == frozenset()


def test_a_denominator_cancels_the_sum_that_it_is_inside_another_sum():
    power = form.exponential(symbol("M", "n", "k"))
    total = form.sum_over(power, {"k": "K"})
    shares = form.times(symbol("x", "n"), power, form.power(total, -1))
    all_of_them = form.sum_over(shares, {"n": "N", "k": "K"})
    assert all_of_them == form.sum_over(symbol("x", "n"), {"n": "N"})
    # a sum of other terms stays what it is
    other = form.exponential(symbol("W", "n", "k"))
    for terms in (other, form.times(power, power), form.times(power, symbol("y", "k"))):
        wrong = form.times(symbol("x", "n"), terms, form.power(total, -1))
        assert form.sum_over(wrong, {"n": "N", "k": "K"}) != all_of_them


def test_a_denominator_cancels_the_sum_that_it_is():
    total = form.sum_over(form.exponential(symbol("z", "k")), {"k": "K"})
    share = form.times(form.exponential(symbol("z", "j")), form.power(total, -1))
    assert form.sum_over(share, {"j": "K"}) == form.number(1)


def test_a_delta_of_numbers_is_a_number():
    assert form.delta("1", "2") == {}
    assert form.delta("2", "2") == form.delta("i", "i") == form.number(1)
    assert form.reindexed(form.delta("i", "j"), {"i": "1", "j": "2"}) == {}


def test_too_many_orders_of_indices_are_not_tried():
    product = form.times(*(symbol("M", f"i{m}", f"i{(m + 1) % 9}") for m in range(9)))
    with pytest.raises(form.Unknown, match="too many indices"):
        form.sum_over(product, {f"i{m}": "K" for m in range(9)})

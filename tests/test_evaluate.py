"""The executed equations: values against NumPy, and derivatives that nobody derived."""

from dataclasses import replace

import numpy as np
import pytest

import backprop as bp
from proofread.check import Book
from proofread.evaluate import STEP, Evaluate, Point, assignments
from proofread.parse import Mistake, parse
from proofread.shapes import Shapes
from proofread.worlds import World
from small_book import DEFINITION, TINY, complaint, display, numbers, only, write

SIZES = {"N": 4, "D": 3, "H": 6, "K": 5}


@pytest.fixture(scope="module")
def point(tmp_path_factory):
    root = write(tmp_path_factory.mktemp("book"), f"% world: tiny\n\n{display(DEFINITION, 'eq-p')}")
    with only(tiny=TINY):
        program = Book(root).program("tiny")
    return Point.random(TINY, program, SIZES, np.random.default_rng(0))


def value(latex, point):
    """The value for every assignment of the free indices, in their order of first use."""
    tree = parse(latex, "expr")
    shapes = Shapes(TINY, {})
    shapes.of(tree)
    shapes.settle(tree)
    values = [Evaluate(point, env, shapes).of(tree) for env in assignments(shapes, point.sizes)]
    values = np.array([v.real for v in values])
    return values.reshape([point.size(shapes.ranges[i]) for i in shapes.free] + [*values.shape[1:]])


def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


VALUES = {
    "v": lambda d: d["v"],
    r"v^\top": lambda d: d["v"].T,
    r"2 v - w": lambda d: 2 * d["v"] - d["w"],
    "-v + w": lambda d: d["w"] - d["v"],
    "x W": lambda d: d["x"] @ d["W"],
    r"v w^\top x": lambda d: (d["v"] @ d["w"].T) * d["x"],
    "g v": lambda d: d["g"] * d["v"],
    r"v \odot w": lambda d: d["v"] * d["w"],
    r"v \oslash w": lambda d: d["v"] / d["w"],
    r"v \otimes x": lambda d: np.kron(d["v"], d["x"]),
    r"W \otimes M": lambda d: np.kron(d["W"], d["M"]),
    r"x W \otimes v^\top": lambda d: np.kron(d["x"] @ d["W"], d["v"].T),
    r"\operatorname{vec}(W)": lambda d: d["W"].ravel()[None],
    r"\operatorname{vec}(W^\top)": lambda d: d["W"].ravel(order="F")[None],
    r"(\operatorname{vec}(W))_i": lambda d: d["W"].ravel(),
    r"\log 2": lambda d: np.log(2),
    r"\mathbf 1_{NK\times D}": lambda d: np.ones((20, 3)),
    "v / N": lambda d: d["v"] / 4,
    r"\frac{1}{K} v": lambda d: d["v"] / 5,
    "g^2": lambda d: d["g"][0, 0] ** 2,
    "K - 1": lambda d: 4.0,
    "W_{ij}": lambda d: d["W"],
    "(x W)_k": lambda d: (d["x"] @ d["W"])[0],
    r"(v^\top x)_{ij}": lambda d: d["v"].T @ d["x"],
    "v_i w_j": lambda d: d["v"].T @ d["w"],
    "v_i^2": lambda d: d["v"][0] ** 2,
    r"\delta_{ij} v_i": lambda d: np.diag(d["v"][0]),
    r"(-\delta_{ij}) v_i": lambda d: -np.diag(d["v"][0]),
    "u": lambda d: d["U"][:, None],
    "u_n": lambda d: d["U"][:, None],
    "u_{n,k}": lambda d: d["U"],
    "U_{nk}": lambda d: d["U"],
    "s_n": lambda d: d["S"][:, 0],
    r"\mathbf 1": lambda d: np.ones((5, 1)),
    r"\mathbf 1_{N\times D}": lambda d: np.ones((4, 3)),
    "I_K": lambda d: np.eye(5),
    r"e^{v}": lambda d: np.exp(d["v"]),
    r"\exp(v)": lambda d: np.exp(d["v"]),
    r"\log p": lambda d: np.log(softmax(d["v"])),
    r"\tanh v": lambda d: np.tanh(d["v"]),
    r"\operatorname{softmax}(U)": lambda d: softmax(d["U"]),
    r"\operatorname{diag}(v)": lambda d: np.diag(d["v"][0]),
    r"\operatorname{tr}(M)": lambda d: np.trace(d["M"]),
    r"\operatorname{rank}(v^\top v)": lambda d: 1,
    r"\sum_{k=1}^{K} v_k w_k": lambda d: d["v"][0] @ d["w"][0],
    r"\sum_{i=1}^{D} W_{ij}": lambda d: d["W"].sum(axis=0),
    r"\sum_{n=1}^{N} u_n": lambda d: d["U"].sum(axis=0, keepdims=True),
    r"\sum_{k \ne i} v_k": lambda d: d["v"].sum() - d["v"][0],
    r"\sum_{k=1}^{K} v_k + g": lambda d: d["v"].sum() + d["g"][0, 0],
    r"\begin{cases} v_i & \text{if } i = j \\ g & \text{if } i \ne j \end{cases}": lambda d: (
        np.where(np.eye(5, dtype=bool), d["v"].T, d["g"])
    ),
    r"\underbrace{v}_{1\times K}": lambda d: d["v"],
    "[v] (M)": lambda d: d["v"] @ d["M"],
}


@pytest.mark.parametrize("latex", VALUES)
def test_an_expression_has_the_value_that_numpy_gives_it(point, latex):
    np.testing.assert_allclose(value(latex, point), VALUES[latex](point.draw), rtol=1e-13)


def test_a_matrix_of_numbers_is_itself(point):
    tree = parse(r"\begin{pmatrix} 1 & -1 \\ 2 & K \end{pmatrix}", "expr")
    assert Evaluate(point, {}, Shapes(TINY, {})).of(tree).tolist() == [[1, -1], [2, 5]]


def test_an_index_may_range_over_a_literal_that_has_the_size_of_two_axes():
    alike = replace(TINY, made={}, sizes={"D": 2, "K": 2})
    point = Point.random(alike, {}, SIZES | alike.sizes, np.random.default_rng(0))
    tree = parse(r"(\begin{pmatrix} 3 & 4 \end{pmatrix})_i + \sum_{k=1}^{2} 5", "expr")
    shapes = Shapes(alike, {})
    shapes.of(tree)
    values = [Evaluate(point, i, shapes).of(tree) for i in assignments(shapes, point.sizes)]
    assert values == [13, 14]


def jacobian(d):
    p = softmax(d["v"])[0]
    return np.diag(p) - np.outer(p, p)


DERIVATIVES = {
    r"\frac{\partial p}{\partial v}": jacobian,
    r"\frac{\partial p_i}{\partial v_j}": jacobian,
    r"\frac{\partial}{\partial v_j} p_i": jacobian,
    r"\frac{\partial p_i}{\partial v}": lambda d: jacobian(d)[:, None],
    r"\frac{\partial (x W)}{\partial x}": lambda d: d["W"].T,
    r"\frac{\partial (x W)_k}{\partial W}": lambda d: np.einsum("i,jk->kij", d["x"][0], np.eye(5)),
    r"\frac{\partial \tanh v_i}{\partial v_i}": lambda d: 1 - np.tanh(d["v"][0]) ** 2,
    r"\frac{\partial u_{n,i}}{\partial u_{n,j}}": lambda d: np.stack([np.eye(5)] * 4),
    # vec counts the entries of W row by row
    r"\frac{\partial (x W)}{\partial \operatorname{vec}(W)}": lambda d: np.kron(d["x"], np.eye(5)),
    r"\frac{\partial \operatorname{vec}(v^\top x W)}{\partial \operatorname{vec}(W)}": lambda d: (
        np.kron(d["v"].T @ d["x"], np.eye(5))
    ),
    r"\frac{\partial (v M p^\top)}{\partial \operatorname{vec}(M)}": lambda d: np.kron(
        d["v"], softmax(d["v"])
    ),
    r"\frac{\partial}{\partial \operatorname{vec}(W)} (x W)_k": lambda d: np.kron(
        d["x"], np.eye(5)
    )[:, None],
    r"\frac{\partial \operatorname{vec}(u_n)}{\partial \operatorname{vec}(u_n)}": lambda d: (
        np.stack([np.eye(5)] * 4)
    ),
    # the graph is cut: p moves alone, without v; and moves nothing that it was made of
    r"\frac{\partial p_i}{\partial p_j}": lambda d: np.eye(5),
    r"\frac{\partial v_i}{\partial p_j}": lambda d: np.zeros((5, 5)),
    "dL": lambda d: 1,
}


@pytest.mark.parametrize("latex", DERIVATIVES)
def test_a_derivative_is_that_of_the_program_as_written(point, latex):
    expected = DERIVATIVES[latex](point.draw)
    np.testing.assert_allclose(value(latex, point), expected, rtol=1e-13, atol=1e-15)


def test_a_gradient_agrees_with_differences_of_the_loss(point):
    step, expected = 1e-6, np.zeros((1, 5))
    for k in range(5):
        sides = []
        for sign in (1, -1):
            moved = dict(point.draw, v=point.draw["v"] + sign * step * np.eye(5)[k])
            sides.append(point.child(moved, {}).value("L")[0, 0].real)
        expected[0, k] = (sides[0] - sides[1]) / (2 * step)
    np.testing.assert_allclose(value("dv", point), expected, rtol=1e-7)
    np.testing.assert_allclose(value("dp", point) @ jacobian(point.draw), expected, rtol=1e-7)
    np.testing.assert_allclose(value("dv_k", point), expected[0], rtol=1e-7)


def test_a_change_moves_all_given_symbols_together(point):
    step = point.direction
    np.testing.assert_allclose(value(r"\Delta v", point), step["v"], rtol=1e-13)
    expected = step["v"] @ jacobian(point.draw)
    np.testing.assert_allclose(value(r"\Delta p", point), expected, rtol=1e-13)
    np.testing.assert_allclose(value(r"\Delta u_{n,k}", point), step["U"], rtol=1e-13)


def test_a_change_where_nothing_moves_is_refused(tmp_path):
    still = replace(TINY, still=tuple(TINY.arrays))
    assert "nothing moves in this world" in complaint(tmp_path, r"\Delta p = 0", world=still)


def test_an_array_of_one_sample_is_still_an_array(tmp_path):
    one = replace(TINY, sizes={"N": 1})
    square = r"(U v^\top)\,(U v^\top)^\top"
    assert not complaint(
        tmp_path, rf"\operatorname{{tr}}({square}) = (U v^\top)^\top (U v^\top)", world=one
    )
    assert not complaint(tmp_path, rf"({square})_{{ij}} = (U v^\top)_i (U v^\top)_j", world=one)


@pytest.mark.parametrize("second", ["dv_i", r"\Delta p_i", r"\frac{\partial p_i}{\partial v_i}"])
def test_a_second_derivative_is_refused(point, second):
    latex = rf"\frac{{\partial}}{{\partial v_i}} ({second})"
    with pytest.raises(Mistake, match=r"^a derivative inside a derivative cannot be executed yet$"):
        value(latex, point)


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\log v", "logarithm of a number that is not positive"),
        (r"\log(v_i - v_i)", "logarithm of a number that is not positive"),
        (r"\begin{cases} v_i & \text{if } i = j \end{cases}",
         "0 cases apply to i = 1, j = 2; one is wanted"),
        (r"\begin{cases} v_i & \text{if } i = j \\ v_j & \text{if } i = j \end{cases}",
         "2 cases apply to i = 1, j = 1; one is wanted"),
    ],
)  # fmt: skip
def test_what_has_no_value_is_refused(point, latex, message):
    with pytest.raises(Mistake) as caught:
        value(latex, point)
    assert (caught.value.message, caught.value.at) == (message, 0)


CHAIN = World(
    given={"v": "1×K", "x": "1×D", "W": "D×K", "M": "K×K", "L": "1×1"},
    generic={"x": "v", "M": "W", "L": "M"},
)


@pytest.mark.parametrize(("made", "of"), CHAIN.generic.items())
def test_a_generic_function_is_smooth_and_no_entry_is_like_another(made, of):
    point = Point.random(CHAIN, {}, SIZES, np.random.default_rng(0))
    source = point.value(of)
    jacobian, differences = [], []
    for at in np.ndindex(source.shape):
        jacobian.append(point.cut(of, at).value(made).imag.ravel() / STEP)
        sides = []
        for step in (1e-6, -1e-6):
            moved = source.copy()
            moved[at] += step
            sides.append(point.child(point.draw, {of: moved}).value(made).real.ravel())
        differences.append((sides[0] - sides[1]) / 2e-6)
    np.testing.assert_allclose(jacobian, differences, rtol=1e-5, atol=1e-8)
    # every entry depends on every entry, each in its own way
    assert point.value(made).shape == point.extent(CHAIN.symbols[made])
    assert np.abs(jacobian).min() > 1e-4
    assert np.linalg.matrix_rank(jacobian) == min(np.shape(jacobian))


def test_no_derivative_comes_from_backprop(monkeypatch, point):
    def garbage(*args, **options):
        raise AssertionError("backprop was called")

    for function in (f for f in vars(bp).values() if hasattr(f, "__code__")):
        monkeypatch.setattr(function, "__code__", garbage.__code__)
    fresh = point.child(point.draw, {})
    fresh.moved = False
    np.testing.assert_array_equal(value("dv", fresh), value("dv", point))


def test_a_definition_that_rests_on_itself_is_refused(tmp_path):
    message = complaint(tmp_path, "v = 2 p", definition="p = g p")
    told = "book/page.md:4:5: eq-p: the definition of p rests on itself"
    assert message == f"{told}\n    p = g p\n        ^^^"


def test_a_definition_that_leaves_entries_open_is_refused(tmp_path):
    message = complaint(tmp_path, "p_1 = v_1", sizes=", K = 2", definition="p_1 = v_1")
    assert message == ""
    message = complaint(tmp_path, "p = v", sizes=", K = 2", definition="p_1 = v_1")
    assert message.splitlines()[0] == "book/page.md:8:1: eq-it: not a finite number"


def test_a_mistake_in_a_definition_is_shown_where_it_is_defined(tmp_path):
    message = complaint(tmp_path, "p = v", definition=r"p = \log v")
    told = "book/page.md:4:5: eq-p: logarithm of a number that is not positive"
    assert message == f"{told}\n    p = \\log v\n        ^^^^^^"


def test_two_points_from_one_seed_are_the_same(point):
    again = Point.random(TINY, point.definitions, SIZES, np.random.default_rng(0))
    for array, drawn in point.draw.items():
        np.testing.assert_array_equal(again.draw[array], drawn)
    np.testing.assert_array_equal(again.value("L"), point.value("L"))
    assert not np.array_equal(numbers((1, 5), 1), again.draw["v"])


# Matrices with dots, second derivatives


def test_a_matrix_with_dots_has_its_pattern_everywhere(point):
    row = r"\begin{pmatrix} v_1 w_1 & \cdots & v_K w_K \end{pmatrix}"
    np.testing.assert_allclose(value(row, point), point.draw["v"] * point.draw["w"])
    outer = (
        r"\begin{pmatrix} g & \cdots & v_1 w_K \\ \vdots & \ddots & \vdots \\"
        r" v_K w_1 & \cdots & g \end{pmatrix}"
    )
    expected = point.draw["v"].T @ point.draw["w"]
    np.fill_diagonal(expected, point.draw["g"])
    np.testing.assert_allclose(value(outer, point), expected)


def test_a_second_derivative_is_exact_to_rounding(point):
    found = value(r"\frac{\partial^2 p_k}{\partial v_i\,\partial v_j}", point)
    p = softmax(point.draw["v"])[0]
    d = np.eye(5)
    expected = p[:, None, None] * (
        (d[:, :, None] - p[None, :, None]) * (d[:, None, :] - p[None, None, :])
        - (p[:, None] * (d - p))[None]
    )
    np.testing.assert_allclose(found, expected, atol=1e-11)


def test_a_second_derivative_may_be_by_two_symbols(point):
    found = value(r"\frac{\partial^2 (x W)_k}{\partial x_i\,\partial W_{ij}}", point)
    np.testing.assert_allclose(found, np.eye(5)[:, None, :] * np.ones((5, 3, 5)), atol=1e-11)

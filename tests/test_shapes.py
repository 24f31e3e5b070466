"""Shapes in named axes, the ranges of indices, and what does not fit."""

from dataclasses import replace

import pytest

from proofread.parse import Mistake, parse
from proofread.shapes import Misfit, Shapes, indexed, show
from proofread.worlds import World
from small_book import TINY


def walked(latex, world=TINY, **sizes):
    shapes = Shapes(world, sizes)
    tree = parse(latex, "expr")
    return shapes, shapes.of(tree), tree


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("v", "1×K"),
        ("-v + w", "1×K"),
        ("g", "a number"),
        ("K - 1", "a number"),
        (r"v^\top", "K×1"),
        (r"v \odot w \oslash p", "1×K"),
        ("x W", "1×K"),
        ("x W M", "1×K"),
        ("W g", "D×K"),
        (r"g \frac{1}{2} + 2 \frac{g}{2}", "a number"),
        (r"v^\top x", "K×D"),
        (r"v w^\top", "a number"),
        (r"(v w^\top) W", "D×K"),
        (r"v w^\top x", "1×D"),
        (r"v w^\top x W", "1×K"),
        (r"(v w^\top)\,g\,v^\top", "K×1"),
        ("2 W / N", "D×K"),
        (r"\frac{1}{N} W", "D×K"),
        ("W_{ij}", "a number"),
        ("(x W)_k", "a number"),
        (r"(v^\top x)_{ij}", "a number"),
        ("v_i^2", "a number"),
        ("B_{nk}", "a number"),
        ("u", "1×K"),
        ("u_n", "1×K"),
        ("u_{n,k}", "a number"),
        ("s_n", "a number"),
        ("U", "N×K"),
        (r"\mathbf 1", "K×1"),
        (r"\mathbf 1_N", "N×1"),
        (r"\mathbf 1_{N\times K}", "N×K"),
        (r"\mathbf 1_{1\times K}", "1×K"),
        ("I_K", "K×K"),
        (r"\delta_{ij} v_i v_j", "a number"),
        ("e^{v}", "1×K"),
        (r"\tanh(B)", "N×K"),
        (r"\operatorname{softmax}(B)", "N×K"),
        (r"\operatorname{diag}(v)", "K×K"),
        (r"\operatorname{diag}(v^\top)", "K×K"),
        (r"\operatorname{rank}(W)", "a number"),
        (r"\operatorname{tr}(M)", "a number"),
        (r"W \otimes M", "D·K×K·K"),
        (r"v^\top \otimes x", "K×D"),
        (r"x \otimes I_K", "K×D·K"),
        (r"(x \otimes v) \otimes B", "N×D·K·K"),
        (r"\operatorname{vec}(W)", "1×D·K"),
        (r"\operatorname{vec}(W^\top)", "1×K·D"),
        (r"\operatorname{vec}(v^\top)", "1×K"),
        (r"(\operatorname{vec}(W))_i", "a number"),
        (r"\mathbf 1_{NK\times 1}", "N·K×1"),
        (r"\sum_{k=1}^{K} v_k v", "1×K"),
        (r"\sum_{j \ne i} v_j v_i", "a number"),
        ("dW", "D×K"),
        (r"\Delta u_n", "1×K"),
        (r"\frac{\partial L}{\partial W}", "D×K"),
        (r"\frac{\partial p}{\partial x}", "K×D"),
        (r"\frac{\partial p_i}{\partial v}", "1×K"),
        (r"\frac{\partial}{\partial v_j} p_i", "a number"),
        (r"\frac{\partial L}{\partial \operatorname{vec}(W)}", "1×D·K"),
        (r"\frac{\partial (x W)}{\partial \operatorname{vec}(W)}", "K×D·K"),
        (r"\frac{\partial \operatorname{vec}(B)}{\partial \operatorname{vec}(W)}", "N·K×D·K"),
        (r"\underbrace{x}_{1\times D} W", "1×K"),
        (r"\underbrace{x}_{1\times 2} W", "1×K"),
        (r"\underbrace{x \otimes I_K}_{K\times DK}", "K×D·K"),
        (r"\begin{cases} v & \text{if } i = j \\ w & \text{if } i \ne j \end{cases}", "1×K"),
    ],
)
def test_every_expression_has_a_shape_in_named_axes(latex, expected):
    assert show(walked(latex)[1]) == expected


def test_a_matrix_of_numbers_has_the_axis_of_its_size():
    assert walked(r"\begin{pmatrix} 1 & -1 \\ v_1 & 1 \end{pmatrix}", K=2)[1] == ("K", "K")
    assert walked(r"\begin{pmatrix} g & g & g \end{pmatrix}", K=3)[1] == ("1", "K")
    assert walked("I_2", K=2)[1] == ("K", "K")
    assert walked(r"\underbrace{v}_{1\times 3}", K=3)[1] == ("1", "K")


ALIKE = replace(TINY, sizes={"D": 2, "K": 2}, aliases={}, assumptions={})


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\begin{pmatrix} 1 & 0 \end{pmatrix}", "1×2"),
        ("I_2", "2×2"),
        # it takes the name of what it meets
        (r"\begin{pmatrix} 1 & 0 \end{pmatrix} + x", "1×D"),
        (r"v \odot \begin{pmatrix} 1 & 0 \end{pmatrix}", "1×K"),
        (r"\begin{pmatrix} 1 & 0 \end{pmatrix} W", "1×K"),
        (r"W \begin{pmatrix} 1 \\ 0 \end{pmatrix} + x^\top", "D×1"),
        (r"\underbrace{\begin{pmatrix} 1 & 0 \end{pmatrix}}_{1\times K} W", "1×K"),
        (r"(\begin{pmatrix} 1 & 0 \end{pmatrix})_i v_i", "a number"),
        (r"\sum_{k=1}^{2} v_k", "a number"),
    ],
)
def test_a_literal_fits_every_axis_of_its_size(latex, expected):
    assert show(walked(latex, ALIKE)[1]) == expected


def test_an_axis_that_is_fixed_at_one_fits_a_row():
    one = replace(TINY, sizes={"N": 1})
    assert walked("B + v", one)[1] == walked(r"\underbrace{B}_{1\times K}", one)[1] == ("N", "K")


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("v_1", "1×K"),
        ("v_2", "1×D"),
        ("v_{1,i} v_{2,j}", "a number"),
        (r"dv_2 v_2^\top", "a number"),
    ],
)
def test_a_number_may_be_part_of_a_name(latex, expected):
    _, shape, tree = walked(latex, World(given={"v_1": "1×K", "v_2": "1×D"}))
    assert show(shape) == expected
    assert tree == parse(latex, "expr")  # as it was read


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("v + x", "sum of 1×K and 1×D: the shapes differ"),  # names stay names
        (r"B + \begin{pmatrix} 1 & 0 \end{pmatrix}", "sum of N×K and 1×2: the shapes differ"),
        (r"B^\top \begin{pmatrix} 1 \\ 0 \end{pmatrix}",
         "product of K×N and 2×1: inner dimensions N and 2 differ"),
        (r"\underbrace{\begin{pmatrix} 1 & 0 \end{pmatrix}}_{1\times N}",
         "stated as 1×N, but it is 1×2"),
        (r"(\begin{pmatrix} 1 & 0 \end{pmatrix})_n B_{nk}",
         "index n ranges over 2 elsewhere, over N here"),
        (r"(\begin{pmatrix} 1 & 0 \end{pmatrix})_i v_i x_i",
         "index i ranges over K elsewhere, over D here"),  # once it has met K, it is K
    ],
)  # fmt: skip
def test_a_literal_fits_no_other_axis(latex, message):
    with pytest.raises(Misfit) as caught:
        walked(latex, ALIKE)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("latex", "ranges", "free"),
    [
        ("W_{ij}", {"i": "D", "j": "K"}, ["i", "j"]),
        (r"\sum_j W_{ij}", {"i": "D", "j": "K"}, ["i"]),
        (r"\sum_{m=1}^{N} v_i", {"m": "N", "i": "K"}, ["i"]),
        (r"\delta_{ij} v_j", {"i": "K", "j": "K"}, ["i", "j"]),
        (r"\delta_{ij} v_i", {"i": "K", "j": "K"}, ["i", "j"]),
        (r"\sum_{j \ne i} v_j", {"i": "K", "j": "K"}, ["i"]),
        (r"\delta_{im} \delta_{mj} x_j", {"i": "D", "m": "D", "j": "D"}, ["i", "m", "j"]),
        ("u", {"n": "N"}, ["n"]),
        ("(v)_i", {"i": "K"}, ["i"]),
        (r"(x \otimes v)_i", {"i": "D·K"}, ["i"]),
    ],
)
def test_ranges_are_inferred_and_indices_without_a_sum_are_free(latex, ranges, free):
    shapes, _, tree = walked(latex)
    shapes.settle(tree)
    assert (shapes.ranges, list(shapes.free)) == (ranges, free)


MISFITS = [
    ("x M", "product of 1×D and K×K: inner dimensions D and K differ", "x M"),
    ("v w", "product of 1×K and 1×K: inner dimensions K and 1 differ", "v w"),
    (r"v w^\top W", "product of 1×1 and D×K: inner dimensions 1 and D differ", None),
    (r"v w^\top g W", "product of 1×1 and D×K: inner dimensions 1 and D differ", None),
    ("B + v", "sum of N×K and 1×K: the shapes differ", "B + v"),
    ("M - 1", "difference of K×K and a number: the shapes differ", "M - 1"),
    (r"v \odot w^\top", "elementwise product of 1×K and K×1: the shapes differ", None),
    (r"v \oslash x", "elementwise quotient of 1×K and 1×D: the shapes differ", None),
    (r"2 \otimes W", "Kronecker product of a number and D×K: arrays are wanted", None),
    (r"W \otimes g", "Kronecker product of D×K and a number: arrays are wanted", None),
    (r"x \otimes v + v \otimes x", "sum of 1×D·K and 1×K·D: the shapes differ", None),
    (r"\operatorname{vec}(W) (M \otimes I_D)",
     "product of 1×D·K and K·D×K·D: inner dimensions D·K and K·D differ", None),
    (r"\operatorname{vec}(g)", "vec of a number: an array is wanted", None),
    (r"\frac{1}{v}", "division by an array of shape 1×K", "v"),
    ("M^2", "power of an array of shape K×K", "M^2"),
    (r"M_{ij}^\top", "the transpose of a number: bracket what is transposed", r"M_{ij}^\top"),
    ("e^{M}", "the exponential of K×K: of the matrix, or of each entry?", "e^{M}"),
    (r"\log(M)", "the log of K×K: of the matrix, or of each entry?", r"\log(M)"),
    (r"\operatorname{diag}(M)", "diag of K×K: a row or a column is wanted", None),
    (r"\operatorname{diag}(g)", "diag of a number: a row or a column is wanted", None),
    (r"\operatorname{tr}(W)", "trace of D×K: a square array is wanted", None),
    (r"\operatorname{tr}(g)", "trace of a number: a square array is wanted", None),
    (r"\operatorname{softmax}(v^\top)", "softmax of K×1: rows are wanted", None),
    (r"\operatorname{softmax}(g)", "softmax of a number: rows are wanted", None),
    ("v_i x_i", "index i ranges over K elsewhere, over D here", "x_i"),
    (r"\sum_{k=1}^{N} v_k", "index k ranges over N elsewhere, over K here", "v_k"),
    (r"\underbrace{v}_{K\times 1}", "stated as K×1, but it is 1×K", r"K\times 1"),
    (r"\underbrace{\operatorname{vec}(W)}_{1\times KD}",
     "stated as 1×K·D, but it is 1×D·K", r"1\times KD"),
    (r"\underbrace{W}_{DK\times 1}", "stated as D·K×1, but it is D×K", r"DK\times 1"),
    (r"\underbrace{v}_{1\times 500}", "stated as 1×500, but it is 1×K", r"1\times 500"),
    (r"\underbrace{v}_{1\times 2} + \underbrace{w}_{1\times 10}",
     "K is stated as 10 here, as 2 before", r"1\times 10"),
    (r"\begin{cases} v & \text{if } i = j \\ x & \text{if } i \ne j \end{cases}",
     "the cases differ in shape: 1×K, 1×D", None),
    (r"\begin{pmatrix} v & 1 \end{pmatrix}", "an entry of a matrix is a number", "v"),
    (r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}", "the rows of the matrix differ in length", None),
    (r"\frac{\partial (p^\top)}{\partial v}",
     "derivative of K×1 by 1×K: a Jacobian is of a row by a row; "
     "write other derivatives by entries", None),
    (r"\frac{\partial W}{\partial \operatorname{vec}(W)}",
     "derivative of D×K by 1×D·K: a Jacobian is of a row by a row; "
     "write other derivatives by entries", None),
    (r"\frac{\partial L}{\partial \operatorname{vec}(W_{ij})}",
     "vec of a number: an array is wanted", r"\operatorname{vec}(W_{ij})"),
    (r"\frac{\partial p}{\partial g}",
     "derivative of 1×K by a number: a Jacobian is of a row by a row; "
     "write other derivatives by entries", None),
    (r"\frac{\partial p}{\partial W}",
     "derivative of 1×K by D×K: a Jacobian is of a row by a row; "
     "write other derivatives by entries", None),
]  # fmt: skip


@pytest.mark.parametrize(("latex", "message", "place"), MISFITS)
def test_shapes_that_do_not_go_together_are_misfits(latex, message, place):
    with pytest.raises(Misfit) as caught:
        walked(latex)
    found = caught.value.message, latex[caught.value.at : caught.value.to]
    assert found == (message, place or latex)


MISTAKES = [
    ("q", "q is not declared in this world", "q"),
    ("q_1", "q_1 is not declared in this world", "q_1"),
    ("q_i", "q is not declared in this world", "q_i"),
    (r"q_{1\times K}", "q is not declared in this world", r"q_{1\times K}"),
    ("W_2", "D×K takes 2 indices here, got 1", "W_2"),
    ("W_{i}", "D×K takes 2 indices here, got 1", "W_{i}"),
    ("v_{ij}", "1×K takes 1 index here, got 2", "v_{ij}"),
    ("u_{kn}", "1×K takes 1 index here, got 2", "u_{kn}"),
    ("v_1", "index 1 needs a world in which K is fixed", "v_1"),
    ("v_{1.5}", "1.5 is not an index", "v_{1.5}"),
    ("v_K", "K is a symbol of this world and not an index", "v_K"),
    ("v_g", "g is a symbol of this world and not an index", "v_g"),
    (r"\sum_{g} v_g", "g is a symbol of this world and not an index", r"\sum_{g} v_g"),
    (r"v_{1\times K}", "a stated shape is not an index", r"v_{1\times K}"),
    (r"v_k \sum_k w_k", "index k is summed and free in one statement", r"\sum_k w_k"),
    (r"(\sum_k w_k) v_k", "index k is summed and free in one statement", "v_k"),
    (r"\sum_k \sum_k M_{kk}", "index k is summed and free in one statement", r"\sum_k M_{kk}"),
    (r"\sum_{k=0}^{K} v_k", "sums start at 1", "0"),
    (r"\sum_{k=1}^{1} v_k", "this sum has one term", "1"),
    (r"\sum_{k=1}^{7} v_k", "7 is not a size of this world", "7"),
    (r"\sum_{n=1}^{N} u", "inside the sum over n, name the sample: add the index n", "u"),
    (r"\delta_{i}", "δ takes two indices", r"\delta_{i}"),
    (r"\delta_{1j}", "compare letters, not numbers", r"\delta_{1j}"),
    (r"\delta_{i1}", "compare letters, not numbers", r"\delta_{i1}"),
    (r"\delta_{ii}", "i is compared with itself", r"\delta_{ii}"),
    (r"\delta", r"\delta is not declared in this world", r"\delta"),
    ("I", "say how large the identity is: I_K", "I"),
    ("I_{ij}", "one size is wanted here", "I_{ij}"),
    (r"\mathbf 1_{KN}", "one size is wanted here", r"\mathbf 1_{KN}"),
    (r"I_{N\times K}", "one size is wanted here", r"I_{N\times K}"),
    (r"\mathbf 1_{NQ\times 1}", "Q is not a size of this world", "Q"),
    (r"\mathbf 1_i", "i is not a size of this world", "i"),
    ("v_i^{2.5}", "a power is a whole number", "v_i^{2.5"),
    (r"2 \frac{1}{2}", "this reads as a mixed number", r"2 \frac{1}{2}"),
    (r"\frac{dp_i}{dv_j}", r"division by a gradient: for a derivative write \partial", "dv_j"),
    (r"\frac{g}{dg}", r"division by a gradient: for a derivative write \partial", "dg"),
    (r"\frac{\partial L}{\partial v^2}", "differentiate by a symbol of the program", "v^2"),
    (r"\frac{\partial L}{\partial (v)}", "differentiate by a symbol of the program", "(v)"),
    (r"\frac{\partial L}{\partial (v)_i}", "a symbol of the program is wanted here", "(v)_i"),
    (
        r"\frac{\partial L}{\partial \tanh(v)}",
        "differentiate by a symbol of the program",
        r"\tanh(v)",
    ),
    (
        r"\frac{\partial L}{\partial \operatorname{vec}(x W)}",
        "differentiate by a symbol of the program",
        "x W",
    ),
    (r"\frac{\partial L}{\partial dv}", "differentiate by a symbol of the program", "dv"),
    (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", "no axis is fixed at 2 in this world", None),
]


@pytest.mark.parametrize(("latex", "message", "place"), MISTAKES)
def test_what_has_no_meaning_is_refused_where_it_stands(latex, message, place):
    with pytest.raises(Mistake) as caught:
        walked(latex)
    assert not isinstance(caught.value, Misfit)
    found = caught.value.message, latex[caught.value.at : caught.value.to]
    assert found == (message, place or latex)


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("v_0", "index 0 is outside 1…K = 1…2"),
        ("v_3", "index 3 is outside 1…K = 1…2"),
        (r"\sum_{k=1}^{7} v_k", "7 is not a size of this world"),
        (r"(\operatorname{vec}(M))_5", "index 5 is outside 1…K·K = 1…4"),
        (r"\begin{pmatrix} 1 & 2 & 3 \end{pmatrix}", "no axis is fixed at 3 in this world"),
    ],
)
def test_what_is_outside_a_fixed_axis_is_refused(latex, message):
    with pytest.raises(Mistake) as caught:
        walked(latex, K=2)
    assert caught.value.message == message


def test_a_fixed_size_is_not_an_alias():
    with pytest.raises(Misfit) as caught:
        walked(r"\underbrace{v}_{1\times 2}", K=10)
    assert caught.value.message == "stated as 1×2, but it is 1×K"


@pytest.mark.parametrize("latex", [r"\delta_{ij}", r"\sum_k 1"])
def test_an_index_that_ranges_over_nothing_known_is_refused(latex):
    shapes, _, tree = walked(latex)
    with pytest.raises(Mistake, match=r"^cannot tell what index [ik] ranges over$"):
        shapes.settle(tree)


def test_ranges_that_a_delta_cannot_join_are_a_misfit():
    shapes, _, tree = walked(r"\delta_{ij} x_i v_j")
    with pytest.raises(Misfit, match=r"^index j ranges over K elsewhere, over D here$"):
        shapes.settle(tree)


# Matrices with dots, second derivatives


DOTS = (
    r"\begin{pmatrix} %s & \cdots & %s \\ \vdots & \ddots & \vdots \\"
    r" %s & \cdots & %s \end{pmatrix}"
)


@pytest.mark.parametrize(
    ("latex", "shape"),
    [
        (r"\begin{pmatrix} v_1 & \cdots & v_K \end{pmatrix}", "1×K"),
        (DOTS % ("v_1 w_1", "v_1 w_K", "v_K w_1", "v_K w_K"), "K×K"),
        (DOTS % ("1 - v_1", "v_1 w_K", "v_K w_1", "1 - v_K"), "K×K"),
        (DOTS % ("M_{1,1}", "M_{1,K}", "M_{K,1}", "M_{K,K}"), "K×K"),
        (r"\frac{\partial^2 L}{\partial v_i\,\partial v_j}", "a number"),
        (r"\frac{\partial^2 L}{\partial g\,\partial g}", "a number"),
    ],
)
def test_a_matrix_with_dots_goes_on_to_its_size(latex, shape):
    assert show(walked(latex)[1]) == shape


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\begin{pmatrix} v_1 & \cdots & w_K \end{pmatrix}",
         "the corners do not follow one pattern"),
        (DOTS % ("v_1", "v_1 w_K", "v_K w_1", "w_K"), "the corners do not follow one pattern"),
        (DOTS % ("v_1", "v_1 w_K", "v_1 w_K", "v_K"), "the corners do not follow one pattern"),
        (r"\begin{pmatrix} v_1 & \cdots & v_2 \end{pmatrix}",
         "cannot tell how far the dots go: end them at one size"),
        (r"\begin{pmatrix} B_{1,1} & \cdots & B_{N,K} \end{pmatrix}",
         "cannot tell how far the dots go: end them at one size"),
        (r"\begin{pmatrix} v_1 w & \cdots & v_K w \end{pmatrix}",
         "an entry of a matrix is a number"),
        (r"\sum_k v_k \begin{pmatrix} v_1 & \cdots & v_K \end{pmatrix} + v_k v",
         "index k is summed and free in one statement"),
        (r"\begin{pmatrix} x_1 & \cdots & x_K \end{pmatrix}",
         "index column ranges over K elsewhere, over D here"),
        (DOTS % ("x_1", "x_1 v_K", "x_K v_1", "x_K"),
         "index row ranges over K elsewhere, over D here"),
        (r"\frac{\partial^3 L}{\partial v_i\,\partial v_j}",
         r"only second derivatives: \partial^2"),
        (r"\frac{\partial^2 p}{\partial v_i\,\partial v_j}",
         "a second derivative is of a number by two numbers"),
        (r"\frac{\partial^2 L}{\partial v_i\,\partial v}",
         "a second derivative is of a number by two numbers"),
        (r"\frac{\partial^2 L}{\partial v\,\partial v_j}",
         "a second derivative is of a number by two numbers"),
    ],
)  # fmt: skip
def test_dots_and_second_derivatives_that_make_no_sense(latex, message):
    with pytest.raises(Mistake) as caught:
        walked(latex)
    assert caught.value.message == message


# How a size is stated


@pytest.mark.parametrize(
    ("latex", "sizes", "message"),
    [
        (r"\underbrace{v}_{1\times K} + \underbrace{w}_{1\times 10}", {},
         "K is stated as 10 here, as K before"),
        (r"\underbrace{v}_{1\times 1}", {}, "stated as 1×1, but it is 1×K"),
        (r"\underbrace{g}_{1\times K}", {}, "stated as 1×K, but it is 1×1"),
    ],
)  # fmt: skip
def test_a_size_is_stated_in_one_way(latex, sizes, message):
    with pytest.raises(Misfit) as caught:
        walked(latex, **sizes)
    assert caught.value.message == message


def test_an_entry_under_a_power_is_always_the_same_tree():  # for its id is noted
    tree = parse("dv_i^2", "expr")
    assert indexed(tree) is indexed(tree)


def test_where_numbers_are_written_out_so_are_the_sizes():
    shapes = Shapes(replace(TINY, sizes={"K": 2}), {})
    assert shapes.of(parse(r"\underbrace{v}_{1\times 2}", "expr")) == ("1", "K")
    with pytest.raises(Misfit) as caught:
        shapes.of(parse(r"\underbrace{v}_{1\times K}", "expr"))
    assert caught.value.message == "K is 2 here: state the number"

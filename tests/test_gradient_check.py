"""The testers, tested: they must pass what is right and fail what is wrong."""

import warnings

import numpy as np
import pytest
from hypothesis import given

from backprop import (
    adjoint_test,
    affine,
    affine_vjp,
    central_difference,
    check_direction,
    check_gradient,
    complex_step,
    cross_entropy,
    cross_entropy_grad,
    softmax,
    softmax_vjp,
)
from oracles import agreement, assert_refuses, frozen, normal, raises, sizes

each_difference = pytest.mark.parametrize("d", [central_difference, complex_step])


def cubes(X):
    return (X**3).sum()


# hand values


@each_difference
def test_differences_by_hand(d):
    # the gradient of x² y is (2 x y, x²), at (3, 5): (30, 9)
    assert d(lambda x: x[0] ** 2 * x[1], [3.0, 5.0]) == pytest.approx([30, 9], rel=1e-9)


def test_central_difference_with_a_step_by_hand():
    # ((2 + ½)³ − (2 − ½)³) / 1 = 15.625 − 3.375
    assert central_difference(cubes, [2.0], h=0.5).tolist() == [12.25]


def test_relative_error_by_hand():
    # off by 1 where the largest difference is 4
    error = check_gradient(lambda x: (x**2).sum(), [2.0, 5.0], [1.0, 2.0], rtol=0.3)
    assert error == pytest.approx(0.25, rel=1e-6)


# invariants


@each_difference
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 3)], ids=str)
def test_difference_has_the_shape_of_X_and_moves_one_entry_at_a_time(d, shape):
    X = frozen(normal(*shape))
    np.testing.assert_allclose(d(cubes, X), 3 * X**2, rtol=1e-8, atol=1e-9)
    assert d(cubes, X).shape == shape


@each_difference
def test_difference_takes_integers(d):
    gradient = d(cubes, [1, 2])
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, [3, 12], rtol=1e-9)


def test_central_difference_keeps_float32_and_complex_step_gives_float64():
    X = np.array([1.0, 2.0], np.float32)
    assert central_difference(cubes, X).dtype == np.float32
    np.testing.assert_allclose(central_difference(cubes, X), [3, 12], rtol=1e-4)
    assert complex_step(cubes, X).dtype == np.float64


@pytest.mark.parametrize("x", [1.0, 1e6, 1e12])
def test_step_grows_with_the_entry(x):
    assert central_difference(cubes, [x]) == pytest.approx([3 * x**2], rel=1e-5)


def test_central_difference_divides_by_the_step_that_was_taken():
    # above 2⁵³ the grid has spacing 2: a step of 3 is taken as 4 up, and exactly 3 down
    assert central_difference(lambda x: x.sum(), [2.0**53], h=3.0).tolist() == [1]


@given(sizes())
def test_complex_step_has_no_cancellation(size):
    X = normal(*size[:2])
    assert agreement(complex_step(lambda X: np.exp(X).sum(), X), np.exp(X)) <= 1e-15


def test_function_cannot_change_X_by_writing_into_its_argument():
    def f(X):
        X *= 2
        return X.sum()

    X, mine = np.ones(3), np.ones(3)
    check_gradient(f, np.full(3, 2.0), mine)
    complex_step(f, mine)
    np.testing.assert_array_equal(mine, X)


# the gradient checker as a tester


def softmax_loss():
    """A loss with gradient, at square and so transposable logits."""
    Z, Y = frozen(normal(3, 3)), frozen(normal(3, 3, seed=1))
    return (lambda Z: cross_entropy(Z, Y)), cross_entropy_grad(Z, Y), Z


def test_checker_passes_a_right_gradient():
    assert check_gradient(*softmax_loss()) < 1e-8


@pytest.mark.parametrize(
    "spoil",
    [
        lambda g: -g,
        lambda g: 2 * g,
        lambda g: g * (1 + 1e-4),
        lambda g: g.T,
        lambda g: g + 1e-4 * (np.arange(9).reshape(3, 3) == 5),
        lambda g: np.where(np.arange(9).reshape(3, 3) == 5, np.nan, g),
        lambda g: np.where(np.arange(9).reshape(3, 3) == 5, np.inf, g),
        np.zeros_like,
    ],
    ids=["sign", "factor", "slight factor", "transposed", "one entry", "nan", "inf", "zero"],
)
def test_checker_fails_a_wrong_gradient(spoil):
    f, grad, Z = softmax_loss()
    with pytest.raises(AssertionError, match=r"^gradient at \(\d, \d\) is "):
        check_gradient(f, spoil(grad), Z)


def test_checker_names_the_worst_entry():
    sentence = "gradient at (0, 1) is 7, central differences give 4: relative error 0.5 > 1e-06"
    with raises(AssertionError, sentence):
        check_gradient(lambda x: (x**2).sum(), [[2.0, 7.0, 6.5]], [[1.0, 2.0, 3.0]])


def test_checker_names_a_nan_entry():
    sentence = "gradient at (1,) is nan, central differences give 4: relative error nan > 1e-06"
    with raises(AssertionError, sentence):
        check_gradient(lambda x: (x**2).sum(), [90.0, np.nan], [1.0, 2.0])


@pytest.mark.parametrize("constant", [0.0, 5.0, -1e9])
def test_checker_passes_a_gradient_that_is_identically_zero_and_fails_another(constant):
    f, X = (lambda x: constant + 0 * x.sum()), normal(2, 3)
    assert check_gradient(f, np.zeros((2, 3)), X) == 0
    with pytest.raises(AssertionError, match=r"^gradient at "):
        check_gradient(f, np.full((2, 3), 1e-3 * max(1, abs(constant))), X)


def test_checker_passes_a_network_with_one_class():
    Z, Y = normal(3, 1), normal(3, 1, seed=1)
    assert check_gradient(lambda Z: cross_entropy(Z, Y), cross_entropy_grad(Z, Y), Z) == 0


def test_checker_knows_what_rounding_hides():
    # near 1e8 the differences are off by ε·1e8/h = 0.004 at most, and mistakes of 0.1 are seen
    def f(x):
        return 1e8 + (x**2).sum()

    assert check_gradient(f, [2.0, 4.0], [1.0, 2.0]) <= 1e-6
    with pytest.raises(AssertionError, match=r"^gradient at \(1,\) is 4.1,"):
        check_gradient(f, [2.0, 4.1], [1.0, 2.0])


def test_checker_grants_rounding_no_more_than_epsilon_f_over_h():
    # ε·1e4/h is 3.7e-7: an error of 1e-7 drowns in it, ten times the bound does not
    def f(x):
        return 1e4 + 1e-9 * x.sum()

    check_gradient(f, [1e-7], [0.5])
    with pytest.raises(AssertionError):
        check_gradient(f, [4e-6], [0.5])


def test_checker_takes_float32_with_a_tolerance_to_match():
    X = normal(2, 3).astype(np.float32)
    check_gradient(cubes, 3 * X**2, X, rtol=1e-2)
    with pytest.raises(AssertionError):
        check_gradient(cubes, 3.2 * X**2, X, rtol=1e-2)


def test_checker_fails_where_the_function_overflows_on_one_side():
    with np.errstate(over="ignore"), pytest.raises(AssertionError, match=r"^gradient at "):
        check_gradient(lambda x: np.exp(x).sum(), [1.0], [709.7825])


@pytest.mark.parametrize("x", [1e8, -1e10, 1e13])
def test_a_wrong_gradient_far_from_zero_fails(x):
    # f is of the size of x, but so is the step: what rounding hides is small
    for tester in (check_gradient, along):
        assert tester(lambda x: x.sum(), [1.0], [x]) < 1e-6
        for wrong in (0.0, -5.0, 1.001):
            with pytest.raises(AssertionError):
                tester(lambda x: x.sum(), [wrong], [x])


# one random direction as a tester


def along(f, grad, X, seed=0, **settings):
    return check_direction(f, grad, X, np.random.default_rng(seed), **settings)


def test_a_direction_passes_a_right_gradient_and_takes_two_calls():
    f, grad, Z = softmax_loss()
    calls = []
    assert along(lambda Z: calls.append(1) or f(Z), grad, Z) < 1e-8
    assert len(calls) == 3  # both sides, and the value that says what rounding hides


@pytest.mark.parametrize("seed", range(5))
def test_a_direction_fails_a_wrong_gradient(seed):
    f, grad, Z = softmax_loss()
    one_entry = grad + 1e-2 * (np.arange(9).reshape(3, 3) == 5)
    for wrong in (-grad, 2 * grad, grad.T, one_entry, 0 * grad, np.nan * grad):
        with pytest.raises(AssertionError, match=r"^along a random direction the gradient gives"):
            along(f, wrong, Z, seed)


@pytest.mark.parametrize("size", [1, 1000, 100_000])
def test_a_direction_serves_arrays_of_any_size(size):
    X = normal(size)
    assert along(lambda X: np.sin(X).sum(), np.cos(X), X) < 1e-7
    with pytest.raises(AssertionError):
        along(lambda X: np.sin(X).sum(), np.sin(X), X)


def test_a_direction_keeps_float32_and_passes_what_does_not_change():
    X = normal(2, 3).astype(np.float32)
    assert along(cubes, 3 * X**2, X, rtol=1e-2) < 1e-3
    with pytest.raises(AssertionError):
        along(cubes, 3.5 * X**2, X, rtol=1e-2)
    for constant in (0.0, 5.0, -1e9):
        assert along(lambda x, c=constant: c + 0 * x.sum(), np.zeros(3), normal(3)) == 0


def test_a_direction_far_from_zero_takes_a_step_to_match():
    assert along(cubes, [3e12], [1e6]) < 1e-6
    with pytest.raises(AssertionError):
        along(cubes, [3e12 * (1 + 1e-4)], [1e6])


def test_a_direction_moves_a_large_array_no_further_than_one_entry():
    X = np.zeros(10**6)
    assert along(lambda X: np.sin(X.sum()), np.ones(10**6), X) < 1e-6


def test_a_direction_knows_what_rounding_hides():
    def f(x):
        return 1e8 + (x**2).sum()

    assert along(f, [2.0, 4.0], [1.0, 2.0]) <= 1e-6
    with pytest.raises(AssertionError):
        along(f, [2.0, 5.0], [1.0, 2.0])


def test_a_direction_at_right_angles_to_the_gradient_passes():
    v = np.random.default_rng(0).standard_normal(2)
    w = np.array([v[1], -v[0]])
    # only the third derivative is left of the difference
    assert along(lambda x: w @ x + cubes(x), w, np.zeros(2)) < 1e-9


def test_a_direction_sees_a_gradient_where_zero_is_claimed():
    with pytest.raises(AssertionError):
        along(lambda x: x.sum(), [0.0, 0.0], [0.0, 0.0])


def test_a_direction_is_drawn_on_both_sides_and_keeps_the_precision():
    seen = []
    X = np.zeros(20, np.float32)
    along(lambda X: seen.append(X) or X.sum(), np.ones(20, np.float32), X, rtol=1e-2)
    assert {x.dtype for x in seen} == {np.dtype(np.float32)}
    assert (seen[0] > 0).any() and (seen[0] < 0).any() and len(np.unique(seen[0])) == 20


# the adjoint test as a tester


def at_softmax(scale=1.0):
    Y_hat = softmax(normal(4))
    return lambda v: softmax_vjp(v, Y_hat) * scale


def test_adjoint_test_passes_an_adjoint_pair():
    assert adjoint_test(at_softmax(), at_softmax(), (4,), (4,), np.random.default_rng(0)) < 1e-14


@pytest.mark.parametrize("scale", [-1.0, 3.0, 1 + 1e-9, 0.0, np.nan])
def test_adjoint_test_fails_a_negated_or_rescaled_vjp(scale):
    with pytest.raises(AssertionError, match=r"^<g, Jv> = .* but <gJ, v> = .*: relative error "):
        adjoint_test(at_softmax(), at_softmax(scale), (4,), (4,), np.random.default_rng(0))


def test_adjoint_test_fails_a_vjp_that_is_not_transposed():
    W, rng = normal(3, 3), np.random.default_rng(0)
    adjoint_test(lambda v: v @ W, lambda g: g @ W.T, (2, 3), (2, 3), rng)
    with pytest.raises(AssertionError):
        adjoint_test(lambda v: v @ W, lambda g: g @ W, (2, 3), (2, 3), rng)


def test_adjoint_test_passes_maps_that_are_zero():
    rng = np.random.default_rng(0)
    assert adjoint_test(lambda v: 0 * v, lambda g: 0 * g, (3,), (3,), rng) == 0


def test_adjoint_test_takes_shapes_that_differ():
    X, W = normal(4, 3), normal(3, 5)
    rng = np.random.default_rng(0)
    adjoint_test(
        lambda v: affine(v, W, np.zeros((1, 5))),
        lambda g: affine_vjp(g, X, W)[0],
        (4, 3),
        (4, 5),
        rng,
    )


def test_adjoint_test_draws_both_vectors_from_the_generator():
    seen = []
    for seed in (0, 0, 1):
        vectors = []
        keep = lambda v, vectors=vectors: vectors.append(v) or v  # noqa: E731
        adjoint_test(keep, keep, (3,), (3,), np.random.default_rng(seed))
        seen.append(np.array(vectors))
    assert (seen[0] == seen[1]).all() and (seen[0] != seen[2]).all()
    assert len(np.unique(seen[0])) == 6


# extremes


@each_difference
def test_tiny_and_huge_gradients_keep_their_digits(d):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for scale in (1e-200, 1e200):
            got = d(lambda x, s=scale: s * (x**2).sum(), [1.0, 2.0])
            np.testing.assert_allclose(got, [2 * scale, 4 * scale], rtol=1e-8)


# errors


@pytest.mark.parametrize("h", [0, -1e-3, np.nan, np.inf])
def test_step_must_be_positive(h):
    with raises(ValueError, f"h must be positive and finite, got {float(h)}"):
        central_difference(cubes, [1.0], h=h)


RNG = np.random.default_rng(0)
TESTERS = {
    "check_gradient": lambda rtol: check_gradient(cubes, [3.0], [1.0], rtol=rtol),
    "check_direction": lambda rtol: check_direction(cubes, [3.0], [1.0], RNG, rtol=rtol),
    "adjoint_test": lambda rtol: adjoint_test(np.copy, np.copy, (2,), (2,), RNG, rtol=rtol),
}


@pytest.mark.parametrize("tester", TESTERS)
@pytest.mark.parametrize("rtol", [0, -1.0, np.nan, np.inf])
def test_tolerance_must_be_positive(tester, rtol):
    with raises(ValueError, f"rtol must be positive and finite, got {float(rtol)}"):
        TESTERS[tester](rtol)


@pytest.mark.parametrize(
    "d",
    [
        central_difference,
        complex_step,
        lambda f, X: check_gradient(f, X, X),
        lambda f, X: check_direction(f, X, X, RNG),
    ],
)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_X_must_be_finite(d, bad):
    with raises(ValueError, f"X must be finite, got {bad} at (1,)"):
        d(cubes, np.array([1.0, bad]))


def test_wrong_dtypes_are_refused():
    dtypes = [bool, object, str, complex]
    for d in (central_difference, complex_step):
        assert_refuses(lambda X, d=d: d(cubes, X), dict(X=normal(2)), dtypes)
    pair = dict(grad=normal(2), X=normal(2))
    assert_refuses(lambda grad, X: check_gradient(cubes, grad, X), pair, dtypes)
    assert_refuses(lambda grad, X: check_direction(cubes, grad, X, RNG), pair, dtypes)


@pytest.mark.parametrize(
    "f, kind, message",
    [
        (lambda x: x, ValueError, "f(X) must be a scalar, got shape (2,)"),
        (lambda x: x[:1], ValueError, "f(X) must be a scalar, got shape (1,)"),
        (lambda x: 1j * x.sum(), TypeError, "f(X) must be real, got dtype complex128"),
        (lambda x: None, TypeError, "f(X) must hold numbers, got dtype object"),
        (lambda x: True, TypeError, "f(X) must hold numbers, got dtype bool"),
    ],
)
def test_central_difference_wants_a_real_scalar(f, kind, message):
    for d in (central_difference, lambda f, X: check_gradient(f, X, X)):
        with raises(kind, message):
            d(f, np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    "f, found",
    [
        (lambda x: x, "shape (2,) and dtype complex128"),
        (lambda x: x.real.sum(), "shape () and dtype float64"),
        (lambda x: abs(x.sum()), "shape () and dtype float64"),
        (lambda x: 3, "shape () and dtype int64"),
    ],
)
def test_complex_step_wants_a_complex_scalar(f, found):
    message = f"f must return a complex scalar for complex X, got {found}"
    with raises(TypeError, message):
        complex_step(f, [1.0, 2.0])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_checker_wants_a_finite_value_at_X(value):
    # finite beside X, so that only the value at X itself can tell
    with raises(ValueError, f"f(X) must be finite, got {value}"):
        check_gradient(lambda x: value if x[0] == 1.0 else 0.0, [5.0], [1.0])


def test_a_direction_refuses_shapes_that_differ_and_empty_arrays():
    with raises(ValueError, "grad must have the shape of X = (3,), got (1, 3)"):
        check_direction(cubes, np.ones((1, 3)), np.ones(3), RNG)
    with raises(ValueError, "X must not be empty, got shape (0,)"):
        check_direction(cubes, [], [], RNG)


def test_checker_refuses_shapes_that_differ_and_empty_arrays():
    with raises(ValueError, "grad must have the shape of X = (3,), got (1, 3)"):
        check_gradient(cubes, np.ones((1, 3)), np.ones(3))
    with raises(ValueError, "grad must have the shape of X = (3,), got ()"):
        check_gradient(cubes, 3.0, np.ones(3))
    with raises(ValueError, "X must not be empty, got shape (0,)"):
        check_gradient(cubes, [], [])


@pytest.mark.parametrize(
    "jvp, vjp, kind, message",
    [
        (lambda v: v[:1], np.copy, ValueError, "jvp(v) must have shape (3,), got (1,)"),
        (lambda v: v.sum(), np.copy, ValueError, "jvp(v) must have shape (3,), got ()"),
        (np.copy, lambda g: g[None], ValueError, "vjp(g) must have shape (3,), got (1, 3)"),
        (lambda v: v * 1j, np.copy, TypeError, "jvp(v) must be real, got dtype complex128"),
        (np.copy, lambda g: g > 0, TypeError, "vjp(g) must hold numbers, got dtype bool"),
    ],
)
def test_adjoint_test_refuses_products_of_another_shape_or_kind(jvp, vjp, kind, message):
    with raises(kind, message):
        adjoint_test(jvp, vjp, (3,), (3,), np.random.default_rng(0))


@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
def test_what_draws_wants_a_generator(rng):
    message = f"rng must be a numpy.random.Generator, got {type(rng).__name__}"
    with raises(TypeError, message):
        adjoint_test(np.copy, np.copy, (2,), (2,), rng)
    with raises(TypeError, message):
        check_direction(cubes, [3.0], [1.0], rng)

"""Softmax and its logarithm: values, Jacobian, VJPs and JVP."""

import warnings

import jax
import mpmath
import numpy as np
import pytest
from hypothesis import given

from backprop import (
    adjoint_test,
    central_difference,
    complex_step,
    log_softmax,
    log_softmax_vjp,
    softmax,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)
from oracles import (
    FIVE_SIZES,
    agreement,
    assert_keeps_precision,
    assert_mixes,
    assert_mutates_nothing,
    assert_refuses,
    exact_log_softmax,
    jax_jvp,
    jax_vjp,
    normal,
    raises,
    sizes,
)

FORWARD = softmax, log_softmax
PRODUCTS = {softmax_vjp: "dY_hat", softmax_jvp: "V", log_softmax_vjp: "dEll"}
CALLS = [
    *((f, dict(Z=normal(4, 3))) for f in FORWARD),
    (softmax_jacobian, dict(Y_hat=softmax(normal(4, 3)))),
    *((f, {g: normal(4, 3), "Y_hat": softmax(normal(4, 3))}) for f, g in PRODUCTS.items()),
]
each_function = pytest.mark.parametrize(
    "f, inputs", CALLS, ids=lambda x: getattr(x, "__name__", "")
)
each_forward = pytest.mark.parametrize("f", FORWARD)
each_product = pytest.mark.parametrize("f", PRODUCTS)

# hand values


def test_values_by_hand():
    # e^(log 1), e^(log 2), e^(log 5) are 1, 2, 5 with sum 8
    Z = np.log([[1.0, 2.0, 5.0]])
    np.testing.assert_allclose(softmax(Z), [[0.125, 0.25, 0.625]], rtol=1e-15)
    np.testing.assert_allclose(log_softmax(Z), np.log([[0.125, 0.25, 0.625]]), rtol=1e-15)


def test_jacobian_by_hand():
    # diagonal ¼·¾, ¼·¾, ½·½; off it −¼·¼, −¼·½
    J = softmax_jacobian([0.25, 0.25, 0.5])
    rows = [[0.1875, -0.0625, -0.125], [-0.0625, 0.1875, -0.125], [-0.125, -0.125, 0.25]]
    assert J.tolist() == rows


@pytest.mark.parametrize("f", [softmax_vjp, softmax_jvp])
def test_product_with_the_jacobian_by_hand(f):
    # (8, 0, 4) times the matrix above: 8·0.1875 − 4·0.125 = 1; −0.5 − 0.5 = −1; −1 + 1 = 0
    assert f([8, 0, 4], [0.25, 0.25, 0.5]).tolist() == [1, -1, 0]


def test_log_softmax_vjp_by_hand():
    # the sum of (8, 0, 4) is 12, and (8, 0, 4) − 12·(¼, ¼, ½) = (5, −3, −2)
    assert log_softmax_vjp([8, 0, 4], [0.25, 0.25, 0.5]).tolist() == [5, -3, -2]


# invariants


@given(sizes())
def test_rows_are_probabilities(size):
    Y_hat = softmax(3 * normal(size[0], size[3]))
    assert (Y_hat > 0).all()
    np.testing.assert_allclose(Y_hat.sum(axis=-1), 1, rtol=1e-15)


@given(sizes())
def test_log_softmax_is_the_logarithm_of_softmax(size):
    Z = normal(size[0], size[3])
    np.testing.assert_allclose(np.exp(log_softmax(Z)), softmax(Z), rtol=1e-14)


@each_forward
def test_shift_of_a_row_changes_nothing(f):
    Z = np.array([[0.5, -1.25, 3.0], [2.0, 0.0, 1.0]])
    np.testing.assert_array_equal(f(Z + np.array([[1024.0], [-8.0]])), f(Z))


@each_forward
def test_order_of_the_classes_does_not_matter(f):
    Z = normal(4, 5)
    np.testing.assert_allclose(f(Z[:, ::-1]), f(Z)[:, ::-1], rtol=1e-14)


@given(sizes())
def test_jacobian_is_symmetric_with_null_vector_of_ones_and_rank_one_less_than_K(size):
    K = size[3]
    J = softmax_jacobian(softmax(normal(K)))
    np.testing.assert_allclose(J, J.T, rtol=0, atol=1e-16)
    np.testing.assert_allclose(J @ np.ones(K), 0, atol=1e-15)
    assert np.linalg.matrix_rank(J, tol=1e-10) == K - 1


@given(sizes())
def test_products_are_those_with_the_jacobian(size):
    g, Y_hat = normal(size[0], size[3]), softmax(normal(size[0], size[3], seed=1))
    J = softmax_jacobian(Y_hat)
    vjp, jvp = np.einsum("ni,nij->nj", g, J), np.einsum("nij,nj->ni", J, g)
    np.testing.assert_allclose(softmax_vjp(g, Y_hat), vjp, rtol=0, atol=1e-14)
    np.testing.assert_allclose(softmax_jvp(g, Y_hat), jvp, rtol=0, atol=1e-14)


@each_product
@given(size=sizes())
def test_products_are_linear_and_their_rows_sum_to_zero(f, size):
    shape = size[0], size[3]
    Y_hat, g, h = softmax(normal(*shape)), normal(*shape, seed=1), normal(*shape, seed=2)
    both = f(2 * g - 3 * h, Y_hat)
    np.testing.assert_allclose(both, 2 * f(g, Y_hat) - 3 * f(h, Y_hat), rtol=0, atol=1e-13)
    np.testing.assert_allclose(f(g, Y_hat).sum(axis=-1), 0, atol=1e-14)


@each_function
def test_one_class_is_certain_and_has_no_gradient(f, inputs):
    one = f(**{name: np.full((4, 1), 0.5 if name == "V" else 1.0) for name in inputs})
    assert one.ravel().tolist() == [1.0 if f is softmax else 0.0] * 4


@each_function
def test_leading_dimensions_are_rows(f, inputs):
    blocks = {name: a[:, None, :].repeat(2, axis=1) for name, a in inputs.items()}
    rows = [f(**{name: a[n] for name, a in inputs.items()}) for n in range(4)]
    want = np.stack([[row, row] for row in rows])
    np.testing.assert_allclose(f(**blocks), want, rtol=1e-15, atol=1e-17)
    np.testing.assert_allclose(f(**inputs), np.stack(rows), rtol=1e-15, atol=1e-17)


@each_function
def test_arguments_are_not_mutated(f, inputs):
    assert_mutates_nothing(f, inputs)


@each_function
def test_precision_in_is_precision_out(f, inputs):
    assert_keeps_precision(f, inputs)


@each_product
def test_mixed_precision_follows_result_type(f):
    assert_mixes(f, dict(CALLS)[f])


@each_forward
def test_forward_takes_complex_numbers(f):
    Z = normal(4, 3) + 1j * normal(4, 3, seed=1)
    want = np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True)
    assert f(Z).dtype == np.complex128
    assert agreement(softmax(Z), want) <= 1e-14
    assert agreement(np.exp(log_softmax(Z)), want) <= 1e-14


# independent derivatives


@pytest.mark.parametrize("size", FIVE_SIZES, ids=str)
def test_products_agree_with_jax(size):
    Z, g = normal(size[0], size[3]), normal(size[0], size[3], seed=1)
    Y_hat = softmax(Z)
    assert agreement(softmax_vjp(g, Y_hat), jax_vjp(jax.nn.softmax, g, Z)[0]) <= 1e-12
    assert agreement(softmax_jvp(g, Y_hat), jax_jvp(jax.nn.softmax, g, Z)) <= 1e-12
    assert agreement(log_softmax_vjp(g, Y_hat), jax_vjp(jax.nn.log_softmax, g, Z)[0]) <= 1e-12


@pytest.mark.parametrize("K", [1, 2, 3, 10])
def test_jacobian_agrees_with_jax(K):
    Z = normal(K)
    want = jax.jit(jax.jacobian(jax.nn.softmax))(Z)
    assert agreement(softmax_jacobian(softmax(Z)), want) <= 1e-12


@pytest.mark.parametrize("f, vjp", [(softmax, softmax_vjp), (log_softmax, log_softmax_vjp)])
@given(size=sizes())
def test_vjp_agrees_with_complex_step_and_central_difference(f, vjp, size):
    Z, g = normal(size[0], size[3]), normal(size[0], size[3], seed=1)
    dZ = vjp(g, softmax(Z))
    assert agreement(dZ, complex_step(lambda Z: (g * f(Z)).sum(), Z)) <= 1e-12
    np.testing.assert_allclose(
        dZ, central_difference(lambda Z: (g * f(Z)).sum(), Z), rtol=0, atol=1e-8
    )


@given(sizes())
def test_vjps_are_adjoints_of_independent_jvps(size):
    Z = normal(size[0], size[3])
    Y_hat, rng = softmax(Z), np.random.default_rng(0)

    def along(f):  # the direction enters as an imaginary step, without any Jacobian
        return lambda v: f(Z + 1e-30j * v).imag / 1e-30

    shapes = Z.shape, Z.shape, rng
    adjoint_test(along(softmax), lambda g: softmax_vjp(g, Y_hat), *shapes)
    adjoint_test(along(log_softmax), lambda g: log_softmax_vjp(g, Y_hat), *shapes)
    adjoint_test(lambda v: softmax_jvp(v, Y_hat), lambda g: softmax_vjp(g, Y_hat), *shapes)


# extremes

LARGEST = {dtype: float(np.finfo(dtype).max) for dtype in ("float64", "float32")}


@pytest.mark.parametrize(
    "dtype, big",
    [
        *(("float64", big) for big in (1e4, 1e30, 1e300, LARGEST["float64"])),
        *(("float32", big) for big in (1e4, 1e30, LARGEST["float32"])),
    ],
)
def test_huge_logits_of_both_signs_give_exact_values(dtype, big):
    Z = np.array([[big, -big, 0], [-big, -big, -big], [big, big, 0]], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Y_hat, Ell = softmax(Z), log_softmax(Z)
    third, half, two, three = Z.dtype.type(1) / 3, 0.5, -np.log(2), -np.log(3)
    # below the range of the type there is only −∞
    least = -np.inf if big == LARGEST[dtype] else -2 * big
    assert Y_hat.dtype == Ell.dtype == Z.dtype
    assert Y_hat.tolist() == [[1, 0, 0], [third] * 3, [half, half, 0]]
    want = [[0, least, -big], [three] * 3, [two, two, -big + two]]
    np.testing.assert_allclose(Ell, want, rtol=2 * np.finfo(dtype).eps)


@each_forward
def test_minus_infinity_is_an_impossible_class(f):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = f([[-np.inf, 2.0, 2.0], [-np.inf, -np.inf, -1e300]])
    log = [[-np.inf, -np.log(2), -np.log(2)], [-np.inf, -np.inf, 0]]
    np.testing.assert_allclose(got, log if f is log_softmax else np.exp(log), rtol=1e-15)


@each_forward
@pytest.mark.parametrize("row", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf]], ids=str)
def test_a_row_without_meaning_is_nan_and_spoils_no_other_row(f, row):
    with np.errstate(invalid="ignore"):
        got = f([row, [1.0, 1.0]])
    assert np.isnan(got[0]).all()
    assert np.isfinite(got[1]).all()


@pytest.mark.parametrize(
    "row",
    [
        [0.0, 1e-15, -1e-15],
        [1e4, np.nextafter(1e4, 2e4), 9999.0],
        [1e15, 1e15 + 0.125, 1e15 - 30],
        [-700.0, 0.0, 0.1],
        [0.0, 700.0, 35.5],
        [-1e30, 1e30, 1e30],
        [800.0],
    ],
    ids=str,
)
def test_values_agree_with_fifty_digits(row):
    eps = np.finfo(float).eps
    with mpmath.workdps(50):
        for y, ell, exact in zip(softmax(row), log_softmax(row), exact_log_softmax(row)):
            # rounding the shifted logit s by half an ulp changes e^s by |s| ε / 2
            assert abs(y - mpmath.exp(exact)) <= eps * (4 + abs(exact)) * mpmath.exp(exact) + 1e-320
            assert abs(ell - exact) <= 4 * eps * max(1, abs(exact))


# errors


@each_forward
@pytest.mark.parametrize(
    "Z, message",
    [
        (1.0, "Z must have shape (…, K), got ()"),
        ([], "Z must not be empty, got shape (0,)"),
        (np.zeros((0, 3)), "Z must not be empty, got shape (0, 3)"),
        (np.zeros((3, 0)), "Z must not be empty, got shape (3, 0)"),
    ],
)
def test_forward_refuses_scalars_and_empty_arrays(f, Z, message):
    with raises(ValueError, message):
        f(Z)


def test_jacobian_refuses_scalars_and_empty_arrays():
    with raises(ValueError, "Y_hat must have shape (…, K), got ()"):
        softmax_jacobian(1.0)
    with raises(ValueError, "Y_hat must not be empty, got shape (0, 2)"):
        softmax_jacobian(np.zeros((0, 2)))


@each_product
@pytest.mark.parametrize("shape", [(2,), (2, 1), (3, 2), (1, 2, 3)], ids=str)
def test_products_refuse_shapes_that_differ(f, shape):
    with raises(ValueError, f"{PRODUCTS[f]} must have shape (…, K) = (2, 3), got {shape}"):
        f(np.zeros(shape), np.full((2, 3), 1 / 3))


@each_product
def test_products_refuse_scalars_and_empty_arrays(f):
    with raises(ValueError, "Y_hat must have shape (…, K), got ()"):
        f(1.0, 1.0)
    with raises(ValueError, "Y_hat must not be empty, got shape (0, 2)"):
        f(np.zeros((0, 2)), np.zeros((0, 2)))


@each_function
def test_booleans_objects_and_strings_are_refused(f, inputs):
    assert_refuses(f, inputs)


@pytest.mark.parametrize("f, inputs", CALLS[2:])
def test_backward_refuses_complex_arrays(f, inputs):
    assert_refuses(f, inputs, dtypes=[complex])

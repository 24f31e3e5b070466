"""Z = X W + b and its three gradients."""

import numpy as np
import pytest
from hypothesis import given

from backprop import adjoint_test, affine, affine_vjp, central_difference, complex_step
from oracles import (
    FIVE_SIZES,
    agreement,
    assert_keeps_precision,
    assert_mixes,
    assert_mutates_nothing,
    assert_refuses,
    jax_vjp,
    normal,
    raises,
    sizes,
)

FORWARD = dict(X=normal(4, 3), W=normal(3, 5), b=normal(1, 5))
BACKWARD = dict(dZ=normal(4, 5), X=normal(4, 3), W=normal(3, 5))
CALLS = pytest.mark.parametrize("f, inputs", [(affine, FORWARD), (affine_vjp, BACKWARD)])


def arrays(N, D, H):
    return normal(N, D, seed=1), normal(D, H, seed=2), normal(1, H, seed=3), normal(N, H, seed=4)


# hand values


def test_one_row_by_hand():
    # (1, 2)·(3, 6) + 10 = 25;  (1, 2)·(4, 7) + 20 = 38;  (1, 2)·(5, 8) + 30 = 51
    Z = affine([[1, 2]], [[3, 4, 5], [6, 7, 8]], [[10, 20, 30]])
    assert Z.tolist() == [[25, 38, 51]]


def test_gradients_by_hand():
    # dX = (10·3 + 20·4, 10·5 + 20·6) = (110, 170); dW = (1, 2)ᵀ(10, 20); db = dZ
    dX, dW, db = affine_vjp([[10, 20]], [[1, 2]], [[3, 4], [5, 6]])
    assert dX.tolist() == [[110, 170]]
    assert dW.tolist() == [[10, 20], [20, 40]]
    assert db.tolist() == [[10, 20]]


def test_bias_gradient_is_the_sum_over_the_rows_by_hand():
    dZ = [[1, 2], [10, 20], [100, 200]]
    db = affine_vjp(dZ, np.zeros((3, 1)), np.zeros((1, 2)))[2]
    assert db.tolist() == [[111, 222]]


# invariants


@given(sizes())
def test_every_gradient_has_the_shape_of_its_input(size):
    X, W, b, dZ = arrays(*size[:3])
    assert affine(X, W, b).shape == dZ.shape
    assert [g.shape for g in affine_vjp(dZ, X, W)] == [X.shape, W.shape, b.shape]


@given(sizes())
def test_vjp_is_linear_in_the_upstream_gradient(size):
    X, W, _, dZ = arrays(*size[:3])
    other = normal(*dZ.shape, seed=9)
    together = affine_vjp(2 * dZ - 3 * other, X, W)
    for both, one, two in zip(together, affine_vjp(dZ, X, W), affine_vjp(other, X, W)):
        np.testing.assert_allclose(both, 2 * one - 3 * two, rtol=0, atol=1e-12)


def test_rows_do_not_mix():
    X, W, b, _ = arrays(4, 3, 5)
    rows = [affine(X[n : n + 1], W, b) for n in range(4)]
    assert agreement(affine(X, W, b), np.concatenate(rows)) <= 1e-15


@CALLS
def test_arguments_are_not_mutated(f, inputs):
    assert_mutates_nothing(f, inputs)


@CALLS
def test_precision_in_is_precision_out(f, inputs):
    assert_keeps_precision(f, inputs)


def test_mixed_precision_follows_result_type():
    assert_mixes(affine, FORWARD)


def test_forward_takes_complex_numbers():
    X, W, b, _ = arrays(4, 3, 5)
    Z = affine(X + 1j, W * 1j, b)
    assert Z.dtype == np.complex128
    assert agreement(Z, -np.ones_like(X) @ W + b + 1j * (X @ W)) <= 1e-15


# independent derivatives


@pytest.mark.parametrize("size", FIVE_SIZES, ids=str)
def test_vjp_agrees_with_jax(size):
    X, W, b, dZ = arrays(*size[:3])
    for got, want in zip(affine_vjp(dZ, X, W), jax_vjp(lambda X, W, b: X @ W + b, dZ, X, W, b)):
        assert agreement(got, want) <= 1e-12


@given(sizes())
def test_vjp_agrees_with_complex_step_and_central_difference(size):
    X, W, b, g = arrays(*size[:3])
    through = (lambda X: affine(X, W, b), X), (lambda W: affine(X, W, b), W)
    for grad, (f, at) in zip(affine_vjp(g, X, W), (*through, (lambda b: affine(X, W, b), b))):
        assert agreement(grad, complex_step(lambda v, f=f: (g * f(v)).sum(), at)) <= 1e-12
        assert agreement(grad, central_difference(lambda v, f=f: (g * f(v)).sum(), at)) <= 1e-8


@given(sizes())
def test_vjp_is_the_adjoint_in_each_argument(size):
    X, W, b, Z = arrays(*size[:3])
    zero = np.zeros_like(b)
    jvps = (lambda v: affine(v, W, zero), lambda v: affine(X, v, zero), lambda v: v + 0 * Z)
    for i, (jvp, at) in enumerate(zip(jvps, (X, W, b))):
        rng = np.random.default_rng(i)
        adjoint_test(jvp, lambda g, i=i: affine_vjp(g, X, W)[i], at.shape, Z.shape, rng)


# extremes


def test_infinities_pass_through_as_ieee_has_it():
    assert affine([[np.inf]], [[1.0, -1.0]], [[0.0, 0.0]]).tolist() == [[np.inf, -np.inf]]


# errors

X, W, b, dZ = FORWARD["X"], FORWARD["W"], FORWARD["b"], BACKWARD["dZ"]


@pytest.mark.parametrize(
    "inputs, message",
    [
        ((X[0], W, b), "X must have shape (N, D), got (3,)"),
        ((X, W, b[0]), "b must have shape (1, H), got (5,)"),
        ((X, W, b.T), "b must have shape (1, H), got (5, 1)"),
        ((X, W, 0.0), "b must have shape (1, H), got ()"),
        ((X, W.T, b), "W must have shape (D, H) = (3, 5), got (5, 3)"),
        ((X.T, W, b), "W must have shape (D, H) = (4, 5), got (3, 5)"),
        ((X, W, b[:, :1]), "W must have shape (D, H) = (3, 1), got (3, 5)"),
        ((X[None], W, b), "X must have shape (N, D), got (1, 4, 3)"),
        ((X[:0], W, b), "X must not be empty, got shape (0, 3)"),
    ],
)
def test_forward_refuses_wrong_shapes(inputs, message):
    with raises(ValueError, message):
        affine(*inputs)


@pytest.mark.parametrize(
    "inputs, message",
    [
        ((dZ[0], X, W), "dZ must have shape (N, H) = (4, H), got (5,)"),
        ((dZ[:1], X, W), "dZ must have shape (N, H) = (4, H), got (1, 5)"),
        ((dZ, X[0], W), "X must have shape (N, D), got (3,)"),
        ((dZ, X, W.T), "W must have shape (D, H) = (3, 5), got (5, 3)"),
        ((dZ[:, :0], X, W), "dZ must not be empty, got shape (4, 0)"),
    ],
)
def test_vjp_refuses_wrong_shapes(inputs, message):
    with raises(ValueError, message):
        affine_vjp(*inputs)


@CALLS
def test_booleans_objects_and_strings_are_refused(f, inputs):
    assert_refuses(f, inputs)


def test_vjp_refuses_complex_arrays():
    assert_refuses(affine_vjp, BACKWARD, dtypes=[complex])

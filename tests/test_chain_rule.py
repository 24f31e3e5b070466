"""The Jacobian of any function, without a formula."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from backprop import (
    affine,
    affine_vjp,
    central_difference,
    jacobian,
    log_softmax,
    softmax,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)
from oracles import (
    FIVE_SIZES,
    agreement,
    assert_mutates_nothing,
    assert_refuses,
    normal,
    raises,
    sizes,
)

# hand values


def test_by_hand():
    # (x² y, x + 3 y, x y) has the rows (2 x y, x²), (1, 3) and (y, x): at (2, 5)
    J = jacobian(lambda x: np.stack([x[0] ** 2 * x[1], x[0] + 3 * x[1], x[0] * x[1]]), [2, 5])
    np.testing.assert_allclose(J, [[20, 4], [1, 3], [5, 2]], rtol=1e-15)


def test_numbers_have_a_jacobian_of_one_entry():
    np.testing.assert_allclose(jacobian(lambda x: x**3, 2), [[12]], rtol=1e-15)


def test_a_list_of_entries_counts_as_an_array():
    for kind in (list, tuple):
        J = jacobian(lambda x, kind=kind: kind([x[0] * x[1], x[1] ** 2]), [2, 5])
        np.testing.assert_allclose(J, [[5, 2], [0, 10]], rtol=1e-15)
    assert jacobian(lambda x: [[x[0]], (2 * x[1],)], [2, 5]).tolist() == [[1, 0], [0, 2]]


def test_entries_are_counted_row_by_row():
    # output (i, j) of the transpose is input (j, i)
    J = jacobian(np.transpose, [[1, 2, 3], [4, 5, 6]])
    assert J.argmax(axis=1).tolist() == [0, 3, 1, 4, 2, 5]
    assert J.sum() == 6


# invariants


@pytest.mark.parametrize("inner", [(), (2,), (1, 3), (2, 1, 4)], ids=str)
@pytest.mark.parametrize("outer", [(), (3,), (2, 5)], ids=str)
def test_outputs_count_the_rows_and_inputs_the_columns(inner, outer):
    A = normal(*outer, *inner)
    J = jacobian(lambda X: (A * X).sum(axis=tuple(range(len(outer), A.ndim))), normal(*inner))
    assert J.shape == (np.prod(outer, dtype=int), np.prod(inner, dtype=int))
    assert J.dtype == np.float64
    np.testing.assert_allclose(J, A.reshape(J.shape), rtol=1e-15)


@given(sizes())
def test_of_an_affine_map(size):
    N, D, H, _ = size
    X, W, b = normal(N, D), normal(D, H, seed=1), normal(1, H, seed=2)
    by_X, by_W = jacobian(lambda X: affine(X, W, b), X), jacobian(lambda W: affine(X, W, b), W)
    assert agreement(by_X, np.kron(np.eye(N), W.T)) <= 1e-15
    assert agreement(by_W, np.kron(X, np.eye(H))) <= 1e-15
    assert agreement(jacobian(lambda b: affine(X, W, b), b), np.tile(np.eye(H), (N, 1))) == 0


@given(sizes())
def test_of_the_softmax_is_the_formula(size):
    z = normal(1, size[3])
    assert agreement(jacobian(softmax, z), softmax_jacobian(softmax(z))[0]) <= 1e-14


@given(sizes())
def test_of_a_composition_is_the_product(size):
    _, D, H, K = size
    x, W, V = normal(1, D), normal(D, H, seed=1), normal(H, K, seed=2)
    u = np.tanh(x @ W)
    apart = jacobian(lambda u: softmax(u @ V), u) @ jacobian(lambda x: np.tanh(x @ W), x)
    assert agreement(jacobian(lambda x: softmax(np.tanh(x @ W) @ V), x), apart) <= 1e-14


@given(sizes())
def test_vjp_is_the_row_and_jvp_the_column_times_the_jacobian(size):
    N, D, H, K = size
    z, g, v = (normal(1, K, seed=s) for s in range(3))
    J = jacobian(softmax, z)
    np.testing.assert_allclose(softmax_vjp(g, softmax(z)), g @ J, rtol=0, atol=1e-14)
    np.testing.assert_allclose(softmax_jvp(v, softmax(z)), (J @ v.T).T, rtol=0, atol=1e-14)
    X, W, dZ = normal(N, D), normal(D, H, seed=1), normal(N, H, seed=2)
    J = jacobian(lambda W: X @ W, W)
    assert agreement((dZ.reshape(1, -1) @ J).reshape(D, H), affine_vjp(dZ, X, W)[1]) <= 1e-14


def test_arguments_are_not_mutated():
    def f(X):
        X *= X
        return X

    assert_mutates_nothing(lambda X: jacobian(f, X), dict(X=normal(2, 3)))
    assert agreement(jacobian(f, normal(2, 3)), 2 * np.diag(normal(2, 3).ravel())) <= 1e-15


def test_the_function_is_called_at_X_and_once_for_every_entry():
    calls = []
    jacobian(lambda X: calls.append(X) or X @ normal(3, 4), normal(2, 3))
    assert [np.count_nonzero(X.imag) for X in calls] == [0] + 6 * [1]
    np.testing.assert_array_equal([X.real for X in calls], 7 * [normal(2, 3)])


def test_integers_and_float32_give_float64():
    for X in ([[1, 2]], np.ones((1, 2), np.float32)):
        assert jacobian(softmax, X).dtype == np.float64


# independent derivatives


@pytest.mark.parametrize("size", FIVE_SIZES, ids=str)
def test_agrees_with_jax(size):
    N, D, H, _ = size
    X, W = normal(N, D), normal(D, H, seed=1)
    for f, g in ((np.tanh, jnp.tanh), (log_softmax, jax.nn.log_softmax)):
        want = jax.jit(jax.jacobian(lambda X, g=g: g(X @ W)))(X)
        got = jacobian(lambda X, f=f: f(X @ W), X)
        assert agreement(got, np.reshape(want, (N * H, N * D))) <= 1e-12


def test_every_row_agrees_with_central_difference():
    X = normal(2, 3)
    for i, row in enumerate(jacobian(log_softmax, X)):
        want = central_difference(lambda X, i=i: log_softmax(X).ravel()[i], X)
        assert agreement(row, want.ravel()) <= 1e-8


# extremes


def test_of_a_constant_is_zero_and_of_an_empty_array_has_no_column():
    assert jacobian(lambda X: np.zeros(2) + 0 * X.sum(), normal(3)).tolist() == [[0] * 3] * 2
    assert jacobian(lambda X: X.sum(keepdims=True), []).shape == (1, 0)
    assert jacobian(lambda X: X[:0], normal(3)).shape == (0, 3)


def test_tiny_and_huge_derivatives_keep_their_digits():
    scales = np.array([1e-200, 1.0, 1e200])
    np.testing.assert_allclose(jacobian(lambda x: scales * x**2, [0.5]).ravel(), scales, rtol=1e-15)


# errors


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_X_must_be_finite(bad):
    with raises(ValueError, f"X must be finite, got {bad} at (0, 1)"):
        jacobian(softmax, [[1.0, bad]])


def test_wrong_dtypes_are_refused():
    assert_refuses(lambda X: jacobian(softmax, X), dict(X=normal(2)), [bool, object, str, complex])


@pytest.mark.parametrize(
    "f, message",
    [
        (np.abs, "f(X) must be complex for complex X, got dtype float64"),
        (lambda X: X[:0].real, "f(X) must be complex for complex X, got dtype float64"),
        (lambda X: [], "f(X) must be complex for complex X, got dtype float64"),
        (lambda X: 3, "f(X) must be complex for complex X, got dtype int64"),
        (lambda X: [X[0], abs(X[1])], "f(X)[1] must be complex for complex X, got dtype float64"),
        (lambda X: ([X[0], 2],), "f(X)[0][1] must be complex for complex X, got dtype int64"),
        (lambda X: None, "f(X) must hold numbers, got dtype object"),
        (lambda X: X == 1, "f(X) must hold numbers, got dtype bool"),
        (lambda X: [X[0], "1"], "f(X)[1] must hold numbers, got dtype <U1"),
    ],
)
def test_a_function_that_loses_the_imaginary_part_is_refused(f, message):
    with raises(TypeError, message):
        jacobian(f, [1.0, 2.0])


def at_imaginary(change):
    """A function that is the identity at X, and another where X has moved."""
    return lambda X: change(X) if X.imag.any() else X


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda X: X + np.inf, "f(X) must be finite, got (inf+0j) at (0,)"),
        (lambda X: [X[0], X[1] + np.nan], "f(X)[1] must be finite, got (nan+0j)"),
        (at_imaginary(lambda X: X - np.inf), "f(X) must be finite, got (-inf+1e-30j) at (0,)"),
        (at_imaginary(lambda X: X[:1]), "f(X) must keep its shape (2,), got (1,)"),
        (at_imaginary(lambda X: X[None]), "f(X) must keep its shape (2,), got (1, 2)"),
    ],
)
def test_a_result_is_finite_and_keeps_its_shape(f, message):
    with raises(ValueError, message):
        jacobian(f, [1.0, 2.0])


def test_only_later_calls_may_lose_the_imaginary_part_and_are_refused_too():
    with raises(TypeError, "f(X) must be complex for complex X, got dtype float64"):
        jacobian(at_imaginary(np.abs), [1.0, 2.0])


@pytest.mark.parametrize("f", [None, 3, np.eye(2)])
def test_f_must_be_callable(f):
    with raises(TypeError, f"f must be callable, got {type(f).__name__}"):
        jacobian(f, [1.0, 2.0])

"""The fused steps (4) to (7): mean cross-entropy of softmax, and its gradient."""

import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given

from backprop import (
    central_difference,
    complex_step,
    cross_entropy,
    cross_entropy_grad,
    one_hot,
    softmax,
)
from oracles import (
    FIVE_SIZES,
    TARGETS,
    agreement,
    assert_keeps_precision,
    assert_mixes,
    assert_mutates_nothing,
    assert_refuses,
    dense,
    exact_log_softmax,
    frozen,
    jax_cross_entropy,
    jax_vjp,
    make_targets,
    normal,
    raises,
    sizes,
)

INPUTS = dict(Z=normal(4, 3), Y=3 * normal(4, 3, seed=1))
each_function = pytest.mark.parametrize("f", [cross_entropy, cross_entropy_grad])
each_kind = pytest.mark.parametrize("kind", TARGETS)

# hand values


def test_loss_by_hand():
    # ŷ = (¼, ¾) and (½, ½); the loss of labels 0 and 1 is −(log ¼ + log ½)/2 = 1.5 log 2
    Z = [[0.0, np.log(3)], [0.0, 0.0]]
    assert cross_entropy(Z, [0, 1]) == pytest.approx(1.5 * np.log(2), rel=1e-15)
    # targets (1, −1) and (2, 3): −(log ¼ − log ¾ + 5 log ½)/2 = (log 3 + 5 log 2)/2
    loss = cross_entropy(Z, [[1, -1], [2, 3]])
    assert loss == pytest.approx((np.log(3) + 5 * np.log(2)) / 2, rel=1e-15)


def test_gradient_by_hand():
    # labels: ((¼, ¾) − (1, 0))/2 and ((½, ½) − (0, 1))/2
    Z = [[0.0, np.log(3)], [0.0, 0.0]]
    want = [[-0.375, 0.375], [0.25, -0.25]]
    np.testing.assert_allclose(cross_entropy_grad(Z, [0, 1]), want, rtol=1e-15)


def test_gradient_has_the_factor_of_the_sum_of_the_targets_by_hand():
    # sums 0 and 5: (0·ŷ − (1, −1))/2 and (5·(½, ½) − (2, 3))/2
    dZ = cross_entropy_grad([[0.0, 7.0], [0.0, 0.0]], [[1, -1], [2, 3]])
    assert dZ.tolist() == [[-0.5, 0.5], [0.25, -0.25]]


def test_one_hot_by_hand():
    Y = one_hot([2, 0], 3)
    assert (Y.dtype, Y.tolist()) == (np.float64, [[0, 0, 1], [1, 0, 0]])


# invariants


@each_kind
@given(size=sizes())
def test_rows_of_the_gradient_sum_to_zero_whatever_the_targets(kind, size):
    N, _, _, K = size
    dZ = cross_entropy_grad(normal(N, K), make_targets(kind, N, K))
    np.testing.assert_allclose(dZ.sum(axis=1), 0, atol=1e-14)


@given(sizes())
def test_labels_give_the_same_as_one_hot_rows(size):
    N, _, _, K = size
    Z, labels = normal(N, K), make_targets("labels", N, K)
    Y = one_hot(labels, K)
    np.testing.assert_array_equal(Y, np.eye(K)[labels])
    np.testing.assert_allclose(cross_entropy(Z, labels), cross_entropy(Z, Y), rtol=1e-15)
    np.testing.assert_array_equal(cross_entropy_grad(Z, labels), cross_entropy_grad(Z, Y))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint64"])
def test_labels_may_have_any_integer_type(dtype):
    labels = np.array([2, 0, 1, 2], dtype)
    for f in (cross_entropy, cross_entropy_grad):
        np.testing.assert_array_equal(f(normal(4, 300), labels), f(normal(4, 300), [2, 0, 1, 2]))


def test_two_dimensional_integers_are_targets_and_not_labels():
    Z = normal(4, 3)
    Y = np.array([[2, 0, 1], [0, 0, 0], [-1, 1, 3], [1, 1, 1]])
    assert cross_entropy(Z, Y) == cross_entropy(Z, Y.astype(float))


@given(sizes())
def test_loss_and_gradient_are_linear_in_the_targets(size):
    N, _, _, K = size
    Z, A, B = normal(N, K), normal(N, K, seed=1), normal(N, K, seed=2)
    for f in (cross_entropy, cross_entropy_grad):
        np.testing.assert_allclose(f(Z, 2 * A - 3 * B), 2 * f(Z, A) - 3 * f(Z, B), atol=1e-13)


def test_shift_of_a_row_changes_nothing():
    Z, Y = normal(4, 3), normal(4, 3, seed=1)
    shifted = Z + np.array([[5.0], [-7.0], [0.0], [1.0]])
    np.testing.assert_allclose(cross_entropy(shifted, Y), cross_entropy(Z, Y), rtol=1e-13)


@each_kind
def test_one_class_has_no_loss_and_no_gradient(kind):
    Z, Y = normal(4, 1), make_targets(kind, 4, 1)
    assert cross_entropy(Z, Y) == 0
    assert cross_entropy_grad(Z, Y).tolist() == [[0]] * 4


@each_function
@each_kind
def test_arguments_are_not_mutated(f, kind):
    assert_mutates_nothing(f, dict(Z=normal(4, 3), Y=make_targets(kind, 4, 3)))


def test_labels_of_one_hot_are_not_mutated():
    assert_mutates_nothing(lambda labels: one_hot(labels, 3), dict(labels=np.array([2, 0])))


@each_function
def test_precision_in_is_precision_out(f):
    assert_keeps_precision(f, INPUTS)
    assert_keeps_precision(lambda Z: f(Z, frozen([2, 0, 1, 1])), dict(Z=normal(4, 3)))


@each_function
def test_mixed_precision_follows_result_type(f):
    assert_mixes(f, INPUTS)


@each_kind
def test_loss_takes_complex_logits(kind):
    Z, Y = normal(4, 3) + 1j * normal(4, 3, seed=1), make_targets(kind, 4, 3)
    naive = -(np.log(np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)) * dense(Y, 3)).sum() / 4
    loss = cross_entropy(Z, Y)
    assert loss.dtype == np.complex128
    assert abs(loss - naive) <= 1e-14 * abs(naive)


# independent derivatives


@each_kind
@pytest.mark.parametrize("size", FIVE_SIZES, ids=str)
def test_gradient_agrees_with_jax(kind, size):
    N, _, _, K = size
    Z, Y = normal(N, K), make_targets(kind, N, K)
    want, _ = jax_vjp(jax_cross_entropy, 1.0, Z, dense(Y, K))
    assert agreement(cross_entropy_grad(Z, Y), want) <= 1e-12


@each_kind
@given(size=sizes())
def test_gradient_agrees_with_complex_step_and_central_difference(kind, size):
    N, _, _, K = size
    Z, Y = normal(N, K), make_targets(kind, N, K)
    dZ = cross_entropy_grad(Z, Y)
    np.testing.assert_allclose(
        dZ, complex_step(lambda Z: cross_entropy(Z, Y), Z), rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(
        dZ, central_difference(lambda Z: cross_entropy(Z, Y), Z), rtol=0, atol=1e-8
    )


# extremes


@pytest.mark.parametrize("big", [1e4, 1e30, 1e300])
@pytest.mark.parametrize("targets", [[1, 0], [[0, 1, 0], [1, 0, 0]]], ids=["labels", "rows"])
def test_huge_logits_give_exact_values(big, targets):
    Z = [[big, -big, 0.0], [0.0, 0.0, -big]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, dZ = cross_entropy(Z, targets), cross_entropy_grad(Z, targets)
    # the losses of the rows are 2 big and log 2
    assert loss == pytest.approx(big + np.log(2) / 2, rel=1e-15)
    assert dZ.tolist() == [[0.5, -0.5, 0], [-0.25, 0.25, 0]]


def test_huge_float32_logits_give_exact_values():
    Z = np.array([[1e30, -1e30]], np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cross_entropy(Z, [1]) == np.float32(2e30)
        assert cross_entropy_grad(Z, [1]).tolist() == [[1, -1]]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_zero_target_contributes_nothing_where_the_logarithm_overflows(dtype):
    big = np.finfo(dtype).max
    Z = np.array([[big, -big]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cross_entropy(Z, np.array([[1, 0]], dtype)) == 0
        assert cross_entropy(Z, [0]) == 0
        # 2 big is beyond the range, so that infinity is the rounded value
        assert cross_entropy(Z, np.array([[0, 1]], dtype)) == np.inf
        assert cross_entropy(Z, [1]) == np.inf
        assert cross_entropy_grad(Z, [1]).tolist() == [[1, -1]]


@pytest.mark.parametrize(
    "row", [[0.0, 1e-15, -1e-15], [1e4, np.nextafter(1e4, 2e4), 9999.0], [0.0, 800.0], [-1e30, 7.0]]
)
def test_loss_agrees_with_fifty_digits(row):
    Y = make_targets("unnormalised", 1, len(row))
    with mpmath.workdps(50):
        terms = [y * ell for y, ell in zip(map(mpmath.mpf, Y[0].tolist()), exact_log_softmax(row))]
        size = mpmath.fsum(map(abs, terms))
        error = abs(float(cross_entropy([row], Y)) + mpmath.fsum(terms))
        assert error <= 8 * np.finfo(float).eps * max(1, size)


# errors

Z, Y = INPUTS["Z"], INPUTS["Y"]


def with_entry(array, at, value):
    array = array.copy()
    array[at] = value
    return array


@each_function
@pytest.mark.parametrize(
    "Z, Y, message",
    [
        (Z[0], Y, "Z must have shape (N, K), got (3,)"),
        (Z[:0], Y[:0], "Z must not be empty, got shape (0, 3)"),
        (Z[:, :0], Y[:, :0], "Z must not be empty, got shape (4, 0)"),
        *(
            (Z, bad, f"Y must have shape (N, K) = (4, 3), or (N,) = (4,) for labels, got {shape}")
            for bad, shape in (
                (Y.T, "(3, 4)"),
                (Y[:, :1], "(4, 1)"),
                (Y[:1], "(1, 3)"),
                (Y[None], "(1, 4, 3)"),
                (np.array([[0], [1], [2], [0]]), "(4, 1)"),
                (1, "()"),
            )
        ),
        (Z, [0, 1, 2], "Y must have shape (N,) = (4,), got (3,)"),
        (Z, np.array([], int), "Y must not be empty, got shape (0,)"),
        (Z, [0, 1, 3, 4], "Y must be labels in 0…K−1 = 0…2, got 3 at 2"),
        (Z, [0, -1, 2, 1], "Y must be labels in 0…K−1 = 0…2, got -1 at 1"),
        (with_entry(Z, (2, 1), np.nan), Y, "Z must be finite, got nan at (2, 1)"),
        (with_entry(Z, (0, 2), -np.inf), Y, "Z must be finite, got -inf at (0, 2)"),
        (Z, with_entry(Y, (3, 0), np.nan), "Y must be finite, got nan at (3, 0)"),
        (Z, with_entry(Y, (1, 1), np.inf), "Y must be finite, got inf at (1, 1)"),
    ],
)
def test_wrong_values_are_refused(f, Z, Y, message):
    with raises(ValueError, message):
        f(Z, Y)


@each_function
@pytest.mark.parametrize("dtype", ["float64", "bool", "object", "<U1", "complex128"])
def test_labels_must_be_integers(f, dtype):
    labels = np.array([0, 1, 1, 0]).astype(dtype)
    with raises(TypeError, f"Y of shape (N,) must be integer labels, got dtype {dtype}"):
        f(Z, labels)


@each_function
def test_booleans_objects_and_strings_are_refused(f):
    assert_refuses(f, INPUTS)


def test_complex_targets_and_complex_logits_of_the_gradient_are_refused():
    assert_refuses(cross_entropy_grad, INPUTS, dtypes=[complex])
    with raises(TypeError, "Y must be real, got dtype complex128"):
        cross_entropy(Z, Y + 1j)


@pytest.mark.parametrize(
    "labels, K, kind, message",
    [
        ([0, 3], 3, ValueError, "labels must be labels in 0…K−1 = 0…2, got 3 at 1"),
        ([-1, 0], 3, ValueError, "labels must be labels in 0…K−1 = 0…2, got -1 at 0"),
        ([[0, 1]], 3, ValueError, "labels must have shape (N,), got (1, 2)"),
        (0, 3, ValueError, "labels must have shape (N,), got ()"),
        (np.array([], int), 3, ValueError, "labels must not be empty, got shape (0,)"),
        ([0.0], 3, TypeError, "labels of shape (N,) must be integer labels, got dtype float64"),
        ([True], 3, TypeError, "labels of shape (N,) must be integer labels, got dtype bool"),
        ([0], 0, ValueError, "K must be at least 1, got 0"),
        ([0], -2, ValueError, "K must be at least 1, got -2"),
        ([0], 3.0, TypeError, "K must be an integer, got 3.0"),
        ([0], True, TypeError, "K must be an integer, got True"),
    ],
)
def test_one_hot_refuses(labels, K, kind, message):
    with raises(kind, message):
        one_hot(labels, K)


def test_gradient_uses_no_one_hot_array():
    # a million classes: the rows of the identity would need eight terabytes
    Z = np.zeros((1, 10**6))
    assert cross_entropy_grad(Z, [7])[0, 7] == softmax(Z)[0, 7] - 1

"""The gradient of the activation, from its output."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from backprop import adjoint_test, central_difference, complex_step, tanh_vjp
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

INPUTS = dict(dA=normal(4, 5), A=np.tanh(normal(4, 5, seed=1)))

# hand values


def test_by_hand():
    # 8 (1 − ½²) = 6;  8 (1 − 0²) = 8;  8 (1 − (−½)²) = 6;  3 (1 − 1²) = 0
    assert tanh_vjp([[8, 8, 8, 3]], [[0.5, 0, -0.5, 1]]).tolist() == [[6, 8, 6, 0]]


# invariants


@given(sizes())
def test_linear_in_the_upstream_gradient_and_even_in_the_output(size):
    A, g, h = (np.tanh(normal(*size[:2])), *(normal(*size[:2], seed=s) for s in (1, 2)))
    together = tanh_vjp(2 * g - 3 * h, A)
    np.testing.assert_allclose(together, 2 * tanh_vjp(g, A) - 3 * tanh_vjp(h, A), atol=1e-14)
    np.testing.assert_array_equal(tanh_vjp(g, -A), tanh_vjp(g, A))


def test_leading_dimensions_are_rows():
    g, A = normal(2, 3, 4), np.tanh(normal(2, 3, 4, seed=1))
    flat = tanh_vjp(g.reshape(6, 4), A.reshape(6, 4))
    np.testing.assert_array_equal(tanh_vjp(g, A), flat.reshape(2, 3, 4))


def test_arguments_are_not_mutated():
    assert_mutates_nothing(tanh_vjp, INPUTS)


def test_precision_in_is_precision_out():
    assert_keeps_precision(tanh_vjp, INPUTS)
    assert_mixes(tanh_vjp, INPUTS)


# independent derivatives


@pytest.mark.parametrize("size", FIVE_SIZES, ids=str)
def test_agrees_with_jax(size):
    Z, g = normal(*size[:2]), normal(*size[:2], seed=1)
    assert agreement(tanh_vjp(g, np.tanh(Z)), jax_vjp(jnp.tanh, g, Z)[0]) <= 1e-12


@given(sizes())
def test_agrees_with_complex_step_and_central_difference(size):
    Z, g = normal(*size[:2]), normal(*size[:2], seed=1)
    dZ = tanh_vjp(g, np.tanh(Z))
    assert agreement(dZ, complex_step(lambda Z: (g * np.tanh(Z)).sum(), Z)) <= 1e-12
    assert agreement(dZ, central_difference(lambda Z: (g * np.tanh(Z)).sum(), Z)) <= 1e-8


@given(sizes())
def test_is_the_adjoint_of_the_jvp(size):
    Z = normal(*size[:2])
    # 1/cosh² is the same derivative written from the input, and not from the output
    rng = np.random.default_rng(0)
    adjoint_test(
        lambda v: v / np.cosh(Z) ** 2, lambda g: tanh_vjp(g, np.tanh(Z)), Z.shape, Z.shape, rng
    )


# extremes


def test_saturated_units_pass_nothing_back():
    A = np.tanh([1e4, -1e4, 1e300, -1e300])
    assert tanh_vjp([1.0, 1.0, 1e300, -1e300], A).tolist() == [0, 0, 0, 0]


# errors

dA, A = INPUTS["dA"], INPUTS["A"]


@pytest.mark.parametrize(
    "inputs, message",
    [
        ((dA[0], A), "dA must have shape (…, H) = (4, 5), got (5,)"),
        ((dA.T, A), "dA must have shape (…, H) = (4, 5), got (5, 4)"),
        ((dA[:, :1], A), "dA must have shape (…, H) = (4, 5), got (4, 1)"),
        ((1.0, 1.0), "A must have shape (…, H), got ()"),
        ((dA[:0], A[:0]), "A must not be empty, got shape (0, 5)"),
    ],
)
def test_wrong_shapes_are_refused(inputs, message):
    with raises(ValueError, message):
        tanh_vjp(*inputs)


def test_wrong_dtypes_are_refused():
    assert_refuses(tanh_vjp, INPUTS, dtypes=[bool, object, str, complex])

"""The network of one sample in which every number is round."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backprop import (
    Params,
    affine,
    backward,
    central_difference,
    complex_step,
    cross_entropy_grad,
    forward,
    predict,
    tanh_vjp,
    worked_example,
)
from oracles import agreement, jax_loss

LOG2, LOG3 = np.log([2.0, 3.0])

FORWARD = {
    "Z1": [[LOG2, LOG3, 0]],
    "A1": [[3 / 5, 4 / 5, 0]],  # tanh(log q) = (q² − 1)/(q² + 1)
    "Z2": [[1, 1 + LOG3]],
    "Y_hat": [[1 / 4, 3 / 4]],  # as e to 3 e
    "loss": np.log(4),
}
BACKWARD = {
    "dZ2": [[-3 / 4, 3 / 4]],
    "dA1": [[-3, 9 / 4, -9 / 4]],
    "dZ1": [[-1.92, 0.81, -2.25]],  # −3 (1 − 0.36), 2.25 (1 − 0.64), −2.25 (1 − 0)
    "dW1": [[-1.92 * LOG2, 0.81 * LOG2, -2.25 * LOG2], [-1.92 * LOG3, 0.81 * LOG3, -2.25 * LOG3]],
    "db1": [[-1.92, 0.81, -2.25]],
    "dW2": [[-0.45, 0.45], [-0.6, 0.6], [0, 0]],
    "db2": [[-3 / 4, 3 / 4]],
    "dX": [[-4.65, 3.06]],
}


def results():
    """What the package computes under each of the names above."""
    params, X, Y = worked_example()
    W1, b1, W2, b2 = params
    loss, cache = forward(params, X, Y)
    grads, dX = backward(params, cache, with_input=True)
    found = {f"d{name}": gradient for name, gradient in grads._asdict().items()} | {"dX": dX}
    found |= {"loss": loss, "A1": cache.A1, "Y_hat": cache.Y_hat}
    found |= {"Z1": affine(X, W1, b1), "Z2": affine(cache.A1, W2, b2)}
    found["dZ2"] = cross_entropy_grad(found["Z2"], Y)
    found["dA1"] = found["dZ2"] @ W2.T
    return found | {"dZ1": tanh_vjp(found["dA1"], cache.A1)}


# hand values


def test_the_numbers_are_those_on_the_page():
    params, X, Y = worked_example()
    assert X.tolist() == [[LOG2, LOG3]]
    assert Y.tolist() == [[1, 0]]
    assert params.W1.tolist() == [[2, -1, 0], [0, 1, -1]]
    assert params.b1.tolist() == [[-LOG2, LOG2, LOG3]]
    assert params.W2.tolist() == [[3, -1], [-1, 2], [2, -1]]
    assert params.b2.tolist() == [[0, LOG3]]


@pytest.mark.parametrize(("name", "by_hand"), [*FORWARD.items(), *BACKWARD.items()])
def test_by_hand(name, by_hand):
    found = results()[name]
    assert found.shape == np.shape(by_hand)
    np.testing.assert_allclose(found, by_hand, rtol=1e-14, atol=1e-15)


# invariants


def test_every_array_is_float64_and_has_the_shape_of_its_symbol():
    params, X, Y = worked_example()
    assert type(params) is Params
    shapes = [(2, 3), (1, 3), (3, 2), (1, 2), (1, 2), (1, 2)]
    assert [a.shape for a in (*params, X, Y)] == shapes
    assert {a.dtype for a in (*params, X, Y)} == {np.dtype("float64")}


def test_every_call_returns_arrays_of_its_own():
    first, second = worked_example(), worked_example()
    for one, two in zip((*first[0], *first[1:]), (*second[0], *second[1:])):
        before = two.copy()
        one += 7
        np.testing.assert_array_equal(two, before)
    third = worked_example()
    for two, three in zip((*second[0], *second[1:]), (*third[0], *third[1:])):
        np.testing.assert_array_equal(two, three)


def test_labels_in_place_of_the_row_change_nothing():
    params, X, _ = worked_example()
    loss, cache = forward(params, X, [0])
    assert loss == pytest.approx(np.log(4), rel=1e-14)
    for name, gradient in backward(params, cache)._asdict().items():
        assert agreement(gradient, BACKWARD[f"d{name}"]) <= 1e-14


def test_one_step_against_the_gradient_lowers_the_loss():
    params, X, Y = worked_example()
    grads = backward(params, forward(params, X, Y)[1])
    moved = Params(*(p - 0.1 * g for p, g in zip(params, grads)))
    assert forward(moved, X, Y)[0] < results()["loss"]
    assert predict(moved, X)[0, 0] > 1 / 4


# independent derivatives


def test_by_hand_agrees_with_jax():
    params, X, Y = worked_example()
    grads, dX = jax.grad(jax_loss, argnums=(0, 1))(params, X, jnp.asarray(Y))
    for name, gradient in (*grads._asdict().items(), ("X", dX)):
        assert agreement(gradient, BACKWARD[f"d{name}"]) <= 1e-14


@pytest.mark.parametrize("name", [*Params._fields, "X"])
def test_by_hand_agrees_with_complex_step_and_central_difference(name):
    params, X, Y = worked_example()

    def loss(value):
        if name == "X":
            return forward(params, value, Y)[0]
        return forward(params._replace(**{name: value}), X, Y)[0]

    at = X if name == "X" else getattr(params, name)
    assert agreement(complex_step(loss, at), BACKWARD[f"d{name}"]) <= 1e-14
    assert agreement(central_difference(loss, at), BACKWARD[f"d{name}"]) <= 1e-8

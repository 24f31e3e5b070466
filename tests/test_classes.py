"""Two classes from one logit, balanced weights, and ten classes on handwritten digits."""

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from backprop import (
    balanced_weights,
    binary_cross_entropy,
    binary_cross_entropy_grad,
    complex_step,
    cross_entropy,
    cross_entropy_grad,
    descend,
    init_params,
    one_hot,
    predict,
    sigmoid,
    softmax,
    weighted_targets,
)
from oracles import (
    agreement,
    assert_keeps_precision,
    assert_mixes,
    assert_mutates_nothing,
    assert_refuses,
    normal,
    raises,
)

INPUTS = dict(U=normal(5, 1), Y=normal(5, 1, seed=1))
both = pytest.mark.parametrize("f", [binary_cross_entropy, binary_cross_entropy_grad])


@cache
def digits():
    """Pixels from 0 to 1 and labels, three quarters to train on and one to test with."""
    X, labels = load_digits(return_X_y=True)
    return train_test_split(X / 16, labels, test_size=0.25, stratify=labels, random_state=0)


# hand values


def test_by_hand():
    # e^{log 3} = 3, so p = 3/4; for the second class the loss is −log ¾, and the gradient ¾ − 1
    U = [[np.log(3)]]
    assert sigmoid(U) == pytest.approx(0.75, rel=1e-15)
    assert binary_cross_entropy(U, [1]) == pytest.approx(-np.log(0.75), rel=1e-14)
    assert binary_cross_entropy_grad(U, [1]) == pytest.approx(-0.25, rel=1e-14)
    assert binary_cross_entropy_grad(U, [0]) == pytest.approx(0.75, rel=1e-14)


def test_balanced_weights_by_hand():
    assert balanced_weights([0, 1, 0, 0], 2).tolist() == [2 / 3, 2, 2 / 3, 2 / 3]


# invariants


@given(st.floats(-700, 700))
def test_the_sigmoid_is_a_softmax_and_a_tanh(u):
    p = sigmoid(u)
    assert p == pytest.approx(softmax([0.0, u])[1], rel=1e-15)
    assert p == pytest.approx(1 / (1 + np.exp(-u)), rel=1e-15)
    assert p == pytest.approx((1 + np.tanh(u / 2)) / 2, abs=1e-15)
    assert p + sigmoid(-u) == pytest.approx(1, rel=1e-15)


def test_one_logit_is_the_difference_of_two():
    Z2, labels = normal(6, 2), np.array([0, 1, 1, 0, 0, 1])
    U = Z2[:, [1]] - Z2[:, [0]]
    loss = cross_entropy(Z2, labels)
    assert binary_cross_entropy(U, labels) == pytest.approx(loss, rel=1e-14)
    dZ2 = cross_entropy_grad(Z2, labels)
    dU = binary_cross_entropy_grad(U, labels)
    np.testing.assert_allclose(dZ2, np.hstack([-dU, dU]), rtol=1e-12)


def test_labels_are_targets_zero_and_one():
    labels, U = np.array([0, 1, 1]), normal(3, 1)
    column = labels[:, None].astype(float)
    for f in (binary_cross_entropy, binary_cross_entropy_grad):
        np.testing.assert_allclose(f(U, labels), f(U, column), rtol=1e-14)


@pytest.mark.parametrize("K", [1, 3, 7])
def test_balanced_classes_have_equal_totals(K):
    labels = np.concatenate([np.arange(K), np.random.default_rng(K).integers(K, size=40)])
    w = balanced_weights(labels, K)
    np.testing.assert_allclose(w @ one_hot(labels, K), np.full(K, len(labels) / K), rtol=1e-13)
    # they sum to N already, so that the weighted mean has nothing to scale
    Y = weighted_targets(labels, w, K)
    np.testing.assert_allclose(Y, w[:, None] * one_hot(labels, K), rtol=1e-13)
    np.testing.assert_allclose(balanced_weights(one_hot(labels, K), K), w, rtol=1e-13)


def test_balanced_weights_want_samples():
    with raises(ValueError, "Y must not be empty, got shape (0, 2)"):
        balanced_weights(np.zeros((0, 2)), 2)


def test_balanced_weights_of_any_targets_sum_to_their_number():
    Y = normal(7, 3)
    assert balanced_weights(Y, 3).sum() == pytest.approx(7, rel=1e-12)
    assert_mutates_nothing(lambda Y: balanced_weights(Y, 3), dict(Y=Y))


# independent derivatives


def test_gradients_agree_with_the_complex_step():
    U, Y = INPUTS["U"], INPUTS["Y"]
    exact = complex_step(lambda U: binary_cross_entropy(U, Y), U)
    assert agreement(binary_cross_entropy_grad(U, Y), exact) < 1e-14
    slope = complex_step(lambda u: sigmoid(u), 0.3)
    assert slope == pytest.approx(sigmoid(0.3) * (1 - sigmoid(0.3)), rel=1e-14)


def test_gradient_agrees_with_torch():
    U = torch.tensor(INPUTS["U"], requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(U, torch.tensor(INPUTS["Y"]))
    loss.backward()
    assert float(loss.detach()) == pytest.approx(float(binary_cross_entropy(**INPUTS)), rel=1e-13)
    assert agreement(binary_cross_entropy_grad(**INPUTS), U.grad.numpy()) < 1e-14


# extremes


def test_far_logits_stay_finite():
    U, Y = [[-1e4], [1e4]], [1, 0]
    assert binary_cross_entropy(U, Y) == 1e4
    assert binary_cross_entropy_grad(U, Y).tolist() == [[-0.5], [0.5]]
    assert sigmoid(-740.0) == np.exp(-740.0) > 0
    assert sigmoid([-np.inf, np.inf]).tolist() == [0, 1]
    # a probability of 1 still has its slope
    assert complex_step(sigmoid, 40.0) == pytest.approx(np.exp(-40.0), rel=1e-14)


@both
def test_what_the_chapter_on_notation_promises(f):
    assert_mutates_nothing(f, INPUTS)
    assert_keeps_precision(f, INPUTS)
    assert_mixes(f, INPUTS)
    assert_refuses(f, INPUTS)
    assert f(INPUTS["U"].astype(np.float32), [0, 1, 1, 0, 1]).dtype == np.float32


def test_the_sigmoid_keeps_precision_and_refuses_what_is_no_number():
    inputs = dict(U=normal(2, 3, 4))
    assert_mutates_nothing(sigmoid, inputs)
    assert_keeps_precision(sigmoid, inputs)
    assert_refuses(sigmoid, inputs)
    assert sigmoid(normal(2, 3, 4)).shape == (2, 3, 4)


# errors


@both
@pytest.mark.parametrize(
    ("U", "Y", "message"),
    [
        ([[0.0]], [2], "Y must be labels in 0…K−1 = 0…1, got 2 at 0"),
        ([[0.0]], [-1], "Y must be labels in 0…K−1 = 0…1, got -1 at 0"),
        ([0.0], [1], "U must have shape (N, 1), got (1,)"),
        ([[0.0, 1.0]], [1], "U must have shape (N, 1), got (1, 2)"),
        ([[0.0]], [1, 0], "Y must have shape (N,) = (1,), got (2,)"),
        (
            [[0.0]],
            [[1.0, 0.0]],
            "Y must have shape (N, K) = (1, 1), or (N,) = (1,) for labels, got (1, 2)",
        ),
        ([[np.inf]], [1], "U must be finite, got inf at (0, 0)"),
        ([[0.0]], [[np.nan]], "Y must be finite, got nan at (0, 0)"),
    ],
)
def test_bad_logits_and_targets_are_refused(f, U, Y, message):
    with raises(ValueError, message):
        f(U, Y)


def test_gradient_refuses_complex_logits():
    with raises(TypeError, "U must be real, got dtype complex128"):
        binary_cross_entropy_grad([[1j]], [0])


@pytest.mark.parametrize(
    ("labels", "K", "message"),
    [
        ([0, 2], 3, "Y must hold every class 0…K−1 = 0…2, class 1 adds up to 0"),
        ([0, 3], 3, "Y must be labels in 0…K−1 = 0…2, got 3 at 1"),
        ([], 3, "Y must not be empty, got shape (0,)"),
        ([0], 0, "K must be at least 1, got 0"),
        ([[1, 0], [2, 0]], 2, "Y must hold every class 0…K−1 = 0…1, class 1 adds up to 0"),
        ([[1, 1]], 3, "Y must have shape (N, K) = (1, 3), or (N,) = (1,) for labels, got (1, 2)"),
    ],
)
def test_bad_labels_are_refused(labels, K, message):
    with raises(ValueError, message):
        balanced_weights(np.array(labels, int), K)


def test_labels_that_are_no_integers_are_refused():
    with raises(TypeError, "Y of shape (N,) must be integer labels, got dtype float64"):
        balanced_weights([0.0, 1.0], 2)


# ten classes


@pytest.mark.parametrize("seed", range(5))
def test_handwritten_digits_are_read(seed):
    X, X_test, labels, test_labels = digits()
    start = init_params(64, 500, 10, np.random.default_rng(seed))
    params, losses = descend(start, X, labels, step=1.0, iterations=300, penalty=1e-4)
    assert (np.diff(losses) < 0).mean() > 0.9
    right = predict(params, X_test).argmax(axis=1) == test_labels
    assert right.mean() >= 0.965


def test_a_hundred_steps_give_the_losses_of_torch():
    X, _, labels, _ = digits()
    start = init_params(64, 500, 10, np.random.default_rng(0))
    _, ours = descend(start, X, labels, step=1.0, iterations=100)
    W1, b1, W2, b2 = parts = [torch.tensor(p, requires_grad=True) for p in start]
    X, labels = torch.tensor(X), torch.tensor(labels)
    optimiser, theirs = torch.optim.SGD(parts, lr=1.0), []
    for _ in range(101):
        loss = torch.nn.functional.cross_entropy(torch.tanh(X @ W1 + b1) @ W2 + b2, labels)
        theirs.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    np.testing.assert_allclose(ours, theirs[1:], rtol=0, atol=1e-10)

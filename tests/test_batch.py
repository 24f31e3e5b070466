"""Weights, micro-batches, and steps against the gradient."""

import numpy as np
import pytest
from hypothesis import given

from backprop import (
    Params,
    backward,
    central_difference,
    combine,
    cross_entropy,
    cross_entropy_grad,
    descend,
    forward,
    init_params,
    one_hot,
    weighted_targets,
)
from oracles import agreement, assert_mutates_nothing, make_targets, normal, raises, sizes


def network(D=3, H=5, K=4, seed=0):
    return init_params(D, H, K, np.random.default_rng(seed))


# hand values


def test_weights_by_hand():
    # 2 samples, weights 3 and 1: 2·3/4 = 1.5 and 2·1/4 = 0.5
    assert weighted_targets([0, 1], [3, 1], 2).tolist() == [[1.5, 0], [0, 0.5]]


def test_micro_batches_by_hand():
    # 1 sample with gradient 3, 2 samples with gradient 0: (1·3 + 2·0)/3 = 1
    parts = [Params(*(np.full((1, 1), v) for _ in range(4))) for v in (3.0, 0.0)]
    assert [g.tolist() for g in combine(parts, [1, 2])] == [[[1.0]]] * 4


def test_one_step_by_hand():
    # x = 0, so only b₂ has a gradient: (½, ½) − (1, 0) = (−½, ½); a step of 2 makes b₂ = (1, −1)
    zero = Params(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 2)), np.zeros((1, 2)))
    params, losses = descend(zero, [[0.0]], [0], step=2.0, iterations=1)
    assert params.b2.tolist() == [[1, -1]]
    assert losses == pytest.approx([np.log1p(np.exp(-2))], rel=1e-14)


def test_the_printed_losses_of_the_ancestor_network():
    """Printed at iterations 0, 1000 and 19000 beside its published settings."""
    moons = pytest.importorskip("sklearn.datasets").make_moons
    X, labels = moons(200, noise=0.2, random_state=np.random.RandomState(0))
    old = np.random.RandomState(0)
    W1, W2 = old.randn(2, 3) / np.sqrt(2), old.randn(3, 2) / np.sqrt(3)
    start = Params(W1, np.zeros((1, 3)), W2, np.zeros((1, 2)))
    _, losses = descend(start, X, labels, step=2.0, iterations=1001, penalty=0.01 / 200)
    assert [round(float(losses[i]), 6) for i in (0, 1000)] == [0.432387, 0.068947]


# invariants


@given(sizes())
def test_weighted_targets_give_the_weighted_mean(size):
    N, _, _, K = size
    Z, Y, w = normal(N, K), make_targets("unnormalised", N, K), np.abs(normal(N, seed=1))
    each = np.array([cross_entropy(Z[[n]], Y[[n]]) for n in range(N)])
    weighted = cross_entropy(Z, weighted_targets(Y, w, K))
    np.testing.assert_allclose(weighted, (w * each).sum() / w.sum(), rtol=1e-12, atol=1e-14)


def test_equal_weights_change_nothing_and_a_scale_does_not_either():
    Y = make_targets("soft", 5, 4)
    np.testing.assert_allclose(weighted_targets(Y, np.full(5, 7.0), 4), Y, rtol=1e-15)
    w = np.abs(normal(5))
    np.testing.assert_allclose(weighted_targets(Y, 9 * w, 4), weighted_targets(Y, w, 4), rtol=1e-14)


def test_labels_and_their_one_hot_rows_are_weighted_alike():
    labels, w = np.array([2, 0, 1]), np.array([1.0, 2.0, 0.0])
    found = weighted_targets(labels, w, 4)
    np.testing.assert_array_equal(found, weighted_targets(one_hot(labels, 4), w, 4))
    assert not found[2].any()


@pytest.mark.parametrize("cuts", [[4], [1, 2, 3], [2, 5, 6]])
def test_parts_of_a_batch_combine_to_its_gradient(cuts):
    params, X, Y = network(), normal(7, 3), make_targets("unnormalised", 7, 4)
    parts = np.split(np.arange(7), cuts)
    grads = [backward(params, forward(params, X[p], Y[p])[1]) for p in parts]
    whole = combine(grads, [len(p) for p in parts])
    for ours, full in zip(whole, backward(params, forward(params, X, Y)[1])):
        np.testing.assert_allclose(ours, full, rtol=1e-12, atol=1e-15)


def test_a_doubled_batch_descends_in_the_same_way():
    params, X, Y = network(), normal(5, 3), make_targets("labels", 5, 4)
    one = descend(params, X, Y, 0.3, 20)[1]
    two = descend(params, np.tile(X, (2, 1)), np.tile(Y, 2), 0.3, 20)[1]
    np.testing.assert_allclose(one, two, rtol=1e-12)


def test_arguments_are_not_mutated():
    params = network()
    inputs = dict(X=normal(5, 3), Y=make_targets("soft", 5, 4))
    assert_mutates_nothing(lambda X, Y: descend(params, X, Y, 0.1, 3)[0], inputs)
    weights = dict(Y=make_targets("soft", 5, 4), w=np.abs(normal(5)))
    assert_mutates_nothing(lambda Y, w: weighted_targets(Y, w, 4), weights)


# independent derivatives


def test_the_gradient_of_a_weighted_loss_is_that_of_its_targets():
    Z, Y, w = normal(5, 4), make_targets("soft", 5, 4), np.abs(normal(5, seed=3))

    def loss(Z):
        each = np.array([cross_entropy(Z[[n]], Y[[n]]) for n in range(5)])
        return (w * each).sum() / w.sum()

    numeric = central_difference(loss, Z)
    assert agreement(cross_entropy_grad(Z, weighted_targets(Y, w, 4)), numeric) < 1e-8


@pytest.mark.parametrize("penalty", [0.0, 0.7])
def test_a_small_step_lowers_the_loss_by_the_square_of_its_gradient(penalty):
    params, X, Y = network(), normal(6, 3), make_targets("soft", 6, 4)

    def loss(p):
        return forward(p, X, Y)[0] + penalty / 2 * sum((p[i] ** 2).sum() for i in (0, 2))

    square = 0.0
    for name in Params._fields:
        of_one = lambda value, name=name: loss(params._replace(**{name: value}))  # noqa: E731
        square += (central_difference(of_one, getattr(params, name)) ** 2).sum()
    step = 1e-6
    _, losses = descend(params, X, Y, step, 1, penalty=penalty)
    assert (loss(params) - losses[0]) / step == pytest.approx(square, rel=1e-4)


# extremes


def test_weights_may_be_far_apart():
    Y = weighted_targets([0, 1], [1e300, 1e-300], 2)
    assert np.isfinite(Y).all() and Y[0, 0] == 2


def test_one_sample_and_one_class():
    assert weighted_targets([0], [5.0], 1).tolist() == [[1.0]]


# errors


@pytest.mark.parametrize(
    ("Y", "weights", "message"),
    [
        ([0, 1], [1.0, -2.0], "weights must not be negative, got -2.0 at 1"),
        ([0, 1], [0.0, 0.0], "weights must not sum to zero"),
        ([0, 1], [1.0, np.nan], "weights must be finite, got nan at (1,)"),
        ([0, 1], [1.0], "weights must have shape (N,) = (2,), got (1,)"),
        ([[1.0, 0.0]], [1.0, 1.0], "weights must have shape (N,) = (1,), got (2,)"),
        ([0, 2], [1.0, 1.0], "labels must be labels in 0…K−1 = 0…1, got 2 at 1"),
        (
            [[1.0, 0.0, 0.0]],
            [1.0],
            "Y must have shape (N, K) = (1, 2), or (N,) = (1,) for labels, got (1, 3)",
        ),
        ([[1.0, np.inf]], [1.0], "Y must be finite, got inf at (0, 1)"),
        (1, [1.0], "Y must have shape (N, K) = (1, 2), or (N,) = (1,) for labels, got ()"),
    ],
)
def test_weights_that_make_no_mean(Y, weights, message):
    with raises(ValueError, message):
        weighted_targets(Y, weights, 2)


@pytest.mark.parametrize(
    ("counts", "error", "message"),
    [
        ([], ValueError, "grads and counts must be as many, got 2 and 0"),
        ([1], ValueError, "grads and counts must be as many, got 2 and 1"),
        ([1, 0], ValueError, "counts[1] must be at least 1, got 0"),
        ([1, 1.5], TypeError, "counts[1] must be an integer, got 1.5"),
    ],
)
def test_parts_that_do_not_make_a_batch(counts, error, message):
    with raises(error, message):
        combine([network(), network()], counts)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(step=0.0), "step must be positive and finite, got 0.0"),
        (dict(step=-1.0), "step must be positive and finite, got -1.0"),
        (dict(step=np.inf), "step must be positive and finite, got inf"),
        (dict(step=1.0, penalty=-0.5), "penalty must be positive and finite, got -0.5"),
        (dict(step=1.0, iterations=0), "iterations must be at least 1, got 0"),
    ],
)
def test_a_descent_that_cannot_be(options, message):
    with raises(ValueError, message):
        descend(network(), normal(5, 3), [0, 1, 2, 3, 0], **({"iterations": 2} | options))


def test_a_step_that_is_too_large_is_told_and_no_nan_is_returned():
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError) as caught:
        descend(network(), normal(5, 3), [0, 1, 2, 3, 0], 1e200, 50, penalty=1.0)
    told = str(caught.value)
    assert told.startswith("the loss is not finite after step ")
    assert told.endswith(": step = 1e+200 is too large")


def test_a_step_whose_logits_overflow_is_told_like_any_other():
    # the step leaves W₂ = ±5e307, which is finite; four hidden units of 1 add up to ∞
    start = Params(np.full((1, 4), 100.0), np.zeros((1, 4)), np.zeros((4, 2)), np.zeros((1, 2)))
    message = "the loss is not finite after step 1: step = 1e+308 is too large"
    with np.errstate(all="ignore"), raises(FloatingPointError, message):
        descend(start, [[1.0]], [0], step=1e308, iterations=1)

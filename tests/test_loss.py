"""Steps (5), (6) and (7) one at a time."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given

from backprop import (
    adjoint_test,
    central_difference,
    complex_step,
    cross_entropy,
    cross_entropy_grad,
    log_likelihood,
    log_likelihood_vjp,
    log_softmax,
    log_vjp,
    mean_loss,
    mean_loss_vjp,
    softmax,
    softmax_vjp,
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
    jax_vjp,
    make_targets,
    normal,
    raises,
    sizes,
)

Ell, Y, PL, Y_hat = -(normal(4, 3) ** 2), normal(4, 3, seed=1), normal(4, 1), softmax(normal(4, 3))
FORWARD = [(log_likelihood, dict(Ell=Ell, Y=Y)), (mean_loss, dict(PL=PL))]
BACKWARD = [
    (mean_loss_vjp, dict(PL=PL)),
    (log_likelihood_vjp, dict(dPL=PL, Ell=Ell, Y=Y)),
    (log_vjp, dict(dEll=Y, Y_hat=Y_hat)),
]
each_function = pytest.mark.parametrize("f, inputs", FORWARD + BACKWARD)


def staged(Z, Y):
    """Loss and gradient in Z, one step of the question after the other."""
    Y_hat = softmax(Z)
    Ell = np.log(Y_hat)
    PL = log_likelihood(Ell, Y)
    dEll, _ = log_likelihood_vjp(mean_loss_vjp(PL), Ell, Y)
    dY_hat = log_vjp(dEll, Y_hat)
    return mean_loss(PL), dY_hat, softmax_vjp(dY_hat, Y_hat)


# hand values


def test_forward_by_hand():
    # (−1)·2 + (−2)·3 = −8 and (−4)·(−1) + 0 = 4;  −(−8 + 4)/2 = 2
    PL = log_likelihood([[-1, -2], [-4, -5]], [[2, 3], [-1, 0]])
    assert PL.tolist() == [[-8], [4]]
    assert mean_loss(PL) == 2


def test_backward_by_hand():
    assert mean_loss_vjp(np.zeros((4, 1))).tolist() == [[-0.25]] * 4
    # dℓ = −½ (2, 3) and dẏ = −½ (−1, −2);  then (−1, −1.5) ⊘ (¼, ¾) = (−4, −2)
    dEll, dY = log_likelihood_vjp([[-0.5]], [[-1, -2]], [[2, 3]])
    assert (dEll.tolist(), dY.tolist()) == ([[-1, -1.5]], [[0.5, 1]])
    assert log_vjp(dEll, [[0.25, 0.75]]).tolist() == [[-4, -2]]


# invariants


@pytest.mark.parametrize("kind", TARGETS)
@given(size=sizes())
def test_staged_route_equals_fused_route(kind, size):
    N, _, _, K = size
    Z, Y = normal(N, K), make_targets(kind, N, K)
    loss, _, dZ = staged(Z, dense(Y, K))
    np.testing.assert_allclose(loss, cross_entropy(Z, Y), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(dZ, cross_entropy_grad(Z, Y), rtol=0, atol=1e-14)


@given(sizes())
def test_vjps_are_linear_in_the_upstream_gradient(size):
    N, _, _, K = size
    Ell, Y, P = normal(N, K), normal(N, K, seed=1), softmax(normal(N, K))
    for f, shape in (
        (lambda g: log_vjp(g, P), (N, K)),
        (lambda g: log_likelihood_vjp(g, Ell, Y)[0], (N, 1)),
        (lambda g: log_likelihood_vjp(g, Ell, Y)[1], (N, 1)),
    ):
        g, h = normal(*shape, seed=2), normal(*shape, seed=3)
        np.testing.assert_allclose(f(2 * g - 3 * h), 2 * f(g) - 3 * f(h), rtol=1e-12, atol=1e-12)


def test_one_class_is_certain_and_has_no_gradient():
    loss, _, dZ = staged(np.array([[3.0], [-2.0]]), np.array([[0.5], [-4.0]]))
    assert (loss, dZ.tolist()) == (0, [[0], [0]])


@each_function
def test_arguments_are_not_mutated(f, inputs):
    assert_mutates_nothing(f, inputs)


@each_function
def test_precision_in_is_precision_out(f, inputs):
    assert_keeps_precision(f, inputs)


def test_mixed_precision_follows_result_type():
    assert_mixes(log_likelihood, FORWARD[0][1])
    assert_mixes(log_vjp, BACKWARD[2][1])


def test_forward_takes_complex_numbers():
    PL = log_likelihood([[1j, 2.0]], [[3.0, 1j]])
    assert PL.tolist() == [[5j]]
    assert mean_loss(PL) == -5j


# independent derivatives


@pytest.mark.parametrize("size", FIVE_SIZES, ids=str)
def test_vjps_agree_with_jax(size):
    N, _, _, K = size
    Ell, Y, g = normal(N, K), normal(N, K, seed=1), normal(N, 1, seed=2)
    want = jax_vjp(lambda Ell, Y: jnp.sum(Ell * Y, axis=1, keepdims=True), g, Ell, Y)
    for got, right in zip(log_likelihood_vjp(g, Ell, Y), want):
        assert agreement(got, right) <= 1e-12
    P = softmax(normal(N, K))
    assert agreement(log_vjp(Y, P), jax_vjp(jnp.log, Y, P)[0]) <= 1e-12
    assert agreement(mean_loss_vjp(g), jax_vjp(lambda PL: -jnp.mean(PL), 1.0, g)[0]) <= 1e-12


@given(sizes())
def test_vjps_agree_with_complex_step_and_central_difference(size):
    N, _, _, K = size
    Ell, Y, g, P = normal(N, K), normal(N, K, seed=1), normal(N, 1, seed=2), softmax(normal(N, K))
    dEll, dY = log_likelihood_vjp(g, Ell, Y)
    for grad, f, at in (
        (dEll, lambda Ell: (g * log_likelihood(Ell, Y)).sum(), Ell),
        (dY, lambda Y: (g * log_likelihood(Ell, Y)).sum(), Y),
        (log_vjp(Y, P), lambda P: (Y * np.log(P)).sum(), P),
        (mean_loss_vjp(g), mean_loss, g),
    ):
        assert agreement(grad, complex_step(f, at)) <= 1e-12
        assert agreement(grad, central_difference(f, at)) <= 1e-5


@given(sizes())
def test_vjps_are_adjoints(size):
    N, _, _, K = size
    Ell, Y, P = normal(N, K), normal(N, K, seed=1), softmax(normal(N, K))
    rng = np.random.default_rng(0)
    for i, jvp in enumerate((lambda v: log_likelihood(v, Y), lambda v: log_likelihood(Ell, v))):
        adjoint_test(jvp, lambda g, i=i: log_likelihood_vjp(g, Ell, Y)[i], (N, K), (N, 1), rng)
    adjoint_test(lambda v: v / P, lambda g: log_vjp(g, P), (N, K), (N, K), rng)


# extremes


def test_staged_route_shows_its_nan_where_the_fused_route_is_exact():
    Z, Y = np.array([[0.0, 800.0]]), np.array([[1.0, 0.0]])
    with np.errstate(divide="ignore", invalid="ignore"):
        loss, dY_hat, dZ = staged(Z, Y)
    assert loss == np.inf
    assert dY_hat.tolist() == [[-np.inf, 0]]
    assert np.isnan(dZ).all()
    assert cross_entropy(Z, Y) == 800
    assert cross_entropy_grad(Z, Y).tolist() == [[-1, 1]]
    assert mean_loss(log_likelihood(log_softmax(Z), Y)) == 800


# errors


@pytest.mark.parametrize(
    "f, inputs, message",
    [
        (log_likelihood, (Ell[0], Y), "Ell must have shape (N, K), got (3,)"),
        (log_likelihood, (Ell, Y[:, :1]), "Y must have shape (N, K) = (4, 3), got (4, 1)"),
        (log_likelihood, (Ell, Y.T), "Y must have shape (N, K) = (4, 3), got (3, 4)"),
        (log_likelihood, (Ell, [0, 1, 2, 0]), "Y must have shape (N, K) = (4, 3), got (4,)"),
        (log_likelihood, (Ell[:0], Y[:0]), "Ell must not be empty, got shape (0, 3)"),
        (mean_loss, (PL[:, 0],), "PL must have shape (N, 1), got (4,)"),
        (mean_loss, (PL.T,), "PL must have shape (N, 1), got (1, 4)"),
        (mean_loss, (PL[:0],), "PL must not be empty, got shape (0, 1)"),
        (mean_loss_vjp, (PL[:, 0],), "PL must have shape (N, 1), got (4,)"),
        (mean_loss_vjp, (-0.25,), "PL must have shape (N, 1), got ()"),
        (log_likelihood_vjp, (PL[:, 0], Ell, Y), "dPL must have shape (N, 1) = (4, 1), got (4,)"),
        (log_likelihood_vjp, (PL[:1], Ell, Y), "dPL must have shape (N, 1) = (4, 1), got (1, 1)"),
        (log_likelihood_vjp, (PL, Ell, Y[:1]), "Y must have shape (N, K) = (4, 3), got (1, 3)"),
        (log_likelihood_vjp, (PL, Ell[0], Y), "Ell must have shape (N, K), got (3,)"),
        (log_vjp, (Y[:1], Y_hat), "dEll must have shape (…, K) = (4, 3), got (1, 3)"),
        (log_vjp, (1.0, 1.0), "Y_hat must have shape (…, K), got ()"),
        (log_vjp, (Y[:0], Y_hat[:0]), "Y_hat must not be empty, got shape (0, 3)"),
    ],
)
def test_wrong_shapes_are_refused(f, inputs, message):
    with raises(ValueError, message):
        f(*inputs)


@each_function
def test_booleans_objects_and_strings_are_refused(f, inputs):
    assert_refuses(f, inputs)


@pytest.mark.parametrize("f, inputs", BACKWARD)
def test_backward_refuses_complex_arrays(f, inputs):
    assert_refuses(f, inputs, dtypes=[complex])

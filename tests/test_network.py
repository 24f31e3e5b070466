"""The whole network: forward, predict, backward."""

import warnings

import jax
import numpy as np
import pytest
from hypothesis import given

from backprop import (
    Cache,
    Params,
    affine,
    backward,
    central_difference,
    complex_step,
    cross_entropy,
    forward,
    init_params,
    predict,
    softmax,
)
from oracles import (
    TARGETS,
    TWENTY_SIZES,
    agreement,
    dense,
    frozen,
    jax_loss,
    network,
    raises,
    sizes,
)

SIZE = 4, 3, 5, 2
each_kind = pytest.mark.parametrize("kind", TARGETS)


def gradients(params, X, Y):
    """The gradients of W1, b1, W2, b2 and X, in this order."""
    grads, dX = backward(params, forward(params, X, Y)[1], with_input=True)
    return (*grads, dX)


# hand values

# z₁ = (0, 0), a₁ = (0, 0), z₂ = (0, log 3), ŷ = (¼, ¾)
X = np.array([[2.0, 1.0]])
PARAMS = Params(
    np.array([[1.0, -1.0], [-1.0, 1.0]]),
    np.array([[-1.0, 1.0]]),
    np.array([[1.0, 2.0], [3.0, 5.0]]),
    np.array([[0.0, np.log(3)]]),
)


def test_forward_by_hand():
    loss, cache = forward(PARAMS, X, [0])
    assert loss == pytest.approx(2 * np.log(2), rel=1e-15)
    assert cache.A1.tolist() == [[0, 0]]
    np.testing.assert_allclose(cache.Y_hat, [[0.25, 0.75]], rtol=1e-15)
    np.testing.assert_allclose(predict(PARAMS, X), [[0.25, 0.75]], rtol=1e-15)


def test_backward_by_hand():
    # dz₂ = (¼, ¾) − (1, 0) = (−¾, ¾) = db₂, and dW₂ = 0 since a₁ = 0
    # da₁ = dz₂ W₂ᵀ = (¾(2 − 1), ¾(5 − 3)) = (¾, 1.5) = dz₁ = db₁, since tanh′(0) = 1
    # dW₁ = (2, 1)ᵀ dz₁ and dx = dz₁ W₁ᵀ = (¾ − 1.5, 1.5 − ¾)
    want = [[1.5, 3], [0.75, 1.5]], [[0.75, 1.5]], np.zeros((2, 2)), [[-0.75, 0.75]]
    for got, by_hand in zip(gradients(PARAMS, X, [0]), (*want, [[-0.75, 0.75]])):
        np.testing.assert_allclose(got, by_hand, rtol=1e-15)


# invariants


@each_kind
@given(size=sizes())
def test_every_gradient_has_the_shape_of_its_array(kind, size):
    params, X, Y = network(*size, kind)
    assert [g.shape for g in gradients(params, X, Y)] == [a.shape for a in (*params, X)]


@each_kind
@given(size=sizes())
def test_forward_is_made_of_its_steps(kind, size):
    params, X, Y = network(*size, kind)
    loss, cache = forward(params, X, Y)
    A1 = np.tanh(affine(X, params.W1, params.b1))
    Z2 = affine(A1, params.W2, params.b2)
    assert loss == cross_entropy(Z2, Y)
    for got, want in zip(cache, (X, A1, softmax(Z2), Y)):
        np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(predict(params, X), cache.Y_hat)


@each_kind
def test_repeating_the_batch_changes_no_gradient_but_that_of_X(kind):
    params, X, Y = network(*SIZE, kind)
    *once, dX = gradients(params, X, Y)
    *twice, dX2 = gradients(params, np.concatenate([X, X]), np.concatenate([Y, Y]))
    for a, b in zip((*twice, dX2), (*once, np.concatenate([dX, dX]) / 2)):
        assert agreement(a, b) <= 1e-14


@each_kind
def test_one_class_has_no_loss_and_no_gradient(kind):
    params, X, Y = network(4, 3, 5, 1, kind)
    assert forward(params, X, Y)[0] == 0
    assert predict(params, X).tolist() == [[1]] * 4
    assert all((g == 0).all() for g in gradients(params, X, Y))


def test_backward_returns_params_and_on_request_the_gradient_of_X():
    params, X, Y = network(*SIZE, "soft")
    cache = forward(params, X, Y)[1]
    grads, dX = backward(params, cache, with_input=True)
    alone = backward(params, cache)
    assert (type(alone), type(grads), type(cache)) == (Params, Params, Cache)
    assert all((a == b).all() for a, b in zip(alone, grads))
    assert dX.shape == X.shape


@each_kind
def test_arguments_are_not_mutated(kind):
    # everything `network` makes is read-only, so that writing raises; so is the cache here
    params, X, Y = network(*SIZE, kind)
    _, cache = forward(params, X, Y)
    before = [np.array(a) for a in (*params, *cache)]
    cache = Cache(*map(frozen, cache))
    backward(params, cache)
    predict(params, X)
    assert all((a == b).all() for a, b in zip((*params, *cache), before))


@each_kind
def test_float32_gives_float32(kind):
    params, X, Y = network(*SIZE, kind)
    narrow = Params(*(p.astype(np.float32) for p in params)), X.astype(np.float32)
    Y32 = Y if kind == "labels" else Y.astype(np.float32)
    loss, cache = forward(*narrow, Y32)
    floats = [loss, *cache[:3], predict(*narrow), *gradients(*narrow, Y32)]
    want_loss, want = forward(params, X, Y)
    exact = [want_loss, *want[:3], predict(params, X), *gradients(params, X, Y)]
    for got, right in zip(floats, exact, strict=True):
        assert (got.dtype, right.dtype) == (np.float32, np.float64)
        assert agreement(got, right) < 1e-5


def test_integers_become_float64_and_one_float64_array_decides():
    params, X, Y = network(*SIZE, "labels")
    ones = Params(*(np.ones(p.shape, int) for p in params))
    assert {g.dtype for g in gradients(ones, np.ones(X.shape, int), Y)} == {np.dtype("float64")}
    narrow = Params(*(p.astype(np.float32) for p in params))
    assert predict(narrow, X).dtype == forward(narrow, X, Y)[0].dtype == np.float64


@pytest.mark.parametrize(
    "Y, kind", [([[0, 1]], np.float64), ([[0.5, 0.5]], np.float64), ([1], np.int64)]
)
def test_the_cache_holds_targets_as_an_array(Y, kind):
    kept = forward(PARAMS, X, Y)[1].Y
    assert (type(kept), kept.dtype, kept.tolist()) == (np.ndarray, kind, Y)


def test_forward_and_predict_take_complex_numbers():
    params, X, Y = network(*SIZE, "soft")
    loss, cache = forward(params, X + 0j, Y)
    assert {loss.dtype, cache.A1.dtype, predict(params, X + 0j).dtype} == {np.dtype("complex128")}
    assert loss == pytest.approx(forward(params, X, Y)[0], rel=1e-14)


@given(sizes())
def test_initial_parameters_have_their_shapes_and_repeat_with_the_seed(size):
    _, D, H, K = size
    params = init_params(D, H, K, np.random.default_rng(7))
    again = init_params(D, H, K, np.random.default_rng(7))
    assert [p.shape for p in params] == [(D, H), (1, H), (H, K), (1, K)]
    assert all((a == b).all() and a.dtype == np.float64 for a, b in zip(params, again))
    assert not params.b1.any() and not params.b2.any()


def test_initial_weights_have_variance_one_over_the_number_of_inputs():
    params = init_params(100, 400, 50, np.random.default_rng(0))
    assert params.W1.var() == pytest.approx(1 / 100, rel=0.05)
    assert params.W2.var() == pytest.approx(1 / 400, rel=0.05)
    assert abs(params.W1.mean()) < 0.01 > abs(params.W2.mean())


# independent derivatives


@pytest.mark.parametrize("size", TWENTY_SIZES, ids=lambda s: "N{}-D{}-H{}-K{}".format(*s))
def test_every_gradient_agrees_with_jax(size):
    grad = jax.jit(jax.grad(jax_loss, argnums=(0, 1)))
    for kind in TARGETS:
        params, X, Y = network(*size, kind)
        want, want_X = grad(tuple(params), X, dense(Y, size[3]))
        for got, right in zip(gradients(params, X, Y), (*want, want_X), strict=True):
            assert agreement(got, right) <= 1e-12


def loss_of_each_array(params, X, Y):
    """For every parameter and X: the loss as its function, and where it stands."""
    arrays = (*params, X)
    for i, at in enumerate(arrays):

        def loss(a, i=i):
            *moved, X = (*arrays[:i], a, *arrays[i + 1 :])
            return forward(Params(*moved), X, Y)[0]

        yield loss, at


@each_kind
@given(size=sizes())
def test_every_gradient_agrees_with_complex_step(kind, size):
    params, X, Y = network(*size, kind)
    for got, (loss, at) in zip(gradients(params, X, Y), loss_of_each_array(params, X, Y)):
        # not relative alone: with one class both are zero up to rounding
        np.testing.assert_allclose(got, complex_step(loss, at), rtol=1e-12, atol=1e-14)


@each_kind
@pytest.mark.parametrize("size", [SIZE, (1, 2, 3, 4), (3, 1, 2, 10), (4, 2, 5, 2)], ids=str)
def test_every_gradient_agrees_with_central_difference(kind, size):
    # the last size is the question's D = K, where W₁ passes for W₂ᵀ
    params, X, Y = network(*size, kind)
    for got, (loss, at) in zip(gradients(params, X, Y), loss_of_each_array(params, X, Y)):
        assert agreement(got, central_difference(loss, at)) <= 1e-6


# extremes


@pytest.mark.parametrize("big", [1e4, 1e30, 1e300])
def test_huge_logits_give_exact_values(big):
    # a₁ = tanh(∓ big) = ∓1, so that z₂ = (∓ big, 0) and the labels are as wrong as can be
    params = Params(np.array([[big]]), np.zeros((1, 1)), np.array([[big, 0.0]]), np.zeros((1, 2)))
    X = np.array([[-1.0], [1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, cache = forward(params, X, [0, 1])
        grads = backward(params, cache)
    assert loss == big
    assert cache.Y_hat.tolist() == [[0, 1], [1, 0]]
    # dz₂ = (−½, ½), (½, −½); dW₂ = a₁ᵀ dz₂; saturated units pass nothing back
    assert [g.tolist() for g in grads] == [[[0]], [[0]], [[1, -1]], [[0, 0]]]


def test_float32_extremes_stay_finite():
    big = np.float32(1e30)
    params = [
        np.array([[big]]),
        np.zeros((1, 1), "f"),
        np.array([[big, -big]]),
        np.zeros((1, 2), "f"),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, cache = forward(Params(*params), np.array([[-1.0]], "f"), [0])
        grads = backward(Params(*params), cache)
    assert (loss, loss.dtype) == (np.float32(2e30), np.float32)
    assert all(np.isfinite(g).all() for g in grads)


def test_predict_passes_infinities_on_as_ieee_has_it():
    assert predict(PARAMS, [[np.inf, 0.0]]).tolist() == predict(PARAMS, [[1e4, 0.0]]).tolist()
    assert np.isnan(predict(PARAMS, [[np.nan, 0.0]])).all()


# errors

PARAMS4, X4, Y4 = network(*SIZE, "soft")
CACHE4 = forward(PARAMS4, X4, Y4)[1]


@pytest.mark.parametrize(
    "field, change, message",
    [
        ("X", lambda a: a[0], "X must have shape (N, D), got (3,)"),
        ("X", lambda a: a[:0], "X must not be empty, got shape (0, 3)"),
        ("X", lambda a: a.T, "W1 must have shape (D, H) = (4, 5), got (3, 5)"),
        ("b1", lambda a: a[0], "b1 must have shape (1, H), got (5,)"),
        ("b1", lambda a: a.T, "b1 must have shape (1, H), got (5, 1)"),
        ("b2", lambda a: a[0], "b2 must have shape (1, K), got (2,)"),
        ("W1", lambda a: a.T, "W1 must have shape (D, H) = (3, 5), got (5, 3)"),
        ("W2", lambda a: a.T, "W2 must have shape (H, K) = (5, 2), got (2, 5)"),
        ("W2", lambda a: a[:, :1], "W2 must have shape (H, K) = (5, 2), got (5, 1)"),
    ],
)
def test_wrong_shapes_are_refused_by_all_three(field, change, message):
    params, X, cache = PARAMS4, X4, CACHE4
    if field == "X":
        X = change(X)
        cache = cache._replace(X=X)
    else:
        params = params._replace(**{field: change(getattr(params, field))})
    with raises(ValueError, message):
        forward(params, X, Y4)
    with raises(ValueError, message):
        predict(params, X)
    with raises(ValueError, message):
        backward(params, cache)


@pytest.mark.parametrize(
    "field, change, message",
    [
        ("A1", lambda a: a[0], "A1 must have shape (N, H) = (4, 5), got (5,)"),
        ("A1", lambda a: a[:, :1], "A1 must have shape (N, H) = (4, 5), got (4, 1)"),
        ("Y_hat", lambda a: a[:1], "Y_hat must have shape (N, K) = (4, 2), got (1, 2)"),
        ("Y_hat", lambda a: a[:, :1], "Y_hat must have shape (N, K) = (4, 2), got (4, 1)"),
        (
            "Y",
            lambda a: a[:, :1],
            "Y must have shape (N, K) = (4, 2), or (N,) = (4,) for labels, got (4, 1)",
        ),
        ("Y", lambda a: np.array([0, 1, 2, 0]), "Y must be labels in 0…K−1 = 0…1, got 2 at 2"),
    ],
)
def test_backward_refuses_a_cache_that_does_not_fit(field, change, message):
    with raises(ValueError, message):
        backward(PARAMS4, CACHE4._replace(**{field: change(getattr(CACHE4, field))}))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("field", ["X", *Params._fields])
def test_forward_wants_finite_inputs(field, value):
    arrays = dict(PARAMS4._asdict(), X=X4)
    arrays[field] = arrays[field].copy()
    arrays[field][0, 1] = value
    with raises(ValueError, f"{field} must be finite, got {value} at (0, 1)"):
        forward(Params(*(arrays[name] for name in Params._fields)), arrays["X"], Y4)


def test_forward_names_the_logits_if_they_overflow():
    params = PARAMS4._replace(W2=np.full((5, 2), 1e308), b1=np.full((1, 5), 1e3))
    with np.errstate(over="ignore"), raises(ValueError, "Z2 must be finite, got inf at (0, 0)"):
        forward(params, X4, Y4)


@pytest.mark.parametrize(
    "Y, kind, message",
    [
        ([0, 1, 2, 0], ValueError, "Y must be labels in 0…K−1 = 0…1, got 2 at 2"),
        ([0, 1], ValueError, "Y must have shape (N,) = (4,), got (2,)"),
        (np.zeros((4, 2), bool), TypeError, "Y must hold numbers, got dtype bool"),
        (np.full((4, 2), np.nan), ValueError, "Y must be finite, got nan at (0, 0)"),
        (
            np.zeros((4, 1)),
            ValueError,
            "Y must have shape (N, K) = (4, 2), or (N,) = (4,) for labels, got (4, 1)",
        ),
    ],
)
def test_forward_refuses_wrong_targets(Y, kind, message):
    with raises(kind, message):
        forward(PARAMS4, X4, Y)


def test_forward_names_wrong_targets_before_the_logits_that_overflow():
    params = PARAMS4._replace(W2=np.full((5, 2), 1e308), b1=np.full((1, 5), 1e3))
    with raises(ValueError, "Y must have shape (N,) = (4,), got (2,)"):
        forward(params, X4, [0, 1])


@pytest.mark.parametrize("dtype", ["bool", "object", "<U32", "complex128"])
@pytest.mark.parametrize("field", ["X", *Params._fields])
def test_wrong_dtypes_are_refused(field, dtype):
    arrays = dict(PARAMS4._asdict(), X=X4)
    arrays[field] = arrays[field].astype(dtype)
    X = arrays.pop("X")
    params, cache = Params(**arrays), CACHE4._replace(X=X)
    wish = "be real" if dtype == "complex128" else "hold numbers"
    with raises(TypeError, f"{field} must {wish}, got dtype {dtype}"):
        backward(params, cache)
    if dtype != "complex128":
        for call in (lambda: forward(params, X, Y4), lambda: predict(params, X)):
            with raises(TypeError, f"{field} must {wish}, got dtype {dtype}"):
                call()


@pytest.mark.parametrize("field", ["A1", "Y_hat", "Y"])
def test_backward_refuses_a_complex_cache(field):
    cache = CACHE4._replace(**{field: getattr(CACHE4, field) + 0j})
    with raises(TypeError, f"{field} must be real, got dtype complex128"):
        backward(PARAMS4, cache)


@pytest.mark.parametrize("place, name", list(enumerate("DHK")))
@pytest.mark.parametrize(
    "value, kind, problem",
    [
        (0, ValueError, "at least 1, got 0"),
        (-3, ValueError, "at least 1, got -3"),
        (2.0, TypeError, "an integer, got 2.0"),
        (True, TypeError, "an integer, got True"),
        ("2", TypeError, "an integer, got '2'"),
    ],
)
def test_initial_sizes_are_positive_integers(place, name, value, kind, problem):
    sizes = [2, 5, 3]
    sizes[place] = value
    with raises(kind, f"{name} must be {problem}"):
        init_params(*sizes, np.random.default_rng(0))


@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
def test_initial_parameters_want_a_generator(rng):
    with raises(TypeError, f"rng must be a numpy.random.Generator, got {type(rng).__name__}"):
        init_params(2, 5, 3, rng)

"""The network of the question: affine, tanh, affine, softmax, cross-entropy."""

from typing import NamedTuple

import numpy as np

from backprop._boundary import expect, finite, generator, number, real, size
from backprop.affine import affine, affine_vjp
from backprop.cross_entropy import cross_entropy, residual, targets
from backprop.softmax import softmax
from backprop.tanh import tanh_vjp


class Params(NamedTuple):
    """Weights (D, H) and (H, K) and biases (1, H) and (1, K); also their gradients."""

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


class Cache(NamedTuple):
    """What `backward` needs of the forward pass: (N, D), (N, H), (N, K) and the targets."""

    X: np.ndarray
    A1: np.ndarray
    Y_hat: np.ndarray
    Y: np.ndarray


def init_params(D, H, K, rng):
    """Random weights of variance 1/D and 1/H, and zero biases.

    Parameters
    ----------
    D, H, K : int
    rng : numpy.random.Generator

    Returns
    -------
    params : Params

    Raises
    ------
    ValueError, TypeError
        If a size is not a positive integer, or `rng` is not a Generator.

    Examples
    --------
    >>> [p.shape for p in init_params(2, 5, 3, np.random.default_rng(0))]
    [(2, 5), (1, 5), (5, 3), (1, 3)]
    """
    D, H, K = size("D", D), size("H", H), size("K", K)
    generator("rng", rng)
    W1 = rng.standard_normal((D, H)) / np.sqrt(D)
    W2 = rng.standard_normal((H, K)) / np.sqrt(H)
    return Params(W1, np.zeros((1, H)), W2, np.zeros((1, K)))


def forward(params, X, Y):
    """The seven forward equations, for N rows; ``eq-forward-batch-hidden`` and following.

    The tanh, ``eq-forward-batch-tanh``, is NumPy's; all others are functions of this package.

    Parameters
    ----------
    params : Params
    X : (N, D) array, real or complex
    Y : (N,) integers or (N, K) array
        As in `cross_entropy`.

    Returns
    -------
    loss : scalar
    cache : Cache

    Raises
    ------
    ValueError
        If a shape does not fit, a label is out of range, or an entry is not finite.
    TypeError
        If an array does not hold numbers.

    Examples
    --------
    >>> params = Params(np.zeros((2, 5)), np.zeros((1, 5)), np.zeros((5, 4)), np.zeros((1, 4)))
    >>> loss, cache = forward(params, [[1.0, 2.0]], [3])
    >>> bool(np.isclose(loss, np.log(4))), cache.Y_hat.tolist()
    (True, [[0.25, 0.25, 0.25, 0.25]])
    """
    params, X, sizes = _checked(number, params, X)
    for name, array in zip(("X", *Params._fields), (X, *params)):
        finite(name, array)
    Y = targets(Y, sizes["N"], sizes["K"])
    _, A1, Z2 = layers(params, X)
    finite("Z2", Z2)
    return cross_entropy(Z2, Y), Cache(X, A1, softmax(Z2), Y)


def predict(params, X):
    """Probabilities Ŷ of every row, without targets; ``eq-forward-batch-softmax``.

    Parameters
    ----------
    params : Params
    X : (N, D) array

    Returns
    -------
    Y_hat : (N, K) array

    Raises
    ------
    ValueError, TypeError
        If a shape does not fit, or an array does not hold numbers.

    Examples
    --------
    >>> params = init_params(2, 5, 3, np.random.default_rng(0))
    >>> predict(params, [[1.0, 2.0]]).shape
    (1, 3)
    """
    params, X, _ = _checked(number, params, X)
    return softmax(layers(params, X)[-1])


def backward(params, cache, *, with_input=False):
    """The whole backward pass, from ``eq-collapse-batch`` to ``eq-tanh-dx``.

    What it multiplies is the chain ``eq-network-chain``.

    Parameters
    ----------
    params : Params
    cache : Cache
        From `forward` with the same `params`.
    with_input : bool
        Return the gradient of X as well.

    Returns
    -------
    grads : Params
        Each gradient has the shape of its parameter; 1/N is included.
    dX : (N, D) array
        Only if `with_input`.

    Raises
    ------
    ValueError, TypeError
        If a shape of `params` or `cache` does not fit, or an array is not real.

    Examples
    --------
    >>> params = init_params(2, 5, 3, np.random.default_rng(0))
    >>> _, cache = forward(params, [[1.0, 2.0]], [2])
    >>> [g.shape for g in backward(params, cache)]
    [(2, 5), (1, 5), (5, 3), (1, 3)]
    """
    params, X, sizes = _checked(real, params, cache.X)
    A1 = expect("A1", real("A1", cache.A1), "N H", sizes)
    Y_hat = expect("Y_hat", real("Y_hat", cache.Y_hat), "N K", sizes)
    dZ2 = residual(Y_hat, targets(cache.Y, sizes["N"], sizes["K"]))
    dA1, dW2, db2 = affine_vjp(dZ2, A1, params.W2)
    dZ1 = tanh_vjp(dA1, A1)
    dX, dW1, db1 = affine_vjp(dZ1, X, params.W1)
    grads = Params(dW1, db1, dW2, db2)
    return (grads, dX) if with_input else grads


def layers(params, X):
    """Z₁, A₁ and Z₂ of N rows, of shapes (N, H), (N, H) and (N, K); nothing is checked."""
    Z1 = affine(X, params.W1, params.b1)
    A1 = np.tanh(Z1)
    return Z1, A1, affine(A1, params.W2, params.b2)


def _checked(kind, params, X):
    """Check every shape against X and the biases, so that a message has all its numbers."""
    params = Params(*(kind(name, p) for name, p in zip(Params._fields, params)))
    sizes = {}
    X = expect("X", kind("X", X), "N D", sizes)
    for name, symbols in (("b1", "1 H"), ("b2", "1 K"), ("W1", "D H"), ("W2", "H K")):
        expect(name, getattr(params, name), symbols, sizes)
    return params, X, sizes

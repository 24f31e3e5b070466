"""The fused steps (4) to (7): mean cross-entropy of softmax, and its gradient."""

import numpy as np

from backprop._boundary import expect, finite, number, real, size
from backprop.softmax import log_softmax, softmax
from backprop.stability import two_part_sum


def one_hot(labels, K):
    """Rows of the identity: ``ẏₙₖ = 1`` where k is the label of sample n, else 0.

    Parameters
    ----------
    labels : (N,) array of integers in 0…K−1
    K : int

    Returns
    -------
    Y : (N, K) array

    Raises
    ------
    ValueError, TypeError
        If a label is out of range, or the labels are not a row of integers.

    Examples
    --------
    >>> one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    K = size("K", K)
    return np.eye(K)[_labels("labels", np.asarray(labels), K)]


def cross_entropy(Z, Y):
    """Mean over the rows of ``−log softmax(z) ẏᵀ``.

    Equations ``eq-forward-batch-loss`` and, for one row, ``eq-collapse-log-likelihood``.

    Parameters
    ----------
    Z : (N, K) array, real or complex
        Finite logits.
    Y : (N,) integers or (N, K) array
        Labels 0…K−1, or real finite targets of any sign and sum.

    Returns
    -------
    L : scalar

    Raises
    ------
    ValueError
        If a shape does not fit, a label is out of range, or an entry is not finite.
    TypeError
        If an array does not hold numbers, or the labels are not integers.

    Examples
    --------
    >>> float(cross_entropy([[0.0, 800.0]], [0]))
    800.0
    >>> round(float(cross_entropy([[0.0, 0.0]], [[0.5, 0.5]])), 6)
    0.693147
    """
    Z, Y = _logits_and_targets(Z, Y)
    if Y.ndim == 1:
        PL = log_softmax(Z)[np.arange(len(Y)), Y]
    else:
        Ell = log_softmax(Z.astype(np.result_type(Z, Y), copy=False))
        # A zero target contributes nothing, also where ℓ overflowed to −∞ and 0·ℓ would be nan.
        PL = np.multiply(Ell, Y, where=Y != 0, out=np.zeros_like(Ell))
    high, low = two_part_sum(PL.reshape(1, -1))
    with np.errstate(over="ignore"):  # a sum may exceed the range of its dtype
        return (-(high + low) / len(Y))[0, 0].astype(PL.dtype)


def cross_entropy_grad(Z, Y):
    """Gradient of `cross_entropy` in Z: ``((Σₖ ẏₖ) ŷ − ẏ)/N``; ``eq-collapse-batch``.

    Parameters
    ----------
    Z : (N, K) array
    Y : (N,) integers or (N, K) array

    Returns
    -------
    dZ : (N, K) array

    Raises
    ------
    ValueError, TypeError
        As `cross_entropy`; Z must be real here.

    Examples
    --------
    >>> cross_entropy_grad([[0.0, 800.0]], [0])
    array([[-1.,  1.]])
    """
    Z, Y = _logits_and_targets(real("Z", Z), Y)
    return residual(softmax(Z), Y)


def residual(Y_hat, Y):
    """``((Σₖ ẏₖ) ŷ − ẏ)/N`` from checked probabilities and targets; ``eq-collapse-batch``.

    Labels are subtracted in place from a copy: no one-hot array is made.
    """
    N = len(Y_hat)
    if Y.ndim == 2:
        return (Y.sum(axis=1, keepdims=True) * Y_hat - Y) / N
    dZ = Y_hat.copy()
    dZ[np.arange(N), Y] -= 1
    return dZ / N


def targets(Y, N, K):
    """Decide what Y is, here and nowhere else: (N,) labels, or (N, K) targets.

    Where N is None, Y has as many samples as it has.
    """
    Y = np.asarray(Y)
    N = len(np.atleast_1d(Y)) if N is None else N
    if Y.ndim == 1:
        Y = _labels("Y", Y, K)
        expect("Y", Y, "N", {"N": N})
        return Y
    Y = real("Y", Y)
    if Y.shape != (N, K):
        raise ValueError(
            f"Y must have shape (N, K) = ({N}, {K}), or (N,) = ({N},) for labels, got {Y.shape}"
        )
    return finite("Y", Y)


def _logits_and_targets(Z, Y):
    Z = number("Z", Z)
    sizes = {}
    expect("Z", Z, "N K", sizes)
    finite("Z", Z)
    return Z, targets(Y, sizes["N"], sizes["K"])


def _labels(name, labels, K):
    expect(name, labels, "N", {})
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name} of shape (N,) must be integer labels, got dtype {labels.dtype}")
    wrong = np.flatnonzero((labels < 0) | (labels >= K))
    if len(wrong):
        raise ValueError(
            f"{name} must be labels in 0…K−1 = 0…{K - 1}, got {labels[wrong[0]]} at {wrong[0]}"
        )
    return labels

"""Two classes from one logit, and weights that make all classes count alike."""

import numpy as np

from backprop._boundary import expect, finite, not_empty, number, real, size
from backprop.cross_entropy import cross_entropy, targets


def sigmoid(U):
    """``p = 1/(1 + e^{−u})`` of each entry; equations ``eq-classes-sigmoid``, ``eq-classes-pair``.

    Where u is negative, as ``e^u/(1 + e^u)``, so that no exponential overflows.

    Parameters
    ----------
    U : array of any shape, real or complex

    Returns
    -------
    P : array of the shape of U

    Raises
    ------
    TypeError
        If U does not hold numbers.

    Examples
    --------
    >>> sigmoid([0.0, -800.0, 800.0]).tolist()
    [0.5, 0.0, 1.0]
    """
    U = number("U", U)
    positive = U.real >= 0
    E = np.exp(np.where(positive, -U, U))
    return np.where(positive, np.ones_like(E), E) / (1 + E)


def binary_cross_entropy(U, Y):
    """Mean of ``−(y log p + (1 − y) log(1 − p))`` with ``p = sigmoid(u)``; ``eq-classes-loss``.

    Parameters
    ----------
    U : (N, 1) array, real or complex
        Finite logits, one for each sample.
    Y : (N,) integers or (N, 1) array
        Labels 0 or 1, or targets: what the second class has of each sample.

    Returns
    -------
    L : scalar

    Raises
    ------
    ValueError, TypeError
        If a shape does not fit, a label is not 0 or 1, or an entry is not finite.

    Examples
    --------
    >>> float(binary_cross_entropy([[0.0], [800.0]], [1, 0]).round(3))  # (log 2 + 800) / 2
    400.347
    """
    U, y = _logit_and_target(number("U", U), Y)
    return cross_entropy(np.hstack([np.zeros_like(U), U]), np.hstack([1 - y, y]))


def binary_cross_entropy_grad(U, Y):
    """Gradient of `binary_cross_entropy` in U: ``(p − y)/N``; equation ``eq-classes-du``.

    Parameters
    ----------
    U : (N, 1) array
    Y : (N,) integers or (N, 1) array

    Returns
    -------
    dU : (N, 1) array

    Raises
    ------
    ValueError, TypeError
        As `binary_cross_entropy`; U must be real here.

    Examples
    --------
    >>> binary_cross_entropy_grad([[0.0], [800.0]], [1, 0]).tolist()
    [[-0.25], [0.5]]
    """
    U, y = _logit_and_target(real("U", U), Y)
    return (sigmoid(U) - y) / len(U)


def balanced_weights(Y, K):
    """``wₙ = (N/K) Σₖ ẏₙₖ/mₖ`` with mₖ samples in class k; equation ``eq-classes-balanced``.

    Parameters
    ----------
    Y : (N,) integers or (N, K) array
        Labels 0…K−1, or targets.
    K : int

    Returns
    -------
    weights : (N,) array
        They sum to N; for labels, those of each class add up to N/K.

    Raises
    ------
    ValueError, TypeError
        If a class is empty, a label is out of range, or a shape does not fit.

    Examples
    --------
    >>> balanced_weights([0, 0, 0, 1], 2).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    K = size("K", K)
    Y = not_empty("Y", targets(Y, None, K))
    m = np.bincount(Y, minlength=K) if Y.ndim == 1 else Y.sum(axis=0)
    empty = np.flatnonzero(m == 0)
    if len(empty):
        every = f"0…K−1 = 0…{K - 1}"
        raise ValueError(f"Y must hold every class {every}, class {empty[0]} adds up to 0")
    return len(Y) / K * (1 / m[Y] if Y.ndim == 1 else (Y / m).sum(axis=1))


def _logit_and_target(U, Y):
    finite("U", expect("U", U, "N 1", {}))
    if np.ndim(Y) == 1:
        return U, targets(Y, len(U), 2).reshape(-1, 1).astype(U.real.dtype)
    return U, targets(Y, len(U), 1)

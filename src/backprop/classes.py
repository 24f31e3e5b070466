"""Two classes from one logit, and weights that make all classes count alike."""

import numpy as np

from backprop._boundary import expect, finite, number, real, size
from backprop.cross_entropy import cross_entropy, labels_of, targets
from backprop.softmax import softmax


def sigmoid(U):
    """``p = 1/(1 + e^{−u})`` of each entry, the second entry of ``softmax((0, u))``.

    Equations ``eq-classes-sigmoid`` and ``eq-classes-pair``.

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
    return softmax(np.stack([np.zeros_like(U), U], axis=-1))[..., 1]


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


def balanced_weights(labels, K):
    """Weights ``N/(K mₖ)`` of the samples, with mₖ samples in class k; ``eq-classes-balanced``.

    Parameters
    ----------
    labels : (N,) array of integers in 0…K−1
    K : int

    Returns
    -------
    weights : (N,) array
        Those of each class add up to N/K.

    Raises
    ------
    ValueError, TypeError
        If a class is empty, a label is out of range, or the labels are not a row of integers.

    Examples
    --------
    >>> balanced_weights([0, 0, 0, 1], 2).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    K = size("K", K)
    labels = labels_of("labels", np.asarray(labels), K)
    counts = np.bincount(labels, minlength=K)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        raise ValueError(f"labels must hold every class 0…K−1 = 0…{K - 1}, got none of {empty[0]}")
    return len(labels) / (K * counts[labels])


def _logit_and_target(U, Y):
    finite("U", expect("U", U, "N 1", {}))
    if np.ndim(Y) == 1:
        return U, targets(Y, len(U), 2).reshape(-1, 1).astype(U.real.dtype)
    return U, targets(Y, len(U), 1)

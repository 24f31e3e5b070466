"""From one sample to a batch: weights, micro-batches, and steps against the gradient."""

import numpy as np

from backprop._boundary import expect, finite, positive, real, size
from backprop.cross_entropy import one_hot, targets
from backprop.network import Params, backward, forward


def weighted_targets(Y, weights, K):
    """Targets for which the mean loss is the weighted mean: ``N wₙ ẏₙ / Σₘ wₘ``.

    Equation ``eq-batch-weight`` says why a weight may go into the target.

    Parameters
    ----------
    Y : (N,) integers or (N, K) array
        Labels 0…K−1, or targets.
    weights : (N,) array
        None negative, not all zero.
    K : int

    Returns
    -------
    Y : (N, K) array

    Raises
    ------
    ValueError, TypeError
        If a shape does not fit, a label is out of range, a weight is negative, or all are zero.

    Examples
    --------
    >>> weighted_targets([0, 1], [3, 1], 2).tolist()
    [[1.5, 0.0], [0.0, 0.5]]
    """
    Y = np.asarray(Y)
    Y = one_hot(Y, K) if Y.ndim == 1 else targets(Y, None, size("K", K))
    w = finite("weights", expect("weights", real("weights", weights), "N", {"N": len(Y)}))
    negative = np.flatnonzero(w < 0)
    if len(negative):
        at = int(negative[0])
        raise ValueError(f"weights must not be negative, got {w[at]} at {at}")
    if not w.any():
        raise ValueError("weights must not sum to zero")
    return len(w) * (w / w.sum())[:, None] * Y


def combine(grads, counts):
    """Full-batch gradient from those of micro-batches: ``Σ_b (N_b/N) g_b``; ``eq-batch-sum``.

    Parameters
    ----------
    grads : sequence of Params
        One for each micro-batch, each with its own mean over ``N_b`` samples.
    counts : sequence of int
        The ``N_b``.

    Returns
    -------
    grads : Params

    Raises
    ------
    ValueError, TypeError
        If there are none, not as many counts as gradients, or a count is no positive integer.

    Examples
    --------
    >>> g = [Params(*(np.full((1, 1), v) for _ in range(4))) for v in (3.0, 0.0)]
    >>> float(combine(g, [1, 2]).W1[0, 0])
    1.0
    """
    counts = [size(f"counts[{i}]", n) for i, n in enumerate(counts)]
    if not counts or len(grads) != len(counts):
        raise ValueError(f"grads and counts must be as many, got {len(grads)} and {len(counts)}")
    shares = np.array(counts) / sum(counts)
    return Params(*(sum(s * g for s, g in zip(shares, parts)) for parts in zip(*grads)))


def descend(params, X, Y, step, iterations, penalty=0.0):
    """Take steps against the gradient, all samples at once; ``θ ← θ − η dθ``.

    Parameters
    ----------
    params : Params
    X : (N, D) array
    Y : (N,) integers or (N, K) array
        As in `cross_entropy`.
    step : float
        The η of the formula, positive.
    iterations : int
    penalty : float
        The loss gets half of it, times the sum of the squares of all weights, without biases.

    Returns
    -------
    params : Params
    losses : (iterations,) array
        After each step, penalty included. The gradient is that of this loss; see
        ``eq-batch-one-factor`` for the only 1/N in it.

    Raises
    ------
    ValueError, TypeError
        If `step` is not positive, `penalty` is negative, or as in `forward`.
    FloatingPointError
        If a loss is not finite: the step is too large.

    Examples
    --------
    >>> params = Params(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 2)), np.zeros((1, 2)))
    >>> descend(params, [[1.0]], [0], step=1.0, iterations=3)[1].round(3).tolist()
    [0.313, 0.195, 0.14]
    """
    positive("step", step)
    if penalty:
        positive("penalty", penalty)
    losses = np.empty(size("iterations", iterations))
    _, cache = forward(params, X, Y)
    for i in range(len(losses)):
        grads = backward(params, cache)
        decay = Params(penalty * params.W1, 0, penalty * params.W2, 0)
        params = Params(*(p - step * (g + d) for p, g, d in zip(params, grads, decay)))
        try:
            loss, cache = forward(params, X, Y)
        except ValueError:  # X and Y passed before the first step, so a step has overflowed
            loss = np.inf
        losses[i] = loss + penalty / 2 * ((params.W1**2).sum() + (params.W2**2).sum())
        if not np.isfinite(losses[i]):
            raise FloatingPointError(
                f"the loss is not finite after step {i + 1}: step = {step:g} is too large"
            )
    return params, losses

"""Steps (5), (6) and (7) one at a time, as the question stages them.

`backprop.cross_entropy` fuses them with the softmax; this route shows every
intermediate gradient, and its nan where the logits are extreme.
"""

import numpy as np

from backprop._boundary import expect, expect_rows, number, real


def log_likelihood(Ell, Y):
    """Step (6), ``PLₙ = ℓₙ ẏₙᵀ`` for every row; equation ``eq-forward-likelihood``.

    Parameters
    ----------
    Ell : (N, K) array, real or complex
    Y : (N, K) array

    Returns
    -------
    PL : (N, 1) array

    Raises
    ------
    ValueError, TypeError
        If a shape does not fit, or an array does not hold numbers.

    Examples
    --------
    >>> log_likelihood([[-1.0, -2.0]], [[0.0, 1.0]])
    array([[-2.]])
    """
    Ell, Y = number("Ell", Ell), number("Y", Y)
    sizes = {}
    expect("Ell", Ell, "N K", sizes)
    expect("Y", Y, "N K", sizes)
    return (Ell * Y).sum(axis=1, keepdims=True)


def mean_loss(PL):
    """Step (7), ``L = −(1/N) Σₙ PLₙ``; equation ``eq-forward-loss``.

    Parameters
    ----------
    PL : (N, 1) array, real or complex

    Returns
    -------
    L : scalar

    Raises
    ------
    ValueError, TypeError
        If PL is not one column, or does not hold numbers.

    Examples
    --------
    >>> float(mean_loss([[-2.0], [-4.0]]))
    3.0
    """
    return -expect("PL", number("PL", PL), "N 1", {}).mean()


def mean_loss_vjp(PL):
    """``dPLₙ = −1/N`` for every row; equation ``eq-loss-dpl``.

    Parameters
    ----------
    PL : (N, 1) array
        Only its shape and dtype matter.

    Returns
    -------
    dPL : (N, 1) array

    Raises
    ------
    ValueError, TypeError
        If PL is not one column, or is not real.

    Examples
    --------
    >>> mean_loss_vjp([[-2.0], [-4.0]])
    array([[-0.5],
           [-0.5]])
    """
    PL = expect("PL", real("PL", PL), "N 1", {})
    return np.full_like(PL, -1 / len(PL))


def log_likelihood_vjp(dPL, Ell, Y):
    """``dℓ = dPL ẏ`` and ``dẏ = dPL ℓ`` for every row; ``eq-loss-dell``, ``eq-loss-dy``.

    Parameters
    ----------
    dPL : (N, 1) array
    Ell, Y : (N, K) arrays

    Returns
    -------
    dEll, dY : (N, K) arrays

    Raises
    ------
    ValueError, TypeError
        If a shape does not fit, or an array is not real.

    Examples
    --------
    >>> dEll, dY = log_likelihood_vjp([[-1.0]], [[-1.0, -2.0]], [[0.0, 1.0]])
    >>> dEll.tolist(), dY.tolist()
    ([[-0.0, -1.0]], [[1.0, 2.0]])
    """
    dPL, Ell, Y = real("dPL", dPL), real("Ell", Ell), real("Y", Y)
    sizes = {}
    expect("Ell", Ell, "N K", sizes)
    expect("Y", Y, "N K", sizes)
    expect("dPL", dPL, "N 1", sizes)
    return dPL * Y, dPL * Ell


def log_vjp(dEll, Y_hat):
    """Step (5) backwards, ``dŷ = dℓ ⊘ ŷ``; equation ``eq-loss-dyhat``.

    Parameters
    ----------
    dEll : (…, K) array
    Y_hat : (…, K) array

    Returns
    -------
    dY_hat : (…, K) array
        Infinite or nan where ŷ underflowed to 0, as IEEE arithmetic has it.

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or an array is not real.

    Examples
    --------
    >>> log_vjp([-1.0, 0.0], [0.25, 0.75])
    array([-4.,  0.])
    """
    dEll, Y_hat = real("dEll", dEll), real("Y_hat", Y_hat)
    expect_rows("Y_hat", Y_hat)
    expect_rows("dEll", dEll, like=Y_hat)
    return dEll / Y_hat

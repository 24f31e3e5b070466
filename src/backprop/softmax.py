"""Softmax and its logarithm along the last axis: values, Jacobian, VJP and JVP."""

import numpy as np

from backprop._boundary import expect_rows, number, real
from backprop.stability import shifted_log_sum


def softmax(Z):
    """Probabilities ``ŷ = e^z / Σₖ e^{zₖ}`` of each row.

    Equations ``eq-softmax-definition`` and ``eq-forward-softmax``.

    Parameters
    ----------
    Z : (…, K) array, real or complex
        Entries may be −∞ where their row has a finite entry.

    Returns
    -------
    Y_hat : (…, K) array
        Rows sum to one; no finite input overflows.

    Raises
    ------
    ValueError, TypeError
        If Z is a scalar or empty, or does not hold numbers.

    Examples
    --------
    >>> softmax([[0.0, 0.0], [1e4, -1e4]])
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    Z = expect_rows("Z", number("Z", Z))
    # By the largest real part, so that a complex step passes through unchanged;
    # a row that spans more than the float range has -inf as its correctly rounded difference.
    with np.errstate(over="ignore"):
        E = np.exp(Z - Z.real.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


def log_softmax(Z):
    """``ℓ = z − log Σₖ e^{zₖ}`` of each row; equations ``eq-softmax-log``, ``eq-forward-log``.

    Steps (4) and (5) in one, so that no logarithm of an underflowed zero is taken; computed as
    ``eq-stability-one-left-out``, so that small entries keep their digits.

    Parameters
    ----------
    Z : (…, K) array, real or complex

    Returns
    -------
    Ell : (…, K) array

    Raises
    ------
    ValueError, TypeError
        As `softmax`.

    Examples
    --------
    >>> log_softmax([[0.0, 800.0]])
    array([[-800.,    0.]])
    """
    Z = expect_rows("Z", number("Z", Z))
    S, T, high, low = shifted_log_sum(Z)
    with np.errstate(over="ignore"):  # a row may span more than its dtype can hold
        return (S - (high - (T - low))).astype(Z.dtype, copy=False)


def softmax_jacobian(Y_hat):
    """``J = diag(ŷ) − ŷᵀŷ`` of each row, to be looked at; equation ``eq-softmax-jacobian``.

    Parameters
    ----------
    Y_hat : (…, K) array

    Returns
    -------
    J : (…, K, K) array
        ``J[…, i, j]`` is ``∂ŷᵢ/∂zⱼ``. To multiply by it, use `softmax_vjp`.

    Raises
    ------
    ValueError, TypeError
        If Y_hat is a scalar or empty, or not real.

    Examples
    --------
    >>> softmax_jacobian([0.25, 0.75])
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    Y_hat = expect_rows("Y_hat", real("Y_hat", Y_hat))
    I = np.eye(Y_hat.shape[-1], dtype=Y_hat.dtype)
    return Y_hat[..., :, None] * (I - Y_hat[..., None, :])


def softmax_vjp(dY_hat, Y_hat):
    """``dz = ŷ ⊙ (dŷ − (dŷ ŷᵀ) 𝟏ᵀ)``, the product dŷ J without J; ``eq-softmax-vjp``.

    Equation ``eq-cost-softmax`` says why J is not needed.

    Parameters
    ----------
    dY_hat : (…, K) array
    Y_hat : (…, K) array

    Returns
    -------
    dZ : (…, K) array

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or an array is not real.

    Examples
    --------
    >>> softmax_vjp([4.0, 0.0], [0.25, 0.75])
    array([ 0.75, -0.75])
    """
    dY_hat, Y_hat = real("dY_hat", dY_hat), real("Y_hat", Y_hat)
    expect_rows("Y_hat", Y_hat)
    expect_rows("dY_hat", dY_hat, like=Y_hat)
    return Y_hat * (dY_hat - (dY_hat * Y_hat).sum(axis=-1, keepdims=True))


def softmax_jvp(V, Y_hat):
    """Change of ŷ along the direction v: ``(J vᵀ)ᵀ``; equation ``eq-softmax-jvp``.

    Parameters
    ----------
    V : (…, K) array
    Y_hat : (…, K) array

    Returns
    -------
    dot : (…, K) array

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or an array is not real.

    Examples
    --------
    >>> softmax_jvp([4.0, 0.0], [0.25, 0.75])
    array([ 0.75, -0.75])
    """
    V, Y_hat = real("V", V), real("Y_hat", Y_hat)
    expect_rows("Y_hat", Y_hat)
    expect_rows("V", V, like=Y_hat)
    return softmax_vjp(V, Y_hat)  # J is symmetric: eq-softmax-symmetric


def log_softmax_vjp(dEll, Y_hat):
    """``dz = dℓ − (dℓ 𝟏) ŷ``, through steps (5) and (4) at once; ``eq-softmax-log-vjp``.

    Parameters
    ----------
    dEll : (…, K) array
    Y_hat : (…, K) array

    Returns
    -------
    dZ : (…, K) array

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or an array is not real.

    Examples
    --------
    >>> log_softmax_vjp([-1.0, 0.0], [0.25, 0.75])
    array([-0.75,  0.75])
    """
    dEll, Y_hat = real("dEll", dEll), real("Y_hat", Y_hat)
    expect_rows("Y_hat", Y_hat)
    expect_rows("dEll", dEll, like=Y_hat)
    return dEll - dEll.sum(axis=-1, keepdims=True) * Y_hat

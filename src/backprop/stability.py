"""Logarithms of sums of exponentials: no overflow, and what rounding takes is made good."""

import numpy as np

from backprop._boundary import expect_rows, number


def log_sum_exp(Z):
    """``log Σₖ e^{zₖ}`` of each row, shifted by its largest entry; ``eq-stability-shift``.

    Parameters
    ----------
    Z : (…, K) array, real or complex
        Entries may be −∞ where their row has a finite entry.

    Returns
    -------
    s : (…, 1) array

    Raises
    ------
    ValueError, TypeError
        If Z is a scalar or empty, or does not hold numbers.

    Examples
    --------
    >>> log_sum_exp([[1000.0, 1000.0], [0.0, -1000.0]]).round(3)
    array([[1000.693],
           [   0.   ]])
    """
    Z = expect_rows("Z", number("Z", Z))
    _, _, high, low = shifted_log_sum(Z)
    return (Z.real.max(axis=-1, keepdims=True) + (high + low)).astype(Z.dtype, copy=False)


def shifted_log_sum(Z):
    """``S + T = Z − max`` and ``high + low = log Σ e^{S + T}``, in double precision or better.

    Equations ``eq-stability-one-left-out`` and ``eq-softmax-log-jvp``: the largest term is the 1
    that `log1p` adds by itself, and the small rests come in by their first derivative.
    """
    Z = _double(Z)
    S, T = two_difference(Z, Z.real.max(axis=-1, keepdims=True))
    E = np.exp(S)
    largest = S.real.argmax(axis=-1, keepdims=True)
    # expm1 and not 0: under a complex step the largest entry has an imaginary part
    np.put_along_axis(E, largest, np.expm1(np.take_along_axis(S, largest, -1)), -1)
    a, b = two_part_sum(E)
    b = b + (E * T).sum(axis=-1, keepdims=True)
    return S, T, np.log1p(a), b / (1 + a)


def two_difference(A, B):
    """``A − B`` as what rounding leaves and what it takes; they add up to it exactly."""
    with np.errstate(over="ignore", invalid="ignore"):
        S = A - B
        of_A = S + B
        T = (A - of_A) - (B - (of_A - S))
    return S, np.where(np.isfinite(T), T, 0)


def two_part_sum(E):
    """The sum of each row as an exact part and a small rest.

    A power of two above all sums, added to each entry and taken away again, takes its last digits
    with it; the digits that stay are so few that their sum is not rounded.
    """
    E = _double(E)
    size = np.abs(E.real).sum(axis=-1, keepdims=True)
    small = size < 2.0**1000  # else it would overflow, and the sum is the plain one
    above = np.where(small, np.ldexp(2.0, np.frexp(np.where(small, size, 0))[1]), 0)
    kept = (E + above) - above
    rest = np.subtract(E, kept, where=small, out=np.zeros_like(kept))
    return kept.sum(axis=-1, keepdims=True), rest.sum(axis=-1, keepdims=True)


def _double(A):
    return A.astype(np.result_type(A, np.float64), copy=False)

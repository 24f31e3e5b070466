"""The Jacobian of any analytic function, column by column, without a formula."""

import numpy as np

from backprop._boundary import finite, number, real
from backprop.gradient_check import COMPLEX_STEP, moved


def jacobian(f, X):
    """Derivative of every output entry by every input entry, by complex step.

    ``J[i, j]`` is the derivative of entry i of ``f(X).ravel()`` by entry j of
    ``X.ravel()``: outputs count the rows, inputs the columns; equation
    ``eq-chain-rule-entries``. To be looked at: in use, a VJP is cheaper.

    Parameters
    ----------
    f : callable
        From a complex array like X to a complex array or a list; analytic. Called at X, and
        once for every entry of X. A real entry of a list, such as an ``abs``, is refused; in
        an array that mixes, it has become complex and cannot be seen: its row is wrong.
    X : array of any shape
        Of m entries.

    Returns
    -------
    J : (k, m) float64 array
        For k entries of f(X); k and m may be zero.

    Raises
    ------
    ValueError, TypeError
        If f is not callable, X is not finite and real, or f(X) is not finite and complex
        or changes its shape.

    Examples
    --------
    >>> jacobian(lambda x: x @ np.array([[1, 2, 3], [4, 5, 6]]), [[0.5, 0.25]]).round(12)
    array([[1., 4.],
           [2., 5.],
           [3., 6.]])
    """
    if not callable(f):
        raise TypeError(f"f must be callable, got {type(f).__name__}")
    X = finite("X", real("X", X)).astype(np.complex128)
    shape = _complex("f(X)", f(X.copy())).shape
    J = np.empty((np.prod(shape, dtype=int), X.size))
    for j, at in enumerate(np.ndindex(X.shape)):
        value = _complex("f(X)", f(moved(X, at, 1j * COMPLEX_STEP)))
        if value.shape != shape:
            raise ValueError(f"f(X) must keep its shape {shape}, got {value.shape}")
        J[:, j] = value.imag.ravel() / COMPLEX_STEP
    return J


def _complex(name, value):
    """Hold a result, and each entry of a list or a tuple, to finite complex numbers."""
    if isinstance(value, (list, tuple)):
        value = [_complex(f"{name}[{i}]", entry) for i, entry in enumerate(value)]
    value = np.asarray(value)
    if number(name, value).dtype.kind != "c":
        raise TypeError(f"{name} must be complex for complex X, got dtype {value.dtype}")
    return finite(name, value)

"""The Jacobian of any analytic function, column by column, without a formula."""

import numpy as np

from backprop._boundary import finite, number, real
from backprop.gradient_check import complex_step


def jacobian(f, X):
    """Derivative of every output entry by every input entry, by complex step.

    ``J[i, j]`` is the derivative of entry i of ``f(X).ravel()`` by entry j of
    ``X.ravel()``: outputs count the rows, inputs the columns; equation
    ``eq-chain-rule-entries``. To be looked at: in use, a VJP is cheaper.

    Parameters
    ----------
    f : callable
        From a complex array like X to a complex array; analytic.
    X : array of any shape
        Of m entries.

    Returns
    -------
    J : (k, m) float64 array
        For k entries of f(X).

    Raises
    ------
    ValueError, TypeError
        If X is not finite and real, or as in `complex_step`.

    Examples
    --------
    >>> jacobian(lambda x: x @ np.array([[1, 2, 3], [4, 5, 6]]), [[0.5, 0.25]]).round(12)
    array([[1., 4.],
           [2., 5.],
           [3., 6.]])
    """
    X = finite("X", real("X", X))
    k = number("f(X)", f(X.astype(np.complex128))).size
    rows = [complex_step(lambda X, i=i: np.ravel(f(X))[i], X) for i in range(k)]
    return np.array(rows).reshape(k, X.size)

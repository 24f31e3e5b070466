"""The backward pass of the activation a = tanh z; the forward pass is ``numpy.tanh``."""

from backprop._boundary import expect_rows, real


def tanh_vjp(dA, A):
    """Gradient of Z from the gradient of A = tanh Z, given the *output* A.

    ``dZ = dA ⊙ (1 − A ⊙ A)``; equation ``eq-tanh-dz1``.
    The derivative of tanh at z is ``1 − tanh²(z)``, so the output is all it needs.

    Parameters
    ----------
    dA : (…, H) array
    A : (…, H) array
        ``tanh(Z)``, not Z.

    Returns
    -------
    dZ : (…, H) array

    Raises
    ------
    ValueError, TypeError
        If the shapes differ, or an array is not real.

    Examples
    --------
    >>> tanh_vjp([[8.0, 8.0]], [[0.5, 0.0]])
    array([[6., 8.]])
    """
    dA, A = real("dA", dA), real("A", A)
    expect_rows("A", A, symbol="H")
    expect_rows("dA", dA, like=A, symbol="H")
    return dA * (1 - A * A)

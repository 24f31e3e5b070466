"""The affine step Z = X W + b, forward and backward."""

from backprop._boundary import expect, number, real


def affine(X, W, b):
    """Affine map of every row: ``Z = X W + 1 b``.

    Equations ``eq-forward-hidden`` and ``eq-forward-logits``; for N rows
    ``eq-forward-batch-hidden`` and ``eq-forward-batch-logits``.

    Parameters
    ----------
    X : (N, D) array, real or complex
    W : (D, H) array
    b : (1, H) array
        One row, added to each of the N rows.

    Returns
    -------
    Z : (N, H) array

    Raises
    ------
    ValueError
        If a shape does not fit; nothing is broadcast but `b` over the rows.
    TypeError
        If an array does not hold numbers.

    Examples
    --------
    >>> affine([[1, 2]], [[3, 4, 5], [6, 7, 8]], [[10, 20, 30]])
    array([[25., 38., 51.]])
    """
    X, W, b = number("X", X), number("W", W), number("b", b)
    sizes = {}
    expect("X", X, "N D", sizes)
    expect("b", b, "1 H", sizes)
    expect("W", W, "D H", sizes)
    return X @ W + b


def affine_vjp(dZ, X, W):
    """Gradients of the three inputs of ``Z = X W + 1 b`` from the gradient of Z.

    ``dX = dZ Wᵀ``, ``dW = Xᵀ dZ`` and ``db = 1ᵀ dZ``; equations
    ``eq-affine-da1``, ``eq-affine-dw2`` and ``eq-affine-db2``; for the first step ``eq-tanh-dx``,
    ``eq-tanh-dw1`` and ``eq-tanh-db1``; the transposes are those of ``eq-chain-rule-transposes``.

    Parameters
    ----------
    dZ : (N, H) array
    X : (N, D) array
    W : (D, H) array

    Returns
    -------
    dX, dW, db : arrays of shapes (N, D), (D, H) and (1, H)

    Raises
    ------
    ValueError, TypeError
        If a shape does not fit, or an array is not real.

    Examples
    --------
    >>> dX, dW, db = affine_vjp([[1, 0], [0, 2]], [[1], [5]], [[3, 4]])
    >>> dX.tolist(), dW.tolist(), db.tolist()
    ([[3.0], [8.0]], [[1.0, 10.0]], [[1.0, 2.0]])
    """
    dZ, X, W = real("dZ", dZ), real("X", X), real("W", W)
    sizes = {}
    expect("X", X, "N D", sizes)
    expect("dZ", dZ, "N H", sizes)
    expect("W", W, "D H", sizes)
    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)

"""What a chain of Jacobians costs, multiplied from the loss or from the input."""

from itertools import pairwise

from backprop._boundary import size


def multiplications(sizes):
    """Multiplications in a chain of Jacobians: reverse mode, forward mode.

    Equations ``eq-cost-reverse`` and ``eq-cost-forward``, for a chain of any length.

    Parameters
    ----------
    sizes : sequence of int
        Of the rows from the input to the last output, such as (D, H, K, 1).

    Returns
    -------
    reverse : int
        From the left: the last Jacobian times the one before it, and so on to the input.
    forward : int
        From the right: from the first Jacobian to the last.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two sizes, or one is no positive integer.

    Examples
    --------
    >>> multiplications([64, 500, 10, 1])
    (37000, 320640)
    """
    sizes = [size(f"sizes[{i}]", n) for i, n in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold an input and an output, got {sizes}")
    jacobians = [rows * columns for columns, rows in pairwise(sizes)]
    return sizes[-1] * sum(jacobians[:-1]), sizes[0] * sum(jacobians[1:])

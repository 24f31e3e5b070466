"""One sample through a network of two inputs, three hidden units and two classes."""

import numpy as np

from backprop.network import Params


def worked_example():
    """Numbers so chosen that every activation, probability and gradient is round.

    The inputs and biases are logarithms, because ``tanh(log q) = (q² − 1)/(q² + 1)``
    and ``softmax(log p) = p`` are then fractions; equations ``eq-by-hand-x`` to
    ``eq-by-hand-y``.

    Returns
    -------
    params : Params
        Of sizes D, H, K = 2, 3, 2.
    X, Y : (1, D) and (1, K) arrays

    Examples
    --------
    >>> from backprop import forward
    >>> forward(*worked_example())[1].A1.round(12).tolist()
    [[0.6, 0.8, 0.0]]
    """
    log2, log3 = np.log([2.0, 3.0])
    params = Params(
        W1=np.array([[2.0, -1.0, 0.0], [0.0, 1.0, -1.0]]),
        b1=np.array([[-log2, log2, log3]]),
        W2=np.array([[3.0, -1.0], [-1.0, 2.0], [2.0, -1.0]]),
        b2=np.array([[0.0, log3]]),
    )
    return params, np.array([[log2, log3]]), np.array([[1.0, 0.0]])

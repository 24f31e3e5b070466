"""The mathematics of the book as NumPy: one module per chapter, one function per result.

>>> from backprop import softmax, softmax_vjp
>>> softmax([0.0, 0.0])
array([0.5, 0.5])
"""

from backprop.affine import affine, affine_vjp
from backprop.batch import combine, descend, weighted_targets
from backprop.by_hand import worked_example
from backprop.chain_rule import jacobian
from backprop.classes import (
    balanced_weights,
    binary_cross_entropy,
    binary_cross_entropy_grad,
    sigmoid,
)
from backprop.cost import multiplications
from backprop.cross_entropy import cross_entropy, cross_entropy_grad, one_hot
from backprop.gradient_check import (
    adjoint_test,
    central_difference,
    check_direction,
    check_gradient,
    complex_step,
)
from backprop.loss import log_likelihood, log_likelihood_vjp, log_vjp, mean_loss, mean_loss_vjp
from backprop.network import Cache, Params, backward, forward, init_params, predict
from backprop.softmax import (
    log_softmax,
    log_softmax_vjp,
    softmax,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)
from backprop.stability import log_sum_exp
from backprop.tanh import tanh_vjp

__all__ = [
    "Cache",
    "Params",
    "adjoint_test",
    "affine",
    "affine_vjp",
    "backward",
    "balanced_weights",
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "central_difference",
    "check_direction",
    "check_gradient",
    "combine",
    "complex_step",
    "cross_entropy",
    "cross_entropy_grad",
    "descend",
    "forward",
    "init_params",
    "jacobian",
    "log_likelihood",
    "log_likelihood_vjp",
    "log_softmax",
    "log_softmax_vjp",
    "log_sum_exp",
    "log_vjp",
    "mean_loss",
    "mean_loss_vjp",
    "multiplications",
    "one_hot",
    "predict",
    "sigmoid",
    "softmax",
    "softmax_jacobian",
    "softmax_jvp",
    "softmax_vjp",
    "tanh_vjp",
    "weighted_targets",
    "worked_example",
]

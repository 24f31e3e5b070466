"""The network with the right line at every step, and sixteen with one wrong line each."""

import numpy as np

from backprop import (
    Params,
    log_likelihood,
    log_softmax,
    log_softmax_vjp,
    mean_loss,
    mean_loss_vjp,
    softmax,
    tanh_vjp,
)
from backprop.network import layers


class Network:
    """Nothing is wrong.

    One short method a step, so that a mistake can override one of them and nothing else.
    Steps (5) and (4) are one step backwards: dŷ = dℓ ⊘ ŷ is infinite where ŷ underflows,
    and a mistake beside it could not be told from that.
    """

    @property
    def title(self):
        """What is wrong, in the book's symbols."""
        return type(self).__doc__.splitlines()[0].rstrip(".")

    @property
    def own_steps(self):
        """Names of the methods that this class writes itself: one for a mistake."""
        return {name for name, value in vars(type(self)).items() if callable(value)}

    def loss(self, params, X, Y):
        """The mean loss, by the fused steps (4) and (5)."""
        return mean_loss(log_likelihood(self.log_softmax(layers(params, X)[-1]), Y))

    def backward(self, params, X, Y):
        """Gradients of all parameters."""
        Z1, A1, Z2 = layers(params, X)
        dZ2 = self.dZ2(self.softmax(Z2), Y)
        dZ1 = self.dZ1(self.dA1(dZ2, params), Z1, A1)
        return Params(X.T @ dZ1, self.db(dZ1), A1.T @ dZ2, self.db(dZ2))

    def softmax(self, Z2):
        return softmax(Z2)

    def log_softmax(self, Z2):
        return log_softmax(Z2)

    def dPL(self, Y):
        return mean_loss_vjp(Y[:, :1])

    def dEll(self, dPL, Y):
        return dPL * Y

    def log_softmax_vjp(self, dEll, Y_hat):
        """With dℓ = dŷ ⊙ ŷ this is dŷ J."""
        return log_softmax_vjp(dEll, Y_hat)

    def dZ2(self, Y_hat, Y):
        return self.log_softmax_vjp(self.dEll(self.dPL(Y), Y), Y_hat)

    def dA1(self, dZ2, params):
        return dZ2 @ params.W2.T

    def dZ1(self, dA1, Z1, A1):
        return tanh_vjp(dA1, A1)

    def db(self, dZ):
        return dZ.sum(axis=0, keepdims=True)


class LostMean(Network):
    """1/N lost: dz₂ = ŷ − ẏ."""

    def dPL(self, Y):
        return -np.ones((len(Y), 1))


class OppositeSign(Network):
    """Opposite sign: dz₂ = (ẏ − ŷ)/N."""

    def dPL(self, Y):
        return -super().dPL(Y)


class LostUpstream(Network):
    """Step (5) without dℓ: dŷ = 1 ⊘ ŷ."""

    def dEll(self, dPL, Y):
        return np.ones_like(Y)


class OffDiagonalOnly(Network):
    """Only the partials off the diagonal of J."""

    def log_softmax_vjp(self, dEll, Y_hat):
        return Y_hat * (dEll - dEll.sum(axis=1, keepdims=True))


class Elementwise(Network):
    """Softmax as if elementwise: dz₂ = dŷ ⊙ ŷ ⊙ (1 − ŷ)."""

    def log_softmax_vjp(self, dEll, Y_hat):
        return dEll * (1 - Y_hat)


class WrongOffDiagonal(Network):
    """−ŷᵢ(1 − ŷᵢ) off the diagonal of J."""

    def log_softmax_vjp(self, dEll, Y_hat):
        from_diagonal = dEll * (1 - Y_hat)
        return 2 * from_diagonal - from_diagonal.sum(axis=1, keepdims=True)


class NegatedJacobian(Network):
    """J with the opposite sign."""

    def log_softmax_vjp(self, dEll, Y_hat):
        return -super().log_softmax_vjp(dEll, Y_hat)


class RescaledJacobian(Network):
    """J three times too large."""

    def log_softmax_vjp(self, dEll, Y_hat):
        return 3 * super().log_softmax_vjp(dEll, Y_hat)


class SoftmaxDownTheBatch(Network):
    """Softmax over the samples, not over the classes."""

    def softmax(self, Z2):
        return softmax(Z2.T).T


class WrongWeights(Network):
    """W₁ where W₂ᵀ belongs: da₁ = dz₂ W₁."""

    def dA1(self, dZ2, params):
        return dZ2 @ params.W1


class SlopeOfInput(Network):
    """Slope of the tanh from its input: 1 − z₁ ⊙ z₁."""

    def dZ1(self, dA1, Z1, A1):
        return tanh_vjp(dA1, Z1)


class TanhTwice(Network):
    """Slope of the tanh with one tanh too many: 1 − tanh(a₁) ⊙ tanh(a₁)."""

    def dZ1(self, dA1, Z1, A1):
        return tanh_vjp(dA1, np.tanh(A1))


class MeanOfBias(Network):
    """Bias gradient as a mean: db = (1/N) 𝟏ᵀ dZ."""

    def db(self, dZ):
        return dZ.mean(axis=0, keepdims=True)


class AssumedSum(Network):
    """dz₂ = (ŷ − ẏ)/N although ẏ does not sum to 1."""

    def dZ2(self, Y_hat, Y):
        return (Y_hat - Y) / len(Y)


class UnshiftedSoftmax(Network):
    """Softmax without the shift by the largest logit."""

    def softmax(self, Z2):
        E = np.exp(Z2)
        return E / E.sum(axis=1, keepdims=True)


class StagedLog(Network):
    """Logarithm after the softmax: ℓ = log ŷ in two steps."""

    def log_softmax(self, Z2):
        return np.log(softmax(Z2))


MISTAKES = [
    LostMean(),
    OppositeSign(),
    LostUpstream(),
    OffDiagonalOnly(),
    Elementwise(),
    WrongOffDiagonal(),
    NegatedJacobian(),
    RescaledJacobian(),
    SoftmaxDownTheBatch(),
    WrongWeights(),
    SlopeOfInput(),
    TanhTwice(),
    MeanOfBias(),
    AssumedSum(),
    UnshiftedSoftmax(),
    StagedLog(),
]

"""Ten checks of a network, each at numbers that show much or hide much."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import NamedTuple

import numpy as np

from backprop import Params, check_gradient, init_params, jacobian, one_hot
from backprop.network import layers
from mistakes.formulas import Network

# Ten times the usual, because at extreme logits rounding alone comes near that; what is wrong
# is off by a thousandth at least, and mostly by a tenth.
TOLERANCE = 1e-5
SIZES = ("N", "D", "H", "K")


class Numbers(NamedTuple):
    """What a check runs at: parameters, (N, D) inputs, (N, K) targets, (N, K) upstream."""

    params: Params
    X: np.ndarray
    Y: np.ndarray
    dY_hat: np.ndarray


@dataclass(frozen=True)
class Setting:
    """Sizes, and a word for each choice on which it depends what a check can see."""

    N: int = 7
    D: int = 3
    H: int = 5
    K: int = 4
    start: str = "random"  # or "zero"
    targets: str = "one-hot"  # or "unnormalised"
    logits: str = "moderate"  # or "extreme"
    upstream: str = "random"  # or "all-ones"

    def draw(self, seed):
        """The numbers. Each choice changes what it names and leaves the rest."""
        rng = np.random.default_rng(seed)
        params = init_params(self.D, self.H, self.K, rng)
        params = params._replace(b1=rng.standard_normal((1, self.H)))  # else a small x hides tanh
        X, dY_hat = rng.standard_normal((self.N, self.D)), rng.standard_normal((self.N, self.K))
        Y = rng.uniform(0.5, 1.5, (self.N, self.K))
        if self.start == "zero":
            params = Params(*map(np.zeros_like, params))
        if self.logits == "extreme":  # e to this overflows, and e to minus this is zero
            params = params._replace(b2=800 * np.eye(self.K)[-1:])
        if self.targets == "one-hot":  # every class equally often, where K divides N
            Y = one_hot(np.arange(self.N) % self.K, self.K)
        if self.upstream == "all-ones":
            dY_hat = np.ones_like(dY_hat)
        return Numbers(params, X, Y, dY_hat)


def changes(setting, other):
    """Names of the fields in which two settings differ."""
    names = [field.name for field in fields(setting)]
    return [name for name in names if getattr(setting, name) != getattr(other, name)]


def shapes_fit(network, at):
    """The loss is a number, and each gradient has the shape of its parameter."""
    loss, grads = network.loss(*at[:3]), network.backward(*at[:3])
    return np.shape(loss) == () and [g.shape for g in grads] == [p.shape for p in at.params]


def differences_agree(network, at):
    """Each gradient agrees with central differences of the loss.

    Of the loss as this network computes it: only a `StagedLog` computes it otherwise, the same
    where the logits are moderate, and where they are not, it is not finite and so is noticed.
    """

    def moved(name):
        return lambda p: network.loss(at.params._replace(**{name: p}), at.X, at.Y)

    for name, p, g in zip(Params._fields, at.params, network.backward(*at[:3])):
        check_gradient(moved(name), g, p, rtol=TOLERANCE)  # refuses with an AssertionError
    return True


def product_agrees(network, at):
    """The product dŷ J agrees with J by complex step, for the network's own softmax."""
    Z2 = layers(at.params, at.X)[-1]
    Y_hat = network.softmax(Z2)
    dZ2 = network.log_softmax_vjp(at.dY_hat * Y_hat, Y_hat)
    product = at.dY_hat.ravel() @ jacobian(network.softmax, Z2)
    return np.allclose(dZ2.ravel(), product, rtol=0, atol=TOLERANCE)


def rows_cancel(network, at):
    """Each row of dZ₂ sums to zero."""
    dZ2 = network.dZ2(network.softmax(layers(at.params, at.X)[-1]), at.Y)
    return np.allclose(dZ2.sum(axis=1), 0, rtol=0, atol=TOLERANCE)


@dataclass(frozen=True)
class Check:
    """What must hold of a network, and the setting at which it is tried.

    Called with a network, it answers True if it notices something wrong, False if it does
    not, and None if it never runs the step that is wrong.
    """

    title: str
    holds: Callable
    setting: Setting

    def __call__(self, network, seed=0):
        if not network.own_steps & steps(self):
            return None
        try:
            with np.errstate(all="ignore"):  # nan and inf agree with nothing: noticed anyway
                return not self.holds(network, self.setting.draw(seed))
        except (AssertionError, ValueError):  # a gradient is refused, or shapes do not fit
            return True

    @property
    def told(self):
        """What must hold."""
        return self.holds.__doc__.splitlines()[0]

    @property
    def at(self):
        """At which sizes, and what else is not as in `Setting()`."""
        s = self.setting
        names = [name for name in changes(Setting(), s) if name not in SIZES]
        words = [f"{getattr(s, name)} {name}" for name in names]
        return ", ".join([f"N, D, H, K = {s.N}, {s.D}, {s.H}, {s.K}", *words])


@cache
def steps(check):
    """Names of the steps that a check runs, observed on the right network."""
    run = set()

    class Observed(Network):
        def __getattribute__(self, name):
            run.add(name)
            return super().__getattribute__(name)

    check.holds(Observed(), check.setting.draw(0))
    return run


CHECKS = [
    Check("shapes, seed", shapes_fit, Setting(N=1, D=2, H=500, K=2)),
    Check("shapes, distinct", shapes_fit, Setting()),
    Check("FD, zero start, K = 2", differences_agree, Setting(N=4, D=2, K=2, start="zero")),
    Check("FD, N = 1, K = 2", differences_agree, Setting(N=1, D=2, K=2)),
    Check("FD, distinct", differences_agree, Setting()),
    Check("VJP, ones", product_agrees, Setting(upstream="all-ones")),
    Check("VJP, random", product_agrees, Setting()),
    Check("rows of dz₂", rows_cancel, Setting()),
    Check("FD, unnormalised", differences_agree, Setting(targets="unnormalised")),
    Check("FD, big logits", differences_agree, Setting(logits="extreme")),
]

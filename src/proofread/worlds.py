"""What the symbols of a page stand for: named shapes, definitions, and the code they answer to."""

from dataclasses import dataclass, field, replace

import numpy as np

import backprop as bp


@dataclass(frozen=True)
class Symbol:
    """An array of the program: where it is kept, and its shape in named axes.

    A per-sample symbol (``\\hat y``, 1×K) and its batch (``\\hat Y``, N×K) are two views of
    one array; the first is row n of the second.
    """

    array: str
    shape: tuple
    per_sample: bool = False

    @property
    def is_batch(self):
        """Whether the array has a row for each sample."""
        return self.per_sample or self.shape[0] == "N"


@dataclass(frozen=True)
class World:
    """A table of symbols.

    given : symbols that a draw fills with random numbers, as ``{"W_1": "D×H"}``
    rows : per-sample symbols, as ``{"x": ("X", "D")}``: x is 1×D and row n of X, which is N×D
    made : the label of the display that defines a symbol; all symbols not made are given
    generic : ``{"L": r"\\hat y"}``: an arbitrary smooth function of one symbol, or of several
    still : given symbols that keep their values when all others change by Δ
    ones : the shape of a bare 𝟏
    sizes : sizes that are fixed in this world, as ``{"K": 2}``
    extends : the world whose displays define what this one does not define anew
    aliases : what a literal size on the page may stand for, as ``{"500": "H"}``
    assumptions : hypotheses an equation may call on, each with how to draw numbers that keep it
    anchors : (book's expressions, function of `backprop`, book's arguments): must agree
    """

    given: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)
    made: dict = field(default_factory=dict)
    generic: dict = field(default_factory=dict)
    still: tuple = ()
    ones: str = "K×1"
    sizes: dict = field(default_factory=dict)
    extends: str | None = None
    aliases: dict = field(default_factory=dict)
    assumptions: dict = field(default_factory=dict)
    anchors: tuple = ()

    def __post_init__(self):
        symbols = {name: Symbol(name, axes(shape)) for name, shape in self.given.items()}
        for name, (batch, columns) in self.rows.items():
            symbols[name] = Symbol(batch, ("1", columns), per_sample=True)
            symbols[batch] = Symbol(batch, ("N", columns))
        object.__setattr__(self, "symbols", symbols)
        object.__setattr__(self, "arrays", {s.array: s for s in symbols.values()})
        made = {symbols[name].array: (name, label) for name, label in self.made.items()}
        object.__setattr__(self, "definitions", made)

    @property
    def axes(self):
        """The sizes that its symbols have."""
        return {axis for symbol in self.symbols.values() for axis in symbol.shape} - {"1"}

    def sources(self, array):
        """The symbols that a generic one is made from; none for all others."""
        for name, made_from in self.generic.items():
            if self.symbols[name].array == array:
                one = isinstance(made_from, str)
                return (self.symbols[made_from],) if one else made_from
        return ()


def axes(shape):
    """``"D×H"`` as ``("D", "H")``."""
    return tuple(shape.split("×"))


def _normalised(draw):
    Y = draw[r"\dot Y"]
    draw[r"\dot Y"] = Y / Y.sum(axis=1, keepdims=True)


def _jacobian_of_one_row(y_hat):
    return bp.softmax_jacobian(y_hat)[0]


def _log_sum_exp(Z):
    return (Z - bp.log_softmax(Z))[:, :1]


def _difference_of_the_cube(t, h):
    return bp.central_difference(lambda t: t**3, t, abs(h))


def _binary_cross_entropy(U, Y):
    # a target that sums to s counts s times; so does its row of the gradient
    rows = zip(U, Y, Y.sum(axis=1))
    return np.mean([np.multiply(s, bp.binary_cross_entropy([u], [y[1:] / s])) for u, y, s in rows])


def _binary_cross_entropy_grad(U, Y):
    s = Y.sum(axis=1, keepdims=True)
    return s * bp.binary_cross_entropy_grad(U, Y[:, 1:] / s)


def _column_sums(Y):
    return Y.sum(axis=0, keepdims=True)


def _balanced_weights(Y):
    return np.reshape(bp.balanced_weights(Y, Y.shape[1]), (-1, 1))


def _multiplications(*sizes):
    return bp.multiplications([*sizes, 1])


def _numbers_by_hand():
    params, *data = bp.worked_example()
    return *data, *params


NETWORK = World(
    given={"W_1": "D×H", "b_1": "1×H", "W_2": "H×K", "b_2": "1×K", "L": "1×1"},
    rows={
        "x": ("X", "D"),
        r"\dot y": (r"\dot Y", "K"),
        "z_1": ("Z_1", "H"),
        "a_1": ("A_1", "H"),
        "z_2": ("Z_2", "K"),
        r"\hat y": (r"\hat Y", "K"),
        r"\ell": (r"\log\hat Y", "K"),
        "PL": ("PL of the batch", "1"),
        "s": ("s of the batch", "1"),
        "w": ("w of the batch", "1"),
    },
    made={
        "z_1": "eq-forward-hidden",
        "a_1": "eq-forward-tanh",
        "z_2": "eq-forward-logits",
        r"\hat y": "eq-forward-softmax",
        r"\ell": "eq-forward-log",
        "PL": "eq-forward-likelihood",
        "L": "eq-forward-loss",
        "s": "eq-collapse-log-sum",
    },
    still=(r"\dot Y",),
    ones="N×1",
    aliases={"2": "DK", "500": "H", "10": "K"},
    assumptions={r"\sum_{k=1}^{K} \dot y_k = 1": _normalised, "N = 1": {"N": 1}},
    anchors=(
        (["Z_1"], bp.affine, ["X", "W_1", "b_1"]),
        (["A_1"], np.tanh, ["Z_1"]),
        (["Z_2"], bp.affine, ["A_1", "W_2", "b_2"]),
        ([r"\hat Y"], bp.softmax, ["Z_2"]),
        ([r"\ell"], bp.log_softmax, ["z_2"]),
        (["PL"], bp.log_likelihood, [r"\ell", r"\dot y"]),
        (["s"], _log_sum_exp, ["z_2"]),
        (["L"], bp.mean_loss, ["PL"]),
        (["L"], bp.cross_entropy, ["Z_2", r"\dot Y"]),
        (["dPL"], bp.mean_loss_vjp, ["PL"]),
        ([r"d\ell", r"d\dot y"], bp.log_likelihood_vjp, ["dPL", r"\ell", r"\dot y"]),
        ([r"d\hat y"], bp.log_vjp, [r"d\ell", r"\hat y"]),
        (["dZ_2"], bp.cross_entropy_grad, ["Z_2", r"\dot Y"]),
        (["dZ_2"], bp.softmax_vjp, [r"d\hat Y", r"\hat Y"]),
        (["dA_1", "dW_2", "db_2"], bp.affine_vjp, ["dZ_2", "A_1", "W_2"]),
        (["dZ_1"], bp.tanh_vjp, ["dA_1", "A_1"]),
        (["dX", "dW_1", "db_1"], bp.affine_vjp, ["dZ_1", "X", "W_1"]),
    ),
)

CHAIN = World(
    given={"x": "1×D", "u": "1×H", "v": "1×K", "L": "1×1"},
    generic={"u": "x", "v": "u", "L": "v"},
    anchors=((["H K + D H", "D H K + D K"], _multiplications, ["D", "H", "K"]),),
)

DIFFERENCE = World(
    given={"t": "1×1", "h": "1×1", "m": "1×1", "c": "1×1", "L": "1×1"},
    generic={"L": "t"},
    anchors=(([r"\frac{(t + h)^3 - (t - h)^3}{2 h}"], _difference_of_the_cube, ["t", "h"]),),
)

SOFTMAX = World(
    given={"z": "1×K", "c": "1×1", r"\hat y": "1×K", r"\ell": "1×K", "J": "K×K", "L": "1×1"},
    made={
        r"\hat y": "eq-softmax-definition",
        r"\ell": "eq-softmax-log",
        "J": "eq-softmax-jacobian-entries",
    },
    generic={"L": r"\ell"},
    aliases={"2": "K", "10": "K"},
    assumptions={"K = 2": {"K": 2}},
    anchors=(
        ([r"\hat y"], bp.softmax, ["z"]),
        ([r"\ell"], bp.log_softmax, ["z"]),
        (["J"], _jacobian_of_one_row, [r"\hat y"]),
        (["dz"], bp.softmax_vjp, [r"d\hat y", r"\hat y"]),
        (["dz"], bp.log_softmax_vjp, [r"d\ell", r"\hat y"]),
        ([r"d\hat y"], bp.log_vjp, [r"d\ell", r"\hat y"]),
        ([r"\Delta\hat y"], bp.softmax_jvp, [r"\Delta z", r"\hat y"]),
    ),
)

BY_HAND = replace(
    NETWORK,
    extends="network",
    sizes={"N": 1, "D": 2, "H": 3, "K": 2},
    aliases={},
    assumptions={},
    made=NETWORK.made
    | {
        "x": "eq-by-hand-x",
        "W_1": "eq-by-hand-w1",
        "b_1": "eq-by-hand-b1",
        "W_2": "eq-by-hand-w2",
        "b_2": "eq-by-hand-b2",
        r"\dot y": "eq-by-hand-y",
    },
    anchors=((["x", r"\dot y", "W_1", "b_1", "W_2", "b_2"], _numbers_by_hand, []),),
)

# Two classes from one logit: the softmax of two is made of p, and p of u.
TWO = replace(
    NETWORK,
    extends="network",
    sizes={"K": 2},
    aliases={"2": "K"},
    rows=NETWORK.rows | {"u": ("U", "1"), "p": ("P", "1")},
    made=NETWORK.made
    | {
        "u": "eq-classes-difference",
        "p": "eq-classes-sigmoid",
        r"\hat y": "eq-classes-pair",
    },
    anchors=(
        (["U"], np.diff, ["Z_2"]),
        (["P"], bp.sigmoid, ["U"]),
        ([r"\hat Y"], bp.softmax, ["Z_2"]),
        (["L"], _binary_cross_entropy, ["U", r"\dot Y"]),
        (["dU"], _binary_cross_entropy_grad, ["U", r"\dot Y"]),
        ([r"\frac{1}{N}(P - U)"], bp.binary_cross_entropy_grad, ["U", "U"]),  # any target
    ),
)

CLASSES = replace(
    NETWORK,
    extends="network",
    given=NETWORK.given | {"v": "H×1", "c": "1×1", "m": "1×K"},
    made=NETWORK.made | {"m": "eq-classes-counts", "w": "eq-classes-balanced"},
    anchors=(
        (["m"], _column_sums, [r"\dot Y"]),
        (["w"], _balanced_weights, [r"\dot Y"]),
    ),
)

WORLDS = {
    "network": NETWORK,
    "two": TWO,
    "classes": CLASSES,
    "chain": CHAIN,
    "softmax": SOFTMAX,
    "by_hand": BY_HAND,
    "difference": DIFFERENCE,
}

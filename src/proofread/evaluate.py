"""Executes the book's forward equations, and differentiates them by complex step.

A derivative is never taken from the book or from `backprop`: the variable is moved by a
tiny imaginary amount, everything that the forward equations make of it is computed anew,
and the imaginary part of the result is the derivative.
"""

from itertools import product

import numpy as np

from proofread.parse import Mistake, name
from proofread.shapes import SIZES, dots, function_name, indexed, last_size, size_of

STEP = 1e-30
SHIFT = 1e-2
SEVEN_POINTS = {-3: -1 / 60, -2: 3 / 20, -1: -3 / 4, 1: 3 / 4, 2: -3 / 20, 3: 1 / 60}


class Point:
    """One draw: sizes, random numbers for the given symbols, and the program on top."""

    def __init__(self, world, definitions, sizes, draw, direction):
        self.world, self.definitions, self.sizes = world, definitions, sizes
        self.draw, self.direction = draw, direction
        self.moved, self.values, self.tilts = False, {}, {}
        self.held = {}  # what a derivative has cut off from what made it
        self.open = set()  # what is being computed

    @classmethod
    def random(cls, world, definitions, sizes, rng, assumption=None, scale=1):
        """A point with normal numbers of this size, bent to keep an assumption if there is one."""
        point = cls(world, definitions, sizes, {}, {})
        for array, symbol in world.arrays.items():
            if world.sources(array):
                rows = 1 if symbol.is_batch else point.extent(symbol)[0]
                point.draw[array] = rng.standard_normal((rows, point.extent(symbol)[1], 3, 2))
            elif array not in world.definitions:
                point.draw[array] = scale * rng.standard_normal(point.extent(symbol))
                if array not in world.still:
                    point.direction[array] = rng.standard_normal(point.extent(symbol))
        if assumption:
            assumption(point.draw)
        return point

    def value(self, array):
        """The numbers of one array of the program, computed when first asked for."""
        if array in self.open:
            made, symbol = self.definitions[array], self.world.definitions[array][0]
            mistake = Mistake.on(made.right, f"the definition of {symbol} rests on itself")
            raise ValueError(made.display.complain(mistake))
        if array not in self.values:
            if self.world.sources(array):
                self.values[array] = self.smooth(array)
            elif array in self.definitions:
                self.values[array] = self.define(array)
            else:
                self.values[array] = self.draw[array].astype(complex)
        return self.values[array]

    def define(self, array):
        made = self.definitions[array]
        result = np.full(self.extent(self.world.arrays[array]), np.nan, complex)
        self.open.add(array)
        try:
            for env in assignments(made.shapes, self.sizes):
                at = Evaluate(self, env, made.shapes)
                result[at.cells(made.left)] = at.of(made.right)
        except Mistake as mistake:
            raise ValueError(made.display.complain(mistake)) from None
        self.open.remove(array)
        return result

    def extent(self, symbol):
        """The numbers of rows and columns of a whole array, batch included."""
        rows, columns = symbol.shape
        return self.size("N" if symbol.per_sample else rows), self.size(columns)

    def size(self, axis):
        return size_of(axis, self.sizes)

    def smooth(self, array):
        """An arbitrary smooth function: every entry is Σ a sin(Σ w v + p), at random a, w and p.

        Of per-sample symbols, each row is the same function of the rows it is made from.
        """
        sources = [self.world.arrays[s.array] for s in self.world.sources(array)]
        if not self.world.arrays[array].is_batch:
            return self.wave(array, [self.value(s.array) for s in sources])
        rows = []
        for n in range(self.sizes["N"]):
            parts = [self.value(s.array)[n if s.is_batch else slice(None)] for s in sources]
            rows.append(self.wave(array, parts))
        return np.concatenate(rows)

    def wave(self, array, parts):
        v = np.concatenate([part.ravel() for part in parts])
        a, p = np.moveaxis(self.draw[array], -1, 0)
        w = np.cos(p[..., None] + 3 * a[..., None] * np.arange(1, v.size + 1)) / np.sqrt(v.size)
        return (a * np.sin(w @ v + p)).sum(axis=-1)

    def cut(self, array, at):
        """This point with one entry of `array` moved by i·STEP, whatever made it before."""
        if (array, at) not in self.tilts:
            moved = self.value(array).copy()
            moved[at] += 1j * STEP
            self.tilts[array, at] = self.child(self.draw, {array: moved})
        return self.tilts[array, at]

    def shifted(self, array, at, step):
        """This point with one entry of `array` moved by a real step, whatever made it before."""
        moved = self.value(array).copy()
        moved[at] += step
        return self.child(self.draw, {array: moved}, moved=False)

    def along(self):
        """This point with every given symbol moved along its random direction."""
        if "along" not in self.tilts:
            moved = {a: self.draw[a] + 1j * STEP * v for a, v in self.direction.items()}
            self.tilts["along"] = self.child(self.draw | moved, {})
        return self.tilts["along"]

    def child(self, draw, held, moved=True):
        child = Point(self.world, self.definitions, self.sizes, draw, self.direction)
        child.moved, child.held = moved, self.held | held
        child.values = dict(child.held)
        return child


def assignments(shapes, sizes):
    """Every value of the free indices of a statement: the "for all" in front of an equation."""
    letters = list(shapes.free)
    for at in product(*(range(size_of(shapes.ranges[i], sizes)) for i in letters)):
        yield dict(zip(letters, at))


class Evaluate:
    """Walks one expression at a point; ``env`` holds the value of each index, from 0."""

    def __init__(self, point, env, shapes):
        self.point, self.env, self.shapes = point, env, shapes

    def of(self, tree):
        value = np.asarray(getattr(self, tree.data)(tree, *tree.children))
        return value.reshape(()) if value.shape == (1, 1) else value

    def at(self, token):
        return int(token) - 1 if token.isdigit() else self.env[str(token)]

    def inside(self, **indices):
        return Evaluate(self.point, self.env | indices, self.shapes)

    # Symbols

    def cells(self, tree):
        """Where in its array a symbol as written lies: rows and columns."""
        found = self.shapes.resolve(tree)
        rows, columns = slice(None), slice(None)
        entries = [self.at(e) for e in found.entries]
        if found.symbol.per_sample:
            n = self.env["n"]
            rows = slice(n, n + 1)
        elif found.symbol.shape[0] != "1" and entries:
            row = entries.pop(0)
            rows = slice(row, row + 1)
        if entries:
            columns = slice(entries[0], entries[0] + 1)
        return rows, columns

    def symbol(self, tree, token):
        if name(token) == r"\mathbf 1":
            return np.ones([self.point.size(a) for a in self.shapes.world_ones()])
        if token in SIZES:
            return self.point.sizes[token]
        return self.reference(tree)

    def reference(self, tree):
        return self.point.value(self.shapes.resolve(tree).symbol.array)[self.cells(tree)]

    def indexed(self, tree, base, sub):
        subs = list(sub.children)
        if base.data == "group":
            value = self.of(base)
            at = [self.at(s) for s in subs]
            return np.atleast_2d(value)[tuple(at)] if len(at) == 2 else value.ravel()[at[0]]
        if base.data == "symbol":
            token = base.children[0]
            if token == r"\delta":
                return float(self.at(subs[0]) == self.at(subs[1]))
            if name(token) == r"\mathbf 1" or token == "I":
                size = [self.point.size(a) for a in self.shapes.indexed(tree, base, sub)]
                return np.eye(*size) if token == "I" else np.ones(size)
        return self.of_symbol(tree, base)

    def of_symbol(self, tree, base):
        match base.data:
            case "gradient":
                return self.gradient(tree)
            case "change":
                return self.change(tree)
        return self.reference(tree)

    def gradient(self, tree, *_):
        """dX, the derivative of L by each entry of X: an array of the shape of X."""
        L = self.shapes.world.symbols["L"].array
        return self.note(tree, self.by_entry(tree, lambda moved: moved.point.value(L)[0, 0]))

    def change(self, tree, *_):
        """ΔX, the change of X to first order when all given symbols move together."""
        self.first_order(tree)
        if not self.point.direction:
            raise Mistake.on(tree, "nothing moves in this world, so every change is zero")
        change = Evaluate(self.point.along(), self.env, self.shapes).reference(tree).imag / STEP
        return self.note(tree, change)

    def by_entry(self, tree, value):
        """The derivative of a number by every entry of a symbol as written."""
        self.first_order(tree)
        if tree.data == "apply":  # by vec(X), which has the entries of X in a row
            return self.by_entry(tree.children[1], value).reshape(1, -1)
        array = self.shapes.resolve(tree).symbol.array
        places = np.arange(self.point.value(array).size).reshape(self.point.value(array).shape)
        result = np.zeros(places.shape)
        for flat in places[self.cells(tree)].ravel():
            at = np.unravel_index(flat, places.shape)
            moved = Evaluate(self.point.cut(array, tuple(map(int, at))), self.env, self.shapes)
            result[at] = np.imag(value(moved)) / STEP
        return result[self.cells(tree)]

    def note(self, tree, value, least=0.0):
        """Remember which derivatives are not zero everywhere."""
        self.shapes.derivatives[id(tree)] = tree
        if np.any(np.abs(value) > least):
            self.shapes.alive.add(id(tree))
        return value

    def first_order(self, tree):
        if self.point.moved:
            raise Mistake.on(tree, "a derivative inside a derivative cannot be executed yet")

    # Arithmetic

    def number(self, tree, token):
        return float(token)

    def group(self, tree, inside):
        return self.of(inside)

    def negative(self, tree, term):
        return -self.of(term)

    def plus(self, tree, left, right):
        return self.of(left) + self.of(right)

    def minus(self, tree, left, right):
        return self.of(left) - self.of(right)

    def odot(self, tree, left, right):
        return self.of(left) * self.of(right)

    def otimes(self, tree, left, right):
        return np.kron(self.of(left), self.of(right))

    def oslash(self, tree, left, right):
        return self.of(left) / self.of(right)

    def over(self, tree, above, below):
        return self.of(above) / self.of(below)

    def times(self, tree, left, right):
        a, b = self.of(left), self.of(right)
        return a @ b if a.ndim and b.ndim else a * b

    def raised(self, tree, base, sup):
        value = self.of(base)
        return value.T if sup.data == "transpose" else value ** int(sup.children[0])

    def indexed_raised(self, tree, base, sub, sup):
        return self.raised(tree, indexed(tree), sup)

    def exponential(self, tree, exponent):
        return np.exp(self.of(exponent))

    def apply(self, tree, function, argument):
        value = self.of(argument)
        match function_name(function):
            case "softmax":
                return np.exp(value) / np.exp(value).sum(axis=-1, keepdims=True)
            case "diag":
                return np.diag(value.ravel())
            case "rank":
                return np.linalg.matrix_rank(value.real)
            case "tr":
                return np.trace(np.atleast_2d(value))  # N×N, where N = 1
            case "vec":
                return value.reshape(1, -1)
            case "log" if not (value.real > 0).all():
                raise Mistake.on(tree, "logarithm of a number that is not positive")
            case word:
                return {"tanh": np.tanh, "log": np.log, "exp": np.exp}[word](value)

    # Sums, cases, matrices

    def sum(self, tree, letter, *rest):
        return self.over_index(letter, rest[-1])

    def sum_except(self, tree, letter, other, body):
        return self.over_index(letter, body, leave=self.at(other))

    def over_index(self, letter, body, leave=None):
        size = self.point.size(self.shapes.ranges[str(letter)])
        return sum(self.inside(**{str(letter): k}).of(body) for k in range(size) if k != leave)

    def holds(self, condition):
        i, j = (self.at(letter) for letter in condition.children)
        return (i == j) == (condition.data == "same")

    def cases(self, tree, *cases):
        fitting = [case for case in cases if self.holds(case.children[1])]
        if len(fitting) != 1:
            where = ", ".join(f"{i} = {v + 1}" for i, v in self.env.items())
            raise Mistake.on(tree, f"{len(fitting)} cases apply to {where}; one is wanted")
        return self.of(fitting[0].children[0])

    def matrix(self, tree, *rows):
        return np.array([[self.of(entry) for entry in row.children] for row in rows])

    def dotted(self, tree, *corners):
        on, *off = dots(tree)
        size = self.point.size(last_size(tree))
        if not off:
            return np.array([[self.inside(column=j).of(on) for j in range(size)]])
        return np.array(
            [
                [self.inside(row=i, column=j).of(on if i == j else off[0]) for j in range(size)]
                for i in range(size)
            ]
        )

    def stated(self, tree, body, shape):
        return self.of(body)

    # Derivatives

    def partial(self, tree, above, below):
        columns = []
        probe = self.of(above)
        if not probe.ndim:
            return self.note(tree, self.by_entry(below, lambda moved: moved.of(above)))
        for i in range(probe.size):
            columns.append(self.by_entry(below, lambda moved, i=i: moved.of(above).ravel()[i]))
        return self.note(tree, np.concatenate(columns))

    def derivative(self, tree, below, body):
        return self.partial(tree, body, below)

    def second(self, tree, power, above, first, second):
        """A difference of derivatives: seven points, so that its error is that of rounding."""
        self.first_order(tree)
        array = self.shapes.resolve(first).symbol.array
        rows, columns = self.cells(first)
        at = rows.start or 0, columns.start or 0
        total = 0
        for turns, weight in SEVEN_POINTS.items():
            point = self.point.shifted(array, at, turns * SHIFT)
            moved = Evaluate(point, self.env, self.shapes)
            total += weight * moved.by_entry(second, lambda m: m.of(above)).item()
        return self.note(tree, np.asarray(total / SHIFT), least=1e-9)  # it is a difference

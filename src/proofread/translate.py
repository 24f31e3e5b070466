"""Turns the trees of the book into index form: the expression for the entry (i, j) of each.

The index along an axis is a tuple: empty for the axis 1, one index for N, D, H or K, and several
for a flattened array. Where a size is fixed, indices are its numbers and sums are written out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from proofread.index_form import (
    Unknown,
    add,
    atom,
    by_exponentials,
    cleared,
    delta,
    derivative,
    exponential,
    fresh,
    frozen,
    logarithm,
    number,
    positive,
    power,
    rewritten,
    scale,
    sum_over,
    symbols,
    tangent,
    times,
)
from proofread.parse import name
from proofread.shapes import SIZES, dots, flat, function_name, indexed, last_size

DERIVATIVES = {"gradient", "change", "partial", "derivative", "second"}


def parts(axis):
    """The axes that an axis is made of: none for 1, several for a flattened array."""
    return [part for part in axis.split("·") if part != "1"]


def split(index, axes):
    """The row and column of an entry whose indices stand one after the other."""
    rows = len(parts(axes[0]))
    return index[:rows], index[rows:]


class Program:
    """The symbols of a world as indexed atoms, their definitions and derivatives."""

    def __init__(self, world, definitions, sizes):
        self.world, self.definitions, self.sizes = world, definitions, sizes
        self.known = {}  # definitions and derivatives that were asked for

    def size(self, axis):
        return int(axis) if axis.isdigit() else self.sizes.get(axis)

    def indices(self, axis, label):
        """The values of an index along an axis: its numbers, or one letter for all of them."""
        letters = []
        for at, part in enumerate(parts(axis)):
            size = self.size(part)
            letters.append([str(i + 1) for i in range(size)] if size else [f"{label}.{at}"])
        return list(product(*letters))

    def places(self, shapes):
        """Every value of the free indices of a statement; a letter stands for itself."""
        letters = list(shapes.free)
        for letter in letters:
            if len(parts(shapes.ranges[letter])) != 1:
                raise Unknown("one index for a flattened array")
        values = [self.indices(shapes.ranges[i], i) for i in letters]
        for at in product(*values):
            yield {letter: index for letter, (index,) in zip(letters, at)}

    def total(self, axis, body):
        """The sum of ``body(index)`` along an axis."""
        symbolic = {fresh(): part for part in parts(axis) if not self.size(part)}
        names = iter(symbolic)
        values = [
            [str(i + 1) for i in range(self.size(part))] if self.size(part) else [next(names)]
            for part in parts(axis)
        ]
        return sum_over(add(*map(body, product(*values))), symbolic)

    # Definitions

    def definition(self, array, index):
        """What the book says that an entry of a made array is."""
        if (array, index) not in self.known:
            made = self.definitions[array]
            found = made.shapes.resolve(made.left)
            shape, env, rest = found.symbol.shape, {}, index
            if found.symbol.per_sample:
                env, rest = {"n": index[0]}, index[1:]
            if found.entries:
                env |= dict(zip(map(str, found.entries), rest))
            if set(made.shapes.free) - set(env):
                raise Unknown(f"a definition of {array} by entries that are not all letters")
            at = ((), ()) if found.entries else split(rest, shape)
            right = Translate(self, env, made.shapes).of(made.right)
            self.known[array, index] = right.entry(*at)
        return self.known[array, index]

    def unfold(self, expression):
        """The expression, and again with ever more symbols replaced by their definitions."""
        yield expression
        if self.definitions.keys() == self.world.arrays.keys():
            yield rewritten(expression, self.computed)
            return
        for _ in self.definitions:
            for array in reversed(self.definitions):
                if array in symbols(frozen(expression)):
                    expression = rewritten(expression, lambda a, x=array: self.defined(a, x))
                    yield expression

    def defined(self, a, array):
        return self.definition(array, a[2]) if a[:2] == ("symbol", array) else None

    def computed(self, a):
        """The number behind an entry, in a world in which all symbols are made."""
        if a[0] != "symbol":
            return None
        if (key := ("computed", *a[1:])) not in self.known:
            self.known[key] = rewritten(self.definition(*a[1:]), self.computed)
        return self.known[key]

    # What may be divided by, and what has a logarithm

    def inverse(self, expression):
        """One over something that is zero nowhere, or only by chance."""
        if (key := ("inverse", frozen(expression))) not in self.known:
            *_, last = self.unfold(expression)
            if not last:
                raise Unknown("division by zero")
            (factors, *more) = expression
            risky = more or any(a[0] in ("sum", "plus") for a, _ in factors)
            if risky and not self.positive(expression):
                raise Unknown("division by a sum that may be zero")
            self.known[key] = power(expression, -1)
        return self.known[key]

    def log(self, expression):
        if not self.positive(expression):
            raise Unknown("the logarithm of something that may not be positive")
        return logarithm(expression)

    def positive(self, expression):
        return any(map(positive, self.unfold(expression)))

    # Derivatives

    def partial(self, expression, array, index, held=()):
        """The derivative by one entry of an array, which is cut off from what made it."""
        key = frozen(expression), array, index, held
        if key not in self.known:

            def seed(a):
                if a[1] == array:
                    return times(*map(delta, a[2], index))
                return {} if a[1] in held else self.through(a, seed)

            self.known[key] = derivative(expression, seed)
        return self.known[key]

    def along(self, expression):
        """The change to first order when all given symbols move."""

        def seed(a):
            array = a[1]
            if array in self.definitions or self.world.sources(array):
                return self.through(a, seed)
            return {} if array in self.world.still else atom("symbol", f"Δ {array}", a[2])

        return derivative(expression, seed)

    def through(self, a, seed):
        """The derivative of a symbol by the chain rule, through what it is made of."""
        _, array, index = a
        if array not in self.world.arrays:
            raise Unknown("a derivative of a derivative of an arbitrary function")
        if array in self.definitions:
            if any(self.definitions[array].right.find_pred(lambda t: t.data in DERIVATIVES)):
                raise Unknown("a derivative inside a derivative")
            return derivative(self.definition(array, index), seed)
        paths = (self.path(array, index, s.array, seed) for s in self.world.sources(array))
        return add(*paths)  # nothing, for a given symbol

    def path(self, array, index, source, seed):
        """From an arbitrary function to one of the symbols that it is made of."""
        rows, columns = self.axes(source)
        by_row = rows == "N" and self.axes(array)[0] == "N"

        def one(at):
            at = (*index[:1], *at) if by_row else at
            slope = atom("symbol", f"∂ {array} / ∂ {source}", (*index, *at))
            return times(slope, seed(("symbol", source, at)))

        return self.total(columns if by_row else flat(rows, columns), one)

    def axes(self, array):
        symbol = self.world.arrays[array]
        return "N" if symbol.per_sample else symbol.shape[0], symbol.shape[1]

    # Proof

    def vanishes(self, expression, rules):
        """Whether an expression is proved to be zero, with rules that change its atoms."""
        for e in self.unfold(expression):
            e = changed(e, rules)
            if not e or not cleared(e) or not cleared(rewritten(e, without_tanh)):
                return True
        return False


def changed(expression, rules):
    for rule in rules:
        expression = rewritten(expression, rule)
    return expression


def without_tanh(a):
    return by_exponentials(dict(a[1])) if a[0] == "tanh" else None


def minus(left, right):
    return add(left, scale(right, -1))


@dataclass(frozen=True)
class Form:
    """A shape, and the expression for the entry at a row and a column."""

    shape: tuple
    entry: Callable

    @property
    def is_number(self):
        return self.shape == ("1", "1")

    def each(self, function):
        return Form(self.shape, lambda i, j: function(self.entry(i, j)))


def constant(expression):
    return Form(("1", "1"), lambda i, j: expression)


class Translate:
    """Walks one expression; ``env`` says what index each letter is."""

    def __init__(self, program, env, shapes, inside=False, seen=None):
        self.program, self.env, self.shapes = program, env, shapes
        self.inside = inside  # a derivative
        self.seen = {} if seen is None else seen  # the values of each derivative

    def of(self, tree):
        if not hasattr(self, tree.data):
            raise Unknown(tree.data)
        return getattr(self, tree.data)(tree, *tree.children)

    def number_of(self, tree):
        return self.of(tree).entry((), ())

    def at(self, token):
        return str(token) if token.isdigit() else self.env[str(token)]

    def within(self, **indices):
        return Translate(self.program, self.env | indices, self.shapes, self.inside, self.seen)

    # Symbols

    def cells(self, tree):
        """The array behind a symbol as written, its shape, and where in it an entry lies."""
        found = self.shapes.resolve(tree)
        sample = (self.at("n"),) if found.symbol.per_sample else ()
        if found.entries:
            at = (*sample, *map(self.at, found.entries))
            return found.symbol.array, ("1", "1"), lambda i, j: at
        return found.symbol.array, found.symbol.shape, lambda i, j: (*sample, *i, *j)

    def symbol(self, tree, token):
        if name(token) == r"\mathbf 1":
            return Form(self.shapes.world_ones(), lambda i, j: number(1))
        if token in SIZES:
            size = self.program.size(token)
            return constant(number(size) if size else atom("size", str(token)))
        return self.reference(tree)

    def reference(self, tree):
        array, shape, place = self.cells(tree)
        return Form(shape, lambda i, j: atom("symbol", array, place(i, j)))

    def indexed(self, tree, base, sub):
        subs = list(sub.children)
        if base.data == "group":
            return self.entry_of(self.of(base), [self.at(s) for s in subs])
        if base.data == "symbol":
            token = base.children[0]
            if token == r"\delta":
                return constant(delta(*map(self.at, subs)))
            if name(token) == r"\mathbf 1" or token == "I":
                shape = self.shapes.indexed(tree, base, sub)
                identity = token == "I"
                return Form(shape, lambda i, j: same(i, j) if identity else number(1))
        if base.data in ("gradient", "change"):
            return getattr(self, base.data)(tree)
        return self.reference(tree)

    def entry_of(self, form, index):
        if len(index) != sum(len(parts(axis)) for axis in form.shape):
            raise Unknown("one index for a flattened array")
        return constant(form.entry(*split(tuple(index), form.shape)))

    # Arithmetic

    def number(self, tree, token):
        return constant(number(Fraction(str(token))))

    def group(self, tree, inside):
        return self.of(inside)

    def stated(self, tree, body, shape):
        return self.of(body)

    def negative(self, tree, term):
        return self.of(term).each(lambda e: scale(e, -1))

    def plus(self, tree, left, right):
        return self.entrywise(add, left, right)

    def minus(self, tree, left, right):
        return self.entrywise(minus, left, right)

    def odot(self, tree, left, right):
        return self.entrywise(times, left, right)

    def oslash(self, tree, left, right):
        return self.entrywise(lambda a, b: times(a, self.program.inverse(b)), left, right)

    def entrywise(self, function, left, right):
        a, b = self.of(left), self.of(right)
        return Form(a.shape, lambda i, j: function(a.entry(i, j), b.entry(i, j)))

    def over(self, tree, above, below):
        divisor = self.program.inverse(self.number_of(below))
        return self.of(above).each(lambda e: times(e, divisor))

    def times(self, tree, left, right):
        a, b = self.of(left), self.of(right)
        if a.is_number or b.is_number:
            factor, form = (a, b) if a.is_number else (b, a)
            factor = factor.entry((), ())
            return form.each(lambda e: times(factor, e))
        axis = b.shape[0] if a.shape[1].isdigit() else a.shape[1]

        def entry(i, j):
            return self.program.total(axis, lambda k: times(a.entry(i, k), b.entry(k, j)))

        return Form((a.shape[0], b.shape[1]), entry)

    def otimes(self, tree, left, right):
        a, b = self.of(left), self.of(right)

        def entry(i, j):
            (p, r), (q, s) = split(i, (a.shape[0], "")), split(j, (a.shape[1], ""))
            return times(a.entry(p, q), b.entry(r, s))

        return Form(tuple(map(flat, a.shape, b.shape)), entry)

    def raised(self, tree, base, sup):
        form = self.of(base)
        if sup.data == "transpose":
            return Form(form.shape[::-1], lambda i, j: form.entry(j, i))
        return form.each(lambda e: power(e, int(sup.children[0])))

    def indexed_raised(self, tree, base, sub, sup):
        return self.raised(tree, indexed(tree), sup)

    def exponential(self, tree, exponent):
        return self.of(exponent).each(exponential)

    def apply(self, tree, function, argument):
        form = self.of(argument)
        rows, columns = form.shape
        match function_name(function):
            case "softmax":
                return self.softmax(form)
            case "diag":
                line = (lambda k: form.entry((), k)) if rows == "1" else lambda k: form.entry(k, ())
                axis = columns if rows == "1" else rows
                return Form((axis, axis), lambda i, j: times(same(i, j), line(i)))
            case "tr":
                return constant(self.program.total(rows, lambda k: form.entry(k, k)))
            case "vec":
                return Form(
                    ("1", flat(rows, columns)), lambda i, j: form.entry(*split(j, form.shape))
                )
            case "rank":
                raise Unknown("the rank of a matrix")
            case word:
                return form.each(
                    {"tanh": tangent, "log": self.program.log, "exp": exponential}[word]
                )

    def softmax(self, form):
        def entry(i, j):
            total = self.program.total(form.shape[1], lambda k: exponential(form.entry(i, k)))
            return times(exponential(form.entry(i, j)), self.program.inverse(total))

        return Form(form.shape, entry)

    # Sums, cases, matrices

    def sum(self, tree, letter, *rest):
        axis = self.shapes.axis(rest[1]) if len(rest) == 3 else self.shapes.ranges[str(letter)]
        return self.over_index(letter, axis, rest[-1])

    def sum_except(self, tree, letter, other, body):
        every = self.over_index(letter, self.shapes.ranges[str(letter)], body)
        one = self.within(**{str(letter): self.at(other)}).of(body)
        return Form(every.shape, lambda i, j: minus(every.entry(i, j), one.entry(i, j)))

    def over_index(self, letter, axis, body):
        if len(parts(axis)) != 1:
            raise Unknown("one index for a flattened array")

        def at(k):
            return self.within(**{str(letter): k}).of(body)

        shape = at(self.program.indices(axis, fresh())[0][0]).shape
        return Form(shape, lambda i, j: self.program.total(axis, lambda k: at(*k).entry(i, j)))

    def cases(self, tree, *cases):
        by_kind = {case.children[1].data: case for case in cases}
        pairs = {tuple(sorted(map(self.at, case.children[1].children))) for case in cases}
        if len(cases) != 2 or len(by_kind) != 2 or len(pairs) != 1:
            raise Unknown("cases other than i = j and i ≠ j")
        equal = delta(*map(self.at, cases[0].children[1].children))
        on, off = (self.of(by_kind[kind].children[0]) for kind in ("same", "different"))
        return Form(on.shape, lambda i, j: either(equal, on.entry(i, j), off.entry(i, j)))

    def matrix(self, tree, *rows):
        shape = tuple(str(n) for n in (len(rows), len(rows[0].children)))

        def entry(i, j):
            row, column = (int(at[0]) - 1 if at else 0 for at in (i, j))
            return self.number_of(rows[row].children[column])

        return Form(shape, entry)

    def dotted(self, tree, *corners):
        on, *off = dots(tree)
        axis = last_size(tree)

        def entry(i, j):
            at = self.within(row=(i or j)[0], column=j[0])
            if not off:
                return at.number_of(on)
            return either(same(i, j), at.number_of(on), at.number_of(off[0]))

        return Form((axis if off else "1", axis), entry)

    # Derivatives

    def gradient(self, tree, *_):
        self.first_order()
        array, shape, place = self.cells(tree)
        loss = self.program.world.symbols["L"].array
        L = atom("symbol", loss, ())
        return self.noted(tree, shape, lambda i, j: self.program.partial(L, array, place(i, j)))

    def change(self, tree, *_):
        self.first_order()
        array, shape, place = self.cells(tree)
        world = self.program.world
        fixed = {*world.still, *self.program.definitions}
        if all(a in fixed or world.sources(a) for a in world.arrays):
            raise Unknown("a change where nothing moves")
        along = self.program.along
        return self.noted(tree, shape, lambda i, j: along(atom("symbol", array, place(i, j))))

    def partial(self, tree, above, below):
        self.first_order()
        form = Translate(self.program, self.env, self.shapes, inside=True).of(above)
        array, shape, place = self.variable(below)
        by = self.program.partial
        if form.is_number:
            e = form.entry((), ())
            return self.noted(tree, shape, lambda i, j: by(e, array, place(i, j)))
        shape = form.shape[1], shape[1]
        return self.noted(tree, shape, lambda i, j: by(form.entry((), i), array, place((), j)))

    def derivative(self, tree, below, body):
        return self.partial(tree, body, below)

    def second(self, tree, order, above, first, second):
        self.first_order()
        e = Translate(self.program, self.env, self.shapes, inside=True).number_of(above)
        (x, _, at_x), (y, _, at_y) = self.variable(first), self.variable(second)
        inner = self.program.partial(e, y, at_y((), ()), held=(x,))
        outer = self.program.partial(inner, x, at_x((), ()))
        return self.noted(tree, ("1", "1"), lambda i, j: outer)

    def variable(self, tree):
        if tree.data != "apply":
            return self.cells(tree)
        array, shape, place = self.cells(tree.children[1])
        return array, ("1", flat(*shape)), lambda i, j: place(*split(j, shape))

    def first_order(self):
        if self.inside:
            raise Unknown("a derivative inside a derivative")

    def noted(self, tree, shape, entry):
        """The derivative, whose values are remembered: the check refuses one that is zero."""
        values = self.seen.setdefault(id(tree), [])

        def remembered(i, j):
            values.append(entry(i, j))
            return values[-1]

        return Form(shape, remembered)


def same(i, j):
    return times(*map(delta, i, j))


def either(equal, on, off):
    return add(times(equal, on), off, scale(times(equal, off), -1))

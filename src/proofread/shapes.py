"""Finds the shape of every expression, in named axes, and what each index ranges over.

Axes are names, not numbers: an H×K array does not fit a K×H one however large they are.
The shape ``()`` is a number; a 1×1 array is one too. An array written out on the page has
bare numbers for axes where more than one axis has that size; they fit each of these.
"""

from dataclasses import dataclass
from functools import cache
from math import prod

from lark import Token

from proofread.parse import Mistake, canonical, name

SIZES = ("N", "D", "H", "K")


class Misfit(Mistake):
    """Two shapes that do not go together, or a shape that is not what the page states."""


@dataclass(frozen=True)
class Reference:
    """A symbol as written: its array, whether n is written, and the indices of an entry."""

    symbol: object
    sample: bool
    entries: tuple


class Shapes:
    """Walks one statement. ``ranges`` maps each index letter to its axis."""

    def __init__(self, world, sizes, literals=None):
        self.world, self.sizes = world, world.sizes | sizes
        self.ranges, self.links = {}, []
        self.free, self.bound, self.summed = {}, [], set()
        self.axes_seen, self.dots = set(), set()
        self.literals = {} if literals is None else literals  # how each axis is stated
        self.derivatives, self.alive, self.resolved = {}, set(), {}

    def of(self, tree):
        shape = getattr(self, tree.data)(tree, *tree.children)
        self.axes_seen.update(part for axis in shape for part in axis.split("·"))
        return () if shape == ("1", "1") else shape

    # Symbols

    def reference(self, tree):
        """Resolve a symbol, and hold its subscripts to its shape."""
        found = self.resolve(tree)
        if found.symbol.per_sample:
            if not found.sample and "n" in self.bound:
                raise Mistake.on(tree, "inside the sum over n, name the sample: add the index n")
            self.index(Token("LETTER", "n"), "N", tree)
        return self.entry(found.symbol.shape, found.entries, tree)

    def resolve(self, tree):
        """The array behind a symbol as written, and its subscripts.

        Raises
        ------
        Mistake
            If the world does not declare it.
        """
        if id(tree) not in self.resolved:  # the tree is kept, so that no other gets its id
            self.resolved[id(tree)] = tree, self.look_up(tree)
        return self.resolved[id(tree)][1]

    def look_up(self, tree):
        base, subs = tree, []
        if tree.data == "indexed":
            base, subs = tree.children[0], list(tree.children[1].children)
        if base.data in ("gradient", "change"):
            base = base.children[0]
        if base.data != "symbol":
            raise Mistake.on(tree, "a symbol of the program is wanted here")
        label, symbols = name(base.children[0]), self.world.symbols
        if subs and isinstance(subs[0], Token) and f"{label}_{subs[0]}" in symbols:
            label = f"{label}_{subs.pop(0)}"
        if label not in symbols:
            numbered = subs and isinstance(subs[0], Token) and subs[0].isdigit()
            wanted = f"{label}_{subs[0]}" if numbered else label
            raise Mistake.on(tree, f"{wanted} is not declared in this world")
        sample = symbols[label].per_sample and bool(subs) and subs[0] == "n"
        return Reference(symbols[label], sample, tuple(subs[sample:]))

    def entry(self, shape, subs, tree):
        """Shape after subscripts, each of which ranges over its axis."""
        if not subs:
            return shape
        axes = [a for a in shape if a != "1"]
        if len(subs) != len(axes):
            wanted = "1 index" if len(axes) == 1 else f"{len(axes)} indices"
            raise Mistake.on(tree, f"{show(shape)} takes {wanted} here, got {len(subs)}")
        for sub, axis in zip(subs, axes):
            self.index(sub, axis, tree)
        return ()

    def index(self, token, axis, tree):
        if not isinstance(token, Token):
            raise Mistake.on(tree, "a stated shape is not an index")
        if token.isdigit():
            size = size_of(axis, self.sizes)
            if size is None:
                raise Mistake.on(tree, f"index {token} needs a world in which {axis} is fixed")
            if not 1 <= int(token) <= size:
                raise Mistake.on(tree, f"index {token} is outside 1…{axis} = 1…{size}")
            return
        self.range(token, axis, tree)
        self.mention(token, tree)

    def letter(self, token, tree):
        """Hold an index to a small letter that means nothing else."""
        if not token.isalpha():
            raise Mistake.on(tree, f"{token} is not an index")
        if token.isupper() or token in self.world.symbols:
            raise Mistake.on(tree, f"{token} is a symbol of this world and not an index")

    def mention(self, letter, tree):
        """Note an index outside a sum over it: the statement is for all its values."""
        self.letter(letter, tree)
        if letter in self.bound:
            return
        if letter in self.summed:
            raise Mistake.on(tree, f"index {letter} is summed and free in one statement")
        self.free[str(letter)] = None

    def range(self, letter, axis, tree):
        known = self.ranges.get(str(letter), axis)
        self.axes_seen.update(axis.split("·"))
        if (common := self.common_axis(known, axis)) is None:
            raise Misfit.on(tree, f"index {letter} ranges over {known} elsewhere, over {axis} here")
        self.ranges[str(letter)] = common

    def settle(self, tree):
        """Carry ranges over δᵢⱼ and i ≠ j to the indices that occur nowhere else."""
        for _ in self.links:
            for i, j in self.links:
                for known, other in ((i, j), (j, i)):
                    if known in self.ranges:
                        self.range(other, self.ranges[known], tree)
        for letter in (*self.free, *self.summed):
            if letter not in self.ranges:
                raise Mistake.on(tree, f"cannot tell what index {letter} ranges over")

    def pair(self, i, j, tree):
        """Two letters that range over the same axis, whichever it is."""
        if i.isdigit() or j.isdigit():
            raise Mistake.on(tree, "compare letters, not numbers")
        if i == j:
            raise Mistake.on(tree, f"{i} is compared with itself")
        self.links.append((str(i), str(j)))
        self.mention(i, tree)
        self.mention(j, tree)

    def symbol(self, tree, token):
        if name(token) == r"\mathbf 1":
            return self.world_ones()
        if token == "I":
            raise Mistake.on(tree, "say how large the identity is: I_K")
        if token in SIZES:
            self.axes_seen.add(str(token))
            return ()
        return self.reference(tree)

    def world_ones(self):
        return tuple(self.world.ones.split("×"))

    def indexed(self, tree, base, sub):
        if base.data == "group":
            return self.entry(self.of(base), sub.children, tree)
        if base.data == "symbol":
            token, subs = base.children[0], list(sub.children)
            if token == r"\delta":
                if len(subs) != 2:
                    raise Mistake.on(tree, "δ takes two indices")
                self.pair(*subs, tree)
                return ()
            if name(token) == r"\mathbf 1" and self.is_shape(subs):
                return self.stated_shape(subs[0])
            if name(token) == r"\mathbf 1" or token == "I":
                if len(subs) != 1 or self.is_shape(subs):
                    raise Mistake.on(tree, "one size is wanted here")
                size = self.axis(subs[0])
                return (size, size if token == "I" else "1")
        return self.reference(tree)

    def gradient(self, tree, symbol):
        return self.reference(tree)

    change = gradient

    @staticmethod
    def is_shape(subs):
        return len(subs) == 1 and not isinstance(subs[0], Token)

    # Arithmetic

    def number(self, tree, token):
        return ()

    def group(self, tree, inside):
        return self.of(inside)

    def negative(self, tree, term):
        return self.of(term)

    def plus(self, tree, left, right):
        return self.equal(tree, left, right, "sum of")

    def minus(self, tree, left, right):
        return self.equal(tree, left, right, "difference of")

    def odot(self, tree, left, right):
        return self.equal(tree, left, right, "elementwise product of")

    def oslash(self, tree, left, right):
        return self.equal(tree, left, right, "elementwise quotient of")

    def equal(self, tree, left, right, what):
        a, b = self.of(left), self.of(right)
        if (shape := self.common(a, b)) is None:
            raise Misfit.on(tree, f"{what} {show(a)} and {show(b)}: the shapes differ")
        return shape

    def common(self, a, b):
        """The shape that two shapes agree on, or None."""
        axes = tuple(self.common_axis(p, q) for p, q in zip(a, b))
        return axes if len(a) == len(b) and None not in axes else None

    def common_axis(self, a, b):
        for axis, other in ((a, b), (b, a)):
            if axis == other or (other.isdigit() and self.sizes.get(axis) == int(other)):
                return axis
        return None

    def otimes(self, tree, left, right):
        a, b = self.of(left), self.of(right)
        if not a or not b:
            raise Misfit.on(
                tree, f"Kronecker product of {show(a)} and {show(b)}: arrays are wanted"
            )
        return tuple(flat(p, q) for p, q in zip(a, b))

    def times(self, tree, left, right):
        if left.data == "number" and right.data == "over":
            if {side.data for side in right.children} == {"number"}:
                raise Mistake.on(tree, "this reads as a mixed number")
        a, b = self.of(left), self.of(right)
        if id(left) in self.dots:  # a row times a column goes on as 1×1, unless bracketed
            a = ("1", "1") if b else a
            self.dots.update(() if b else {id(tree)})
        if not a or not b:
            return a or b
        if self.common_axis(a[1], b[0]) is None:
            raise Misfit.on(
                tree,
                f"product of {show(a)} and {show(b)}: inner dimensions {a[1]} and {b[0]} differ",
            )
        if a[0] == b[1] == "1":
            self.dots.add(id(tree))
        return a[0], b[1]

    def over(self, tree, above, below):
        shape, divisor = self.of(above), self.of(below)
        if divisor:
            raise Misfit.on(below, f"division by an array of shape {show(divisor)}")
        if "gradient" in (below.data, getattr(below.children[0], "data", "")):
            raise Mistake.on(below, "division by a gradient: for a derivative write \\partial")
        return shape

    def raised(self, tree, base, sup):
        shape = self.of(base)
        if sup.data == "transpose":
            if not shape:
                raise Misfit.on(tree, "the transpose of a number: bracket what is transposed")
            return shape[::-1]
        if shape:
            raise Misfit.on(tree, f"power of an array of shape {show(shape)}")
        if not sup.children[0].isdigit():
            raise Mistake.on(tree, "a power is a whole number")
        return ()

    def indexed_raised(self, tree, base, sub, sup):
        return self.raised(tree, indexed(tree), sup)

    def exponential(self, tree, exponent):
        return self.elementwise(tree, self.of(exponent), "the exponential")

    def elementwise(self, tree, shape, what):
        if len(set(shape)) < len(shape):
            raise Misfit.on(tree, f"{what} of {show(shape)}: of the matrix, or of each entry?")
        return shape

    def apply(self, tree, function, argument):
        shape = self.of(argument)
        match function_name(function):
            case "rank":
                return ()
            case "vec":
                if len(shape) != 2:
                    raise Misfit.on(tree, f"vec of {show(shape)}: an array is wanted")
                return "1", flat(*shape)
            case "tr":
                if len(shape) != 2 or shape[0] != shape[1]:
                    raise Misfit.on(tree, f"trace of {show(shape)}: a square array is wanted")
                return ()
            case "softmax":
                if len(shape) != 2 or shape[1] == "1":
                    raise Misfit.on(tree, f"softmax of {show(shape)}: rows are wanted")
                return shape
            case "diag":
                if len(shape) != 2 or "1" not in shape:
                    raise Misfit.on(tree, f"diag of {show(shape)}: a row or a column is wanted")
                size = shape[1] if shape[0] == "1" else shape[0]
                return size, size
            case word:
                return self.elementwise(tree, shape, f"the {word}")

    # Sums, cases, matrices

    def sum(self, tree, letter, *rest):
        body = rest[-1]
        if len(rest) == 3:
            first, last = rest[:2]
            if first != "1":
                raise Mistake.on(first, "sums start at 1")
            if last == "1":
                raise Mistake.on(last, "this sum has one term")
            self.range(letter, self.axis(last), last)
        return self.scoped(tree, letter, body)

    def sum_except(self, tree, letter, other, body):
        self.links.append((str(letter), str(other)))
        self.mention(other, tree)
        return self.scoped(tree, letter, body)

    def scoped(self, tree, letter, body):
        self.letter(letter, tree)
        if letter in self.bound or letter in self.free:
            raise Mistake.on(tree, f"index {letter} is summed and free in one statement")
        self.bound.append(str(letter))
        self.summed.add(str(letter))
        shape = self.of(body)
        self.bound.pop()
        return shape

    def condition(self, condition):
        self.pair(*condition.children, condition)

    def cases(self, tree, *cases):
        shapes = []
        for case in cases:
            self.condition(case.children[1])
            shapes.append(self.of(case.children[0]))
        if any(self.common(shape, shapes[0]) is None for shape in shapes):
            raise Misfit.on(tree, "the cases differ in shape: " + ", ".join(map(show, shapes)))
        return shapes[0]

    def matrix(self, tree, *rows):
        widths = {len(row.children) for row in rows}
        if len(widths) > 1:
            raise Misfit.on(tree, "the rows of the matrix differ in length")
        for entry in (e for row in rows for e in row.children):
            if self.of(entry):
                raise Misfit.on(entry, "an entry of a matrix is a number")
        return self.literal(len(rows), tree), self.literal(widths.pop(), tree)

    def dotted(self, tree, *corners):
        for corner in dict.fromkeys(dots(tree)):
            self.bound += ("row", "column")
            for index in ("row", "column"):
                self.range(index, last_size(tree), tree)
            if self.of(corner):
                raise Misfit.on(tree, "an entry of a matrix is a number")
            del self.bound[-2:]
        size = last_size(tree)
        return (size, size) if len(corners) == 4 else ("1", size)

    def literal(self, size, tree):
        fixed = [axis for axis, n in self.sizes.items() if n == size]
        if size == 1:
            return "1"
        if not fixed:
            raise Mistake.on(tree, f"no axis is fixed at {size} in this world")
        return fixed[0] if len(fixed) == 1 else str(size)

    # Derivatives

    def partial(self, tree, above, below):
        variable = self.variable(below)
        shape = self.of(above)
        if not shape:
            return variable
        if not variable or shape[0] != "1" or variable[0] != "1":
            raise Misfit.on(
                tree,
                f"derivative of {show(shape)} by {show(variable)}: "
                "a Jacobian is of a row by a row; write other derivatives by entries",
            )
        return shape[1], variable[1]

    def derivative(self, tree, below, body):
        return self.partial(tree, body, below)

    def second(self, tree, power, above, first, second):
        if power != "2":
            raise Mistake.on(tree, "only second derivatives: \\partial^2")
        if self.of(above) or self.variable(first) or self.variable(second):
            raise Misfit.on(tree, "a second derivative is of a number by two numbers")
        return ()

    def variable(self, tree):
        if tree.data == "apply" and function_name(tree.children[0]) == "vec":
            self.variable(tree.children[1])
            return self.of(tree)
        if tree.data not in ("symbol", "indexed"):
            raise Mistake.on(tree, "differentiate by a symbol of the program")
        shape = self.reference(tree)
        return () if shape == ("1", "1") else shape

    # Stated shapes

    def stated(self, tree, body, shape):
        found = self.of(body)
        self.belongs(found, shape, tree)
        return found

    def belongs(self, found, shape, tree):
        stated = [s if isinstance(s, Token) else flat(*s.children) for s in shape.children]
        actual = found or ("1", "1")
        if not all(map(self.may_be, stated, actual)):
            raise Misfit.on(shape, f"stated as {'×'.join(stated)}, but it is {show(actual)}")
        for said, axis in zip(stated, actual):
            if said == axis and axis in self.world.sizes:
                raise Misfit.on(shape, f"{axis} is {self.world.sizes[axis]} here: state the number")
            if said != (before := self.literals.setdefault(axis, said)):
                raise Misfit.on(shape, f"{axis} is stated as {said} here, as {before} before")

    def may_be(self, stated, axis):
        if axis == "1" or stated == "1":
            return stated == axis or self.sizes.get(axis) == 1
        known = axis not in self.sizes and axis in self.world.aliases.get(stated, "")
        return known or self.common_axis(stated, axis) is not None

    def stated_shape(self, shape):
        return tuple(map(self.axis, shape.children))

    def axis(self, token):
        if not isinstance(token, Token):
            return flat(*map(self.axis, token.children))
        if token == "1" or token in SIZES:
            return str(token)
        fixed = [axis for axis, n in self.sizes.items() if str(n) == token]
        if not fixed:
            raise Mistake.on(token, f"{token} is not a size of this world")
        return fixed[0] if len(fixed) == 1 else str(token)


def flat(rows, columns):
    """The axis of a flattened array; row-major, so ``H·K`` is not ``K·H``."""
    return "·".join(a for a in (rows, columns) if a != "1") or "1"


@cache
def dots(tree):
    """What a matrix with dots has at (row, column): on the diagonal, and off it.

    The corners tell: 1 in a subscript stands for the first row or column, a size for the last.
    """
    size, corners = last_size(tree), tree.children
    if len(corners) == 2:
        first, last = corners
        return (agree(tree, renamed(first, {"1": "column"}), renamed(last, {size: "column"})),)
    top, right, left, bottom = corners
    on = agree(tree, renamed(top, {"1": "row"}), renamed(bottom, {size: "row"}))
    off = {"1": "row", size: "column"}, {"1": "column", size: "row"}
    return on, agree(tree, *map(renamed, (right, left), off))


def last_size(tree):
    """The size that stands in the subscripts of a matrix with dots."""
    subs = [token for sub in tree.find_data("sub") for token in sub.children]
    found = sorted({str(token) for token in subs} & set(SIZES))
    if len(found) != 1:
        raise Mistake.on(tree, "cannot tell how far the dots go: end them at one size")
    return found[0]


def agree(tree, one, other):
    if canonical(one) != canonical(other):
        raise Mistake.on(tree, "the corners do not follow one pattern")
    return one


def renamed(tree, names):
    """The tree with other names for some of its indices."""
    children = []
    for child in tree.children:
        if isinstance(child, Token):
            new = names.get(str(child), str(child)) if tree.data == "sub" else str(child)
            children.append(Token.new_borrow_pos(child.type, new, child))
        else:
            children.append(renamed(child, names))
    return type(tree)(tree.data, children, tree.meta)


def size_of(axis, sizes):
    """The number of entries along an axis, or None where `sizes` does not tell."""
    parts = [int(part) if part.isdigit() else sizes.get(part) for part in axis.split("·")]
    return None if None in parts else prod(parts)


def function_name(token):
    """``softmax`` for ``\\operatorname{softmax}``, ``log`` for ``\\log``."""
    return token.strip("\\}").rpartition("{")[2]


def indexed(tree):
    """``W_2^\\top`` without its superscript; always the same tree."""
    if not hasattr(tree, "indexed"):
        tree.indexed = type(tree)("indexed", tree.children[:2], tree.meta)
    return tree.indexed


def show(shape):
    return "×".join(shape) if shape else "a number"


def is_zero(tree):
    return canonical(tree) == ("number", "0")

"""Single edits of a display's LaTeX, each a slip that authors make.

A mutant is killed if the checks refuse it. One that no check refuses is either a true
statement, and then stands in the reviewed list of equivalents, or a hole in the checks.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from lark import Token, Tree

from proofread.check import statements
from proofread.parse import Mistake, canonical, name, parse, span
from proofread.shapes import SIZES, Shapes, function_name, is_zero


@dataclass(frozen=True)
class Mutant:
    """One edit: what kind of slip it is, and the LaTeX after it."""

    operator: str
    latex: str
    at: int

    @property
    def line(self):
        """The line of the display that was edited, as it reads after the edit."""
        start = self.latex.rfind("\n", 0, self.at) + 1
        end = self.latex.find("\n", self.at)
        return " ".join(self.latex[start : end if end >= 0 else None].split())


def mutants(display, world):
    """All mutants of a display that parse and are not the same statement in other order."""
    latex = display.latex
    meant, seen = meaning(parse(latex)), {latex}
    for operator, start, end, new in edits(latex, world, display.sizes):
        mutated = latex[:start] + new + latex[end:]
        if mutated in seen:
            continue
        seen.add(mutated)
        try:
            if meaning(parse(mutated)) != meant:
                yield Mutant(operator, mutated, start)
        except Mistake:
            continue


def meaning(tree):
    """The tree free of layout and brackets, with the operands of + and ⊙ in one order.

    Stated shapes stay, for they are claims.
    """
    if isinstance(tree, Token):
        return name(tree)
    if tree.data == "group":
        return meaning(tree.children[0])
    children = [meaning(child) for child in tree.children]
    if tree.data in ("plus", "odot"):
        children.sort(key=repr)
    return (str(tree.data), *children)


class Recorder(Shapes):
    """Remembers the shape of every expression it walks."""

    def __init__(self, world, sizes):
        super().__init__(world, sizes)
        self.seen = {}

    def of(self, tree):
        shape = self.seen[id(tree)] = super().of(tree)
        return shape


def edits(latex, world, sizes):
    """Every edit as (operator, start, end, new text)."""
    tree = parse(latex)
    shapes = {}
    for chain in statements(tree):
        recorder = Recorder(world, sizes)
        for side in (chain[0].left, *(step.right for step in chain)):
            recorder.of(side)
        shapes |= recorder.seen
        indices = sorted({*recorder.free, *recorder.summed})
        for step in chain:
            yield from first_sign(latex, step, recorder)
        walk = Walk(latex, world, shapes, indices)
        sides = {id(side): side for step in chain for side in (step.left, step.right)}
        for side in sides.values():
            yield from walk.of(side)
        for step in chain:
            yield from walk.relation(step)


def first_sign(latex, step, recorder):
    """A minus sign, and a 1/N, before the right side."""
    start, _ = span(step.right)
    if latex[start] != "-" and not is_zero(step.right):
        yield "sign", start, start, "-"
    one = step.assumption and canonical(step.assumption.children[0]) == ("symbol", "N")
    if "N" in recorder.world.axes and recorder.sizes.get("N") != 1 and not one:
        at = start + (latex[start] == "-")
        yield "1/N", at, at, r"\frac{1}{N}\,"


class Walk:
    """Visits every node of one side of a statement and yields the edits it allows."""

    def __init__(self, latex, world, shapes, indices):
        self.latex, self.world, self.shapes, self.indices = latex, world, shapes, indices

    def of(self, tree):
        if not isinstance(tree, Tree):
            return
        yield from getattr(self, tree.data, self.nothing)(tree)
        yield from self.transposed(tree)
        for child in tree.children:
            yield from self.of(child)

    def nothing(self, tree):
        return iter(())

    def text(self, tree):
        start, end = span(tree)
        return self.latex[start:end]

    def instead(self, operator, tree, new):
        return operator, *span(tree), new

    def is_array(self, tree):
        return bool(self.shapes.get(id(tree)))

    # Signs and terms

    def plus(self, tree):
        yield "sign", *self.sign(tree, "+"), "-"
        yield from self.either(tree, "term")

    def minus(self, tree):
        yield "sign", *self.sign(tree, "-"), "+"
        yield from self.either(tree, "term")

    def sign(self, tree, sign):
        at = self.latex.index(sign, span(tree.children[0])[1])
        return at, at + 1

    def negative(self, tree):
        start, _ = span(tree)
        yield "sign", start, start + 1, ""

    def either(self, tree, operator):
        for child in tree.children:
            yield self.instead(operator, tree, self.text(child))

    # Products

    def times(self, tree):
        left, right = tree.children
        neighbour = left.children[1] if left.data == "times" else left
        yield from self.either(tree, "factor")
        if self.is_array(neighbour) and self.is_array(right):
            (a, b), (c, d) = span(neighbour), span(right)
            swapped = f"{self.latex[c:d]} {self.latex[b:c].strip()} {self.latex[a:b]}"
            yield "order", a, d, swapped
            yield "product", b, c, r" \odot "

    def odot(self, tree):
        yield from self.either(tree, "factor")
        yield "product", *self.operator(tree), " "
        yield "product", *self.operator(tree), r" \oslash "

    def oslash(self, tree):
        yield from self.either(tree, "factor")
        yield "product", *self.operator(tree), r" \odot "

    def otimes(self, tree):
        left, right = tree.children
        yield from self.either(tree, "factor")
        yield "order", *span(tree), rf"{self.text(right)} \otimes {self.text(left)}"

    def operator(self, tree):
        left, right = tree.children
        at = self.latex.index("\\o", span(left)[1])
        return at, span(right)[0]

    def over(self, tree):
        above, below = tree.children
        yield self.instead("factor", tree, self.text(above))
        if canonical(above) != ("number", "1"):
            yield self.instead("factor", below, "1")
            yield self.instead("factor", above, "1")
        yield "order", *span(tree), rf"\frac{{{self.text(below)}}}{{{self.text(above)}}}"

    # Symbols

    def symbol(self, tree):
        token = tree.children[0]
        if token in SIZES:
            for size in SIZES:
                yield self.instead("size", tree, size)
        elif name(token) in self.world.symbols:
            yield from self.others(tree, name(token))

    def others(self, tree, label):
        symbol = self.world.symbols[label]
        for other, candidate in self.world.symbols.items():
            if other != label and candidate.shape == symbol.shape and "_" not in other:
                yield self.instead("symbol", tree, f"{other} ")

    def indexed(self, tree):
        yield from self.subscripts(*tree.children)

    def indexed_raised(self, tree):
        base, sub = tree.children[:2]
        yield from self.subscripts(base, sub)
        yield from self.raised(tree)

    def subscripts(self, base, sub):
        symbol = base.children[0] if base.data in ("gradient", "change") else base
        known = symbol.data == "symbol" and name(symbol.children[0])
        for token in sub.children:
            if not isinstance(token, Token):
                continue
            label = f"{known}_{token}"
            if label in self.world.symbols:
                yield from self.layers(symbol, label, token)
            elif token.isdigit():
                yield self.instead("index", token, "2" if token == "1" else "1")
            elif token in self.indices:
                for other in self.indices:
                    yield self.instead("index", token, other)
            elif token in SIZES:
                for size in SIZES:
                    yield self.instead("size", token, size)

    def layers(self, base, label, token):
        """The same letter of another layer, and other symbols of the same shape."""
        letter = label.rpartition("_")[0]
        wanted = self.world.symbols[label].shape
        for other, candidate in self.world.symbols.items():
            stem, _, number = other.rpartition("_")
            if other == label or not number.isdigit():
                continue
            if stem == letter:
                yield self.instead("layer", token, number)
            elif candidate.shape == wanted and number == token:
                yield self.instead("symbol", base, stem)

    def gradient(self, tree, other=r"\Delta "):
        start, _ = span(tree)
        inner, _ = span(tree.children[0])
        yield "d", start, inner, ""
        yield "d", start, inner, other

    def change(self, tree):
        return self.gradient(tree, other="d")

    # Transposes and powers

    def raised(self, tree):
        sup = tree.children[-1]
        yield self.instead("transpose" if sup.data == "transpose" else "power", sup, "")
        if sup.data == "power":
            yield self.instead("power", sup, "^3" if sup.children[0] == "2" else "^2")

    def transposed(self, tree):
        """Added to whatever is an array and may carry a superscript."""
        named = tree.data in ("symbol", "gradient", "change", "indexed", "group")
        identity = tree.data == "indexed" and canonical(tree.children[0]) == ("symbol", "I")
        if named and self.is_array(tree) and not identity:
            yield "transpose", span(tree)[1], span(tree)[1], r"^\top"

    def exponential(self, tree):
        exponent = tree.children[0]
        yield self.instead("sign", exponent, f"-({self.text(exponent)})")

    # Functions and numbers

    def apply(self, tree):
        function, argument = tree.children
        yield self.instead("function", tree, f"({self.text(argument)})")
        for other in {"tanh", "log", "exp"} - {function_name(function)}:
            yield self.instead("function", function, rf"\{other} ")

    def number(self, tree):
        token = tree.children[0]
        if token.isdigit():
            yield self.instead("number", token, str(int(token) + 1))

    # Sums, cases, matrices

    def sum(self, tree):
        body = tree.children[-1]
        yield self.instead("sum", tree, self.text(body))
        if len(tree.children) == 4:
            for size in SIZES:
                yield self.instead("size", tree.children[2], size)

    def sum_except(self, tree):
        letter, _, body = tree.children
        yield self.instead("sum", tree, rf"\sum_{letter} {self.text(body)}")
        yield self.instead("sum", tree, self.text(body))

    def cases(self, tree):
        for case in tree.children:
            yield from self.condition(case.children[1])

    def condition(self, condition):
        left, right = condition.children
        sign = " = " if condition.data == "different" else r" \ne "
        yield "condition", span(left)[1], span(right)[0], sign

    def matrix(self, tree):
        for row in tree.children:
            for a, b in pairwise(row.children):
                (p, q), (r, s) = span(a), span(b)
                yield "order", p, s, self.latex[r:s] + self.latex[q:r] + self.latex[p:q]

    # Derivatives

    def partial(self, tree):
        above, below = tree.children
        a, b = self.text(above), self.text(below)
        yield "order", *span(tree), rf"\frac{{\partial {b}}}{{\partial {a}}}"

    # Stated shapes and conditions

    def stated(self, tree):
        yield from self.shape(tree.children[1])

    def shape(self, shape):
        rows, columns = shape.children
        yield "shape", *span(shape), rf"{self.text(columns)}\times {self.text(rows)}"
        for axis in (rows, columns):
            for other in ("1", *SIZES):
                yield self.instead("shape", axis, other)

    def relation(self, step):
        if step.tree.data == "belongs":
            yield from self.shape(step.tree.children[0])
        for sign, other in ((r"\leq", r"\geq"), (r"\geq", r"\leq")):
            at = self.latex.find(sign, span(step.tree)[0], span(step.right)[0])
            if at >= 0:
                yield "bound", at, at + len(sign), other
        for reason in step.tree.children[1:]:
            if reason.data == "since":
                yield "hypothesis", *span(reason), ""
            if reason.data == "given":
                yield "condition", *span(reason), ""
                yield from self.condition(reason.children[0])


def survivors(book, display):
    """The mutants of one display that no check refuses, and how many there were."""
    world = book.world(display)
    alive, count = [], 0
    for mutant in mutants(display, world):
        count += 1
        if book.accepts(replace(display, latex=mutant.latex)):
            alive.append(mutant)
    return alive, count

"""Checks every display of the book: shapes, every ``=`` on its own, hypotheses, anchors."""

import zlib
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from proofread import displays
from proofread.compare import TOLERANCE, agree, both_sides
from proofread.evaluate import Evaluate, Point, assignments
from proofread.parse import Mistake, canonical, parse
from proofread.shapes import SIZES, Misfit, Shapes, is_zero, show
from proofread.twin import is_chain_rule, twin_of, untransposed
from proofread.worlds import WORLDS

DRAWS = 2
SCALES = (0.1, 1, 10)  # of the numbers at which a bound is tried
MANY = 20
NEAR = 0.1
UNCHECKED_SHARE = 0.05
RELATIONS = ("equals", "at_most", "at_least", "belongs")


@dataclass
class Step:
    """One relation of a chain: its two sides and what the page adds to it."""

    tree: object
    left: object
    right: object
    conditions: list
    assumption: object = None


@dataclass
class Report:
    """What was found out about one display."""

    display: displays.Display
    steps: int = 0
    sizes: list = field(default_factory=list)
    error: float = 0.0
    verdict: str = "holds"
    details: list = field(default_factory=list)
    rests_on: tuple = ()  # the arrays of the program whose definitions were executed


class Book:
    """All displays of the book, read once."""

    def __init__(self, root):
        self.displays, self.programs = {}, {}
        for path in displays.chapters(root):
            for display in displays.read(path, root):
                if display.label in self.displays:
                    first = self.displays[display.label]
                    raise ValueError(
                        f"{display.path}:{display.line}: {display.label} is taken: "
                        f"{first.path}:{first.line}"
                    )
                self.displays[display.label] = display

    def world(self, display):
        if display.world is None:
            raise Mistake("no '% world: …' stands before this display")
        if display.world not in WORLDS:
            raise Mistake(f"no world is called {display.world}; there are {', '.join(WORLDS)}")
        world = WORLDS[display.world]
        for axis, size in display.sizes.items():
            if axis not in SIZES or size < 2:
                raise Mistake(f"a world cannot have {axis} = {size}")
            if world.sizes.get(axis, size) != size:
                raise Mistake(f"this world has {axis} = {world.sizes[axis]}")
        return world

    def program(self, name):
        """The definitions of a world, executed from the displays that state them."""
        if name not in self.programs:
            self.programs[name] = self.read_program(name, WORLDS[name])
        return self.programs[name]

    def read_program(self, name, world):
        program = {}
        for array, (symbol, label) in world.definitions.items():
            worlds = name, world.extends or name
            if label not in self.displays or self.displays[label].world not in worlds:
                raise ValueError(f"world {name}: {symbol} wants a definition {label} in this world")
            display = self.displays[label]
            try:
                program[array] = definition(display, WORLDS[display.world], symbol)
            except Mistake as mistake:
                raise ValueError(display.complain(mistake)) from None
        return program

    def check(self, label):
        """Check one display.

        Raises
        ------
        ValueError
            Saying where and why, if it does not hold (or, refuted, if it does).
        """
        return self.checked(self.displays[label])

    def checked(self, display):
        """Check a display, whether or not it is the one that the book has under its label."""
        report = Report(display)
        if display.unchecked:
            report.verdict = f"unchecked: {display.unchecked}"
            return report
        try:
            Check(self, display, report).run()
        except Mistake as mistake:
            raise ValueError(display.complain(mistake)) from None
        return report

    def check_anchor(self, name, index):
        """Compare one function of `backprop` with the book's own expressions."""
        world = WORLDS[name]
        results, function, arguments = world.anchors[index]
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        for sizes in draw_sizes(rng, world.sizes):
            point = Point.random(world, self.program(name), sizes, rng)
            given = [whole(a, point) for a in arguments]
            found = function(*given)
            found = found if isinstance(found, tuple) else (found,)
            book = [whole(latex, point) for latex in results]
            wrong = [latex for latex, *both in zip(results, book, found) if not agree(*both)]
            if len(found) != len(results):
                wrong = results
            if wrong:
                said = f"{wrong[0]} of the book and {function.__name__}({', '.join(arguments)})"
                self.blame(name, wrong[0], f"{said} of the code differ")

    def blame(self, name, latex, why):
        """Point at the display that defines a symbol; at the world, if none does."""
        world = WORLDS[name]
        array = world.symbols[latex].array if latex in world.symbols else None
        if array not in world.definitions:
            raise ValueError(f"world {name}: {why}")
        raise ValueError(self.displays[world.definitions[array][1]].complain(Mistake(why)))

    def accepts(self, display):
        """Whether a display, put in the place of the one with its label, would pass all checks."""
        book = copy(self)
        book.displays = self.displays | {display.label: display}
        defined = [n for n, w in WORLDS.items() if display.label in w.made.values()]
        book.programs = {n: p for n, p in self.programs.items() if n not in defined}
        try:
            book.check(display.label)
            for name in defined:
                for index in range(len(WORLDS[name].anchors)):
                    book.check_anchor(name, index)
        except ValueError:
            return False
        return True

    def too_many_unchecked(self):
        unchecked = [d.label for d in self.displays.values() if d.unchecked]
        return unchecked if len(unchecked) > UNCHECKED_SHARE * len(self.displays) else []


@dataclass(frozen=True)
class Definition:
    """``left = right``, with the indices it is for all of and the display that states it."""

    left: object
    right: object
    shapes: Shapes
    display: displays.Display


class Check:
    """The checking of one display, from its LaTeX to a report."""

    def __init__(self, book, display, report):
        self.book, self.display, self.report = book, display, report
        self.world = book.world(display)
        self.rng = np.random.default_rng(zlib.crc32(display.label.encode()))
        self.drawn = {}

    def run(self):
        chains = statements(parse(self.display.latex))
        self.report.steps = sum(len(chain) for chain in chains)
        if self.display.refuted:
            return self.refute(chains)
        literals = {}
        for chain in chains:
            shapes = shapes_of(chain, self.world, self.display.sizes, literals)
            for step in chain:
                if step.tree.data == "equals":
                    self.execute(step, shapes)
                elif step.tree.data != "belongs":
                    self.bound(step, shapes)
            for key, tree in shapes.derivatives.items():
                if key not in shapes.alive:
                    raise Mistake.on(tree, "this derivative is zero, whatever the numbers")
        points = [p for points in self.drawn.values() for p in points]
        values = set().union(*(q.values for p in points for q in (p, *p.tilts.values())))
        self.report.rests_on = tuple(a for a in self.world.definitions if a in values)
        return None

    def execute(self, step, shapes):
        """The step holds at every draw; under a hypothesis, and then not without it."""
        for point in self.points(step.assumption):
            sides = both_sides(step, point, shapes)
            if not sides.error <= TOLERANCE:
                told = joined(f"the two sides differ{sides.where()}", sides.hint())
                raise Mistake.on(step.right, told)
            self.note(step, sides)
        if step.assumption is not None:
            for point in self.points(None):
                if both_sides(step, point, shapes).error <= TOLERANCE:
                    raise Mistake.on(step.assumption, "holds without this hypothesis as well")
        if is_chain_rule(step, shapes, self.book.program(self.display.world)):
            self.in_the_twin(step, shapes)

    def in_the_twin(self, step, shapes):
        """The step holds with other functions too, as the chain rule does."""
        for point in self.points(step.assumption, twin=True):
            sides = both_sides(step, point, shapes)
            if not sides.error <= TOLERANCE:
                told = "holds for these functions only, and not by the chain rule: with others"
                raise Mistake.on(step.right, f"{told} the two sides differ{sides.where()}")

    def bound(self, step, shapes):
        """The bound holds at every draw, and some draw comes near it."""
        sign, nearest = (1 if step.tree.data == "at_most" else -1), np.inf
        for point in (p for scale in SCALES for p in self.points(step.assumption, scale=scale)):
            sides = both_sides(step, point, shapes)
            gap = sides.gap(sign)
            if gap.min() < -TOLERANCE:
                raise Mistake.on(step.right, f"the bound does not hold{sides.where(-gap)}")
            nearest = min(nearest, gap.min())
            self.note(step, sides)
        if nearest > NEAR:
            raise Mistake.on(step.right, f"the two sides are never nearer than {nearest:.0%}")

    def refute(self, chains):
        if len(chains) != 1 or len(chains[0]) != 1:
            raise Mistake("a refuted display states one equation with one =")
        step = chains[0][0]
        right = self.book.displays.get(self.display.instead)
        if right is None or right.refuted or right.unchecked:
            raise Mistake(f"{self.display.instead} is no display that holds")
        if subject(step.left) not in [subject(c[0].left) for c in statements(parse(right.latex))]:
            raise Mistake.on(step.left, f"{right.label} is not about this")
        try:
            shapes = shapes_of(chains[0], self.world, self.display.sizes)
        except Misfit as misfit:
            if self.display.refuted != "shape":
                raise
            self.report.verdict = f"refuted: {misfit.message}"
            return
        if self.display.refuted == "shape":
            raise Mistake("refuted by shape, but every shape fits")
        for point in self.points(step.assumption):
            sides = both_sides(step, point, shapes)
            if sides.error <= 1e-3:
                why = f"stands refuted, but is true (error {sides.error:.1e})"
                raise Mistake.on(step.right, why)
            self.note(step, sides)
            self.report.verdict = "refuted" + joined(sides.where(), sides.hint())

    def note(self, step, sides):
        error = sides.error if step.tree.data == "equals" else 0.0
        self.report.error = max(self.report.error, error)
        if sides.sizes not in self.report.sizes:
            self.report.sizes.append(sides.sizes)
        self.report.details.append((step, sides.sizes, error))

    def points(self, assumption, twin=False, scale=None):
        """The draws of this display; all its steps share them."""
        bend = None if assumption is None else assumed(assumption, self.world)
        if (key := (id(bend), twin, scale)) not in self.drawn:
            fixed = self.world.sizes | self.display.sizes | (bend if isinstance(bend, dict) else {})
            world, program = self.world, self.book.program(self.display.world)
            if twin:
                world, program = twin_of(world, program)
            assume = bend if callable(bend) else None
            self.drawn[key] = [
                Point.random(world, program, sizes, self.rng, assume, scale or 1)
                for sizes in draw_sizes(self.rng, fixed, DRAWS if scale is None else MANY)
            ]
        return self.drawn[key]


def statements(tree):
    """The chains of a display: lists of steps, a row that begins with ``=`` going on."""
    chains, last = [], None
    for row in tree.children:
        for statement in row.children:
            parts = list(statement.children)
            if parts[0].data not in RELATIONS:
                last = parts.pop(0)
                chains.append([])
            elif last is None:
                raise Mistake.on(statement, "nothing stands before the first =")
            for part in parts:
                chains[-1].append(step_of(part, last))
                last = chains[-1][-1].right
    return chains


def step_of(tree, left):
    right, *reasons = tree.children
    if tree.data == "belongs":
        return Step(tree, left, left, [])
    since = [r for r in reasons if r.data == "since"]
    if len(since) > 1:
        raise Mistake.on(since[1], "one hypothesis a step")
    conditions = [r.children[0] for r in reasons if r.data == "given"]
    return Step(tree, left, right, conditions, since[0] if since else None)


def shapes_of(chain, world, sizes, literals=None):
    """The shapes of a chain, after every side was seen to fit the next."""
    shapes = Shapes(world, sizes, literals)
    seen = {id(chain[0].left): shapes.of(chain[0].left)}
    for step in chain:
        left = seen[id(step.left)]
        if step.tree.data == "belongs":
            shapes.belongs(left, step.tree.children[0], step.tree)
            continue
        right = seen[id(step.right)] = shapes.of(step.right)
        if shapes.common(left, right) is None and not is_zero(step.right):
            raise Misfit.on(
                step.right, f"the left side is {show(left)}, the right side {show(right)}"
            )
        sides = [canonical(step.left), canonical(step.right)]
        if sides[0] == sides[1]:
            raise Mistake.on(step.right, "the two sides are the same")
        if step.assumption and sides == [canonical(side) for side in step.assumption.children]:
            raise Mistake.on(step.assumption, "this supposes what it says")
        for condition in step.conditions:
            shapes.condition(condition)
    shapes.settle(chain[0].left)
    return shapes


def definition(display, world, symbol):
    """The first equation of a display, read as the definition of the symbol on its left."""
    step = statements(parse(display.latex))[0][0]
    left = step.left.children[0] if step.left.data == "stated" else step.left
    base = left.children[0] if left.data == "indexed" else left
    shapes = shapes_of([step], world, display.sizes)
    if base.data != "symbol" or shapes.resolve(left).symbol != world.symbols[symbol]:
        raise Mistake.on(left, f"this display is to define {symbol}")
    if step.conditions or step.assumption or step.tree.data != "equals":
        raise Mistake.on(step.tree, "a definition is an equation without conditions")
    return Definition(left, step.right, shapes, display)


def subject(tree):
    """What an equation is about: its left side, whichever way round."""
    while tree.data in ("stated", "group"):
        tree = tree.children[0]
    return canonical(untransposed(tree))


def assumed(since, world):
    """How to draw numbers that keep a hypothesis.

    Raises
    ------
    Mistake
        If the world knows no such hypothesis.
    """
    wanted = tuple(canonical(side) for side in since.children)
    for latex, bend in world.assumptions.items():
        step = statements(parse(latex))[0][0]
        if wanted == (canonical(step.left), canonical(step.right)):
            return bend
    known = "; ".join(world.assumptions) or "none"
    raise Mistake.on(since, f"this world knows no such hypothesis; it knows: {known}")


def whole(latex, point):
    """The real value of one expression; per-sample ones are stacked, one row a sample."""
    tree = parse(latex, "expr")
    shapes = Shapes(point.world, {})
    shapes.of(tree)
    values = [
        Evaluate(point, env, shapes).of(tree).real for env in assignments(shapes, point.sizes)
    ]
    return np.vstack(values) if shapes.free else values[0]


def joined(*parts):
    return "; ".join(part for part in parts if part)


def draw_sizes(rng, fixed, draws=DRAWS):
    """Pairwise different sizes, at least 3; no size keeps its value from draw to draw."""
    free = [s for s in SIZES if s not in fixed]
    pool = rng.permutation([n for n in range(3, 8) if n not in fixed.values()])
    for turn in range(draws):
        drawn = fixed | {s: int(n) for s, n in zip(free, np.roll(pool, turn))}
        yield {s: drawn[s] for s in SIZES}

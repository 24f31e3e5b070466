"""Proves equations of the book for symbolic sizes, from the same trees that are executed.

Each side of a step becomes the expression for its entry (i, j); see `translate`. Their
difference is brought to one form (see `index_form`), with ever more symbols of the program
replaced by their definitions, until nothing is left of it. What is not proved equal counts
as different.
"""

from dataclasses import dataclass
from functools import partial

from proofread.check import assumed, shapes_of, statements
from proofread.index_form import Unknown, atom, free, number, opened, rewritten, sum_over
from proofread.parse import Mistake, parse
from proofread.shapes import is_zero
from proofread.translate import Program, Translate, changed, minus
from proofread.twin import is_chain_rule, twin_of


@dataclass(frozen=True)
class Verdict:
    """``verified``, ``not expressible`` or ``undecided``, and why."""

    verdict: str
    reason: str = ""


def verify_all(book):
    """The verdict on every display of the book, by label."""
    return {label: verify(book, display) for label, display in book.displays.items()}


def verify(book, display):
    """Prove every ``=`` of a display, or say why that cannot be done."""
    if display.unchecked:
        return Verdict("not expressible", f"unchecked: {display.unchecked}")
    try:
        world = book.world(display)
        chains, literals = statements(parse(display.latex)), {}
        if all(step.tree.data == "belongs" for chain in chains for step in chain):
            raise Unknown("no equation")
        for chain in chains:
            shapes = shapes_of(chain, world, display.sizes, literals)
            Proof(world, book.program(display.world), display.sizes, shapes).of(chain)
    except Unknown as unknown:
        return Verdict("not expressible", str(unknown))
    except RecursionError:
        return Verdict("not expressible", "nested too deeply")
    except (Undecided, Mistake) as mistake:
        return Verdict("undecided", str(mistake))
    return Verdict("verified")


class Undecided(Exception):
    """A step that is not proved, and may be false."""


class Proof:
    """The proof of one chain of equations."""

    def __init__(self, world, definitions, sizes, shapes):
        self.world, self.definitions, self.shapes = world, definitions, shapes
        self.sizes = world.sizes | sizes
        self.programs = {}
        self.derivatives = {}  # whether each of them is anything but zero

    def of(self, chain):
        for place, step in enumerate(chain, 1):
            if step.tree.data == "belongs":
                continue
            if step.tree.data != "equals":
                raise Unknown("a bound")
            if not self.holds(step, step.assumption):
                raise Undecided(f"step {place} is not proved")
            if step.assumption is not None and self.holds(step, None):
                raise Undecided(f"step {place} holds without its hypothesis as well")
            if is_chain_rule(step, self.shapes, self.definitions):
                if not self.holds(step, step.assumption, twin=True):
                    raise Undecided(f"step {place} is not proved by the chain rule alone")
        if not all(self.derivatives.values()):
            raise Undecided("a derivative is zero")

    def holds(self, step, assumption, twin=False):
        """Whether a step is proved for all its indices and all entries of its sides."""
        bend = None if assumption is None else assumed(assumption, self.world)
        sizes = self.sizes | (bend if isinstance(bend, dict) else {})
        program = self.program(sizes, twin)
        rules = [normalised(program, self.shapes, assumption)] if callable(bend) else []
        places = 0
        for env in program.places(self.shapes):
            met = conditions(step.conditions, env)
            if met is None:
                continue
            env, apart = met
            at = Translate(program, env, self.shapes)
            places += 1
            same = self.equal(step, at, [*apart, *rules])
            for key, values in at.seen.items():
                alive = any(changed(value, apart) for value in values)
                self.derivatives[key] = self.derivatives.get(key, False) or alive
            if not same:
                return False
        if not places:
            raise Undecided("no index meets the conditions")
        return True

    def program(self, sizes, twin):
        """The program at these sizes, or its twin; all steps share what is worked out of it."""
        key = twin, frozenset(sizes.items())
        if key not in self.programs:
            made = self.world, self.definitions
            self.programs[key] = Program(*(twin_of(*made) if twin else made), sizes)
        return self.programs[key]

    def equal(self, step, at, rules):
        left, right = at.of(step.left), at.of(step.right)
        program = at.program
        for rows in program.indices(left.shape[0], "row"):
            for columns in program.indices(left.shape[1], "column"):
                here = ((), ()) if is_zero(step.right) else (rows, columns)
                difference = minus(left.entry(rows, columns), right.entry(*here))
                if not program.vanishes(difference, rules):
                    return False
        return True


# What a condition or a hypothesis does to an expression


def conditions(given, env):
    """The indices as the conditions want them, and what is left to use; None if one fails."""
    apart = []
    for condition in given:
        i, j = (env[str(letter)] for letter in condition.children)
        same = condition.data == "same"
        if i.isdigit() and j.isdigit():
            if (i == j) != same:
                return None
        elif same:
            env = {letter: i if index == j else index for letter, index in env.items()}
        else:
            apart.append(partial(without_delta, ("delta", *sorted((i, j)))))
    return env, apart


def without_delta(gone, a):
    """Zero, for the delta of two indices that differ."""
    return {} if a == gone else None


def normalised(program, shapes, assumption):
    """What a hypothesis Σₖ yₖ = 1 does to a sum in which nothing but yₖ depends on k."""
    left, right = map(Translate(program, {"n": "n"}, shapes).number_of, assumption.children)
    ((total, _),) = next(iter(left)) if len(left) == 1 else ((("",), 0),)
    if right != number(1) or left != atom(*total) or total[0] != "sum" or len(total[2]) != 1:
        raise Unknown("a hypothesis of another form than a sum that is 1")
    (((kind, label, *indices), p),) = total[2]
    if kind != "symbol" or p != 1 or indices[0] not in (("n", "#1.0"), ("#1.0",)):
        raise Unknown("a hypothesis on another sum than that of a row")
    return partial(without_total, label)


def without_total(label, a):
    """A sum without an index on which only one entry of the row depends; None if there is none."""
    if a[0] != "sum":
        return None
    inside, bound = opened(a)
    ((factors, c),) = inside.items()
    for i in bound:
        held = [(b, p) for b, p in factors if i in free(b)]
        if len(held) == 1 and is_entry(*held[0], label, i):
            rest = {tuple(f for f in factors if f not in held): c}
            left = {j: axis for j, axis in bound.items() if j != i}
            return rewritten(sum_over(rest, left), partial(without_total, label))
    return None


def is_entry(a, p, label, index):
    """Whether a factor is an entry of a row, with this index in the row."""
    named = a[:2] == ("symbol", label) and p == 1
    return named and a[2][-1] == index and index not in a[2][:-1]

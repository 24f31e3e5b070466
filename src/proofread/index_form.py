"""Exact algebra of indexed symbols: sums of products, in one form for what is equal.

An expression maps products to rational coefficients; a product is a sorted tuple of atoms with
their powers. The atoms are

- ``("symbol", name, indices)``, ``("delta", i, j)`` and ``("size", axis)``;
- ``("exp", e)``, ``("log", e)`` and ``("tanh", e)``, of a frozen expression;
- ``("sum", indices, product)``: a product summed over indices that hold its factors together;
- ``("plus", e)``: several terms, kept together only below a fraction bar and in a logarithm.

A sum that shares no summed index with the rest of its product is an atom of its own. So the
denominator of a softmax is one atom, and Σₖ exp(zₖ) divided by it cancels like any other.
An index is a string; digits are a fixed value. The summed indices of an atom have names that
count how deep it is nested, so that none of them is ever taken for one of another atom.
"""

from fractions import Fraction
from functools import lru_cache
from itertools import count, permutations, product
from math import factorial, gcd, lcm, prod

MOST_ORDERS = 5040  # of summed indices that are tried for the names of one sum


class Unknown(Exception):
    """Something that has no index form, or none that is known to be sound."""


FRESH = count()
remember = lru_cache(maxsize=1 << 16)


def fresh():
    """An index that nothing else is called."""
    return f"~{next(FRESH)}"


# Expressions


def number(value):
    return {(): Fraction(value)} if value else {}


def atom(*parts):
    return {Kept(((parts, 1),)): Fraction(1)}


def delta(i, j):
    if i == j or (i.isdigit() and j.isdigit()):
        return number(i == j)
    return atom("delta", *sorted((i, j)))


def add(*expressions):
    total = {}
    for expression in expressions:
        for factors, c in expression.items():
            total[factors] = total.get(factors, 0) + c
    return {factors: c for factors, c in total.items() if c}


def scale(expression, c):
    return {factors: c * d for factors, d in expression.items()} if c else {}


def times(*expressions):
    total, *rest = expressions or (number(1),)
    for e in rest:
        pairs = product(total.items(), e.items())
        total = add(*(scale(multiply(p + q), c * d) for (p, c), (q, d) in pairs))
    return total


def multiply(factors):
    """The product of atoms to powers; deltas rename indices, and brackets are multiplied out."""
    powers = {}
    for a, p in factors:
        powers[a] = 1 if a[0] == "delta" else powers.get(a, 0) + p
    powers = {a: p for a, p in powers.items() if p}
    for a in [a for a in powers if a[0] == "delta"]:
        rest = tuple((b, p) for b, p in powers.items() if b != a)
        if any(a[2] in free(b) for b, _ in rest):
            return times(atom(*a), reindexed({rest: Fraction(1)}, {a[2]: a[1]}))
    brackets = [(a, p) for a, p in powers.items() if a[0] == "plus" and p > 0]
    plain = {ordered((a, p) for a, p in powers.items() if (a, p) not in brackets): Fraction(1)}
    if not brackets:
        return plain
    return times(plain, *(dict(a[1]) for a, p in brackets for _ in range(p)))


@remember
def rank(part):
    return repr(part)


class Kept(tuple):
    """A tuple that keeps its hash: atoms are nested deeply, and looked up all the time."""

    def __hash__(self):
        if "hash" not in self.__dict__:
            self.hash = super().__hash__()
        return self.hash


def ordered(parts):
    return Kept(sorted(parts, key=rank))


def frozen(expression):
    return ordered(expression.items())  # so that it can be part of an atom


def power(expression, n):
    if n >= 0:
        return times(*[expression] * n)
    c, factors = factored(expression)
    return scale(multiply([(a, p * n) for a, p in factors]), c**n)


def factored(expression):
    """A coefficient, and factors with powers: common ones, and a sum if terms are left over."""
    if not expression:
        raise Unknown("division by zero, or its logarithm")
    if any(a[0] == "delta" for factors in expression for a, _ in factors):
        raise Unknown("division by a Kronecker delta, or its logarithm")
    terms = [dict(factors) for factors in expression]
    atoms = dict.fromkeys(a for term in terms for a in term)
    shared = [(a, min(term.get(a, 0) for term in terms)) for a in atoms]
    shared = [(a, p) for a, p in shared if p]
    cs = expression.values()
    if len(expression) == 1:
        return next(iter(cs)), shared
    if shared:
        c, more = factored(times(expression, {tuple((a, -p) for a, p in shared): Fraction(1)}))
        return c, shared + more
    c = Fraction(gcd(*(c.numerator for c in cs)), lcm(*(c.denominator for c in cs)))
    return c, [(("plus", frozen(scale(expression, 1 / c))), 1)]


# Functions


def exponential(expression):
    """e to a sum, as a product; e to the logarithm of something is that."""
    parts = []
    for factors, c in expression.items():
        logarithmic = len(factors) == 1 and factors[0][1] == 1 and factors[0][0][0] == "log"
        if logarithmic and c.denominator == 1:
            parts.append(power(dict(factors[0][0][1]), int(c)))
        else:
            unit = frozen({factors: Fraction(1, c.denominator)})
            parts.append(multiply([(("exp", unit), c.numerator)]))
    return times(*parts)


def logarithm(expression):
    """The logarithm of something positive: of each factor that is surely positive, and of the rest.

    What is left over is then positive as well.
    """
    c, factors = factored(expression)
    terms, rest = [log_number(abs(c))], []
    for a, p in factors:
        if a[0] == "exp":
            terms.append(scale(dict(a[1]), p))
        elif is_positive(a):
            inside = a[1] if a[0] == "plus" else frozen(atom(*a))
            terms.append(scale(atom("log", inside), p))
        else:
            rest.append((a, p))
    if rest or c < 0:
        terms.append(atom("log", frozen(scale(multiply(rest), 1 if c > 0 else -1))))
    return add(*terms)


def log_number(c):
    """The logarithm of a positive fraction, by the logarithms of primes."""
    terms, prime = [], 2
    top, bottom = c.numerator, c.denominator
    while top * bottom > 1:
        while top * bottom % prime == 0:
            sign = 1 if top % prime == 0 else -1
            top, bottom = (top // prime, bottom) if sign > 0 else (top, bottom // prime)
            terms.append(scale(atom("log", frozen(number(prime))), sign))
        prime += 1
    return add(*terms)


def tangent(expression):
    """tanh, as a number where e to its argument is one."""
    if not expression:
        return {}
    e = exponential(expression)
    if set(e) == {()}:
        return by_exponentials(expression)
    return atom("tanh", frozen(expression))


def by_exponentials(expression):
    up, down = exponential(expression), exponential(scale(expression, -1))
    return times(add(up, scale(down, -1)), power(add(up, down), -1))


@remember
def is_positive(a):
    """Whether an atom is positive whatever the symbols are; False if that is not plain."""
    match a[0]:
        case "exp" | "size":
            return True
        case "sum":
            return all(is_positive(b) for b, _ in a[2])
        case "plus":
            return positive(dict(a[1]))
        case "log":
            return set(dict(a[1])) == {()} and dict(a[1])[()] > 1
    return False


def positive(expression):
    atoms = (a for factors in expression for a, _ in factors)
    return bool(expression) and min(expression.values()) > 0 and all(map(is_positive, atoms))


# Sums


def sum_over(expression, bound):
    """The sum over indices, given with their axes as ``{index: axis}``."""
    return add(*(scale(summed(factors, bound), c) for factors, c in expression.items()))


def summed(factors, bound):
    """One product summed: deltas used up, sums inside opened, what is apart taken apart."""
    for at, (a, p) in enumerate(factors):
        rest = {factors[:at] + factors[at + 1 :]: Fraction(1)}
        held = free(a) & bound.keys()
        if a[0] == "delta" and held:
            gone = min(held)
            kept = a[1] if gone == a[2] else a[2]
            left = {i: axis for i, axis in bound.items() if i != gone}
            return sum_over(reindexed(rest, {gone: kept}), left)
        if a[0] == "sum" and p > 0 and held:
            inside, more = opened(a)
            again = multiply([(a, p - 1)])
            return sum_over(times(rest, again, inside), bound | more)
    below = {a for a, p in factors if a[0] == "sum" and p < 0}
    for i in bound if below else ():
        held = tuple(part for part in factors if i in free(part[0]))
        if held and (inner := named(held, {i: bound[i]})) in below:  # one sum over itself
            rest = multiply([*(part for part in factors if part not in held), (inner, 1)])
            return sum_over(rest, {j: axis for j, axis in bound.items() if j != i})
    apart, seen = [], frozenset()
    for used, group in together(factors, bound.keys()):
        axes = {i: bound[i] for i in used}
        apart += [(named(group, axes), 1)] if used else group
        seen |= used
    return multiply(apart + [(("size", axis), 1) for i, axis in bound.items() if i not in seen])


def together(factors, indices):
    """The factors in groups that share no summed index."""
    groups = []
    for a, p in factors:
        used = free(a) & indices
        joined = [g for g in groups if g[0] & used]
        groups = [g for g in groups if not g[0] & used]
        used = used.union(*(g[0] for g in joined))
        groups.append((used, (*(f for g in joined for f in g[1]), (a, p))))
    return groups


def named(factors, axes):
    """The atom for a sum: of all orders to number its indices in, the one that comes first."""
    level = 1 + max(depth(a) for a, _ in factors)
    found = []
    for order in orders(factors, axes):
        names = {old: f"#{level}.{m}" for m, old in enumerate(order)}
        renamed = reindexed({factors: Fraction(1)}, names)
        if list(renamed.values()) != [1]:
            raise Unknown("a sum whose terms change with the names of its indices")
        found.append(("sum", tuple((names[i], axes[i]) for i in order), next(iter(renamed))))
    return min(found, key=rank)


def orders(factors, axes):
    """The orders of indices to try: only those that look alike change places."""
    alike = {}
    for i, axis in axes.items():
        looks = sorted(look(a, p, i) for a, p in factors if i in free(a))
        alike.setdefault((axis, *looks), []).append(i)
    groups = [alike[looks] for looks in sorted(alike)]
    if prod(factorial(len(group)) for group in groups) > MOST_ORDERS:
        raise Unknown("a sum over too many indices that look alike")
    for chosen in product(*map(permutations, groups)):
        yield [i for group in chosen for i in group]


def look(a, p, index):
    """What a factor tells about an index whatever the names of the others."""
    named = sorted(symbols(((((a, 1),), 1),))) if a[0] != "symbol" else a[1:2]
    places = [m for m, i in enumerate(a[2]) if i == index] if a[0] == "symbol" else []
    return repr((a[0], named, places, p))


def opened(a):
    """The product inside a sum, with new indices, and these indices."""
    new = {i: fresh() for i, _ in a[1]}
    return reindexed({a[2]: Fraction(1)}, new), {new[i]: axis for i, axis in a[1]}


@remember
def free(a):
    """The indices that an atom depends on."""
    match a[0]:
        case "symbol":
            return frozenset(a[2])
        case "delta":
            return frozenset(a[1:])
        case "size":
            return frozenset()
        case "sum":
            return frozenset().union(*(free(b) for b, _ in a[2])) - {i for i, _ in a[1]}
    return frozenset().union(*(free(b) for factors, _ in a[1] for b, _ in factors))


@remember
def symbols(terms):
    """The names of the symbols in a frozen expression, or in products of it."""
    found = set()
    for factors, _ in terms:
        for a, _ in factors:
            match a[0]:
                case "symbol":
                    found.add(a[1])
                case "sum":
                    found |= symbols(((a[2], 1),))
                case "exp" | "log" | "tanh" | "plus":
                    found |= symbols(a[1])
    return frozenset(found)


@remember
def depth(a):
    """How many sums are nested in an atom."""
    match a[0]:
        case "symbol" | "delta" | "size":
            return 0
        case "sum":
            return 1 + max(depth(b) for b, _ in a[2])
    return max((depth(b) for factors, _ in a[1] for b, _ in factors), default=0)


# Rewriting and differentiation

FUNCTIONS = {"exp": exponential, "log": logarithm, "tanh": tangent, "plus": dict}


def rewritten(expression, change):
    """The expression anew, with ``change(atom)`` for each atom for which that is not None."""
    total = []
    for factors, c in expression.items():
        parts = (power(rewritten_atom(a, change), p) for a, p in factors)
        total.append(scale(times(*parts), c))
    return add(*total)


def rewritten_atom(a, change):
    if (new := change(a)) is not None:
        return new
    if a[0] in ("symbol", "delta", "size"):
        return atom(*a)
    if a[0] == "sum":
        inside, bound = opened(a)
        return sum_over(rewritten(inside, change), bound)
    return FUNCTIONS[a[0]](rewritten(dict(a[1]), change))


def reindexed(expression, names):
    """The expression with other names for indices that are free in it."""

    def change(a):
        if names.keys().isdisjoint(free(a)):
            return atom(*a)
        if a[0] == "symbol":
            return atom("symbol", a[1], tuple(names.get(i, i) for i in a[2]))
        return delta(*(names.get(i, i) for i in a[1:])) if a[0] == "delta" else None

    return rewritten(expression, change)


def derivative(expression, seed):
    """The derivative, where ``seed(symbol)`` is that of a symbol."""
    total = []
    for factors, c in expression.items():
        for at, (a, p) in enumerate(factors):
            rest = multiply([*factors[:at], *factors[at + 1 :], (a, p - 1)])
            total.append(scale(times(rest, derivative_of_atom(a, seed)), c * p))
    return add(*total)


def derivative_of_atom(a, seed):
    match a[0]:
        case "symbol":
            return seed(a)
        case "delta" | "size":
            return {}
        case "sum":
            inside, bound = opened(a)
            return sum_over(derivative(inside, seed), bound)
    inside = dict(a[1])
    outer = {
        "exp": lambda: atom(*a),
        "log": lambda: power(inside, -1),
        "tanh": lambda: add(number(1), {((a, 2),): Fraction(-1)}),
        "plus": lambda: number(1),
    }
    return times(outer[a[0]](), derivative(inside, seed))


def cleared(expression):
    """The expression times all sums below its fraction bars, until there are none."""
    for _ in range(6):
        below = {}
        for factors in expression:
            for a, p in factors:
                if a[0] == "plus":
                    below[a] = min(below.get(a, 0), p)
        if not below:
            break
        upside = tuple((a, -p) for a, p in below.items())
        expression = times(expression, {upside: Fraction(1)})
    return expression

"""The generic twin: the same network with arbitrary smooth functions in its place.

The chain rule holds for any functions. The real ones have accidents, such as a symmetric
Jacobian, that let a wrong chain pass; the twin has none.
"""

from dataclasses import replace

from lark import Token

from proofread.parse import Mistake
from proofread.shapes import function_name, indexed

DERIVED = {"gradient": "gradient", "change": "change"} | dict.fromkeys(
    ("partial", "derivative", "second"), "jacobian"
)
JOINS = ("times", "plus", "sum", "sum_except", "group", "stated", "raised", "indexed", "apply")


def is_chain_rule(step, shapes, program):
    """Whether a step joins derivatives of two kinds with each other, and with nothing else."""
    kinds = leaves(step.left, shapes, program) | leaves(step.right, shapes, program)
    return "other" not in kinds and len(kinds) > 1


def leaves(tree, shapes, program):
    """Which of gradient, change, jacobian and other an expression is made of."""
    tree = untransposed(tree)
    if symbol_of(tree) is not None:
        return {"jacobian" if is_jacobian(tree, shapes, program) else "other"}
    if tree.data in DERIVED:
        return {DERIVED[tree.data]}
    matrix_in = tree.data == "apply" and function_name(tree.children[0]) not in ("tr", "vec")
    if tree.data not in JOINS or matrix_in or tree.children[-1].data == "power":
        return {"other"}
    return set().union(*(leaves(child, shapes, program) for child in operands(tree)))


def operands(tree):
    """The expressions that an expression is made of; no index, no shape, no function name."""
    named = (child for child in tree.children if not isinstance(child, Token))
    return [child for child in named if child.data not in ("sub", "shape", "transpose", "power")]


def untransposed(tree):
    if tree.data == "raised" and tree.children[1].data == "transpose":
        return untransposed(tree.children[0])
    if tree.data == "indexed_raised" and tree.children[2].data == "transpose":
        return indexed(tree)
    return tree


def symbol_of(tree):
    """The token of a symbol as written, with or without subscripts; None for all else."""
    base = tree.children[0] if tree.data == "indexed" else tree
    return base.children[0] if not isinstance(base, Token) and base.data == "symbol" else None


def is_jacobian(tree, shapes, program):
    """Whether a symbol is defined as a derivative, as J is."""
    try:
        array = shapes.resolve(tree).symbol.array
    except Mistake:  # N, I, δ and 𝟏 are no symbols of the program
        return False
    return array in program and program[array].right.data == "partial"


def twin_of(world, program):
    """A world like this one in which every made symbol is a smooth function of what made it."""
    generic = {
        world.definitions[array][0]: sources(made)
        for array, made in program.items()
        if made.right.data != "partial" and sources(made)
    }
    kept = {symbol: label for symbol, label in world.made.items() if symbol not in generic}
    rest = {a: made for a, made in program.items() if world.definitions[a][0] in kept}
    return replace(world, made=kept, generic=world.generic | generic), rest


def sources(made):
    """The symbols from which a definition makes another."""
    found, waiting = {}, [made.right]
    while waiting:
        tree = untransposed(waiting.pop())
        if symbol_of(tree) is None:
            waiting += operands(tree)
            continue
        try:
            found[made.shapes.resolve(tree).symbol] = None
        except Mistake:
            continue
    return tuple(found)

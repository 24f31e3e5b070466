"""The symbols of an equation with their shapes, as its world declares them."""

from lark import Token

from proofread.parse import Mistake, name, parse
from proofread.shapes import SIZES, Shapes, show
from proofread.twin import symbol_of
from proofread.worlds import WORLDS

PREFIX = {"gradient": "d", "change": r"\Delta "}


def symbols(display):
    """Each symbol of a display in LaTeX, with its shape: ``{"W_2": "H×K"}``; sizes left out."""
    world = WORLDS.get(display.world)
    if world is None or display.unchecked:
        return {}
    found = {}
    shapes = Shapes(world, display.sizes)
    for tree in leaves(parse(display.latex)):
        prefix, base = "", tree.children[0] if tree.data.startswith("indexed") else tree
        if base.data in PREFIX:
            prefix, base = PREFIX[base.data], base.children[0]
        if base.data != "symbol" or base.children[0] in SIZES:
            continue
        latex, shape = spelled(tree, base, shapes)
        if latex:
            found.setdefault(prefix + latex, shape)
    return found


def leaves(tree):
    """The symbols of a tree, each with what is written on it."""
    if symbol_of(tree) or tree.data in PREFIX:
        yield tree
    elif tree.data.startswith("indexed") and tree.children[0].data in ("symbol", *PREFIX):
        yield tree
    elif tree.data != "sub":
        for child in tree.children:
            if not isinstance(child, Token):
                yield from leaves(child)


def spelled(tree, base, shapes):
    """A symbol without the indices of an entry, and its shape."""
    token = name(base.children[0])
    subs = "".join(tree.children[1].children) if is_sized(tree) else ""
    if token == r"\delta":
        return r"\delta_{ij}", "1×1"
    if token == r"\mathbf 1":
        return (rf"\mathbf 1_{subs}", f"{subs}×1") if subs else (token, shapes.world.ones)
    if token == "I":
        return f"I_{subs}", f"{subs}×{subs}"
    try:
        symbol = shapes.resolve(unraised(tree)).symbol
    except Mistake:
        return None, None
    written = next(one for one, known in shapes.world.symbols.items() if known == symbol)
    return written, show(symbol.shape)


def is_sized(tree):
    """Whether a subscript says how large 𝟏 or I is, and not which entry is meant."""
    if not tree.data.startswith("indexed"):
        return False
    return all(isinstance(one, Token) for one in tree.children[1].children)


def unraised(tree):
    """The tree without a transpose or a power on it."""
    return type(tree)("indexed", tree.children[:2]) if tree.data == "indexed_raised" else tree

"""LaTeX to a tree, by the strict grammar in ``grammar.lark``; what it cannot read is a mistake."""

import re
from functools import cache
from importlib.resources import files

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

GRAMMAR = (files("proofread") / "grammar.lark").read_text(encoding="utf-8")
COMMANDS = frozenset(
    word for group in re.findall(r"\\\\\(?([A-Za-z|]+)", GRAMMAR) for word in group.split("|")
)


class Mistake(Exception):
    """Something wrong in a display: what, and where in its LaTeX."""

    def __init__(self, message, at=0, to=None):
        super().__init__(message)
        self.message, self.at, self.to = message, at, at + 1 if to is None else to

    @classmethod
    def on(cls, tree, message):
        return cls(message, *span(tree))


@cache
def parser():
    # strict: any ambiguity or shadowed token in the notation is an error here, not a guess later
    options = {"parser": "lalr", "strict": True, "propagate_positions": True}
    return Lark(GRAMMAR, start=["display", "expr"], maybe_placeholders=False, **options)


def parse(latex, start="display"):
    """Return the tree of a display, or of one expression.

    Raises
    ------
    Mistake
        At the first command or sign that the grammar does not know or expect.
    """
    for word in re.finditer(r"\\([A-Za-z]+)", latex):
        if word[1] not in COMMANDS:
            raise Mistake(f"\\{word[1]} is not part of the notation", *word.span())
    if formula := re.search(r"\\text\s*\{[^{}]*[$\\=]", latex):
        raise Mistake("words hold no mathematics: it would not be executed", *formula.span())
    if digits := re.search(r"[_^]\s*\d[\d.]+", latex):  # TeX raises or lowers only the first
        raise Mistake("put braces around more than one digit", *digits.span())
    try:
        return parser().parse(latex, start=start)
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise Mistake("the display ends too early", len(latex.rstrip())) from None
        at = error.token.start_pos
        raise Mistake(f"unexpected {error.token}", at, at + len(error.token)) from None
    except UnexpectedCharacters as error:
        at = error.pos_in_stream
        raise Mistake(f"{latex[at]!r} is not part of the notation", at) from None
    except UnexpectedInput as error:  # pragma: no cover - the two above are all that Lark raises
        raise Mistake(str(error)) from None


def span(tree):
    """First and last character of a tree or token in its display."""
    if isinstance(tree, Token):
        return tree.start_pos, tree.end_pos
    return (0, None) if tree.meta.empty else (tree.meta.start_pos, tree.meta.end_pos)


def canonical(tree):
    """The tree as nested tuples, free of layout, brackets and stated shapes."""
    if isinstance(tree, Token):
        return name(tree)
    if tree.data in ("group", "stated"):
        return canonical(tree.children[0])
    return (str(tree.data), *(canonical(child) for child in tree.children))


def name(token):
    """A symbol or function as worlds spell it: ``\\hat y`` for ``\\hat{y}`` and ``\\hat  y``."""
    return spelled(str(token))


@cache
def spelled(text):
    return re.sub(r"\s*\{?(\w+)\}?$", r" \1", text) if re.search(r"[\s{]", text) else text

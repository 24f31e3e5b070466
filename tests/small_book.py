"""A book of one page in a world of few symbols, for the tests of `proofread`."""

from unittest.mock import patch

import numpy as np

import backprop as bp
from equation_cards import tags
from proofread.check import Book
from proofread.worlds import WORLDS, World


def _sums_to_one(draw):
    draw["w"] = draw["w"] / draw["w"].sum()


TINY = World(
    given={"v": "1×K", "w": "1×K", "x": "1×D", "W": "D×K", "M": "K×K", "B": "N×K", "g": "1×1"}
    | {"p": "1×K", "L": "1×1"},
    rows={"u": ("U", "K"), "s": ("S", "1")},
    made={"p": "eq-p"},
    generic={"L": "p"},
    aliases={"2": "DK", "500": "D", "10": "K"},
    assumptions={r"\sum_{k=1}^{K} w_k = 1": _sums_to_one, "K = 2": {"K": 2}},
    anchors=((["p"], bp.softmax, ["v"]), (["dv"], bp.softmax_vjp, ["dp", "p"])),
)

DEFINITION = r"p = \operatorname{softmax}(v)"
IDENTITY = """cff-version: 1.2.0
message: Cite it.
type: software
title: Small
authors:
  - name: Nobody
version: 1.0.0
date-released: 2026-01-02
license: CC-BY-4.0
url: https://small.example/
repository-code: https://code.small.example/
abstract: A small book.
preferred-citation:
  type: book
  title: Small
  authors:
    - name: Nobody
  year: 2026
  version: 1.0.0
  url: https://small.example/
"""
CONFIG = "parse:\n  myst_enable_extensions: [colon_fence, dollarmath]\n"


def write(root, page, toc="format: jb-book\nroot: book/page\n"):
    """Write a book of one page."""
    (root / "book").mkdir(exist_ok=True)
    (root / "book" / "page.md").write_text(page, encoding="utf-8")
    (root / "_toc.yml").write_text(toc, encoding="utf-8")
    (root / "_config.yml").write_text(CONFIG, encoding="utf-8")
    return root


def identify(root, changes="# Changes\n\n## 1.0.0, not yet released\n"):
    """Give a small book what names it, and its equations their tags."""
    (root / "tags").mkdir(exist_ok=True)
    (root / "tags" / "tags.txt").touch()
    (root / "tags" / "released.json").write_text("[]")
    (root / "evidence").mkdir(exist_ok=True)
    (root / "evidence" / "equations.json").write_text('{"equations": {}}')
    (root / "CHANGELOG.md").write_text(changes, encoding="utf-8")
    (root / "CITATION.cff").write_text(IDENTITY, encoding="utf-8")
    tags.main(root)
    return root


def display(latex, label="eq-it"):
    """A display in dollars; its LaTeX is line 2 of it."""
    return f"$$\n{latex}\n$$ ({label})\n\n"


def page(latex, sizes="", definition=DEFINITION):
    """A page that defines p; the LaTeX of ``eq-it`` is its line 8."""
    return f"% world: tiny{sizes}\n\n{display(definition, 'eq-p')}{display(latex)}"


def only(**worlds):
    """Let these be all the worlds there are."""
    return patch.dict(WORLDS, worlds, clear=True)


def check(root, latex, sizes="", definition=DEFINITION, world=TINY):
    """Check one display of a small book."""
    with only(tiny=world):
        return Book(write(root, page(latex, sizes, definition))).check("eq-it")


def complaint(root, latex, **more):
    """The whole message about one display that does not hold; empty, if it does."""
    try:
        check(root, latex, **more)
    except ValueError as error:
        return str(error)
    return ""


def pointed(column, message, line, caret):
    """The message that a display of `page` gets: where, what, and a caret under it."""
    return f"book/page.md:8:{column}: eq-it: {message}\n    {line}\n    {caret}"


def numbers(shape, seed=0):
    """Random numbers."""
    return np.random.default_rng(seed).standard_normal(shape)

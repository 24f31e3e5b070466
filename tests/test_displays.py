"""Finding the displays: none may stay unseen, however it is written."""

from dataclasses import replace
from pathlib import Path

import pytest

from proofread.displays import Display, chapters, read
from proofread.parse import Mistake
from small_book import CONFIG, write

FOUND = {
    "dollars": "$$\nL = 2\n$$ (eq-x)\n",
    "dollars on one line": "$$ L = 2 $$ (eq-x)\n",
    "directive": "```{math}\n:label: eq-x\nL = 2\n```\n",
    "directive in capitals": "```{MATH}\n:label: eq-x\nL = 2\n```\n",
    "tildes": "~~~{math}\n:label: eq-x\nL = 2\n~~~\n",
    "colons": ":::{math}\n:label: eq-x\nL = 2\n:::\n",
    "list": "- item\n\n  $$\n  L = 2\n  $$ (eq-x)\n",
    "quotation": "> $$\n> L = 2\n> $$ (eq-x)\n",
    "footnote": "text[^1]\n\n[^1]: note\n\n    $$\n    L = 2\n    $$ (eq-x)\n",
    "admonition": "```{admonition} Title\n$$\nL = 2\n$$ (eq-x)\n```\n",
    "figure": "```{figure} a.svg\n:alt: a\n\n$$\nL = 2\n$$ (eq-x)\n```\n",
    "two directives deep": "::::{note}\n:::{tip}\n:class: x\n\n```{math}\n:label: eq-x\nL = 2\n"
    "```\n:::\n::::\n",
    "directive in a list": "1. a\n\n   ```{dropdown} b\n   $$\n   L = 2\n   $$ (eq-x)\n   ```\n",
}

UNLABELLED = "every display carries a label"
BLANK = "a display needs a blank line before its $$"
BLOCK = "write the display in a labelled $$ block or {math} directive"

REFUSED = {
    "no label": ("$$\nL = 2\n$$\n", 3, UNLABELLED),
    "no label on the directive": ("```{math}\nL = 2\n```\n", 4, UNLABELLED),
    "a name for a label": ("```{math}\n:name: eq-x\nL = 2\n```\n", 5, UNLABELLED),
    "YAML options": ("```{math}\n---\nlabel: eq-x\n---\nL = 2\n```\n", 4, UNLABELLED),
    "no blank line": ("Text\n$$\nL = 2\n$$ (eq-x)\n", 3, BLANK),
    "in a paragraph": ("Text $$ L = 2 $$ text\n", 3, BLANK),
    "in a heading": ("## Title $$ L = 2 $$\n", 3, BLANK),
    "in a table": ("| a |\n|---|\n| $$ L = 2 $$ |\n", 5, BLANK),
    "in a list table": ("```{list-table}\n* - $$ L = 2 $$\n```\n", 4, UNLABELLED),
    "in a caption": ("```{figure} a.svg\nText $$ L = 2 $$\n```\n", 4, BLANK),
    "align": ("\\begin{align}\nL &= 2\n\\end{align}\n", 3, BLOCK),
    "brackets": ("Text \\[ L = 2 \\] text\n", 3, BLOCK),
    "HTML": ("<p>\n<math><mi>L</mi></math>\n</p>\n", 3, BLOCK),
    "HTML in text": ("Text <math><mi>L</mi></math>\n", 3, BLOCK),
    "dollars in HTML": ("<div>$$ L = 2 $$</div>\n", 3, BLOCK),
    "beside the directive": ("```{math} L = 2\n:label: eq-x\n```\n", 3,
                             "a display starts on a line of its own"),
    "in a title": ("```{note} Title $$ L = 2 $$\nText\n```\n", 3,
                   "a display starts on a line of its own"),
    "reStructuredText": ("```{eval-rst}\n.. math:: L = 2\n```\n", 3,
                         "eval-rst can hide equations; write MyST"),
    "another file": ("```{include} other.md\n```\n", 3, "include can hide equations; write MyST"),
    "raw": ("```{raw} html\n<math></math>\n```\n", 3, "raw can hide equations; write MyST"),
    "glue": ("```{glue:math} a\n```\n", 3, "glue:math can hide equations; write MyST"),
    "refuted how": ("```{refuted}\n:label: eq-x\nL = 2\n```\n", 5,
                    "refuted needs the option ':fails: value' or ':fails: shape'"),
    "refuted for what": ("```{refuted}\n:label: eq-x\n:fails: value\nL = 2\n```\n", 6,
                         "refuted needs ':instead: eq-…', the label of the right form"),
    "sizes": ("% world: tiny, K\n", 3, "write '% world: name' or '% world: name, K = 2'"),
    "unchecked why": ("% unchecked:\n", 3, "unchecked: why?"),
    "unchecked why, a line below": ("% world: tiny\n% unchecked:\n", 4, "unchecked: why?"),
    "unchecked what": ("% unchecked: a bound\n\nText\n", 3, "unchecked: no display follows"),
}  # fmt: skip


def displays(root, text):
    write(root, f"Text\n\n{text}")
    return read(root / "book" / "page.md", root)


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_a_display_is_found_wherever_it_stands(tmp_path, text):
    (found,) = displays(tmp_path, text)
    assert (found.label, found.latex.strip()) == ("eq-x", "L = 2")
    offset = found.latex.index("L")
    assert found.position(offset)[0] == 3 + text[: text.index("L = 2")].count("\n")


@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_what_could_hide_an_equation_is_refused(tmp_path, text, line, message):
    with pytest.raises(ValueError) as caught:
        displays(tmp_path, text)
    assert str(caught.value) == f"book/page.md:{line}: {message}"


def test_code_and_running_text_hold_no_displays(tmp_path):
    text = "`$$` and `\\[` and $\\begin{pmatrix} 1 \\end{pmatrix}$\n\n"
    text += "```{code-cell}\ntext = '$$ L = 2 $$'\n```\n\n```latex\n\\begin{align}\n```\n"
    assert displays(tmp_path, text) == []


def test_a_page_may_not_change_how_it_is_read(tmp_path):
    write(tmp_path, "---\nmyst:\n  enable_extensions: [amsmath]\n---\n\nText\n")
    with pytest.raises(ValueError) as caught:
        read(tmp_path / "book" / "page.md", tmp_path)
    told = "the front matter may not change how the page is read"
    assert str(caught.value) == f"book/page.md:1: {told}"


def test_amsmath_is_refused_where_the_book_enables_it(tmp_path):
    write(tmp_path, "Text\n\n\\begin{align}\nL &= 2\n\\end{align}\n")
    (tmp_path / "_config.yml").write_text(CONFIG.replace("dollarmath", "dollarmath, amsmath"))
    with pytest.raises(ValueError) as caught:
        read(tmp_path / "book" / "page.md", tmp_path)
    assert str(caught.value) == f"book/page.md:3: {BLOCK}"


def test_a_world_and_its_sizes_hold_until_the_next(tmp_path):
    one, two = "$$\nL = 1\n$$ (eq-one)\n\n", "$$\nL = 2\n$$ (eq-two)\n\n"
    three = "```{note}\n$$\nL = 3\n$$ (eq-three)\n```\n"
    text = f"{one}% world: tiny, K = 2, D = 3\n\n{two}% world : other\n\n{three}"
    said = [(d.world, d.sizes) for d in displays(tmp_path, text)]
    assert said == [(None, {}), ("tiny", {"K": 2, "D": 3}), ("other", {})]


def test_unchecked_holds_for_one_display(tmp_path):
    text = "% unchecked: a bound\n\n$$\nL = 1\n$$ (eq-one)\n\n$$\nL = 2\n$$ (eq-two)\n"
    assert [d.unchecked for d in displays(tmp_path, text)] == ["a bound", None]


def test_refuted_displays_say_how_they_fail(tmp_path):
    text = "```{refuted}\n:label: eq-x\n:fails: shape\n:instead: eq-y\nL = 1\n```\n"
    (found,) = displays(tmp_path, text)
    assert (found.refuted, found.instead) == ("shape", "eq-y")
    assert (found.latex, found.line) == ("L = 1\n", 7)


@pytest.mark.parametrize(
    ("latex", "place", "told"),
    [
        ("v = w", (0, 1), "7:3: eq-x: no\n    v = w\n    ^"),
        ("v = w", (4, None), "7:7: eq-x: no\n    v = w\n        ^"),
        (
            "\n  v = w\n  = x\n",
            (0, 1),
            "8:3: eq-x: no\n    v = w\n    ^",
        ),  # the first that is shown
        ("\n  v = w\n  = x\n", (11, 14), "9:3: eq-x: no\n    = x\n    ^^^"),
        ("\n  v = w\n  = x\n", (7, 14), "8:7: eq-x: no\n    v = w\n        ^"),  # to its end
    ],
)
def test_a_mistake_is_shown_under_its_line(latex, place, told):
    display = Display(latex, Path("page.md"), 7, 3, "eq-x", None)
    assert display.complain(Mistake("no", *place)) == f"page.md:{told}"
    unlabelled = told.replace("eq-x", "unlabelled display")
    assert replace(display, label=None).complain(Mistake("no", *place)) == f"page.md:{unlabelled}"


@pytest.mark.parametrize(
    "toc",
    [
        "format: jb-book\nroot: a\nchapters:\n- file: b\n  sections:\n  - file: it's\n",
        "root: a\nparts:\n- caption: x\n  chapters:\n  - file: b\n- chapters:\n  - file: it's\n",
        "root: a\nsubtrees:\n- entries:\n  - file: b\n  - file: it's\n",
    ],
)
def test_every_chapter_of_the_contents_is_read_in_order(tmp_path, toc):
    write(tmp_path, "", toc)
    assert [path.name for path in chapters(tmp_path)] == ["a.md", "b.md", "it's.md"]


def test_chapters_are_named_one_by_one(tmp_path):
    write(tmp_path, "", "root: a\nchapters:\n- glob: b/*\n")
    with pytest.raises(ValueError) as caught:
        chapters(tmp_path)
    assert str(caught.value) == "_toc.yml: name the chapters of glob b/* one by one"

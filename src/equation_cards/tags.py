"""The permanent name of every equation: four letters and digits that never change.

``python -m equation_cards.tags`` gives one to each equation that has none.
"""

import hashlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from proofread import displays

FILE = "tags/tags.txt"
LETTERS = "BCDFGHJKMNPQRSTVWXYZ"  # no vowels: a tag spells no word
ALPHABET = "23456789" + LETTERS  # nothing that looks like O or I either
TAG = re.compile(f"[{LETTERS}][{ALPHABET}]{{3}}")
LINE = re.compile(r"(\S+) (?:(eq-[a-z0-9-]+)|withdrawn: (\S.*))")
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.S)
# What sets only the space between signs, or the height of a bracket.
SPACING = re.compile(r"~|&|\\([,;:! ]|quad|qquad|left|right|[bB]igg?[lr]?)")


@dataclass(frozen=True)
class Tag:
    """A tag: the label it stands for, or why it stands for none any more."""

    name: str
    label: str | None
    withdrawn: str | None
    line: int
    former: tuple = ()  # labels that it had before


def lines(root):
    """The lines of the file that say something, each with its number."""
    text = (root / FILE).read_text(encoding="utf-8")
    return [(n, one) for n, one in enumerate(text.splitlines(), 1) if one and one[0] != "#"]


def read(root):
    """Every tag by name, as its last line has it.

    Raises
    ------
    ValueError
        With file, line and what to do, if a line cannot be, or two tags have one label.
    """
    found, holders = {}, {}
    for number, text in lines(root):

        def stop(why, number=number):
            raise ValueError(f"{FILE}:{number}: {why}")

        match = LINE.fullmatch(text)
        if not match or not TAG.fullmatch(match[1]):
            stop(f"write 'TAG eq-label' or 'TAG withdrawn: why', not {text!r}")
        name, label, why = match.groups()
        if name in found and found[name].withdrawn:
            stop(f"{name} was withdrawn in line {found[name].line}: give the equation a new tag")
        if name not in found and why:
            stop(f"{name} was never given to an equation, so it cannot be withdrawn")
        if label in holders and holders[label] != name:
            other = holders[label]
            stop(f"{label} has the tag {other} of line {found[other].line}: remove this line")
        former = ()
        if name in found:
            former = (*found[name].former, found[name].label)
            holders.pop(found[name].label)
        if label:
            holders[label] = name
        found[name] = Tag(name, label, why, number, former)
    return found


@cache
def tagged(root):
    """The tag of every label of the book.

    Raises
    ------
    ValueError
        With file, line and what to do, if an equation has no tag, or a tag no equation.
    """
    all_tags = read(root).values()
    known = {tag.label: tag for tag in all_tags if tag.label}
    shown = {display.label: display for display in everything(root)}
    for tag in all_tags:
        for label in set(tag.former) & set(shown) - set(known):
            why = (
                f"{tag.name} is the tag of {label}, which is still in the book: one tag, one label"
            )
            raise ValueError(f"{FILE}:{tag.line}: {why}; remove this line")
    for label, display in shown.items():
        if label not in known:
            add = "run 'python -m equation_cards.tags', which adds one"
            raise ValueError(f"{display.path}:{display.line}: {label} has no tag: {add}")
    for label, tag in known.items():
        if label not in shown:
            what = f"add a line '{tag.name} eq-…' if it has another label now, "
            what += f"or '{tag.name} withdrawn: why'"
            raise ValueError(f"{FILE}:{tag.line}: no equation is labelled {label}: {what}")
    return {label: known[label].name for label in shown}


def everything(root):
    """All displays of the book, in reading order."""
    return (one for path in displays.chapters(root) for one in displays.read(path, root))


def proposed(label, taken):
    """A new tag, made from the label so that two branches seldom give out the same."""
    for attempt in range(1000):
        number = int(hashlib.sha256(f"{label} {attempt}".encode()).hexdigest(), 16)
        first, *rest = (number // len(ALPHABET) ** n for n in range(4))
        tag = LETTERS[first % len(LETTERS)] + "".join(ALPHABET[n % len(ALPHABET)] for n in rest)
        if tag not in taken:
            return tag
    raise ValueError(f"no tag is left for {label}")


def normalised(latex):
    """The LaTeX of a display without what only spaces it: its tokens, one space between them."""
    return " ".join(one for one in TOKEN.findall(latex) if not SPACING.fullmatch(one))


def digest(latex):
    """The SHA-256 of the normalised LaTeX."""
    return hashlib.sha256(normalised(latex).encode()).hexdigest()


def main(root):
    """Give every equation that has none a tag, at the end of the file."""
    found = read(root)
    known = {tag.label for tag in found.values()}
    with (root / FILE).open("a", encoding="utf-8") as file:
        for display in everything(root):
            if display.label not in known:
                tag = proposed(display.label, found)
                found[tag] = Tag(tag, display.label, None, 0)
                print(f"{tag} {display.label}", file=file)
                print(f"{display.path}:{display.line}: {display.label} has the tag {tag}")


if __name__ == "__main__":
    try:
        main(Path.cwd())
    except ValueError as error:
        sys.exit(str(error))

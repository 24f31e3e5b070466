"""The table of which check notices which mistake, measured when it is asked for."""

from html import escape
from typing import NamedTuple

from mistakes.blind import BLIND_SPOTS
from mistakes.checks import CHECKS
from mistakes.formulas import MISTAKES

MARKS = {
    True: ("●", "noticed"),
    False: ("·", "not noticed"),
    None: ("–", "the check does not run the wrong step"),
}


class Row(NamedTuple):
    """One mistake: its code, what is wrong, and the answer of each of the checks."""

    code: str
    title: str
    marks: tuple


class Table(NamedTuple):
    """Rows that a notebook shows as a table."""

    rows: tuple

    def _repr_html_(self):
        legend = ", ".join(f"{sign} {meaning}" for sign, meaning in MARKS.values())
        head = "".join(f'<th scope="col">{escape(c.title)}</th>' for c in CHECKS)
        body = "\n".join(map(_row, self.rows))
        return (
            '<table class="mistakes">\n'
            f"<caption>Wrong formulas and the checks that notice them: {legend}.</caption>\n"
            f'<thead><tr><th scope="col">wrong formula</th>{head}</tr></thead>\n'
            f"<tbody>\n{body}\n</tbody>\n</table>"
        )


def code_of(mistake):
    """Its number in the list, such as ``M05``.

    Examples
    --------
    >>> code_of(MISTAKES[4]), MISTAKES[4].title
    ('M05', 'Softmax as if elementwise: dz₂ = dŷ ⊙ ŷ ⊙ (1 − ŷ)')
    """
    return f"M{MISTAKES.index(mistake) + 1:02}"


def caught(seed=0):
    """Hold every mistake against every check.

    Parameters
    ----------
    seed : int
        Of the numbers; the marks do not depend on it.

    Returns
    -------
    rows : list of Row

    Examples
    --------
    >>> caught()[13].marks
    (False, False, False, False, False, None, None, False, True, False)
    """
    return [Row(code_of(m), m.title, tuple(c(m, seed) for c in CHECKS)) for m in MISTAKES]


def table(seed=0):
    """The rows of `caught` for a notebook.

    Examples
    --------
    >>> len(table().rows)
    16
    """
    return Table(tuple(caught(seed)))


def hidden(seed=0):
    """Codes of the mistakes that each blind spot hides, by its title.

    Examples
    --------
    >>> hidden()["one sample"]
    ['M01', 'M13']
    """
    return {spot.title: [code_of(m) for m in spot.hides(seed)] for spot in BLIND_SPOTS}


def _row(row):
    cells = "".join(map(_cell, row.marks))
    return f'<tr><th scope="row">{row.code} {escape(row.title)}</th>{cells}</tr>'


def _cell(mark):
    sign, meaning = MARKS[mark]
    return f'<td><span role="img" aria-label="{meaning}">{sign}</span></td>'

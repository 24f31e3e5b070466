"""Sixteen wrong formulas that people really write, held against ten checks.

What is right comes from `backprop`; only what is wrong is here.

>>> from mistakes import CHECKS, MISTAKES
>>> [check.title for check in CHECKS if check(MISTAKES[13])]
['FD, unnormalised']
"""

from mistakes.blind import BLIND_SPOTS, BlindSpot
from mistakes.checks import CHECKS, Check, Setting
from mistakes.formulas import MISTAKES, Network
from mistakes.measured import Row, Table, caught, code_of, hidden, table

__all__ = [
    "BLIND_SPOTS",
    "CHECKS",
    "MISTAKES",
    "BlindSpot",
    "Check",
    "Network",
    "Row",
    "Setting",
    "Table",
    "caught",
    "code_of",
    "hidden",
    "table",
]

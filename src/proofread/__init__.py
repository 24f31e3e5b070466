"""Reads the book's LaTeX and executes every labelled equation.

``python -m proofread`` checks the whole book.
"""

from pathlib import Path

HOME = Path(__file__).parents[2]  # of the book, wherever a chapter of it is run

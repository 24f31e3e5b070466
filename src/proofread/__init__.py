"""Reads the book's LaTeX and executes every labelled equation.

``python -m proofread`` checks the whole book.
"""

"""What the site shows of each equation: a Sphinx extension."""

from equation_cards import (
    about,
    card,
    domain,
    equation,
    functions,
    refuted,
    register,
    source,
)


def setup(app):
    """Register with Sphinx."""
    for part in (domain, equation, refuted, source, register, functions, about, card):
        part.setup(app)
    return {"version": "0.1", "parallel_read_safe": True, "parallel_write_safe": False}

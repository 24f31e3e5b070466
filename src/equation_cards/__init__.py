"""What the site shows of each equation: a Sphinx extension."""

from importlib.resources import files

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


def templates(app, config):
    """The cards bring their own."""
    config.templates_path.append(str(files("equation_cards") / "templates"))


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", templates)
    for part in (domain, equation, refuted, source, register, functions, about, card):
        part.setup(app)
    return {"version": "0.1", "parallel_read_safe": True, "parallel_write_safe": False}

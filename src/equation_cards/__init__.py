"""What the site shows of each equation: a Sphinx extension."""

from importlib import import_module
from importlib.resources import files

PARTS = ("domain", "equation", "refuted", "source", "register", "functions", "about", "card")


def templates(app, config):
    """The cards bring their own."""
    config.templates_path.append(str(files("equation_cards") / "templates"))


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", templates)
    for part in PARTS:  # not before: some modules are run by themselves
        import_module(f"equation_cards.{part}").setup(app)
    return {"version": "0.1", "parallel_read_safe": True, "parallel_write_safe": False}

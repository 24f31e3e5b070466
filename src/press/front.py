"""The address of the site leads to the front page, without a script."""

from pathlib import Path

from equation_cards.edition import edition

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={front}">
<link rel="canonical" href="{canonical}">
<link rel="icon" href="_static/favicon.svg">
</head>
<body><main><p><a href="{front}">{title}</a></p></main></body>
</html>
"""


def lead(app, exception):
    """Write the page at the root."""
    if exception is None and app.builder.name == "html":
        front = app.builder.get_target_uri(app.config.root_doc)
        book = edition(Path(app.srcdir))
        page = PAGE.format(title=book.title, front=front, canonical=book.address(front))
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def setup(app):
    """Register with Sphinx, after the table of contents, which writes a barer one."""
    app.connect("build-finished", lead, priority=900)

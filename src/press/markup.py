"""Repairs of what docutils writes and assistive technology may not be told."""

import re

# "doc-biblioentry" is no longer a role, and a list of references has items that are none.
ROLES = re.compile(r' role="doc-biblioentry"|(?<=<div) role="list"(?= class="citation-list")')


def repair(app, pagename, templatename, context, doctree):
    """Take the roles away that do not hold."""
    if "body" in context:
        context["body"] = ROLES.sub("", context["body"])


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", repair)

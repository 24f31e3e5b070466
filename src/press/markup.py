"""Repairs of what docutils writes: roles that do not hold, boxes that fold only by a script."""

import re

# "doc-biblioentry" is no longer a role, and a list of references has items that are none.
ROLES = re.compile(r' role="doc-biblioentry"|(?<=<div) role="list"(?= class="citation-list")')
FOLDED = re.compile(r'<div class="([^"]*\bdropdown admonition|admonition[^"]*\bdropdown)"([^>]*)>')
DIV = re.compile(r"<(/?)div\b")
TITLE = re.compile(r'<p class="admonition-title">(.*?)</p>', re.S)
LINK = re.compile(r"</?a\b[^>]*>")


def folded(html):
    """The page with its dropdowns as elements that a browser folds by itself."""
    while start := FOLDED.search(html):
        end = end_of_div(html, start.start())
        inner = TITLE.sub(as_summary, html[start.end() : end], count=1)
        classes, attributes = start[1].replace("dropdown", "folded"), start[2]
        box = f'<details class="{classes}"{attributes}>{inner}</details>'
        html = html[: start.start()] + box + html[end + len("</div>") :]
    return html


def as_summary(title):
    """A title to be clicked on, without a link inside that would be clicked on instead."""
    return f'<summary class="admonition-title">{LINK.sub("", title[1])}</summary>'


def end_of_div(html, start):
    """Where the end tag of the element stands that starts here."""
    depth = 0
    for tag in DIV.finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.start()
    raise ValueError(f"no end of {html[start : start + 80]}")


def repair(app, pagename, templatename, context, doctree):
    """Mend the text of a page."""
    if "body" in context:
        context["body"] = folded(ROLES.sub("", context["body"]))


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", repair)

"""What the pages `cite` and `errata` show of the book as a whole, and the role that names a tag."""

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.osutil import relative_uri

from equation_cards import catalogue, citation, released, tags
from equation_cards.edition import CFF, edition


class Cited(nodes.General, nodes.Element):
    """The citation of the book, known when the page is written: it names the commit."""


def write(writer, node):
    """Write it as HTML, in which the search sees no words to look for."""
    context = {"cite": citation.all_forms(edition(Path(writer.builder.srcdir)))}
    writer.body.append(writer.builder.templates.render("citation.html", context))
    raise nodes.SkipNode


class Citation(SphinxDirective):
    """``{citation}``: how the whole book is cited."""

    def run(self):
        self.env.note_dependency(str(Path(self.env.srcdir) / CFF))
        return [Cited()]


class Releases(SphinxDirective):
    """``{releases}``: the frozen copies of the site, newest first."""

    def run(self):
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / released.RECORD))
        items = nodes.bullet_list()
        for one in reversed(released.releases(root)):
            at = edition(root).address(f"{one['version']}/")
            link = nodes.reference("", f"Version {one['version']}", refuri=at)
            count = nodes.Text(f" of {one['date']}, with {len(one['hashes'])} equations")
            items += nodes.list_item("", nodes.paragraph("", "", link, count))
        none = nodes.paragraph(text="No version is released yet; what you read is a draft.")
        return [items if len(items) else none]


class Errata(SphinxDirective):
    """``{errata}``: what was changed in released equations, tag by tag, as the changelog has it."""

    def run(self):
        root = Path(self.env.srcdir)
        for name in (released.CHANGES, tags.FILE):
            self.env.note_dependency(str(root / name))
        by_tag = {}
        for version, entries in released.changes(root).items():
            for _, tag, text in entries:
                by_tag.setdefault(tag, []).append(f"Version {version}: {text}")
        for one in catalogue.withdrawn(root):
            by_tag.setdefault(one["tag"], []).append(f"Withdrawn: {one['reason']}")
        if not by_tag:
            return [nodes.paragraph(text="No equation has been corrected or withdrawn so far.")]
        items = nodes.definition_list()
        for tag, told in sorted(by_tag.items()):
            body = nodes.definition("", *(nodes.paragraph(text=text) for text in told))
            term = nodes.term("", "", page_of(self.env, tag))
            items += nodes.definition_list_item("", term, body)
        return [items]


class TagOf(SphinxRole):
    """``{tag}`eq-label```: the tag of an equation, as a link to its page."""

    def run(self):
        known = tags.tagged(Path(self.env.srcdir))
        if self.text not in known:
            why = f"no display is labelled {self.text}"
            return [], [self.inliner.reporter.error(why, line=self.lineno)]
        return [page_of(self.env, known[self.text])], []


class FileOf(SphinxRole):
    """``{served}`equations.json```: a file of the site that is no page."""

    def run(self):
        at = relative_uri(self.env.app.builder.get_target_uri(self.env.docname), self.text)
        return [nodes.reference("", "", nodes.literal(text=self.text), refuri=at)], []


def page_of(env, tag):
    """A link to the page of a tag."""
    at = env.app.builder.get_relative_uri(env.docname, catalogue.page(tag))
    return nodes.reference("", "", nodes.literal(text=tag), refuri=at, internal=True)


def setup(app):
    """Register with Sphinx."""
    app.add_role("tag", TagOf())
    app.add_role("served", FileOf())
    app.add_node(Cited, html=(write, None))
    app.add_directive("citation", Citation)
    app.add_directive("releases", Releases)
    app.add_directive("errata", Errata)

"""Which book a page belongs to, for readers and for machines: footer, canonical address, metadata.

All of it comes from ``CITATION.cff``, and the commit from git.
"""

import json
from html import escape
from pathlib import Path

from equation_cards import catalogue
from equation_cards.edition import edition

PREPARED = (".html", ".js", ".json")


def name(app, config):
    """The book is called what its citation says."""
    try:
        book = edition(Path(app.srcdir))
    except ValueError:
        return  # the extension of the cards says so, with what to do
    config.project = config.html_title = book.title
    config.author = book.author
    config.copyright = book.year
    config.html_baseurl = book.url


def describe(app, pagename, templatename, context, doctree):
    """Tell a page which book it belongs to, and say so in its head."""
    book = context["edition"] = edition(Path(app.srcdir))
    told = parts(app, book, pagename, context)
    if told:
        tags, data = told
        lines = [f'<meta name="{one}" content="{escape(value)}">' for one, value in tags]
        # a script element ends at the first end tag, wherever that stands
        text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
        lines.append(f'<script type="application/ld+json">{text}</script>')
        context["metatags"] = context.get("metatags", "") + "\n" + "\n".join(lines)


def parts(app, book, pagename, context):
    """The Highwire tags and the JSON-LD of a page; nothing for what is not part of the book."""
    at = book.address(app.builder.get_target_uri(pagename))
    if pagename == app.config.root_doc:
        return highwire(book, book.title, at), whole(book)
    if entry := context.get("entry"):
        cited = catalogue.part(entry)
        data = {"@type": "CreativeWork", "identifier": entry["tag"]}
        return within(book, cited["title"], at, data)
    if pagename in app.env.all_docs:
        number = app.env.toc_secnumbers.get(pagename, {}).get("", ())
        data = {"@type": "Chapter"} | ({"position": number[0]} if number else {})
        return within(book, app.env.titles[pagename].astext(), at, data)
    return None


def highwire(book, title, at):
    """The tags that Google Scholar and Zotero read."""
    return [
        ("citation_title", title),
        *(("citation_author", author) for author in book.authors),
        ("citation_publication_date", book.date.replace("-", "/")),
        ("citation_language", "en"),
        ("citation_public_url", at),
    ]


def within(book, title, at, data):
    """A part of the book."""
    tags = [*highwire(book, title, at), ("citation_inbook_title", book.title)]
    of = {"@type": "Book", "name": book.title, "url": book.url}
    head = {"@context": "https://schema.org", "name": title, "url": at}
    return tags, head | data | described(book) | {"isPartOf": of}


def whole(book):
    """The book in the words of schema.org."""
    head = {"@context": "https://schema.org", "@type": "Book", "name": book.title}
    return head | {"url": book.url, "abstract": book.abstract} | described(book)


def described(book):
    """What the book and its parts have in common."""
    return {
        "author": [{"@type": "Organization", "name": author} for author in book.authors],
        "datePublished": book.date,
        "version": book.named,
        "inLanguage": "en",
        "license": [f"https://spdx.org/licenses/{one}.html" for one in book.licences],
    }


def date(app, exception):
    """Have every page name the present commit, also those that were made at an earlier one."""
    if exception or app.builder.name != "html":
        return
    kept, now = Path(app.outdir).parent / ".commit", edition(Path(app.srcdir)).commit
    before = kept.read_text() if kept.exists() else now
    if before and now and before != now:
        for path in Path(app.outdir).rglob("*"):
            if path.suffix in PREPARED:
                text = path.read_text("utf-8")
                new = text
                for one in sorted((now, before), key=len, reverse=True):  # one may begin the other
                    new = new.replace(one, "\0")
                new = new.replace("\0", now)
                if new != text:
                    path.write_text(new, encoding="utf-8")
    kept.write_text(now)


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", name, priority=900)
    app.connect("html-page-context", describe)
    app.connect("build-finished", date, priority=950)

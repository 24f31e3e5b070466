"""How the book, or one equation of it, is cited: as text, as BibTeX and as CSL-JSON."""

import json
import re

SPECIAL = re.compile(r"[&%$#_{}]")
KEY = "shape-by-shape"


def text(book, part=None):
    """A citation to be read."""
    within = f"{part['title']}, in " if part else ""
    where = part["url"] if part else book.url
    return f"{book.author} ({book.year}). {within}{book.title}. Version {book.named}. {where}"


def bibtex(book, part=None):
    """A BibTeX entry, of type book, or incollection for a part of it."""
    fields = {"author": f"{{{escaped(book.author)}}}"}
    if part:
        title = escaped(part["title"])
        # capitals that a style may not make small
        fields["title"] = title.replace(part["tag"], f"{{{part['tag']}}}")
        fields["booktitle"] = escaped(book.title)
        if part["chapter"]:
            fields["chapter"] = part["chapter"]
    else:
        fields["title"] = f"{{{escaped(book.title)}}}"
    fields |= {
        "publisher": escaped(book.author),
        "year": book.year,
        "note": f"Version {book.named}",
        "url": part["url"] if part else book.url,
    }
    kind, key = ("incollection", f"{KEY}-{part['tag']}") if part else ("book", KEY)
    lines = [f"  {name:<9} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def escaped(words):
    """Words in which LaTeX sees no commands."""
    return SPECIAL.sub(lambda sign: "\\" + sign[0], words)


def csl(book, part=None):
    """CSL-JSON, as reference managers read it."""
    entry = {
        "id": f"{KEY}-{part['tag']}" if part else KEY,
        "type": "chapter" if part else "book",
        "title": part["title"] if part else book.title,
        "author": [{"literal": name} for name in book.authors],
        "issued": {"date-parts": [[int(number) for number in book.date.split("-")]]},
        "publisher": book.author,
        "version": book.named,
        "URL": part["url"] if part else book.url,
        "language": "en",
    }
    if part:
        entry["container-title"] = book.title
        if part["chapter"]:
            entry["chapter-number"] = part["chapter"]
    return json.dumps([entry], indent=2, ensure_ascii=False)


def all_forms(book, part=None):
    """The three forms of a citation by name."""
    return {form.__name__: form(book, part) for form in (text, bibtex, csl)}

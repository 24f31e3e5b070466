"""``python -m press.pdf``: the whole book as one PDF, printed by Chromium from the built site."""

import re
import subprocess
import sys
import tempfile
from html import escape, unescape
from pathlib import Path

import yaml
from pypdf import PdfReader, PdfWriter

from equation_cards.edition import edition
from press import chromium

PDF = Path("_build/shape-by-shape.pdf")
SITE = Path("_build/html")
PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="{site}/_static/site.css">
<link rel="stylesheet" href="{style}">
</head>
<body><main class="bd-main"><div class="bd-content"><article class="bd-article">
<header class="cover"><h1>{title}</h1><p>{author}</p><p>Version {version}</p></header>
<nav class="printed-contents"><h2>Contents</h2>{contents}</nav>
{chapters}
</article></div></main></body>
</html>
"""
ARTICLE = re.compile(r'<article class="bd-article">(.*?)</article>', re.S)
HEADING = re.compile(r'<h([12])>(.*?)<a class="headerlink" href="#([^"]+)"', re.S)
HEADERLINK = re.compile(r'<a class="headerlink".*?</a>', re.S)
LOCAL = re.compile(r'((?:\bid|\bname)="|(?:\bhref)="#|url\(#)')
ELSEWHERE = re.compile(r'href="(?:\.\./book/|book/)?([a-z_]+)\.html(?:#([^"]*))?"')


def parts(toc):
    """The parts of the book, each a caption and the stems of its chapters."""
    yield None, [Path(toc["root"]).name]
    for part in toc["parts"]:
        yield part["caption"], [Path(chapter["file"]).name for chapter in part["chapters"]]


def chapter(site, stem):
    """The text of a page, its names made unlike those of all other pages."""
    text = ARTICLE.search((site / "book" / f"{stem}.html").read_text("utf-8"))[1]
    text = text.replace("<details ", "<details open ")
    text = LOCAL.sub(rf"\g<1>{stem}--", HEADERLINK.sub("", text))
    text = ELSEWHERE.sub(lambda link: f'href="#{anchor(link[1], link[2])}"', text)
    return f'<section class="chapter" id="{stem}">{text}</section>'


def anchor(stem, name):
    return f"{stem}--{name}" if name else stem


def headings(site, stem):
    """The title of a chapter and those of its sections, each with its anchor."""
    text = (site / "book" / f"{stem}.html").read_text("utf-8")
    for level, title, name in HEADING.findall(text):
        yield unescape(re.sub(r"<[^>]*>", "", title)), anchor(stem, name if level == "2" else None)


def contents(site, book, pages):
    """The table of contents, with the page of each line once it is known."""
    lines = []
    for caption, stems in book:
        lines += [f"<p>{escape(caption)}</p>"] if caption else []
        for title, name in (one for stem in stems for one in headings(site, stem)):
            line = f"<span>{escape(title)}</span><span>{pages.get(name, 0) + 1}</span>"
            kind = "section" if "--" in name else "title"
            lines.append(f'<a class="{kind}" href="#{name}">{line}</a>')
    return "\n".join(lines)


def chromium_prints(source, target):
    """Print one HTML file, with tags for those who listen."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium.executable(), *chromium.FLAGS, f"--user-data-dir={profile}",
                "--no-pdf-header-footer",
                f"--print-to-pdf={target.resolve()}", source.resolve().as_uri(),
            ],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
    if not target.exists():
        raise RuntimeError(f"{source} could not be printed")


def pages_of(reader):
    """The page, counted from nought, on which each anchor stands that something links to."""
    known = reader.named_destinations
    return {name[1:]: reader.get_destination_page_number(known[name]) for name in known}


def finish(pdf, edited, titles):
    """Give the file its outline and say what it is; the browser's outline says titles twice."""
    reader = PdfReader(pdf)
    pages = pages_of(reader)
    writer = PdfWriter(clone_from=reader)
    parent = None
    for title, name in titles:
        above = parent if "--" in name else None
        item = writer.add_outline_item(title=title, page_number=pages[name], parent=above)
        parent = above or item
    writer.metadata = {"/Title": edited.title, "/Author": edited.author}
    writer.page_mode = "/UseOutlines"
    writer.write(pdf)
    return len(reader.pages)


def main(root=Path()):
    edited = edition(root.resolve())
    book = list(parts(yaml.safe_load((root / "_toc.yml").read_text("utf-8"))))
    site, pdf = root / SITE, root / PDF
    if not site.exists():
        sys.exit(f"{site} is missing: run 'make book' first")
    stems = [stem for _, part in book for stem in part]
    chapters = "\n".join(chapter(site, stem) for stem in stems)
    pages = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "book.html"
        for told in ("finding the pages", "printing"):
            print(f"{told}...", flush=True)
            page = PAGE.format(
                title=edited.title, author=edited.author, version=edited.named, chapters=chapters,
                site=site.resolve().as_uri(), style=Path(__file__).with_name("pdf.css").as_uri(),
                contents=contents(site, book, pages),
            )  # fmt: skip
            source.write_text(page, encoding="utf-8")
            chromium_prints(source, pdf)
            pages = pages_of(PdfReader(pdf))
    count = finish(pdf, edited, [one for stem in stems for one in headings(site, stem)])
    print(f"{pdf}: {count} pages")


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:  # a sentence, not a trace
        sys.exit(str(error))

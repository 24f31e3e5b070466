"""Each chapter as a notebook and as a script, and the code that both import, to take along."""

import ast
import re
import zipfile
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from markdownify import MarkdownConverter
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

FOLDER = "_downloads"
CODE = "shape-by-shape.zip"
FIRST = """This is a chapter of *Backpropagation, Shape by Shape*, to be run cell by cell.
It imports the code of the book: in a fresh environment, unpack `{code}`, which the site offers
beside this file, and run `pip install -r requirements.txt` there."""
# What runs the chapters: packages, kept results, and the text that `proofread` reads.
PACKED = (
    "README.md", "LICENSE", "LICENSE-TEXT", "pyproject.toml", "requirements.txt", "constraints.txt",
    "_config.yml", "_toc.yml", "book/*.md", "book/*.bib", "src/**/*.py", "src/**/*.lark",
    "src/**/*.mjs", "benchmarks/*.json", "evidence/*",
)  # fmt: skip
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date an archive can bear: it is the same every day
# What the page has beside the text: links to itself, outputs, titles that only the page shows.
MARK = re.compile(r"FORMULA(\d+)FORMULA")
DISPLAY = re.compile(r"^((?:> ?)*)FORMULA(\d+)FORMULA$", re.M)
WORD_JOINER = "\N{WORD JOINER}"
ASIDE = ".headerlink, .cell_output, .eqno"


class Text(MarkdownConverter):
    """Markdown of a part of a page, its formulas in dollars."""

    class Options(MarkdownConverter.DefaultOptions):
        """As notebooks write it."""

        heading_style = "atx"
        bullets = "-"
        code_language = "python"

    def convert_a(self, node, text, parent_tags):
        """A link of the site means nothing outside it; what it says still does."""
        outside = node.get("href", "").startswith("http")
        return super().convert_a(node, text, parent_tags) if outside else text


def cells(body, sources):
    """The page as cells: text, and the sources of its code, one after the other."""
    soup = BeautifulSoup(body, "html.parser")
    for aside in soup.select(ASIDE):
        aside.decompose()
    formulas = formulas_apart(soup)
    for box in soup.select("div.admonition"):
        box.name = "blockquote"
        title = box.select_one(".admonition-title")
        title.string = title.get_text()
        title.wrap(soup.new_tag("strong"))
    for summary in soup.select("summary"):
        summary.name = "h4"
    for number, cell in enumerate(soup.select("div.cell")):
        cell.replace_with(f"CELL{number}CELL")
    text = Text().convert_soup(soup)
    text = DISPLAY.sub(lambda found: indented(found[1], formulas[int(found[2])]), text)
    text = MARK.sub(lambda found: formulas[int(found[1])], text).replace(WORD_JOINER, "")
    parts = re.split(r"CELL(\d+)CELL", text)
    for kind, part in zip([False, True] * len(parts), parts):
        if kind:
            yield nbformat.v4.new_code_cell(sources[int(part)])
        elif part.strip():
            yield nbformat.v4.new_markdown_cell(re.sub(r"\n{3,}", "\n\n", part).strip())


def formulas_apart(soup):
    """The formulas of a page in LaTeX; in the page a mark stands for each."""
    formulas = []
    for formula in soup.select("div.math, span.math"):
        latex = formula.select_one("annotation").get_text().strip()
        mark = f"FORMULA{len(formulas)}FORMULA"
        if formula.name == "div":
            number = formula.get("data-number")
            tag = rf" \tag{{{number}}}" if number else ""
            formulas.append(f"$$\n{latex}{tag}\n$$")
            formula.name, formula.string = "p", mark
            continue
        if formula.find_parent("table"):  # whose columns a bar would end
            latex = latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        formulas.append(f"${' '.join(latex.split())}$")
        formula.replace_with(mark)
    return formulas


def indented(quoted, display):
    """A display on lines of its own, each as deep in a quotation as its mark was."""
    return "\n".join(quoted + line for line in display.splitlines())


def script(notebook):
    """The notebook as a script whose cells editors know; what a cell shows is printed."""
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts.append(f"# %%\n{printing(cell.source)}\n")
        else:
            lines = (f"# {line}".rstrip() for line in cell.source.splitlines())
            parts.append("\n".join(["# %% [markdown]", *lines, ""]))
    return "\n".join(parts)


def printing(source):
    """The source of a cell, its last value printed, as a notebook shows it."""
    last = ast.parse(source).body[-1]
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        return source
    lines = source.splitlines()
    shown = "\n".join(lines[last.lineno - 1 :])
    return "\n".join([*lines[: last.lineno - 1], f"print({shown})"])


def offer(app, pagename, templatename, context, doctree):
    """Write the notebook and the script of a page that has code, and tell the page."""
    if app.builder.name != "html" or doctree is None:
        return
    text = Path(app.env.doc2path(pagename)).read_text("utf-8")
    if "{code-cell}" not in text:
        return
    read = read_myst_markdown_notebook(text, config=MdParserConfig())
    sources = [cell.source for cell in read.cells if cell.cell_type == "code"]
    first = nbformat.v4.new_markdown_cell(FIRST.format(code=CODE))
    notebook = nbformat.v4.new_notebook(
        cells=[first, *cells(context["body"], sources)], metadata=read.metadata
    )
    del notebook.metadata["jupytext"]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # at random otherwise
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    # not the bare stem: a script beside the package of that name would stand in its way
    stem = f"shape-by-shape-{Path(pagename).name}"
    nbformat.write(notebook, folder / f"{stem}.ipynb")
    (folder / f"{stem}.py").write_text(script(notebook), encoding="utf-8")
    names = {"notebook": f"{stem}.ipynb", "script": f"{stem}.py", "code": CODE}
    context["downloads"] = {kind: f"{FOLDER}/{name}" for kind, name in names.items()}


def pack(app, exception):
    """Write the archive of the code."""
    if exception or app.builder.name != "html":
        return
    root, folder = Path(app.srcdir), Path(app.outdir) / FOLDER
    if not folder.exists():  # no page has code
        return
    with zipfile.ZipFile(folder / CODE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for pattern in PACKED for path in root.glob(pattern)):
            name = f"shape-by-shape/{path.relative_to(root)}"
            archive.writestr(zipfile.ZipInfo(name, EPOCH), path.read_bytes())


def setup(app):
    """Register with Sphinx, before the theme, which leaves out what would be empty."""
    app.connect("html-page-context", offer, priority=400)
    app.connect("build-finished", pack)

"""The built site in a real browser: every page, both themes, a phone and a desk."""

import posixpath
import re
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import nbformat
import pytest
from nbclient import NotebookClient
from pypdf import PdfReader
from sphinx.util.inventory import InventoryFile

from site_server import EQUATIONS, SITE

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
# one tag of each kind: those of one kind differ in their words alone; `test_cards` reads them all
KINDS = {(bool(one["right_form"]), bool(one["symbols"])): one["tag"] for one in EQUATIONS}
TAGS = {f"tag/{tag}.html" for tag in KINDS.values()}
# the first page only leads on
READ = [one for one in PAGES if one != "index.html" and (one[:4] != "tag/" or one in TAGS)]
CHAPTERS = [page for page in READ if page.startswith("book/")]
WIDTHS, THEMES = (375, 1280), ("light", "dark")
AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

READ_THROUGH = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
    scrollTo({ top: y, behavior: "instant" });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
}"""
# Formulas that are no larger than nothing, have no MathML, or say that they are wrong.
UNRENDERED = """() => [...document.querySelectorAll(".math, .katex-error")]
  .filter((one) => !one.matches(".math:has(math):has(.katex-html)")
    || !one.closest("details:not([open])") && one.querySelector(".katex-html").offsetHeight === 0)
  .concat([...document.querySelectorAll(".math[id]:not(:has(.eqno a.headerlink))")])
  .map((one) => one.textContent.slice(0, 80))"""
# What is wider than its box, and cannot be scrolled there.
CUT_OFF = """() => [...document.querySelectorAll(
    ".formula, pre, .output, .pst-scrollable-table-container, svg.drawing, table")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).overflowX === "hidden")
  .map((one) => one.textContent.slice(0, 80))"""
# Letters of formulas, one for each font and style, to be asked which font drew them.
LETTERS = """() => {
  const seen = new Map();
  for (const one of document.querySelectorAll(".katex-html")) {
    const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { fontFamily, fontWeight, fontStyle } = getComputedStyle(walker.currentNode.parentNode);
      for (const letter of walker.currentNode.data)
        seen.set([fontFamily, fontWeight, fontStyle, letter].join(), { fontFamily, fontWeight,
          fontStyle, letter });
    }
  }
  const box = document.createElement("div");
  box.id = "letters";
  for (const { letter, ...font } of seen.values()) {
    const span = document.createElement("span");
    Object.assign(span.style, font);
    span.textContent = letter;
    box.append(span);
  }
  document.body.append(box);
}"""


def test_there_is_a_site_to_look_at():
    assert len(CHAPTERS) > 20, "run 'make book' first"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", READ)
def test_a_page_is_whole_still_and_open_to_everyone(visit, address, name, width, theme):
    viewport = {"width": width, "height": 900}
    page = visit(f"{address}/{name}", viewport=viewport, color_scheme=theme)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate(UNRENDERED) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.evaluate(READ_THROUGH)  # what comes in sight must not move either
    moved = page.evaluate("shifts")
    assert sum(value for value, *_ in moved) < 0.01, moved
    page.evaluate(AXE.read_text("utf-8"))
    report = page.evaluate(
        "rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES
    )
    found = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in report["violations"]]
    assert found == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_formulas_are_drawn_with_the_fonts_of_the_site(visit, address, name):
    page = visit(f"{address}/{name}")
    page.evaluate(LETTERS)
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    asked = {"nodeId": root, "selector": "#letters > span"}
    wrong = []
    for node in session.send("DOM.querySelectorAll", asked)["nodeIds"]:
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        if not all(font["isCustomFont"] for font in fonts):
            told = session.send("DOM.getOuterHTML", {"nodeId": node})["outerHTML"]
            wrong.append((told, [font["familyName"] for font in fonts]))
    assert wrong == []


class Names(HTMLParser):
    """What a page names: its anchors, where its links go, what it loads."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loads = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.anchors.add(told.get("id"))
        if tag == "a":
            self.links.add(told.get("href"))
            self.anchors.add(told.get("name"))
        elif tag == "link" and told.get("rel") not in ("canonical",):
            self.loads.add(told.get("href"))
        self.loads.add(told.get("src"))


@cache
def names(page):
    return Names((SITE / page).read_text("utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    lost = []
    for link in names(name).links - {None}:
        target, anchor = urldefrag(link)
        if urlsplit(target).scheme:
            continue
        path = (SITE / name).parent / unquote(target) if target else SITE / name
        there = path.resolve()
        if not there.is_file():
            lost.append(link)
        elif anchor and there.suffix == ".html":
            known = names(str(there.relative_to(SITE))).anchors
            if unquote(anchor) not in known:
                lost.append(link)
    assert lost == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_no_other_host_but_in_links(name):
    assert [load for load in names(name).loads - {None} if urlsplit(load).netloc] == []


def test_styles_ask_for_nothing_elsewhere():
    for path in SITE.rglob("*.css"):
        assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import[^;]*", path.read_text()) == []


@pytest.mark.parametrize("place", ["served", "a folder"])
@pytest.mark.parametrize(
    ("words", "leads_to"),
    [
        ("Jacobian", "softmax.html"),
        ("eq-collapse-dz2", "collapse.html#equation-eq-collapse-dz2"),
        ("softmax vjp", "softmax.html#equation-eq-softmax-vjp"),
    ],
)
def test_the_search_finds(visit, address, place, words, leads_to):
    start = address if place == "served" else SITE.as_uri()
    page = visit(f"{start}/book/index.html", viewport={"width": 1280, "height": 900})
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    # the results come one after the other
    page.wait_for_selector(f"#search-results li a[href$='{leads_to}']")


def test_every_equation_is_an_object_of_the_book():
    index = (SITE / "searchindex.js").read_text("utf-8")
    shared = InventoryFile.load(BytesIO((SITE / "objects.inv").read_bytes()), "", posixpath.join)
    for page in CHAPTERS:
        for anchor in names(page).anchors - {None}:
            label = anchor.removeprefix("equation-")
            if label != anchor:
                assert f'"{label}"' in index
                assert shared["math:equation"][label][2] == f"{page}#{anchor}"


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_page_opened_from_a_folder_is_whole(visit, name):
    page = visit(f"{SITE.as_uri()}/{name}")
    assert page.evaluate(UNRENDERED) == []
    assert page.evaluate("document.fonts.check('1em KaTeX_Main')")


@pytest.mark.parametrize("name", CHAPTERS)
def test_without_scripts_everything_can_be_read(visit, address, name):
    with_scripts = visit(f"{address}/{name}")
    without = visit(f"{address}/{name}", java_script_enabled=False)
    for summary in without.locator("summary").all():  # which the browser opens by itself
        summary.click()
    for selector in (".katex-html", "svg.drawing", "img", ".output", "pre", "table"):
        selector = f".bd-article {selector}"
        there = without.locator(selector)
        assert there.count() == with_scripts.locator(selector).count()
        assert without.locator(f"{selector}:visible").count() == there.count()
    hidden = [
        one.text_content()[:60]
        for one in without.locator(".bd-article > section > *").all()
        if not one.is_visible() and one.text_content().strip()
    ]
    assert hidden == []


def test_the_address_of_the_site_leads_to_the_front_page(visit, address):
    page = visit(f"{address}/book/forward.html", java_script_enabled=False)
    page.goto(address)
    page.wait_for_url("**/book/index.html")


def test_the_keyboard_reaches_the_text_first_and_every_wide_formula(visit, address):
    page = visit(f"{address}/book/softmax.html", viewport={"width": 375, "height": 800})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    wide = "document.querySelectorAll('div.math > .formula')"
    stops = page.evaluate(f"[...{wide}].map(f => [f.scrollWidth > f.clientWidth, f.tabIndex])")
    assert {tuple(one) for one in stops} == {(True, 0), (False, -1)}
    first = page.locator("div.math > .formula[tabindex='0']").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert first.evaluate("one => one.scrollLeft") > 0


@pytest.mark.parametrize("place", ["served", "a folder"])
@pytest.mark.parametrize(
    ("name", "label"), [("softmax", "eq-softmax-vjp"), ("index", "eq-collapse-dz2")]
)
def test_a_reference_shows_its_equation(visit, address, place, name, label):
    start = address if place == "served" else SITE.as_uri()
    page = visit(f"{start}/book/{name}.html", viewport={"width": 1280, "height": 900})
    link = page.locator(f".bd-article a[href$='#equation-{label}']:not(.headerlink)").first
    box = page.locator("#equation-preview")
    link.hover()
    box.wait_for(state="visible")
    shown = box.locator("annotation").text_content()
    home = (SITE / f"book/{label.split('-')[1]}.html").read_text("utf-8")
    block = home[home.index(f'id="equation-{label}"') :]
    assert shown in block[: block.index("</annotation>")].replace("&amp;", "&")
    page.keyboard.press("Escape")
    assert not box.is_visible()
    page.mouse.move(5, 5)
    link.focus()
    box.wait_for(state="visible")


def test_a_clean_build_gives_the_same_bytes(tmp_path):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    shutil.copytree(ROOT / ".git", tmp_path / ".git")  # which the pages name the commit from
    build = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "-n"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    again = tmp_path / "_build" / "html"
    ours, theirs = (
        {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}
        for site in (SITE, again)
    )
    assert sorted(ours) == sorted(theirs)
    assert [str(name) for name in ours if ours[name] != theirs[name]] == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_is_never_painted_in_the_wrong_colours(browser, address, theme):
    context = browser.new_context(color_scheme=theme)
    page = context.new_page()
    page.route("**/site.js", lambda route: route.abort())  # as long as no script has come
    page.goto(f"{address}/book/loss.html")
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    context.close()


def test_the_mode_is_kept_from_page_to_page(visit, address):
    page = visit(f"{address}/book/index.html", color_scheme="light")
    page.locator(".theme-switch-button").first.click()
    chosen = page.evaluate("document.documentElement.dataset.theme")
    page.locator(".theme-switch-button").first.click()
    other = page.evaluate("document.documentElement.dataset.theme")
    assert {chosen, other} == {"light", "dark"}
    page.goto(f"{address}/book/softmax.html")
    assert page.evaluate("document.documentElement.dataset.theme") == other


DOWNLOADS = sorted((SITE / "_downloads").glob("*.py"))


def stem_of(path):
    return path.stem.removeprefix("shape-by-shape-")


@pytest.mark.parametrize("script", DOWNLOADS, ids=stem_of)
def test_a_chapter_runs_as_a_script(tmp_path, script):
    told = subprocess.run(
        [sys.executable, shutil.copy(script, tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout and told.stderr == ""


@pytest.mark.parametrize("script", DOWNLOADS, ids=stem_of)
def test_a_chapter_runs_as_a_notebook(tmp_path, script):
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": tmp_path}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    text = (ROOT / "book" / f"{stem_of(script)}.md").read_text("utf-8")
    assert len(cells) == text.count("```{code-cell}")
    assert any(cell.outputs for cell in cells)
    written = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert not re.search(r"FORMULA|CELL\d|\{eq\}|<span|<div|,,|;;|,\.|(?<!\.)\.\.(?!\.)", written)
    assert written.count(r"\tag{") == text.count("\n$$ (eq-") + text.count("\n:label: eq-")


def test_the_code_that_chapters_import_runs_from_its_archive(tmp_path):
    with zipfile.ZipFile(SITE / "_downloads/shape-by-shape.zip") as archive:
        archive.extractall(tmp_path)
    unpacked = tmp_path / "shape-by-shape"
    path = {"PYTHONPATH": str(unpacked / "src")}
    where = [sys.executable, "-c", "import backprop, proofread; print(proofread.HOME)"]
    told = subprocess.run(where, env=path, check=True, capture_output=True, text=True, cwd="/")
    assert told.stdout.strip() == str(unpacked)
    for stem in ("proofread", "cost"):  # one reads the chapters, the other what was measured
        script = SITE / f"_downloads/shape-by-shape-{stem}.py"
        subprocess.run([sys.executable, script], env=path, check=True, cwd=tmp_path)


# On paper


@pytest.mark.parametrize("scripts", [True, False])
def test_the_sheet_is_one_page_of_paper_with_its_title(visit, address, scripts):
    page = visit(f"{address}/book/sheet.html", java_script_enabled=scripts)
    printed = PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    text = printed.pages[0].extract_text()
    assert "Everything on one page" in text and "Checking a gradient" not in text


@pytest.fixture(scope="module")
def pdf():
    path = ROOT / "_build/shape-by-shape.pdf"
    assert path.exists(), "run 'make pdf' first"
    return PdfReader(path)


def test_the_pdf_has_no_empty_page_and_its_titles_in_the_outline(pdf):
    assert [n for n, page in enumerate(pdf.pages, 1) if len(page.extract_text()) < 40] == []
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert len(titles) == len(CHAPTERS)
    assert pdf.metadata.title == "Backpropagation, Shape by Shape"


def test_every_link_of_the_pdf_leads_somewhere_and_every_equation_has_its_number(pdf):
    known = pdf.named_destinations
    assert [name for name in inner_links(pdf) if name not in known] == []
    text = "".join(page.extract_text() for page in pdf.pages)
    numbers = set()
    for page in CHAPTERS:
        numbers |= set(re.findall(r'class="eqno">\(([\d.]+)\)', (SITE / page).read_text("utf-8")))
    assert [number for number in sorted(numbers) if f"({number})" not in text] == []


def inner_links(pdf):
    for page in pdf.pages:
        for one in page.get("/Annots") or ():
            target = one.get_object().get("/Dest")
            if target is not None:
                yield str(target)

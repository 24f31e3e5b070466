"""The card of every equation, in a browser: what it says, how it is copied, and without scripts."""

import json
import re
from importlib.resources import files
from urllib.parse import urldefrag

import pytest
from jsonschema import Draft202012Validator
from pybtex.database import parse_string

from proofread.check import Book
from site_server import EQUATIONS, SITE
from test_site import CHAPTERS, ROOT, names

pytestmark = pytest.mark.browser

CATALOGUE = json.loads((SITE / "equations.json").read_text("utf-8")) if EQUATIONS else {}
BY_PAGE = {}
for one in EQUATIONS:
    BY_PAGE.setdefault(urldefrag(one["page"])[0], []).append(one)
TOLD = """card => Object.fromEntries([...card.querySelectorAll(".copied")].map(one =>
  [one.querySelector("span").textContent, one.querySelector("pre").textContent])
  .concat([...card.querySelectorAll("dt")].map(one =>
    [one.textContent, one.nextElementSibling.textContent])))"""
LINKS = "card => [...card.querySelectorAll('a')].map(one => one.getAttribute('href'))"


def holds(entry, told, links):
    """A card says all that is known of its equation."""
    assert told["Permalink"] == entry["permalink"]
    assert told["LaTeX"] == entry["latex"]
    found = parse_string(told["BibTeX"], "bibtex").entries[f"shape-by-shape-{entry['tag']}"]
    assert found.fields["url"] == entry["permalink"]
    assert entry["tag"] in found.fields["title"] and entry["number"] in found.fields["title"]
    assert CATALOGUE["version"] in found.fields["note"]
    (csl,) = json.loads(told["CSL-JSON"])
    assert csl["URL"] == entry["permalink"] and csl["type"] == "chapter"
    words = told["Citation as text"]
    assert entry["permalink"] in words and f"tag {entry['tag']}" in words
    for shape in entry["symbols"].values():
        assert shape in told["Symbols and shapes"]
    for function in entry["implementation"]:
        assert function["function"] in told["Code"] and f"../{function['page']}" in links
    assert (entry["test"] or "") in told["Test"] and entry["label"] in told["Test"]
    evidence = entry["evidence"]
    if evidence["error"]:
        assert f"relative error below {evidence['error']}" in told["Evidence"]
        assert f"{evidence['wrong_edits_refused']} wrong edits refused" in told["Evidence"]
        proved = "verified symbolically" in told["Evidence"]
        assert proved == evidence["verified_symbolically"]
    for shapes in evidence["shapes"]:
        assert ", ".join(f"{s} = {n}" for s, n in shapes.items()) in told["Evidence"]
    label = {one["label"]: one for one in EQUATIONS}
    for row, others in (
        ("Follows from", entry["follows_from"] + entry["rests_on"]),
        ("Used in", entry["used_by"]),
    ):
        for other in others:
            assert f"({label[other]['number']})" in told[row]
            assert f"../{label[other]['page']}" in links
    assert any(f"tag={entry['tag']}" in link for link in links)
    assert f"../{entry['page']}" in links


def test_every_labelled_equation_is_in_the_catalogue_once():
    assert [one["label"] for one in EQUATIONS] == list(Book(ROOT).displays)
    assert len({one["tag"] for one in EQUATIONS}) == len(EQUATIONS) > 200


def test_the_catalogue_is_valid_by_its_schema():
    schema = json.loads((SITE / "equations.schema.json").read_text("utf-8"))
    source = files("equation_cards").joinpath("equations.schema.json").read_text("utf-8")
    assert schema == json.loads(source)
    Draft202012Validator.check_schema(schema)
    assert [one.message for one in Draft202012Validator(schema).iter_errors(CATALOGUE)] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("tag", "AAAA"), ("sha256", "x"), ("page", "elsewhere.html"), ("symbols", {"x": "2 by 3"}),
     ("evidence", {}), ("number", "a"), ("more", 1)],
)  # fmt: skip
def test_the_schema_refuses_what_is_wrong(key, value):
    schema = json.loads((SITE / "equations.schema.json").read_text("utf-8"))
    broken = CATALOGUE | {"equations": [EQUATIONS[0] | {key: value}]}
    assert list(Draft202012Validator(schema).iter_errors(broken))


def test_every_permalink_and_every_place_in_the_catalogue_is_there():
    places = []
    for one in EQUATIONS:
        assert one["permalink"].startswith(CATALOGUE["site"])
        places.append(one["permalink"].removeprefix(CATALOGUE["site"]))
        places += [one["page"], *(cited["page"] for cited in one["cited_in"])]
        places += [function["page"] for function in one["implementation"]]
    for place in places:
        page, anchor = urldefrag(place)
        assert (SITE / page).is_file(), place
        assert not anchor or anchor in names(page).anchors, place


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_equation_of_a_page_has_its_card(visit, address, name):
    page = visit(f"{address}/{name}", viewport={"width": 1280, "height": 900})
    links = page.locator("div.math[id] a.card-link")
    assert links.count() == len(BY_PAGE.get(name, ()))
    assert page.locator("div.math[id]").count() == links.count()
    card = page.locator("dialog.card-dialog")
    for entry in BY_PAGE.get(name, ()):
        link = page.locator(f"#equation-{entry['label']} a.card-link")
        link.evaluate("one => one.click()")
        card.wait_for(state="visible")
        assert f"Equation ({entry['number']})" in card.locator("h2").text_content()
        assert entry["tag"] in card.locator("h2").text_content()
        holds(entry, card.evaluate(TOLD), card.evaluate(LINKS))
        formula = card.locator(".formula annotation").first.text_content()
        assert formula == entry["latex"]
        page.keyboard.press("Escape")
        card.wait_for(state="hidden")


def test_without_scripts_the_page_of_every_tag_says_the_same(visit, address):
    page = visit(f"{address}/book/cite.html", java_script_enabled=False)
    for entry in EQUATIONS:
        page.goto(f"{address}/tag/{entry['tag']}.html", wait_until="domcontentloaded")
        card = page.locator(".equation-card")
        seen = card.inner_text()
        for text in (entry["permalink"], "@incollection{", entry["latex"].split("\n")[0].strip()):
            assert text in seen, entry["tag"]
        assert "Evidence" in seen and "Citation as text" in seen and "Copy" not in seen
        assert entry["number"] in page.title() and entry["tag"] in page.title()


def test_the_pages_of_tags_say_what_the_cards_say(visit, address):
    page = visit(f"{address}/book/cite.html")
    for entry in EQUATIONS[::10]:
        page.goto(f"{address}/tag/{entry['tag']}.html")
        card = page.locator(".equation-card")
        holds(entry, card.evaluate(TOLD), card.evaluate(LINKS))
        canonical = page.locator("link[rel=canonical]").get_attribute("href")
        assert canonical == entry["permalink"]


def test_without_scripts_the_control_leads_to_the_page_of_the_tag(visit, address):
    page = visit(f"{address}/book/collapse.html", java_script_enabled=False)
    page.locator("#equation-eq-collapse-dz2 a.card-link").click()
    page.wait_for_url("**/tag/*.html")
    assert "BibTeX" in page.locator(".equation-card").inner_text()


@pytest.mark.parametrize("place", ["served", "a folder"])
@pytest.mark.parametrize(("width", "touch"), [(1280, False), (375, True)])
def test_a_new_reader_copies_a_bibtex_entry(visit, address, place, width, touch):
    start = address if place == "served" else SITE.as_uri()
    options = {"viewport": {"width": width, "height": 800}, "has_touch": touch}
    page = visit(f"{start}/book/collapse.html", **options)
    if place == "served":
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = page.locator("#equation-eq-collapse-dz2").get_by_role("link", name="Cite equation 6.1")
    box = link.bounding_box()
    assert box["height"] >= 24 and box["width"] >= 20
    link.tap() if touch else link.click()
    button = page.get_by_role("button", name="Copy BibTeX")
    assert button.bounding_box()["y"] < 800  # in sight, without scrolling
    button.tap() if touch else button.click()
    page.get_by_text("Copied", exact=True).wait_for()
    copied = page.evaluate(
        "navigator.clipboard.readText()" if place == "served" else "getSelection().toString()"
    )
    entry = next(one for one in EQUATIONS if one["label"] == "eq-collapse-dz2")
    found = parse_string(copied, "bibtex").entries[f"shape-by-shape-{entry['tag']}"]
    assert found.fields["url"] == entry["permalink"]


def test_a_card_is_opened_read_and_closed_with_the_keyboard(visit, address):
    page = visit(f"{address}/book/collapse.html", viewport={"width": 1280, "height": 900})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = page.locator("#equation-eq-collapse-dz2 a.card-link")
    link.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name=re.compile(r"Equation \(6\.1\)"))
    card.wait_for()
    page.evaluate("navigator.clipboard.writeText('')")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == "Copy BibTeX":
            break
    page.keyboard.press("Enter")
    page.get_by_text("Copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@incollection{")
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert link.evaluate("one => one === document.activeElement")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_an_open_card_is_open_to_everyone(visit, address, width, theme):
    axe = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    page = visit(f"{address}/book/chain_rule.html", **options)
    for label in ("eq-chain-rule-transposes", "eq-chain-rule-question-split"):
        page.locator(f"#equation-{label} a.card-link").click()
        page.locator("dialog.card-dialog").wait_for()
        page.evaluate(axe)
        report = page.evaluate("axe.run('dialog.card-dialog')")
        assert [(one["id"], one["nodes"][0]["html"]) for one in report["violations"]] == []
        wide = "one => one.scrollWidth - one.clientWidth"
        assert page.locator("dialog.card-dialog").evaluate(wide) <= 0
        page.keyboard.press("Escape")


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_metadata_of_a_page_names_the_book(visit, address, name):
    page = visit(f"{address}/{name}")
    meta = {
        one.get_attribute("name"): one.get_attribute("content")
        for one in page.locator("meta[name^=citation_]").all()
    }
    (data,) = (
        json.loads(one.text_content())
        for one in page.locator("script[type='application/ld+json']").all()
    )
    site = CATALOGUE["site"]
    assert page.locator("link[rel=canonical]").get_attribute("href") == site + name
    assert meta["citation_author"] == "The Shape by Shape contributors"
    assert meta["citation_public_url"] == site + name
    assert meta["citation_publication_date"] == CATALOGUE["date"].replace("-", "/")
    assert data["author"] == [{"@type": "Organization", "name": meta["citation_author"]}]
    if name == "book/index.html":
        assert data["@type"] == "Book" and data["name"] == CATALOGUE["title"]
    else:
        assert data["@type"] == "Chapter" and data["isPartOf"]["name"] == CATALOGUE["title"]
        assert meta["citation_inbook_title"] == CATALOGUE["title"]
        assert data["name"] == meta["citation_title"]
    footer = page.locator(".edition").inner_text()
    for told in (CATALOGUE["version"], CATALOGUE["date"], CATALOGUE["commit"]):
        assert told in footer


def test_a_tag_is_an_object_of_the_book_and_the_search_finds_it(visit, address):
    entry = EQUATIONS[100]
    page = visit(f"{address}/book/index.html", viewport={"width": 1280, "height": 900})
    page.keyboard.press("Control+k")
    page.keyboard.type(entry["tag"])
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#search-results li a[href$='{entry['page']}']")

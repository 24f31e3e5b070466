"""Citations, symbols with their shapes, evidence: what a card and ``equations.json`` say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pybtex.database import parse_string

from equation_cards import citation
from equation_cards.domain import before, section_of
from equation_cards.edition import edition
from equation_cards.facts import bound, evidence_of, sentences
from equation_cards.summaries import implemented
from equation_cards.symbols import symbols
from proofread.check import Book
from small_book import identify, write

ROOT = Path(__file__).parent.parent
BOOK = Book(ROOT)
PART = {
    "tag": "BCDF", "title": "Equation (6.1), tag BCDF", "chapter": "6",
    "url": "https://small.org/tag/BCDF.html",
}  # fmt: skip


@pytest.fixture
def small(tmp_path):
    edition.cache_clear()
    return edition(identify(write(tmp_path, "# Page\n")))


# Citations


def test_a_bibtex_entry_parses_and_says_everything(small):
    found = parse_string(citation.bibtex(small, PART), "bibtex").entries["shape-by-shape-BCDF"]
    assert found.type == "incollection"
    assert dict(found.fields) == {
        "title": "Equation (6.1), tag {BCDF}", "booktitle": "Small", "chapter": "6",
        "publisher": "Nobody", "year": "2026", "note": "Version 1.0.0, draft",
        "url": "https://small.org/tag/BCDF.html",
    }  # fmt: skip
    # one author, whose name is not taken apart
    (author,) = found.persons["author"]
    assert author.last_names == ["{Nobody}"] and not author.first_names


def test_the_book_is_cited_as_a_book(small):
    found = parse_string(citation.bibtex(small), "bibtex").entries["shape-by-shape"]
    assert found.type == "book" and found.fields["title"] == "{Small}"
    assert found.fields["url"] == "https://small.example/"


def test_a_part_without_a_number_names_no_chapter(small):
    part = PART | {"chapter": None}
    assert "chapter" not in parse_string(citation.bibtex(small, part), "bibtex").entries[
        "shape-by-shape-BCDF"
    ].fields  # fmt: skip
    assert "chapter-number" not in json.loads(citation.csl(small, part))[0]


def test_what_latex_reads_as_commands_is_escaped(small):
    entry = citation.bibtex(replace(small, title="50% & {more}_#1"))
    assert r"{{50\% \& \{more\}\_\#1}}" in entry
    parse_string(entry, "bibtex")


def test_csl_is_json_with_a_literal_author_and_a_date(small):
    (entry,) = json.loads(citation.csl(small, PART))
    assert entry["author"] == [{"literal": "Nobody"}]
    assert entry["issued"] == {"date-parts": [[2026, 1, 2]]}
    assert entry["type"] == "chapter" and entry["container-title"] == "Small"
    assert json.loads(citation.csl(small))[0]["type"] == "book"


def test_a_citation_in_words(small):
    assert citation.text(small, PART) == (
        "Nobody (2026). Equation (6.1), tag BCDF, in Small. Version 1.0.0, draft. "
        "https://small.org/tag/BCDF.html"
    )


# Symbols


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("eq-affine-dw2", {"dW_2": "H×K", "A_1": "N×H", "dZ_2": "N×K"}),
        ("eq-collapse-dz2", {"dz_2": "1×K", r"\hat y": "1×K", r"\dot y": "1×K"}),
        ("eq-notation-ones", {r"\mathbf 1": "N×1", r"\dot Y": "N×K", r"\mathbf 1_K": "K×1"}),
        ("eq-cost-reverse", {}),
    ],
)
def test_symbols_have_the_shapes_of_their_world(label, expected):
    assert symbols(BOOK.displays[label]) == expected


def test_nearly_every_equation_has_symbols():
    without = {label for label, one in BOOK.displays.items() if not symbols(one)}
    assert without == {
        "eq-cost-reverse", "eq-cost-forward", "eq-by-hand-tanh-of-log",  # sizes and numbers alone
        "eq-gradient-check-central-error", "eq-gradient-check-complex-step",  # not executed
    }  # fmt: skip


# Evidence


@pytest.mark.parametrize(
    ("error", "told"), [(0.0, "1e-14"), (3e-16, "1e-14"), (2e-12, "1e-11"), (1e-9, "1e-9")]
)
def test_an_error_is_told_as_a_bound_that_no_machine_changes(error, told):
    assert bound(error) == told


def test_evidence_is_what_was_executed_and_measured():
    found = evidence_of(ROOT, "eq-collapse-dz2")
    assert found["verdict"] == "holds" and found["error"] == "1e-14"
    assert len(found["shapes"]) == 2 and found["wrong_edits_refused"] > 20
    assert found["verified_symbolically"] is True
    words = "; ".join(sentences(found))
    assert words.startswith("executed and true; tried at N = ")
    assert words.endswith("wrong edits refused; verified symbolically")


def test_what_is_refuted_or_not_executed_says_so():
    refuted = next(label for label, one in BOOK.displays.items() if one.refuted)
    assert next(sentences(evidence_of(ROOT, refuted))) == "refuted"
    told = list(sentences(evidence_of(ROOT, "eq-gradient-check-complex-step")))
    assert told[0].startswith("unchecked: an asymptotic statement") and len(told) == 1


# References


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("| {eq}`eq-it` | `gone` | `tests/test_a.py` |", "backprop has no function gone"),
        ("| {eq}`eq-it` | `softmax` | `tests/test_b.py` |", "there is no tests/test_b.py"),
    ],
)
def test_a_function_or_test_that_is_not_there_is_named_with_its_line(tmp_path, row, told):
    write(tmp_path, f"# Page\n\n| equation | function | test |\n|---|---|---|\n{row}\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").touch()
    with pytest.raises(ValueError, match=f"book/page.md:5: {told}: correct the row"):
        implemented(tmp_path)


def test_every_public_function_stands_on_the_page_of_functions():
    import backprop
    from equation_cards.functions import offered

    text = (ROOT / "book/api.md").read_text("utf-8")
    modules = [line.split()[1] for line in text.splitlines() if line.startswith("```{functions}")]
    shown = [one.__name__ for module in modules for one in offered(module)]
    assert sorted(shown) == sorted(backprop.__all__)


def test_the_paragraph_before_a_display_leads_to_it():
    from docutils import nodes

    paragraph, display = nodes.paragraph(text="leads"), nodes.math_block()
    section = nodes.section("", nodes.title(text="Title"), paragraph, nodes.target(), display)
    section["ids"] = ["title"]
    assert before(display) is paragraph
    assert section_of(display) == ("title", "Title")
    section.remove(paragraph)
    assert before(display).astext() == ""

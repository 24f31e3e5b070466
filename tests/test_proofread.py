"""The command ``python -m proofread``."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from proofread.__main__ import main
from small_book import CONFIG, DEFINITION, TINY, display, only, page, write

WORLD = replace(TINY, anchors=TINY.anchors[:1])


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command on a book of one page."""

    def command(text, *labels, world=WORLD):
        write(tmp_path, text)
        monkeypatch.chdir(tmp_path)
        with only(tiny=world):
            code = main(list(labels))
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err.splitlines()

    return command


def test_every_equation_gets_a_line(run):
    code, out, err = run(page(r"dv\,\mathbf 1 = 0 = (v - v)\,\mathbf 1"))
    assert (code, err) == (0, [])
    assert [line.split()[:3] for line in out[:2]] == [
        ["eq-p", "1", "step"],
        ["eq-it", "2", "steps"],
    ]
    assert all(line.endswith("holds") for line in out[:2])
    assert out[2:] == ["2 displays, 1 anchors, 0 failures"]


def test_a_failure_is_printed_and_counted(run):
    code, out, err = run(page("v = x"))
    told = "book/page.md:8:5: eq-it: the left side is 1×K, the right side 1×D"
    assert (code, err) == (1, [told, "    v = x", "        ^"])
    assert out[-1] == "2 displays, 1 anchors, 1 failures"


def test_a_broken_definition_is_printed_once(run):
    code, _, err = run(page("v = w", definition="p = x"))
    told = "book/page.md:4:5: eq-p: the left side is 1×K, the right side 1×D"
    assert (code, err) == (1, [told, "    p = x", "        ^"])


def test_an_anchor_that_disagrees_is_a_failure(run):
    wrong = replace(WORLD, anchors=((["p"], np.tanh, ["v"]),))
    code, out, err = run(page("v + v = 2 v"), world=wrong)
    told = "book/page.md:4:1: eq-p: p of the book and tanh(v) of the code differ"
    assert (code, err) == (1, [told, f"    {DEFINITION}", "    ^"])
    assert out[-1] == "2 displays, 1 anchors, 1 failures"


def test_too_many_unchecked_displays_are_a_failure(run):
    code, _, err = run(page("v + v = 2 v") + "% unchecked: a bound\n\n" + display("v", "eq-x"))
    assert (code, err) == (1, ["more than 5 % of the displays are unchecked: eq-x"])


def test_a_label_is_explained(run):
    code, out, err = run(page("v + v &= 2\n v = 3 v - v"), "eq-it")
    assert (code, err) == (0, [])
    assert out[0] == "eq-it  book/page.md:7  world tiny  holds"
    assert out[1::2] == ["  &= 2 v", "  &= 2 v", "  = 3 v - v", "  = 3 v - v"]
    assert all(line.startswith("      K=") and ": relative error " in line for line in out[2::2])


def test_an_explanation_names_the_definitions_that_were_executed(run):
    _, out, _ = run(page(r"dv\,\mathbf 1 = 0"), "eq-it")
    assert out[1] == "  p is defined by eq-p"


def test_an_unchecked_label_is_explained(run):
    code, out, err = run("% unchecked: a bound\n\n" + display("v", "eq-x"), "eq-x")
    assert (code, err) == (0, [])
    assert out == ["eq-x  book/page.md:3  world None  unchecked: a bound"]


def test_a_label_that_does_not_hold_is_explained_by_its_mistake(run):
    code, _, err = run(page("v = x"), "eq-it")
    told = "book/page.md:8:5: eq-it: the left side is 1×K, the right side 1×D"
    assert (code, err) == (1, [told, "    v = x", "        ^"])


def test_an_unknown_label_is_a_failure(run):
    assert run(page("v = w"), "eq-p", "eq-no") == (1, [], ["no display is labelled eq-no"])


def test_a_book_that_cannot_be_read_is_a_failure(run, tmp_path):
    code, _, err = run("$$\nv = w\n$$\n")
    assert (code, err) == (1, ["book/page.md:1: every display carries a label"])
    (tmp_path / "book" / "page.md").unlink()
    with only(tiny=WORLD):
        assert main([]) == 1


def test_the_command_runs_where_the_contents_are(tmp_path):
    (tmp_path / "_toc.yml").write_text("root: page\n", encoding="utf-8")
    (tmp_path / "_config.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "page.md").write_text(display(r"v \approx w", "eq-it"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "proofread", "eq-it"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    told = "page.md:2:1: eq-it: no '% world: …' stands before this display"
    assert done.stderr.splitlines() == [told, r"    v \approx w", "    ^"]

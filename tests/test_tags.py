"""Tags: every equation has one, and nothing of what was released changes unsaid."""

import json
import re
from pathlib import Path

import pytest

from equation_cards import released, tags
from proofread.displays import chapters
from small_book import IDENTITY, display, identify, write

ROOT = Path(__file__).parent.parent
ONE, TWO = "eq-one", "eq-two"


@pytest.fixture
def book(tmp_path):
    """Two equations with their tags."""
    tags.tagged.cache_clear()
    yield identify(write(tmp_path, display("a = b", ONE) + display("b = c", TWO)))
    tags.tagged.cache_clear()


def tag_of(book, label):
    return next(tag.name for tag in tags.read(book).values() if tag.label == label)


def add(book, line):
    path = book / tags.FILE
    path.write_text(path.read_text() + line + "\n")
    tags.tagged.cache_clear()


def said(book, read=tags.tagged):
    """What is said of the tags of a book."""
    with pytest.raises(ValueError) as caught:
        read(book)
    return str(caught.value)


# This book


def test_every_equation_of_the_book_has_a_tag_of_its_own():
    known = tags.tagged(ROOT)
    assert len(set(known.values())) == len(known) > 200
    assert all(tags.TAG.fullmatch(tag) for tag in known.values())


def test_nothing_released_has_changed_unsaid():
    assert list(released.complaints(ROOT)) == []


def test_what_is_recorded_as_released_is_whole():
    for one in released.releases(ROOT):
        assert set(one) == {"version", "date", "lines", "hashes"} and one["hashes"]
        assert re.search(rf"^## {re.escape(one['version'])}, {one['date']}$",
                         (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)  # fmt: skip


# The file of tags


def test_new_equations_get_tags_at_the_end(book, capsys):
    before = (book / tags.FILE).read_text()
    write(book, display("a = b", ONE) + display("x = y", "eq-new") + display("b = c", TWO))
    tags.main(book)
    after = (book / tags.FILE).read_text()
    assert after.startswith(before) and after.count("\n") == before.count("\n") + 1
    assert "book/page.md:5: eq-new has the tag" in capsys.readouterr().out
    tags.main(book)
    assert (book / tags.FILE).read_text() == after


def test_two_equations_never_get_one_tag():
    taken = set()
    for number in range(500):
        tag = tags.proposed(f"eq-{number}", taken)
        assert tag not in taken and tags.TAG.fullmatch(tag)
        taken.add(tag)
    assert tags.proposed("eq-3", {tags.proposed("eq-3", ())}) != tags.proposed("eq-3", ())


def test_an_equation_without_a_tag_is_named_with_its_line(book):
    write(book, display("a = b", ONE) + display("b = c", TWO) + display("x = y", "eq-new"))
    assert said(book) == (
        "book/page.md:9: eq-new has no tag: run 'python -m equation_cards.tags', which adds one"
    )


def test_a_tag_without_an_equation_is_named_with_its_line(book):
    name = tag_of(book, TWO)
    write(book, display("a = b", ONE))
    assert said(book) == (
        f"tags/tags.txt:2: no equation is labelled eq-two: add a line '{name} eq-…' if it has "
        f"another label now, or '{name} withdrawn: why'"
    )


def test_two_tags_of_one_label_are_refused(book):
    add(book, f"BBBB {ONE}")
    name = tag_of_line(book, 1)
    assert said(book, tags.read) == (
        f"tags/tags.txt:3: eq-one has the tag {name} of line 1: remove this line"
    )


def tag_of_line(book, number):
    return (book / tags.FILE).read_text().splitlines()[number - 1].split()[0]


def test_two_labels_of_one_tag_are_refused(book):
    name = tag_of(book, ONE)
    add(book, f"{name} {TWO}")
    assert "eq-two has the tag" in said(book, tags.read)
    write(book, display("a = b", ONE) + display("b = c", "eq-three"))
    (book / tags.FILE).write_text(f"{name} {ONE}\n{name} eq-three\n")
    tags.tagged.cache_clear()
    assert said(book) == (
        f"tags/tags.txt:2: {name} is the tag of eq-one, which is still in the book: one tag, one "
        "label; remove this line"
    )


@pytest.mark.parametrize("line", ["AAAA eq-x", "BBBB", "BBB eq-x", "BBBB Eq", "BBBB withdrawn:"])
def test_a_line_that_says_nothing_is_refused(book, line):
    add(book, line)
    assert said(book, tags.read) == (
        f"tags/tags.txt:3: write 'TAG eq-label' or 'TAG withdrawn: why', not {line!r}"
    )


def test_a_tag_moves_with_its_equation(book):
    name = tag_of(book, TWO)
    write(book, display("a = b", ONE) + display("b = c", "eq-moved"))
    add(book, f"{name} eq-moved")
    assert tags.tagged(book)["eq-moved"] == name


def test_a_withdrawn_tag_keeps_its_reason_and_is_given_to_no_other(book):
    name = tag_of(book, TWO)
    write(book, display("a = b", ONE))
    add(book, f"{name} withdrawn: it was false for K = 1")
    assert TWO not in tags.tagged(book)
    assert tags.read(book)[name].withdrawn == "it was false for K = 1"
    add(book, f"{name} eq-other")
    assert "give the equation a new tag" in said(book, tags.read)


def test_only_a_tag_that_was_given_is_withdrawn(book):
    add(book, "BBBB withdrawn: why")
    assert "BBBB was never given to an equation" in said(book, tags.read)


# The hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"a\,b", "a b"), (r"\bigl(a\bigr)", "(a)"), (r"x &= y \\ &= z", r"x = y \\ = z"),
        (r"x = y \quad \text{if }", r"x=y\text{if}"), ("\\hat y\n", r"\hat  y"),
    ],
)  # fmt: skip
def test_what_only_spaces_a_formula_does_not_change_its_hash(one, other):
    assert tags.digest(one) == tags.digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a + b", "a - b"), ("A", r"A^\top"), (r"\frac{1}{N} x", "x"), ("ab", "ba"), ("x_1", "x1")],
)
def test_what_changes_a_formula_changes_its_hash(one, other):
    assert tags.digest(one) != tags.digest(other)


def test_the_hash_can_be_made_elsewhere_as_the_schema_tells():
    assert tags.normalised(r"dz &= \bigl(\hat y\,-\,1\bigr)") == r"d z = ( \hat y - 1 )"


# Releases


@pytest.fixture
def out(book):
    """A book that has been released."""
    (book / "CITATION.cff").write_text(IDENTITY.replace(".example/", ".org/"))
    (book / "CHANGELOG.md").write_text("# Changes\n\n## 1.0.0, 2026-01-02\n\n- First.\n")
    from equation_cards.edition import edition

    edition.cache_clear()
    released.main(book)
    return book


def complaints(book):
    tags.tagged.cache_clear()
    return list(released.complaints(book))


def entry(book, text):
    (book / "CHANGELOG.md").write_text(
        f"# Changes\n\n## 1.1.0, not yet released\n\n{text}\n\n## 1.0.0, 2026-01-02\n"
    )


def test_before_the_first_release_nothing_is_taxed(book):
    write(book, display("a = x", ONE) + display("b = c", TWO))
    assert complaints(book) == []


def test_a_release_records_every_tag_with_its_hash(out):
    (one,) = json.loads((out / released.RECORD).read_text())
    assert one["version"] == "1.0.0" and one["date"] == "2026-01-02"
    assert one["hashes"][tag_of(out, ONE)] == tags.digest("a = b")
    assert one["lines"] == (out / tags.FILE).read_text().splitlines()
    assert complaints(out) == []


def test_a_released_equation_does_not_change_without_an_entry_under_its_tag(out):
    name = tag_of(out, ONE)
    write(out, display("a = -b", ONE) + display("b = c", TWO))
    assert complaints(out) == [
        f"book/page.md:1: {name} was changed since release 1.0.0: add a line '- `{name}`: what "
        "and why' to CHANGELOG.md, above 1.0.0"
    ]
    entry(out, f"- `{tag_of(out, TWO)}`: another one.")
    assert len(complaints(out)) == 1
    entry(out, f"- `{name}`: the sign was wrong.")
    assert complaints(out) == []


def test_an_entry_of_the_release_itself_does_not_count(out):
    name = tag_of(out, ONE)
    (out / "CHANGELOG.md").write_text(f"# Changes\n\n## 1.0.0, 2026-01-02\n\n- `{name}`: new.\n")
    write(out, display("a = -b", ONE) + display("b = c", TWO))
    assert len(complaints(out)) == 1


def test_what_only_spaces_a_released_equation_is_no_change(out):
    write(out, display(r"a &= \,b", ONE) + display("b = c", TWO))
    assert complaints(out) == []


def test_an_addition_is_no_change(out):
    write(out, display("n = n", "eq-new") + display("a = b", ONE) + display("b = c", TWO))
    tags.main(out)
    assert complaints(out) == []


@pytest.mark.parametrize("edit", ["removed", "renamed", "swapped"])
def test_a_released_line_about_tags_stays_as_it_is(out, edit):
    one, two = (out / tags.FILE).read_text().splitlines()
    a, b = one.split()[0], two.split()[0]
    lines = {
        "removed": [two, "BBBB eq-one"],
        "renamed": ["BBBB eq-one", two],
        "swapped": [f"{b} eq-one", f"{a} eq-two"],
    }[edit]
    (out / tags.FILE).write_text("\n".join(lines) + "\n")
    assert "was changed or removed: only add lines, at the end" in complaints(out)[0]


def test_a_withdrawn_equation_is_named_in_the_changelog(out):
    name = tag_of(out, TWO)
    write(out, display("a = b", ONE))
    add(out, f"{name} withdrawn: false")
    (told,) = complaints(out)
    assert told.startswith(f"tags/tags.txt:3: {name} was withdrawn since release 1.0.0")
    entry(out, f"- `{name}`: withdrawn, because it was false.")
    assert complaints(out) == []


def test_an_entry_names_a_tag_that_exists(book):
    entry(book, "- `BBBB`: what?")
    assert complaints(book) == ["CHANGELOG.md:5: no equation has the tag BBBB"]


def test_a_version_is_released_once_and_at_an_address(out, book):
    with pytest.raises(ValueError, match=r"version 1\.0\.0 is released: give it a new version"):
        released.main(out)


def test_a_draft_is_not_released_before_it_is_ready(book):
    from equation_cards.edition import edition

    edition.cache_clear()
    with pytest.raises(ValueError) as caught:
        released.main(book)
    assert str(caught.value).split("\n") == [
        "CHANGELOG.md: write the heading '## 1.0.0, 2026-01-02'",
        "CITATION.cff: say where the site and its repository are: url, repository-code",
    ]
    assert released.releases(book) == []


def test_tags_and_record_need_no_history():
    # a shallow clone has none: nothing here asks git
    source = (ROOT / "src/equation_cards/tags.py", ROOT / "src/equation_cards/released.py")
    assert not any("subprocess" in path.read_text("utf-8") for path in source)
    assert chapters(ROOT)

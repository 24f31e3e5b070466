"""Every equation and every anchor of the book; and what each check catches, on a small book."""

from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import backprop as bp
from proofread import check as module
from proofread import worlds
from proofread.check import Book, draw_sizes
from proofread.compare import relative
from proofread.shapes import SIZES
from proofread.worlds import WORLDS
from small_book import DEFINITION, TINY, check, complaint, display, only, page, pointed, write

ROOT = Path(__file__).parents[1]
BOOK = Book(ROOT)
ANCHORS = [(name, i) for name, world in WORLDS.items() for i in range(len(world.anchors))]


def said(anchor):
    _, function, arguments = WORLDS[anchor[0]].anchors[anchor[1]]
    return f"{anchor[0]}-{function.__name__}-{'-'.join(arguments)}"


# The book itself


@pytest.mark.parametrize("label", sorted(BOOK.displays))
def test_equation(label):
    report = BOOK.check(label)
    assert report.details or report.verdict != "holds"


@pytest.mark.parametrize("anchor", ANCHORS, ids=said)
def test_anchor(anchor):
    BOOK.check_anchor(*anchor)


def test_at_most_five_in_a_hundred_displays_are_unchecked():
    assert BOOK.too_many_unchecked() == []


def test_the_book_has_equations():
    assert len(BOOK.displays) >= 60
    assert {display.world for display in BOOK.displays.values()} >= set(WORLDS)


# Three corners: equation, independent derivative, code


def reread(**displays):
    """The book with some displays exchanged, and nothing computed yet."""
    book = copy(BOOK)
    book.displays, book.programs = BOOK.displays | displays, {}
    return book


NUMPY_ALONE = (np.tanh, np.diff, worlds._column_sums)


def test_equations_hold_and_anchors_fail_when_the_code_returns_garbage(monkeypatch):
    def garbage(*args, **options):
        return [[float("nan")]]

    for function in (f for f in vars(bp).values() if hasattr(f, "__code__")):
        monkeypatch.setattr(function, "__code__", garbage.__code__)
    book = reread()
    for label in book.displays:
        book.check(label)
    for name, index in ANCHORS:
        if WORLDS[name].anchors[index][1] not in NUMPY_ALONE:
            place = r"(world \w+|book/.*:\d+:1: eq-[\w-]+)"
            with pytest.raises(ValueError, match=rf"^{place}: .* of the code differ"):
                book.check_anchor(name, index)


WRONG = {
    "eq-forward-hidden": (r"+ \underbrace{b_1}", r"- \underbrace{b_1}"),
    "eq-forward-tanh": (r"\tanh(z_1)", "(z_1)"),
    "eq-forward-logits": (r"+ \underbrace{b_2}", r"- \underbrace{b_2}"),
    "eq-forward-softmax": ("(z_2)", "(2 z_2)"),
    "eq-forward-log": (r"\log \hat y", r"\tanh \hat y"),
    "eq-forward-likelihood": (r"\underbrace{\ell_n}_{1\times K}", r"2 \ell_n"),
    "eq-forward-loss": ("-", ""),
    "eq-softmax-definition": ("e^{z_k}", "e^{-z_k}"),
    "eq-softmax-log": (r"\log \hat y_i", r"\hat y_i"),
    "eq-softmax-jacobian-entries": ("=", "= -"),
    "eq-collapse-log-sum": ("e^{", "e^{-"),
    "eq-by-hand-x": (r"\log 2", r"\log 4"),
    "eq-by-hand-y": ("1 & 0", "0 & 1"),
    "eq-by-hand-w1": ("2 & -1", "-1 & 2"),
    "eq-by-hand-b1": ("-", ""),
    "eq-by-hand-w2": ("3 & -1", "-1 & 3"),
    "eq-by-hand-b2": (r"\log 3", "3"),
    "eq-classes-difference": ("z_{2,2} - z_{2,1}", "z_{2,1} - z_{2,2}"),
    "eq-classes-sigmoid": ("e^{-u}", "e^{u}"),
    "eq-classes-pair": ("1 - p & p", "p & 1 - p"),
    "eq-classes-counts": ("m = ", "m = 2 "),
    "eq-classes-balanced": (r"\frac{N}{K}", r"\frac{K}{N}"),
}


def test_every_definition_is_made_wrong_below():
    made = {label for world in WORLDS.values() for label in world.made.values()}
    assert made == set(WRONG)


@pytest.mark.parametrize("label", WRONG)
def test_an_anchor_catches_a_wrong_definition(label):
    old, new = WRONG[label]
    was = BOOK.displays[label]
    assert old in was.latex
    book = reread(**{label: replace(was, latex=was.latex.replace(old, new, 1))})
    failed = []
    for name, index in ANCHORS:
        if name == was.world:
            try:
                book.check_anchor(name, index)
            except ValueError as error:
                failed.append(str(error))
    assert failed


# Draws


@pytest.mark.parametrize("fixed", [{}, {"K": 2}, {"K": 4, "H": 3}, {"K": 4, "H": 3, "D": 5}])
def test_sizes_are_pairwise_different_and_change_from_draw_to_draw(fixed):
    for seed in range(50):
        one, two = draw_sizes(np.random.default_rng(seed), fixed)
        for sizes in (one, two):
            assert len(set(sizes.values())) == len(SIZES)
            assert min(sizes.values()) >= 2
            assert sizes.items() >= fixed.items()
        assert all(one[s] != two[s] for s in SIZES if s not in fixed)


def test_each_step_is_executed_at_two_draws(tmp_path):
    row = r"(W v^\top)^\top"
    latex = rf"v W^\top = {row} = \sum_{{k=1}}^{{K}} {row} / K \in \mathbb R^{{1\times D}}"
    report = check(tmp_path, latex)
    assert report.steps == 3  # the last is of shapes alone
    assert [step.right.data for step, _, _ in report.details] == ["raised"] * 2 + ["sum"] * 2
    assert len(report.sizes) == 2
    assert all(sizes.keys() == {"D", "K"} for sizes in report.sizes)


@pytest.mark.parametrize(
    ("latex", "sizes"),
    [
        (
            r"\mathbf 1_{NK\times 1} + \mathbf 1_{NK\times 1} = 2\,\mathbf 1_{NK\times 1}",
            {"N", "K"},
        ),
        (r"\sum_{k=1}^{H} (g - g) = 0", {"H"}),
        ("N + D = D + N", {"N", "D"}),
        ("g + g = 2 g", set()),
    ],
)
def test_the_sizes_that_an_equation_has_are_reported(tmp_path, latex, sizes):
    one, *_ = check(tmp_path, latex).sizes
    assert one.keys() == sizes


def test_results_are_the_same_on_every_run(tmp_path):
    runs = [check(tmp_path, r"dv\,\mathbf 1 = 0") for _ in range(2)]
    assert runs[0].error == runs[1].error
    assert runs[0].sizes == runs[1].sizes


# Worlds that fix sizes, and worlds that extend another

LOGS = r"v = \begin{pmatrix} \log 2 & \log 3 \end{pmatrix}"
HAND = replace(TINY, made={"v": "eq-v", "p": "eq-p"}, sizes={"D": 2, "K": 2}, extends="tiny")


def by_hand(root, latex, sizes="", above="% world: tiny\n\n"):
    """What is wrong with a display in a world that takes p from `above`, and v from `LOGS`."""
    text = f"{above}{display(DEFINITION, 'eq-p')}% world: hand{sizes}\n\n"
    with only(tiny=TINY, other=TINY, hand=HAND):
        try:
            Book(write(root, text + display(LOGS, "eq-v") + display(latex))).check("eq-it")
        except ValueError as error:
            return str(error).splitlines()[0]
    return ""


def test_a_world_may_fix_sizes(tmp_path):
    seen = []
    world = replace(TINY, sizes={"K": 2}, anchors=((["v"], lambda v: seen.append(v) or v, ["v"]),))
    one, two = check(tmp_path, "B + B = 2 B", world=world).sizes
    assert one["K"] == two["K"] == 2
    assert one["N"] != two["N"]
    with only(tiny=world):
        Book(tmp_path).check_anchor("tiny", 0)
    assert [v.shape for v in seen] == [(1, 2)] * 2


@pytest.mark.parametrize(
    "latex",
    [
        r"p = \begin{pmatrix} 2/5 & 3/5 \end{pmatrix}",
        r"\frac{\partial p_1}{\partial v} = \begin{pmatrix} 6/25 & -6/25 \end{pmatrix}",
        r"\begin{pmatrix} 0 & 1 \end{pmatrix} W = \begin{pmatrix} W_{2,1} & W_{2,2} \end{pmatrix}",
        r"I_2 = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}, x I_2 = x, v I_2 = v",
        r"\sum_{k=1}^{2} p_k = 1, p_2 = 3/5",
        r"\underbrace{v}_{1\times 2} \in \mathbb R^{1\times 2}",
    ],
)
def test_a_world_that_extends_another_has_its_definitions_and_its_own_numbers(tmp_path, latex):
    assert by_hand(tmp_path, latex) == ""


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"p = \begin{pmatrix} 3/5 & 2/5 \end{pmatrix}",
         "5: eq-it: the two sides differ at K = 2; entry (1, 2): left 0.6, right 0.4"),
        (r"W = \begin{pmatrix} 1 & 0 \end{pmatrix}",
         "5: eq-it: the left side is D×K, the right side 1×2"),
        ("v + x = x + v", "1: eq-it: sum of 1×K and 1×D: the shapes differ"),
    ],
)  # fmt: skip
def test_numbers_on_the_page_are_held_to_the_definitions(tmp_path, latex, message):
    assert by_hand(tmp_path, latex) == f"book/page.md:14:{message}"


def test_a_page_cannot_change_a_size_that_its_world_fixes(tmp_path):
    message = by_hand(tmp_path, "v + v = 2 v", ", K = 3")
    assert message == "book/page.md:14:1: eq-it: this world has K = 2"
    assert by_hand(tmp_path, "v + v = 2 v", ", K = 2, H = 3") == ""


@pytest.mark.parametrize("above", ["", "% world: other\n\n"])
def test_a_world_takes_no_definition_from_a_world_it_does_not_extend(tmp_path, above):
    message = by_hand(tmp_path, "p + p = 2 p", above=above)
    assert message == "world hand: p wants a definition eq-p in this world"


# What holds


@pytest.mark.parametrize(
    "latex",
    [
        r"dv = dp\,\frac{\partial p}{\partial v}",
        r"dp\,\frac{\partial p}{\partial v}\,\mathbf 1 = 0",
        r"\sum_{k=1}^{K} w_k^2 = w w^\top, w w^\top = \operatorname{tr}(w^\top w)",
        r"\frac{\partial p_i}{\partial v_j} = p_i(\delta_{ij} - p_j)",
        r"\frac{\partial p_i}{\partial v_j} = -p_i p_j \text{for } i \ne j",
        r"\frac{\partial p_i}{\partial v_j} = p_i - p_i p_j \text{for } i = j",
        r"\begin{aligned} v + v &= 2 v && \text{why} \\ &= v + 2 v - v \end{aligned}",
        r"W = (W^\top)^\top \in \mathbb R^{D\times K}",
        r"w \in \mathbb{R}^{1\times K}",
        r"(w\,\mathbf 1)\,v = v \text{since } \sum_{k=1}^{K} w_k = 1",
        r"1 - p_i = p_j \text{for } i \ne j \text{since } K = 2",
        r"\operatorname{vec}(x^\top v) = x \otimes v",
        r"\operatorname{vec}(W M) = \operatorname{vec}(W) (I_D \otimes M)",
        r"(W \otimes v) (M \otimes w^\top) = (v w^\top) W M",
        r"\frac{\partial (x W)}{\partial \operatorname{vec}(W)} = x \otimes I_K",
        r"x \otimes I_K \in \mathbb R^{K\times DK}",
        "v - v = 0 v = 0",
    ],
)
def test_a_true_equation_holds(tmp_path, latex):
    assert check(tmp_path, latex).verdict == "holds"


# What does not


@pytest.mark.parametrize(
    ("latex", "column", "message", "caret"),
    [
        (r"v = \sin w", 5, r"\sin is not part of the notation", r"\sin"),
        ("v = w w 2", 9, "unexpected 2", "2"),
        ("v =", 4, "the display ends too early", " "),
        ("v = q", 5, "q is not declared in this world", "q"),
        ("v_i = x_i", 7, "index i ranges over K elsewhere, over D here", "x_i"),
        ("v = x M", 5, "product of 1×D and K×K: inner dimensions D and K differ", "x M"),
        ("v = w + x", 5, "sum of 1×K and 1×D: the shapes differ", "w + x"),
        (r"v = \underbrace{w}_{K\times 1}", 21, "stated as K×1, but it is 1×K", r"K\times 1"),
        (r"v \in \mathbb R^{K\times 1}", 18, "stated as K×1, but it is 1×K", r"K\times 1"),
        (r"\underbrace{v}_{1\times K} = 2 v - v, \underbrace{w}_{1\times 10} = 2 w - w", 55,
         "K is stated as 10 here, as K before", r"1\times 10"),
        ("v = W", 5, "the left side is 1×K, the right side D×K", "W"),
        ("v = 1", 5, "the left side is 1×K, the right side a number", "1"),
        ("0 = v - v", 5, "the left side is a number, the right side 1×K", "v - v"),
        ("v = v", 5, "the two sides are the same", "v"),
        (r"v = \underbrace{(v)}_{1\times K}", 5, "the two sides are the same", None),
        ("= v", 1, "nothing stands before the first =", "= v"),
        (r"\leq v", 1, "nothing stands before the first =", r"\leq v"),
        (r"v = w \text{since } g = 1", 7,
         r"this world knows no such hypothesis; it knows: \sum_{k=1}^{K} w_k = 1; K = 2", None),
        (r"v + v = 2 v \text{since } \sum_{k=1}^{K} w_k = 1", 13,
         "holds without this hypothesis as well", None),
        (r"K = 2 \text{since } K = 2", 7, "this supposes what it says", None),
        (r"1 - p_i = p_j \text{since } K = 2 \text{since } K = 2", 35, "one hypothesis a step",
         r"\text{since } K = 2"),
        (r"v_i = w_i \text{for } j = i \text{for } i \ne j", 23,
         "no index meets this condition", "j = i"),
        (r"\operatorname{vec}(W M) = \operatorname{vec}(W) (M \otimes I_D)", 27,
         "product of 1×D·K and K·D×K·D: inner dimensions D·K and K·D differ", None),
        (r"\frac{\partial (x W)}{\partial \operatorname{vec}(W)} = I_K \otimes x", 57,
         "the left side is K×D·K, the right side K×K·D", None),
        (r"x \otimes I_K \in \mathbb R^{K\times KD}", 30, "stated as K×K·D, but it is K×D·K",
         r"K\times KD"),
        (r"\frac{1}{g - g} = 1", 1, "not a finite number", r"\frac{1}{g - g}"),
        (r"1 = \frac{1}{g - g}", 5, "not a finite number", r"\frac{1}{g - g}"),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_with_its_place(tmp_path, latex, column, message, caret):
    caret = " " * (column - 1) + "^" * len(caret or latex[column - 1 :])
    assert complaint(tmp_path, latex) == pointed(column, message, latex, caret)


@pytest.mark.parametrize(
    ("latex", "hint"),
    [
        (r"-\frac{1}{N} g = \frac{1}{N} g", "the opposite sign"),
        (r"\frac{1}{N} v = v", "off by a factor N"),
        (r"v = -\frac{1}{K} v", "off by a factor −1/K"),
        ("v = 2 v", "off by a factor 2"),
        ("2 v = v", "off by a factor 1/2"),
        (r"M = M^\top", "one side is the transpose of the other"),
    ],
)
def test_sides_that_differ_come_with_a_hint(tmp_path, latex, hint):
    head, _, _ = complaint(tmp_path, latex).partition("\n")
    assert ": eq-it: the two sides differ" in head
    assert head.endswith(f"; {hint}")


def test_sides_that_differ_are_shown_at_the_worst_place(tmp_path):
    message = complaint(tmp_path, r"W_{ij} v = 7 v")
    place, values = message.splitlines()[0].split(": left ")
    assert place.startswith("book/page.md:8:12: eq-it: the two sides differ at D = ")
    assert all(part in place for part in (", K = ", "; i = ", ", j = ", "; entry (1, "))
    left, right = values.split(", right ")
    assert abs(float(left) - float(right)) > 1


def test_sides_without_indices_are_shown_without_a_place(tmp_path):
    head = complaint(tmp_path, "g = 7").splitlines()[0]
    assert head.startswith("book/page.md:8:5: eq-it: the two sides differ: left ")


@pytest.mark.parametrize(
    "latex",
    [
        "v + w = 2 v",
        r"v \odot w = v \oslash w",
        r"dv = dp\,\frac{\partial p}{\partial v} + v",
        r"\sum_{k=1}^{K} v_k = v_k",
        r"v = w \text{for } i = j, v_i = v_j \text{for } i = j",
        r"M^\top = M",
        r"\frac{\partial p_i}{\partial v_j} = p_i p_j",
        r"w\,\mathbf 1 = 1",
        r"\operatorname{vec}(W M) = \operatorname{vec}(W) (I_D \otimes M^\top)",
    ],
)
def test_a_false_equation_does_not_hold(tmp_path, latex):
    assert complaint(tmp_path, latex)


def test_a_wrong_order_of_a_kronecker_product_is_seen_where_the_shapes_agree(tmp_path):
    message = complaint(tmp_path, r"v \otimes w = w \otimes v")
    assert message.startswith("book/page.md:8:15: eq-it: the two sides differ at K = ")


def test_every_step_of_a_chain_is_checked_on_its_own(tmp_path):
    message = complaint(tmp_path, "v + v = 2 v = 3 v - v = 3 v = 2 v")
    assert message.startswith("book/page.md:8:25: eq-it: the two sides differ at K = ")


def test_a_hypothesis_is_for_its_own_step(tmp_path):
    latex = r"(w\,\mathbf 1)\,v = v \text{since } \sum_{k=1}^{K} w_k = 1, (w\,\mathbf 1)\,g = g"
    assert complaint(tmp_path, latex).startswith("book/page.md:8:81: eq-it: the two sides differ")


def test_a_world_may_know_no_hypothesis(tmp_path):
    latex = r"v = w \text{since } K = 2"
    message = "this world knows no such hypothesis; it knows: none"
    expected = pointed(7, message, latex, " " * 6 + "^" * len(latex[6:]))
    assert complaint(tmp_path, latex, world=replace(TINY, assumptions={})) == expected


def test_nothing_that_is_not_a_number_agrees():
    nan = np.array([1.0, np.nan])
    assert not relative(nan, nan) <= 1
    assert relative(np.zeros(2), np.full(2, 1e-6)) == pytest.approx(1e-3)


# Refuted


def refuted(root, latex, fails="value", more=""):
    text = f"% world: tiny\n\n{display(DEFINITION, 'eq-p')}"
    with only(tiny=TINY):
        text += (
            f"```{{refuted}}\n:label: eq-it\n:fails: {fails}\n:instead: eq-right\n{latex}\n```\n"
        )
        left = latex.split("=")[0]
        text += more or display(f"{left} = 2 {left} - {left}", "eq-right")
        try:
            return Book(write(root, text)).check("eq-it").verdict
        except ValueError as error:
            return str(error)


def test_what_stands_refuted_is_false(tmp_path):
    assert refuted(tmp_path, "v = 2 w").startswith("refuted at K = ")
    assert refuted(tmp_path, "v = 1.002 v").startswith("refuted at K = ")
    told = "refuted: the left side is 1×K, the right side K×1"
    assert refuted(tmp_path, r"v = w^\top", "shape") == told


@pytest.mark.parametrize(
    ("latex", "fails", "place", "message", "caret"),
    [
        ("v = 2 w", "shape", 1, "refuted by shape, but every shape fits", 1),
        (r"v = w^\top", "value", 5, "the left side is 1×K, the right side K×1", 6),
        ("v = q", "shape", 5, "q is not declared in this world", 1),
        ("v = 2 w = w", "value", 1, "a refuted display states one equation with one =", 1),
        ("v = 2 w, v = w", "value", 1, "a refuted display states one equation with one =", 1),
        (r"v_i = \frac{g}{g - g}", "value", 7, "not a finite number", 15),
        (r"g = \log(g - g)", "value", 5, "logarithm of a number that is not positive", 11),
    ],
)
def test_a_refutation_that_fails_is_shown(tmp_path, latex, fails, place, message, caret):
    expected = f"book/page.md:11:{place}: eq-it: {message}\n    {latex}\n    "
    expected += " " * (place - 1) + "^" * caret
    assert refuted(tmp_path, latex, fails) == expected


@pytest.mark.parametrize(("right", "error"), [("2 v", "0.0e+00"), ("2.0002 v", "1.0e-04")])
def test_what_stands_refuted_but_is_true_is_shown(tmp_path, right, error):
    message = refuted(tmp_path, f"v + v = {right}")
    told = f"book/page.md:11:9: eq-it: stands refuted, but is true (error {error})"
    assert message == f"{told}\n    v + v = {right}\n            {'^' * len(right)}"


def test_what_stands_refuted_is_false_under_its_hypothesis_too(tmp_path):
    message = refuted(tmp_path, r"(w\,\mathbf 1)\,v = v \text{since } \sum_{k=1}^{K} w_k = 1")
    assert message.startswith("book/page.md:11:21: eq-it: stands refuted, but is true (error ")


@pytest.mark.parametrize(
    ("right", "message"),
    [
        (display("w = 2 w - w", "eq-right"), "eq-right is not about this"),
        (display("v = 2 v - v", "eq-other"), "eq-right is no display that holds"),
        ("% unchecked: a bound\n\n" + display("v = w", "eq-right"),
         "eq-right is no display that holds"),
    ],
)  # fmt: skip
def test_what_stands_refuted_names_its_right_form(tmp_path, right, message):
    assert refuted(tmp_path, "v = 2 w", more=right).split("\n")[0].endswith(f"eq-it: {message}")


def test_the_right_form_may_be_the_other_way_round_and_one_of_several(tmp_path):
    for v in (r"\underbrace{v}_{1\times K}", "(v)", r"\underbrace{(v)^\top}_{K\times 1}"):
        right = display(rf"g = 2 g - g, \qquad {v} = 2 {v} - {v}", "eq-right")
        assert refuted(tmp_path, r"v^\top = 2 w^\top", more=right).startswith("refuted at K = ")


# Definitions and anchors


def test_a_world_wants_its_definitions(tmp_path):
    with only(tiny=TINY), pytest.raises(ValueError) as caught:
        Book(write(tmp_path, f"% world: tiny\n\n{display('v = w', 'eq-it')}")).check("eq-it")
    assert str(caught.value) == "world tiny: p wants a definition eq-p in this world"


@pytest.mark.parametrize("comment", ["", "% world: other\n\n"])
def test_a_definition_stands_in_its_own_world(tmp_path, comment):
    text = f"{comment}{display(DEFINITION, 'eq-p')}% world: tiny\n\n"
    with only(tiny=TINY, other=TINY), pytest.raises(ValueError) as caught:
        Book(write(tmp_path, text + display("v = w", "eq-it"))).check("eq-it")
    assert str(caught.value) == "world tiny: p wants a definition eq-p in this world"


@pytest.mark.parametrize(
    ("definition", "column", "message", "caret"),
    [
        ("v = p", 1, "this display is to define p", "v"),
        ("dp = v", 1, "this display is to define p", "dp"),
        (r"p^\top = v^\top", 1, "this display is to define p", None),
        (r"p_i = v_j \text{for } i = j", 5, "a definition is an equation without conditions", None),
        (r"p \in \mathbb R^{1\times K}", 3, "a definition is an equation without conditions", None),
        (r"p = v \text{since } K = 2", 3, "a definition is an equation without conditions", None),
        ("p = x", 5, "the left side is 1×K, the right side 1×D", "x"),
        ("p = p", 5, "the two sides are the same", "p"),
    ],
)
def test_a_definition_says_plainly_what_a_symbol_is(tmp_path, definition, column, message, caret):
    found = complaint(tmp_path, "v = w", definition=definition).split("\n")
    assert found[0] == f"book/page.md:4:{column}: eq-p: {message}"
    if caret:
        assert found[1:] == [f"    {definition}", "    " + " " * (column - 1) + "^" * len(caret)]


def doubled(z):
    return 2 * bp.softmax(z)


def number(z):
    return 0.5


def two(z):
    return bp.softmax(z), z


def nothing(z):
    return np.nan * z


@pytest.mark.parametrize(
    ("results", "function"),
    [(["p"], f) for f in (doubled, number, two, nothing)] + [(["p", "p"], bp.softmax)],
)
def test_an_anchor_that_disagrees_is_named(tmp_path, results, function):
    world = replace(TINY, anchors=((results, function, ["v"]),))
    with only(tiny=world), pytest.raises(ValueError) as caught:
        Book(write(tmp_path, page("v + v = 2 v"))).check_anchor("tiny", 0)
    found = f"{function.__name__}(v) of the code differ"
    told = f"book/page.md:4:1: eq-p: p of the book and {found}"
    assert str(caught.value).splitlines()[0] == told


def test_an_anchor_stacks_the_rows_of_a_batch(tmp_path):
    anchors = ((["u"], np.asarray, ["U"]), (["s"], np.asarray, ["S"]), (["U"], np.array, ["u_n"]))
    with only(tiny=replace(TINY, anchors=anchors)):
        book = Book(write(tmp_path, page("v + v = 2 v")))
        for index in range(3):
            book.check_anchor("tiny", index)


# The book as a whole


def test_a_label_is_taken_once(tmp_path):
    with pytest.raises(ValueError) as caught:
        Book(write(tmp_path, display("v = w", "eq-x") + display("v = w", "eq-x")))
    assert str(caught.value) == "book/page.md:5: eq-x is taken: book/page.md:1"


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("", "no '% world: …' stands before this display"),
        ("% world: tniy\n\n", "no world is called tniy; there are tiny"),
        ("% world: tiny, K = 1\n\n", "a world cannot have K = 1"),
        ("% world: tiny, M = 2\n\n", "a world cannot have M = 2"),
    ],
)
def test_a_display_stands_in_a_world(tmp_path, comment, message):
    with only(tiny=TINY), pytest.raises(ValueError) as caught:
        Book(write(tmp_path, comment + display("v = w", "eq-it"))).check("eq-it")
    line = 4 if comment else 2
    assert str(caught.value) == f"book/page.md:{line}:1: eq-it: {message}\n    v = w\n    ^"


@pytest.mark.parametrize(("checked", "unchecked"), [(19, []), (18, ["eq-x"])])
def test_one_display_in_twenty_may_be_unchecked(tmp_path, checked, unchecked):
    text = "".join(display("v = w", f"eq-{i}") for i in range(checked))
    text += "% unchecked: a bound\n\n" + display(r"v \approx w", "eq-x")
    book = Book(write(tmp_path, text))
    assert book.too_many_unchecked() == unchecked
    assert book.check("eq-x").verdict == "unchecked: a bound"


def test_the_tolerance_is_far_below_any_mistake():
    assert module.TOLERANCE <= 1e-9
    assert module.DRAWS >= 2


# Bounds, zeros, the generic twin


@pytest.mark.parametrize(
    "latex",
    [
        r"0 \leq p_i \leq 1",
        r"p_i (1 - p_i) \leq \frac{1}{4}",
        r"v_i^2 \geq 0",
        r"\tanh(v) \odot \tanh(v) \leq \mathbf 1^\top",
        r"v_i^2 = v_i v_i \geq 0",
        r"\begin{aligned} 0 &\leq p_i \\ &\leq 1 \\ &\geq p_i \end{aligned}",
        r"e^{-v v^\top} \leq 1",  # near for small numbers only,
        r"v v^\top e^{-v v^\top} \leq e^{-1}",  # for numbers about 1 only,
        r"1 - e^{-v v^\top / 100} \leq 1",  # for large ones only
    ],
)
def test_a_bound_that_holds_and_is_approached(tmp_path, latex):
    assert complaint(tmp_path, latex) == ""


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"p_i \leq \frac{1}{2}", "the bound does not hold at K = "),
        (r"v_i \geq 0", "the bound does not hold at K = "),
        (r"p_i \leq 2", "the two sides are never nearer than 50%"),
        (r"-1 \leq v_i^2", "the two sides are never nearer than "),
        (r"p \leq x", "the left side is 1×K, the right side 1×D"),
    ],
)
def test_a_bound_that_fails_or_says_little(tmp_path, latex, message):
    assert complaint(tmp_path, latex).split("eq-it: ")[1].startswith(message)


def test_the_worst_place_of_a_bound_is_told(tmp_path):
    told = complaint(tmp_path, r"p_i \leq \frac{1}{2}")
    left = float(told.split("left ")[1].split(",")[0])
    assert 0.5 < left <= 1 and "right 0.5" in told and "i = " in told


@pytest.mark.parametrize(
    ("latex", "caret"),
    [
        (r"\frac{\partial v_i}{\partial w_j} = 0", r"\frac{\partial v_i}{\partial w_j}"),
        (r"dw = 0 w", "dw"),
        (r"\frac{\partial^2 (v w^\top)}{\partial v_i\,\partial v_j} = 0",
         r"\frac{\partial^2 (v w^\top)}{\partial v_i\,\partial v_j}"),
    ],
)  # fmt: skip
def test_a_derivative_that_is_zero_whatever_the_numbers_is_refused(tmp_path, latex, caret):
    message = "this derivative is zero, whatever the numbers"
    assert complaint(tmp_path, latex) == pointed(1, message, latex, "^" * len(caret))


J = r"\frac{\partial p}{\partial v}"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (rf"dv = dp\,{J}", rf"dv = dp\,({J})^\top"),
        (rf"dv^\top = ({J})^\top dp^\top", rf"dv^\top = {J}\,dp^\top"),
        (rf"\Delta p^\top = {J}\,\Delta v^\top", rf"\Delta p^\top = ({J})^\top \Delta v^\top"),
        (r"dv_j = \sum_{i=1}^{K} dp_i\,\frac{\partial p_i}{\partial v_j}",
         r"dv_j = \sum_{i=1}^{K} dp_i\,\frac{\partial p_j}{\partial v_i}"),
    ],
)  # fmt: skip
def test_a_chain_that_rests_on_the_symmetry_of_a_jacobian_is_refused(tmp_path, right, wrong):
    assert complaint(tmp_path, right) == ""
    told = "holds for these functions only, and not by the chain rule: with others the two sides"
    assert complaint(tmp_path, wrong).split("eq-it: ")[1].startswith(told)


def test_what_is_no_chain_is_not_asked_of_the_twin(tmp_path):
    assert complaint(tmp_path, rf"({J})^\top = {J}") == ""
    assert complaint(tmp_path, rf"{J}\,\mathbf 1 = 0") == ""

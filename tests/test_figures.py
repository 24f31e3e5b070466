"""Every drawing of the book: it says what it shows, follows the theme, and is the same twice."""

import json
import re
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import ArrowStyle

from backprop import softmax, softmax_jacobian
from figures.affine import H, K, N, h, k, where_the_transpose_comes_from
from figures.batch import loss_curves
from figures.by_hand import numbers_by_hand
from figures.chain_rule import row_times_jacobians
from figures.classes import confusion, misread, training_curve
from figures.collapse import output_minus_target
from figures.cost import batch_curves, cost_curves
from figures.drawing import INK, Drawing, written
from figures.forward import shapes_of_the_network
from figures.gradient_check import v_curve
from figures.network import BACK, BOTTOM, FORWARD, TOP, forward_and_back
from figures.softmax import jacobian_heat_map, paths_to_the_loss
from figures.stability import STYLES as ULP_STYLES
from figures.stability import WIDTHS, ulp_curves
from figures.tanh import tanh_and_its_derivative
from proofread.worlds import WORLDS

J = softmax_jacobian(softmax(np.arange(4.0)))
Y_HAT, TARGET = softmax(np.arange(10.0) / 3)[None], np.eye(10)[[7]]
STEPS = 10.0 ** np.arange(-15, 0)
CENTRAL, COMPLEX = STEPS**2 + 1e-16 / STEPS, STEPS**2
VALUES = [[0.69, 1.1], [0.6, 0.8, 0.0], [0.25, 0.75]]
GRADIENTS = [[-4.65, 3.06], [-1.92, 0.81, -2.25], [-0.75, 0.75]]
CURVES = {"long": np.array([3.0, 2.0, 1.0, 1.5]), "short": np.array([3.0, 2.5, 2.25, 2.0])}
ROOT = Path(__file__).parent.parent
COSTS, ULPS = (
    json.loads((ROOT / f"benchmarks/{name}.json").read_text(encoding="utf-8"))
    for name in ("cost", "stability")
)
LOSSES = [2.0, 1.0, 0.5, 0.25]
COUNTS = np.array([[5, 2], [0, 20]])
IMAGES = np.arange(64.0) ** np.array([[1], [2]])
every_cost = pytest.mark.parametrize("draw", [cost_curves, batch_curves])
DRAWINGS = {
    "shapes-of-the-network": shapes_of_the_network,
    "forward-and-back": forward_and_back,
    "row-times-jacobians": row_times_jacobians,
    "where-the-transpose-comes-from": where_the_transpose_comes_from,
    "tanh-and-its-derivative": tanh_and_its_derivative,
    "loss-curves": lambda: loss_curves(CURVES, first=1),
    "paths-to-the-loss": paths_to_the_loss,
    "output-minus-target": lambda: output_minus_target(Y_HAT, TARGET),
    "v-curve": lambda: v_curve(STEPS, CENTRAL, COMPLEX),
    "numbers-by-hand": lambda: numbers_by_hand(VALUES, GRADIENTS),
    "training-curve": lambda: training_curve([2, 4], LOSSES, [0.5, 0.75]),
    "confusion": lambda: confusion(COUNTS),
    "misread": lambda: misread(IMAGES, [3, 8], [9, 1]),
    "cost-curves": lambda: cost_curves(COSTS),
    "batch-curves": lambda: batch_curves(COSTS),
    "ulp-curves": lambda: ulp_curves(ULPS),
    "jacobian-heat-map": lambda: jacobian_heat_map(J),
}
every = pytest.mark.parametrize("name", DRAWINGS)
SYMBOLS = WORLDS["chain"].symbols | WORLDS["network"].symbols


def axes_of(drawing):
    return drawing.figure.axes[0]


def placed(axes):
    """Every text with where it stands, from left to right."""
    texts = [(t.get_text(), getattr(t, "xy", t.get_position())) for t in axes.texts if t.get_text()]
    return sorted(texts, key=lambda text: text[1][0])


def row(axes, low, high):
    """The texts from one height to another, from left to right, without shapes and dollars."""
    texts = [t for t, (_, y) in placed(axes) if low <= y <= high and r"\times" not in t]
    return [re.sub(r"\$|\\,|\\!", "", t) for t in texts]


def arrows(axes):
    """Start and end of every arrow."""
    drawn = [t for t in axes.texts if getattr(t, "arrow_patch", None)]
    assert all(type(t.arrow_patch.get_arrowstyle()) is ArrowStyle.CurveFilledB for t in drawn)
    return [(t.xyann, t.xy) for t in drawn]


def shapes_shown(drawing):
    """Name and shape of every array, in the order in which they are drawn."""
    text = " ".join(t.get_text() for t in axes_of(drawing).texts)
    found = re.findall(r"\$([^$]+)\$\s+\$(\w)\\times (\w)\$", text)
    return [(name, (rows, columns)) for name, rows, columns in found]


def shapes_said(drawing):
    """The same of the alternative text, where a1 is a_1, and v by u a Jacobian."""
    said = {"hat": r"\hat y", "ell": r"\ell", "n": "PL", "column": r"\dot y^\top"}
    for words, *shape in re.findall(r"(\w+(?: by \w)?), (?:a row )?(\w) by (\w)\b", drawing.alt):
        name = re.sub(r"(\w) by (\w)", r"\\partial \1/\\partial \2", words)
        yield said.get(words, re.sub(r"(\d)", r"_\1", name)), tuple(shape)


def shape_in_the_book(name):
    """What the equations are checked against; a gradient has the shape of its array."""
    name = re.sub(r"\{(\w)\}", r" \1", name).removeprefix("d").removesuffix("_n")
    if "partial" in name:
        return tuple(SYMBOLS[of].shape[1] for of in re.findall(r"partial (\w)", name))
    array = name.removesuffix(r"^\top")
    return SYMBOLS[array].shape[:: 1 if array == name else -1]


@every
def test_a_drawing_says_what_it_shows(name):
    svg = DRAWINGS[name]()._repr_html_()
    alt = re.search(r'<svg class="drawing" style="[^"]+" role="img" aria-label="([^"]+)"', svg)[1]
    assert len(alt.split()) >= 20


@every
def test_a_drawing_takes_the_colour_of_the_text_around_it(name):
    svg = DRAWINGS[name]()._repr_html_()
    assert "currentColor" in svg and INK not in svg
    assert all(re.fullmatch("#[0-9a-f]{6}", c) for c in re.findall(r"fill: (#[^;\"]*)", svg))


@every
def test_a_drawing_is_the_same_twice_and_keeps_its_ids_to_itself(name):
    first, second = DRAWINGS[name]()._repr_html_(), DRAWINGS[name]()._repr_html_()
    assert first == second
    ids = re.findall(r'\bid="([^"]+)"', first)
    assert len(ids) == len(set(ids)) and all(i.startswith(name) for i in ids)
    assert {r for r in re.findall(r'(?:url\(#|href="#)([^")]+)', first)} <= set(ids)


@every
def test_no_label_covers_another_or_is_cut_off(name):
    drawing = DRAWINGS[name]()
    with drawing:
        drawing.figure.draw_without_rendering()
        axes = drawing.figure.axes
        texts = [t for a in axes for t in (*a.texts, a.xaxis.label, a.yaxis.label) if t.get_text()]
        places = [text.get_window_extent() for text in texts]
    page = drawing.figure.bbox
    assert all(page.x0 <= p.x0 and p.x1 <= page.x1 for p in places)
    assert all(page.y0 <= p.y0 and p.y1 <= page.y1 for p in places)
    assert not [(a, b) for a, b in combinations(places, 2) if a.overlaps(b)]


def test_alt_text_is_escaped():
    drawing = Drawing("escaped", 'a "quoted" <word>', 1, 1)
    assert 'aria-label="a &quot;quoted&quot; &lt;word&gt;"' in drawing._repr_html_()


@pytest.mark.parametrize(
    "draw, shown, said",
    [
        (shapes_of_the_network, 7, 7),
        (forward_and_back, 23, 11),
        (row_times_jacobians, 10, 8),
        (where_the_transpose_comes_from, 6, 0),
    ],
)
def test_every_array_has_the_shape_that_it_has_in_the_book(draw, shown, said):
    drawing = draw()
    found = [*shapes_shown(drawing), *shapes_said(drawing)]
    assert len(shapes_shown(drawing)) == shown and len(found) == shown + said
    for names, shape in found:
        for name in names.split(r",\ "):
            assert (name, shape) == (name, shape_in_the_book(name))


@pytest.mark.parametrize("draw", [shapes_of_the_network, row_times_jacobians])
def test_boxes_to_scale_have_one_length_for_each_size(draw):
    drawing, lengths = draw(), {}
    for (_, shape), box in zip(shapes_shown(drawing), axes_of(drawing).patches, strict=True):
        for size, length in zip(shape, (box.get_height(), box.get_width())):
            assert lengths.setdefault(size, length) == length
    assert len(set(lengths.values())) == 4


def test_the_boxes_of_the_forward_pass_stand_in_its_order():
    drawn = " ".join(row(axes_of(shapes_of_the_network()), -2, 2))
    hidden, output = r"z_1,\ a_1", r"z_2,\ \hat{y},\ \ell"
    assert drawn == (
        rf"x \cdot W_1 \to {hidden} \cdot W_2 \to {output} \cdot \dot{{y}}^\top \to PL_n"
    )


def test_the_chain_rule_is_multiplied_in_its_order():
    outer, inner, both = (rf"\partial {a}/\partial {b}" for a, b in ("vu", "ux", "vx"))
    drawing, dot = row_times_jacobians(), r"\cdot"
    axes = axes_of(drawing)
    assert row(axes, -3, 3) == ["dx", "=", "dv", dot, outer, dot, inner]
    from_left, jacobians_first = row(axes, -7, -5), row(axes, -11, -9)
    assert from_left[1:] == ["dv", f"{dot} {outer}", "du", f"{dot} {inner}", "dx"]
    assert jacobians_first[1:] == [outer, f"{dot} {inner}", both, f"dv {dot}", "dx"]
    assert [r[0] for r in (from_left, jacobians_first)] == [
        "from the left:\nrows only",
        "Jacobians first:\na matrix",
    ]
    assert all(start[0] < end[0] for start, end in arrows(axes))
    assert "a K by H array times an H by D array is the K by D Jacobian of v by x" in drawing.alt


def test_a_gradient_stands_under_its_array():
    texts = dict(placed(axes_of(forward_and_back())))
    for name in ("x", "z_1", "a_1", "z_2", r"\hat{y}", r"\ell", "PL_n", "W_1", "b_1", "W_2", "b_2"):
        at, beneath = texts[f"${name}$"], texts[f"$d{name}$"]
        assert at[0] == beneath[0] and at[1] > beneath[1]


def test_what_is_done_forward_and_back_stands_between_its_arrays():
    axes = axes_of(forward_and_back())

    def lane(y):
        return " ".join(row(axes, y, y + 0.1))

    assert lane(TOP) == r"W_1 b_1 W_2 b_2 forward \longrightarrow"
    assert lane(FORWARD) == (
        r"x z_1 \tanh a_1 z_2 \mathrm{softmax} \hat{y} \log \ell \cdot\dot{y}^\top PL_n "
        r"-\mathrm{mean} L"
    )
    assert lane(BACK) == (
        r"dx \cdotW_1^\top dz_1 \odot(1-a_1\odot a_1) da_1 \cdotW_2^\top dz_2 \cdotJ d\hat{y} "
        r"\oslash\hat{y} d\ell \cdot\dot{y} dPL_n -1/N"
    )
    assert lane((BACK + BOTTOM) / 2) == r"x^\top\cdot a_1^\top\cdot"
    assert lane(BOTTOM).startswith(r"dW_1 db_1 dW_2 db_2 \longleftarrow backward")


def test_arrows_lead_to_the_loss_and_from_it_back():
    drawn = arrows(axes_of(forward_and_back()))
    forward = [(s[0], e[0]) for s, e in drawn if s[1] == e[1] == FORWARD]
    back = [(s[0], e[0]) for s, e in drawn if e[1] == BACK]
    down = [(s[1], e[1]) for s, e in drawn if s[1] != e[1] != BACK]
    assert all(start < end for start, end in forward) and len(forward) == 7
    assert all(start > end for start, end in back) and len(back) == 7
    assert all(start > end for start, end in down) and len(down) == 8


@pytest.mark.parametrize(
    "said",
    [
        "from L times minus 1 over N to dPL n; times y dot to d ell; divided by y hat to d y hat; ",
        "times the Jacobian J to dz2; times W2 transposed to da1; ",
        "times 1 minus a1 squared, entry by entry, to dz1; times W1 transposed to dx. ",
        "from dz2 to db2 and, times a1 transposed from the left, to dW2; ",
        "from dz1 to db1 and, times x transposed from the left, to dW1. ",
    ],
)
def test_the_way_back_is_told_as_it_is_drawn(said):
    assert said in forward_and_back().alt


def coloured_cells(axes, shapes):
    """For every grid in turn: its coloured cells, each with its centre on the page."""
    cells, sizes = iter(axes.patches), {"N": N, "H": H, "K": K}
    for _, (rows, columns) in shapes:
        places = np.ndindex(sizes[rows], sizes[columns])
        grid = {at: next(cells) for at in places}
        yield {at: c.get_center() for at, c in grid.items() if c.get_facecolor()[3] > 0}
    assert not list(cells)


def test_one_weight_takes_a_column_of_each_array_and_a_row_of_the_transpose():
    assert len({N, H, K}) == 3 and h != k
    drawing = where_the_transpose_comes_from()
    axes, shapes = axes_of(drawing), shapes_shown(drawing)
    a1, dz2, dw2, a1_t, *again = coloured_cells(axes, shapes)
    assert [name for name, _ in shapes] == "A_1 dZ_2 dW_2 A_1^\\top dZ_2 dW_2".split()
    assert [*a1] == [(n, h) for n in range(N)] and [*a1_t] == [(h, n) for n in range(N)]
    assert [*dz2] == [*again[0]] == [(n, k) for n in range(N)]
    assert [*dw2] == [*again[1]] == [(h, k)]
    assert r"$\sum_n A_{1,nh}\,dZ_{2,nk}$" in dict(placed(axes))
    pairs = [list(map(tuple, line.get_xydata())) for line in axes.lines]
    assert pairs == [[tuple(a1[n, h]), tuple(dz2[n, k])] for n in range(N)]


def test_every_index_stands_beside_the_cells_that_it_counts():
    drawing = where_the_transpose_comes_from()
    axes = axes_of(drawing)
    cells = [c for g in coloured_cells(axes, shapes_shown(drawing)) for c in g.values()]
    indices = [(t.get_text(), t.get_position()) for t in axes.texts if len(t.get_text()) == 3]
    beside = [(t, x, y) for t, (x, y) in indices if t in ("$h$", "$k$")]
    assert len(beside) == 8
    for _, x, y in beside:
        assert any(x == cx or y == cy for cx, cy in cells)
    said = re.findall(r"(\w+), (\d) rows (?:n )?by (\d) columns", drawing.alt)
    assert said == [("A1", f"{N}", f"{H}"), ("dZ2", f"{N}", f"{K}"), ("dW2", f"{H}", f"{K}")]


def test_the_derivative_of_the_tanh_is_drawn_and_told():
    drawing = tanh_and_its_derivative()
    *_, a, slope, peak = axes_of(drawing).lines
    z = a.get_xdata()
    assert (z[0], z[-1]) == (-4, 4) and np.allclose(a.get_ydata(), np.tanh(z))
    assert np.array_equal(slope.get_xdata(), z)
    assert np.allclose(slope.get_ydata(), np.cosh(z) ** -2.0)
    assert (*peak.get_xdata(), *peak.get_ydata()) == (0, 1)
    assert f"1 at z = 0, {np.cosh(2) ** -2:.2f} at z = 2 and at minus 2" in drawing.alt


def test_every_derivative_stands_on_its_arrow():
    axes = axes_of(paths_to_the_loss())
    at = dict(placed(axes))
    ways = {rf"$d\hat{{y}}_{i}$": (rf"$\hat{{y}}_{i}$", "$L$") for i in (1, 2)}
    for i, j in product((1, 2), repeat=2):
        partial = rf"$\partial\hat{{y}}_{i}/\partial z_{{2,{j}}}$"
        ways[partial] = f"$z_{{2,{j}}}$", rf"$\hat{{y}}_{i}$"
    assert len(at) == len(ways) + 5
    for text, (start, end) in ways.items():
        assert (at[start], at[end]) in arrows(axes)
        (x, y), (x0, y0), (x1, y1) = at[text], at[start], at[end]
        share = (x - x0) / (x1 - x0)
        assert 0 < share < 1 and y == pytest.approx(y0 + share * (y1 - y0))


def test_the_heat_map_has_outputs_down_the_rows_and_inputs_along_the_columns():
    entries = np.arange(-4, 5).reshape(3, 3) / 7
    axes, bar = jacobian_heat_map(entries).figure.axes
    texts = dict(sorted((t.get_position()[::-1], t.get_text()) for t in axes.texts))
    assert texts == {at: f"{v:+.3f}".replace("-", "−") for at, v in np.ndenumerate(entries)}
    assert np.array_equal(axes.images[0].get_array(), entries)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("input that is moved", "output that answers")
    inputs, outputs = axes.get_xticklabels(), axes.get_yticklabels()
    assert [t.get_text() for t in inputs] == [f"$z_{i}$" for i in (1, 2, 3)]
    assert [t.get_text() for t in outputs] == [rf"$\hat{{y}}_{i}$" for i in (1, 2, 3)]
    assert bar.get_ylabel() == r"$\partial\hat{y}_i/\partial z_j$"


def test_what_is_said_of_the_heat_map_is_so():
    alt = jacobian_heat_map(J).alt
    assert alt.endswith(f"The largest entry is {J.max():.3f}, the smallest {J.min():.3f}.")


def test_the_bars_are_the_numbers_under_their_names():
    above, below = output_minus_target(Y_HAT, TARGET).figure.axes
    bars, names = above.get_legend_handles_labels()
    assert names == [r"output $\hat{y}_k$", r"target $\dot{y}_k$"]
    assert below.get_ylabel() == r"$\hat{y}_k-\dot{y}_k$"
    for drawn, numbers in zip((*bars, below.containers[0]), (Y_HAT, TARGET, Y_HAT - TARGET)):
        heights = {round(b.get_center()[0]): b.get_height() for b in drawn}
        assert heights == {i: v for i, v in enumerate(numbers[0], 1) if i in heights}
        assert set(np.flatnonzero(numbers) + 1) <= set(heights)


def test_what_is_said_of_the_bars_names_the_right_class():
    alt = output_minus_target([[0.4, 0.35, 0.05, 0.2]], [[0.35, 0.4, 0.25, 0]]).alt
    assert "the output, largest for class 1 with 0.40, and" in alt
    assert "the target, largest for class 2 with 0.40." in alt
    assert "lowest for class 3 with −0.20, highest for class 4 with 0.20." in alt
    assert alt.endswith("sum to 0.00.")


def test_each_curve_has_its_name_and_no_error_is_below_rounding():
    axes = axes_of(v_curve(STEPS[::-1], CENTRAL[::-1], 0 * COMPLEX))
    central, exact = axes.lines
    assert np.array_equal(central.get_xdata(), STEPS)
    assert np.array_equal(central.get_ydata(), CENTRAL)
    assert np.array_equal(exact.get_ydata(), np.full(len(STEPS), 2.0**-53))
    assert dict(placed(axes)) == {
        "central difference": (STEPS[0], CENTRAL[0]),
        "complex step": (STEPS[0], 2.0**-53),
    }


def test_what_is_said_of_the_curves_is_read_off_at_the_right_step():
    alt = v_curve([1e-3, 1e-9, 1e-6], [2e-6, 3e-7, 4e-10], [7e-15, 6e-13, 5e-12]).alt
    assert "its error is smallest, 4e-10, at a step of about 1e-06;" in alt
    assert alt.endswith("at the smallest, 1e-09, its error is at most 6e-13.")


def test_the_small_network_shows_every_number_under_its_name():
    texts = axes_of(numbers_by_hand(VALUES, GRADIENTS)).texts
    names = ["$x$ and $dx$", "$a_1$ and $dz_1$", r"$\hat{y}$ and $dz_2$"]
    for name, values, gradients in zip(names, VALUES, GRADIENTS):
        (place,) = (t.get_position()[0] for t in texts if t.get_text() == name)
        column = [t.get_text() for t in texts if t.get_position()[0] == place]
        assert column[1:] == [written(v) for pair in zip(values, gradients) for v in pair]


def test_the_small_network_says_every_number_after_its_name():
    assert numbers_by_hand(VALUES, GRADIENTS).alt.endswith(
        "gradients: x 0.69, 1.10, beneath them dx −4.65, 3.06; "
        "a1 0.60, 0.80, 0.00, beneath them dz1 −1.92, 0.81, −2.25; "
        "y hat 0.25, 0.75, beneath them dz2 −0.75, 0.75."
    )


def test_a_written_number_has_a_minus_sign_and_zero_has_none():
    assert [written(v) for v in (-4.654, -1e-17, 0.75)] == ["−4.65", "0.00", "0.75"]


def test_loss_curves_are_named_and_told_from_the_first_iteration_that_is_shown():
    drawing = loss_curves(CURVES, first=1)
    (axes,) = drawing.figure.axes
    for line, (name, losses) in zip(axes.get_lines(), CURVES.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_ydata(), losses[1:])
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
    assert "long: 2 at iteration 1, lowest 1 at 2, last 1.5" in drawing.alt
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.get_lines()}) == 2


# Costs and rounding, as measured


@every_cost
def test_the_lines_are_the_measured_numbers_with_their_own_styles(draw):
    families = ["softmax", "softmax"] if draw is cost_curves else ["batch", "affine"]
    quantities = ["seconds", "bytes"] if draw is cost_curves else ["seconds", "seconds"]
    for axes, family, quantity in zip(draw(COSTS).figure.axes, families, quantities, strict=True):
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        order = [r for r in ("jacobian", "vjp", "jvp") if r in COSTS[family]]
        for line, route in zip(axes.lines, order, strict=True):
            curve = COSTS[family][route]
            assert np.array_equal(line.get_xydata(), [*zip(curve["sizes"], curve[quantity])])
        named = re.findall(r"(with J|VJP|JVP):\sslope (\S+)", names(axes))
        slopes = [f"{COSTS[family][r][f'{quantity}_fit']['slope']:.2f}" for r in order]
        assert named == [*zip(("with J", "VJP", "JVP"), slopes)]
        styles = {(li.get_color(), li.get_linestyle(), li.get_marker()) for li in axes.lines}
        assert len(styles) == len({colour for colour, *_ in styles}) == len(order)


def names(axes):
    return " ".join(t.get_text() for t in axes.texts).replace("$", "")


@every_cost
def test_the_alternative_text_names_the_slopes_and_the_ends(draw):
    alt = draw(COSTS).alt
    for family in ["softmax"] if draw is cost_curves else ["batch", "affine"]:
        for curve in COSTS[family].values():
            assert f"slope {curve['seconds_fit']['slope']:.2f}" in alt
            assert f"= {curve['sizes'][-1]}, slope" in alt


def test_the_alternative_text_reads_a_line_from_end_to_end():
    curve = {"sizes": [2, 4], "seconds": [1e-6, 2e-3], "seconds_fit": {"slope": 2.0}}
    curve |= {"bytes": [1000, 2500000], "bytes_fit": {"slope": 1.5}}
    alt = cost_curves({"softmax": {"jacobian": curve, "vjp": curve}}).alt
    assert "with J from 1 µs at K = 2 to 2 ms at K = 4, slope 2.00; VJP from" in alt
    assert "Right, the most bytes that it holds: with J from 1 kB at K = 2 to 2.5 MB at K" in alt


def test_the_factor_between_the_lines_is_told_at_the_largest_size():
    J, vjp = (COSTS["affine"][route]["seconds"][-1] for route in ("jacobian", "vjp"))
    assert f"and {J / vjp:.3g} times as long as the VJP." in batch_curves(COSTS).alt


@every_cost
def test_no_name_covers_a_line(draw):
    drawing = draw(COSTS)
    with drawing:
        drawing.figure.draw_without_rendering()
        for axes in drawing.figure.axes:
            boxes = [text.get_window_extent() for text in axes.texts]
            for line in axes.lines:
                points = axes.transData.transform(line.get_xydata())
                assert not [b for b in boxes if b.count_contains(points)]


def test_errors_are_drawn_over_the_spread_in_a_panel_for_each_precision():
    for axes, (kind, errors) in zip(ulp_curves(ULPS).figure.axes, ULPS["worst"].items()):
        assert axes.get_title() == WIDTHS[kind]
        assert [line.get_label() for line in axes.lines[:4]] == list(ULP_STYLES)
        for line in axes.lines[:4]:
            drawn = np.maximum(errors[line.get_label()], 0.1)
            assert np.array_equal(line.get_xydata(), [*zip(ULPS["spreads"], drawn)])
        styles = {(line.get_color(), line.get_linestyle()) for line in axes.lines[:4]}
        assert len(styles) == 4


def test_the_worst_errors_are_told():
    alt = ulp_curves(ULPS).alt
    for errors in ULPS["worst"].values():
        for name, values in errors.items():
            assert f"{max(values):.2g} for {name}" in alt


# Digits


def test_the_course_of_training_is_drawn_and_told():
    drawing = training_curve([2, 4], LOSSES, [0.5, 0.75])
    upper, lower = drawing.figure.axes
    assert upper.lines[0].get_xydata().tolist() == [[1, 2.0], [2, 1.0], [3, 0.5], [4, 0.25]]
    assert lower.lines[0].get_xydata().tolist() == [[2, 50], [4, 75]]
    assert "is 2.00 after the first iteration, 2.00 at its highest, after 1, and 0.250 after 4" in (
        drawing.alt
    )
    assert "50.0% after 2 iterations, 75.0% at its highest and 75.0% at the end" in drawing.alt


def test_confusions_are_counted_in_their_cells():
    axes = axes_of(confusion(COUNTS))
    cells = {t.get_position(): t.get_text() for t in axes.texts}
    assert cells == {(0, 0): "5", (1, 0): "2", (1, 1): "20"}
    told = "25 of 27 lie on the diagonal, 2 beside it; the most frequent confusion is a 0 read as 1"
    assert told in confusion(COUNTS).alt


def test_misread_images_say_what_they_are_and_what_they_are_read_as():
    drawing = misread(IMAGES, [3, 8], [9, 1])
    titles = [axes.get_title() for axes in drawing.figure.axes]
    assert titles == ["3 as 9", "8 as 1"]
    assert "a 3 read as 9, a 8 read as 1" in drawing.alt
    for axes, image in zip(drawing.figure.axes, IMAGES):
        assert np.array_equal(axes.images[0].get_array(), image.reshape(8, 8))

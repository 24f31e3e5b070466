"""Every drawing of the book: it says what it shows, follows the theme, and is the same twice."""

import re
from itertools import chain, combinations

import numpy as np
import pytest

from backprop import softmax, softmax_jacobian
from figures.affine import where_the_transpose_comes_from
from figures.by_hand import numbers_by_hand
from figures.chain_rule import row_times_jacobians
from figures.collapse import output_minus_target
from figures.drawing import INK, Drawing, written
from figures.forward import shapes_of_the_network
from figures.gradient_check import v_curve
from figures.network import forward_and_back
from figures.softmax import jacobian_heat_map, paths_to_the_loss
from figures.tanh import tanh_and_its_derivative

J = softmax_jacobian(softmax(np.arange(4.0)))
Y_HAT, TARGET = softmax(np.arange(10.0) / 3)[None], np.eye(10)[[7]]
STEPS = 10.0 ** np.arange(-15, 0)
CENTRAL, COMPLEX = STEPS**2 + 1e-16 / STEPS, STEPS**2
VALUES = [[0.69, 1.1], [0.6, 0.8, 0.0], [0.25, 0.75]]
GRADIENTS = [[-4.65, 3.06], [-1.92, 0.81, -2.25], [-0.75, 0.75]]
DRAWINGS = {
    "shapes-of-the-network": shapes_of_the_network,
    "forward-and-back": forward_and_back,
    "row-times-jacobians": row_times_jacobians,
    "where-the-transpose-comes-from": where_the_transpose_comes_from,
    "tanh-and-its-derivative": tanh_and_its_derivative,
    "paths-to-the-loss": paths_to_the_loss,
    "output-minus-target": lambda: output_minus_target(Y_HAT, TARGET),
    "v-curve": lambda: v_curve(STEPS, CENTRAL, COMPLEX),
    "numbers-by-hand": lambda: numbers_by_hand(VALUES, GRADIENTS),
    "jacobian-heat-map": lambda: jacobian_heat_map(J),
}
every = pytest.mark.parametrize("name", DRAWINGS)


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


def test_the_heat_map_shows_the_numbers_of_its_array():
    texts = {t.get_text() for t in jacobian_heat_map(J).figure.axes[0].texts}
    assert f"{J[3, 3]:+.3f}" in texts and len(texts) <= 16


def test_a_gradient_stands_under_its_array_and_has_its_shape():
    texts = [(t.get_text(), t.get_position()) for t in forward_and_back().figure.axes[0].texts]
    for name in ("x", "z_1", "a_1", "z_2", r"\hat{y}", r"\ell", "PL_n", "W_1", "b_1", "W_2", "b_2"):
        (at,), (beneath,) = ([p for t, p in texts if t == f"${d}{name}$"] for d in ("", "d"))
        assert at[0] == beneath[0] and at[1] > beneath[1]
        shapes = [
            [t for t, (x, y) in texts if x == a and 0 < b - y < 0.1] for a, b in (at, beneath)
        ]
        assert len(shapes[0]) == 1 and shapes[0] == shapes[1]


def test_the_bars_are_the_numbers_and_so_is_what_is_said_of_them():
    drawing = output_minus_target(Y_HAT, TARGET)
    above, below = drawing.figure.axes
    assert np.allclose([bar.get_height() for bar in above.patches[:10]], Y_HAT[0])
    assert np.allclose([bar.get_height() for bar in below.patches], (Y_HAT - TARGET)[0])
    assert f"lowest for class 8 with −{1 - Y_HAT[0, 7]:.2f}" in drawing.alt
    assert drawing.alt.endswith("sum to 0.00.")


def test_the_curves_are_the_errors_but_none_is_below_rounding():
    central, exact = v_curve(STEPS, CENTRAL, 0 * COMPLEX).figure.axes[0].lines
    assert np.array_equal(central.get_ydata(), CENTRAL)
    assert np.array_equal(exact.get_ydata(), np.full(len(STEPS), 2.0**-53))


def test_the_small_network_shows_and_says_every_number():
    drawing = numbers_by_hand(VALUES, GRADIENTS)
    texts = [t.get_text() for t in drawing.figure.axes[0].texts]
    for number in chain(*VALUES, *GRADIENTS):
        assert written(number) in texts and written(number) in drawing.alt


def test_a_written_number_has_a_minus_sign_and_zero_has_none():
    assert [written(v) for v in (-4.654, -1e-17, 0.75)] == ["−4.65", "0.00", "0.75"]

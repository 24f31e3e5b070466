"""Every drawing of the book: it says what it shows, follows the theme, and is the same twice."""

import re

import numpy as np
import pytest

from backprop import softmax, softmax_jacobian
from figures.drawing import INK, Drawing
from figures.forward import shapes_of_the_network
from figures.softmax import jacobian_heat_map, paths_to_the_loss

J = softmax_jacobian(softmax(np.arange(4.0)))
DRAWINGS = {
    "shapes-of-the-network": shapes_of_the_network,
    "paths-to-the-loss": paths_to_the_loss,
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


def test_alt_text_is_escaped():
    drawing = Drawing("escaped", 'a "quoted" <word>', 1, 1)
    assert 'aria-label="a &quot;quoted&quot; &lt;word&gt;"' in drawing._repr_html_()


def test_the_heat_map_shows_the_numbers_of_its_array():
    texts = {t.get_text() for t in jacobian_heat_map(J).figure.axes[0].texts}
    assert f"{J[3, 3]:+.3f}" in texts and len(texts) <= 16

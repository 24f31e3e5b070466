"""A network small enough to compute by hand, with its numbers."""

from itertools import product

import numpy as np
from matplotlib.patches import Circle

from figures.drawing import BLUE, INK, VERMILION, Drawing, written

# a layer's values and gradients, in the picture and in the alternative text
NAMES = (("$x$", "$dx$"), ("$a_1$", "$dz_1$"), (r"$\hat{y}$", "$dz_2$"))
SPOKEN = (("x", "dx"), ("a1", "dz1"), ("y hat", "dz2"))


def numbers_by_hand(values, gradients):
    """Three layers of circles: the values in them, and beneath each a gradient.

    ``values`` are x, a1 and y hat of one sample, ``gradients`` are dx, dz1 and dz2.
    """
    values, gradients = ([np.ravel(row) for row in rows] for rows in (values, gradients))
    drawing = Drawing("numbers-by-hand", described(values, gradients), 6.6, 4.9)
    places = [places_of(3.2 * i, len(layer)) for i, layer in enumerate(values)]
    top = max(y for layer in places for _, y in layer) + 0.9
    with drawing:
        axes = drawing.figure.subplots()
        for start, end in (*product(*places[:2]), *product(*places[1:])):
            axes.plot(*zip(start, end), color=INK, linewidth=0.7, alpha=0.5, zorder=0)
        for layer, row, gradient, names in zip(places, values, gradients, NAMES):
            axes.text(layer[0][0], top, f"{names[0]} and {names[1]}", ha="center", fontsize=13)
            for place, number, slope in zip(layer, row, gradient):
                unit(axes, place, written(number), written(slope))
        axes.set(xlim=(-0.8, 7.2), ylim=(-top - 0.1, top + 0.5), aspect="equal")
        axes.axis("off")
    return drawing


def places_of(x, size):
    """Where the circles of a layer stand, one under the other."""
    return [(x, 1.9 * ((size - 1) / 2 - i)) for i in range(size)]


def unit(axes, place, value, gradient):
    """A value in its circle, and beneath it a gradient in a dashed frame."""
    x, y = place
    axes.add_patch(Circle(place, 0.42, facecolor=BLUE, edgecolor="none"))
    axes.text(x, y, value, ha="center", va="center", color="white")
    frame = {"boxstyle": "round", "facecolor": "none", "edgecolor": VERMILION, "linestyle": "--"}
    axes.text(x, y - 0.72, gradient, ha="center", va="center", bbox=frame)


def described(values, gradients):
    """The alternative text, with every number."""
    layers = [
        f"{name} {', '.join(map(written, row))}, beneath them {d} {', '.join(map(written, slopes))}"
        for (name, d), row, slopes in zip(SPOKEN, values, gradients)
    ]
    return (
        "A small network as three columns of circles, each circle joined to all of the next "
        f"column. In the circles are values, in dashed frames gradients: {'; '.join(layers)}."
    )

"""The tanh and its derivative, which is gone where the unit saturates."""

import numpy as np

from figures.drawing import BLUE, INK, VERMILION, Drawing, written


def tanh_and_its_derivative():
    """Two curves over z, each with its formula beside it."""
    drawing = Drawing(
        "tanh-and-its-derivative",
        "Two curves over z from minus 4 to 4. The tanh, a, rises from nearly minus 1 through 0 "
        "to nearly 1. Its derivative, 1 minus a squared, is a bump: 1 at z = 0, "
        f"{written(1 - np.tanh(2) ** 2)} at z = 2 and at minus 2, and nearly 0 at "
        "both ends, where the tanh is flat and the unit saturates.",
        6.0,
        3.4,
    )
    z = np.linspace(-4, 4, 201)
    a = np.tanh(z)
    with drawing:
        axes = drawing.figure.subplots()
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.plot(z, a, color=BLUE, linewidth=2.2)
        axes.plot(z, 1 - a**2, color=VERMILION, linewidth=2.2, linestyle="--")
        axes.text(1.5, 1.04, r"$a=\tanh z$", va="bottom", fontsize=13)
        axes.text(-0.75, 0.72, "$1-a^2$", ha="right", fontsize=13)
        axes.plot(0, 1, "o", color=VERMILION)
        axes.text(-0.2, 1.04, "1 at $z=0$", ha="right", va="bottom")
        for x in (-3, 3):
            axes.text(x, 0.14, "saturated:\nalmost 0", ha="center", va="bottom")
        axes.set(xlim=(-4, 4), ylim=(-1.12, 1.25), xlabel="$z$", yticks=(-1, -0.5, 0, 0.5, 1))
        axes.spines[["top", "right"]].set_visible(False)
    return drawing

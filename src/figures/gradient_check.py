"""How wrong a numerical derivative is, and how that depends on its step."""

import numpy as np

from figures.drawing import BLUE, VERMILION, Drawing

LEAST = 2.0**-53  # rounding hides a smaller error, and zero has no logarithm: drawn as this


def v_curve(steps, central, complex_errors):
    """Relative errors of central differences and of the complex step, both over the step h."""
    steps, central, exact = (np.ravel(a) for a in (steps, central, complex_errors))
    best = central.argmin()
    drawing = Drawing(
        "v-curve",
        "Relative error of a numerical derivative against its step h, both axes logarithmic. "
        f"The central difference is a V: its error is smallest, {central[best]:.0e}, at a "
        f"step of about {steps[best]:.0e}; larger steps are too coarse, smaller ones lose digits "
        "to rounding. For large steps the complex step is as wrong; for small ones it is flat: "
        f"at the smallest, {steps.min():.0e}, its error is at most "
        f"{max(exact[steps.argmin()], LEAST):.0e}.",
        6.4,
        3.8,
    )
    with drawing:
        axes = drawing.figure.subplots()
        curve(axes, steps, central, VERMILION, "o-", "central difference")
        curve(axes, steps, exact, BLUE, "s--", "complex step")
        axes.set(xscale="log", yscale="log", xlabel="step $h$", ylabel="relative error")
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(y=0.1)
        axes.minorticks_off()
    return drawing


def curve(axes, steps, errors, colour, style, name):
    """A line with its name above its left end."""
    order = steps.argsort()
    steps, errors = steps[order], np.maximum(errors, LEAST)[order]
    axes.plot(steps, errors, style, color=colour, linewidth=2, markersize=4, markerfacecolor="none")
    place = steps[0], errors[: len(steps) // 2].max()
    axes.annotate(name, place, (0, 7), textcoords="offset points", va="bottom")

"""Losses over the iterations of a descent."""

import numpy as np

from figures.drawing import BLUE, GREEN, VERMILION, Drawing

STYLES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."))


def loss_curves(curves, first=0):
    """One curve for each name, from iteration `first` on, with the name at its end."""
    told = [
        f"{name}: {losses[first]:.3g} at iteration {first}, lowest {losses.min():.3g} "
        f"at {losses.argmin()}, last {losses[-1]:.3g}"
        for name, losses in curves.items()
    ]
    drawing = Drawing("loss-curves", f"The loss over the iterations. {'; '.join(told)}.", 6.2, 3.4)
    with drawing:
        axes = drawing.figure.subplots()
        for (name, losses), (colour, style) in zip(curves.items(), STYLES):
            i = np.arange(first, len(losses))
            axes.plot(i, losses[first:], style, color=colour, linewidth=2, label=name)
        axes.set(xlabel="iteration", ylabel="loss")
        axes.legend()
        axes.spines[["top", "right"]].set_visible(False)
    return drawing

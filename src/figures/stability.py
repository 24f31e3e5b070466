"""How many units in the last place a logarithm of a softmax is wrong by."""

import numpy as np

from figures.drawing import BLUE, GREEN, INK, VERMILION, Drawing

STYLES = {
    "plain": (VERMILION, "s--"),
    "SciPy": (GREEN, "^:"),
    "PyTorch": (INK, "x-."),
    "log_softmax": (BLUE, "o-"),
}
WIDTHS = {"float32": "single precision", "float64": "double precision"}


def ulp_curves(measured):
    """Worst errors over the spread of the logits, a panel for each precision."""
    told = "; ".join(
        f"in {WIDTHS[kind]} at most "
        + ", ".join(f"{max(routes[name]):.2g} for {name}" for name in STYLES)
        for kind, routes in measured["worst"].items()
    )
    drawing = Drawing(
        "ulp-curves",
        "Worst error of a log softmax in units in the last place, over the spread of the logits "
        "from 1e-12 to 1e4, both axes logarithmic. The line of this book's log_softmax is flat, "
        f"those of the others rise steeply from a spread of about 1 on: {told}.",
        6.4,
        3.9,
    )
    with drawing:
        panels = drawing.figure.subplots(1, 2, sharey=True)
        for axes, (kind, routes) in zip(panels, measured["worst"].items()):
            for name, (colour, style) in STYLES.items():
                errors = np.maximum(routes[name], 0.1)  # a log axis has no zero
                axes.plot(measured["spreads"], errors, style, color=colour, markersize=4,
                          markerfacecolor="none", label=name)  # fmt: skip
            axes.set(xscale="log", yscale="log", title=WIDTHS[kind], xlabel="spread of the logits")
            axes.axhline(2, color=INK, linewidth=0.8, linestyle=":")
            axes.spines[["top", "right"]].set_visible(False)
            axes.minorticks_off()
        panels[0].set_ylabel("worst error, units in the last place")
        panels[0].legend(loc="upper left", fontsize=9)
    return drawing

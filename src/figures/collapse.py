"""What is left of the gradient of the logits: the output minus the target."""

import numpy as np

from figures.drawing import BLUE, INK, VERMILION, Drawing, written


def output_minus_target(y_hat, y):
    """Bars for one sample: above, both rows of shape (1, K); beneath, their difference."""
    y_hat, y = np.ravel(y_hat), np.ravel(y)
    drawing = Drawing("output-minus-target", described(y_hat, y), 6.4, 4.2)
    classes, held = np.arange(1, len(y) + 1), y != 0
    with drawing:
        above, below = drawing.figure.subplots(2, 1, sharex=True)
        above.bar(classes, y_hat, 0.6, color=BLUE, label=r"output $\hat{y}_k$")
        frame = {"fill": False, "edgecolor": VERMILION, "linewidth": 1.8, "linestyle": "--"}
        above.bar(classes[held], y[held], 0.84, label=r"target $\dot{y}_k$", **frame)
        above.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
        below.bar(classes, y_hat - y, 0.6, color=BLUE)
        below.set(xlabel="class $k$", ylabel=r"$\hat{y}_k-\dot{y}_k$", xticks=classes)
        for axes in (above, below):
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.spines[["top", "right", "bottom"]].set_visible(False)
            axes.tick_params(axis="x", length=0)
    return drawing


def described(y_hat, y):
    """The alternative text, from the numbers."""
    rest, highest, wanted = y_hat - y, y_hat.argmax(), y.argmax()
    low, high = rest.argmin(), rest.argmax()
    return (
        f"Two bar charts over the {len(y)} classes, one above the other. Above, the output, "
        f"largest for class {highest + 1} with {written(y_hat[highest])}, and as a dashed frame "
        f"the target, largest for class {wanted + 1} with {written(y[wanted])}. "
        f"Beneath, the output minus the target: lowest for class {low + 1} with "
        f"{written(rest[low])}, highest for class {high + 1} with {written(rest[high])}. "
        f"All differences together sum to {written(rest.sum())}."
    )

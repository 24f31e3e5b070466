"""The whole network in one picture: rows flow forward, gradients of the same shape flow back."""

from figures.boxes import arrow, labelled_box
from figures.drawing import BLUE, VERMILION, Drawing
from figures.shapes import in_symbols, shape_of

BOX = (0.62, 0.52)
TOP, FORWARD, BACK, BOTTOM = 3.15, 2.1, 1.05, 0.0  # the heights of the four lanes

# name, and where it stands in the two lanes in the middle
ROWS = (
    ("x", 0.0),
    ("z_1", 1.35),
    ("a_1", 3.06),
    ("z_2", 4.38),
    (r"\hat{y}", 5.66),
    (r"\ell", 6.79),
    ("PL_n", 7.95),
    ("L", 9.2),
)
# what happens between two rows, on the way there and on the way back
STEPS = (
    ("", r"$\cdot\,W_1^\top$"),
    (r"$\tanh$", r"$\odot\,(1-a_1\!\odot a_1)$"),
    ("", r"$\cdot\,W_2^\top$"),
    (r"$\mathrm{softmax}$", r"$\cdot\,J$"),
    (r"$\log$", r"$\oslash\,\hat{y}$"),
    (r"$\cdot\,\dot{y}^\top$", r"$\cdot\,\dot{y}$"),
    (r"$-\mathrm{mean}$", r"$-1/N$"),
)
# weight and bias, where their arrows meet, and the factor of dW
PARAMETERS = (
    ("W_1", "b_1", 0.675, r"$x^\top\cdot$"),
    ("W_2", "b_2", 3.72, r"$a_1^\top\cdot$"),
)
ALT = (
    "Two lanes of boxes, each with the name and the shape of an array. Upper lane, forward, "
    "blue arrows to the right: x, 1 by D; with W1, D by H, and b1, 1 by H, to z1, 1 by H; tanh "
    "to a1, 1 by H; with W2, H by K, and b2, 1 by K, to z2, 1 by K; softmax to y hat, 1 by K; "
    "log to ell, 1 by K; times y dot transposed to PL n, 1 by 1; minus the mean to L. "
    "Lower lane, backward, dashed orange arrows to the left, each gradient under its array and "
    "of its shape: from L times minus 1 over N to dPL n; times y dot to d ell; divided by "
    "y hat to d y hat; times the Jacobian J to dz2; times W2 transposed to da1; times "
    "1 minus a1 squared, entry by entry, to dz1; times W1 transposed to dx. Branches lead down "
    "from dz2 to db2 and, times a1 transposed from the left, to dW2; from dz1 to db1 and, "
    "times x transposed from the left, to dW1. These add up over the samples."
)


def forward_and_back():
    """Forward above, from left to right; backward beneath, from right to left and dashed."""
    drawing = Drawing("forward-and-back", ALT, 9.5, 3.9)
    with drawing:
        axes = drawing.figure.subplots()
        for row in ROWS:
            both_ways(axes, *row)
        for left, right, step in zip(ROWS, ROWS[1:], STEPS):
            between(axes, left[1] + BOX[0] / 2, right[1] - BOX[0] / 2, *step)
        for layer in PARAMETERS:
            parameters(axes, *layer)
        name_the_lanes(axes)
        axes.set(xlim=(-0.35, 9.55), ylim=(BOTTOM - 0.3, TOP + 0.3), aspect="equal")
        axes.axis("off")
    return drawing


def both_ways(axes, name, x):
    """An array, and its gradient right beneath it."""
    shape = in_symbols(shape_of(name))
    labelled_box(axes, (x, FORWARD), BOX, BLUE, f"${name}$", shape)
    if name != "L":
        labelled_box(axes, (x, BACK), BOX, VERMILION, f"$d{name}$", shape, linestyle="--")


def between(axes, left, right, there, back):
    """A step as an arrow to the right, and its way back as a dashed one to the left."""
    middle, label = (left + right) / 2, {"ha": "center", "va": "bottom"}
    arrow(axes, (left, FORWARD), (right, FORWARD), BLUE)
    axes.text(middle, FORWARD + 0.08, there, **label)
    axes.text(middle, BACK + 0.08, back, **label)
    if back == STEPS[-1][1]:  # the way back begins at L
        start, bend = (right + BOX[0] / 2, FORWARD - BOX[1] / 2), "angle,angleA=-90,angleB=0"
        arrow(axes, start, (left, BACK), VERMILION, linestyle="--", connectionstyle=bend)
    else:
        arrow(axes, (right, BACK), (left, BACK), VERMILION, linestyle="--")


def parameters(axes, weight, bias, x, factor):
    """Weight and bias lead down into their step; their gradients branch off beneath it."""
    for name, at in ((weight, x - 0.4), (bias, x + 0.4)):
        shape = in_symbols(shape_of(name))
        labelled_box(axes, (at, TOP), BOX, BLUE, f"${name}$", shape)
        labelled_box(axes, (at, BOTTOM), BOX, VERMILION, f"$d{name}$", shape, linestyle="--")
        arrow(axes, (at, TOP - BOX[1] / 2), (x, FORWARD + 0.04), BLUE)
        start, end = (x + 0.67, BACK - BOX[1] / 2), (at, BOTTOM + BOX[1] / 2)
        arrow(axes, start, end, VERMILION, linestyle="--")
    axes.text(x - 0.1, (BACK + BOTTOM) / 2, factor, ha="right", va="bottom")


def name_the_lanes(axes):
    """The direction in words, for those who do not see the colours."""
    axes.text(5.0, TOP, r"forward $\longrightarrow$", va="center", fontsize=13)
    axes.text(5.0, BOTTOM, r"$\longleftarrow$ backward", va="center", fontsize=13)
    note = "one sample is drawn:\n$dW$ and $db$ add up over all samples"
    axes.text(6.65, BOTTOM, note, va="center")

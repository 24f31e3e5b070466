"""The network of the question as a row of boxes, each as large as its array."""

from matplotlib.patches import Rectangle

from figures.drawing import BLUE, ORANGE, Drawing

# name, shape in symbols, height and width on the page, and whether it is a parameter
ARRAYS = (
    ("$x$", r"$1\times D$", 0.25, 0.5, False),
    ("$W_1$", r"$D\times H$", 0.5, 2.0, True),
    ("$z_1,\\ a_1$", r"$1\times H$", 0.25, 2.0, False),
    ("$W_2$", r"$H\times K$", 2.0, 0.75, True),
    ("$z_2,\\ \\hat{y},\\ \\ell$", r"$1\times K$", 0.25, 0.75, False),
    (r"$\dot{y}^\top$", r"$K\times 1$", 0.75, 0.25, True),
    ("$PL_n$", r"$1\times 1$", 0.25, 0.25, False),
)


def shapes_of_the_network():
    """Rows that flow from left to right, and the matrices that they are multiplied by."""
    drawing = Drawing(
        "shapes-of-the-network",
        "From left to right: the row x, 1 by D; the matrix W1, D by H; the rows z1 and a1, 1 by H; "
        "the matrix W2, H by K; the rows z2, y hat and ell, 1 by K; the target as a column, "
        "K by 1; and the number PL, 1 by 1. "
        "A dot stands between a row and what it is multiplied by, an arrow before the next row.",
        8.2,
        3.0,
    )
    with drawing:
        axes, left = drawing.figure.subplots(), 0.0
        for name, shape, height, width, held in ARRAYS:
            colour, sign = (ORANGE, r"$\to$") if held else (BLUE, r"$\cdot$")
            axes.add_patch(Rectangle((left, -height / 2), width, height, facecolor=colour))
            middle, right = left + width / 2, left + width
            axes.text(middle, 1.25, name, ha="center", va="bottom", fontsize=13)
            axes.text(middle, -1.25, shape, ha="center", va="top")
            if name != ARRAYS[-1][0]:
                axes.text(right + 0.3, 0, sign, ha="center", va="center", fontsize=16)
            left = right + 0.6
        axes.set(xlim=(-0.3, left - 0.3), ylim=(-1.7, 1.8), aspect="equal")
        axes.axis("off")
    return drawing

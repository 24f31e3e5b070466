"""The network of the question as a row of boxes, each as large as its array."""

from figures.boxes import row_of_boxes
from figures.drawing import BLUE, ORANGE, Drawing

# name, shape in symbols, height and width on the page, colour: orange multiplies a row
ARRAYS = (
    ("$x$", r"$1\times D$", 0.25, 0.5, BLUE),
    ("$W_1$", r"$D\times H$", 0.5, 2.0, ORANGE),
    (r"$z_1,\ a_1$", r"$1\times H$", 0.25, 2.0, BLUE),
    ("$W_2$", r"$H\times K$", 2.0, 0.75, ORANGE),
    (r"$z_2,\ \hat{y},\ \ell$", r"$1\times K$", 0.25, 0.75, BLUE),
    (r"$\dot{y}^\top$", r"$K\times 1$", 0.75, 0.25, ORANGE),
    ("$PL_n$", r"$1\times 1$", 0.25, 0.25, BLUE),
)
SIGNS = 3 * (r"$\cdot$", r"$\to$")


def shapes_of_the_network():
    """Rows that flow from left to right, and the matrices that they are multiplied by."""
    drawing = Drawing(
        "shapes-of-the-network",
        "From left to right: the row x, 1 by D; the matrix W1, D by H; the rows z1 and a1, 1 by H; "
        "the matrix W2, H by K; the rows z2, y hat and ell, 1 by K; the target as a column, "
        "K by 1; and the number PL, 1 by 1. "
        "A dot stands between a row and what it is multiplied by, an arrow before the next row.",
        8.2,
        2.6,
    )
    with drawing:
        axes = drawing.figure.subplots()
        right = row_of_boxes(axes, 0, 0, ARRAYS, SIGNS, gap=0.6)
        axes.set(xlim=(-0.3, right + 0.3), ylim=(-1.4, 1.5), aspect="equal")
        axes.axis("off")
    return drawing

"""The network of the question as a row of boxes, each as large as its array."""

from figures.boxes import box_of, row_of_boxes
from figures.drawing import BLUE, ORANGE, Drawing
from figures.shapes import shape_of

SIZES = {"1": 0.25, "D": 0.5, "H": 2.0, "K": 0.75}
# names, the array whose shape they have, colour: orange multiplies a row
ARRAYS = (
    ("$x$", "x", BLUE),
    ("$W_1$", "W_1", ORANGE),
    (r"$z_1,\ a_1$", "z_1", BLUE),
    ("$W_2$", "W_2", ORANGE),
    (r"$z_2,\ \hat{y},\ \ell$", "z_2", BLUE),
    (r"$\dot{y}^\top$", r"\dot{y}^\top", ORANGE),
    ("$PL_n$", "PL_n", BLUE),
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
        boxes = [box_of(names, shape_of(one), SIZES, colour) for names, one, colour in ARRAYS]
        right = row_of_boxes(axes, 0, 0, boxes, SIGNS, gap=0.6)
        axes.set(xlim=(-0.3, right + 0.3), ylim=(-1.4, 1.5), aspect="equal")
        axes.axis("off")
    return drawing

"""A row times two Jacobians, and what is in between if the one or the other pair goes first."""

from figures.boxes import arrow, box_of, box_to_scale, row_of_boxes
from figures.drawing import BLUE, INK, ORANGE, VERMILION, Drawing
from figures.shapes import shape_of, shape_of_jacobian

SIZES = {"1": 1, "D": 3, "H": 5, "K": 2}
ROW = box_of("$dv$", shape_of("v"), SIZES, BLUE)
HIDDEN = box_of("$du$", shape_of("u"), SIZES, BLUE)
RESULT = box_of("$dx$", shape_of("x"), SIZES, BLUE)
OUTER = box_of(r"$\partial v/\partial u$", shape_of_jacobian("v", "u"), SIZES, ORANGE)
INNER = box_of(r"$\partial u/\partial x$", shape_of_jacobian("u", "x"), SIZES, ORANGE)
BOTH = box_of(r"$\partial v/\partial x$", shape_of_jacobian("v", "x"), SIZES, VERMILION)


def row_times_jacobians():
    """The product with sizes to scale, and beneath it the two orders of multiplication."""
    drawing = Drawing(
        "row-times-jacobians",
        "At the top the product, each array as a box of its size: dx, a row 1 by D, equals dv, a "
        "row 1 by K, times the Jacobian of v by u, K by H, times the Jacobian of u by x, H by D. "
        "In the middle, multiplied from the left: dv, 1 by K, becomes du, 1 by H, becomes dx, "
        "1 by D; a row at every stage. "
        "Beneath, the Jacobians first: a K by H array times an H by D array is the K by D Jacobian "
        "of v by x, a matrix; only then does dv turn it into the row dx, 1 by D.",
        7.0,
        4.3,
    )
    with drawing:
        axes = drawing.figure.subplots()
        signs = ("$=$", r"$\cdot$", r"$\cdot$")
        row_of_boxes(axes, 7.5, 0, (RESULT, ROW, OUTER, INNER), signs, gap=1.6)
        stages(axes, -6, "from the left:\nrows only", (ROW, HIDDEN, RESULT), (OUTER, INNER))
        stages(axes, -10, "Jacobians first:\na matrix", (OUTER, BOTH, RESULT), (INNER, ROW))
        axes.set(xlim=(-0.2, 26.2), ylim=(-12.5, 3.9), aspect="equal")
        axes.axis("off")
    return drawing


def stages(axes, middle, title, boxes, factors):
    """What is there after each multiplication; the factor stands on the arrow."""
    axes.text(0, middle, title, va="center")
    left, gap = 7.5, 3.9
    for box, factor in zip(boxes, (*factors, None)):
        box_to_scale(axes, left, middle, box)
        left += box[3] + gap
        if factor:
            sign = f"{factor[0]} $\\cdot$" if factor is ROW else f"$\\cdot$ {factor[0]}"
            arrow(axes, (left - gap + 0.4, middle), (left - 0.4, middle), INK)
            axes.text(left - gap / 2, middle + 0.2, sign, ha="center", va="bottom")

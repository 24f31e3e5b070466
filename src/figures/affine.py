"""What comes back to one weight: two columns that share the index of the sample."""

from matplotlib.patches import Rectangle

from figures.boxes import arrow, box_of
from figures.drawing import BLUE, INK, ORANGE, VERMILION, Drawing
from figures.shapes import shape_of

N, H, K = 4, 3, 2
h, k = 1, 0  # the weight that is followed, counted from zero

SIZES = {"N": N, "H": H, "K": K}
# what `box_of` gives, and which cells have the colour
A1 = *box_of("$A_1$", shape_of("A_1"), SIZES, BLUE), [(n, h) for n in range(N)]
A1_T = *box_of(r"$A_1^\top$", shape_of(r"A_1^\top"), SIZES, BLUE), [(h, n) for n in range(N)]
DZ2 = *box_of("$dZ_2$", shape_of("Z_2"), SIZES, ORANGE), [(n, k) for n in range(N)]
DW2 = *box_of("$dW_2$", shape_of("W_2"), SIZES, VERMILION), [(h, k)]


def where_the_transpose_comes_from():
    """Above, the two columns that are paired; beneath, the first of them laid on its side."""
    drawing = Drawing(
        "where-the-transpose-comes-from",
        f"Above, three grids of cells: A1, {N} rows n by {H} columns; dZ2, {N} rows n by {K} "
        f"columns; dW2, {H} rows by {K} columns. Column h of A1 and column k of dZ2 are coloured. "
        "In each row n a line pairs their two entries, and the sum of the products over n is the "
        "one coloured entry of dW2, in row h and column k. Both are columns with the same row "
        "index. Beneath, A1 transposed lies on its side: column h has become row h, and row h "
        "times column k of dZ2 is a matrix product, with the same entry of dW2 as its result.",
        7.2,
        5.4,
    )
    with drawing:
        axes = drawing.figure.subplots()
        pairs(axes, top=0)
        product(axes, top=-6.7)
        axes.set(xlim=(-1.6, 14.4), ylim=(-11.6, 1.2), aspect="equal")
        axes.axis("off")
    return drawing


def pairs(axes, top):
    """Entry by entry, row by row, and summed."""
    grid(axes, 0.5, top, A1, rows={n: f"$n={n + 1}$" for n in range(N)}, columns={h: "$h$"})
    grid(axes, 5.5, top, DZ2, columns={k: "$k$"})
    for n in range(N):
        ends = (0.5 + h + 0.5, 5.5 + k + 0.5)
        axes.plot(ends, (top - n - 0.5,) * 2, "o-", color=INK, markersize=4, linewidth=1.2)
    arrow(axes, (8.2, top - N / 2), (11.1, top - N / 2), INK)
    sum_of = r"$\sum_n A_{1,nh}\,dZ_{2,nk}$"
    axes.text(9.6, top - N / 2 + 0.2, sum_of, ha="center", va="bottom")
    grid(axes, 12.2, top - 0.5, DW2, rows={h: "$h$"}, columns={k: "$k$"})


def product(axes, top):
    """The same sum as a row times a column."""
    samples = {n: f"${n + 1}$" for n in range(N)}
    grid(axes, 0, top - 0.5, A1_T, rows={h: "$h$"}, columns={-1: "$n=$"} | samples)
    axes.text(4.75, top - N / 2, r"$\cdot$", ha="center", va="center", fontsize=18)
    grid(axes, 5.5, top, DZ2, columns={k: "$k$"})
    axes.text(9.6, top - N / 2, "$=$", ha="center", va="center", fontsize=16)
    grid(axes, 12.2, top - 0.5, DW2, rows={h: "$h$"}, columns={k: "$k$"})


def grid(axes, left, top, array, rows=None, columns=None):
    """The cells of an array, its name and shape above, and names of rows and columns."""
    name, shape, height, width, colour, marked = array
    for i in range(height):
        for j in range(width):
            face = colour if (i, j) in marked else "none"
            corner = (left + j, top - i - 1)
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor=INK, linewidth=0.8))
    axes.text(left + width / 2, top + 0.2, f"{name}  {shape}", ha="center", va="bottom")
    for i, text in (rows or {}).items():
        axes.text(left - 0.2, top - i - 0.5, text, ha="right", va="center")
    for j, text in (columns or {}).items():
        axes.text(left + j + 0.5, top - height - 0.2, text, ha="center", va="top")

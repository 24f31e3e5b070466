"""Arrays as boxes: alone, in a row with signs between them, and joined by arrows."""

from matplotlib.patches import Rectangle

from figures.shapes import in_symbols


def box_of(name, shape, sizes, colour):
    """What `box_to_scale` draws: name, shape in symbols, height, width and colour."""
    rows, columns = shape
    return name, in_symbols(shape), sizes[rows], sizes[columns], colour


def box_to_scale(axes, left, middle, box):
    """A box as large as its array, with its name just above it and its shape just below."""
    name, shape, height, width, colour = box
    axes.add_patch(Rectangle((left, middle - height / 2), width, height, facecolor=colour))
    centre, top, bottom = left + width / 2, middle + height / 2, middle - height / 2
    style = {"textcoords": "offset points", "ha": "center"}
    axes.annotate(name, (centre, top), (0, 3), va="bottom", fontsize=13, **style)
    axes.annotate(shape, (centre, bottom), (0, -4), va="top", **style)


def row_of_boxes(axes, left, middle, boxes, signs, gap):
    """Boxes from left to right, a sign in each gap; returns where the last one ends."""
    for box, sign in zip(boxes, (*signs, "")):
        box_to_scale(axes, left, middle, box)
        left += box[3] + gap
        axes.text(left - gap / 2, middle, sign, ha="center", va="center", fontsize=16)
    return left - gap


def labelled_box(axes, centre, size, colour, name, shape, **style):
    """A frame of one size for all, with the name and the shape of its array inside."""
    (x, y), (width, height) = centre, size
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=colour, lw=1.6, **style))
    axes.text(x, y + 0.02 * height, name, ha="center", va="bottom", fontsize=13)
    axes.text(x, y - 0.08 * height, shape, ha="center", va="top")


def arrow(axes, start, end, colour, **style):
    """From start to end; ``style`` is Matplotlib's, for example ``linestyle``."""
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.8, "shrinkA": 0, "shrinkB": 0} | style
    axes.annotate("", end, start, arrowprops=style)

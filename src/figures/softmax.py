"""The Jacobian of the softmax: as arrows between numbers, and as a heat map."""

from matplotlib.colors import TwoSlopeNorm

from figures import boxes
from figures.drawing import BLUE, VERMILION, Drawing


def paths_to_the_loss():
    """Two logits, two probabilities, one loss, and every arrow a partial derivative."""
    drawing = Drawing(
        "paths-to-the-loss",
        "Two logits, the entries of z2, on the left, two probabilities, y hat 1 and y hat 2, in "
        "the middle and the loss L on the right. Each logit has an arrow to each probability: "
        "four arrows, the four entries of the Jacobian. Each probability has an arrow to the "
        "loss: two arrows, the two entries of the gradient d y hat.",
        6.0,
        3.0,
    )
    logits, outputs, loss = [(0, 1), (0, 0)], [(3.2, 1), (3.2, 0)], (6, 0.5)
    with drawing:
        axes = drawing.figure.subplots()
        for i, output in enumerate(outputs, 1):
            label(axes, output, rf"$\hat{{y}}_{i}$")
            arrow(axes, output, loss, VERMILION, rf"$d\hat{{y}}_{i}$", 0.5)
            for j, logit in enumerate(logits, 1):
                partial = rf"$\partial\hat{{y}}_{i}/\partial z_{{2,{j}}}$"
                arrow(axes, logit, output, BLUE, partial, 0.6 if i == j else 0.3)
        for j, logit in enumerate(logits, 1):
            label(axes, logit, rf"$z_{{2,{j}}}$")
        label(axes, loss, "$L$")
        axes.set(xlim=(-0.3, 6.3), ylim=(-0.3, 1.35))
        axes.axis("off")
    return drawing


def label(axes, at, text):
    """A number of the network."""
    axes.text(*at, text, ha="center", va="center", fontsize=15)


def arrow(axes, start, end, colour, text, share):
    """An arrow with its derivative written beside it, at a share of the way."""
    boxes.arrow(axes, start, end, colour, shrinkA=14, shrinkB=14)
    x, y = (s + share * (e - s) for s, e in zip(start, end))
    rising = end[1] - start[1]
    axes.annotate(
        text, (x, y), (5 if rising else 0, -4 if rising > 0 else 4), textcoords="offset points",
        ha="left" if rising else "center", va="top" if rising > 0 else "bottom",
    )  # fmt: skip


def jacobian_heat_map(J):
    """Every entry as a coloured cell with its number: purple is positive, orange negative."""
    K = len(J)
    drawing = Drawing(
        "jacobian-heat-map",
        f"The {K} by {K} softmax Jacobian as a table of coloured cells. The diagonal is positive, "
        f"every other entry is negative, the array is symmetric, and each row sums to zero. "
        f"The largest entry is {J.max():.3f}, the smallest {J.min():.3f}.",
        5.0,
        3.6,
    )
    with drawing:
        axes = drawing.figure.subplots()
        limit = abs(J).max()
        norm = TwoSlopeNorm(0, -limit, limit)
        image = axes.imshow(J, cmap="PuOr", norm=norm)
        for i in range(K):
            for j in range(K):
                dark = abs(J[i, j]) > 0.6 * limit
                label = f"{J[i, j]:+.3f}".replace("-", "\N{MINUS SIGN}")
                axes.text(j, i, label, ha="center", va="center", color="white" if dark else "black")
        axes.set_xticks(range(K), [f"$z_{j + 1}$" for j in range(K)])
        axes.set_yticks(range(K), [rf"$\hat{{y}}_{i + 1}$" for i in range(K)])
        axes.set(xlabel="input that is moved", ylabel="output that answers")
        axes.tick_params(length=0)
        drawing.figure.colorbar(image, ax=axes, label=r"$\partial\hat{y}_i/\partial z_j$")
    return drawing

"""The Jacobian of the softmax as a heat map."""

from matplotlib.colors import TwoSlopeNorm

from figures.drawing import Drawing


def jacobian_heat_map(J):
    """Every entry as a coloured cell with its number: blue is positive, orange negative."""
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

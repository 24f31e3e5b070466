"""What a Jacobian costs beside the products that do without it, from a file of measurements."""

from matplotlib.ticker import EngFormatter

from figures.drawing import BLUE, GREEN, VERMILION, Drawing, written

STYLES = {"jacobian": (VERMILION, "o-"), "vjp": (BLUE, "s--"), "jvp": (GREEN, "^:")}
NAMES = {"jacobian": "with $J$", "vjp": "VJP", "jvp": "JVP"}
MARKS = {"jacobian": "○", "vjp": "□", "jvp": "△"}
SECONDS, BYTES = EngFormatter("s"), EngFormatter("B")


def cost_curves(result):
    """Time, and bytes, of the softmax backward of one row over its length K."""
    family = result["softmax"]
    drawing = Drawing(
        "cost-curves",
        "Two panels over K, the length of one row, all axes logarithmic. "
        f"Left, the time of a call: {told(family, 'seconds', 'K', SECONDS)}. "
        f"Right, the most bytes that it holds: {told(family, 'bytes', 'K', BYTES)}.",
        6.2,
        3.6,
    )
    with drawing:
        left, right = drawing.figure.subplots(1, 2)
        panel(left, family, "seconds", SECONDS)
        panel(right, family, "bytes", BYTES)
        left.set(xlabel="$K$", title="time of a call")
        right.set(xlabel="$K$", title="most bytes held")
    return drawing


def batch_curves(result):
    """Time over the number of rows N: the softmax backward, and dW₂ of the affine step."""
    softmax, affine, H, K = (result[name] for name in ("batch", "affine", "H", "K"))
    drawing = Drawing(
        "batch-curves",
        "Two panels of the time of a call over N, the number of rows, all axes logarithmic. "
        f"Left, the softmax backward with K = {K}: {told(softmax, 'seconds', 'N', SECONDS)}. "
        f"Right, dW2 of the affine step with H = {H} and K = {K}: "
        f"{told(affine, 'seconds', 'N', SECONDS)}. At the largest N, J takes "
        f"{factor(softmax):.3g} and {factor(affine):.3g} times as long as the VJP.",
        6.2,
        3.6,
    )
    with drawing:
        left, right = drawing.figure.subplots(1, 2, sharey=True)
        panel(left, softmax, "seconds", SECONDS)
        panel(right, affine, "seconds", SECONDS)
        left.set(xlabel="$N$", title=rf"softmax, $K={K}$")
        right.set(xlabel="$N$", title=rf"$dW_2$, $H={H}$, $K={K}$")
    return drawing


def panel(axes, family, quantity, unit):
    """A line for each route, J's slope above it and the slopes without J below their lines."""
    for i, (route, c) in enumerate(routes(family)):
        colour, style = STYLES[route]
        # every second marker, so that of two lines that coincide both are seen
        axes.plot(
            c["sizes"], c[quantity], style, color=colour, markevery=(i % 2, 2),
            linewidth=1.8, markersize=4.5, markerfacecolor="none",
        )  # fmt: skip
    axes.set(xscale="log", yscale="log")
    low, high = axes.get_ylim()
    axes.set_ylim(low / 8, high)
    axes.yaxis.set_major_formatter(unit)
    axes.minorticks_off()
    axes.spines[["top", "right"]].set_visible(False)
    name_lines(axes, family, quantity)


def name_lines(axes, family, quantity):
    """The name and the slope of each, beside it."""
    J, *others = (c for _, c in routes(family))
    above, *below = (
        f"{MARKS[route]} {NAMES[route]}: slope {slope(c, quantity)}" for route, c in routes(family)
    )
    at, beneath = len(J["sizes"]) * 3 // 4, len(others[0]["sizes"]) // 3
    place = {"textcoords": "offset points", "ha": "right"}
    corner = J["sizes"][at], J[quantity][at]
    axes.annotate(above.replace(": ", ":\n"), corner, (-7, 0), va="bottom", **place)
    corner = others[0]["sizes"][-1], others[0][quantity][beneath]
    axes.annotate("\n".join(below), corner, (4, -9), va="top", **place)


def routes(family):
    """The measured ones, J first."""
    return [(route, family[route]) for route in NAMES if route in family]


def slope(curve, quantity):
    """The fitted exponent, as it is written."""
    return written(curve[f"{quantity}_fit"]["slope"])


def told(family, quantity, size, unit):
    """Both ends of every line, and its slope."""
    return "; ".join(
        f"{NAMES[route].replace('$', '')} from {unit(c[quantity][0])} at {size} = {c['sizes'][0]} "
        f"to {unit(c[quantity][-1])} at {size} = {c['sizes'][-1]}, slope {slope(c, quantity)}"
        for route, c in routes(family)
    )


def factor(family):
    """Time with J over time of the VJP, at the largest size."""
    return family["jacobian"]["seconds"][-1] / family["vjp"]["seconds"][-1]

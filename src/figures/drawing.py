"""Turns a Matplotlib figure into inline SVG that follows the theme of the page."""

import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by every kind of colour vision, on light and on dark.
BLUE, ORANGE, GREEN, VERMILION, PURPLE = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7"
INK = "#123456"  # stands for the colour of the page's text until the drawing is written


class Drawing:
    """A figure with the sentence that says what it shows.

    ``with Drawing(…) as drawing`` sets the style for all that is drawn inside.
    """

    def __init__(self, name, alt, width, height):
        self.name, self.alt = name, alt
        self.figure = Figure(figsize=(width, height), layout="constrained")
        self.figure.patch.set_alpha(0)
        self.style = {
            "svg.hashsalt": name, "svg.fonttype": "path", "font.size": 11, "mathtext.fontset": "cm",
            "text.color": INK, "axes.edgecolor": INK, "axes.labelcolor": INK,
            "xtick.color": INK, "ytick.color": INK, "axes.facecolor": "none",
            "legend.frameon": False,
        }  # fmt: skip

    def __enter__(self):
        self.context = mpl.rc_context(self.style)
        self.context.__enter__()
        return self

    def __exit__(self, *exception):
        self.context.__exit__(*exception)

    def __repr__(self):
        return f"Drawing: {self.alt}"

    def _repr_html_(self):
        buffer = io.StringIO()
        with self:
            self.figure.savefig(buffer, format="svg", metadata={"Date": None})
        svg = buffer.getvalue()
        svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
        # ids are unique within one drawing only; several drawings may share a page
        svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\1{self.name}-", svg)
        # no narrower than its letters can be read: on a phone a wide drawing scrolls
        least = 0.58 * self.figure.get_figwidth()
        label = (
            f'<svg class="drawing" style="min-width: {least:.2f}in" '
            f'role="img" aria-label="{escape(self.alt, quote=True)}"'
        )
        return svg.replace("<svg", label, 1)


def written(value, digits=2):
    """A number as the book prints it: with a minus sign, and zero without one."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")

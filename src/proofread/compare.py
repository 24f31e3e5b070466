"""The two sides of a step at one point, over all its indices, and how they differ."""

from dataclasses import dataclass

import numpy as np

from proofread.evaluate import Evaluate, assignments
from proofread.parse import Mistake
from proofread.shapes import SIZES

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Sides:
    """Values of the left and the right side, one for each of `places`, the indices they are at."""

    left: np.ndarray
    right: np.ndarray
    places: list
    sizes: dict

    @property
    def error(self):
        return relative(self.left, self.right)

    def gap(self, sign):
        """How far the left side is below the right one (above, for −1), relative to the larger."""
        scale = np.maximum(np.abs(self.left), np.abs(self.right)).clip(1e-3)
        return sign * (self.right - self.left) / scale

    def where(self, measure=None):
        """A sentence on the worst place: sizes, indices, entry, and both values."""
        measure = np.abs(self.left - self.right) if measure is None else measure
        at = np.unravel_index(np.argmax(measure), measure.shape)
        sizes = ", ".join(f"{s} = {n}" for s, n in self.sizes.items())
        index = ", ".join(f"{i} = {v + 1}" for i, v in self.places[at[0]].items())
        entry = f"entry {tuple(int(i) + 1 for i in at[1:])}" if len(at) > 1 else ""
        place = "; ".join(part for part in (sizes, index, entry) if part)
        told = f"left {self.left[at]:.6g}, right {self.right[at]:.6g}"
        return f"{place and ' at '}{place}: {told}"

    def hint(self):
        """What a wrong right side has in common with the left: a sign, a factor, a transpose."""
        a, b = self.left, self.right
        ratio = b[a != 0] / a[a != 0]
        if ratio.size and not b[a == 0].any() and np.ptp(ratio) <= 1e-6 * np.abs(ratio).max():
            for factor, hint in known_factors(self.sizes).items():
                if np.isclose(ratio.mean(), factor, rtol=1e-6):
                    return hint
        if a.ndim == 3 and a.shape[1] == a.shape[2] and relative(a, b.swapaxes(1, 2)) <= TOLERANCE:
            return "one side is the transpose of the other"
        return ""


@np.errstate(all="ignore")  # what is not finite is a mistake
def both_sides(step, point, shapes):
    """Evaluate a step for every value of its indices that meets its conditions."""
    lefts, rights, places = [], [], []
    for env in assignments(shapes, point.sizes):
        at = Evaluate(point, env, shapes)
        if all(at.holds(condition) for condition in step.conditions):
            left, right = at.of(step.left).real, at.of(step.right).real
            lefts.append(left)
            rights.append(np.broadcast_to(right, left.shape))
            places.append(env)
    if not places:
        raise Mistake.on(step.conditions[0], "no index meets this condition")
    sizes = {s: point.sizes[s] for s in SIZES if s in shapes.axes_seen}
    sides = Sides(np.array(lefts), np.array(rights), places, sizes)
    for side, values in ((step.left, sides.left), (step.right, sides.right)):
        if not np.isfinite(values).all():
            raise Mistake.on(side, "not a finite number")
    return sides


def known_factors(sizes):
    """The factors that are lost or doubled most often, and how to say so."""
    known = {-1.0: "the opposite sign", 2.0: "off by a factor 2", 0.5: "off by a factor 1/2"}
    for axis, n in ((axis, n) for axis, n in sizes.items() if n > 1):
        known |= {float(n): f"off by a factor {axis}", 1 / n: f"off by a factor 1/{axis}"}
        known |= {-float(n): f"off by a factor −{axis}", -1 / n: f"off by a factor −1/{axis}"}
    return known


def relative(a, b):
    """max|a − b| over the larger of max|a| and max|b|; numbers below 1e-3 count as 1e-3."""
    scale = max(np.abs(a).max(), np.abs(b).max(), 1e-3)
    return float(np.abs(a - b).max() / scale)


def agree(book, code):
    """The same shape and the same numbers."""
    return np.shape(code) == book.shape and relative(book, code) <= TOLERANCE

"""Seven blind spots: a check that sees, and the same check with one thing changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from mistakes.checks import (
    Check,
    Setting,
    changes,
    differences_agree,
    product_agrees,
    shapes_fit,
)
from mistakes.formulas import MISTAKES


@dataclass(frozen=True)
class BlindSpot:
    """One check at two settings that differ in one choice."""

    title: str
    holds: Callable
    good: Setting
    blind: Setting

    @property
    def changed(self):
        """The one choice, good and blind, such as ``N = 7 → 1``."""
        (name,) = changes(self.good, self.blind)
        return f"{name} = {getattr(self.good, name)} → {getattr(self.blind, name)}"

    def hides(self, seed=0):
        """The mistakes that the good setting shows and the blind one does not."""
        good, blind = (Check(self.title, self.holds, s) for s in (self.good, self.blind))
        return [m for m in MISTAKES if good(m, seed) and not blind(m, seed)]


GOOD = Setting(targets="unnormalised", logits="extreme")
# Parameters that are all zero have no extreme logits, and where ŷ is saturated J vanishes.
MODERATE = replace(GOOD, logits="moderate")
BLIND_SPOTS = [
    BlindSpot("ones upstream", product_agrees, MODERATE, replace(MODERATE, upstream="all-ones")),
    BlindSpot("zero start", differences_agree, MODERATE, replace(MODERATE, start="zero")),
    BlindSpot("one sample", differences_agree, GOOD, replace(GOOD, N=1)),
    BlindSpot("two classes", differences_agree, GOOD, replace(GOOD, K=2)),
    BlindSpot("equal sizes", shapes_fit, GOOD, replace(GOOD, D=4)),
    BlindSpot("one-hot targets", differences_agree, GOOD, replace(GOOD, targets="one-hot")),
    BlindSpot("moderate logits", differences_agree, GOOD, MODERATE),
]

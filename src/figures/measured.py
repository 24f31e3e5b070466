"""What the benchmarks have kept."""

import json
from pathlib import Path

KEPT = Path(__file__).parents[2] / "benchmarks"


def measured(name):
    """The result of a benchmark; ``make bench`` measures anew."""
    return json.loads((KEPT / f"{name}.json").read_text(encoding="utf-8"))

"""What the committed results of all benchmarks share: their form, and the hash of their sources."""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def made_from(*paths):
    """A hash of these files; a result that bears another one is stale."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()


def keep(path, result):
    """Write a result, rounded, and return it as it is written."""
    result = rounded(result)
    path.write_text(as_json(result), encoding="utf-8")
    return result


def significant(value):
    """To three digits, a whole number still whole; more would be noise."""
    return type(value)(float(f"{value:.3g}"))


def rounded(value):
    """A result with three digits of every float in it."""
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return significant(float(value)) if isinstance(value, float) else value


def as_json(result):
    """Sorted, with a line for each list of numbers."""
    text = json.dumps(result, indent=1, sort_keys=True) + "\n"
    return re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text)

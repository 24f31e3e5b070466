"""What the committed results of all benchmarks share: a hash of the files they were made from."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def made_from(*paths):
    """A hash of these files; a result that bears another one is stale."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()

"""What the summaries of the chapters say: which function implements an equation, what tests it."""

import re
from functools import cache

from proofread.displays import chapters

ROW = re.compile(r"^\| (\{eq\}.*) \| (`.*`) \| `(.*)` \|$", re.M)


@cache
def implemented(root):
    """For each label the functions and the test that the summaries of the chapters name."""
    known = {}
    for path in chapters(root):
        for labels, functions, test in ROW.findall(path.read_text(encoding="utf-8")):
            for label in re.findall(r"`(eq-[^`]+)`", labels):
                known.setdefault(label, (functions.replace("`", ""), test))
    return known

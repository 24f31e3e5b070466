"""What the summaries of the chapters say: which function implements an equation, what tests it."""

import re
from functools import cache

import backprop
from proofread.displays import chapters

ROW = re.compile(r"\| (\{eq\}.*) \| (`.*`) \| `(.*)` \|")


@cache
def implemented(root):
    """For each label the functions and the test that the summaries of the chapters name.

    Raises
    ------
    ValueError
        With file and line, if there is no such function or no such test.
    """
    known = {}
    for path in chapters(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not (row := ROW.fullmatch(line)):
                continue
            labels, functions, test = row[1], row[2].replace("`", ""), row[3]
            where = f"{path.relative_to(root)}:{number}"
            for name in functions.split(", "):
                if name not in backprop.__all__:
                    raise ValueError(f"{where}: backprop has no function {name}: correct the row")
            if not (root / test).exists():
                raise ValueError(f"{where}: there is no {test}: correct the row")
            for label in re.findall(r"`(eq-[^`]+)`", labels):
                known.setdefault(label, (functions, test))
    return known

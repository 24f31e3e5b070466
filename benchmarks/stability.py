"""Errors of four logarithms of a softmax, in units in the last place, against fifty digits.

``python -m benchmarks.stability`` measures anew and writes ``benchmarks/stability.json``.
"""

from pathlib import Path

import numpy as np
import scipy
import torch
from benchmarks.kept import keep, made_from
from tests.oracles import SPREADS, exact_log_softmax, extreme_rows, ulps

from backprop import log_softmax

RESULT = Path(__file__).with_suffix(".json")
MADE_FROM = (__file__, "tests/oracles.py", "src/backprop/softmax.py", "src/backprop/stability.py")


def plain(row):
    """Shifted by the largest entry, and no more."""
    shifted = row - row.max()
    return shifted - np.log(np.exp(shifted).sum())


def in_torch(row):
    return torch.log_softmax(torch.tensor(row), dim=0).numpy()


ROUTES = {
    "log_softmax": log_softmax,
    "plain": plain,
    "SciPy": scipy.special.log_softmax,
    "PyTorch": in_torch,
}


def worst(spread, dtype):
    """The largest error of each route over all rows of this spread."""
    errors = dict.fromkeys(ROUTES, 0.0)
    for row in extreme_rows(spread, dtype):
        exact = exact_log_softmax(row)
        for name, route in ROUTES.items():
            errors[name] = max(errors[name], *map(ulps, route(row), exact))
    return errors


def main():
    result = {"float32": {}, "float64": {}}
    for dtype in (np.float32, np.float64):
        table = [worst(spread, dtype) for spread in SPREADS]
        for name in ROUTES:
            result[dtype.__name__][name] = [errors[name] for errors in table]
            said = " ".join(f"{errors[name]:8.2g}" for errors in table)
            print(f"{dtype.__name__} {name:12} {said}")
    versions = {m.__name__: m.__version__.partition("+")[0] for m in (np, scipy, torch)}
    kept = {"made_from": made_from(*MADE_FROM), "versions": versions, "spreads": list(SPREADS)}
    keep(RESULT, kept | {"worst": result})


if __name__ == "__main__":
    main()

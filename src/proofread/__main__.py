"""``python -m proofread``: execute every labelled equation of the book.

Run in the folder that holds ``_toc.yml``. With labels, explain these equations.
"""

import sys
from pathlib import Path

from proofread.check import Book
from proofread.worlds import WORLDS


def main(labels):
    try:
        book = Book(Path.cwd())
        unknown = [label for label in labels if label not in book.displays]
        if unknown:
            raise ValueError(f"no display is labelled {unknown[0]}")
        failures = explain(book, labels) if labels else everything(book)
    except (ValueError, FileNotFoundError) as error:
        failures = [str(error)]
    for failure in dict.fromkeys(failures):  # a broken definition fails all that rest on it
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def everything(book):
    failures, width = [], max(map(len, book.displays), default=0)
    anchors = [(name, i) for name, world in WORLDS.items() for i in range(len(world.anchors))]
    for anchor in anchors:  # first, because a wrong definition fails all that rests on it
        try:
            book.check_anchor(*anchor)
        except ValueError as error:
            failures.append(str(error))
    for label in book.displays:
        try:
            print(line(book.check(label), width))
        except ValueError as error:
            failures.append(str(error))
    if unchecked := book.too_many_unchecked():
        failures.append(f"more than 5 % of the displays are unchecked: {', '.join(unchecked)}")
    print(f"{len(book.displays)} displays, {len(anchors)} anchors, {len(failures)} failures")
    return failures


def line(report, width):
    steps = f"{report.steps} step{'s'[: report.steps != 1]}"
    sizes = " | ".join(shown(sizes) for sizes in report.sizes)
    start = f"{report.display.label:{width}}  {steps:7}  {sizes:34}"
    return f"{start}  {report.error:.1e}  {report.verdict}"


def shown(sizes):
    return " ".join(f"{name}={n}" for name, n in sizes.items())


def explain(book, labels):
    for label in labels:
        report = book.check(label)
        display = report.display
        print(f"{label}  {display.path}:{display.line}  world {display.world}  {report.verdict}")
        if not display.unchecked:
            for array in report.rests_on:
                symbol, source = WORLDS[display.world].definitions[array]
                print(f"  {symbol} is defined by {source}")
        for step, sizes, error in report.details:
            start, end = step.tree.meta.start_pos, step.tree.meta.end_pos
            text = " ".join(display.latex[start:end].split())
            print(f"  {text}\n      {shown(sizes)}: relative error {error:.1e}")
    return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

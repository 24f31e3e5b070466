"""What is known of an equation: how it was checked, and what implements and tests it."""

import hashlib
import json
import math
from functools import cache

from equation_cards.domain import EVERY, all_said
from equation_cards.equation import book
from proofread import evidence
from proofread.worlds import WORLDS

KEPT = "checks.json"  # beside the doctrees
FLOOR = -14  # of the powers of ten that bound an error on every machine


def bound(value):
    """An upper bound of an error that does not depend on the machine: the next power of ten."""
    return f"1e{max(FLOOR, math.ceil(math.log10(value))) if value else FLOOR}"


def check(root, label):
    """What executing a display told, as it is kept in a file."""
    report = book(root).check(label)
    display = report.display
    # the numbers of a refuted one are those of one machine; where it fails is told by the page
    verdict = "refuted" if display.refuted else report.verdict
    definitions = [WORLDS[display.world].definitions[array][1] for array in report.rests_on]
    return {
        "verdict": verdict,
        "steps": report.steps,
        "shapes": [sizes for sizes in report.sizes if sizes],
        "error": bound(report.error) if report.sizes and not display.refuted else None,
        "definitions": [one for one in definitions if one != label],
    }


@cache
def checks(root, kept=None):
    """What executing told of every display; from a file, where all is as it was."""
    key = evidence.fingerprint(book(root)) + all_said(root)[EVERY]
    key = hashlib.sha256(key.encode()).hexdigest()
    if kept and kept.exists():
        known = json.loads(kept.read_text("utf-8"))
        if known["made_from"] == key:
            return known["checks"]
    found = {label: check(root, label) for label in book(root).displays}
    if kept:
        kept.write_text(json.dumps({"made_from": key, "checks": found}), encoding="utf-8")
    return found


@cache
def measured(root):
    return evidence.read(root)["equations"]


def evidence_of(root, label, kept=None):
    """How one equation was checked: executed now, edited and verified when last measured."""
    told = checks(root, kept)[label]
    known = measured(root).get(label)
    found = {one: told[one] for one in ("verdict", "steps", "shapes", "error")}
    if known:
        found["wrong_edits_refused"] = known["mutants"] - known["equivalent"]
        found["edits_that_leave_it_true"] = known["equivalent"]
        found["verified_symbolically"] = known["symbolic"] == "verified"
    return found


def sentences(found):
    """The evidence in words, one thing at a time."""
    yield {"holds": "executed and true"}.get(found["verdict"], found["verdict"])
    if found["shapes"]:
        tried = (", ".join(f"{s} = {n}" for s, n in one.items()) for one in found["shapes"])
        yield f"tried at {'; '.join(tried)}"
    if found["error"]:
        yield f"relative error below {found['error']}"
    if "wrong_edits_refused" in found:
        yield f"{found['wrong_edits_refused']} wrong edits refused"
        if found["edits_that_leave_it_true"]:
            yield f"left true by {found['edits_that_leave_it_true']}"
        if found["verified_symbolically"]:
            yield "verified symbolically"

"""How well the equations are checked: edits refused, proofs for symbolic sizes, kept as a file.

``python -m proofread.evidence`` measures anew and writes ``evidence/equations.json``.
"""

import hashlib
import json
import sys
from importlib.resources import files
from pathlib import Path

import yaml

from proofread.check import Book
from proofread.mutate import survivors
from proofread.symbolic import verify

EVIDENCE, EQUIVALENT = FILES = "evidence/equations.json", "evidence/equivalent.yml"


def executed(book):
    """The displays that are meant to hold."""
    return [d for d in book.displays.values() if not d.unchecked and not d.refuted]


def equivalents(root):
    """The reviewed survivors: for each label the edited lines, with the reason of each.

    Raises
    ------
    ValueError
        If a line stands there twice.
    """
    listed = {}
    for group in groups(root):
        for label, lines in group["mutants"].items():
            for line in lines:
                if line in listed.setdefault(label, {}):
                    raise ValueError(f"{EQUIVALENT}: {label}: listed twice: {line}")
                listed[label][line] = group["reason"]
    return listed


def groups(root):
    """The reviewed list as it is written: a reason, and the mutants it holds for."""
    return yaml.safe_load((root / EQUIVALENT).read_text(encoding="utf-8"))


def fingerprint(book):
    """A hash of all that the evidence rests on: displays, checks, and the code they anchor to."""
    digest = hashlib.sha256()
    for d in book.displays.values():
        digest.update(repr((d.label, d.latex, d.world, d.sizes, d.refuted)).encode())
    for package, pattern in (("proofread", "*.lark"), ("proofread", "*.py"), ("backprop", "*.py")):
        for path in sorted(Path(str(files(package))).glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def measure(book, listed):
    """What is known of every equation, and the survivors that nobody reviewed."""
    counts, strays = {}, []
    for display in executed(book):
        alive, count = survivors(book, display)
        lines = [mutant.line for mutant in alive]
        known = listed.get(display.label, {})
        strays += [f"{display.label}: {line}" for line in lines if line not in known]
        strays += [f"{display.label}: no survivor: {line}" for line in known if line not in lines]
        verdict = verify(book, display)
        known = {"mutants": count, "equivalent": len(alive), "symbolic": verdict.verdict}
        counts[display.label] = known | ({"reason": verdict.reason} if verdict.reason else {})
    return counts, strays


def read(root):
    return json.loads((root / EVIDENCE).read_text(encoding="utf-8"))


def main():
    root = Path.cwd()
    book = Book(root)
    counts, strays = measure(book, equivalents(root))
    for stray in strays:
        print(stray, file=sys.stderr)
    result = {"made_from": fingerprint(book), "equations": counts}
    (root / EVIDENCE).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    total = sum(c["mutants"] for c in counts.values())
    equal = sum(c["equivalent"] for c in counts.values())
    proved = sum(c["symbolic"] == "verified" for c in counts.values())
    print(f"{total} mutants, {equal} equivalent, {len(strays)} to review")
    print(f"{proved} of {len(counts)} equations verified symbolically")
    return 1 if strays else 0


if __name__ == "__main__":
    sys.exit(main())

"""Finds every displayed equation of the book, through MyST's own tokens."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

# Directives whose body is not MyST; every other one may hold a display.
LITERAL = {"code-cell", "code-block", "literalinclude", "bibliography", "toctree", "image"}
# Directives that bring in what is not on the page.
HIDING = {"eval-rst", "include", "raw", "glue:math"}
# Displays that the parser takes for text, though a browser might not.
ELSEWHERE = re.compile(r"\\\[|\\begin\b|<math\b|\$\$")
CODE_OR_MATH = re.compile(r"(`+).*?\1|\$[^$]+\$", re.DOTALL)
NOT_A_BLOCK = "write the display in a labelled $$ block or {math} directive"


@dataclass(frozen=True)
class Display:
    """One display: its LaTeX, where it stands, and what the page says about it."""

    latex: str
    path: Path
    line: int  # of the first character of `latex`, counted from 1
    column: int
    label: str | None
    world: str | None
    sizes: dict = field(default_factory=dict)
    refuted: str | None = None  # how it fails: "value" or "shape"
    instead: str | None = None  # the label of the right form
    unchecked: str | None = None  # the reason

    def position(self, at):
        before = self.latex[:at]
        lines = before.count("\n")
        return self.line + lines, at - before.rfind("\n") + (0 if lines else self.column - 1)

    def complain(self, mistake):
        """The mistake with file, line, column, the line itself and a caret under it."""
        at = max(mistake.at, len(self.latex) - len(self.latex.lstrip()))
        line, column = self.position(at)
        text = self.latex.split("\n")[line - self.line]
        end = len(self.latex) if mistake.to is None else mistake.to
        start = at - self.latex[:at].rfind("\n") - 1
        width = max(1, min(end - at, len(text) - start))
        shown = text.lstrip()
        caret = " " * (start - (len(text) - len(shown))) + "^" * width
        name = self.label or "unlabelled display"
        return f"{self.path}:{line}:{column}: {name}: {mistake.message}\n    {shown}\n    {caret}"


def chapters(root):
    """The chapters of the table of contents, in reading order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [root / f"{stem}.md" for stem in _stems(toc)]


def _stems(entry):
    if "glob" in entry:
        raise ValueError(f"_toc.yml: name the chapters of glob {entry['glob']} one by one")
    yield from (entry[key] for key in ("root", "file") if key in entry)
    for inner in ("parts", "chapters", "sections", "subtrees", "entries"):
        for item in entry.get(inner, ()):
            yield from _stems(item)


def read(path, root):
    """Every display of one chapter, in order.

    Raises
    ------
    ValueError
        With file and line, where a display cannot be read or has no label.
    """
    extensions = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    config = MdParserConfig(enable_extensions=set(extensions["parse"]["myst_enable_extensions"]))
    page = _Page(create_md_parser(config, RendererHTML), path.relative_to(root))
    page.walk(path.read_text(encoding="utf-8"), 1)
    if page.unchecked:
        page.stop(page.unchecked_line, "unchecked: no display follows")
    return page.found


class _Page:
    def __init__(self, parser, path):
        self.parser, self.path = parser, path
        self.found, self.world, self.sizes = [], None, {}
        self.unchecked, self.unchecked_line = None, None

    def walk(self, text, first):
        for token in self.parser.parse(text):
            line = first + (token.map[0] if token.map else 0)
            match token.type:
                case "myst_line_comment":
                    self.comment(token.content, line)
                case "math_block" | "math_block_label":
                    self.add(token.content, line, token.info or None, column=3)
                case "fence" | "colon_fence":
                    self.directive(token, line)
                case "front_matter" if "myst" in (yaml.safe_load(token.content) or {}):
                    self.stop(line, "the front matter may not change how the page is read")
                case "amsmath":
                    self.stop(line, NOT_A_BLOCK)
                case "html_block" if ELSEWHERE.search(token.content):
                    self.stop(line, NOT_A_BLOCK)
                case "inline":
                    if found := ELSEWHERE.search(CODE_OR_MATH.sub("", token.content)):
                        blank = "a display needs a blank line before its $$"
                        self.stop(line, blank if found[0] == "$$" else NOT_A_BLOCK)

    def directive(self, token, line):
        match = re.match(r"\{([^}]+)\}(.*)", token.info)
        if not match or match[1].lower() in LITERAL:
            return
        name, argument = match[1].lower(), match[2].strip()
        if name in HIDING:
            self.stop(line, f"{name} can hide equations; write MyST")
        if "$$" in argument or (argument and name in ("math", "refuted")):
            self.stop(line, "a display starts on a line of its own")
        body = token.content.split("\n")
        options, start = {}, 0
        while start < len(body) and (option := re.match(r":([\w-]+):\s*(.*)", body[start])):
            options[option[1]], start = option[2].strip(), start + 1
        content, line = "\n".join(body[start:]), line + 1 + start
        if name == "math":
            self.add(content, line, options.get("label"))
        elif name == "refuted":
            fails, instead = options.get("fails"), options.get("instead")
            if fails not in ("value", "shape"):
                self.stop(line, "refuted needs the option ':fails: value' or ':fails: shape'")
            if not instead:
                self.stop(line, "refuted needs ':instead: eq-…', the label of the right form")
            self.add(content, line, options.get("label"), refuted=(fails, instead))
        else:
            self.walk(content, line)

    def comment(self, text, line):
        for offset, entry in enumerate(text.split("\n")):
            key, _, value = entry.strip().partition(":")
            if key.strip() == "world":
                self.world, *sizes = (part.strip() for part in value.split(","))
                try:
                    self.sizes = {a.strip(): int(n) for a, n in (s.split("=") for s in sizes)}
                except ValueError:
                    self.stop(line + offset, "write '% world: name' or '% world: name, K = 2'")
            elif key.strip() == "unchecked":
                self.unchecked_line = line + offset
                self.unchecked = value.strip() or self.stop(line + offset, "unchecked: why?")

    def add(self, latex, line, label, column=1, refuted=(None, None)):
        if not label:
            self.stop(line, "every display carries a label")
        said = self.world, self.sizes, *refuted, self.unchecked
        self.found.append(Display(latex, self.path, line, column, label, *said))
        self.unchecked = None

    def stop(self, line, why):
        raise ValueError(f"{self.path}:{line}: {why}")

"""Executes a chapter again when code that it imports has changed, which Jupyter's cache misses."""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path

from jupyter_cache import get_cache
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from equation_cards.domain import EVERY, all_said

# What a module reads besides what it imports.
READS = {
    "figures.measured": ("benchmarks/*.json",),
    "proofread": ("_toc.yml", "_config.yml", "src/proofread/*.lark"),
    "proofread.evidence": ("evidence/*",),
}
ALWAYS = ("requirements.txt", "constraints.txt")


class Code:
    """The packages in ``src/``, and what imports what in them."""

    def __init__(self, root):
        self.root = root
        self.imports = cache(self.imports)

    def path(self, module):
        """The file of a module, or None where the module is not the book's own."""
        base = self.root.joinpath("src", *module.split("."))
        found = (path for path in (base.with_suffix(".py"), base / "__init__.py") if path.exists())
        return next(found, None)

    def named(self, source):
        """The modules of the book that a source imports, names traced to where they are defined."""
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if self.path(alias.name))
            elif isinstance(node, ast.ImportFrom) and self.path(node.module or ""):
                yield from (self.home(node.module, alias.name) for alias in node.names)

    def home(self, module, name):
        """The module that defines what is imported by a name."""
        if self.path(f"{module}.{name}"):
            return f"{module}.{name}"
        for node in ast.parse(self.path(module).read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and self.path(node.module or ""):
                if name in (alias.asname or alias.name for alias in node.names):
                    return self.home(node.module, name)
        return module

    def imports(self, module):
        """The modules that a module imports."""
        return frozenset(self.named(self.path(module).read_text("utf-8"))) - {module}

    def closure(self, source):
        """All modules of the book that a source needs, in order of name."""
        found, ahead = set(), set(self.named(source))
        while ahead:
            module = ahead.pop()
            found.add(module)
            # importing a.b runs a as well
            parent = {module.rpartition(".")[0]} - {""}
            if not parent <= {"backprop"}:  # which only gathers what is traced above
                ahead |= parent - found
            ahead |= self.imports(module) - found
        return sorted(found)

    def fingerprint(self, source):
        """A hash of all files on which the outputs of a source depend."""
        modules = self.closure(source)
        paths = [self.path(module) for module in modules]
        patterns = [p for module in modules for p in READS.get(module, ())]
        paths += sorted(path for p in (*ALWAYS, *patterns) for path in self.root.glob(p))
        digest = hashlib.sha256()
        if "proofread" in modules:
            digest.update(all_said(self.root)[EVERY].encode())
        for path in paths:
            digest.update(path.read_bytes())
        return digest.hexdigest()


def code_of(path):
    """The source of all cells of a chapter."""
    text = path.read_text("utf-8")
    if "{code-cell}" not in text:
        return None
    cells = read_myst_markdown_notebook(text, config=MdParserConfig()).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def outdated(app, env, added, changed, removed):
    """Forget what was executed with other code, and have those chapters read again."""
    code, kept = Code(Path(app.srcdir)), Path(app.outdir).parent / ".executed.json"
    known = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    sources = {name: code_of(Path(env.doc2path(name))) for name in sorted(env.found_docs)}
    now = {name: code.fingerprint(source) for name, source in sources.items() if source}
    stale = {name for name in now if now[name] != known.get(name)}
    executed = get_cache(env.mystnb_config.execution_cache_path)
    paths = {env.doc2path(name) for name in stale}
    for record in executed.list_cache_records():
        if record.uri in paths:
            executed.remove_cache(record.pk)
    kept.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    return sorted(stale - added - changed)


def setup(app):
    """Register with Sphinx."""
    app.connect("env-get-outdated", outdated)

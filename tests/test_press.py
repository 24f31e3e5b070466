"""What makes the pages: formulas, style and script."""

from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from press.katex import Renderer

ROOT = Path(__file__).parent.parent


def test_bad_latex_names_itself():
    renderer = Renderer(ROOT)
    with pytest.raises(ExtensionError, match=r"KaTeX cannot render .*nonsense"):
        renderer.html(r"\nonsense", True)
    renderer.close()


def test_a_missing_katex_says_how_to_get_it(tmp_path):
    with pytest.raises(ExtensionError, match="run 'make book', which installs it"):
        Renderer(tmp_path)

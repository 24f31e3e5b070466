"""One style and one script for all pages: what they use of the theme's, with the fonts inside.

The fonts of formulas and icons are part of the style, so that the first paint has them. The one
of the text comes after it, and where it is late the page keeps the reader's own: nothing moves.
"""

import base64
import json
import re
import shutil
import subprocess
from functools import cache
from importlib.resources import files
from io import BytesIO
from os.path import normpath
from pathlib import Path

from fontTools import subset
from sphinx.errors import ExtensionError
from sphinx.util.display import progress_message

from press.node import NODE, module

STYLE, SCRIPT = "_static/site.css", "_static/site.js"
# Named by templates, which Sphinx does not know of.
THEME_STYLES = ("_static/basic.css", "_static/styles/pydata-sphinx-theme.css")
THEME_SCRIPT = "_static/scripts/pydata-sphinx-theme.js"
KATEX = "katex/dist/katex.min.css"
TEXT = [f"@fontsource/source-serif-4/latin-{face}.css" for face in ("400", "400-italic", "600")]
SEARCH = ("_static/searchtools.js", "_static/language_data.js")
FAVICON = "_static/favicon.svg"
OWN = "_static/book.css"

TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2"}
URL = re.compile(r"""url\((['"]?)(?!data:|#)([^)'"]+)\1\)""")
FACE = re.compile(r"@font-face\s*\{[^}]*\}")
FIRST_SOURCE = re.compile(r"src:\s*(url\([^)]*\))[^;}]*")
ICON = re.compile(r'"\\([0-9a-f]{1,6})"')
LEAF = re.compile(r'<span class="([^"]*)"[^>]*>([^<]+)<')
LIGHT = re.compile(r"""(?<=html)\[data-theme=["']?light["']?\]""")
PROPERTIES = ("family", "weight", "style")
# The faces that only some classes of KaTeX or of Font Awesome ask for; others may write anything.
ONLY = {
    ("KaTeX_Math", "400", "italic"): ("mathnormal",),
    ("KaTeX_Math", "700", "italic"): ("boldsymbol",),
    ("KaTeX_Main", "400", "italic"): ("mathit", "textit"),
    ("KaTeX_Main", "700", "normal"): ("mathbf", "textbf"),
    ("KaTeX_Main", "700", "italic"): ("textbf",),
    ("KaTeX_AMS", "400", "normal"): ("amsrm", "mathbb", "textbb"),
    (r"Font Awesome\ 6 Free", "400", "normal"): ("fa-regular",),
}
MAP = re.compile(r"^//# sourceMappingURL=.*$", re.M)


def gather(app, pagename, templatename, context, doctree):
    """Remember which styles and scripts the theme and the extensions ask for, each once."""
    asked = app.press_asked
    asked["style"] |= dict.fromkeys(asset.filename for asset in context["css_files"])
    asked["script"] |= dict.fromkeys(
        asset.filename or asset.attributes["body"]
        for asset in context["script_files"]
        if "DOCUMENTATION_OPTIONS" not in asset.attributes.get("body", "")  # only of the page
    )


def put_together(app, exception):
    """Write the two files that the pages name, and drop what they are made of."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    if app.press_asked["style"]:  # else no page was written, and the two files are as they were
        with progress_message("putting together style and script"):
            script = scripts(out, [*app.press_asked["script"], THEME_SCRIPT])
            (out / SCRIPT).write_text(script, encoding="utf-8")
            css = stylesheet(Path(app.srcdir), out, app.press_asked["style"], script)
            (out / STYLE).write_text(css, encoding="utf-8")
    kept = {out / name for name in (STYLE, SCRIPT, FAVICON, *SEARCH)}
    for path in (out / "_static").iterdir():
        if path not in kept and path.suffix != ".woff2":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def stylesheet(root, out, asked, script):
    """The theme's style, the packages' and the book's own, as far as pages and scripts use it."""
    others = (out / name for name in (*THEME_STYLES, *asked) if name != OWN)
    css = "\n".join(style(path) for path in (*others, module(root, KATEX), out / OWN))
    pages = sorted(out.rglob("*.html"))
    css = purged(root, css, pages, script + scripts(out, SEARCH))
    characters = written(pages, css)
    text = (style(module(root, name)) for name in TEXT)
    return "".join(apart(face, characters[None], out) for face in text) + embedded(css, characters)


def scripts(out, names):
    """Scripts one after the other, each by its file or, where it stands in the page, by itself."""
    inline = [name for name in names if not name.endswith(".js")]
    texts = ((out / name).read_text("utf-8") for name in names if name not in inline)
    # the semicolon ends a last statement that has none
    return "\n;\n".join([*inline, *(MAP.sub("", text) for text in texts)])


def style(path):
    """A style whose addresses no longer depend on where it stands."""
    css = path.read_text("utf-8").replace('@charset "UTF-8";', "")
    css = LIGHT.sub(
        r":not([data-theme=dark])", css
    )  # without a script there is no data-theme=light
    return URL.sub(lambda url: f'url("{normpath(path.parent / url[2])}")', css)


def purged(root, css, pages, script):
    """What of a style the pages and scripts use."""
    request = {"css": css, "pages": [str(page) for page in pages], "script": script}
    answer = subprocess.run(
        [NODE, files("press") / "purge.mjs", module(root, "purgecss/lib/purgecss.js")],
        input=json.dumps(request), capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if answer.returncode:
        raise ExtensionError(f"PurgeCSS cannot read the styles: {answer.stderr}")
    return answer.stdout


def written(pages, css):
    """The characters of all pages and of the style itself (icons): of all, and class by class."""
    texts = [page.read_text("utf-8") for page in pages]
    characters = {None: {chr(int(code, 16)) for code in ICON.findall(css)}.union(*texts)}
    for classes, text in LEAF.findall("".join(texts)):
        for name in classes.split():
            characters.setdefault(name, set()).update(text)
    return characters


def embedded(css, characters):
    """A style that asks for no file: fonts and pictures stand in it."""

    def face(rule):
        named = (re.search(rf"font-{name}:\s*([^;}}]*)", rule[0])[1] for name in PROPERTIES)
        classes = ONLY.get(tuple(named), (None,))
        used = set().union(*(characters.get(name, ()) for name in classes))
        return with_data(FIRST_SOURCE.sub(r"src:\1", rule[0]), used) if used else ""

    return with_data(FACE.sub(face, css))


def apart(face, characters, out):
    """The face of a font that stands in a file of its own, and is used if it comes in time."""
    path = Path(URL.search(face)[2])
    (out / "_static" / path.name).write_bytes(glyphs(path, "".join(sorted(characters))))
    face = FIRST_SOURCE.sub(f"src:url({path.name})", face)
    return face.replace("font-display: swap", "font-display: optional")


def with_data(css, characters=()):
    """A style with each address replaced by what stands there."""
    text = "".join(sorted(characters))
    return URL.sub(lambda url: f'url("{data(Path(url[2]), text)}")', css)


@cache
def data(path, text):
    """The address that is itself the file; of a font only the glyphs of a text."""
    content = glyphs(path, text) if path.suffix == ".woff2" else path.read_bytes()
    return f"data:{TYPES[path.suffix]};base64,{base64.b64encode(content).decode()}"


def glyphs(path, text):
    """A font without the glyphs that the text does not need."""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern", "liga"])
    with subset.load_font(path, options) as font, BytesIO() as buffer:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(font)
        subset.save_font(font, buffer, options)
        return buffer.getvalue()


def start(app):
    """Nothing asked for yet."""
    app.press_asked = {"style": {}, "script": {}}


def setup(app):
    """Register with Sphinx, after the theme."""
    app.connect("builder-inited", start)
    app.connect("html-page-context", gather, priority=900)
    app.connect("build-finished", put_together, priority=900)

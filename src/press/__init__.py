"""Makes the pages what a reader is handed: a Sphinx extension."""

from press import assets, downloads, front, katex, markup, metadata, previews, stale


def setup(app):
    """Register with Sphinx."""
    for part in (katex, metadata, markup, previews, downloads, front, assets, stale):
        part.setup(app)
    return {"version": "0.1", "parallel_read_safe": True, "parallel_write_safe": False}

"""The browser that prints the book and in which the site is tested."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No window, no sandbox (which a container does not allow), and nothing asked of any host by itself.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def executable():
    """The path of Chromium, or an error that says how to get it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError("no Chromium found: install the Debian package 'chromium'")
    return found

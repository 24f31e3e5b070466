"""A browser for the tests of the built site: `test_site`, `test_cards`."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from press import chromium
from site_server import SITE, served

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.textContent.slice(0, 60))]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.FLAGS
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def address():
    with served(SITE) as address:
        yield address


@pytest.fixture
def visit(browser, request):
    """Open pages in a context of their own; whatever goes wrong in it fails the test."""
    wrong, contexts = [], []

    def open_page(address, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(SHIFTS)
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        # leaving a page ends what it still asks for, which is no failure
        page.on(
            "requestfailed",
            lambda asked: (
                asked.failure == "net::ERR_ABORTED" or wrong.append(f"failed: {asked.url}")
            ),
        )
        page.on("response", lambda told: told.status >= 400 and wrong.append(told.url))
        page.on("request", lambda asked: is_foreign(asked.url) and wrong.append(asked.url))
        page.goto(address, wait_until="load")
        page.evaluate("document.fonts.ready")
        return page

    yield open_page
    found = list(wrong)  # closing a context fails what it still asks for
    for context in contexts:
        context.close()
    assert found == []


def is_foreign(url):
    return urlsplit(url).hostname not in (None, "127.0.0.1") or url.startswith("//")

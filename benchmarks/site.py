"""The pages of the book beside the same chapters as Jupyter Book builds them by itself.

``python -m benchmarks.site`` builds both, measures one page of each in turn, and writes
``benchmarks/site.json``. Both are served compressed from this machine, over a line that the
browser slows down to 1.6 Mbit/s and 150 ms, at the processor's speed and at a quarter of it.
What the stock page loads from a CDN comes from a second server here, so it is spared the
look-up and the handshake of a foreign host.
"""

import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.kept import ROOT, keep, made_from
from playwright.sync_api import sync_playwright
from tests.site_server import served

from press import chromium

RESULT = Path(__file__).with_suffix(".json")
STOCK = Path(__file__).parent / "stock"
FOLDERS = ("book/_static", "book/_templates", "benchmarks/stock")
MAKERS = ("assets.py", "katex.mjs", "katex.py", "markup.py", "previews.py", "purge.mjs")
MADE_FROM = [
    *sorted(str(p.relative_to(ROOT)) for f in FOLDERS for p in (ROOT / f).iterdir() if p.is_file()),
    *(f"src/press/{name}" for name in MAKERS),
    "benchmarks/site.py", "tests/site_server.py", "_config.yml", "package-lock.json",
]  # fmt: skip
CDN = "https://cdn.jsdelivr.net/npm/mathjax@3"
SOURCES = (
    "book", "src", "evidence", "benchmarks", "tags", "tests", "_toc.yml", "CITATION.cff",
    "CHANGELOG.md",
)  # fmt: skip
RUNS = 5
SLOWDOWNS = (1, 4)
LINE = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}

# What the page itself can tell: kept from its first moment on.
WATCH = """
window.watched = { shift: 0, blocked: 0, paint: null, equations: null };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) watched.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) watched.blocked += Math.max(0, entry.duration - 50);
}).observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => {
  for (const { startTime } of list.getEntriesByName("first-contentful-paint"))
    watched.paint = startTime;
}).observe({ type: "paint", buffered: true });
const look = () => {
  const formulas = document.querySelectorAll(".math");
  const rendered = document.querySelectorAll(".math mjx-container, .math .katex");
  if (document.readyState !== "loading" && watched.paint !== null && formulas.length > 0
      && rendered.length >= formulas.length && document.fonts.status === "loaded")
    watched.equations = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def build_stock(folder):
    """The stock site, with what our build has executed already."""
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    for name in SOURCES:
        source, target = ROOT / name, folder / name
        shutil.copytree(source, target, ignore=ignored) if source.is_dir() else shutil.copy(
            source, target
        )
    shutil.copy(STOCK / "_config.yml", folder)
    shutil.copytree(ROOT / "_build/.jupyter_cache", folder / "_build/.jupyter_cache")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "_build/html"


def on_this_machine(site, address):
    """Make the pages of a site load from this address what they load from the CDN."""
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        page.write_text(text.replace(CDN, address), encoding="utf-8")


def visit(browser, address, slowdown):
    """What one visit to a page costs, with nothing cached."""
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **LINE})
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    asked, sizes = {}, []
    session.on(
        "Network.requestWillBeSent", lambda e: asked.update({e["requestId"]: e["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda e: asked[e["requestId"]].startswith("http") and sizes.append(e["encodedDataLength"]),
    )
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load", timeout=180_000)
    page.wait_for_function("watched.equations !== null", timeout=180_000)
    page.wait_for_timeout(1500)
    watched = page.evaluate("watched")
    context.close()
    return {
        "requests": len(sizes),
        "kB": sum(sizes) / 1000,
        "first paint, s": watched["paint"] / 1000,
        "all equations, s": watched["equations"] / 1000,
        "layout shift": watched["shift"],
        "main thread blocked, s": watched["blocked"] / 1000,
    }


def most_equations(site):
    """The page with most formulas."""
    return max((site / "book").glob("*.html"), key=lambda page: page.read_text().count("<math"))


def measure(ours, stock):
    """The middle of several visits to each page, in turn."""
    name = f"book/{most_equations(ROOT / '_build/html').name}"
    visits = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.FLAGS
        )
        for slowdown in SLOWDOWNS:
            for run in range(RUNS):
                for site, address in (("stock", stock), ("ours", ours)):
                    told = visit(browser, f"{address}/{name}", slowdown)
                    visits.setdefault(str(slowdown), {}).setdefault(site, []).append(told)
                    print(f"{slowdown}x, visit {run + 1} of {RUNS}: {site}", flush=True)
        browser.close()
    middle = {
        slowdown: {site: middle_of(told) for site, told in sites.items()}
        for slowdown, sites in visits.items()
    }
    return {"page": name, "visits": RUNS, "slowdown": middle}


def middle_of(told):
    """The median of each number."""
    return {name: statistics.median(one[name] for one in told) for name in told[0]}


def table(result):
    """The result, to be read."""
    lines = [f"{result['page']}, the middle of {result['visits']} visits"]
    for slowdown, sites in result["slowdown"].items():
        lines.append(
            f"\nprocessor slowed down {slowdown} times{'stock':>14}{'ours':>10}{'ratio':>8}"
        )
        for name, stock in sites["stock"].items():
            ours = sites["ours"][name]
            ratio = f"{ours / stock:8.2f}" if stock else ""
            lines.append(f"  {name:30}{stock:>12.4g}{ours:>10.4g}{ratio}")
    return "\n".join(lines)


def main():
    modules = STOCK / "node_modules/mathjax"
    if not modules.exists() or not (ROOT / "_build/html").exists():
        raise SystemExit(
            "run 'make bench': it builds the site and installs what the stock pages load"
        )
    with TemporaryDirectory() as folder, served(modules) as cdn:
        stock = build_stock(Path(folder))
        on_this_machine(stock, cdn)
        with served(ROOT / "_build/html") as ours, served(stock) as other:
            result = measure(ours, other)
    print(table(keep(RESULT, {"made_from": made_from(*MADE_FROM)} | result)))


if __name__ == "__main__":
    main()

"""An archive of 20,000 alerts: how long it takes to write, to add to, and to search."""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TypeVar

from bench.archive import END, fill, one_more
from monitor.config import Config, load
from monitor.fetch.browser import NAMES
from monitor.pipeline.publishing import Published, Site, publish
from monitor.render import Pages
from monitor.shipped import shipped
from monitor.site.telling import Watch
from monitor.store import Store

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
# Whole words, beginnings, ends of compounds, several words, five languages.
QUERIES = (
    "Deserteur", "Kriegsdienstverweigerung", "verweigerung", "Wehrdienst Flüchtlingsschutz",
    "дезертир", "повестка", "мобілізація", "conscientious objection", "refused to serve",
    "objecteur de conscience", "Einberufung Russland", "§ 3a AsylG", "fluechtling", "der die und",
)  # fmt: skip


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=20_000)
    parser.add_argument("--keep", type=Path, help="a folder for database and pages, used again")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="bench-site-"))
    try:
        measure(folder, asked.alerts)
    finally:
        if asked.keep is None:
            shutil.rmtree(folder)


def measure(folder: Path, number: int) -> None:
    """Fill a database, write its archive, add an alert, search."""
    config = load(ROOT / "sources.yaml", None)
    sources = [source for source in config.sources if source.enabled and not source.complete]
    folder.mkdir(parents=True, exist_ok=True)
    database, out = folder / "state.db", folder / "site"
    is_new = not database.exists()
    with Store.open(f"sqlite:///{database}") as store:
        if is_new:
            timed(f"{number:,} alerts invented", lambda: fill(store, sources, number))
        shutil.rmtree(out, ignore_errors=True)
        site = Site(out, Pages(shipped("templates"), "Europe/Berlin"))
        build(site, store, config, number)
        sizes(out)
    search(out)


def build(site: Site, store: Store, config: Config, number: int) -> None:
    """Measure the whole, nothing new, one new alert; against copying the files."""
    watch = Watch({each.id: each for each in config.sources}, config.vocabulary.topics)

    def run(minutes: int) -> Published:
        return publish(site, store, watch, END + timedelta(minutes=minutes))

    whole, published = timed("full build", lambda: run(0))
    print(f"  {published.stories:,} stories, {published.written:,} files")
    copy = site.folder.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    copied, _ = timed(
        "reference: cp -r of the same files", lambda: shutil.copytree(site.folder, copy)
    )
    shutil.rmtree(copy)
    print(f"  the build takes {whole / copied:.1f} times as long")
    timed("nothing new", lambda: run(1))
    one_more(
        store, config.sources[0], END + timedelta(minutes=2), "Noch eine Meldung über Deserteure"
    )
    _, after = timed("one new alert", lambda: run(2))
    print(f"  {after.written} files written, {after.removed} removed, {after.unchanged:,} left")


def sizes(out: Path) -> None:
    """Print what the first page weighs, with all that it loads, and the heaviest pages."""
    loads = [
        out / "de" / "index.html",
        *(out / "assets").glob("*.css"),
        *(out / "assets").glob("*.svg"),
    ]
    plain = sum(path.stat().st_size for path in loads)
    packed = sum(len(gzip.compress(path.read_bytes())) for path in loads)
    print(f"first page with style and icon: {plain / 1000:.1f} kB, {packed / 1000:.1f} kB gzipped")
    pages = sorted(out.rglob("*.html"), key=lambda path: -path.stat().st_size)
    heavy = pages[0]
    print(f"heaviest page: {heavy.relative_to(out)}, {heavy.stat().st_size / 1000:.0f} kB")
    total = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    index = sum(path.stat().st_size for path in (out / "search").rglob("*") if path.is_file())
    words = (out / "search" / "words.txt").stat().st_size
    print(
        f"all files: {total / 1e6:.0f} MB; the search's: {index / 1e6:.0f} MB, "
        f"of which the list of words {words / 1e6:.1f} MB"
    )


def search(out: Path) -> None:
    """Print from key press to results on the page, each query with an empty cache and again."""
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra
    except ImportError:
        chromium = None
    if chromium is None:
        print("search: not measured, Chromium or the extra `browser` is not installed")
        return
    cold, warm = [], []
    with served(out) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.getuid() == 0 else []
        )
        for query in QUERIES:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{base}de/search.html", wait_until="networkidle")
            first, found = page.evaluate(TYPE, query)
            page.evaluate(TYPE, "")
            again, _ = page.evaluate(TYPE, query)
            cold.append(first)
            warm.append(again)
            print(f"  {query:32} {first:6.0f} ms, again {again:4.0f} ms   {found}")
            context.close()
        browser.close()
    print(
        f"search answer: median {median(cold):.0f} ms, slowest {max(cold):.0f} ms; "
        f"again: median {median(warm):.0f} ms, slowest {max(warm):.0f} ms"
    )


# Types a query and waits until the results stand on the page.
TYPE = """query => new Promise(done => {
  const input = document.getElementById('q'), status = document.getElementById('status');
  const start = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => done([performance.now() - start, status.textContent]));
  });
  seen.observe(status, {childList: true, characterData: true, subtree: true});
  input.value = query;
  input.dispatchEvent(new Event('input', {bubbles: true}));
  if (!query) done([0, '']);
})"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the folder on this machine, and return its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files, connections that stay open and do not hold back what is small, and no log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        """Answer until the browser has had enough, also in the middle of a file."""
        with suppress(ConnectionError):
            super().handle()


def timed(what: str, work: Callable[[], T]) -> tuple[float, T]:
    """Do the work, print how long it took, and return this and what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {wall:.2f} s ({cpu:.2f} s of work)", flush=True)
    return wall, result


if __name__ == "__main__":
    main()

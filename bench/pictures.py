"""Pictures of the archive's pages at three widths, light and dark, to be looked at."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench.publishing import served
from monitor.fetch.browser import NAMES
from monitor.store import Store
from tests.archive import fill, written

WIDTHS = (390, 820, 1440)
PAGES = {
    "latest": "de/index.html",
    "story": "de/alert/2.html",
    "figures": "de/figures/counts.html",
    "topic": "de/topic/desertion/index.html",
    "topics": "de/topic/index.html",
    "sources": "de/source/index.html",
    "days": "de/days.html",
    "statistics": "de/statistics.html",
    "search": "de/search.html?q=deserteur",
}


def main() -> int:
    """Write the pictures and print their names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("site-pictures"))
    folder = parser.parse_args().folder
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        print("Chromium is not installed: apt install chromium", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        with Store.open(f"sqlite:///{work}/state.db") as store:
            fill(store, hostile=False)
            written(Path(work, "site"), store)
        with served(Path(work, "site")) as address:
            take(chromium, address, folder)
    return 0


def take(chromium: str, address: str, folder: Path) -> None:
    """Take a picture of each page at each width, and of the first two in the dark."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                window = {"width": width, "height": 900}
                context = browser.new_context(viewport=window, color_scheme=scheme)  # type: ignore[arg-type]
                page = context.new_page()
                for name, path in list(PAGES.items())[: None if scheme == "light" else 2]:
                    page.goto(address + path, wait_until="networkidle")
                    picture = folder / f"{name}-{width}{'' if scheme == 'light' else '-dark'}.png"
                    page.screenshot(path=str(picture), full_page=True)
                    print(picture)
                context.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())

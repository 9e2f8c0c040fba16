"""The archive in a real browser: to walk through, to search, for everybody to read."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.fetch.browser import NAMES
from monitor.store import Store
from tests.archive import NOW, Desk, fill, new, written
from tests.conftest import Some

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
PLAYWRIGHT = importlib.util.find_spec("playwright") is not None
AXE = importlib.util.find_spec("axe_playwright_python")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or not PLAYWRIGHT, reason="Chromium or the extra `browser` is not installed"
)

# Titles that only the right folding finds, and what people type for them.
SPELLED = {
    "Straßenschlacht um Überläufer": "strassenschlacht ueberlaeufer",
    "Naïve Café Łódź": "naive cafe",
    "Ёлка и призыв": "елка",
    "Totalverweigerungsverfahren eingestellt": "verweigerung",
    "AZ 33 K 4711/26 A": "4711/26",
    "Повістка у Львові вручена": "львов",
    "E\u0301tat de sie\u0300ge": "état siège",
}


class Files(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, and no log."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = functools.partial(Files, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the invented archive, with some more spellings."""
    folder = tmp_path_factory.mktemp("archive")
    with Store.open(f"sqlite:///{folder}/state.db") as store:
        fill(store)
        changes = ((new(f"s-{n}", title, "[Text]"), "desertion") for n, title in enumerate(SPELLED))
        Desk(store).check("court", NOW, *changes)
        written(folder / "site", store)
    with served(folder / "site") as address:
        yield address


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page on which nothing may go wrong, nor anything be asked of another host."""
    context = browser.new_context()
    opened = context.new_page()
    said: list[str] = []
    asked: set[str] = set()
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.add(request.url.split("/")[2].split(":")[0]))
    yield opened
    context.close()
    assert said == []
    assert asked <= {"127.0.0.1"}


def test_a_reader_walks_from_the_news_to_a_story_and_back(page: Any, site: str) -> None:
    page.goto(site)
    page.wait_for_url("**/de/index.html")
    assert page.get_by_role("heading", level=1).inner_text() == "Was sich geändert hat"
    page.get_by_role("link", name="VG Musterstadt, Urteil").click()
    assert "33 K 114/26 A" in page.get_by_role("heading", level=1).inner_text()
    source = page.get_by_role("link", name="An der Quelle lesen")
    assert source.get_attribute("href") == "https://www.example.org/33-k-114"
    page.get_by_role("link", name="Desertion").click()
    assert page.get_by_role("article").count() > 5
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    for door in ("Sources", "Months", "Statistics", "Topics", "Latest"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=door).click()
        assert page.locator("[aria-current=page]").inner_text() == door


def test_an_alert_that_joined_a_story_leads_to_it(page: Any, site: str) -> None:
    page.goto(f"{site}de/alert/4.html")
    page.wait_for_url("**/de/alert/3.html#a-4")
    assert page.get_by_role("table").count() == 1


@pytest.mark.parametrize("title", SPELLED)
def test_the_search_finds_every_spelling(page: Any, site: str, title: str) -> None:
    page.goto(f"{site}de/search.html")
    page.get_by_role("searchbox").fill(SPELLED[title])
    page.get_by_role("heading", name=title).wait_for()
    page.get_by_role("heading", name=title).get_by_role("link").click()
    assert page.get_by_role("heading", level=1).inner_text() == title


def test_the_search_of_every_page_leads_to_results(page: Any, site: str) -> None:
    page.goto(f"{site}en/source/index.html")
    page.get_by_role("searchbox").fill("дезертир")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("status").get_by_text("1 report found").wait_for()
    assert page.locator("#results mark").first.inner_text() == "дезертира"
    page.get_by_role("searchbox").fill("xylophon")
    page.get_by_role("status").get_by_text("Nothing was found.").wait_for()
    assert page.locator("#results li").count() == 0


def test_hostile_words_are_searched_and_shown_as_text(page: Any, site: str) -> None:
    page.goto(f"{site}de/search.html?q=script+alert")
    page.get_by_role("heading", name="<script>alert").wait_for()
    assert page.locator("#results img, #results script").count() == 0


def test_without_scripts_all_but_the_search_works(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}de/month/index.html")
    page.get_by_role("link", name="November 2026").click()
    assert page.locator("article").count() >= 10
    page.goto(f"{site}de/search.html")
    assert "Nur die Suche braucht JavaScript" in page.locator("main").inner_text()
    context.close()


PAGES = (
    *("index.html", "alert/2.html", "alert/3.html", "topic/index.html", "month/index.html"),
    *("source/index.html", "source/law/index.html", "statistics.html", "topic/other/index.html"),
    *("figures/counts.html", "topic/desertion/index.html", "search.html?q=deserteur"),
)


@pytest.mark.skipif(AXE is None, reason="axe-playwright-python is not installed")
@pytest.mark.parametrize(
    ("scheme", "paths", "rules"),
    [("light", PAGES, None), ("dark", PAGES[:3], ["color-contrast", "link-in-text-block"])],
)
def test_everybody_can_read_it(
    browser: Any,
    site: str,
    *,
    scheme: str,
    paths: tuple[str, ...],
    rules: list[str] | None,
    some: Some[str],
) -> None:
    """No violation that axe-core knows of: WCAG 2.2 A and AA, and good practice."""
    assert AXE
    assert AXE.origin
    axe = Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    found = {}
    asked: dict[str, Any] = {"resultTypes": ["violations"]}
    asked |= {"runOnly": rules} if rules else {}
    for path in some(paths, 3):
        assert page.goto(f"{site}de/{path}", wait_until="networkidle").ok
        page.evaluate(axe)
        told = page.evaluate("asked => axe.run(document, asked)", asked)
        assert told["violations"] or told["passes"]
        for each in told["violations"]:
            found[f"{path}: {each['id']}"] = [node["html"][:200] for node in each["nodes"][:3]]
    context.close()
    assert found == {}


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_no_page_is_wider_than_its_window(browser: Any, site: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    too_wide = []
    for path in PAGES:
        page.goto(f"{site}de/{path}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append(path)
    context.close()
    assert too_wide == []

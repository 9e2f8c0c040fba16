"""A page that scripts write is read with a real browser, which never leaves our own wire."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.browser import NAMES, Browser
from monitor.fetch.wire import Answer, Call, Wire, parse
from monitor.model import Fetched, Item, NotModified, Request, Select, Source, SourceState
from monitor.pipeline.reading import read
from monitor.settings import read_settings
from tests.web import NO_TLS, Hit, Page, redirect, web

T = TypeVar("T")

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
PLAYWRIGHT = importlib.util.find_spec("playwright") is not None
needs_browser = pytest.mark.skipif(
    CHROMIUM is None or not PLAYWRIGHT, reason="Chromium or the extra `browser` is not installed"
)

LISTING = """<!doctype html><html><head><title>Meldungen</title></head><body>
<div id="app"></div><script>
fetch('/api/news').then(answer => answer.json()).then(news => {
  document.getElementById('app').innerHTML = news
    .map(each => `<article><h3><a href="${each.url}">${each.title}</a></h3></article>`).join('');
});
</script></body></html>"""
NEWS = Page(
    '[{"url": "/a", "title": "Asyl für Deserteure"}, {"url": "/b", "title": "Haushalt"}]',
    content_type="application/json",
)


def source_at(url: str, **more: Any) -> Source:
    source = Source("a", "A", "page", url, allow_private=True, browser=True, delay=timedelta(0))
    return replace(source, select=Select(items="article"), **more)


def in_time(story: Coroutine[Any, Any, T]) -> T:
    async def limited() -> T:
        async with asyncio.timeout(60):
            return await story

    return asyncio.run(limited())


async def items_of(source: Source, *, browser: str | None = None) -> tuple[Item, ...]:
    fetcher = Fetcher(
        user_agent="policy-monitor/1 (+https://example.org)",
        now=lambda: datetime.now(UTC),
        tls=NO_TLS,
        browser=browser,
    )
    async with fetcher:
        reading = await read(source, SourceState("a"), fetcher.fetch, afresh=True)
    return reading.items or ()


# --- with a browser ------------------------------------------------------------------------------


@needs_browser
def test_a_list_that_a_script_builds_gives_items() -> None:
    async def story() -> None:
        async with web({"/": LISTING, "/api/news": NEWS}) as site:
            items = await items_of(source_at(site.url("/")))
            assert [item.title for item in items] == ["Asyl für Deserteure", "Haushalt"]
            assert items[0].url == site.url("/a")
            assert [hit.path for hit in site.requests] == ["/robots.txt", "/", "/api/news"]
            agents = {hit.headers["user-agent"] for hit in site.requests}
            assert agents == {"policy-monitor/1 (+https://example.org)"}

    in_time(story())


@needs_browser
def test_the_page_has_the_address_at_which_it_ends() -> None:
    async def story() -> Fetched | NotModified:
        body = "<!doctype html><html><body>Da.<script>history.replaceState(0, '', '/neu')</script>"
        async with web({"/": body}) as site:
            fetcher = Fetcher(user_agent="x", now=lambda: datetime.now(UTC), tls=NO_TLS)
            async with fetcher:
                page = await fetcher.fetch(Request(site.url("/")), source_at(site.url("/")))
                assert page.url == site.url("/neu")
            return page

    page = in_time(story())
    assert isinstance(page, Fetched)
    assert "Da." in page.text
    assert page.content.decode() == page.text
    assert page.validators.etag is None


@needs_browser
def test_pictures_and_films_are_not_fetched() -> None:
    body = LISTING.replace("<div", "<img src=/a.png><video src=/a.mp4></video><div")

    async def story() -> None:
        async with web({"/": body, "/api/news": NEWS}) as site:
            assert await items_of(source_at(site.url("/")))
            assert not site.hits("/a.png")
            assert not site.hits("/a.mp4")

    in_time(story())


@needs_browser
def test_what_robots_txt_forbids_scripts_do_not_get_either() -> None:
    async def story() -> None:
        rules = Page("User-agent: *\nDisallow: /api/", content_type="text/plain")
        async with web({"/": LISTING, "/api/news": NEWS, "/robots.txt": rules}) as site:
            with pytest.raises(Exception, match=r"`article`|JavaScript"):
                await items_of(source_at(site.url("/")))
            assert not site.hits("/api/news")

    in_time(story())


@needs_browser
def test_an_answer_that_is_no_page_needs_no_browser() -> None:
    async def story() -> None:
        feed = '<rss version="2.0"><channel><item><title>A</title></item></channel></rss>'
        async with web({"/": Page(feed, content_type="text/xml")}) as site:
            source = replace(source_at(site.url("/"), kind="feed"), select=Select())
            assert len(await items_of(source, browser="no-such-browser")) == 1

    in_time(story())


@needs_browser
@pytest.mark.parametrize(
    "script", ["while (true) {}", "fetch('/hang').then(() => document.write('x'))"]
)
def test_a_page_that_never_ends_ends_at_the_time_limit(script: str) -> None:
    body = f"<!doctype html><html><body><p>Da</p><script>{script}</script></body></html>"

    async def story() -> None:
        async with web({"/": body, "/hang": Page(hang=True)}) as site:
            with pytest.raises(FetchError) as caught:
                await items_of(source_at(site.url("/"), timeout=timedelta(seconds=4)))
            assert caught.value.state == "timeout"

    in_time(story())


ESCAPES = """
fetch('{inside}/fetch').catch(() => 0); new Image().src = '{inside}/image';
new WebSocket('{inside}/socket'.replace('http', 'ws'));
navigator.sendBeacon('{inside}/beacon');
for (const way of ['prefetch', 'preconnect', 'dns-prefetch', 'preload', 'stylesheet']) {{
  const link = document.createElement('link');
  link.rel = way; link.href = '{inside}/' + way; link.as = 'script'; document.head.append(link);
}}
const frame = document.createElement('iframe'); frame.src = '{inside}/frame';
document.body.append(frame);
const call = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{host}'}}]}});
call.createDataChannel('x'); call.createOffer().then(offer => call.setLocalDescription(offer));
const p = document.createElement('p'); p.textContent = 'fertig'; document.body.append(p);
"""


@needs_browser
def test_no_way_leads_inwards_or_past_our_own_wire() -> None:
    async def story() -> None:
        async with web({}) as site:
            wire = Wire(_nowhere, NO_TLS)

            async def ask(
                url: str, method: str, headers: Mapping[str, str], body: bytes | None
            ) -> Answer:
                return await wire.ask(Call(parse(url), headers, method, body), _cookies())

            script = ESCAPES.format(inside=site.url("").rstrip("/"), host=f"127.0.0.1:{site.port}")
            text = f"<!doctype html><html><body><p>Text</p><script>{script}</script></body></html>"
            page = Fetched("https://example.org/", 200, "text/html", text.encode(), text)
            shown = await Browser().render(page, user_agent="x", ask=ask)
            await wire.aclose()
            assert "fertig" in shown.text
            assert site.requests == []

    in_time(story())


@needs_browser
def test_a_redirect_of_a_script_is_guarded_too() -> None:
    """The page may read this machine, but not what is no web address."""

    async def story() -> None:
        def elsewhere(_: Hit) -> Page:
            return Page(status=302, headers={"Location": "file:///etc/hostname"})

        async with web({"/": LISTING, "/api/news": elsewhere}) as site:
            with pytest.raises(Exception, match=r"`article`|JavaScript"):
                await items_of(source_at(site.url("/")))

    in_time(story())


# --- what a page's scripts fetch, without a browser -------------------------------------------------


def visitor() -> Fetcher:
    return Fetcher(user_agent="x", now=lambda: datetime.now(UTC), tls=NO_TLS)


def page_at(url: str) -> Fetched:
    return Fetched(url, 200, "text/html", LISTING.encode(), LISTING)


def test_a_page_asks_for_its_parts_one_after_the_other() -> None:
    async def story() -> None:
        parts = {f"/{number}.js": Page("x", pause=0.02) for number in range(6)}
        async with web(parts) as site, visitor() as door:
            async with door.parts(page_at(site.url("/")), source_at(site.url("/"))) as ask:
                answers = await asyncio.gather(
                    *(ask(site.url(path), "GET", {}, None) for path in parts)
                )
            assert [answer.status for answer in answers] == [200] * 6
            assert site.busiest == 1

    in_time(story())


def test_between_the_parts_of_a_page_there_is_a_short_pause() -> None:
    async def story() -> list[float]:
        async with web({"/a": "a", "/b": "b"}) as site, visitor() as door:
            source = source_at(site.url("/"), delay=timedelta(minutes=1), robots=False)
            async with door.parts(page_at(site.url("/")), source) as ask:
                for path in ("/a", "/b", "/a"):
                    await ask(site.url(path), "GET", {}, None)
            return [hit.at for hit in site.requests]

    moments = in_time(story())
    assert all(0.2 < later - earlier < 5 for earlier, later in pairwise(moments))


def test_a_host_that_wants_to_be_left_alone_is_not_asked_for_the_next_part() -> None:
    async def story() -> None:
        busy = Page(status=429, headers={"Retry-After": "120"})
        async with web({"/busy": busy, "/news": "x"}) as site, visitor() as door:
            source = source_at(site.url("/"), robots=False)

            async def visit() -> None:
                async with door.parts(page_at(site.url("/")), source) as ask:
                    assert (await ask(site.url("/busy"), "GET", {}, None)).status == 429
                    with pytest.raises(FetchError, match="left alone"):
                        await ask(site.url("/news"), "GET", {}, None)

            with pytest.raises(FetchError, match="left alone") as caught:
                await visit()
            assert caught.value.state == "blocked"
            assert caught.value.retry_after is not None
            with pytest.raises(FetchError, match="left alone"):
                await door.fetch(Request(site.url("/news")), source)
            assert [hit.path for hit in site.requests] == ["/busy"]

    in_time(story())


def test_another_host_that_wants_to_be_left_alone_does_not_spoil_the_page() -> None:
    async def story() -> None:
        busy = Page(status=429, headers={"Retry-After": "120"})
        async with web({"/news": "x"}) as site, web({"/": busy}) as other, visitor() as door:
            source = source_at(site.url("/"), robots=False)
            async with door.parts(page_at(site.url("/")), source) as ask:
                await ask(other.url("/"), "GET", {}, None)
                with pytest.raises(FetchError, match="left alone"):
                    await ask(other.url("/"), "GET", {}, None)
                assert (await ask(site.url("/news"), "GET", {}, None)).status == 200
            assert len(other.requests) == 1

    in_time(story())


def test_what_robots_txt_forbids_no_redirect_leads_to_either() -> None:
    async def story() -> None:
        rules = Page("User-agent: *\nDisallow: /api/", content_type="text/plain")
        pages = {"/robots.txt": rules, "/way": redirect("/api/news"), "/api/news": NEWS}
        async with web(pages) as site, visitor() as door:
            async with door.parts(page_at(site.url("/")), source_at(site.url("/"))) as ask:
                with pytest.raises(FetchError, match=r"robots\.txt"):
                    await ask(site.url("/way"), "GET", {}, None)
            assert not site.hits("/api/news")

    in_time(story())


# --- without one ---------------------------------------------------------------------------------


def test_a_browser_that_is_not_there_is_named() -> None:
    if not PLAYWRIGHT:
        pytest.skip("the extra `browser` is not installed")

    async def story() -> None:
        async with web({"/": LISTING}) as site:
            with pytest.raises(FetchError, match=r"no no-such-browser: apt install chromium"):
                await items_of(source_at(site.url("/")), browser="no-such-browser")

    in_time(story())


def test_without_the_extra_the_sentence_says_how_to_get_it() -> None:
    if PLAYWRIGHT:
        pytest.skip("the extra `browser` is installed")

    async def story() -> None:
        async with web({"/": LISTING}) as site:
            with pytest.raises(FetchError, match=r"pip install 'policy-monitor\[browser\]'"):
                await items_of(source_at(site.url("/")))

    in_time(story())


def test_only_one_module_knows_playwright() -> None:
    package = Path(__file__).parents[1] / "monitor"
    knowing = [p.name for p in package.rglob("*.py") if "playwright.async" in p.read_text("utf-8")]
    assert knowing == ["browser.py"]


async def _nowhere(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def _cookies() -> Any:
    import httpx2  # noqa: PLC0415 - only this test needs a jar

    return httpx2.Cookies()


def test_the_environment_may_name_the_browser(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path).browser is None
    assert read_settings({"MONITOR_BROWSER": "google-chrome"}, tmp_path).browser == "google-chrome"

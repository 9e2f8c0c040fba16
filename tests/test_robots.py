"""robots.txt as RFC 9309 has it, on real sockets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from protego import Protego

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.robots import LONGEST_CRAWL_DELAY, Rules
from monitor.model import Request, Source
from tests.clock import run, skip
from tests.web import NO_TLS, Page, Site, redirect, web

SOURCE = Source(
    "test",
    "Test",
    "page",
    "http://127.0.0.1/",
    allow_private=True,
    delay=timedelta(0),
    timeout=timedelta(seconds=10),
)
PLAIN = "text/plain"


def fetcher() -> Fetcher:
    return Fetcher(
        user_agent="policy-monitor/0.1 (+mailto:ops@example.org)",
        now=lambda: datetime.now(UTC),
        tls=NO_TLS,
    )


async def trouble(door: Fetcher, site: Site, path: str = "/x", source: Source = SOURCE) -> str:
    """The state of the error, or an empty string when the page came."""
    try:
        await door.fetch(Request(site.url(path)), source)
    except FetchError as error:
        return error.state
    return ""


def verdict(file: Page, source: Source = SOURCE) -> str:
    async def story() -> str:
        async with web({"/robots.txt": file, "/x": "ok"}) as site, fetcher() as door:
            return await trouble(door, site, source=source)

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /\nAllow: /x", "/x/y", True),
        ("User-agent: *\nAllow: /x\nDisallow: /x/secret", "/x/secret/1", False),
        ("User-agent: *\nDisallow: /x\nAllow: /x", "/x", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /*?sort=", "/a?sort=1", False),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: policy-monitor\nDisallow: /", "/x", False),
        ("User-agent: Policy-Monitor\nDisallow: /\n\nUser-agent: *\nAllow: /", "/x", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: policy-monitor\nAllow: /", "/x", True),
        ("User-agent: a\nUser-agent: policy-monitor\nDisallow: /x", "/x", False),
        (
            "User-agent: policy-monitor\nDisallow: /a\n\nUser-agent: b\nDisallow: /\n\n"
            "User-agent: policy-monitor\nDisallow: /x",
            "/x",
            False,
        ),
        ("User-agent: *\nDisallow: /%C3%BC", "/ü", False),
        ("# only a comment", "/x", True),
        ("", "/x", True),
        ("<!doctype html><title>Startseite</title><p>Disallow: /", "/x", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\r\nDisallow: /x # not this\r\n", "/x", False),
    ],
)
def test_the_rules_are_read_as_the_standard_says(rules: str, path: str, allowed: bool) -> None:
    async def story() -> None:
        pages = {"/robots.txt": Page(rules, content_type=PLAIN), path: Page("ok")}
        async with web(pages) as site, fetcher() as door:
            site.pages.setdefault("/%C3%BC", "ok")
            assert await trouble(door, site, path) == ("" if allowed else "robots")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("file", "state"),
    [
        (Page(status=404), ""),
        (Page(status=403), ""),
        (Page(status=410), ""),
        (Page(status=429), ""),
        (Page(status=500), "robots"),
        (Page(status=503), "robots"),
        (Page(raw=b""), "robots"),
        (Page(raw=b"nonsense\r\n\r\n"), "robots"),
        (Page("User-agent: *", length=1000), "robots"),
        (Page("User-agent: *\nDisallow: /", gzip=True), "robots"),
        (Page("x" * 100, headers={"Content-Encoding": "br"}), "robots"),
        (Page(hang=True), "robots"),
    ],
)
def test_no_file_means_all_is_open_and_no_answer_means_all_is_closed(
    file: Page, state: str
) -> None:
    assert verdict(file, replace(SOURCE, timeout=timedelta(seconds=0.3))) == state


@pytest.mark.parametrize(("hops", "state"), [(5, "robots"), (6, "")])
def test_five_redirects_are_followed_and_a_sixth_means_there_is_no_file(
    hops: int, state: str
) -> None:
    async def story() -> None:
        steps = {f"/{n}": redirect(f"/{n + 1}") for n in range(1, hops)}
        steps |= {"/robots.txt": redirect("/1"), f"/{hops}": Page("User-agent: *\nDisallow: /x")}
        async with web({**steps, "/x": "ok"}) as site, fetcher() as door:
            assert await trouble(door, site) == state

    asyncio.run(story())


def test_only_the_first_half_megabyte_is_read() -> None:
    filler = "".join(f"# {n:06d} {'x' * 90}\n" for n in range(6000))  # 600 kB
    assert verdict(Page("User-agent: *\nDisallow: /x\n" + filler)) == "robots"
    assert verdict(Page(filler + "User-agent: *\nDisallow: /x\n")) == ""
    cut_in_two = "User-agent: *\n" + "#" * (500_000 - 14 - 13) + "\nDisallow: /only-this\n"
    assert verdict(Page(cut_in_two)) == ""


def test_the_file_is_fetched_once_a_day_and_not_for_every_page() -> None:
    async def story() -> None:
        async with web({"/robots.txt": "", "/x": "ok"}) as site, fetcher() as door:
            asks = [door.fetch(Request(site.url("/x")), SOURCE) for _ in range(5)]
            await asyncio.gather(*asks)
        (hit,) = site.hits("/robots.txt")
        assert hit.headers["user-agent"].startswith("policy-monitor/0.1 (+")
        assert len(site.requests) == 6

    asyncio.run(story())


def test_a_known_file_is_asked_for_again_the_next_day() -> None:
    async def story() -> None:
        async with web({"/robots.txt": "", "/x": "ok"}) as site, fetcher() as door:
            assert await trouble(door, site) == ""
            site.pages["/robots.txt"] = "User-agent: *\nDisallow: /"
            skip(timedelta(hours=23, minutes=59))
            assert await trouble(door, site) == ""
            skip(timedelta(minutes=1))
            assert await trouble(door, site) == "robots"

    run(story())


def test_a_fault_of_the_server_closes_it_for_minutes_only() -> None:
    async def story() -> None:
        async with web({"/robots.txt": Page(status=500), "/x": "ok"}) as site, fetcher() as door:
            assert await trouble(door, site) == "robots"
            site.pages["/robots.txt"] = ""
            assert await trouble(door, site) == "robots"
            skip(timedelta(minutes=10))
            assert await trouble(door, site) == ""

    run(story())


def test_a_source_may_be_exempt_and_then_nobody_asks() -> None:
    async def story() -> None:
        pages = {"/robots.txt": "User-agent: *\nDisallow: /", "/x": "ok"}
        async with web(pages) as site, fetcher() as door:
            assert await trouble(door, site, source=replace(SOURCE, robots=False)) == ""
        assert not site.hits("/robots.txt")

    asyncio.run(story())


def test_a_refusal_names_the_file_the_program_and_the_way_out() -> None:
    async def story() -> None:
        pages = {"/robots.txt": "User-agent: *\nDisallow: /", "/x": "ok"}
        async with web(pages) as site, fetcher() as door:
            with pytest.raises(FetchError) as caught:
                await door.fetch(Request(site.url("/x")), SOURCE)
            for words in (site.url("/robots.txt"), site.url("/x"), "`policy-monitor`", "robots:"):
                assert words in str(caught.value)
        assert not site.hits("/x")

    asyncio.run(story())


def test_another_user_agent_obeys_the_rules_for_its_own_name() -> None:
    async def story() -> None:
        pages = {"/robots.txt": "User-agent: special\nDisallow: /", "/x": "ok"}
        special = replace(SOURCE, user_agent="Special/2.0 (x)")
        async with web(pages) as site, fetcher() as door:
            assert await trouble(door, site) == ""
            assert await trouble(door, site, source=special) == "robots"

    asyncio.run(story())


def test_a_redirect_obeys_the_rules_of_where_it_leads() -> None:
    async def story() -> None:
        closed = {"/robots.txt": "User-agent: *\nDisallow: /", "/x": "ok"}
        async with (
            web(closed) as other,
            web({"/x": redirect(other.url("/x"))}) as site,
            fetcher() as door,
        ):
            assert await trouble(door, site) == "robots"
        assert [hit.path for hit in other.requests] == ["/robots.txt"]

    asyncio.run(story())


def test_a_host_without_any_connection_is_unreachable_and_not_forbidden() -> None:
    async def story() -> None:
        async with web() as site:
            pass
        async with fetcher() as door:
            assert await trouble(door, site) == "unreachable"

    asyncio.run(story())


def test_a_host_that_wants_to_be_left_alone_is_asked_nothing_more() -> None:
    async def story() -> None:
        busy = Page(status=503, headers={"Retry-After": "60"})
        async with web({"/robots.txt": busy, "/x": "ok"}) as site, fetcher() as door:
            assert await trouble(door, site) == "robots"
            assert await trouble(door, site, source=replace(SOURCE, robots=False)) == "unreachable"
        assert len(site.requests) == 1

    asyncio.run(story())


def test_the_pause_the_file_asks_for_is_kept() -> None:
    async def story() -> None:
        pages = {"/robots.txt": "User-agent: *\nCrawl-delay: 0.1", "/x": "ok"}
        async with web(pages) as site, fetcher() as door:
            start = perf_counter()
            for _ in range(2):
                assert await trouble(door, site) == ""
            assert perf_counter() - start >= 0.2
        _, first, second = (hit.at for hit in site.requests)
        assert second - first >= 0.1

    asyncio.run(story())


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("7.5", timedelta(seconds=7.5)),
        ("86400", LONGEST_CRAWL_DELAY),
        ("1e300", LONGEST_CRAWL_DELAY),
        ("inf", timedelta(0)),
        ("nan", timedelta(0)),
        ("-1", timedelta(0)),
        ("soon", timedelta(0)),
    ],
)
def test_the_pause_is_bounded(asked: str, kept: timedelta) -> None:
    rules = Rules("robots.txt", Protego.parse(f"User-agent: *\nCrawl-delay: {asked}"))
    assert rules.crawl_delay("policy-monitor") == kept

"""Turns: how many at once, how long between, and that nobody waits for another host."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.politeness import Politeness
from monitor.model import Request, Source
from tests.clock import run, skip
from tests.web import NO_TLS, Hit, Page, Site, web

SOURCE = Source(
    "test",
    "Test",
    "page",
    "http://127.0.0.1/",
    allow_private=True,
    delay=timedelta(0),
    timeout=timedelta(seconds=10),
    robots=False,
)
SLOW = Page("ok", pause=0.03)


def fetcher(per_host: int = 1, total: int = 16) -> Fetcher:
    return Fetcher(
        user_agent="policy-monitor/0.1",
        now=lambda: datetime.now(UTC),
        per_host=per_host,
        total=total,
        tls=NO_TLS,
    )


async def ask(door: Fetcher, site: Site, count: int, source: Source = SOURCE) -> None:
    await asyncio.gather(*(door.fetch(Request(site.url()), source) for _ in range(count)))


@pytest.mark.parametrize("per_host", [1, 2])
def test_a_host_is_asked_no_more_at_once_than_allowed(per_host: int) -> None:
    async def story() -> None:
        async with web({"/": SLOW}) as site, fetcher(per_host) as door:
            await ask(door, site, 6)
        assert site.busiest == per_host

    asyncio.run(story())


def test_no_more_than_the_total_is_under_way() -> None:
    async def story() -> None:
        async with (
            web({"/": SLOW}) as a,
            web({"/": SLOW}) as b,
            web({"/": SLOW}) as c,
            fetcher(total=2) as door,
        ):
            await asyncio.gather(*(ask(door, site, 2) for site in (a, b, c)))
        starts = [hit.at for site in (a, b, c) for hit in site.requests]
        at_once = [sum(0 <= other - start < SLOW.pause for other in starts) for start in starts]
        assert max(at_once) == 2

    asyncio.run(story())


@pytest.mark.parametrize("per_host", [1, 3])
def test_between_the_end_of_one_request_and_the_next_lies_the_delay(per_host: int) -> None:
    async def story() -> None:
        source = replace(SOURCE, delay=timedelta(seconds=0.05))
        async with web({"/": SLOW}) as site, fetcher(per_host) as door:
            await ask(door, site, 3, source)
        times = [hit.at for hit in site.requests]
        wait = 0.05 if per_host > 1 else 0.05 + SLOW.pause
        assert all(later - earlier >= wait - 0.005 for earlier, later in pairwise(times))

    asyncio.run(story())


def test_redirects_wait_for_their_turn_too() -> None:
    async def story() -> None:
        source = replace(SOURCE, delay=timedelta(seconds=0.05))
        pages = {"/": Page(status=302, headers={"Location": "/b"}), "/b": Page("ok")}
        async with web(pages) as site, fetcher() as door:
            await ask(door, site, 1, source)
        assert site.requests[1].at - site.requests[0].at >= 0.045

    asyncio.run(story())


def test_a_host_that_hangs_keeps_only_its_own_sources_waiting() -> None:
    async def story() -> None:
        hanging = replace(SOURCE, timeout=timedelta(seconds=0.5))
        async with (
            web({"/": Page(hang=True)}) as stuck,
            web({"/": "ok"}) as fine,
            fetcher() as door,
        ):
            first = asyncio.create_task(ask(door, stuck, 1, hanging))
            await ask(door, fine, 10)
            assert not first.done()
            with pytest.raises(FetchError, match="1 second"):
                await first

    asyncio.run(story())


def test_waiting_for_a_turn_does_not_count_as_time_of_the_request() -> None:
    async def story() -> None:
        source = replace(SOURCE, timeout=timedelta(seconds=0.2), delay=timedelta(seconds=0.1))
        async with web({"/": "ok"}) as site, fetcher() as door:
            await ask(door, site, 4, source)
        assert len(site.requests) == 4

    asyncio.run(story())


def test_a_turn_is_given_back_after_an_error_and_after_a_cancellation() -> None:
    async def story() -> None:
        arrived = asyncio.Event()

        def hang(hit: Hit) -> Page:
            arrived.set()
            return Page(hang=True)

        async with web({"/": hang}) as site, fetcher() as door:
            task = asyncio.create_task(ask(door, site, 1))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            site.pages["/"] = Page(raw=b"")
            with pytest.raises(FetchError):
                await ask(door, site, 1)
            site.pages["/"] = "ok"
            await ask(door, site, 1)

    asyncio.run(story())


def test_a_host_is_left_alone_only_as_long_as_it_asked() -> None:
    async def story() -> None:
        politeness = Politeness(per_host=1, total=1)
        await politeness.leave_alone("e.org:443", timedelta(minutes=2), "blocked")
        with pytest.raises(FetchError, match=r"e\.org:443: .* another 2 minutes"):
            async with politeness.turn("e.org:443", timedelta(0), timedelta(seconds=9)):
                pass
        async with politeness.turn("other.org:443", timedelta(0), timedelta(seconds=9)):
            pass
        skip(timedelta(minutes=2))
        async with politeness.turn("e.org:443", timedelta(0), timedelta(seconds=9)):
            pass

    run(story())

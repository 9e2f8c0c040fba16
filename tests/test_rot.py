"""Source rot: each way in which a source stops telling is told within two of its intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import Expect, Health, Select
from monitor.pipeline import compose_digests
from tests.story import START, News, World, feed, listing, source, story, text_of, world
from tests.web import Page

DAY = timedelta(days=1)
OLD = [News(f"Haushalt {n}", f"Der Haushalt {n}.", published=START - n * DAY) for n in range(8)]
DESERTERS = News("Deserteure erhalten Schutz", "Das Gericht gab ihnen recht.")
COURT = source("court", "feed", "/news.xml", every=DAY)
LIST = source("list", "page", "/list", every=DAY)
CSS = replace(LIST, select=Select(items="article"))


async def interval(w: World) -> None:
    """Let one usual interval pass, with all the checks that become due in it."""
    end = w.now + DAY
    (id_,) = w.office.sources
    while (due := w.state(id_).next_check or w.now) < end:
        w.now = max(w.now, due)
        await w.check()
        await w.mail()
    w.now = end
    await w.mail()


Rot = Callable[[], Page]
ROT: dict[str, tuple[str, Rot]] = {
    "zero items": ("/news.xml", feed),
    "an empty answer": ("/news.xml", lambda: Page("", content_type="application/rss+xml")),
    "an HTML page in place of a feed": ("/news.xml", lambda: Page("<html><p>Hallo</p></html>")),
    "another content type": (
        "/news.xml",
        lambda: Page(b"%PDF-1.7 x", content_type="application/pdf"),
    ),
    "a selector that matches nothing": ("/list", lambda: Page("<html><div>Neu!</div></html>")),
    "a block page": (
        "/list",
        lambda: Page(
            "<title>Just a moment...</title>", status=403, headers={"cf-mitigated": "challenge"}
        ),
    ),
    "not found": ("/list", lambda: Page(status=404)),
    "server error": ("/list", lambda: Page(status=500)),
}


@pytest.mark.parametrize("what", ROT)
def test_a_source_that_stops_telling_is_reported_within_two_intervals(
    tmp_path: Path, what: str
) -> None:
    path, rot = ROT[what]

    @story
    async def play() -> None:
        watched = COURT if path == "/news.xml" else CSS
        async with world(tmp_path, watched) as w:
            await w.check({path: (feed if watched is COURT else listing)(*OLD)})
            w.now += DAY
            w.site.pages[path] = rot()
            await interval(w)
            await interval(w)
            assert w.state(watched.id).told == Health.FAILING
            assert w.told(watched.name, "ops") == 1
            before = w.state(watched.id).checks
            await interval(w)
            assert w.state(watched.id).checks > before, "it is tried again, for ever"

    play()


@story
async def test_the_digest_names_a_source_in_trouble_and_its_return_what_it_found(
    tmp_path: Path,
) -> None:
    other = source("office", "feed", "/office.xml", every=DAY)
    async with world(tmp_path, COURT, other) as w:
        await w.day({"/news.xml": feed(*OLD), "/office.xml": feed(*OLD)})
        w.site.pages["/news.xml"] = Page(status=500)
        await w.day()
        await w.day({"/office.xml": feed(DESERTERS, *OLD)})
        (digest,) = w.mails()
        assert "1 gestört: Court gestört seit" in text_of(digest)
        await w.day({"/news.xml": feed(News("Wehrpflicht"), News("Rente"), *OLD)})
        assert w.told("2 Änderungen", "ops") == 1
        assert w.state("court").caught_up == 2


@story
async def test_a_list_that_was_replaced_at_once_is_doubtful_and_told(tmp_path: Path) -> None:
    others = [News(f"Rezept {n}", published=START - 40 * DAY) for n in range(9)]
    async with world(tmp_path, COURT) as w:
        await w.day({"/news.xml": feed(*OLD)})
        await w.day({"/news.xml": feed(*others)})
        assert w.told("all 8 items were replaced at once by 9 others", "ops") == 1
        assert w.state("court").told == Health.SUSPECT
        for _ in range(8):
            await w.day()
        assert w.state("court").told == Health.OK


@story
async def test_a_busy_list_that_turned_over_is_not_doubtful(tmp_path: Path) -> None:
    async with world(tmp_path, COURT) as w:
        await w.day({"/news.xml": feed(*OLD)})
        new = [News(f"Rede {n}", published=w.now - timedelta(hours=1)) for n in range(9)]
        await w.day({"/news.xml": feed(*new)})
        assert w.state("court").odd is None


@pytest.mark.parametrize("equal", [True, False])
def test_a_mass_redating_is_told_and_raises_no_alert(tmp_path: Path, equal: bool) -> None:
    @story
    async def play() -> None:
        news = [
            replace(DESERTERS, title=f"Deserteur {n}", published=each.published)
            for n, each in enumerate(OLD)
        ]
        async with world(tmp_path, COURT) as w:
            await w.day({"/news.xml": feed(*news)})
            later = [
                replace(n, published=w.now if equal else (n.published or w.now) + 30 * DAY)
                for n in news
            ]
            await w.day({"/news.xml": feed(*later)})
            odd = "8 items bear the same date" if equal else "8 items were re-dated"
            assert odd in str(w.state("court").odd)
            assert w.told(odd, "ops") == 1
            assert w.mails() == []

    play()


@story
async def test_a_feed_silent_beyond_its_own_rhythm_is_told_and_so_is_its_return(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, replace(COURT, expect=Expect())) as w:
        news = list(OLD)
        for n in range(12):
            news.insert(0, News(f"Rede {n}"))
            await w.day({"/news.xml": feed(*news)})
        quiet = 0
        while w.state("court").told == Health.OK:
            await w.day()
            quiet += 1
        assert quiet in (4, 5)
        assert w.told("always something new within 4 days", "ops") == 1
        await w.day({"/news.xml": feed(News("Endlich"), *news)})
        await w.mail()
        assert w.state("court").told == Health.OK


@story
async def test_operators_are_told_when_a_composing_looks_for_trouble(tmp_path: Path) -> None:
    """The service looks for it every five minutes: it has to read the state of every source."""
    async with world(tmp_path, COURT) as w:
        await w.check({"/news.xml": Page(status=404)})
        w.now += DAY
        await w.check()
        quick = compose_digests(w.office, w.store, w.now, trouble=False)
        assert "ops" not in [composed.list_id for composed in quick]
        assert w.told("Court", "ops") == 0
        await w.mail()
        assert w.told("Court", "ops") == 1

"""Stories: pages that change from day to day, a real server, database and pipeline, a mailbox.

    @story
    async def test_…(tmp_path):
        async with world(tmp_path, NEWS) as w:
            await w.day({"/news.xml": feed(OLD)})
            await w.day({"/news.xml": feed(DESERTERS, OLD)})
            assert w.told(DESERTERS.title) == 1

A day is a check of every source at 06:00, and the digests and their delivery at 07:00, UTC.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime
from functools import wraps
from html import escape
from pathlib import Path
from typing import Any

from monitor.deliver import mail_door
from monitor.fetch import Fetcher
from monitor.match import compile_vocabulary
from monitor.model import (
    MailingList,
    Receives,
    Schedule,
    Source,
    SourceState,
    Term,
    Topic,
    Vocabulary,
)
from monitor.pipeline import (
    Checked,
    Composed,
    Delivered,
    Door,
    Office,
    check_sources,
    compose_digests,
    deliver_pending,
)
from monitor.render import Templates
from monitor.shipped import shipped
from monitor.store import Store
from tests.web import Answer, Page, Site, web

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday

VOCABULARY = Vocabulary(
    topics={
        "desertion": Topic(
            "desertion",
            {"de": "Desertion", "en": "Desertion"},
            (
                Term("Deserteur*", ("Deserteur*", "desertier*", "deserter*")),
                Term("Überläufer*", ("Überläufer*",), needs=(("army",),)),
            ),
        ),
        "mobilisation": Topic(
            "mobilisation",
            {"de": "Mobilmachung", "en": "Mobilisation"},
            (Term("Mobilmachung*", ("Mobilmachung*", "Einberufung*")),),
        ),
    },
    words={"army": ("Armee*", "Soldat*")},
)

_EVERY_DAY = Schedule("daily", hour=7)
TEAM = MailingList("team", ("team@example.org",), schedule=_EVERY_DAY, timezone="UTC")
OPS = MailingList("ops", ("ops@example.org",), receives=Receives.TROUBLE, timezone="UTC")


def story(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Return a test that pytest can run."""

    @wraps(test)
    def run(**fixtures: Any) -> None:
        async def play() -> None:
            await test(**fixtures)

        asyncio.run(play())

    return run


# --- what is published ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news; `path` is where it links to."""

    title: str
    text: str = "Mehr dazu in Kürze."
    path: str = ""
    published: datetime | None = None
    guid: str = ""

    @property
    def link(self) -> str:
        """The address, made from the title if need be."""
        return self.path or f"/{'-'.join(self.title.lower().split())}"


def feed(*news: News) -> Page:
    """Return an RSS feed."""
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(one.link)}</link>"
        f"<guid isPermaLink='false'>{escape(one.guid or one.link)}</guid>"
        f"<description>{escape(one.text)}</description>"
        + (f"<pubDate>{format_datetime(one.published)}</pubDate>" if one.published else "")
        + "</item>"
        for one in news
    )
    text = f"<rss version='2.0'><channel><title>Meldungen</title>{items}</channel></rss>"
    return Page(text, content_type="application/rss+xml; charset=utf-8")


def listing(*news: News, around: str = "") -> Page:
    """Return a page of teasers; `around` is what else stands there."""
    teasers = "".join(
        f"<article><h2><a href='{escape(one.link)}'>{escape(one.title)}</a></h2>"
        f"<p>{escape(one.text)}</p></article>"
        for one in news
    )
    return Page(f"<html><title>Liste</title><body><main>{teasers}</main>{around}</body></html>")


def document(sections: Mapping[str, str], around: str = "") -> Page:
    """Return one text in sections."""
    body = "".join(f"<h2>{escape(h)}</h2><p>{escape(text)}</p>" for h, text in sections.items())
    return Page(f"<html><title>Erlass</title><body><main>{body}{around}</main></body></html>")


def source(id_: str, kind: str, path: str, **fields: Any) -> Source:
    """Return a source of the story's own site; its address is completed when the site is up."""
    usual: dict[str, Any] = {"delay": timedelta(0), "allow_private": True, "lang": "de"}
    return Source(id_, id_.title(), kind, path, **usual | fields)


# --- the world ------------------------------------------------------------------------------------


@dataclass
class World:
    """A site, a database, a mailbox and a clock; fields may be changed between the days."""

    site: Site
    store: Store
    mailbox: Path
    office: Office
    now: datetime = START
    door: Callable[[], AbstractAsyncContextManager[Door]] | None = None
    fetcher: Fetcher = field(init=False)

    async def check(self, pages: Mapping[str, Answer] | None = None) -> dict[str, Checked]:
        """Show these pages from now on, check every source, and return the results by source."""
        self.site.pages.update(pages or {})
        checked = await check_sources(
            self.office.sources.values(),
            store=self.store,
            fetch=self.fetcher.fetch,
            rules=compile_vocabulary(VOCABULARY),
            now=lambda: self.now,
        )
        return {each.source: each for each in checked}

    def compose(self) -> tuple[Composed, ...]:
        """Compose what is due, and return what became of each list."""
        return compose_digests(self.office, self.store, self.now)

    async def deliver(self) -> Delivered:
        """Send what is due."""
        door = self.door or (lambda: mail_door(f"file:{self.mailbox}"))
        return await deliver_pending(self.store, door, lambda: self.now)

    async def mail(self) -> tuple[Composed, ...]:
        """Compose and send what is due."""
        composed = self.compose()
        await self.deliver()
        return composed

    async def day(self, pages: Mapping[str, Answer] | None = None) -> dict[str, Checked]:
        """Let a day pass on which these pages are new, and return what its check found."""
        checked = await self.check(pages)
        await self.mail()
        self.now += timedelta(hours=1)
        await self.mail()
        self.now += timedelta(hours=23)
        return checked

    def state(self, source_id: str) -> SourceState:
        """Return what is remembered of a source."""
        return self.store.checks.state(source_id)

    def redefine(self, source_id: str, **fields: Any) -> None:
        """Change a source, as an edited sources.yaml does."""
        sources = dict(self.office.sources)
        sources[source_id] = replace(sources[source_id], **fields)
        self.office = replace(self.office, sources=sources)

    def mails(self, list_id: str = "team") -> list[EmailMessage]:
        """Return the mails that a list has got, oldest first."""
        parser = BytesParser(policy=policy.default)
        files = sorted(self.mailbox.glob(f"*-{list_id}-*.eml"))
        return [parser.parsebytes(file.read_bytes()) for file in files]

    def told(self, words: str, list_id: str = "team") -> int:
        """Return in how many mails of a list these words stand."""
        return sum(words in text_of(mail) for mail in self.mails(list_id))


def text_of(mail: EmailMessage) -> str:
    """Return the subject and the text part of a mail, in one line and without marks."""
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(f"{mail['Subject']} {part.get_content()}".replace("*", "").split())


@asynccontextmanager
async def world(
    folder: Path,
    *sources: Source,
    lists: tuple[MailingList, ...] = (TEAM, OPS),
    secrets: Mapping[str, str] | None = None,
) -> AsyncIterator[World]:
    """Open a world with an empty site, an empty database and an empty mailbox."""
    templates = folder / "templates"
    shutil.copytree(shipped("templates"), templates)
    async with web() as site:
        office = Office(
            lists=lists,
            sources={each.id: replace(each, url=site.url(each.url)) for each in sources},
            topics=VOCABULARY.topics,
            templates=Templates(templates),
            sender="monitor@example.org",
        )
        with Store.open(f"sqlite:///{folder / 'monitor.db'}") as store:
            opened = World(site, store, folder / "mails", office)
            async with Fetcher(
                user_agent="stories/1", now=lambda: opened.now, secrets=secrets
            ) as opened.fetcher:
                yield opened

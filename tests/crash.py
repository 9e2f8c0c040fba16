"""One day of the monitor that can be killed at any of its steps; played in a process of its own.

A step is whatever the day does to the outside: a request, each writing statement and commit of the
database, each rendering, each mail handed over. All are reached through arguments of the pipeline
and events of the database; the program itself knows nothing of this.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event

from monitor.match import compile_vocabulary
from monitor.model import (
    Digest,
    Fetched,
    Mail,
    MailingList,
    MailState,
    NotModified,
    Receipt,
    Request,
    Source,
    Term,
    Topic,
    Validators,
    Vocabulary,
)
from monitor.pipeline import Office, check_source, compose_digests, deliver_pending
from monitor.render import Rendered, Templates
from monitor.shipped import shipped
from monitor.store import Store

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD = "Haushalt beschlossen"
NEWS = ("Deserteure erhalten Schutz", "Gericht hilft Deserteur")
SOURCE = Source("court", "Court", "feed", "https://court.example/feed.xml", follow=True)
TEAM = MailingList("team", ("a@example.org", "b@example.org"), timezone="UTC")
TOPIC = Topic("desertion", {"de": "Desertion"}, (Term("Deserteur*", ("Deserteur*",)),))
SHIPPED = Templates(shipped("templates"))
ARTICLE = "Das Gericht gab Deserteuren recht."

# Dying at these is dying at the next step.
_CHANGE_NOTHING = {"BEGIN", "SELECT", "PRAGMA"}

Step = Callable[[str], None]


def database(folder: Path) -> str:
    """The URL of the day's database."""
    return f"sqlite:///{folder / 'monitor.sqlite3'}"


def killed_at(number: int, folder: Path) -> Step:
    """A step that notes its name, and the process dies at the numbered one (0: at none)."""
    notes = (folder / "steps").open("a", buffering=1)
    names: list[str] = []

    def step(name: str) -> None:
        names.append(name)
        notes.write(f"{name}\n")
        if len(names) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def _ignored(_: str) -> None:
    return


def open_only(folder: Path, kill: int) -> None:
    """Open the database, which makes its tables, with each statement and commit a step."""
    _watch(Engine, killed_at(kill, folder))
    with Store.open(database(folder)):
        pass


def play(folder: Path, kill: int) -> None:
    """Play the day with the news, killed at that step."""
    day(folder, MONDAY + DAY, (*NEWS, OLD), killed_at(kill, folder))


def day(folder: Path, now: datetime, titles: tuple[str, ...], step: Step = _ignored) -> None:
    """Check at this time, compose and deliver an hour later."""
    asyncio.run(_day(folder, now, titles, step))


async def _day(folder: Path, now: datetime, titles: tuple[str, ...], step: Step) -> None:
    evening = now + timedelta(hours=1)
    rules = compile_vocabulary(Vocabulary({"desertion": TOPIC}, {}))
    office = Office(
        (TEAM,), {SOURCE.id: SOURCE}, {"desertion": TOPIC}, _Templates(step), "m@monitor.example"
    )
    with Store.open(database(folder)) as store:
        _watch(store._engine, step)
        store.digests.meet([TEAM.id], now)
        fetch = _Site(titles, step)
        await check_source(SOURCE, store=store, fetch=fetch, rules=rules, now=now)
        compose_digests(office, store, evening)
        await deliver_pending(store, lambda: _door(folder, step), lambda: evening)
        step("end")


def _watch(engine: Engine | type[Engine], step: Step) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def statement(_c: object, _cursor: object, sql: str, *_: object) -> None:
        words = sql.split()
        if words[0] not in _CHANGE_NOTHING:
            step(" ".join(words[: 2 if words[0] == "UPDATE" else 3]))

    @event.listens_for(engine, "commit")
    def commit(_: object) -> None:
        step("COMMIT")


class _Site:
    """Answers with a feed of these titles, or with an article."""

    def __init__(self, titles: tuple[str, ...], step: Step) -> None:
        self._titles = titles
        self._step = step

    async def __call__(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified:
        self._step("fetch")
        is_feed = request.url == SOURCE.url
        text = self._feed() if is_feed else ARTICLE
        media_type = "application/rss+xml" if is_feed else "text/plain"
        self._step("fetched")
        return Fetched(request.url, 200, media_type, text.encode(), text)

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{title}</title><guid>{title}</guid>"
            f"<link>https://court.example/{len(title)}</link></item>"
            for title in self._titles
        )
        return f"<rss version='2.0'><channel><title>Court</title>{items}</channel></rss>"


class _Templates(Templates):
    """The shipped templates."""

    def __init__(self, step: Step) -> None:
        super().__init__(shipped("templates"))
        self._step = step

    def digest(self, digest: Digest) -> Rendered:
        self._step("render")
        rendered = SHIPPED.digest(digest)
        self._step("rendered")
        return rendered


class _Door:
    """Keeps every mail it is handed, also the same one twice."""

    def __init__(self, folder: Path, step: Step) -> None:
        self._folder = folder
        self._step = step

    async def send(self, mail: Mail) -> Receipt:
        self._step("hand over")
        number = len(list(self._folder.glob("*.eml"))) + 1
        (self._folder / f"{number}-{mail.recipient}.eml").write_bytes(mail.mime)
        self._step("accepted")
        return Receipt(MailState.ACCEPTED, "250 ok")


@asynccontextmanager
async def _door(folder: Path, step: Step) -> AsyncIterator[_Door]:
    step("connect")
    yield _Door(folder, step)
    step("disconnect")

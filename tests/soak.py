"""Months of many sources in minutes: a virtual clock, real sockets, and faults on either side.

    python -m tests.soak --months 24 --sources 200 --faults 0.05 --seed 1 [--minutes 90]

Every day each source is asked once and the digests are mailed; some answers are broken, and on some
days the mail server is. In the end every piece of news must have been told to every recipient in
one mail. The memory after a warm-up must not grow, and the database only with what really changed.
With `--minutes` it ends in time, with the days that it got to.
What the harness has to remember lies in files, so that the memory measured is the program's.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import math
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.deliver import mail_door
from monitor.store import Retention
from tests import clock
from tests.story import OPS, TEAM, News, World, feed, source, world
from tests.web import Hit, Page

A_MONTH = 30
LIST = replace(TEAM, to=("a@example.org", "b@example.org"))
CHANGES = 0.15  # of the sources, on a day
SHOWN = 12
WARM = 0.4  # the part of the time that is warm-up
CALM = 3  # days without faults at the end
_SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vo", "zi")
_BROKEN: tuple[Callable[[Page], Page], ...] = (
    # Without Retry-After, which would close the one host that all sources share here.
    lambda _: Page("busy", status=503),
    lambda _: Page("oops", status=500),
    lambda _: Page(status=404),
    lambda _: Page("<html><p>Wartungsarbeiten</p></html>"),
    lambda _: Page("Just a moment...", status=403, headers={"cf-mitigated": "challenge"}),
    lambda _: Page("", content_type="application/rss+xml"),
    lambda _: feed(),
    lambda page: replace(page, cut=len(page.content) // 2),
    lambda page: replace(page, body=page.content[: len(page.content) // 2]),
    lambda page: replace(page, raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"),
    lambda _: Page(raw=b""),
    lambda _: Page(b"%PDF-1.7 ", content_type="application/pdf"),
)
_NO_MAIL = ("451 later", "421 closing", "452 full", "drop")


@dataclass
class Soaked:
    """What the time came to, day by day where it is a list.

    `sizes` are bytes of the database in use, `memory` is resident MiB, `work` is seconds of
    processor time so far, of the program and of what stands around it here.
    """

    checks: int = 0
    faults: int = 0
    mail_faults: int = 0
    published: int = 0
    mails: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def memory_growth(self) -> float:
        """How much more memory is used at the end than after the warm-up, as a share."""
        warm = self.memory[int(len(self.memory) * WARM) :]
        middle = len(warm) // 2
        early, late = min(warm[: middle or 1]), min(warm[middle:])
        return late / early - 1

    @property
    def bytes_per_change(self) -> tuple[float, float]:
        """What a change costs in the database, in the first and in the second half."""
        half, last = len(self.sizes) // 2, len(self.sizes) - 1
        return self._cost(half // 2, half), self._cost(half, last)

    @property
    def work_per_answer(self) -> tuple[float, float]:
        """Seconds of processor time that an answer takes, in the first and in the last quarter."""
        last = len(self.work) - 1
        return self._pace(0, last // 4), self._pace(last - last // 4, last)

    def _cost(self, start: int, end: int) -> float:
        changes = self.changes[end] - self.changes[start]
        return (self.sizes[end] - self.sizes[start]) / max(changes, 1)

    def _pace(self, start: int, end: int) -> float:
        return (self.work[end] - self.work[start]) / max(self.answers[end] - self.answers[start], 1)


class Site:
    """Feeds that get news and break at random."""

    def __init__(self, folder: Path, sources: int, chance: random.Random, faults: float) -> None:
        self.shown: list[list[News]] = [[] for _ in range(sources)]
        self.result = Soaked()
        self.faults = faults
        self._chance = chance
        self._record = folder / "published"

    def day(self, w: World, *, first: bool = False) -> None:
        """Publish the news of a day."""
        with self._record.open("a") as record:
            for number, shown in enumerate(self.shown):
                if not first and self._chance.random() >= CHANGES:
                    continue
                title = (
                    f"{'Deserteur' if self._chance.random() < 0.5 else 'Haushalt'} {self._words()}"
                )
                shown.insert(0, News(title, f"Dazu: {self._words()}.", published=w.now))
                del shown[SHOWN:]
                self.result.changes[-1:] = [self.result.changes[-1] + 1]
                if title.startswith("Deserteur") and not first:
                    record.write(f"{title} {number}\n")
                    self.result.published += 1

    def answer(self, number: int, _: Hit) -> Page:
        """Return what a feed answers."""
        self.result.checks += 1
        page = replace(feed(*self.shown[number]), conditional=True)
        if self._chance.random() >= self.faults:
            return page
        self.result.faults += 1
        return self._chance.choice(_BROKEN)(page)

    def published(self) -> Iterator[str]:
        """Yield the titles of all news that had to be told."""
        for line in self._record.read_text().splitlines():
            yield line.rpartition(" ")[0]

    def _words(self) -> str:
        return " ".join("".join(self._chance.choices(_SYLLABLES, k=4)) for _ in range(3))


class Inbox:
    """A mail server that keeps what it took in files, and has bad days."""

    def __init__(self, folder: Path) -> None:
        self.trouble = ""
        self.count = 0
        self._folder = folder
        folder.mkdir()

    async def handle_DATA(  # noqa: N802 (the name that aiosmtpd calls)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail; on a bad day refuse it, or take it and hang up without a word."""
        if self.trouble and self.trouble != "drop":
            return self.trouble
        content = envelope.original_content
        assert content is not None
        self.count += 1
        (recipient,) = envelope.rcpt_tos
        (self._folder / f"{self.count}-{recipient}").write_bytes(content)
        if self.trouble == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"

    def mails(self) -> Iterator[tuple[str, EmailMessage]]:
        """Yield every mail with its recipient."""
        for file in self._folder.iterdir():
            message = message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default)
            yield file.name.partition("-")[2], message


@asynccontextmanager
async def _mail_server(inbox: Inbox) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="mx.example", loop=loop), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def play(
    folder: Path, *, days: int, sources: int, faults: float, seed: int, seconds: float = math.inf
) -> Soaked:
    """Let so many days pass, or as many as there is time for, and return what became of the news."""
    chance = random.Random(seed)
    site, inbox = Site(folder, sources, chance, faults), Inbox(folder / "inbox")
    watched = [
        source(f"s{n}", "feed", f"/{n}.xml", timeout=timedelta(seconds=5)) for n in range(sources)
    ]
    result, begun = site.result, time.monotonic()
    async with _mail_server(inbox) as port, world(folder, *watched, lists=(LIST, OPS)) as w:
        w.door = lambda: mail_door(f"smtp://127.0.0.1:{port}")
        w.site.pages = {f"/{n}.xml": _of(site, n) for n in range(sources)}
        result.changes.append(0)
        site.faults = 0
        site.day(w, first=True)
        await w.day()
        for is_calm in _days(days, begun + seconds):
            site.faults = 0 if is_calm else faults
            is_bad = not is_calm and chance.random() < faults
            inbox.trouble = chance.choice(_NO_MAIL) if is_bad else ""
            result.mail_faults += is_bad
            if not is_calm:
                site.day(w)
            await w.day()
            clock.skip(timedelta(days=1))
            w.site.requests.clear()
            w.store.upkeep.prune(w.now, Retention())
            _measure(w, result)
    result.changes.pop()
    result.seconds = time.monotonic() - begun
    _count(site, inbox)
    return result


def _days(days: int, end: float) -> Iterator[bool]:
    """Yield for each day whether it is calm; the last ones are, whenever the end comes."""
    for day in range(days - CALM):
        if time.monotonic() > end:
            break
        if day and day % A_MONTH == 0:
            told = f"month {day // A_MONTH} is over, {sum(os.times()[:4]):.0f} s of work"
            print(told, file=sys.stderr, flush=True)  # noqa: T201
        yield False
    yield from [True] * CALM


def _of(site: Site, number: int) -> Callable[[Hit], Page]:
    return lambda hit: site.answer(number, hit)


def _measure(w: World, result: Soaked) -> None:
    room = w.store.upkeep.room()
    assert room is not None
    result.sizes.append(room.size - room.unused)
    result.changes.append(result.changes[-1])
    result.answers.append(result.checks)
    result.work.append(sum(os.times()[:4]))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    result.memory.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def _count(site: Site, inbox: Inbox) -> None:
    result = site.result
    texts: dict[str, dict[str, str]] = {who: {} for who in LIST.to}
    for who, mail in inbox.mails():
        result.mails += 1
        part: Any = mail.get_body(("plain",))
        if who in texts:
            texts[who][mail["Message-ID"]] = " ".join(str(part.get_content()).split())
    told = {who: Counter(_titles(mails.values())) for who, mails in texts.items()}
    for title in site.published():
        for who in LIST.to:
            if not told[who][title]:
                result.lost.append(f"{title} to {who}")
            elif told[who][title] > 1:
                result.doubled.append(f"{title} to {who}")


def _titles(texts: Any) -> Iterator[str]:
    """Each title of a mail, once: the word and the three that follow."""
    for text in texts:
        words = text.replace("*", "").split()
        starts = (at for at, word in enumerate(words) if word == "Deserteur")
        yield from {" ".join(words[at : at + 4]) for at in starts}


def report(result: Soaked) -> str:
    """Return the numbers as text."""
    early, late = result.bytes_per_change
    at_first, at_last = result.work_per_answer
    return (
        f"{len(result.sizes)} days, {result.checks} answers ({result.faults} broken), "
        f"{result.mail_faults} bad days of the mail server, {result.seconds:.0f} s\n"
        f"{result.published} pieces of news, {result.mails} mails taken: "
        f"lost {len(result.lost)}, doubled {len(result.doubled)}\n"
        f"memory after warm-up {result.memory[int(len(result.memory) * WARM)]:.1f} MiB, "
        f"at the end {result.memory[-1]:.1f} MiB, growth {result.memory_growth:+.1%}\n"
        f"database {result.sizes[-1] / 2**20:.2f} MiB for {result.changes[-1]} changes: "
        f"{early:.0f} bytes each in the first half, {late:.0f} in the second\n"
        f"work {result.work[-1]:.0f} s: {at_first * 1000:.1f} ms for an answer in the first quarter, "
        f"{at_last * 1000:.1f} in the last\n"
    )


def main() -> None:
    """Play as the command line says, print the numbers, and exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--faults", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        result = clock.run(
            play(
                Path(folder),
                days=chosen.months * A_MONTH,
                sources=chosen.sources,
                faults=chosen.faults,
                seed=chosen.seed,
                seconds=chosen.minutes * 60,
            )
        )
    sys.stderr.flush()
    sys.stdout.write(report(result))
    early, late = result.bytes_per_change
    is_good = not (result.lost or result.doubled) and result.memory_growth <= 0.02
    if not is_good or late > 1.25 * early:
        sys.stdout.write("\n".join([*result.lost[:5], *result.doubled[:5], "broken promise\n"]))
        sys.exit(1)


if __name__ == "__main__":
    main()

"""SIGKILLs of the real program at random moments, over a real site and a real mail server.

    python -m tests.kills --kills 200 --seed 1

Between two kills news appears on the site. In the end the program runs undisturbed once, and the
mail server's inbox is compared with what was published: every piece of news is in one mail to every
recipient. A mail may be there twice only where the program was killed between the server's «250»
and the commit of its receipt, and then both are the same, byte for byte.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

import monitor.cli.main
from monitor.cli.app import EXIT_UNDONE
from monitor.store import Store
from tests.web import Page, Site, web

SOURCES = 12
RECIPIENTS = {"team": ("a@example.org", "b@example.org"), "press": ("c@example.org",)}
# The program is killed a moment after its first, second, … request or mail command; or, where
# nothing can be seen from outside, after a random time.
MOST_EVENTS = 14
LATEST_START = 3.0
LATEST = (0.002, 0.01, 0.05)
SEEN = 0.8
# What is started in turn: the service, and what people start by hand.
COMMANDS = (("run",), ("check",), ("run",), ("digest", "--force"), ("deliver", "--now"))
_SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vo", "zi")

YAML = """version: 1
topics:
  desertion: {{title: {{de: Desertion}}, terms: [Deserteur*]}}
defaults: {{every: 1m, delay: 0s, allow_private: true}}
sources:
{sources}
"""
LISTS = """version: 1
lists:
  - {id: team, to: [a@example.org, b@example.org], schedule: immediately}
  - {id: press, to: [c@example.org], schedule: immediately}
"""


@dataclass
class Result:
    """What the kills came to; `excused` counts kills between an acceptance and its commit."""

    kills: int = 0
    published: int = 0
    mails: int = 0
    lost: list[str] = field(default_factory=list)
    told_twice: list[str] = field(default_factory=list)
    repeats: int = 0
    excused: int = 0
    different: int = 0
    moments: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        """Whether the promise was kept."""
        return not (self.lost or self.told_twice or self.different) and (
            self.repeats == self.excused
        )


def _program(folder: Path, environ: Mapping[str, str], command: tuple[str, ...]) -> None:
    """Be the program `policy-monitor`, started in this folder."""
    os.chdir(folder)
    os.environ.update(environ)
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["policy-monitor", *command]
    monitor.cli.main.main()


class Program:
    """A process of its own that is the program, forked from one that has only imported it."""

    _processes = multiprocessing.get_context("forkserver")
    _processes.set_forkserver_preload(["monitor.cli.main", "monitor.cli.root"])

    def __init__(self, folder: Path, environ: Mapping[str, str], command: tuple[str, ...]) -> None:
        self._process = self._processes.Process(target=_program, args=(folder, environ, command))
        self._process.start()

    async def ended(self) -> int:
        """Wait for the end, and return the exit status, negative for a signal."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        status = self._process.exitcode
        assert status is not None
        return status

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()


class Inbox:
    """A mail server's: takes everything, and drops some connections instead of its last answer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.talks = 0
        self.taken: list[tuple[str, bytes]] = []

    async def handle_DATA(  # noqa: N802 (the name that aiosmtpd calls)
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take the mail."""
        (recipient,) = envelope.rcpt_tos
        content = envelope.original_content
        assert content is not None
        self.taken.append((recipient, content))
        self.world.happened()
        return "250 taken"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take the recipient."""
        self.world.happened()
        envelope.rcpt_tos.append(address)
        return "250 OK"


class _Talk(SMTP):
    """One connection, counted while it lasts."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.talks += 1
        self.event_handler.world.happened()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.talks -= 1
        self.event_handler.world.quiet.set()
        super().connection_lost(error)


class World:
    """A site, a mail server and a folder; what happens at either is an event that may kill."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.chance = chance
        self.site: Site
        self.mail_port = 0
        self.inbox = Inbox(self)
        self.news: list[list[str]] = [[] for _ in range(SOURCES)]
        self.first: set[str] = set()
        self.quiet = asyncio.Event()
        self._left = 0
        self._enough = asyncio.Event()

    def happened(self) -> None:
        """Count an event of the world down to the next kill."""
        self._left -= 1
        if self._left <= 0:
            self._enough.set()

    def publish(self, number: int) -> None:
        """Show one more piece of news at a source."""
        words = ("".join(self.chance.choices(_SYLLABLES, k=4)) for _ in range(3))
        self.news[number].append(f"Deserteur {' '.join(words)} {len(self.news[number])}-{number}")

    @property
    def published(self) -> list[str]:
        """Everything that was ever shown, but for what was there at first sight."""
        return [title for titles in self.news for title in titles if title not in self.first]

    def feed(self, number: int) -> Page:
        """Return the feed of a source: its newest forty titles."""
        self.happened()
        items = "".join(
            f"<item><title>{title}</title><guid>{title}</guid>"
            f"<link>https://x.example/{title.split()[-1]}</link></item>"
            for title in reversed(self.news[number][-40:])
        )
        text = f"<rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>"
        return Page(text, content_type="application/rss+xml; charset=utf-8", conditional=True)

    def configure(self) -> None:
        """Write the configuration into the folder."""
        sources = "\n".join(
            f"  - {{id: s{n}, name: S{n}, kind: feed, url: '{self.site.url(f'/{n}.xml')}'}}"
            for n in range(SOURCES)
        )
        (self.folder / "sources.yaml").write_text(YAML.format(sources=sources))
        (self.folder / "recipients.yaml").write_text(LISTS)

    def store(self) -> Store:
        """Open the database as the next start will."""
        return Store.open(f"sqlite:///{self.folder / 'state' / 'policy-monitor.db'}")

    def start(self, *command: str) -> Program:
        """Start the program."""
        environ = {
            "MONITOR_MAIL": f"smtp://127.0.0.1:{self.mail_port}",
            "MONITOR_MAIL_FROM": "Monitor <monitor@example.org>",
            "MONITOR_LOG": "json",
        }
        return Program(self.folder, environ, command)

    async def finish(self, *command: str) -> int:
        """Run the program to its end, undisturbed, and return its exit status."""
        return await self.start(*command).ended()

    async def kill(self, *command: str) -> str | None:
        """Start the program and kill it at a random moment; None when it was done before.

        Returns what it had last said in its log.
        """
        log = self.folder / "log"
        before = log.stat().st_size
        self._left = self.chance.randrange(1, MOST_EVENTS)
        self._enough.clear()
        is_seen = self.chance.random() < SEEN
        running = self.start(*command)
        ended = asyncio.create_task(running.ended())
        if is_seen:
            enough = asyncio.create_task(self._enough.wait())
            await asyncio.wait(
                {ended, enough}, timeout=LATEST_START, return_when=asyncio.FIRST_COMPLETED
            )
            enough.cancel()
        # Between two events much happens that cannot be seen from outside.
        latest = self.chance.choice(LATEST) if is_seen else LATEST_START
        await asyncio.wait({ended}, timeout=self.chance.uniform(0, latest))
        running.kill()
        status = await ended
        while self.inbox.talks:
            self.quiet.clear()
            await self.quiet.wait()
        assert status in {-signal.SIGKILL, 0, EXIT_UNDONE}, log.read_text()[-3000:]
        said = re.findall(rb'"event": *"([^"]+)"', log.read_bytes()[before:])
        return (said[-1].decode() if said else "start") if status == -signal.SIGKILL else None

    def let_time_pass(self) -> None:
        """Have every source due, as an hour later it would be."""
        with closing(sqlite3.connect(self.folder / "state" / "policy-monitor.db")) as database:
            database.execute("UPDATE source SET next_check = first_checked")
            database.commit()

    def in_the_window(self) -> int:
        """How many mails the server has of which the database does not know."""
        with self.store() as store:
            waiting = {(mail.recipient, mail.message_id) for mail in store.outbox.due()}
        taken = Counter((who, str(_read(content)["Message-ID"])) for who, content in self.taken)
        return sum(taken[mail] > 0 for mail in waiting)

    @property
    def taken(self) -> list[tuple[str, bytes]]:
        """The mails that the server took, with their recipients."""
        return self.inbox.taken


def _read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, EmailMessage, policy=policy.default)


def _text(content: bytes) -> str:
    part = _read(content).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


@asynccontextmanager
async def _world(folder: Path, chance: random.Random) -> AsyncIterator[World]:
    world = World(folder, chance)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Talk(world.inbox, hostname="mx.example", loop=loop), "127.0.0.1", 0
    )
    world.mail_port = server.sockets[0].getsockname()[1]
    pages = {f"/{n}.xml": (lambda _, n=n: world.feed(n)) for n in range(SOURCES)}
    try:
        async with web(pages) as world.site:
            world.configure()
            yield world
    finally:
        server.close()


async def play(folder: Path, kills: int, seed: int) -> Result:
    """Kill the program so often, let it finish, and return what became of the news."""
    chance = random.Random(seed)
    result = Result()
    async with _world(folder, chance) as world:
        for number in range(SOURCES):
            world.publish(number)
        world.first = {title for titles in world.news for title in titles}
        assert await world.finish("check") == 0, (folder / "log").read_text()[-3000:]
        turn = 0
        while result.kills < kills:
            for number in chance.sample(range(SOURCES), 3):
                world.publish(number)
            world.let_time_pass()
            moment = await world.kill(*COMMANDS[turn % len(COMMANDS)])
            turn += 1
            if moment:
                result.kills += 1
                result.moments[moment] += 1
                result.excused += world.in_the_window()
        for command in (("check",), ("digest", "--force"), ("deliver", "--now")):
            assert await world.finish(*command) == 0, (folder / "log").read_text()[-3000:]
        _count(world, result)
    return result


async def two_at_once(folder: Path, database: str | None = None) -> list[int]:
    """Start two services on one database, kill the one that stays, and return their statuses."""
    async with _world(folder, random.Random(1)) as world:
        for number in range(SOURCES):
            world.publish(number)
        options = ("--database", database) if database else ()
        services = [world.start(*options, "run") for _ in range(2)]
        ends = {asyncio.create_task(each.ended()): each for each in services}
        (refused,), (other,) = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        ends[other].kill()
        said = (folder / "log").read_text()
        # SQLite may say so first, while the tables are made.
        assert re.search("another (policy-monitor runs|process holds)", said), said[-3000:]
        return [await refused, await other]


def _count(world: World, result: Result) -> None:
    """Compare the inbox with what was published."""
    copies: dict[tuple[str, str], list[bytes]] = {}
    for who, content in world.taken:
        copies.setdefault((who, str(_read(content)["Message-ID"])), []).append(content)
    result.published, result.mails = len(world.published), len(world.taken)
    result.repeats = sum(len(mails) - 1 for mails in copies.values())
    result.different = sum(len(set(mails)) > 1 for mails in copies.values())
    texts: dict[str, list[str]] = {}
    for (who, _), mails in copies.items():
        texts.setdefault(who, []).append(_text(mails[0]))
    for who in (who for several in RECIPIENTS.values() for who in several):
        for title in world.published:
            found = sum(title in text for text in texts.get(who, ()))
            if not found:
                result.lost.append(f"{title} to {who}")
            elif found > 1:
                result.told_twice.append(f"{title} to {who}")


def main() -> None:
    """Play as the command line says, print the numbers, and exit 1 when the promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    result = asyncio.run(play(folder, chosen.kills, chosen.seed))
    sys.stdout.write(
        f"{result.kills} kills (seed {chosen.seed}), {result.published} pieces of news for "
        f"{sum(map(len, RECIPIENTS.values()))} recipients, {result.mails} mails taken\n"
        f"lost {len(result.lost)}, in two mails {len(result.told_twice)}\n"
        f"mails taken twice {result.repeats}, kills between acceptance and commit "
        f"{result.excused}, of these not byte-identical {result.different}\n"
        "killed when last said: "
        + ", ".join(f"{what} {n}" for what, n in result.moments.most_common())
        + "\n"
    )
    if not result.is_good:
        broken = [f"the log is in {folder}", *result.lost[:5], *result.told_twice[:5]]
        sys.stdout.write("\n".join(broken) + "\n")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()

"""Digests and mails: what rendering and building takes, and how many leave on one connection.

Beside ours, in turn, the least that could be done: one plain Jinja template of all entries and the
standard library's MIME; and aiosmtplib alone, sending the same bytes to the same server.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from statistics import median

import aiosmtplib
import jinja2

from bench.archive import END, fill
from monitor import digest as digests
from monitor.config import load
from monitor.deliver import mail_door
from monitor.log import configure
from monitor.model import Alert, Coverage, Digest, Entry, Mail, MailingList, Source, Topic
from monitor.pipeline import Office, deliver_pending
from monitor.pipeline.filing import mails
from monitor.render import Templates
from monitor.shipped import shipped
from monitor.store import Filing, Store

ROOT = Path(__file__).parents[1]
SENDER, ID = "monitor@example.org", "<bench.1@example.org>"
_PLAIN = """<!doctype html><html><body>{% for entry in entries %}
<article data-alert="{{ entry.alert }}"><h2><a href="{{ entry.url }}">{{ entry.title }}</a></h2>
<p>{{ entry.source }}, {{ entry.detected_at }}, {{ entry.topics|join(", ") }}</p>
{% for pieces in entry.excerpts %}<p>{% for piece in pieces %}{% if piece.hit %}<mark>{{ piece.text
}}</mark>{% else %}{{ piece.text }}{% endif %}{% endfor %}</p>{% endfor %}</article>{% endfor %}
</body></html>"""
Config = tuple[dict[str, Source], dict[str, Topic]]


def main() -> None:
    """Print what was measured, as lines of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=1000, help="in the large digest")
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--reps", type=int, default=5)
    asked = parser.parse_args()
    configure("text", level=40)
    read = load(ROOT / "sources.yaml", None)
    config = {source.id: source for source in read.sources}, dict(read.vocabulary.topics)
    with tempfile.TemporaryDirectory() as name:
        rendering(Path(name), config, asked.alerts, asked.reps)
        sending(Path(name), config, asked.mails, asked.reps)


# --- rendering -----------------------------------------------------------------------------------


def rendering(folder: Path, config: Config, number: int, repetitions: int) -> None:
    """Measure the work of one digest, by its parts."""
    team, templates = team_of(1), Templates(shipped("templates"))
    plain = jinja2.Environment(autoescape=True).from_string(_PLAIN)
    spent: dict[str, list[float]] = {}
    with Store.open(f"sqlite:///{folder / 'alerts.db'}") as store:
        fill(store, list(config[0].values()), number)
        alerts = list(store.history.alerts(None))
        for _ in range(repetitions + 1):
            with counted(spent, "stories and entries"):
                digest = digest_of(team, config, alerts)
            with counted(spent, "rendered and built"):
                drawn = templates.digest(digest)
                (mail,) = mails(office_of(team, config), team, drawn, ID, END)
            with counted(spent, "plain Jinja and MIME"):
                bare = built(plain.render(entries=entries_of(digest)))
    print(f"| digest of {len(alerts)} alerts | CPU ms | kB |\n|---|---|---|")
    sizes = {"rendered and built": len(mail.mime), "plain Jinja and MIME": len(bare)}
    for what, seconds in spent.items():
        size = f"{sizes[what] / 1000:.0f}" if what in sizes else ""
        print(f"| {what} | {1000 * median(seconds[1:]):.0f} | {size} |")


def team_of(recipients: int) -> MailingList:
    """Return a list with so many recipients."""
    return MailingList("team", tuple(f"r{n}@example.org" for n in range(recipients)))


def office_of(team: MailingList, config: Config) -> Office:
    """Return what mails are made with."""
    return Office((team,), *config, Templates(shipped("templates")), SENDER)


def digest_of(team: MailingList, config: Config, alerts: Sequence[Alert]) -> Digest:
    """Return the digest of these alerts."""
    return digests.compose(
        team,
        alerts,
        sources=config[0],
        topics=config[1],
        coverage=Coverage(len(config[0]), len(config[0]), len(alerts)),
        since=END - timedelta(days=1),
        cutoff=END,
        message_id=ID,
        answers_to=SENDER,
    )


def entries_of(digest: Digest) -> list[Entry]:
    """Return all entries of a digest."""
    return [entry for section in digest.sections for entry in section.entries] + [*digest.perhaps]


def built(html: str) -> bytes:
    """Return a mail of two parts."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SENDER, "r@example.org", "News"
    mail.set_content("All of it is in the other part.")
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


@contextmanager
def counted(spent: dict[str, list[float]], what: str) -> Iterator[None]:
    """Note the work of this process."""
    before = time.process_time()
    yield
    spent.setdefault(what, []).append(time.process_time() - before)


# --- sending -------------------------------------------------------------------------------------


def sending(folder: Path, config: Config, number: int, repetitions: int) -> None:
    """Measure how many mails of twenty alerts leave in a second, by turns."""
    team = team_of(number)
    with Store.open(f"sqlite:///{folder / 'alerts.db'}") as store:
        alerts = list(store.history.alerts(None))[:20]
    drawn = Templates(shipped("templates")).digest(digest_of(team, config, alerts))
    letters = mails(office_of(team, config), team, drawn, ID, END)
    rates: dict[str, list[tuple[float, float]]] = {}
    with sink() as port:
        for turn in range(repetitions):
            outbox = filled(folder / f"{turn}.db", team, letters)
            ways: dict[str, Callable[[], Coroutine[None, None, None]]] = {
                "aiosmtplib": partial(bare, letters, port),
                "door": partial(through_door, letters, port),
                "door and outbox": partial(delivered, outbox, number, port),
            }
            for what, way in ways.items():
                before, begun = time.process_time(), time.perf_counter()
                asyncio.run(way())
                spent = time.process_time() - before, time.perf_counter() - begun
                rates.setdefault(what, []).append(spent)
    print(f"\n| {number} mails of {len(letters[0].mime) / 1000:.0f} kB | a second | CPU ms each |")
    print("|---|---|---|")
    for what, each in rates.items():
        work, wall = (median(column) for column in zip(*each, strict=True))
        print(f"| {what} | {number / wall:.0f} | {1000 * work / number:.1f} |")


@contextmanager
def sink() -> Iterator[int]:
    """Run a mail server that takes all and keeps nothing; return its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = ["-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    server = subprocess.Popen([sys.executable, *command], stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


async def bare(letters: list[Mail], port: int) -> None:
    """Send by aiosmtplib alone."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as server:
        for each in letters:
            await server.sendmail(SENDER, [each.recipient], each.mime)


async def through_door(letters: list[Mail], port: int) -> None:
    """Send by our door, which knows at each step what a failure means."""
    async with mail_door(f"smtp://127.0.0.1:{port}") as door:
        for each in letters:
            await door.send(each)


def filled(file: Path, team: MailingList, letters: list[Mail]) -> Store:
    """Return a store in whose outbox these mails wait."""
    store = Store.open(f"sqlite:///{file}")
    store.digests.meet([team.id], END - timedelta(days=1))
    store.digests.file(Filing(team.id, END, "digest", settled=0), letters)
    return store


async def delivered(outbox: Store, number: int, port: int) -> None:
    """Send what is in an outbox, each answer on the disk before the next mail."""
    with outbox:
        door = partial(mail_door, f"smtp://127.0.0.1:{port}")
        done = await deliver_pending(outbox, door, lambda: END)
        if done.sent != number:
            raise SystemExit(f"not all were sent: {done}")


if __name__ == "__main__":
    main()

"""Three days on stage: the demo's world, the real pipeline, and a folder for a mailbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor import __version__
from monitor.config import Config, load
from monitor.deliver import mail_door
from monitor.demo.folder import prepare, unpack
from monitor.demo.news import FIRST_DAY, HAPPENS, LAST_DAY
from monitor.demo.site import Site
from monitor.demo.world import RECIPIENTS, sources_file
from monitor.fetch import Fetcher
from monitor.match import Rules, compile_vocabulary
from monitor.pipeline import (
    Checked,
    Fetch,
    Office,
    Outcome,
    check_sources,
    compose_digests,
    deliver_pending,
)
from monitor.render import Templates
from monitor.shipped import shipped
from monitor.store import Store

CHECKS = (time(6), time(12), time(18))
DIGEST = time(7)

_ZONE = ZoneInfo("Europe/Berlin")
_SENDER = "policy-monitor@example.org"

Say = Callable[[str], object]


class Clock:
    """The demo's time, which goes forward when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.combine(FIRST_DAY, time(), _ZONE).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def set(self, day: int, hour: time) -> None:
        """Make it that hour, local time, of that day."""
        moment = datetime.combine(FIRST_DAY + timedelta(days=day - 1), hour, _ZONE)
        self.now = moment.astimezone(UTC)


@dataclass(frozen=True)
class Stage:
    """Everything at work together, as `check`, `digest` and `run` put it together too."""

    folder: Path
    site: Site
    clock: Clock
    config: Config
    rules: Rules
    office: Office
    store: Store
    fetch: Fetch

    @property
    def mails(self) -> Path:
        """Where the mails arrive."""
        return self.folder / "mails"

    async def check(self) -> tuple[Checked, ...]:
        """Check every source once."""
        return await check_sources(
            self.config.sources,
            store=self.store,
            fetch=self.fetch,
            rules=self.rules,
            now=self.clock,
        )

    async def mail(self) -> tuple[Path, ...]:
        """Compose what is due, deliver it, and return the files of the new mails."""
        there = set(self.mails.glob("*.eml"))
        compose_digests(self.office, self.store, self.clock())
        door = f"file:{quote(str(self.mails))}"
        await deliver_pending(self.store, lambda: mail_door(door), self.clock)
        return tuple(sorted(set(self.mails.glob("*.eml")) - there))


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Open a stage in a folder of its own, on the morning of the first day."""
    folder = prepare(folder)
    clock = Clock()
    async with Site() as site:
        config = _configure(folder, site.url)
        office = Office(
            lists=config.lists,
            sources={source.id: source for source in config.sources},
            topics=config.vocabulary.topics,
            templates=Templates(shipped("templates")),
            sender=_SENDER,
        )
        rules = compile_vocabulary(config.vocabulary)
        agent = f"policy-monitor/{__version__} (demo)"
        with Store.open(f"sqlite:///{folder / 'state.db'}") as store:
            async with Fetcher(user_agent=agent, now=clock) as fetcher:
                yield Stage(folder, site, clock, config, rules, office, store, fetcher.fetch)


def _configure(folder: Path, site: str) -> Config:
    """Write the two files into the folder, and read them."""
    sources, recipients = folder / "sources.yaml", folder / "recipients.yaml"
    topics = shipped("sources.yaml").read_text(encoding="utf-8")
    sources.write_text(sources_file(site, topics), encoding="utf-8")
    recipients.write_text(RECIPIENTS, encoding="utf-8")
    # What is shipped was tried when it was made.
    return load(sources, recipients, shipped("templates"), examples=False, drawn=False)


async def play(folder: Path, *, say: Say) -> None:
    """Play all days into the folder, and say what happened; the mails are left there.

    Raises MonitorError when the folder holds anything but an earlier demo.
    """
    async with stage(folder) as staged:
        for day in range(1, LAST_DAY + 1):
            await play_day(staged, day, say)
        _say_where(staged, say)


async def play_day(staged: Stage, day: int, say: Say) -> None:
    """Let a day pass, from its first check to its last."""
    staged.site.day = day
    say(f"\nDay {day}, {FIRST_DAY + timedelta(days=day - 1):%A %d %B %Y}")
    for line in HAPPENS[day]:
        say(f"  {line}")
    for hour in sorted((*CHECKS, DIGEST)):
        staged.clock.set(day, hour)
        if hour in CHECKS:
            _say_checked(hour, await staged.check(), say)
        for mail in await staged.mail():
            message = unpack(mail)
            say(f"  {hour:%H:%M}  mail to {message['To']}: {message['Subject']}")
            say(f"         {mail.name}")


def _say_checked(hour: time, checked: tuple[Checked, ...], say: Say) -> None:
    outcomes = [each.outcome for each in checked]
    counts = ", ".join(
        f"{number} {words}"
        for words, outcome in (
            ("for the first time", Outcome.BASELINE),
            ("changed", Outcome.CHANGED),
            ("unchanged", Outcome.UNCHANGED),
            ("held back", Outcome.HELD),
            ("failed", Outcome.FAILED),
        )
        if (number := outcomes.count(outcome))
    )
    alerts = sum(len(each.alerts) for each in checked)
    say(f"  {hour:%H:%M}  {len(checked)} sources checked: {counts}; alerts: {alerts}")
    for each in checked:
        if each.error:
            say(f"         {each.source}: {each.error}")


def _say_where(staged: Stage, say: Say) -> None:
    count = len(list(staged.mails.glob("*.eml")))
    say(f"\n{count} mails lie in {staged.mails}")
    say("each as .eml, and what it shows beside it as .html and .txt. What else was stored:")
    database = f"--database sqlite:///{staged.folder / 'state.db'}"
    say(f"  policy-monitor --sources {staged.folder / 'sources.yaml'} {database} alerts")

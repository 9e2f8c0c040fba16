"""The command that looks for what is wrong before it hurts: doctor."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.text import Text

from monitor.adapters import ADAPTERS
from monitor.cli import show
from monitor.cli.app import EXIT_UNDONE, AsJson, app
from monitor.cli.root import Root, now
from monitor.cli.speaking import say
from monitor.config import Config
from monitor.errors import ConfigError, MonitorError
from monitor.fetch import Browser
from monitor.health import failing
from monitor.inbox import letters
from monitor.model import Receives
from monitor.model.told import Told, form, reason
from monitor.render import check_templates
from monitor.settings import VARIABLES
from monitor.store import Store, database_file

MEGABYTE = 2**20
LEAST_ROOM = 50 * MEGABYTE
LITTLE_ROOM = 500 * MEGABYTE
_ALL = form("sound, writable, all {count} texts readable")
_NEWEST = form("sound, writable, the newest {count} texts readable")
LARGE_LOG = 64 * MEGABYTE
SAMPLE = 2_000
MAIL_WAITS = timedelta(hours=4)
# Clocks of two machines differ; this much more is a clock that was set wrong.
CLOCK_TOLERANCE = timedelta(minutes=10)
# No machine that runs this release has seen an earlier time with a clock that is right.
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `advice` says what to do about it."""

    check: str
    state: State
    message: str
    advice: str = ""


Findings = Iterator[Finding]
_STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}


@app.command()
def doctor(
    context: typer.Context,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read every stored text, not a sample.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong: configuration, database, disk, mail server, clock, permissions.

    Nothing is changed or mailed; the mail server is greeted and logged in to. Each line says what
    to do; exit status 1 when one says fail. `check-sources` looks at the sources themselves.
    """
    root: Root = context.obj
    found = list(_examine(root, None if thorough else SAMPLE))
    if as_json:
        healthy = all(finding.state is not State.FAIL for finding in found)
        show.as_json({"healthy": healthy, "checks": [asdict(finding) for finding in found]})
    else:
        for finding in found:
            _show(finding)
    if any(finding.state is State.FAIL for finding in found):
        raise typer.Exit(EXIT_UNDONE)


def _show(finding: Finding) -> None:
    state = Text(f"{finding.state.value:4}", style=_STYLES[finding.state])
    advice = f" – {say(finding.advice)}" if finding.advice else ""
    show.line(Text.assemble(state, f"  {finding.check:13}  {say(finding.message)}{advice}"))


def _examine(root: Root, most: int | None) -> Findings:
    config = _config(root)
    with show.progress("examining", 6) as advance:
        for name, findings in {
            "configuration": lambda: _configuration(root, config),
            "templates": lambda: _templates(root),
            "browser": lambda: _browser(root, config),
            "database": lambda: _database(root, config, most),
            "mail": lambda: _mail(root),
            "permissions": lambda: _permissions(root),
        }.items():
            yield from _in_words(name, findings)
            advance(name)


def _in_words(name: str, findings: Callable[[], Findings]) -> Findings:
    """A trouble that ends an examination is its last finding."""
    try:
        yield from findings()
    except MonitorError as error:
        yield Finding(name, State.FAIL, reason(error))


# --- what was written by people ------------------------------------------------------------------


def _config(root: Root) -> Config | ConfigError:
    try:
        return root.config
    except ConfigError as error:
        return error


def _configuration(root: Root, config: Config | ConfigError) -> Findings:
    if isinstance(config, ConfigError):
        number = len(config.problems)
        first = config.problems[0].told
        if number > 1:
            first = Told("{first} (and {number} more)", first=first, number=number - 1)
        yield Finding(
            "configuration", State.FAIL, first, Told("`policy-monitor lint` names them all")
        )
        return
    watched = [source for source in config.sources if source.enabled]
    what = Told("{watched} sources, {lists} lists", watched=len(watched), lists=len(config.lists))
    yield Finding("configuration", State.OK, what)
    if not any(each.receives is Receives.TROUBLE for each in config.lists):
        advice = Told("add a list with `receives: trouble` to recipients.yaml")
        yield Finding(
            "configuration", State.WARN, Told("nobody hears when a source breaks"), advice
        )
    if config.contact is None:
        advice = Told("set `contact` in sources.yaml")
        yield Finding(
            "configuration", State.WARN, Told("sites are not told whom to write to"), advice
        )
    needed = {name: s.id for s in watched for name in ADAPTERS[s.kind].secrets}
    for name in sorted(needed.keys() - root.settings.kind_secrets.keys()):
        advice = Told("set {name} or {name}_FILE", name=name)
        yield Finding(
            "configuration", State.WARN, Told("{id} lacks its key", id=needed[name]), advice
        )


def _browser(root: Root, config: Config | ConfigError) -> Findings:
    """Only where a source is read with one."""
    sources = () if isinstance(config, ConfigError) else config.sources
    scripted = [source.id for source in sources if source.enabled and source.browser]
    if scripted:
        program = Browser(root.settings.browser).program()
        yield Finding(
            "browser",
            State.OK,
            Told("{program} reads {ids}", program=program, ids=", ".join(scripted)),
        )


def _templates(root: Root) -> Findings:
    problems = check_templates(root.templates)
    for problem in problems:
        yield Finding("templates", State.FAIL, problem.told, Told("no digest can be made with it"))
    if not problems:
        yield Finding("templates", State.OK, Told("all render, in every language"))


# --- the database and its disk -------------------------------------------------------------------


def _database(root: Root, config: Config | ConfigError, most: int | None) -> Findings:
    file = database_file(root.settings.database)
    if file and not file.exists():
        yield Finding(
            "database",
            State.WARN,
            Told("there is no {file} yet", file=file),
            Told("`check` makes it"),
        )
        yield _clock(None)
        return
    with root.store() as store:
        yield from _soundness(store, most)
        yield from _disk(file) if file else ()
        yield from _outbox(store)
        yield _clock(store.upkeep.newest())
        if isinstance(config, Config):
            yield _sources(config, store)


def _soundness(store: Store, most: int | None) -> Findings:
    store.upkeep.try_writing()
    advice = Told("stop the service; `policy-monitor restore FILE` brings back a backup")
    if damage := store.upkeep.damage():
        yield Finding(
            "database", State.FAIL, Told("it is damaged: {damage}", damage=damage), advice
        )
        return
    count, bad = 0, []
    for where, is_damaged in store.upkeep.unreadable(most):
        count += 1
        bad += [where] if is_damaged else []
    if bad:
        told = Told(
            "{bad} of {count} texts are damaged, first {first}",
            bad=len(bad),
            count=count,
            first=bad[0],
        )
        yield Finding("database", State.FAIL, told, advice)
    else:
        form_ = _ALL if most is None or count < most else _NEWEST
        yield Finding("database", State.OK, Told(form_, count=count))


def _disk(file: Path) -> Findings:
    free = shutil.disk_usage(file.parent).free
    told = Told(
        "{free} MB free for a database of {size} MB",
        free=free // MEGABYTE,
        size=file.stat().st_size // MEGABYTE,
    )
    state = State.FAIL if free < LEAST_ROOM else State.WARN if free < LITTLE_ROOM else State.OK
    yield Finding("disk", state, told, "" if state is State.OK else Told("make room"))
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size > LARGE_LOG:
        told = Told("{log} has grown to {size} MB", log=log, size=log.stat().st_size // MEGABYTE)
        yield Finding(
            "disk", State.WARN, told, Told("some program keeps the database open; restart it")
        )


def _outbox(store: Store) -> Findings:
    outbox = store.outbox.count()
    told = Told(
        "{pending} mails wait, {refused} were refused",
        pending=outbox.pending,
        refused=outbox.refused,
    )
    if outbox.oldest_pending and now() - outbox.oldest_pending > MAIL_WAITS:
        told = Told(
            "{told}, the oldest since {when}",
            told=told,
            when=show.moment(outbox.oldest_pending),
        )
        yield Finding("outbox", State.WARN, told, Told("see what the mail server says below"))
    else:
        yield Finding("outbox", State.OK, told)


def _sources(config: Config, store: Store) -> Finding:
    states = store.checks.states()
    troubled = [
        source.id
        for source in config.sources
        if source.enabled
        and (state := states.get(source.id))
        and failing(source, state, now()) is not None
    ]
    if troubled:
        advice = Told("`policy-monitor status` says why, `check-sources` visits them")
        return Finding(
            "sources", State.WARN, Told("in trouble: {ids}", ids=", ".join(troubled)), advice
        )
    return Finding("sources", State.OK, Told("none in trouble; `check-sources` visits them all"))


# --- the rest of the machine ---------------------------------------------------------------------


def _clock(newest: datetime | None) -> Finding:
    moment = now()
    told = f"{moment:%Y-%m-%d %H:%M} UTC"
    if moment < (newest or RELEASED) - CLOCK_TOLERANCE:
        earlier = Told(
            "{told} is before {newest:%Y-%m-%d %H:%M}, when it ran last",
            told=told,
            newest=newest or RELEASED,
        )
        return Finding(
            "clock", State.FAIL, earlier, Told("set the clock; let it follow a time server")
        )
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return Finding("clock", State.FAIL, Told("no time zones are known"), "install tzdata")
    return Finding("clock", State.OK, Told("{told}, time zones known", told=told))


def _mail(root: Root) -> Findings:
    where = root.settings.mail
    asyncio.run(_open_door(root))
    if where.startswith("file:"):
        told = Told("mails are only written as files ({where})", where=where)
        yield Finding(
            "mail", State.WARN, told, Told("set MONITOR_MAIL to a mail server to send them")
        )
        return
    yield Finding("mail", State.OK, Told("{where} takes our mails", where=where))
    if root.settings.mail_bounces is None:
        advice = Told("set MONITOR_MAIL_BOUNCES to the mailbox of bounces")
        yield Finding("bounces", State.WARN, Told("nobody reads which mails come back"), advice)
    else:
        number = sum(1 for _ in letters(root.settings.mail_bounces))
        yield Finding(
            "bounces", State.OK, Told("{number} mails lie in the mailbox of bounces", number=number)
        )
    domain = root.settings.mail_from.rpartition("@")[2].rstrip(">")
    if "." not in domain or domain.endswith((".localdomain", ".local", ".internal")):
        told = Told(
            "mails come from {mail_from}, which others cannot answer",
            mail_from=root.settings.mail_from,
        )
        yield Finding("mail", State.WARN, told, Told("set MONITOR_MAIL_FROM"))


async def _open_door(root: Root) -> None:
    """Connect, encrypt and log in, and say goodbye; DeliveryError when that fails."""
    async with root.door()():
        pass


class _Private(NamedTuple):
    """A file that others have no business with."""

    path: Path
    state: State
    why: str


def _permissions(root: Root) -> Findings:
    open_to_all = [each for each in _private(root) if each.path.stat().st_mode & 0o007]
    for path, state, why in open_to_all:
        mode = "700" if path.is_dir() else "600"
        told = Told("every user of this machine can read {path}, {why}", path=path, why=why)
        yield Finding("permissions", state, told, f"chmod {mode} {path}")
    if not open_to_all:
        yield Finding(
            "permissions", State.OK, Told("secrets and addresses are kept from other users")
        )


def _private(root: Root) -> Iterable[_Private]:
    for name in VARIABLES:
        secret = root.environ.get(name) if name.endswith("_FILE") else None
        if secret:
            yield _Private(Path(secret), State.FAIL, Told("which holds a secret"))
    file = database_file(root.settings.database)
    if file and file.exists() and file.stat().st_mode & 0o007:
        yield _Private(file.parent, State.WARN, Told("where mail addresses lie"))

"""The service: real store, real site, real signals; its tick is 50 ms long."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Self

import pytest

from monitor.daemon import Daemon, Plan
from monitor.deliver import mail_door
from monitor.errors import ConfigError, Problem, StoreError
from monitor.fetch import Fetcher
from monitor.match import compile_vocabulary
from monitor.model import (
    Fetched,
    Mail,
    MailingList,
    MailState,
    NotModified,
    Receipt,
    Request,
    Schedule,
    Source,
    Term,
    Topic,
    Validators,
    Vocabulary,
)
from monitor.notify import Notifier
from monitor.pipeline import Door, Office
from monitor.render import Templates
from monitor.shipped import shipped
from monitor.store import Filing, Retention, Saved, Store
from tests.test_store import an_item, state, stored
from tests.test_upkeep import damage
from tests.web import Page, Site, web

PATIENCE = 20
TICK = timedelta(milliseconds=50)
TOPIC = Topic("desertion", {"de": "Desertion"}, (Term("Deserteur*", ("Deserteur*",)),))
TEAM = MailingList("team", ("team@example.org",), schedule=Schedule("immediately"))


def now() -> datetime:
    return datetime.now(UTC)


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Return a test that pytest can run."""

    @wraps(test)
    def run(**fixtures: Any) -> None:
        async def limited() -> None:
            async with asyncio.timeout(60):
                await test(**fixtures)

        asyncio.run(limited())

    return run


def feed(*titles: str) -> Page:
    items = "".join(
        f"<item><title>{t}</title><guid>{t}</guid><link>https://x.example/{t}</link></item>"
        for t in titles
    )
    text = f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"
    return Page(text, content_type="application/rss+xml")


def a_source(site: Site, id_: str = "court", path: str = "/feed.xml") -> Source:
    return Source(
        id_,
        id_.title(),
        "feed",
        site.url(path),
        every=timedelta(milliseconds=100),
        delay=timedelta(0),
        timeout=timedelta(seconds=10),
        allow_private=True,
    )


def a_plan(*sources: Source) -> Plan:
    office = Office(
        (TEAM,),
        {source.id: source for source in sources},
        {TOPIC.id: TOPIC},
        Templates(shipped("templates")),
        "monitor@monitor.example",
    )
    return Plan(sources, compile_vocabulary(Vocabulary({TOPIC.id: TOPIC}, {})), office)


class Systemd:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.environ = {"NOTIFY_SOCKET": str(path)}
        self.told: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    async def hears(self, start: str) -> str:
        """Wait for a message that begins so; what came before is passed over."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE):
            while True:
                message = (await loop.sock_recv(self._socket, 4096)).decode()
                self.told.append(message)
                if message.startswith(start):
                    return message

    def close(self) -> None:
        self._socket.close()


@dataclass
class Service:
    """A daemon that runs within the test; `plans` are what reloads bring."""

    folder: Path
    plan: Plan
    plans: list[Plan | ConfigError] = field(default_factory=list)
    measure: Callable[[Plan], None] | None = None
    archive: Callable[[Plan], None] | None = None
    door: Callable[[], AbstractAsyncContextManager[Door]] | None = None

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self.systemd = Systemd(self.folder / "notify")
        self._stack.callback(self.systemd.close)
        self.store = self._stack.enter_context(Store.open(f"sqlite:///{self.folder / 'm.sqlite3'}"))
        fetcher = await self._stack.enter_async_context(Fetcher(user_agent="test", now=now))
        daemon = Daemon(
            self.plan,
            store=self.store,
            fetch=fetcher.fetch,
            door=self.door or (lambda: mail_door(f"file:{self.folder / 'mails'}")),
            reload=self._next_plan,
            now=now,
            notifier=Notifier(self.systemd.environ),
            tick=TICK,
            measure=self.measure,
            archive=self.archive,
        )
        self.running = asyncio.create_task(daemon.run())
        await self.systemd.hears("READY=1")
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self.running.done():
            await self.stop()
        await self._stack.aclose()

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([self.running])

    async def until(self, happened: Callable[[], object]) -> None:
        """Look at every beat of the watchdog whether it happened."""
        async with asyncio.timeout(PATIENCE):
            while not happened():
                await self.systemd.hears("WATCHDOG=1")

    def checks(self, source: str = "court") -> int:
        return self.store.checks.state(source).checks

    def mails(self) -> list[str]:
        return [file.read_text() for file in sorted((self.folder / "mails").glob("*.eml"))]

    def _next_plan(self) -> Plan:
        plan = self.plans.pop(0)
        if isinstance(plan, ConfigError):
            raise plan
        return plan


@in_loop
async def test_what_is_due_is_checked_composed_and_delivered(tmp_path: Path) -> None:
    async with (
        web({"/feed.xml": feed("Haushalt")}) as site,
        Service(tmp_path, a_plan(a_source(site))) as service,
    ):
        await service.until(lambda: service.checks() >= 1)
        site.pages["/feed.xml"] = feed("Deserteur", "Haushalt")
        await service.until(service.mails)
        (mail,) = service.mails()
        assert "Deserteur" in mail
        seen = service.checks()
        await service.until(lambda: service.checks() >= seen + 2)
        assert len(service.mails()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_in_peace(tmp_path: Path, number: signal.Signals) -> None:
    async def story() -> None:
        async with (
            web({"/feed.xml": feed("Haushalt")}) as site,
            Service(tmp_path, a_plan(a_source(site))) as service,
        ):
            await service.until(lambda: service.checks() >= 1)
            await service.stop(number)
            await service.running
            await service.systemd.hears("STOPPING=1")
            assert asyncio.all_tasks() - {asyncio.current_task()} <= site._tasks

    asyncio.run(story())


@in_loop
async def test_a_check_under_way_is_finished_before_the_end(tmp_path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    async with web({"/feed.xml": feed("Haushalt")}) as site, AsyncExitStack() as stack:
        store = stack.enter_context(Store.open(f"sqlite:///{tmp_path / 'm.sqlite3'}"))
        fetcher = await stack.enter_async_context(Fetcher(user_agent="test", now=now))

        async def slow(
            request: Request, source: Source, validators: Validators | None = None
        ) -> Fetched | NotModified:
            begun.set()
            await go_on.wait()
            return await fetcher.fetch(request, source, validators)

        plan = a_plan(a_source(site))
        daemon = Daemon(
            plan,
            store=store,
            fetch=slow,
            door=lambda: mail_door(f"file:{tmp_path / 'mails'}"),
            reload=lambda: plan,
            now=now,
            notifier=Notifier({}),
            tick=TICK,
        )
        running = asyncio.create_task(daemon.run())
        await begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        go_on.set()
        await running
        assert store.checks.state("court").last_success is not None


@in_loop
async def test_a_hanging_source_does_not_hold_up_another(tmp_path: Path) -> None:
    async with (
        web({"/feed.xml": Page(hang=True)}) as hanging,
        web({"/feed.xml": feed("x")}) as well,
    ):
        sources = a_source(hanging, "hanging"), a_source(well, "well")
        service = Service(tmp_path, a_plan(*sources))
        async with service:
            await service.until(lambda: hanging.requests and service.checks("well") >= 3)
            assert service.checks("hanging") == 0
            assert len(hanging.hits("/feed.xml")) <= 1
            await hanging.__aexit__(None, None, None)
            await service.until(lambda: service.checks("hanging") >= 1)
            assert service.store.checks.state("hanging").failures >= 1


@in_loop
async def test_a_broken_configuration_is_refused_and_the_old_one_goes_on(tmp_path: Path) -> None:
    problem = Problem(Path("sources.yaml"), 7, "unknown key `ur`", "url")
    async with (
        web({"/feed.xml": feed("x")}) as site,
        Service(tmp_path, a_plan(a_source(site)), [ConfigError([problem])]) as service,
    ):
        os.kill(os.getpid(), signal.SIGHUP)
        reloading = await service.systemd.hears("RELOADING=1")
        microseconds = int(reloading.split("MONOTONIC_USEC=")[1])
        assert 0 <= time.monotonic_ns() // 1000 - microseconds < PATIENCE * 10**6
        ready = await service.systemd.hears("READY=1")
        assert "the old one goes on" in ready
        assert "sources.yaml:7: unknown key `ur`" in ready
        seen = service.checks()
        await service.until(lambda: service.checks() > seen)


@in_loop
async def test_a_changed_configuration_is_taken_over(tmp_path: Path) -> None:
    pages = {"/feed.xml": feed("x"), "/other.xml": feed("y")}
    async with web(pages) as site:
        old, new = a_source(site), a_source(site, "other", "/other.xml")
        async with Service(tmp_path, a_plan(old), [a_plan(new)]) as service:
            await service.until(lambda: service.checks() >= 1)
            os.kill(os.getpid(), signal.SIGHUP)
            await service.systemd.hears("RELOADING=1")
            assert "watching 1 source" in await service.systemd.hears("READY=1")
            await service.until(lambda: service.checks("other") >= 1)
            seen = service.checks()
            await service.until(lambda: service.checks("other") >= 4)
            assert service.checks() <= seen + 1


@in_loop
async def test_a_disabled_source_is_left_alone(tmp_path: Path) -> None:
    async with web({"/feed.xml": feed("x"), "/off.xml": feed("y")}) as site:
        off = replace(a_source(site, "off", "/off.xml"), enabled=False)
        async with Service(tmp_path, a_plan(a_source(site), off)) as service:
            await service.until(lambda: service.checks() >= 2)
            assert service.checks("off") == 0
            assert site.hits("/off.xml") == []


@in_loop
async def test_old_mails_are_emptied_without_being_asked(tmp_path: Path) -> None:
    service = Service(tmp_path, a_plan())
    with Store.open(f"sqlite:///{tmp_path / 'm.sqlite3'}") as store:
        long_ago = now() - timedelta(days=40)
        store.digests.meet(["team"], long_ago)
        mail = Mail("team", "team@example.org", "<1@monitor.example>", b"Subject: x", long_ago)
        store.digests.file(Filing("team", long_ago, "digest", 0), [mail])
        (mail,) = store.outbox.due()
        store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250"), long_ago, None)
    async with service:
        await service.until(
            lambda: not service.store.upkeep.prune(now(), Retention(), dry_run=True)
        )
        assert service.store.outbox.count().accepted >= 1


@in_loop
async def test_a_damaged_database_ends_the_service_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite3"
    with Store.open(f"sqlite:///{file}") as store:
        items = tuple(stored(an_item(f"item-{n}", os.urandom(900).hex())) for n in range(60))
        store.checks.save(Saved(state(), added=items))
    damage(file)
    async with Service(tmp_path, a_plan()) as service:
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([service.running])
        assert isinstance(service.running.exception(), StoreError)
        assert "policy-monitor restore FILE" in str(service.running.exception())


@in_loop
async def test_a_bug_ends_the_service_with_its_error(tmp_path: Path) -> None:
    async with web({"/feed.xml": feed("x")}) as site:
        broken = replace(a_source(site), kind="no such kind")
        service = Service(tmp_path, a_plan(broken))
        async with service:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait([service.running])
            assert isinstance(service.running.exception(), KeyError)
            await service.systemd.hears("STOPPING=1")


@in_loop
async def test_an_unreachable_source_is_trouble_not_the_end(tmp_path: Path) -> None:
    async with web({}) as site, Service(tmp_path, a_plan(a_source(site))) as service:
        await service.until(lambda: service.store.checks.state("court").failures >= 1)
        assert not service.running.done()


def test_without_systemd_nothing_is_told() -> None:
    notifier = Notifier({})
    notifier.ready("fine")
    notifier.alive()


def test_a_systemd_that_went_away_is_no_trouble(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive()


def test_an_abstract_socket_is_reached_by_its_name() -> None:
    name = f"policy-monitor-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name}")
        listener.settimeout(PATIENCE)
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).ready("watching 3 sources")
        assert listener.recv(4096) == b"READY=1\nSTATUS=watching 3 sources"


@in_loop
async def test_a_template_that_fails_is_logged_once_and_not_at_every_tick(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(shipped("templates"), folder)
    (folder / "digest" / "body.txt").write_text("{{ nonsense }}")
    async with web({"/feed.xml": feed("Haushalt")}) as site:
        plan = a_plan(a_source(site))
        plan = replace(plan, office=replace(plan.office, templates=Templates(folder)))
        async with Service(tmp_path, plan) as service:
            await service.until(lambda: service.checks() >= 1)
            site.pages["/feed.xml"] = feed("Deserteur", "Haushalt")
            seen = service.checks()
            await service.until(lambda: service.checks() >= seen + 4)
    said = capsys.readouterr()
    assert (said.out + said.err).count("mail not composed") == 1
    assert service.mails() == []

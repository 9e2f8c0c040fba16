"""Several machines on a real PostgreSQL: real worker processes, a real site, real kills."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Self

import pytest

from monitor.daemon import Daemon
from monitor.deliver import mail_door
from monitor.errors import MonitorError, StoreError
from monitor.fetch import Fetcher
from monitor.match import compile_vocabulary
from monitor.model import Request, Source, Vocabulary
from monitor.notify import Notifier
from monitor.pipeline import check_sources
from monitor.store import Saved, Store
from tests.test_daemon import TICK, TOPIC, Systemd, a_plan, feed, in_loop, now
from tests.test_store import state
from tests.web import NO_TLS, Hit, Page, Site, web

pytest.importorskip("procrastinate", reason="the extra `scale` is not installed")

from monitor.queue import Dispatch, Jobs, Orders, SharedTurns, Worker, open_jobs
from monitor.queue import jobs as door

PULSE = timedelta(seconds=0.3)
PATIENCE = 30
MARK = "m" * 32
RULES = compile_vocabulary(Vocabulary({TOPIC.id: TOPIC}, {}))


def a_fetcher(name: str, store: Store) -> Fetcher:
    return Fetcher(
        user_agent=name, now=now, tls=NO_TLS, total=8, shared=SharedTurns(store.hosts, name)
    )


async def work(url: str, name: str, sources: tuple[Source, ...], heard_at: str, hosts: int) -> None:
    """Be a worker as `policy-monitor worker` makes one, with a faster pulse."""
    orders = Orders(MARK, sources, RULES)
    with Store.open(url) as store:
        assert store.server
        async with open_jobs(store.server, PULSE) as jobs, a_fetcher(name, store) as fetcher:
            await Worker(
                orders,
                jobs=jobs,
                store=store,
                fetch=fetcher.fetch,
                reload=lambda: orders,
                now=now,
                notifier=Notifier({"NOTIFY_SOCKET": heard_at}),
                hosts=hosts,
            ).run()


def _process(*arguments: object) -> None:
    asyncio.run(work(*arguments))  # type: ignore[arg-type]


class Machine:
    """A worker in a process of its own."""

    _processes = multiprocessing.get_context("forkserver")
    _processes.set_forkserver_preload(["tests.test_queue"])

    def __init__(
        self, folder: Path, url: str, name: str, sources: tuple[Source, ...], *, hosts: int = 8
    ) -> None:
        self.systemd = Systemd(folder / f"{name}.sock")
        heard_at = self.systemd.environ["NOTIFY_SOCKET"]
        arguments = (url, name, sources, heard_at, hosts)
        self._process = self._processes.Process(target=_process, args=arguments)
        self._process.start()

    async def ready(self) -> None:
        await self.systemd.hears("READY=1")

    def kill(self) -> None:
        self._process.kill()

    async def stop(self) -> int | None:
        """Ask it to end, and return its exit status."""
        self._process.terminate()
        await asyncio.to_thread(self._process.join, PATIENCE)
        return self._process.exitcode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self.systemd.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Store, Jobs, Dispatch]]:
    """The store, its queue with tables, and who fills it."""
    with Store.open(url) as store:
        assert store.server
        async with open_jobs(store.server, PULSE) as jobs:
            await jobs.bring_up_to_date()
            yield store, jobs, Dispatch(jobs, store=store, now=now)


def a_source(site: Site, id_: str, **more: object) -> Source:
    source = Source(
        id_,
        id_.title(),
        "feed",
        site.url(f"/{id_}.xml"),
        every=timedelta(hours=1),
        delay=timedelta(seconds=0.05),
        timeout=timedelta(seconds=3),
        robots=False,
        allow_private=True,
    )
    return replace(source, **more)  # type: ignore[arg-type]


# --- turns with hosts ----------------------------------------------------------------------------


def test_a_turn_is_one_machines_until_it_is_given_back_and_then_comes_the_pause(
    postgres_url: str,
) -> None:
    second, none = timedelta(seconds=1), timedelta(0)
    with Store.open(postgres_url) as store:
        hosts = store.hosts
        assert hosts.take("court:443", "a", none, 60 * second) is None
        held = hosts.take("court:443", "b", none, 60 * second)
        assert held is not None
        assert not held.closed
        assert none < held.wait <= second
        assert hosts.take("other:443", "b", none, 60 * second) is None
        hosts.give("court:443", "a")
        early = hosts.take("court:443", "b", 30 * second, 60 * second)
        assert early is not None
        assert 20 * second < early.wait <= 30 * second
        assert hosts.take("court:443", "b", none, 60 * second) is None


def test_the_turn_of_a_machine_that_died_ends_and_its_own_leftover_is_taken_at_once(
    postgres_url: str,
) -> None:
    none = timedelta(0)
    with Store.open(postgres_url) as store:
        assert store.hosts.take("court:443", "a", none, timedelta(minutes=1)) is None
        assert store.hosts.take("court:443", "a", none, -timedelta(seconds=1)) is None
        assert store.hosts.take("court:443", "b", none, timedelta(minutes=1)) is None
        store.hosts.give("court:443", "a")  # late: the turn is no longer that machine's
        assert store.hosts.take("court:443", "c", none, timedelta(minutes=1)) is not None


@in_loop
async def test_two_machines_ask_a_host_in_turns_and_with_the_pause_between(
    postgres_url: str,
) -> None:
    async with web({"/": Page("ok", pause=0.03)}) as site:
        source = a_source(site, "x")
        with Store.open(postgres_url) as store:
            async with a_fetcher("a", store) as a, a_fetcher("b", store) as b:
                ask = Request(site.url("/"))
                await asyncio.gather(*(door.fetch(ask, source) for door in (a, b) * 3))
        assert site.busiest == 1
        assert Counter(hit.headers["user-agent"] for hit in site.requests) == {"a": 3, "b": 3}
        times = [hit.at for hit in site.requests]
        assert all(later - earlier >= 0.08 - 0.005 for earlier, later in pairwise(times))


@in_loop
async def test_a_host_that_wants_to_be_left_alone_is_so_by_all_machines(postgres_url: str) -> None:
    async with web({"/": Page(status=429, headers={"Retry-After": "120"})}) as site:
        source = a_source(site, "x")
        with Store.open(postgres_url) as store:
            async with a_fetcher("a", store) as a, a_fetcher("b", store) as b:
                for machine in (a, b, b):
                    with pytest.raises(MonitorError):
                        await machine.fetch(Request(site.url("/")), source)
        assert len(site.requests) == 1


# --- workers -------------------------------------------------------------------------------------


@in_loop
async def test_two_workers_check_each_source_once_and_no_host_at_the_same_time(
    tmp_path: Path, postgres_url: str
) -> None:
    async with AsyncExitStack() as stack:
        left = {f"s{number}" for number in range(12)}
        all_asked = asyncio.Event()

        def answer(hit: Hit) -> Page:
            left.discard(hit.path.strip("/").removesuffix(".xml"))
            if not left:
                all_asked.set()
            return replace(feed("Haushalt"), pause=0.03)

        sites = [await stack.enter_async_context(web()) for _ in range(3)]
        sources = tuple(a_source(sites[int(id_[1:]) % 3], id_) for id_ in sorted(left))
        for source in sources:
            sites[int(source.id[1:]) % 3].pages[f"/{source.id}.xml"] = answer
        store, _, dispatch = await stack.enter_async_context(opened(postgres_url))
        machines = [
            stack.enter_context(Machine(tmp_path, postgres_url, name, sources, hosts=2))
            for name in "ab"
        ]
        for machine in machines:
            await machine.ready()
        assert await dispatch.hand_out(sources, MARK) == 3
        assert await dispatch.hand_out(sources, MARK) == 0  # they wait, or are being checked
        async with asyncio.timeout(PATIENCE):
            await all_asked.wait()
        assert [await machine.stop() for machine in machines] == [0, 0]
        hits = [hit for site in sites for hit in site.requests]
        assert Counter(hit.path for hit in hits) == {f"/{source.id}.xml": 1 for source in sources}
        assert [site.busiest for site in sites] == [1, 1, 1]
        for site in sites:
            times = [hit.at for hit in site.requests]
            assert all(later - earlier >= 0.08 - 0.005 for earlier, later in pairwise(times))
        states = store.checks.states()
        assert {id_: each.checks for id_, each in states.items()} == {s.id: 1 for s in sources}


@in_loop
async def test_of_a_killed_worker_nothing_is_lost_or_doubled_and_the_news_are_mailed_once(
    tmp_path: Path, postgres_url: str
) -> None:
    async with AsyncExitStack() as stack:
        sites = [await stack.enter_async_context(web()) for _ in range(3)]
        sources = tuple(a_source(sites[n % 3], f"s{n}") for n in range(9))
        for number, source in enumerate(sources):
            sites[number % 3].pages[f"/{source.id}.xml"] = feed("Haushalt")
        store, jobs, dispatch = await stack.enter_async_context(opened(postgres_url))
        plan = a_plan(*sources)
        store.digests.meet([each.id for each in plan.office.lists], now())
        async with Fetcher(user_agent="first", now=now, tls=NO_TLS) as fetcher:
            first = {"store": store, "fetch": fetcher.fetch, "rules": RULES}
            await check_sources(sources, now=lambda: now() - timedelta(hours=3), **first)  # type: ignore[arg-type]
        asked = asyncio.Event()
        for number, source in enumerate(sources):
            news = feed(f"Deserteur Nr. {number}", "Haushalt")
            sites[number % 3].pages[f"/{source.id}.xml"] = news

        def hanging(_: Hit) -> Page:
            asked.set()
            return Page(hang=True)

        healthy = dict(sites[0].pages)
        sites[0].pages["/s3.xml"] = hanging
        doomed = stack.enter_context(Machine(tmp_path, postgres_url, "doomed", sources))
        await doomed.ready()
        await dispatch.hand_out(sources, MARK)
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
        doomed.kill()
        assert await doomed.stop() == -signal.SIGKILL
        sites[0].pages = healthy
        assert "s3" in {source.id for source in sources if store.checks.state(source.id).checks < 2}

        heir = stack.enter_context(Machine(tmp_path, postgres_url, "heir", sources))
        await heir.ready()
        systemd = Systemd(tmp_path / "service")
        stack.callback(systemd.close)
        service = Daemon(
            plan,
            store=store,
            fetch=fetcher.fetch,
            door=lambda: mail_door(f"file:{tmp_path / 'mails'}"),
            reload=lambda: plan,
            now=now,
            notifier=Notifier(systemd.environ),
            tick=TICK,
            hand_out=lambda plan: dispatch.hand_out(plan.sources, MARK),
        )
        running = asyncio.create_task(service.run())

        def told() -> Counter[str]:
            mails = [file.read_text() for file in (tmp_path / "mails").glob("*.eml")]
            names = [f"Nr. {number}" for number in range(len(sources))]
            return Counter(
                name for mail in mails for name in names if name in mail.split("text/html")[0]
            )

        async with asyncio.timeout(PATIENCE):
            while len(told()) < len(sources):
                await systemd.hears("WATCHDOG=1")
        signal.raise_signal(signal.SIGTERM)
        await running
        assert await heir.stop() == 0
        assert set(told().values()) == {1}
        assert {store.checks.state(source.id).checks for source in sources} == {2}
        alerts = Counter(alert.source for alert in store.history.alerts())
        assert alerts == {source.id: 1 for source in sources}
        standing = await jobs.standing()
        assert (standing.waiting, standing.working) == ((), ())


@in_loop
async def test_a_worker_with_another_file_of_sources_checks_nothing_and_says_so(
    tmp_path: Path, postgres_url: str
) -> None:
    reloads: list[str] = []
    moments = iter(now() + timedelta(minutes=3 * n) for n in range(99))

    async with web({"/x.xml": feed("Haushalt")}) as site, opened(postgres_url) as (store, jobs, _):
        source = a_source(site, "x")

        def reload() -> Orders:
            reloads.append("asked")
            return Orders("another", (source,), RULES)

        async with a_fetcher("a", store) as fetcher:
            worker = Worker(
                reload(),
                jobs=jobs,
                store=store,
                fetch=fetcher.fetch,
                reload=reload,
                now=lambda: next(moments),
                notifier=Notifier({}),
            )
            await jobs.hand_out([site.url().split("/")[2]], MARK)
            with pytest.raises(MonitorError, match="sources file is another"):
                await worker.run()
        assert len(reloads) == 2
        assert site.requests == []


# --- who is handed out ---------------------------------------------------------------------------


@in_loop
async def test_hosts_are_handed_out_that_have_a_due_source_and_no_worker(postgres_url: str) -> None:
    def at(id_: str, host: str, *, enabled: bool = True) -> Source:
        return Source(id_, id_, "page", f"https://{host}/{id_}", enabled=enabled)

    async with opened(postgres_url) as (store, jobs, dispatch):
        sources = (
            at("late", "late.example"),
            at("later", "later.example"),
            at("fresh", "fresh.example"),
            at("new", "new.example"),
            at("off", "off.example", enabled=False),
            at("busy", "busy.example"),
        )
        for id_, hours in (("late", -1), ("later", -2), ("fresh", 1), ("busy", -3)):
            due = now() + timedelta(hours=hours)
            assert store.checks.save(Saved(state(source=id_, next_check=due)))
        await jobs.hand_out(["busy.example"], MARK)
        assert await dispatch.hand_out(sources, MARK) == 3
        standing = await jobs.standing()
        assert standing.waiting == (
            "busy.example",
            "new.example",
            "later.example",
            "late.example",
        )


# --- the tables of the queue ---------------------------------------------------------------------


@in_loop
async def test_tables_of_an_older_release_are_brought_up_to_date(postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        assert store.server
        async with open_jobs(store.server) as jobs:
            with pytest.raises(StoreError, match="run --queue"):
                await jobs.demand()
            scripts = door._scripts()
            for script in scripts[:-3]:
                await jobs._execute(script.read_text(encoding="utf-8"))
            older = scripts[-4].stem
            await jobs._execute(f"COMMENT ON TABLE procrastinate_jobs IS '{older}'")
            with pytest.raises(StoreError, match="of another release"):
                await jobs.demand()
            await jobs.bring_up_to_date()
            await jobs.demand()
            await jobs.hand_out(["court.example"], MARK)
            assert (await jobs.standing()).waiting == ("court.example",)


@in_loop
async def test_a_queue_can_be_removed_and_made_again_and_strange_ones_are_refused(
    postgres_url: str,
) -> None:
    async with opened(postgres_url) as (store, jobs, _):
        await jobs.hand_out(["court.example"], MARK)
        assert await jobs.remove()
        assert not await jobs.remove()
        assert (await jobs.standing()).version is None
        await jobs.bring_up_to_date()
        assert (await jobs.standing()).waiting == ()
        for version, told in (("99.00.00_01_pre_x", "newer release"), ("", "another program")):
            await jobs._execute(f"COMMENT ON TABLE procrastinate_jobs IS '{version}'")
            for refusing in (jobs.demand, jobs.bring_up_to_date):
                with pytest.raises(StoreError, match=told):
                    await refusing()
        assert store.checks.states() == {}

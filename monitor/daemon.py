"""`run`: a few fixed jobs ask the store what is due; due times are rows, so nothing is missed.

APScheduler only ticks. A tick never waits for the work it starts: one slow source must not hold
up the others, nor the watchdog.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.errors import ConfigError, MailboxError, MonitorError, StoreError
from monitor.log import log
from monitor.match import Rules
from monitor.model import Source
from monitor.notify import Notifier
from monitor.pipeline import (
    Door,
    Fetch,
    Office,
    Returns,
    check_source,
    compose_digests,
    deliver_pending,
    outsets,
    take_bounces,
)
from monitor.pipeline.lanes import Lanes
from monitor.pipeline.ledger import Ledger
from monitor.reader import HERE, Reader
from monitor.store import Outset, Retention, Store

TICK = timedelta(seconds=15)
GRACE = timedelta(seconds=20)
TIDY_EVERY = timedelta(days=1)
BOUNCES_EVERY = timedelta(hours=1)
MEASURED_EVERY = 4  # ticks
TROUBLE_EVERY = 20  # ticks; the state of every source is read for it
NO_RETURNS = Returns()


@dataclass(frozen=True, slots=True)
class Plan:
    """What the configuration asks for; a reload replaces it as a whole.

    `mark` is the same on all machines that have the same file of sources.
    """

    sources: tuple[Source, ...]
    rules: Rules
    office: Office
    mark: str = ""


class Daemon:
    """The service; `run` returns when it was told to stop."""

    def __init__(
        self,
        plan: Plan,
        *,
        store: Store,
        fetch: Fetch,
        door: Callable[[], AbstractAsyncContextManager[Door]],
        reload: Callable[[], Plan],
        now: Callable[[], datetime],
        notifier: Notifier,
        tick: timedelta = TICK,
        returns: Returns = NO_RETURNS,
        reader: Reader = HERE,
        measure: Callable[[Plan], None] | None = None,
        archive: Callable[[Plan], None] | None = None,
        hand_out: Callable[[Plan], Awaitable[object]] | None = None,
    ) -> None:
        """`measure` publishes how everything stands; it raises OSError when it cannot.

        `archive` brings pages up to date; it raises MonitorError when it cannot.
        `hand_out` leaves the checks of what is due to others.
        """
        self._take_over(plan)
        self._store = store
        self._fetch = fetch
        self._reader = reader
        self._door = door
        self._returns = returns
        self._reload = reload
        self._now = now
        self._notifier = notifier
        self._tick = tick
        self._measure = measure
        self._hand_out = hand_out
        self._unmeasured: str | None = None
        self._archive = archive
        self._unarchived: str | None = None
        self._uncomposed: dict[str, str] = {}
        self._rounds = count()
        self._working: dict[str, asyncio.Task[object]] = {}
        self._lanes = Lanes(self._start, self._check_one)
        self._ledger = Ledger(store)
        self._stop = asyncio.Event()
        self._broken: BaseException | None = None

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; SIGHUP reloads. A bug ends the service with its error."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        scheduler = self._scheduler()
        scheduler.start()
        log.info("started", sources=len(self._plan.sources), lists=len(self._plan.office.lists))
        self._notifier.ready(self._status())
        try:
            await self._stop.wait()
        finally:
            self._notifier.stopping()
            scheduler.shutdown(wait=False)
            await self._finish()
        if self._broken:
            raise self._broken
        log.info("stopped")

    def reload(self) -> None:
        """Take over the changed configuration; a broken one is refused and the old goes on."""
        self._notifier.reloading()
        try:
            self._take_over(self._reload())
        except ConfigError as error:
            for problem in error.problems:
                log.error("configuration refused", problem=str(problem))
            status = f"configuration refused, the old one goes on: {error.problems[0]}"
            self._notifier.ready(status)
        else:
            log.info("configuration reloaded", sources=len(self._plan.sources))
            self._notifier.ready(self._status())

    def _take_over(self, plan: Plan) -> None:
        self._plan = plan
        self._watched = {source.id: source for source in plan.sources if source.enabled}
        self._unchecked = frozenset(self._watched)

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(timezone="UTC")
        often = (self._check, self._compose, self._deliver)
        rarely = (
            (self._tidy, TIDY_EVERY),
            (self._bounce, BOUNCES_EVERY),
            (self._publish, MEASURED_EVERY * self._tick),
            (self._show, MEASURED_EVERY * self._tick),
        )
        for job, every in (*((job, self._tick) for job in often), *rarely):
            scheduler.add_job(
                job,
                IntervalTrigger(seconds=every.total_seconds()),
                next_run_time=self._now(),
                # Late is better than never: the default drops a run that is one second late.
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        return scheduler

    def _status(self) -> str:
        return f"watching {len(self._watched)} sources"

    # --- the jobs --------------------------------------------------------------------------------

    async def _check(self) -> None:
        # What a job raises, APScheduler merely logs; what a task raises ends the service.
        self._start("look", self._distribute() if self._hand_out else self._look())

    async def _distribute(self) -> None:
        if self._hand_out:
            await self._hand_out(self._plan)
        self._notifier.alive()

    async def _look(self) -> None:
        """Line up each source that is due and not being checked, the longest due first.

        Who is busy is asked first: of all others the store knows the latest result.
        """
        busy = self._lanes.busy
        await self._ledger.write()
        now = self._now()
        if self._unchecked:
            self._unchecked = self._store.checks.unchecked(self._unchecked)
        ids = (*self._store.checks.due(now), *filter(self._unchecked.__contains__, self._watched))
        due = [self._watched[id_] for id_ in ids if id_ in self._watched and id_ not in busy]
        if due:
            begins = outsets(due, self._store, now)
            self._lanes.add((source, begins[source.id]) for source in due)
        # Reached only if the scheduler ticks and the database answers.
        self._notifier.alive()

    async def _check_one(self, source: Source, outset: Outset) -> None:
        await check_source(
            source,
            store=self._store,
            fetch=self._fetch,
            rules=self._plan.rules,
            now=self._now(),
            reader=self._reader,
            outset=outset,
            ledger=self._ledger,
        )

    async def _compose(self) -> None:
        self._start("compose", self._compose_all())

    async def _compose_all(self) -> None:
        trouble = next(self._rounds) % TROUBLE_EVERY == 0
        composed = compose_digests(self._plan.office, self._store, self._now(), trouble=trouble)
        failed = {each.list_id: each.error for each in composed if each.error}
        for list_id, error in failed.items():
            # It fails again at every tick, and is news only once.
            if self._uncomposed.get(list_id) != error:
                log.error("mail not composed", list=list_id, error=error)
        self._uncomposed = failed

    async def _deliver(self) -> None:
        self._start("deliver", self._deliver_all())

    async def _deliver_all(self) -> None:
        await deliver_pending(self._store, self._door, self._now, bounces_to=self._returns.to)

    async def _tidy(self) -> None:
        self._start("tidy", self._tidy_up())

    async def _tidy_up(self) -> None:
        """Look for damage before more is built on it, and forget what is too old to be kept."""
        if damage := await asyncio.to_thread(self._store.upkeep.damage):
            raise StoreError(
                f"the database is damaged: {damage}; bring back a backup: "
                "policy-monitor restore FILE"
            )
        if pruned := self._store.upkeep.prune(self._now(), Retention()):
            log.info("pruned", **asdict(pruned))

    async def _bounce(self) -> None:
        if self._returns.letters:
            self._start("bounces", asyncio.to_thread(self._take_bounces))

    def _take_bounces(self) -> None:
        """See what came back. A mailbox that cannot be read is no reason to stop."""
        returns = self._returns
        letters = returns.letters() if returns.letters else ()
        try:
            bounced = take_bounces(self._store, letters, returns.to, self._now())
        except MailboxError as error:
            log.error("bounces cannot be read", error=str(error))
            return
        if bounced.new:
            log.info("bounces taken", new=bounced.new, paused=len(bounced.paused))

    async def _publish(self) -> None:
        if self._measure:
            self._start("measure", self._publish_figures(self._measure))

    async def _publish_figures(self, measure: Callable[[Plan], None]) -> None:
        """Say how everything stands. Where nobody can be told so, that is no reason to stop."""
        try:
            measure(self._plan)
        except OSError as error:
            told = str(error)
            if told != self._unmeasured:  # it fails again every minute, and is news only once
                log.error("metrics not written", error=told)
            self._unmeasured = told
        else:
            self._unmeasured = None

    async def _show(self) -> None:
        if self._archive:
            self._start("archive", asyncio.to_thread(self._draw, self._archive))

    def _draw(self, archive: Callable[[Plan], None]) -> None:
        """Bring the pages up to date. A folder that cannot be written is no reason to stop."""
        told = None
        try:
            archive(self._plan)
        except StoreError:
            raise
        except MonitorError as error:
            told = str(error)
            if told != self._unarchived:  # it fails again every minute, and is news only once
                log.error("archive not written", error=told)
        self._unarchived = told

    # --- tasks -----------------------------------------------------------------------------------

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Start the work unless the same is still going on."""
        if name in self._working:
            work.close()
            return
        task: asyncio.Task[object] = asyncio.create_task(work, name=name)
        self._working[name] = task
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[object]) -> None:
        """What is no trouble of a source or a mail server is a bug or a broken disk: stop."""
        del self._working[task.get_name()]
        if not task.cancelled() and (error := task.exception()):
            self._broken = error
            self._stop.set()

    async def _finish(self) -> None:
        """Let what is under way end by itself for a while, then cut it off."""
        tasks = list(self._working.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if not self._broken:
            await self._ledger.write()

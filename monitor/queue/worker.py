"""A worker: takes hosts from the queue and checks what is due there, as the service would."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType

from monitor.errors import ConfigError, MonitorError
from monitor.log import log
from monitor.match import Rules
from monitor.model import Source, SourceState
from monitor.notify import Notifier
from monitor.pipeline import Fetch, check_source
from monitor.pipeline.lanes import host_of
from monitor.pipeline.ledger import Ledger
from monitor.procedure import GRACE as TO_BE_TOLD
from monitor.queue.jobs import Jobs
from monitor.reader import HERE, Reader
from monitor.store import Store

HOSTS = 50
TICK = timedelta(seconds=5)
GRACE = timedelta(seconds=20)
# Files reach all machines within this time, or something is wrong with them.
PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Orders:
    """What this machine's copy of the configuration asks for; `mark` is equal where the files are.

    A reload replaces it as a whole.
    """

    mark: str
    sources: tuple[Source, ...]
    rules: Rules

    @cached_property
    def by_host(self) -> dict[str, tuple[Source, ...]]:
        """The enabled sources of each host."""
        hosts: dict[str, list[Source]] = {}
        for source in self.sources:
            if source.enabled:
                hosts.setdefault(host_of(source), []).append(source)
        return {host: tuple(sources) for host, sources in hosts.items()}


class _Alarm:
    """What is no trouble of a source is a bug or a broken disk: it stops everything."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.broken: BaseException | None = None

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None or isinstance(error, asyncio.CancelledError):
            return False
        self.broken = self.broken or error
        self.stop.set()
        return True


class Worker:
    """The service of a machine that only checks; `run` returns when it was told to stop."""

    def __init__(
        self,
        orders: Orders,
        *,
        jobs: Jobs,
        store: Store,
        fetch: Fetch,
        reload: Callable[[], Orders],
        now: Callable[[], datetime],
        notifier: Notifier,
        hosts: int = HOSTS,
        reader: Reader = HERE,
        tick: timedelta = TICK,
    ) -> None:
        self._orders = orders
        self._jobs = jobs
        self._store = store
        self._fetch = fetch
        self._reload = reload
        self._now = now
        self._notifier = notifier
        self._hosts = hosts
        self._reader = reader
        self._tick = tick
        self._ledger = Ledger(store)
        self._alarm = _Alarm()
        self._strange_since: datetime | None = None

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; SIGHUP reloads. A bug ends the worker with its error."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._alarm.stop.set)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        await self._jobs.demand()
        log.info("worker started", sources=len(self._orders.sources), hosts=self._hosts)
        self._notifier.ready(self._status())
        living = asyncio.create_task(self._live())
        try:
            await self._jobs.work(
                self._check_host, hosts=self._hosts, stop=self._alarm.stop, grace=GRACE
            )
        finally:
            self._notifier.stopping()
            living.cancel()
            await self._ledger.write()
        if self._alarm.broken:
            raise self._alarm.broken
        log.info("worker stopped")

    def reload(self) -> None:
        """Take over the changed configuration; a broken one is refused and the old goes on."""
        self._notifier.reloading()
        try:
            self._orders = self._reload()
        except ConfigError as error:
            for problem in error.problems:
                log.error("configuration refused", problem=str(problem))
        else:
            log.info("configuration reloaded", sources=len(self._orders.sources))
        self._notifier.ready(self._status())

    def _status(self) -> str:
        return f"checks up to {self._hosts} hosts at once"

    async def _live(self) -> None:
        """Give signs of life, and write down what was found."""
        while True:
            await asyncio.sleep(self._tick.total_seconds())
            with self._alarm:
                await self._ledger.write()
            self._notifier.alive()

    # --- a host ----------------------------------------------------------------------------------

    async def _check_host(self, host: str, mark: str) -> None:
        """Check what is due at a host, one source after another."""
        with self._alarm:
            if not self._agrees(mark):
                return
            sources = self._orders.by_host.get(host, ())
            ids = [source.id for source in sources]
            day = self._now() - TO_BE_TOLD
            outsets = await asyncio.to_thread(self._store.checks.outsets, ids, day)
            for source in sources:
                if not self._alarm.stop.is_set() and self._is_due(outsets[source.id].state):
                    await check_source(
                        source,
                        store=self._store,
                        fetch=self._fetch,
                        rules=self._orders.rules,
                        now=self._now(),
                        reader=self._reader,
                        outset=outsets[source.id],
                        ledger=self._ledger,
                    )
            await self._ledger.write()

    def _is_due(self, state: SourceState) -> bool:
        return state.next_check is None or state.next_check <= self._now()

    def _agrees(self, mark: str) -> bool:
        """Whether the host was handed out by the files that are on this machine.

        Sources read by two definitions in turn would change with each check. What is not checked
        stays due, and is handed out again. Raises MonitorError when that does not help.
        """
        if mark != self._orders.mark:
            self.reload()
        if mark == self._orders.mark:
            self._strange_since = None
            return True
        self._strange_since = self._strange_since or self._now()
        log.warning("handed out by another configuration than is on this machine")
        if self._now() - self._strange_since >= PATIENCE:
            raise MonitorError(
                "this machine's sources file is another than that of `policy-monitor run --queue`; "
                "copy it here, or reload the service there"
            )
        return False

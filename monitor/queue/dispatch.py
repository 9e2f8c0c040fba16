"""Which hosts are handed out: those with a source that is due and that nobody has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.log import log
from monitor.model import Source
from monitor.pipeline.lanes import host_of
from monitor.queue.jobs import Jobs
from monitor.store import Store

# A longer queue would only make each look into it dearer; the rest is due at the next tick, too.
MOST = 2_000


class Dispatch:
    """The one who fills the queue."""

    def __init__(self, jobs: Jobs, *, store: Store, now: Callable[[], datetime]) -> None:
        self._jobs = jobs
        self._store = store
        self._now = now
        self._sources: Sequence[Source] = ()
        self._hosts: dict[str, str] = {}
        self._unchecked: frozenset[str] = frozenset()

    async def hand_out(self, sources: Sequence[Source], mark: str) -> int:
        """Put what dead workers had back, then hosts with due sources; return how many of these.

        `mark` names the configuration that the sources are from.
        """
        for host in await self._jobs.take_over():
            log.warning("taken over from a worker that is gone", host=host)
        busy = await self._jobs.busy()
        hosts = await asyncio.to_thread(self._due, sources)
        new = [host for host in hosts if host not in busy][: max(0, MOST - len(busy))]
        await self._jobs.hand_out(new, mark)
        return len(new)

    def _due(self, sources: Sequence[Source]) -> tuple[str, ...]:
        """The hosts with due sources, the longest due first."""
        if sources is not self._sources:
            self._sources = sources
            self._hosts = {source.id: host_of(source) for source in sources if source.enabled}
            self._unchecked = frozenset(self._hosts)
        if self._unchecked:
            self._unchecked = self._store.checks.unchecked(self._unchecked)
        due = [*sorted(self._unchecked), *self._store.checks.due(self._now())]
        return tuple(dict.fromkeys(self._hosts[id_] for id_ in due if id_ in self._hosts))

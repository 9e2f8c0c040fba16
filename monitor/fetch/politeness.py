"""Who may ask whom, and when: few requests at once, and a pause after each, for every host."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from monitor.fetch.answers import UnreachedError, spoken


@dataclass
class _Host:
    """What is known of a host; moments are those of the loop's clock."""

    slots: asyncio.Semaphore
    parts: asyncio.Lock
    last: float = -math.inf
    closed_until: float = -math.inf
    state: str = ""


class Politeness:
    """Hands out turns; a host is a name with a port."""

    def __init__(self, per_host: int, total: int) -> None:
        self._per_host = per_host
        self._total = asyncio.Semaphore(total)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, gap: timedelta) -> AsyncIterator[None]:
        """Wait until the host may be asked, `gap` after the latest request began or ended.

        Raises UnreachedError at once while the host wants to be left alone.
        """
        known = self._host(host)
        self.check(host)
        async with known.slots:
            await _pause(known, gap)
            async with self._total:
                self.check(host)
                known.last = _clock()
                try:
                    yield
                finally:
                    known.last = _clock()

    @asynccontextmanager
    async def part(self, host: str, gap: timedelta, *, within: str) -> AsyncIterator[None]:
        """Wait until a part of a page may be asked for; its page holds a turn `within` its host.

        Parts of one host come one after the other. Raises UnreachedError as `turn` does.
        """
        known = self._host(host)
        async with known.parts if host == within else known.slots:
            await _pause(known, gap)
            self.check(host)
            try:
                yield
            finally:
                known.last = _clock()

    def check(self, host: str) -> None:
        """Raise UnreachedError while the host wants to be left alone."""
        known = self._host(host)
        left = known.closed_until - _clock()
        if left > 0:
            wait = timedelta(seconds=left)
            raise UnreachedError(
                f"{host}: the server asked to be left alone for another {spoken(wait)}",
                retry_after=wait,
                state=known.state,
            )

    def leave_alone(self, host: str, wait: timedelta, state: str) -> None:
        """Let nobody ask the host for that long; `state` is what they are told."""
        known = self._host(host)
        known.closed_until = max(known.closed_until, _clock() + wait.total_seconds())
        known.state = state

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            self._hosts[host] = _Host(asyncio.Semaphore(self._per_host), asyncio.Lock())
        return self._hosts[host]


async def _pause(known: _Host, gap: timedelta) -> None:
    """With several slots others may have begun meanwhile, so look again after each sleep."""
    while (wait := known.last + gap.total_seconds() - _clock()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(wait)


def _clock() -> float:
    return asyncio.get_running_loop().time()

"""Who may ask whom, and when: few requests at once, and a pause after each, for every host."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from monitor.fetch.answers import UnreachedError, spoken
from monitor.model.turns import NotYet

# A turn that another machine does not give back is over when its request must be.
_SLACK = timedelta(seconds=1)


class Shared(Protocol):
    """Turns with hosts, one at a time among all machines that share them."""

    async def take(self, host: str, gap: timedelta, lasts: timedelta) -> NotYet | None:
        """Take the host's turn, or return why not."""

    async def give(self, host: str) -> None:
        """Give the host's turn back."""

    async def close(self, host: str, wait: timedelta, state: str) -> None:
        """Let nobody have a turn with the host for so long."""


@dataclass
class _Host:
    """What is known of a host; moments are those of the loop's clock."""

    slots: asyncio.Semaphore
    parts: asyncio.Lock
    last: float = -math.inf
    closed_until: float = -math.inf
    state: str = ""


class Politeness:
    """Hands out turns; a host is a name with a port. `shared` are those of several machines."""

    def __init__(self, per_host: int, total: int, shared: Shared | None = None) -> None:
        self._per_host = per_host
        self._shared = shared
        self._total = asyncio.Semaphore(total)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, gap: timedelta, lasts: timedelta) -> AsyncIterator[None]:
        """Wait until the host may be asked, `gap` after the latest request began or ended.

        A turn `lasts` so long at most. Raises UnreachedError at once while the host wants to be
        left alone.
        """
        known = self._host(host)
        self.check(host)
        async with known.slots:
            await _pause(known, gap)
            while True:
                async with self._total:
                    self.check(host)
                    if not (wait := await self._take(host, gap, lasts)):
                        async with self._asking(known, host):
                            yield
                        return
                await asyncio.sleep(wait)

    @asynccontextmanager
    async def _asking(self, known: _Host, host: str) -> AsyncIterator[None]:
        """Note when the host was asked."""
        known.last = _clock()
        try:
            yield
        finally:
            known.last = _clock()
            if self._shared:
                await self._shared.give(host)

    async def _take(self, host: str, gap: timedelta, lasts: timedelta) -> float:
        """Take the turn that machines share, or return in how many seconds to try again."""
        if self._shared is None:
            return 0
        not_yet = await self._shared.take(host, gap, lasts + _SLACK)
        if not_yet and not_yet.closed:
            self._close(host, not_yet.wait, not_yet.state)
            self.check(host)
        return not_yet.wait.total_seconds() if not_yet else 0

    @asynccontextmanager
    async def part(
        self, host: str, gap: timedelta, lasts: timedelta, *, within: str
    ) -> AsyncIterator[None]:
        """Wait until a part of a page may be asked for; its page holds a turn `within` its host.

        Parts of one host come one after the other. Raises UnreachedError as `turn` does.
        """
        known = self._host(host)
        async with known.parts if host == within else known.slots:
            await _pause(known, gap)
            self.check(host)
            if host == within:
                try:
                    yield
                finally:
                    known.last = _clock()
                return
            while wait := await self._take(host, gap, lasts):  # noqa: ASYNC110
                await asyncio.sleep(wait)
            async with self._asking(known, host):
                yield

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

    async def leave_alone(self, host: str, wait: timedelta, state: str) -> None:
        """Let nobody ask the host for that long; `state` is what they are told."""
        self._close(host, wait, state)
        if self._shared:
            await self._shared.close(host, wait, state)

    def _close(self, host: str, wait: timedelta, state: str) -> None:
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

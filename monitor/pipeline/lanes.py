"""Whose turn it is: the sources of one host one after another, the hosts side by side.

Politeness is the fetcher's. Lanes only see to it that ten thousand sources are not ten thousand
tasks, and that a slow host keeps nobody waiting but its own sources.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from monitor.model import Source
from monitor.store import Outset

# While one source of a host is read, the next may be fetched.
PER_HOST = 2

Begin = Callable[[str, Coroutine[Any, Any, None]], object]
Work = Callable[[Source, Outset], Coroutine[Any, Any, None]]


def host_of(source: Source) -> str:
    """Return the host that a source is asked for first, a name with a port."""
    return urlsplit(source.url).netloc


class Lanes:
    """Sources that wait; `begin` starts a task, `work` is done for each source."""

    def __init__(self, begin: Begin, work: Work) -> None:
        self._begin = begin
        self._work = work
        self._waiting: dict[str, deque[tuple[Source, Outset]]] = {}
        self._busy: dict[str, int] = {}
        self._known: set[str] = set()
        self._numbers = count(1)

    @property
    def busy(self) -> frozenset[str]:
        """The sources that wait or are being checked."""
        return frozenset(self._known)

    def add(self, sources: Iterable[tuple[Source, Outset]]) -> None:
        """Let the sources wait for their turns, but those that do already."""
        hosts: dict[str, None] = {}
        for source, outset in sources:
            if source.id not in self._known:
                self._known.add(source.id)
                host = host_of(source)
                self._waiting.setdefault(host, deque()).append((source, outset))
                hosts[host] = None
        for host in hosts:
            for lane in range(self._busy.get(host, 0), min(PER_HOST, len(self._waiting[host]))):
                self._busy[host] = lane + 1
                self._begin(f"host {host}, lane {next(self._numbers)}", self._lane(host))

    async def _lane(self, host: str) -> None:
        """Work through what waits for a host."""
        try:
            while waiting := self._waiting.get(host):
                source, outset = waiting.popleft()
                try:
                    await self._work(source, outset)
                finally:
                    self._known.discard(source.id)
        finally:
            self._busy[host] -= 1
            if not self._busy[host]:
                del self._busy[host]
                self._waiting.pop(host, None)

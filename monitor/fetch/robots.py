"""robots.txt by RFC 9309: what a host lets programs fetch. The only module that imports protego."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from protego import Protego

from monitor.errors import FetchError
from monitor.fetch.answers import COMPLETE, UnreachedError
from monitor.fetch.wire import Answer, Call

MAX_FILE = 500_000  # bytes; RFC 9309, 2.5 wants at least 500 KiB to be parsed
LONGEST_CRAWL_DELAY = timedelta(minutes=5)

_KEPT = timedelta(hours=24)
_KEPT_CLOSED = timedelta(minutes=10)  # a fault of the server should not close it for a day


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says; `closed` is why nothing at all may be fetched."""

    file: str
    parsed: Protego | None = None
    closed: str | None = None

    def check(self, call: Call, agent: str) -> None:
        """Raise FetchError (robots) when the agent must not fetch the address."""
        if self.closed:
            raise FetchError(
                f"{call.where}: nothing is fetched there while {self.file} cannot be read "
                f"({self.closed}); RFC 9309 asks for that",
                state="robots",
            )
        if self.parsed and not self.parsed.can_fetch(str(call.url), agent):
            raise FetchError(
                f"{call.where}: {self.file} does not let `{agent}` fetch this; ask the owner, "
                "and set `robots: false` for this source when you are allowed to",
                state="robots",
            )

    def crawl_delay(self, agent: str) -> timedelta:
        """Return the pause between requests that the file asks for, at most five minutes."""
        seconds = (self.parsed.crawl_delay(agent) if self.parsed else None) or 0
        return min(timedelta(seconds=min(seconds, 1e6)), LONGEST_CRAWL_DELAY)


class Robots:
    """Keeps the rules of each host for a day."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Rules]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def kept(self, origin: str) -> Rules | None:
        """Return the rules of a host, if they are known and not too old."""
        until, known = self._known.get(origin, (0.0, None))
        return known if asyncio.get_running_loop().time() < until else None

    async def rules(self, origin: str, file: str, fetch: Callable[[], Awaitable[Answer]]) -> Rules:
        """Return the rules of a host, whose `file` is `fetch`ed when they are not known.

        Raises UnreachedError when the host cannot or should not be asked at all.
        """
        async with self._locks.setdefault(origin, asyncio.Lock()):
            if known := self.kept(origin):
                return known
            now = asyncio.get_running_loop().time()
            rules = await _load(file, fetch)
            kept = _KEPT_CLOSED if rules.closed else _KEPT
            self._known = {name: row for name, row in self._known.items() if row[0] > now}
            self._known[origin] = now + kept.total_seconds(), rules
            return rules


async def _load(file: str, fetch: Callable[[], Awaitable[Answer]]) -> Rules:
    try:
        answer = await fetch()
    except UnreachedError:
        raise
    except FetchError as error:
        return Rules(file, closed=str(error))
    if answer.status in COMPLETE:
        return Rules(file, Protego.parse(_text(answer.content)))
    if answer.status >= 500:
        return Rules(file, closed=f"its status is {answer.status}")
    return Rules(file)  # 4xx and too many redirects: there is no file, so all is allowed


def _text(content: bytes) -> str:
    """The beginning of the file without byte order mark and without a rule cut in two."""
    if len(content) >= MAX_FILE:
        content = content[: content.rfind(b"\n") + 1]
    return content.decode("utf-8-sig", "replace")

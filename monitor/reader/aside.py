"""Work of our own that is done where it can be killed: what a stranger wrote may make it long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from monitor.adapters.guarded import Guarded
from monitor.errors import ExtractError
from monitor.model import Fetched, Request
from monitor.reader.talk import Ended, Reader

T = TypeVar("T")


async def aside(reader: Reader, url: str, work: Callable[[], T]) -> T:
    """Return what comes of work on what was read at an address.

    `work` must be something that can be pickled. Raises SourceError when it takes too long.
    """
    async with reader.begin(partial(_working, url, work)) as talk:
        done = await talk.tell(Fetched(url, 200, "", b"", ""))  # says only: begin
    if not isinstance(done, Ended):
        raise ExtractError(f"{url}: comparing or matching wants something to be fetched")
    return done.value


def _working(url: str, work: Callable[[], T]) -> Guarded[T]:
    yield Request(url)
    return work()

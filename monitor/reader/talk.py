"""A conversation between who fetches and who reads, and the reader in this very process."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from monitor.adapters.guarded import Guarded
from monitor.model import Fetched, Request

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one answer may take: seconds of work, bytes beyond those of an idle reader.

    By the clock it may take four times as long, for the machine may have more to do. `at_once`
    may be at work, in a process each; `talks` may be open, some of which wait for their next page.
    Nothing more is fetched while answers of so many bytes as `waiting` wait to be read.
    """

    seconds: float = 30.0
    memory: int = 600_000_000
    at_once: int = max(2, min(os.cpu_count() or 2, 4))
    talks: int = 24
    waiting: int = 24_000_000

    @property
    def patience(self) -> float:
        """Seconds by the clock."""
        return 4 * self.seconds


@dataclass(frozen=True, slots=True)
class Ended(Generic[T]):
    """The end of a conversation: what it came to."""

    value: T


class Talk(Protocol[T]):
    """A conversation that has begun; its first request is known already."""

    async def tell(self, page: Fetched) -> Request | Ended[T]:
        """Hand over the answer; return the next request, or the end. Raises SourceError."""
        ...


class Reader(Protocol):
    """Begins conversations."""

    def begin(self, guarded: Callable[[], Guarded[T]]) -> AbstractAsyncContextManager[Talk[T]]: ...

    def room(self) -> AbstractAsyncContextManager[None]:
        """Wait until there is room for another answer, and keep it while that is fetched."""
        ...


class Here:
    """Reads in this process, without limits: for answers that one has recorded oneself."""

    @asynccontextmanager
    async def begin(self, guarded: Callable[[], Guarded[T]]) -> AsyncIterator[Talk[T]]:
        """Begin a conversation."""
        yield _Local(guarded())

    def room(self) -> AbstractAsyncContextManager[None]:
        """Have room at once: an answer is read when it is there."""
        return nullcontext()


HERE = Here()


class _Local(Generic[T]):
    def __init__(self, conversation: Guarded[T]) -> None:
        self._conversation = conversation
        next(conversation)

    async def tell(self, page: Fetched) -> Request | Ended[T]:
        try:
            return self._conversation.send(page)
        except StopIteration as done:
            return Ended(done.value)

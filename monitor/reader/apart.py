"""Readers in processes of their own; the service's side of it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from socket import send_fds, socket, socketpair
from types import TracebackType
from typing import Generic, Self, TypeVar

from monitor.adapters.guarded import Guarded
from monitor.errors import ExtractError, SourceError
from monitor.model import Fetched, Request
from monitor.reader import frames
from monitor.reader.talk import Ended, Limits, Talk

T = TypeVar("T")

# The kernel ends a reader by itself; should even that fail, it is left to itself after so long.
_GRACE = 10.0  # seconds
# So many readers are kept for the next conversation, and none for ever: parsers may leak.
_MOST_IDLE = 2
_ATTEMPTS = 3
_DYING = 0.5  # seconds
_MOST_TALKS = 200
# Isolated (-I): neither the environment nor the current directory decides what is imported, but
# where this process imports from. -B: a reader may not write files.
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from monitor.reader.forking import serve; from monitor.reader.talk import Limits; "
    "serve(Limits(float(sys.argv[1]), int(sys.argv[2])))"
)


class Apart:
    """Reads in processes that have one conversation at a time, and are killed when it must be.

    An asynchronous context manager; the first conversation starts what the readers come from.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._talks = asyncio.Semaphore(self._limits.talks)
        self._at_once = asyncio.Semaphore(self._limits.at_once)
        self._starting = asyncio.Lock()
        self._forker: Process | None = None
        self._control: socket | None = None
        self._idle: list[_Line] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    @asynccontextmanager
    async def begin(self, guarded: Callable[[], Guarded[T]]) -> AsyncIterator[Talk[T]]:
        """Begin a conversation; `guarded` must be something that can be pickled."""
        async with self._talks:
            line = await self._line()
            talk = _Distant[T](line, self._at_once, self._limits)
            try:
                line.writer.write(frames.packed(guarded))
                yield talk
            finally:
                line.talks += 1
                if talk.ended_well and line.talks < _MOST_TALKS and len(self._idle) < _MOST_IDLE:
                    self._idle.append(line)
                else:
                    await line.close()

    async def _line(self) -> _Line:
        """A line to a reader that has nothing to do, or to a new one."""
        while self._idle:
            line = self._idle.pop()
            if not line.reader.at_eof():
                return line
            await line.close()
        async with self._starting:
            for _ in range(_ATTEMPTS):
                try:
                    line = await self._fork()
                except OSError:  # no more files, processes or memory
                    break
                if await line.reader.read(1):  # it says so when it is there
                    return line
                await line.close()
                await self._see_whether_it_lives()
        raise ExtractError(
            "no process could be started to read the answer: the machine, or what it grants to "
            "this service, is out of memory, of processes or of open files"
        )

    async def _fork(self) -> _Line:
        """The line to a reader that is being forked."""
        ours, theirs = socketpair()
        with theirs:
            control = self._control or await self._start()
            with suppress(OSError):  # it was killed; the line will say so
                send_fds(control, [b"+"], [theirs.fileno()])
        return _Line(*await asyncio.open_connection(sock=ours))

    async def _see_whether_it_lives(self) -> None:
        """Bury the forking process if it is dead, so that it is started anew."""
        if self._forker:
            with suppress(TimeoutError):
                async with asyncio.timeout(_DYING):
                    await self._forker.wait()
                    await self._stop()

    async def _start(self) -> socket:
        """Start the process that readers are forked from; it imports while we go on."""
        control, theirs = socketpair()
        limits = str(self._limits.seconds), str(self._limits.memory)
        with theirs, ExitStack() as unless_it_starts:
            unless_it_starts.callback(control.close)
            self._forker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-B", "-c", _PROGRAM, *limits, *sys.path),
                stdin=theirs.fileno(),
                stdout=DEVNULL,
                env={},  # ours holds secrets
            )
            unless_it_starts.pop_all()
        self._control = control
        return control

    async def _stop(self) -> None:
        """End it with all its readers."""
        for line in self._idle:
            await line.close()
        self._idle.clear()
        if self._control:
            self._control.close()
            self._control = None
        if self._forker:
            await self._forker.wait()
            self._forker = None


@dataclass
class _Line:
    """The line to one reader, and how many conversations it has had."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    talks: int = 0

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


class _Distant(Generic[T]):
    def __init__(self, line: _Line, at_once: asyncio.Semaphore, limits: Limits) -> None:
        self._line = line
        self._at_once = at_once
        self._limits = limits
        self.ended_well = False

    async def tell(self, page: Fetched) -> Request | Ended[T]:
        loop = asyncio.get_running_loop()
        async with self._at_once:
            start = loop.time()
            try:
                async with asyncio.timeout(self._limits.patience + _GRACE):
                    await frames.send(self._line.writer, page)
                    answer, stays = await self._answer()
            except (TimeoutError, EOFError, OSError, frames.TooLongError) as error:
                raise self._unread(page.url, loop.time() - start, error) from error
        self.ended_well = stays and not isinstance(answer, Request)
        if isinstance(answer, SourceError):
            raise answer
        return answer

    async def _answer(self) -> tuple[Request | Ended[T] | SourceError, bool]:
        """What the reader says, and whether it stays for another conversation."""
        answer, stays = await frames.receive(self._line.reader)
        return answer, stays

    def _unread(self, url: str, seconds: float, error: Exception) -> ExtractError:
        if isinstance(error, frames.TooLongError):
            what = f"more than {frames.LONGEST / 1e6:g} MB came of reading it"
        elif seconds >= self._limits.seconds:
            what = f"reading it took more than {self._limits.seconds:g} s"
        else:
            what = "reading it ended the reader, for want of memory or by a fault of a parser"
        return ExtractError(
            f"{url}: {what}; look whether the address leads to what it should", state="too-big"
        )

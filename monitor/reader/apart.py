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
_ATTEMPTS = 3
_DYING = 0.5  # seconds
_USUAL = 64_000  # bytes of an answer that is still to come
_MOST_TALKS = 1000  # of one reader: parsers may leak
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
        self.limits = limits or Limits()
        self.talks = asyncio.Semaphore(self.limits.talks)
        self._less = asyncio.Condition()
        self._waiting = 0  # bytes
        self.at_once = asyncio.Semaphore(self.limits.at_once)
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
        """Begin a conversation; `guarded` must be something that can be pickled.

        It has a process from the first answer on, and only until it ends.
        """
        talk = _Distant[T](self, guarded)
        try:
            yield talk
        finally:
            await talk.end()

    @asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """Wait until so few answers wait to be read that another may be fetched."""
        async with self._less:
            await self._less.wait_for(lambda: self._waiting < self.limits.waiting)
            self._less.notify()  # there may be room for more
        async with self.waiting(_USUAL):
            yield

    @asynccontextmanager
    async def waiting(self, size: int) -> AsyncIterator[None]:
        """Count so many bytes among those that wait to be read."""
        self._waiting += size
        try:
            yield
        finally:
            self._waiting -= size
            async with self._less:
                self._less.notify()

    async def line(self, guarded: Callable[[], Guarded[object]]) -> _Line:
        """Return a line to a reader that begins the conversation."""
        line = await self._line()
        line.writer.write(frames.packed(guarded))
        return line

    async def leave(self, line: _Line, *, stays: bool) -> None:
        """Keep a reader for the next conversation, if it `stays`."""
        line.talks += 1
        if stays and line.talks < _MOST_TALKS and len(self._idle) < self.limits.at_once:
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
        limits = str(self.limits.seconds), str(self.limits.memory)
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
    def __init__(self, apart: Apart, guarded: Callable[[], Guarded[T]]) -> None:
        self._apart = apart
        self._guarded = guarded
        self._line: _Line | None = None
        self._open = False

    async def tell(self, page: Fetched) -> Request | Ended[T]:
        async with self._apart.waiting(len(page.content)):
            if not self._open:  # before one of those at work: they must go on where all are open
                await self._apart.talks.acquire()
                self._open = True
            async with self._apart.at_once:
                answer, stays = await self._told(page)
                if not isinstance(answer, Request):
                    await self.end(stays=stays)
        if isinstance(answer, SourceError):
            raise answer
        return answer

    async def end(self, *, stays: bool = False) -> None:
        """Give up what the conversation has."""
        line, self._line = self._line, None
        if line:
            await self._apart.leave(line, stays=stays)
        if self._open:
            self._open = False
            self._apart.talks.release()

    async def _told(self, page: Fetched) -> tuple[Request | Ended[T] | SourceError, bool]:
        """What the reader says, and whether it stays for another conversation."""
        line = self._line = self._line or await self._apart.line(self._guarded)
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout(self._apart.limits.patience + _GRACE):
                await frames.send(line.writer, page)
                answer, stays = await frames.receive(line.reader)
        except (TimeoutError, EOFError, OSError, frames.TooLongError) as error:
            raise self._unread(page.url, loop.time() - start, error) from error
        return answer, stays

    def _unread(self, url: str, seconds: float, error: Exception) -> ExtractError:
        if isinstance(error, frames.TooLongError):
            what = f"more than {frames.LONGEST / 1e6:g} MB came of reading it"
        elif seconds >= self._apart.limits.seconds:
            what = f"reading it took more than {self._apart.limits.seconds:g} s"
        else:
            what = "reading it ended the reader, for want of memory or by a fault of a parser"
        return ExtractError(
            f"{url}: {what}; look whether the address leads to what it should", state="too-big"
        )

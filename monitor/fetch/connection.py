"""One connection: a request goes out, its answer comes back, and perhaps another follows.

The only module that imports h11, which speaks HTTP/1.1 (RFC 9112); bytes come and go through
asyncio.
"""

from __future__ import annotations

import asyncio
from collections import deque

import h11
import httpx2 as httpx

_LONGEST_HEAD = 100_000  # bytes
_MOST_NOTICES = 20  # answers such as «103 Early Hints» before the one that counts
_MUCH = 500_000  # bytes that came and nobody took: the other side has to wait

FAILURES = (OSError, h11.ProtocolError)
Headers = list[tuple[bytes, bytes]]


class SilentError(ConnectionError):
    """The other side hung up without a single byte of an answer."""


class Connection(asyncio.Protocol):
    """What asyncio connects; `patience` is how many seconds may pass without a byte."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        self._transport: asyncio.Transport | None = None
        self._came: deque[bytes] = deque()
        self._waits: asyncio.Future[None] | None = None
        self._ended = False
        self._error: Exception | None = None
        self._heard = False

    # --- what asyncio calls ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came.append(data)
        if sum(map(len, self._came)) > _MUCH and self._transport:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._ended = True
        self._error = error
        self._wake()

    def _wake(self) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_result(None)

    # --- a request and its answer ----------------------------------------------------------------

    async def ask(self, method: str, target: bytes, headers: Headers, body: bytes) -> h11.Response:
        """Send a request and return the head of its answer.

        Raises one of FAILURES, SilentError among them when nothing came at all.
        """
        self._heard = False
        request = h11.Request(method=method, target=target, headers=headers)
        sent = self._http.send(request) or b""
        if body:
            sent += self._http.send(h11.Data(data=body)) or b""
        sent += self._http.send(h11.EndOfMessage()) or b""
        if self._transport is None or self._ended:
            raise SilentError("the connection was closed")
        self._transport.write(sent)
        for _ in range(_MOST_NOTICES):
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
        raise h11.RemoteProtocolError("there is no end of interim answers")

    async def part(self) -> bytes | None:
        """Return the next bytes of the body, None at its end; raises as `ask` does."""
        event = await self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def is_clean(self) -> bool:
        """Make ready for another request; False when there cannot be one.

        What came beyond the end of an answer would be taken for the next one.
        """
        over = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if not over or self._http.trailing_data[0] or not self.is_quiet():
            return False
        self._http.start_next_cycle()
        return True

    def is_quiet(self) -> bool:
        """Whether nothing came since, and the other side has not hung up."""
        return not (self._came or self._ended or self._transport is None)

    def close(self) -> None:
        """Hang up. What was on its way is lost."""
        if self._transport:
            self._transport.abort()

    async def _event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            try:
                data = await self._read()
            except ConnectionError as error:
                raise error if self._heard else SilentError(str(error)) from error
            if not data and not self._heard:
                raise SilentError("the server hung up without an answer")
            self._heard = True
            self._http.receive_data(data)

    async def _read(self) -> bytes:
        """Bytes as they came, none at the end."""
        if not self._came and not self._ended:
            self._waits = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(self._patience):
                await self._waits
        if self._came:
            data = self._came.popleft()
            if not self._came and self._transport:
                self._transport.resume_reading()
            return data
        if self._error:
            raise self._error
        return b""


def translated(error: Exception) -> httpx.TransportError:
    """Return what httpx calls one of FAILURES, in the same words."""
    match error:
        case TimeoutError():
            return httpx.ReadTimeout(str(error))
        case h11.RemoteProtocolError():
            return httpx.RemoteProtocolError(str(error))
        case h11.ProtocolError():
            return httpx.LocalProtocolError(str(error))
        case _:
            return httpx.ReadError(str(error))

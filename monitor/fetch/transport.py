"""What httpx's client sends by: connections that go where they were checked to go, and are kept.

A name is resolved once, every address it has is checked, and one of these very addresses is
connected to, so that a second look-up cannot lead elsewhere. TLS still verifies the name.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import NamedTuple

import httpx2 as httpx

from monitor.fetch.addresses import Resolve, is_public
from monitor.fetch.answers import UnreachedError
from monitor.fetch.connection import FAILURES, Connection, SilentError, translated
from monitor.model.told import Told

CONNECTING = 15.0  # seconds for all addresses of a name
PATIENCE = 30.0  # seconds without a byte
# Servers close idle connections after five seconds or more; what is not used soon is not kept.
KEPT = 10.0  # seconds

_MAX_ADDRESSES = 4


class Place(NamedTuple):
    """What one connection leads to; `guarded` ones lead to the public internet only."""

    scheme: str
    host: str
    port: int
    guarded: bool


class _Answered(httpx.Response):
    """An answer of which the client does not look where it redirects to: that is ours to judge."""

    @property
    def has_redirect_location(self) -> bool:
        return False


class _Lent(httpx.AsyncByteStream):
    """The body as it comes; closed, the connection is given back."""

    def __init__(self, connection: Connection, give_back: Callable[[], None]) -> None:
        self._connection = connection
        self._give_back: Callable[[], None] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (part := await self._connection.part()) is not None:
                yield part
        except FAILURES as error:
            raise translated(error) from error

    async def aclose(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back:
            give_back()


class Transport(httpx.AsyncBaseTransport):
    """Gives httpx its answers over connections that are checked, and kept for a while.

    A request with the extension `guarded` (that is the default) reaches public addresses only.
    Where a kept connection was closed by the server meanwhile, a new one is opened; only a GET is
    sent twice (RFC 9110, 9.2.2), and only when not one byte of an answer came.
    """

    def __init__(self, resolve: Resolve, context: ssl.SSLContext) -> None:
        self._resolve = resolve
        self._context = context
        self._idle: dict[Place, list[tuple[Connection, asyncio.TimerHandle]]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, its body still to come.

        Raises UnreachedError where the address must not be reached or has no connection in time,
        httpx.ConnectError (its cause says why) and other errors of httpx.
        """
        place = _place(request)
        try:
            if request.method == "GET" and (kept := self._taken(place)):
                with suppress(SilentError):
                    return await self._asked(kept, place, request)
            try:
                connection = await self._connect(place)
            except OSError as error:
                raise httpx.ConnectError(str(error)) from error
            return await self._asked(connection, place, request)
        except FAILURES as error:
            raise translated(error) from error

    async def aclose(self) -> None:
        """Hang up all that are kept."""
        for kept in self._idle.values():
            for connection, timer in kept:
                timer.cancel()
                connection.close()
        self._idle.clear()

    async def _asked(
        self, connection: Connection, place: Place, request: httpx.Request
    ) -> httpx.Response:
        target, headers = request.url.raw_path, request.headers.raw
        with ExitStack() as failed:
            failed.callback(connection.close)
            head = await connection.ask(request.method, target, headers, await request.aread())
            failed.pop_all()
        stream = _Lent(connection, partial(self._given_back, place, connection))
        return _Answered(head.status_code, headers=list(head.headers), stream=stream)

    def _given_back(self, place: Place, connection: Connection) -> None:
        if connection.is_clean():
            timer = asyncio.get_running_loop().call_later(KEPT, self._forget, place, connection)
            self._idle.setdefault(place, []).append((connection, timer))
        else:
            connection.close()

    def _forget(self, place: Place, connection: Connection) -> None:
        left = [each for each in self._idle.pop(place, ()) if each[0] is not connection]
        if left:
            self._idle[place] = left
        connection.close()

    def _taken(self, place: Place) -> Connection | None:
        kept = self._idle.get(place)
        while kept:
            connection, timer = kept.pop()
            timer.cancel()
            if connection.is_quiet():
                return connection
            connection.close()
        return None

    # --- connecting ------------------------------------------------------------------------------

    async def _connect(self, place: Place) -> Connection:
        """The connection to the first address that answers."""
        addresses = await self._addresses(place)
        share = CONNECTING / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._connect_to(address, place, share)
            except (OSError, TimeoutError):
                continue
        try:
            return await self._connect_to(addresses[-1], place, share)
        except TimeoutError as error:
            raise UnreachedError(
                f"{place.host}:{place.port}: no connection in time", state="timeout"
            ) from error

    async def _connect_to(self, address: str, place: Place, limit: float) -> Connection:
        secure = place.scheme == "https"
        async with asyncio.timeout(limit):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(PATIENCE),
                address,
                place.port,
                ssl=self._context if secure else None,
                server_hostname=place.host if secure else None,
            )
        return connection

    async def _addresses(self, place: Place) -> Sequence[str]:
        host = place.host
        try:
            async with asyncio.timeout(CONNECTING):
                addresses = await self._resolve(host, place.port)
        except TimeoutError as error:
            raise UnreachedError(
                f"{host}: the name could not be looked up in time", state="timeout"
            ) from error
        except (OSError, UnicodeError) as error:
            raise UnreachedError(f"{host}: the name is not known ({error})") from error
        if not addresses:
            raise UnreachedError(f"{host}: the name has no address")
        if place.guarded:
            for address in addresses:
                _refuse_inner(host, address)
        return addresses[:_MAX_ADDRESSES]


def _place(request: httpx.Request) -> Place:
    url = request.url
    port = url.port or (443 if url.scheme == "https" else 80)
    guarded = bool(request.extensions.get("guarded", True))
    return Place(url.scheme, url.raw_host.decode("ascii"), port, guarded)


def _refuse_inner(host: str, address: str) -> None:
    if is_public(address):
        return
    led = Told("{host} leads to {address}, which", host=host, address=address)
    told = Told(
        "{host} is no public address but one of this machine or its network; it is fetched only "
        "for a source with `allow_private: true`, by `try` and `add` with `--allow-private`",
        host=host if host == address else led,
    )
    raise UnreachedError(told, state="refused")

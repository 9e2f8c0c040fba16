"""Connections that go where they were checked to go, and are kept for the next request.

A name is resolved once, every address it has is checked, and one of these very addresses is
connected to, so that a second look-up cannot lead elsewhere. TLS still verifies the name.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from monitor.fetch.addresses import Resolve, is_public
from monitor.fetch.answers import UnreachedError
from monitor.fetch.connection import Connection
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


class Connections:
    """Opens connections, and keeps those that may be used again, for a while."""

    def __init__(self, resolve: Resolve, context: ssl.SSLContext) -> None:
        self._resolve = resolve
        self._context = context
        self._idle: dict[Place, list[tuple[Connection, asyncio.TimerHandle]]] = {}

    @asynccontextmanager
    async def open(self, place: Place) -> AsyncIterator[Connection]:
        """Give a new connection. Raises UnreachedError."""
        connection = await self._connect(place)
        async with self._lent(place, connection):
            yield connection

    @asynccontextmanager
    async def kept(self, place: Place) -> AsyncIterator[Connection | None]:
        """Give a connection that is there already; None when there is none."""
        connection = self._taken(place)
        if connection is None:
            yield None
            return
        async with self._lent(place, connection):
            yield connection

    def close(self) -> None:
        """Hang up all that are kept."""
        for kept in self._idle.values():
            for connection, timer in kept:
                timer.cancel()
                connection.close()
        self._idle.clear()

    @asynccontextmanager
    async def _lent(self, place: Place, connection: Connection) -> AsyncIterator[None]:
        keep = False
        try:
            yield
            keep = connection.is_clean()
        finally:
            if keep:
                self._keep(place, connection)
            else:
                connection.close()

    def _keep(self, place: Place, connection: Connection) -> None:
        timer = asyncio.get_running_loop().call_later(KEPT, self._forget, place, connection)
        self._idle.setdefault(place, []).append((connection, timer))

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

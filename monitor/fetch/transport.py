"""Connections that go where they were checked to go.

A name is resolved once, every address it has is checked, and one of these very addresses is
connected to, so that a second look-up cannot lead elsewhere. TLS still verifies the name.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence

import httpcore2 as httpcore
import httpx2 as httpx

from monitor.fetch.addresses import Resolve, is_public
from monitor.fetch.answers import UnreachedError

_MAX_ADDRESSES = 4


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections; when `guarded`, to the public internet only."""

    def __init__(self, resolve: Resolve, *, guarded: bool) -> None:
        self._resolve = resolve
        self._guarded = guarded
        self._tcp = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers.

        Raises UnreachedError when an address is not public, else httpcore's own errors.
        """
        addresses = await self._addresses(host, port, timeout)
        share = timeout / len(addresses) if timeout else None
        for address in addresses[:-1]:
            try:
                return await self._tcp.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._tcp.connect_tcp(
            addresses[-1], port, share, local_address, socket_options
        )

    async def _addresses(self, host: str, port: int, limit: float | None) -> Sequence[str]:
        try:
            async with asyncio.timeout(limit):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise UnreachedError(
                f"{host}: the name could not be looked up in time", state="timeout"
            ) from error
        except (OSError, UnicodeError) as error:
            raise UnreachedError(f"{host}: the name is not known ({error})") from error
        if not addresses:
            raise UnreachedError(f"{host}: the name has no address")
        if self._guarded:
            for address in addresses:
                _refuse_inner(host, address)
        return addresses[:_MAX_ADDRESSES]


def _refuse_inner(host: str, address: str) -> None:
    if is_public(address):
        return
    place = host if host == address else f"{host} leads to {address}, which"
    raise UnreachedError(
        f"{place} is no public address but one of this machine or its network; "
        "it is fetched only for a source with `allow_private: true`",
        state="refused",
    )


class Transport(httpx.AsyncBaseTransport):
    """Carries httpx requests over a connection pool with our own network backend.

    httpx's own transport cannot be given a backend. No connection is kept: between two polite
    requests lie seconds, and servers close idle connections just when they are used again.
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, context: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            network_backend=backend,
            max_connections=None,
            max_keepalive_connections=0,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer with its body still unread. Raises httpcore's errors."""
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()

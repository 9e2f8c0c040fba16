"""What we add to httpx: a transport for its client, and a client that adds nothing of its own."""

from __future__ import annotations

import asyncio

import httpx2 as httpx
import pytest

from monitor.fetch.addresses import resolve
from monitor.fetch.answers import UnreachedError
from monitor.fetch.transport import Transport
from monitor.fetch.wire import Call, Wire, parse
from tests.web import NO_TLS, Page, web


def test_any_client_of_httpx_can_send_by_it() -> None:
    async def story() -> None:
        async with (
            web({"/": Page(body=b"text", headers={"X-Odd": "a"})}) as site,
            httpx.AsyncClient(transport=Transport(resolve, NO_TLS), trust_env=False) as client,
        ):
            answer = await client.get(site.url(), extensions={"guarded": False})
            assert (answer.status_code, answer.text, answer.headers["x-odd"]) == (200, "text", "a")
            with pytest.raises(UnreachedError, match="no public address"):
                await client.get(site.url())
            assert len(site.requests) == 1

    asyncio.run(story())


def test_its_errors_are_those_of_httpx() -> None:
    async def story(answer: bytes) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with httpx.AsyncClient(transport=Transport(resolve, NO_TLS)) as client:
            try:
                await client.get(url, extensions={"guarded": False})
            finally:
                server.close()

    for answer, kind in (
        (b"", httpx.ReadError),
        (b"SSH-2.0\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nhalf", httpx.RemoteProtocolError),
    ):
        with pytest.raises(kind):
            asyncio.run(story(answer))


def test_a_port_where_nobody_listens_is_an_error_with_its_cause() -> None:
    async def story() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        server.close()
        await server.wait_closed()
        async with httpx.AsyncClient(transport=Transport(resolve, NO_TLS)) as client:
            with pytest.raises(httpx.ConnectError) as caught:
                await client.get(url, extensions={"guarded": False})
        assert isinstance(caught.value.__cause__, ConnectionRefusedError)

    asyncio.run(story())


def test_the_client_adds_no_header_no_login_and_no_cookie() -> None:
    async def story() -> None:
        async with web({"/": Page(body=b"ok", headers={"Set-Cookie": "a=1"})}) as site:
            wire = Wire(resolve, NO_TLS)
            url = parse(site.url().replace("//", "//user:secret@"))
            for _ in range(2):
                mine = httpx.Cookies()
                await wire.ask(Call(url, {"user-agent": "x"}, private=True), mine)
                assert dict(mine) == {"a": "1"}
            await wire.aclose()
            for hit in site.requests:
                assert set(map(str.lower, hit.headers)) == {"host", "user-agent"}

    asyncio.run(story())


def test_a_request_that_is_cancelled_closes_its_connection() -> None:
    async def story() -> None:
        came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ended: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nhalf")
            came.set_result(None)
            try:
                ended.set_result(await reader.read())
            except ConnectionError:
                ended.set_result(b"")
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        wire = Wire(resolve, NO_TLS)
        task = asyncio.create_task(wire.ask(Call(parse(url), {}, private=True), httpx.Cookies()))
        await came
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            assert await ended == b""
        server.close()
        await wire.aclose()

    asyncio.run(story())

"""Connections are kept for the next request, and never at the price of a wrong answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.model import Fetched, Request, Source
from tests.web import NO_TLS

SOURCE = Source(
    "test",
    "Test",
    "page",
    "http://example.org/",
    delay=timedelta(0),
    timeout=timedelta(seconds=5),
    robots=False,
    allow_private=True,
)


def answer(body: str, status: int = 200, head: str = "") -> bytes:
    """An answer after which the connection stays open."""
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{head}\r\n{body}".encode()


@dataclass
class Server:
    """Says the next of its answers to each request, whatever connection it comes over.

    `hang_up_after` closes a connection by itself after so many answers.
    """

    answers: list[bytes]
    hang_up_after: int = 100
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.append(task)
        self.connections += 1
        try:
            for _ in range(self.hang_up_after):
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(self.answers.pop(0))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def texts(server: Server, count: int, **request: str) -> list[str]:
    url = f"http://127.0.0.1:{server.port}/"
    async with Fetcher(user_agent="x/1", now=lambda: datetime.now(UTC), tls=NO_TLS) as door:
        pages = [await door.fetch(Request(url, **request), SOURCE) for _ in range(count)]  # type: ignore[arg-type]
    return [page.text for page in pages if isinstance(page, Fetched)]


def asked(server: Callable[[], Server], count: int, **request: str) -> tuple[list[str], Server]:
    async def story() -> tuple[list[str], Server]:
        async with server() as running:
            return await texts(running, count, **request), running

    return asyncio.run(story())


def test_what_is_asked_of_one_host_goes_over_one_connection() -> None:
    found, server = asked(lambda: Server([answer("a"), answer("b"), answer("c")]), 3)
    assert found == ["a", "b", "c"]
    assert server.connections == 1


def test_a_connection_that_the_server_closed_is_opened_anew() -> None:
    found, server = asked(lambda: Server([answer("a"), answer("b")], hang_up_after=1), 2)
    assert found == ["a", "b"]
    assert server.connections == 2


def test_a_server_that_hangs_up_just_when_it_is_asked_is_asked_again() -> None:
    """It took the request over the kept connection, and closed it without a byte."""
    found, server = asked(lambda: Server([answer("a"), b"", answer("b")], hang_up_after=2), 2)
    assert found == ["a", "b"]
    assert server.connections == 2


def test_a_new_connection_without_an_answer_is_an_error() -> None:
    async def story() -> Server:
        async with Server([b""], hang_up_after=1) as server:
            with pytest.raises(FetchError, match="broke off"):
                await texts(server, 1)
            return server

    assert asyncio.run(story()).connections == 1


@pytest.mark.parametrize(
    "first",
    [
        answer("a") + answer("forged"),
        answer("a") + b"\r\n",
        answer("a", head="Connection: close\r\n"),
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
        + answer("forged"),
    ],
)
def test_what_follows_an_answer_is_never_the_next_one(first: bytes) -> None:
    found, server = asked(lambda: Server([first, answer("b")]), 2)
    assert found == ["a", "b"]
    assert server.connections == 2


def test_what_comes_while_nobody_asks_is_never_an_answer() -> None:
    async def story() -> list[str]:
        came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        answers = [answer("a"), answer("b")]

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answers.pop(0))
            came.put_nowait(writer)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with Fetcher(user_agent="x/1", now=lambda: datetime.now(UTC), tls=NO_TLS) as door:
            first = await door.fetch(Request(url), SOURCE)
            writer = await came.get()
            writer.write(answer("forged"))
            await writer.drain()
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)
            second = await door.fetch(Request(url), SOURCE)
        for each in (writer, await came.get()):
            each.close()
        server.close()
        return [page.text for page in (first, second) if isinstance(page, Fetched)]

    assert asyncio.run(story()) == ["a", "b"]


def test_an_error_page_that_is_short_leaves_the_connection_open() -> None:
    async def story() -> int:
        async with Server([answer("no", 404), answer("a")]) as server:
            url = f"http://127.0.0.1:{server.port}/"
            async with Fetcher(user_agent="x/1", now=lambda: datetime.now(UTC), tls=NO_TLS) as door:
                with pytest.raises(FetchError, match="404"):
                    await door.fetch(Request(url), SOURCE)
                await door.fetch(Request(url), SOURCE)
            return server.connections

    assert asyncio.run(story()) == 1


def test_what_is_posted_goes_over_a_connection_of_its_own() -> None:
    found, server = asked(lambda: Server([answer("a"), answer("b")]), 2, method="POST")
    assert found == ["a", "b"]
    assert server.connections == 2


def test_the_time_limit_holds_over_a_kept_connection_too() -> None:
    async def story() -> None:
        short = replace(SOURCE, timeout=timedelta(seconds=0.2))
        async with Server(
            [answer("a"), b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nhalf"]
        ) as server:
            url = f"http://127.0.0.1:{server.port}/"
            async with Fetcher(user_agent="x/1", now=lambda: datetime.now(UTC), tls=NO_TLS) as door:
                await door.fetch(Request(url), short)
                with pytest.raises(FetchError) as caught:
                    await door.fetch(Request(url), short)
            assert caught.value.state == "timeout"

    asyncio.run(story())


def test_an_allowed_connection_inwards_is_not_lent_to_a_source_that_may_not() -> None:
    async def inner(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def story() -> Server:
        async with Server([answer("secret"), answer("secret")]) as server:
            url = f"http://inner.example:{server.port}/"
            door = Fetcher(
                user_agent="x/1", now=lambda: datetime.now(UTC), tls=NO_TLS, resolve=inner
            )
            async with door:
                await door.fetch(Request(url), SOURCE)
                with pytest.raises(FetchError, match="no public address"):
                    await door.fetch(Request(url), replace(SOURCE, allow_private=False))
            return server

    assert len(asyncio.run(story()).heads) == 1

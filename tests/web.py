"""A real web server on this machine that says what a test tells it to.

    async with web({"/feed.xml": Page("<rss/>", content_type="application/rss+xml")}) as site:
        ...fetch site.url("/feed.xml")...
        site.pages["/feed.xml"] = Page(status=503)      # what comes next
        assert site.requests[0].headers["user-agent"]

The same object works with a plain `with`: the server then lives in a thread of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip as gzip_format
import hashlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Self

# For clients that need no TLS: trusts nobody, and saves loading all authorities for each test.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Page:
    """One answer. Every field after `content_type` is a way to behave oddly."""

    body: str | bytes = b""
    status: int = 200
    content_type: str | None = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    conditional: bool = False  # an ETag made from the body, and 304 to who knows it
    last_modified: datetime | None = None  # likewise
    gzip: bool = False
    chunked: bool = False
    length: int | None = None  # a Content-Length that is not true
    cut: int | None = None  # hang up after so many bytes of the body
    raw: bytes | None = None  # everything on the wire, head included
    pause: float = 0  # seconds before the answer
    drip: float | None = None  # seconds between the bytes
    hang: bool = False  # take the request and never answer

    @property
    def content(self) -> bytes:
        """The body as bytes on the wire."""
        content = self.body.encode() if isinstance(self.body, str) else self.body
        return gzip_format.compress(content, mtime=0) if self.gzip else content


@dataclass(frozen=True)
class Hit:
    """One request as it came in; header names are lower case, `at` is the server's loop clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


Answer = Page | str | bytes | Callable[[Hit], Page]


def redirect(target: str, status: int = 302, headers: Mapping[str, str] | None = None) -> Page:
    """Return a page that sends the reader elsewhere."""
    return Page(status=status, headers={"Location": target, **(headers or {})})


class Site:
    """The server: `pages` may be changed at any time, `requests` grows."""

    def __init__(self, pages: Mapping[str, Answer], tls: ssl.SSLContext | None) -> None:
        self.pages: dict[str, Answer] = dict(pages)
        self.requests: list[Hit] = []
        self.busiest = 0  # most requests in work at the same time
        self.port = 0
        self._tls = tls
        self._working = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._leave: Callable[[], object] = lambda: None

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return the address of a page."""
        return f"http{'s' if self._tls else ''}://{host}:{self.port}{path}"

    def hits(self, path: str) -> list[Hit]:
        """Return the requests for one path."""
        return [hit for hit in self.requests if hit.path == path]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._tls, limit=2**22
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def __enter__(self) -> Self:
        ready = threading.Event()

        async def live() -> None:
            done = asyncio.Event()
            loop = asyncio.get_running_loop()
            self._leave = partial(loop.call_soon_threadsafe, done.set)
            async with self:
                ready.set()
                await done.wait()

        self._thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the web server did not start"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()
        self._thread.join(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        # A client may hang up whenever it likes, and so may the test (CancelledError).
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            hit = await _request(reader)
            self.requests.append(hit)
            with self._at_work():
                await _answer(writer, hit, self._page(hit))
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()
        self._tasks.discard(task)

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        self._working += 1
        self.busiest = max(self.busiest, self._working)
        try:
            yield
        finally:
            self._working -= 1

    def _page(self, hit: Hit) -> Page:
        page = self.pages.get(hit.path, self.pages.get(hit.path.partition("?")[0]))
        match page:
            case None:
                return Page("no such page", status=404)
            case Page():
                return page
            case str() | bytes():
                return Page(page)
            case _:
                return page(hit)


def web(pages: Mapping[str, Answer] | None = None, tls: ssl.SSLContext | None = None) -> Site:
    """Return a server for `with` and `async with`; paths that it does not know are 404."""
    return Site(pages or {}, tls)


async def _request(reader: asyncio.StreamReader) -> Hit:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.rstrip().split("\r\n")
    method, path, _ = start.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Hit(method, path, headers, body, asyncio.get_running_loop().time())


async def _answer(writer: asyncio.StreamWriter, hit: Hit, page: Page) -> None:
    if page.hang:
        await asyncio.Event().wait()
    await asyncio.sleep(page.pause)
    wire = page.raw if page.raw is not None else _wire(hit, page)
    step = len(wire) if page.drip is None else 1
    for start in range(0, len(wire), step or 1):
        writer.write(wire[start : start + step])
        await writer.drain()
        if page.drip is not None:
            await asyncio.sleep(page.drip)


def _wire(hit: Hit, page: Page) -> bytes:
    content = page.content
    headers = {"Connection": "close"}
    if page.content_type is not None:
        headers["Content-Type"] = page.content_type
    if page.gzip:
        headers["Content-Encoding"] = "gzip"
    if page.conditional:
        headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    if page.last_modified is not None:
        headers["Last-Modified"] = format_datetime(page.last_modified, usegmt=True)
    headers |= page.headers
    if _known(hit, headers):
        return _head(304, headers)
    if page.chunked:
        headers["Transfer-Encoding"] = "chunked"
        content = b"".join(
            b"%x\r\n%b\r\n" % (len(part), part)
            for part in (content[i : i + 1000] for i in range(0, len(content), 1000))
        )
        content += b"0\r\n\r\n"
    elif page.status not in (204, 304):
        headers.setdefault("Content-Length", str(page.length or len(content)))
    return _head(page.status, headers) + content[: page.cut]


def _known(hit: Hit, headers: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since counts only without If-None-Match."""
    if "if-none-match" in hit.headers:
        return hit.headers["if-none-match"] == headers.get("ETag")
    known_since = hit.headers.get("if-modified-since")
    return known_since is not None and known_since == headers.get("Last-Modified")


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Odd"
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

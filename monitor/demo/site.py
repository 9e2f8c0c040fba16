"""The web server of the demo's world: on this machine only, a port of its own, no threads."""

from __future__ import annotations

import asyncio
import contextlib
from email.utils import format_datetime
from hashlib import blake2b
from http import HTTPStatus
from types import TracebackType
from typing import Self

from monitor.demo.formats import Visit
from monitor.demo.world import Page, page


class Site:
    """Serves the pages of `day`, which may be set at any time; every request is another visit."""

    def __init__(self) -> None:
        self.day = 1
        self.url = ""
        self._visits = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever hangs up early gets no answer.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            writer.write(self._answer(*_request(head)))
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def _answer(self, path: str, known: dict[str, str]) -> bytes:
        self._visits += 1
        shown = page(path, self.day, Visit(self.url, self._visits))
        validators = _validators(shown)
        asked = {"if-none-match": "ETag", "if-modified-since": "Last-Modified"}
        if any(name in known and known[name] == validators.get(asked[name]) for name in asked):
            return _head(304, validators)
        length = {"Content-Type": shown.media_type, "Content-Length": str(len(shown.content))}
        return _head(shown.status, validators | length) + shown.content


def _request(head: str) -> tuple[str, dict[str, str]]:
    """The path without session and query, and the headers."""
    start, *lines = head.split("\r\n")
    path = start.split(" ")[1].partition("?")[0].partition(";")[0]
    pairs = (line.partition(":") for line in lines)
    return path, {name.lower(): value.strip() for name, _, value in pairs}


def _validators(shown: Page) -> dict[str, str]:
    validators: dict[str, str] = {}
    if shown.etag:
        validators["ETag"] = f'"{blake2b(shown.content, digest_size=8).hexdigest()}"'
    if shown.modified:
        validators["Last-Modified"] = format_datetime(shown.modified, usegmt=True)
    return validators


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

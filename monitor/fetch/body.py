"""Bodies of a bounded size: what is too big or cut short is an error, not half a page."""

from __future__ import annotations

import zlib

from monitor.errors import FetchError

MAX_BODY = 20_000_000  # bytes, after decompression

_GZIP = 31  # zlib's name for the gzip format with the largest window
_MEMBER = b"\x1f"


class Body:
    """Takes the chunks of one answer as they come, inflates them, and stops at a limit.

    Where a beginning is enough (`cut`), the rest is left off; anywhere else it is an error.
    A kilobyte of gzip may hold a gigabyte, so each step is told how much it may produce.
    """

    def __init__(
        self, where: str, coding: str, *, limit: int = MAX_BODY, cut: bool = False
    ) -> None:
        self._where = where
        self._inflate = zlib.decompressobj(_GZIP) if self._is_gzip(coding) else None
        self._limit = limit
        self._cut = cut
        self._content = bytearray()

    @property
    def full(self) -> bool:
        """Whether nothing more is wanted."""
        return len(self._content) >= self._limit and self._cut

    def expect(self, length: str | None) -> None:
        """Raise FetchError when the announced length is over the limit already."""
        if length and length.isdecimal() and not self._cut:
            self._check(int(length[:18]))

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes off the wire. Raises FetchError (too-big, broken)."""
        if self._inflate is None:
            self._content += chunk
        else:
            try:
                self._gunzip(chunk)
            except zlib.error as error:
                raise FetchError(
                    f"{self._where}: the answer says it is gzip but cannot be unpacked ({error})",
                    state="broken",
                ) from error
        self._check(len(self._content))

    def finish(self) -> bytes:
        """Return the whole body. Raises FetchError (broken) when the end of it is missing."""
        if self._inflate is not None and not self._inflate.eof and not self.full:
            raise FetchError(
                f"{self._where}: the answer breaks off in the middle of its gzip data",
                state="broken",
            )
        return bytes(self._content[: self._limit])

    def _gunzip(self, chunk: bytes) -> None:
        while chunk and self._inflate is not None and len(self._content) <= self._limit:
            if self._inflate.eof:
                if not chunk.startswith(_MEMBER):
                    return  # the data is complete and checked; what follows is padding
                self._inflate = zlib.decompressobj(_GZIP)
            room = self._limit + 1 - len(self._content)
            self._content += self._inflate.decompress(chunk, room)
            chunk = self._inflate.unused_data if self._inflate.eof else b""

    def _check(self, size: int) -> None:
        if size > self._limit and not self._cut:
            raise FetchError(
                f"{self._where}: the answer is larger than {self._limit / 1e6:g} MB, "
                "which is the most that is read",
                state="too-big",
            )

    def _is_gzip(self, coding: str) -> bool:
        """Only what was asked for; stacked codings are how decompression bombs are built."""
        match coding.strip().lower():
            case "" | "identity":
                return False
            case "gzip" | "x-gzip":
                return True
            case other:
                raise FetchError(
                    f"{self._where}: the answer is packed as `{other[:40]}`, "
                    "though only gzip was asked for",
                    state="broken",
                )

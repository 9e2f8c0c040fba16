"""The pages of a JSON answer: a full address, a cursor, or pages or records counted up."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitor.adapters.crawl import option
from monitor.adapters.html import absolute
from monitor.adapters.json_path import text_at
from monitor.errors import ExtractError
from monitor.model import Fetched, Request, Source


class Progress(NamedTuple):
    """How many pages and records were read, and how many records the last page had."""

    pages: int
    records: int
    last: int


def must_count(source: Source) -> None:
    """Insist that the address begins at a number, if at all, where pages or records are counted."""
    for key in ("page", "offset"):
        if name := option(source, key):
            _start(source, key, name, 0)


def following(source: Source, fetched: Fetched, found: Any, read: Progress) -> Request | None:
    """Return the request for the next page, or None after the last one.

    ExtractError when it lies on another host.
    """
    if path := option(source, "next"):
        return _named(source, fetched, text_at(found, path))
    if read.last == 0 or read.last < int(option(source, "page_size", "0")):
        return None
    if name := option(source, "page"):
        number = _start(source, "page", name, 1) + read.pages
        return Request(_with(source.url, name, str(number)), conditional=False)
    if name := option(source, "offset"):
        number = _start(source, "offset", name, 0) + read.records
        return Request(_with(source.url, name, str(number)), conditional=False)
    return None


def _named(source: Source, fetched: Fetched, cursor: str) -> Request | None:
    if not cursor or cursor in {"0", "None"}:
        return None
    name = option(source, "cursor")
    url = _with(fetched.url, name, cursor) if name else absolute(fetched.url, cursor)
    if url is None or urlsplit(url).hostname != urlsplit(source.url).hostname:
        raise ExtractError(f"The next page after {fetched.url} lies on another host: {cursor}.")
    return Request(url, conditional=False)


def _start(source: Source, key: str, name: str, default: int) -> int:
    """The number that the address begins with."""
    given = dict(parse_qsl(urlsplit(source.url).query)).get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise ExtractError(
            f"The address {source.url} begins at `{name}={given}`, from which nobody can count on. "
            f"Write a number there, or take the option `{key}` away."
        )
    return int(given)


def _with(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, value)])))

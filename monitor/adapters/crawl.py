"""The seam between pipeline and adapters: a conversation of requests and answers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

from monitor.model import Fetched, Item, Request, Source

Crawl: TypeAlias = Generator[Request, Fetched, Sequence[Item]]
"""Yields what it wants fetched, is sent the answers, returns the items; raises ExtractError."""

Adapter: TypeAlias = Callable[[Source], Crawl]


def single_page(extract: Callable[[Source, Fetched], Sequence[Item]]) -> Adapter:
    """Return the adapter of a kind that reads everything from the source's own address."""

    def crawl(source: Source) -> Crawl:
        fetched = yield Request(source.url)
        return extract(source, fetched)

    return crawl

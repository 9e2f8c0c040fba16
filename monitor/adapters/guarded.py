"""Conversations as a reader holds them: every answer is looked at before an adapter gets it.

Pure generators that can be begun anywhere, in a process of their own too: what an answer does to
them ends in a value or in a SourceError.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import TypeAlias, TypeVar

from monitor.adapters import ADAPTERS
from monitor.adapters.document import read_attachment
from monitor.adapters.identity import shortened
from monitor.adapters.propose import Proposal, links_of, propose
from monitor.adapters.wall import let_through
from monitor.errors import ExtractError
from monitor.model import Attachment, Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.decode import decode, is_text

T = TypeVar("T")

Guarded: TypeAlias = Generator[Request, Fetched, T]
"""Yields what it wants fetched, is sent the answers, returns a value; raises SourceError."""

# So much may come of one source at once: the service itself has to take it over and to store it.
MOST_ITEMS = 20_000
MOST_BLOCKS = 40_000
MOST_TEXT = 10_000_000  # characters
# Seconds that `ignore` may take on all texts of a source; the service stands still for as long.
_LONGEST_IGNORING = 1.0
# What a stranger's answer can do to an adapter that did not foresee it: trouble of that source,
# told as such, and no reason to end the service for all.
_UNFORESEEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    csv.Error,
    zlib.error,
)


def items(source: Source, clock: Callable[[], float]) -> Guarded[tuple[Item, ...]]:
    """Return what the source shows; `clock` counts the seconds of work.

    Raises ExtractError when an answer is not what was declared, or when more comes of it than
    can be handled.
    """
    crawl = ADAPTERS[source.kind](source)
    request = next(crawl)
    while True:
        page = complete((yield request))
        try:
            let_through(page, source, request.url)
            request = crawl.send(page)
        except StopIteration as done:
            found = tuple(done.value)
            break
        except _UNFORESEEN as error:
            raise _unknown_form(request.url, f"kind {source.kind}", error) from error
    _check_amount(source.url, found)
    _check_ignoring(source, found, clock)
    return found


def attachment(source: Source, url: str) -> Guarded[Attachment]:
    """Return the text of what an item links to. Raises ExtractError when there is none."""
    page = complete((yield Request(url, conditional=False)))
    try:
        let_through(page, source, url)
        return read_attachment(page)
    except _UNFORESEEN as error:
        raise _unknown_form(url, "the reader of linked documents", error) from error


def proposal(source: Source) -> Guarded[tuple[Proposal, frozenset[str]]]:
    """Return how an address is best watched, and the links of its page. Raises ExtractError."""
    page = complete((yield Request(source.url)))
    try:
        return propose(source, page), links_of(page)
    except _UNFORESEEN as error:
        raise _unknown_form(source.url, "`try`", error) from error


def complete(page: Fetched) -> Fetched:
    """Return the page with its text, which large answers get only where they are read."""
    if page.text or not is_text(page.media_type, page.content):
        return page
    return replace(page, text=decode(page.content, page.headers.get("content-type"))[0])


def _unknown_form(url: str, reader: str, error: Exception) -> ExtractError:
    what = shortened(clean(f"{type(error).__name__}: {error}"))
    return ExtractError(f"{url}: the answer has a form that {reader} does not know ({what})")


def _check_amount(url: str, found: tuple[Item, ...]) -> None:
    if len(found) > MOST_ITEMS:
        raise ExtractError(
            f"{url}: {len(found)} items, more than the {MOST_ITEMS} that one source may have; "
            "watch a part of it",
            state="too-big",
        )
    blocks = sum(len(item.blocks) for item in found)
    if blocks > MOST_BLOCKS:
        raise ExtractError(
            f"{url}: {blocks} blocks of text, more than the {MOST_BLOCKS} that one source may "
            "have; watch a part of it",
            state="too-big",
        )
    length = sum(map(len, _texts(found)))
    if length > MOST_TEXT:
        raise ExtractError(
            f"{url}: {length / 1e6:.0f} million characters, more than the {MOST_TEXT / 1e6:g} "
            "million that one source may have; watch a part of it",
            state="too-big",
        )


def _check_ignoring(source: Source, found: tuple[Item, ...], clock: Callable[[], float]) -> None:
    """Try the patterns here, where they may hang: who compares cannot stop them."""
    patterns = [re.compile(pattern) for pattern in source.ignore_patterns]
    if not patterns:
        return
    start = clock()
    for text in _texts(found):
        for pattern in patterns:
            pattern.sub("", text)
        if clock() - start > _LONGEST_IGNORING:
            raise ExtractError(
                f"{source.url}: the patterns of `ignore` take more than "
                f"{_LONGEST_IGNORING:g} second on this page; write them without repetitions that "
                "can match the same text in several ways, or as phrases",
                state="too-big",
            )


def _texts(found: Iterable[Item]) -> Iterable[str]:
    return (text for item in found for text in (item.title, *item.blocks))

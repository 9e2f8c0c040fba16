"""Drive an adapter against the network: its requests out, the answers in, items back."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from monitor.adapters import ADAPTERS
from monitor.adapters.wall import let_through
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, NotModified, Request, Source, SourceState, Validators
from monitor.text.fingerprint import fingerprint

# An adapter that asks for more pages than this runs in a circle.
MOST_PAGES = 200
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


class Fetch(Protocol):
    """Whatever can answer a request: the network, or recorded pages."""

    async def __call__(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source shows; `items` is None when the first answer was the same as last time."""

    items: tuple[Item, ...] | None
    validators: Validators
    body_hash: str | None


def definition(source: Source) -> str:
    """Return the fingerprint of how the source is read.

    Items read by another definition are no news, only another reading.
    """
    select = source.select
    return fingerprint(
        source.kind,
        source.url,
        *(str(rule) for rule in (select.items, select.title, select.link, select.text)),
        *source.ignore_selectors,
        "patterns",
        *source.ignore_patterns,
        *(("browser",) if source.browser else ()),
        *(f"{key}={text}" for key in sorted(source.options) for text in source.options[key]),
    )


async def read(source: Source, state: SourceState, fetch: Fetch, *, afresh: bool) -> Reading:
    """Return what the source shows now; `afresh` asks without validators.

    Raises SourceError when the answer is not what was declared.
    """
    crawl = ADAPTERS[source.kind](source)
    request = next(crawl)
    validators = None if afresh or not request.conditional else state.validators
    page = await fetch(request, source, validators)
    if isinstance(page, NotModified):
        return Reading(None, page.validators, state.body_hash)
    kept, content = page.validators, blake2b(page.content, digest_size=16)
    if request.conditional and not afresh and content.hexdigest() == state.body_hash:
        return Reading(None, kept, state.body_hash)
    first = content.hexdigest()
    for _ in range(MOST_PAGES):
        let_through(page, source, request.url)
        try:
            request = crawl.send(page)
        except StopIteration as done:
            return Reading(_judged(done.value, source), kept, first)
        except _UNFORESEEN as error:
            raise ExtractError(
                f"{request.url}: the answer has a form that kind {source.kind} does not know "
                f"({type(error).__name__}: {error})"
            ) from error
        answer = await fetch(request, source)
        if isinstance(answer, NotModified):
            raise ExtractError(f"{request.url} answered «not modified» to a first request")
        page = answer
    raise ExtractError(f"still asking for more after {MOST_PAGES} pages: paging runs in a circle")


def _judged(items: Sequence[Item], source: Source) -> tuple[Item, ...]:
    """The items, if there are as many as expected; few items are a broken page, not quiet news."""
    if len(items) < source.expect.min_items:
        raise ExtractError(
            f"{len(items)} items found where at least {source.expect.min_items} are expected "
            "(expect: min_items)"
        )
    return tuple(items)

"""Drive an adapter against the network: its requests out, the answers in, items back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from time import process_time
from typing import Protocol

from monitor.diff import Mark
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, NotModified, Request, Source, SourceState, Validators
from monitor.reader import HERE, Ended, Reader, shown
from monitor.text.fingerprint import content_fingerprint, fingerprint

# An adapter that asks for more pages than this runs in a circle.
MOST_PAGES = 200


class Fetch(Protocol):
    """Whatever can answer a request: the network, or recorded pages."""

    async def __call__(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source shows; `items` is None when the first answer was the same as last time.

    `marks` are those of the items by id.
    """

    items: tuple[Item, ...] | None
    validators: Validators
    body_hash: str | None
    marks: Mapping[str, Mark] = field(default_factory=dict)


def definition(source: Source) -> str:
    """Return the fingerprint of how the source is read.

    Items read by another definition are no news, only another reading.
    """
    select = source.select
    return _fingerprint(
        source.kind,
        source.url,
        *(str(rule) for rule in (select.items, select.title, select.link, select.text)),
        *source.ignore_selectors,
        "patterns",
        *source.ignore_patterns,
        *(("browser",) if source.browser else ()),
        *(f"{key}={text}" for key in sorted(source.options) for text in source.options[key]),
    )


def is_new_reading(source: Source, state: SourceState) -> bool:
    """Return whether what is there is a baseline: at first sight, or by another definition."""
    return state.last_success is None or state.definition != definition(source)


@cache  # there are as many as there are sources
def _fingerprint(*parts: str) -> str:
    return fingerprint(*parts)


async def read(
    source: Source, state: SourceState, fetch: Fetch, *, afresh: bool, reader: Reader = HERE
) -> Reading:
    """Return what the source shows now; `afresh` asks without validators.

    Raises SourceError when the answer is not what was declared.
    """
    crawl = partial(shown, source, process_time)
    request = next(crawl())
    kept = replace(state.validators, content=state.body_hash)
    validators = None if afresh or not request.conditional else kept
    async with reader.room():
        page = await fetch(request, source, validators)
    if isinstance(page, NotModified):
        return Reading(None, page.validators, state.body_hash)
    kept, first = page.validators, content_fingerprint(page.content)
    if request.conditional and not afresh and first == state.body_hash:
        return Reading(None, kept, state.body_hash)
    async with reader.begin(crawl) as talk:
        for _ in range(MOST_PAGES):
            step = await talk.tell(page)
            if isinstance(step, Ended):
                found = step.value
                judged = _judged(found.items, source)
                return Reading(judged, kept, first, found.marks)
            answer = await fetch(step, source)
            if isinstance(answer, NotModified):
                raise ExtractError(f"{step.url} answered «not modified» to a first request")
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

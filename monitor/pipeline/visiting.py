"""A visit: read a source once as a check would, remember nothing, and say what came of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.adapters.doubts import doubts
from monitor.errors import SourceError
from monitor.match import Rules, find
from monitor.model import Fetched, Item, NotModified, Request, Source, SourceState, Validators
from monitor.pipeline.reading import Fetch, read
from monitor.reader import HERE, Reader


@dataclass(frozen=True, slots=True)
class Visit:
    """What a source showed. `state` is ok or the kind of trouble, which `error` tells in words.

    `url` is where the first answer came from; `topics` counts the items that match each topic.
    """

    source: Source
    state: str
    error: str | None = None
    url: str | None = None
    items: tuple[Item, ...] = ()
    topics: Mapping[str, int] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


async def visit(
    source: Source, *, fetch: Fetch, rules: Rules, now: datetime, reader: Reader = HERE
) -> Visit:
    """Visit one source; trouble is a result."""
    seen: list[tuple[Request, Fetched]] = []

    async def noting(
        request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified:
        page = await fetch(request, source, validators)
        if isinstance(page, Fetched):
            seen.append((request, page))
        return page

    try:
        reading = await read(source, SourceState(source.id), noting, afresh=True, reader=reader)
    except SourceError as error:
        came = seen[0][1].url if seen else None
        return Visit(source, error.state, str(error), came)
    items = reading.items or ()
    request, page = seen[0]
    return Visit(
        source,
        "ok",
        url=page.url,
        items=items,
        topics=_topics(source, items, rules),
        doubts=doubts(source, request.url, page, items, now),
    )


async def visit_sources(
    sources: Iterable[Source],
    *,
    fetch: Fetch,
    rules: Rules,
    now: Callable[[], datetime],
    reader: Reader = HERE,
    done: Callable[[Visit], None] = lambda _: None,
) -> tuple[Visit, ...]:
    """Visit sources side by side; results come in the order of the sources, `done` is told each."""

    async def one(source: Source) -> Visit:
        visited = await visit(source, fetch=fetch, rules=rules, now=now(), reader=reader)
        done(visited)
        return visited

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(source)) for source in sources]
    return tuple(task.result() for task in tasks)


def _topics(source: Source, items: Iterable[Item], rules: Rules) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for item in items:
        text = "\n\n".join((item.title, *item.blocks))
        topics = source.topics or None
        found = find(rules, text, title=item.title, lang=item.lang, topics=topics)
        counts.update({match.topic for match in found})
    return dict(counts.most_common())

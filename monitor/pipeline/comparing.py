"""What a source shows beside what is remembered; long texts are compared by a process apart.

Comparing takes time with each block, and nothing can stop what runs in the service itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from monitor.diff import Differences, Known, Triage, differences, triage
from monitor.model import Item, Source, SourceState
from monitor.pipeline.reading import Reading, is_new_reading
from monitor.reader import Reader, aside, prints_of
from monitor.store import Store

# Characters; so much takes a few milliseconds.
LONG = 30_000
_EACH_BLOCK = 100  # what a block takes however short it is, in characters


@dataclass(frozen=True, slots=True)
class Compared:
    """The items sorted, what is known of those that changed, and what that means."""

    found: Triage
    known: Mapping[str, Known]
    differences: Differences


async def compare(
    source: Source, state: SourceState, reading: Reading, *, store: Store, reader: Reader
) -> Compared:
    """Return how the source differs from what is remembered of it; nothing for an old answer.

    Whole items are looked up only where fingerprints differ. Raises SourceError when comparing
    takes too long.
    """
    if reading.items is None:
        return Compared(Triage({}), {}, Differences())
    marks = store.checks.marks(source.id, reading.marks)
    found = triage(marks, reading.items, reading.marks)
    wanted = [*found.edited, *(found.missing if source.complete else ())]
    known = store.checks.known(source.id, wanted) if wanted else {}
    work = partial(
        differences,
        replace(found, marks={}),
        known,
        complete=source.complete and not is_new_reading(source, state),
        prints=prints_of(source),
    )
    looked_at = (*found.edited.values(), *(each.item for each in known.values()))
    looked_at += found.added if found.missing else ()  # for what got another name
    long = _length(looked_at) > LONG
    return Compared(found, known, await aside(reader, source.url, work) if long else work())


def _length(items: Iterable[Item]) -> int:
    return sum(len(text) + _EACH_BLOCK for item in items for text in (item.title, *item.blocks))

"""What a source shows, with what comparing it takes: reckoned out where it was read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitor.adapters.guarded import Guarded, items
from monitor.diff import Mark, marked
from monitor.model import Item, Source
from monitor.text.prints import Prints


@dataclass(frozen=True, slots=True)
class Shown:
    """The items with their marks by id."""

    items: tuple[Item, ...]
    marks: Mapping[str, Mark]


def prints_of(source: Source) -> Prints:
    """Return how the texts of a source are compared."""
    return Prints(tuple(map(re.compile, source.ignore_patterns)), source.numbers)


def shown(source: Source, clock: Callable[[], float]) -> Guarded[Shown]:
    """Return what the source shows. Raises what `items` raises."""
    found = yield from items(source, clock)
    return Shown(found, marked(found, prints_of(source)))

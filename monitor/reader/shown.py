"""What a source shows, with what comparing it takes: reckoned out where it was read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.adapters.guarded import Guarded, items
from monitor.diff import Mark, marked, remember
from monitor.model import Item, Source
from monitor.text.prints import Prints


@dataclass(frozen=True, slots=True)
class Shown:
    """The items with their marks by id, and, if asked for, the fingerprints to keep of each."""

    items: tuple[Item, ...]
    marks: Mapping[str, Mark]
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)


def prints_of(source: Source) -> Prints:
    """Return how the texts of a source are compared."""
    return Prints(tuple(map(re.compile, source.ignore_patterns)), source.numbers)


def shown(source: Source, clock: Callable[[], float], *, first: bool) -> Guarded[Shown]:
    """Return what the source shows; at its `first` sight all of it is to be remembered.

    Raises what `items` raises.
    """
    found = yield from items(source, clock)
    prints = prints_of(source)
    told = {item.id: remember(item, None, prints) for item in found} if first else {}
    return Shown(found, marked(found, prints), told)

"""What a text allows that holds certain chunks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from monitor.match.chunk import Chunk, Ways
from monitor.match.places import Places, Way

Entries = Mapping[int, Sequence[Way]]


class Index:
    """Searches, by their place in the list given, under the most telling chunks of their ways.

    Given is with each how many words a find stretches over. Each chunk has a place in `chunks`.
    `ways` are those of each search. The first searches are asked for apart from the others.
    """

    def __init__(self, searches: Sequence[tuple[Ways, int | None]], first: int) -> None:
        places: dict[Chunk, int] = {}
        self.ways = [
            tuple(_way(at, chunks, reach, places) for chunks in ways)
            for at, (ways, reach) in enumerate(searches)
        ]
        self.chunks = [*places]
        self._first = _by_key(self.ways[:first])
        self._others = _by_key(self.ways[first:])
        # The chunks of which one stands wherever one of the first searches finds something.
        self.keys: Places = frozenset(self._first)
        self._other_keys: Places = frozenset(self._others)

    def first(self, held: Places) -> list[Way]:
        """The ways of the first searches that a text with these chunks may hold."""
        return _possible(self._first, self.keys & held, held)

    def others(self, held: Places) -> list[Way]:
        """The ways of the other searches that it may."""
        return _possible(self._others, self._other_keys & held, held)


def _way(at: int, chunks: frozenset[Chunk], reach: int | None, places: dict[Chunk, int]) -> Way:
    key = max(chunks, key=_telling)
    others = (places.setdefault(chunk, len(places)) for chunk in chunks if chunk != key)
    return Way(at, places.setdefault(key, len(places)), frozenset(others), reach)


def _by_key(ways: Iterable[Iterable[Way]]) -> Entries:
    entries: defaultdict[int, list[Way]] = defaultdict(list)
    for each in ways:
        for way in each:
            entries[way.key].append(way)
    return entries


def _possible(entries: Entries, keys: Places, held: Places) -> list[Way]:
    return [way for key in keys for way in entries[key] if way.others <= held]


def _telling(chunk: Chunk) -> tuple[int, str]:
    """How telling a chunk is: longer words are rarer."""
    return min(map(len, chunk.literals)), chunk.regex

"""Where in a normalised text searches find something: all literals at once, in one pass.

Whose literals were seen may find something, nothing else can. Where is found out when somebody
asks: what lies within one word is remembered, for the same words come again and again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from math import log2
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from monitor.match.chunk import Chunk, Literal
from monitor.match.frequent import FREQUENT, TOPICAL
from monitor.match.legal import Cited
from monitor.match.page import Alphabet, Page, Spelt
from monitor.match.spelling import Spelling
from monitor.text.excerpt import Span, merge

# So often white space may come and go where a spelling has one break: «a - b».
_MOST_BLANKS = 3
_REST_OF_WORD = re.compile(r"\S*")
# Words are mostly shorter; longer ones are not remembered.
_LONG_WORD = 60
_MOST_WORDS = 100_000
# Shorter words say nothing.
_TELLING_WORD = 3
# Nor do words that are no rarer.
_TELLS_NOTHING = 1.5
# So many literals are few.
_FEW = 5000

_Found = tuple[int, int, int]


class _Way(NamedTuple):
    """A way to write what a search is for, by the places of both in their lists.

    It is found where its key stands, if the witness does somewhere in the text, and literals of
    all `others` near. Where nothing else tells much the key is the witness.
    """

    search: int
    owner: int
    key: int
    witness: int
    others: tuple[tuple[Spelt, ...], ...]


class Scan:
    """Looks for all searches at once; each has an owner."""

    def __init__(self, searches: Sequence[Spelling | Cited], owners: Sequence[int]) -> None:
        self.searches, self.owners = searches, owners
        self.reaches = [_reach(search) for search in searches]
        shared = Counter(chunk for search in searches for way in search.ways for chunk in way)
        self._alphabet = Alphabet(literal for chunk in shared for literal in chunk)
        chunks: dict[Chunk, int] = {}
        # By key, and by witness, or by the key again where there is none.
        self._ways: dict[int, dict[int, list[_Way]]] = {}
        self.alone: set[int] = set()
        for at, search in enumerate(searches):
            for way in search.ways:
                found = self._way(
                    at, sorted(way, key=lambda chunk: _telling(chunk, shared)), chunks
                )
                by_witness = self._ways.setdefault(found.key, {})
                by_witness.setdefault(found.witness, []).append(found)
                if self.reaches[at] == 0:
                    self.alone.add(found.key)
        self._automata = _automata(chunks, self._alphabet)
        self._words: dict[str, tuple[_Found, ...]] = {}

    def _way(self, search: int, way: Sequence[Chunk], chunks: dict[Chunk, int]) -> _Way:
        """A way whose chunks are given, the most telling first; numbers those that are sought."""
        key = chunks.setdefault(way[0], len(chunks))
        tells = len(way) > 1 and min(map(_rarity, way[1])) > _TELLS_NOTHING
        witness = chunks.setdefault(way[1], len(chunks)) if tells else key
        spelt = tuple(tuple(sorted(map(self._alphabet.spelt, each))) for each in way[1:])
        return _Way(search, self.owners[search], key, witness, spelt)

    def look(self, text: str) -> Sight:
        """What is seen in a normalised text."""
        return Sight(self, Page(text, self._alphabet))

    def hits(self, page: Page) -> list[Hits]:
        """What is found in a text of literals of both kinds."""
        return [automaton.hits(page) for automaton in self._automata]

    def ways(self, chunks: Set[int]) -> list[_Way]:
        """The ways that may be found where these chunks stand."""
        found: list[_Way] = []
        for key in chunks & self._ways.keys():
            by_witness = self._ways[key]
            for witness in by_witness.keys() & chunks:
                found += by_witness[witness]
        return found

    def in_word(self, word: str) -> tuple[_Found, ...]:
        """What searches that lie within one word find in it."""
        known = self._words.get(word)
        if known is None:
            known = tuple(self._find_in_word(word))
            if len(self._words) >= _MOST_WORDS:
                self._words = {}
            if len(word) <= _LONG_WORD:
                self._words[word] = known
        return known

    def _find_in_word(self, word: str) -> Iterator[_Found]:
        hits = self.hits(Page(word, self._alphabet))
        ways = self.ways(set().union(*(each.chunks() for each in hits)))
        for search in sorted({way.search for way in ways}):
            sought = self.searches[search]
            if self.reaches[search] == 0 and isinstance(sought, Spelling):
                yield from ((search, *span) for span in sought.spans(word))


class Sight:
    """What is seen in a text: which searches may find something, and on demand where they do."""

    def __init__(self, scan: Scan, page: Page) -> None:
        self._scan = scan
        self._page = page
        self._hits = scan.hits(page)
        self._chunks: set[int] = set().union(*(hits.chunks() for hits in self._hits))
        self._ways = scan.ways(self._chunks)
        self._spans: dict[int, Sequence[Span]] = {}

    def owners(self) -> set[int]:
        """Those of whose searches one may find something."""
        return {way.owner for way in self._ways}

    def searches(self, owners: Set[int]) -> dict[int, list[int]]:
        """Of some owners the searches that may find something."""
        found: dict[int, list[int]] = {}
        for search in sorted({way.search for way in self._ways if way.owner in owners}):
            found.setdefault(self._scan.owners[search], []).append(search)
        return found

    def sought(self, search: int) -> Spelling | Cited:
        """What a search is for."""
        return self._scan.searches[search]

    def spans(self, search: int) -> Sequence[Span]:
        """Where a search finds something. Of a citation it is all of the text, if it may be there,
        for others know how to read it."""
        spans = self._spans.get(search)
        if spans is None:
            sought, reach = self._scan.searches[search], self._scan.reaches[search]
            if reach == 0:
                spans = self._alone.get(search, ())
            else:
                spans = self._stretches(search, reach)
                if spans and isinstance(sought, Spelling):
                    spans = [*sought.within(self._page.text, spans)]
            self._spans[search] = spans
        return spans

    @cached_property
    def _alone(self) -> Mapping[int, Sequence[Span]]:
        """Where searches find something within a word."""
        text = self._page.text
        found: defaultdict[int, list[Span]] = defaultdict(list)
        keys = self._scan.alone & self._chunks
        after = 0
        for start, end in sorted(place for key in keys for place in self._places(key)):
            if end > after:
                first, after = _word(text, start, end)
                for search, begins, ends in self._scan.in_word(text[first:after]):
                    found[search].append((first + begins, first + ends))
        return found

    def _stretches(self, search: int, reach: int | None) -> list[Span]:
        """In which stretches a search may find something, in order and apart."""
        page, ways = self._page, self._by_search[search]
        if reach is None or page.is_one_stretch:
            whole = 0, len(page.text)
            return [whole] if any(page.holds(whole, way.others) for way in ways) else []
        spans = set()
        for way in ways:
            for start, end in self._places(way.key):
                span = page.around(start, end, reach)
                if span not in spans and page.holds(span, way.others):
                    spans.add(span)
        return merge([*spans])

    def _places(self, chunk: int) -> list[Span]:
        return [place for hits in self._hits for place in hits.places.get(chunk, ())]

    @cached_property
    def _by_search(self) -> Mapping[int, list[_Way]]:
        found: defaultdict[int, list[_Way]] = defaultdict(list)
        for way in self._ways:
            found[way.search].append(way)
        return found


def _reach(search: Spelling | Cited) -> int | None:
    """How many words a find may stretch over, but for one; None if there is no telling."""
    return None if isinstance(search, Cited) else _MOST_BLANKS * search.breaks


def _telling(chunk: Chunk, shared: Mapping[Chunk, int]) -> tuple[float, list[Literal]]:
    """What sorts the most telling chunk first; one that many look for is a burden."""
    burden = 0.2 * log2(shared[chunk] * len(chunk))
    return burden - min(map(_rarity, chunk)), sorted(chunk)


def _rarity(literal: Literal) -> float:
    """How rare a literal may be: longer ones are rarer, words that everybody uses are not."""
    text, borders = literal.text, literal.opens + literal.closes
    if text in FREQUENT or (literal.plain and len(text) < _TELLING_WORD):
        return 1 - 1 / len(text)
    if text in TOPICAL:
        return 2
    if literal.plain:
        return 0.6 * len(text) + 0.3 * borders
    return (0.5 if text.isdigit() else 1) * len(text)


def _word(text: str, start: int, end: int) -> Span:
    """The place between white space of what stands at start … end-1, which is no white space."""
    size = _LONG_WORD
    last = _last_word(text[max(0, start - size) : start])
    while len(last) == size < start:
        size *= 2
        last = _last_word(text[max(0, start - size) : start])
    return start - len(last), _end_of_word(text, end)


def _last_word(text: str) -> str:
    """What stands behind the last white space."""
    return text.rsplit(None, 1)[-1] if text and not text[-1].isspace() else ""


def _end_of_word(text: str, at: int) -> int:
    found = _REST_OF_WORD.match(text, at)
    return found.end() if found else at


def _automata(numbers: Mapping[Chunk, int], alphabet: Alphabet) -> list[_Automaton]:
    """One for literals of letters alone, and one for others."""
    found: defaultdict[Literal, list[int]] = defaultdict(list)
    for chunk, at in numbers.items():
        for literal in chunk:
            found[literal].append(at)
    kinds = (
        {word: found[word] for word in found if word.plain is plain} for plain in (True, False)
    )
    return [_Automaton(kind, alphabet) for kind in kinds if kind]


class _Automaton:
    """Finds literals, either all plain or none, of chunks."""

    def __init__(self, chunks: Mapping[Literal, Sequence[int]], alphabet: Alphabet) -> None:
        spelt = [alphabet.spelt(literal) for literal in chunks]
        self._plain = spelt[0][0]
        few = len(spelt) <= _FEW
        # A table of all transitions is fast while it is small enough to stay at hand.
        self._search = BytesAhoCorasick(
            [literal for _, literal in spelt],
            implementation=Implementation.DFA if few else Implementation.ContiguousNFA,
        )
        self.literals = [frozenset(found) for found in chunks.values()]
        # Letters have a blank before the first; blanks around a literal are no part of it.
        self.shifts = [
            ((word.opens - 1) * self._plain, (-word.closes - 1) * self._plain) for word in chunks
        ]

    def hits(self, page: Page) -> Hits:
        """What is found in a text."""
        content = page.letters if self._plain else page.signs
        return Hits(self, self._search.find_matches_as_indexes(content, overlapping=True))

    def chunks(self, literals: Set[int]) -> set[int]:
        """Those of which one of the literals is one."""
        return set().union(*map(self.literals.__getitem__, literals))


class Hits:
    """Literals found in a text."""

    def __init__(self, automaton: _Automaton, hits: list[tuple[int, int, int]]) -> None:
        self._automaton = automaton
        self._hits = hits

    def chunks(self) -> set[int]:
        """The chunks of which one is found."""
        return self._automaton.chunks({hit[0] for hit in self._hits})

    @cached_property
    def places(self) -> Mapping[int, list[Span]]:
        """The start and the end of each find of a chunk."""
        found: defaultdict[int, list[Span]] = defaultdict(list)
        chunks, shifts = self._automaton.literals, self._automaton.shifts
        for literal, start, end in self._hits:
            before, after = shifts[literal]
            for chunk in chunks[literal]:
                found[chunk].append((start + before, end + after))
        return found

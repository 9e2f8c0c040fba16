"""Where in a normalised text searches find something: all literals at once, in one pass.

Whose literals were seen may find something, nothing else can. Where is found out when somebody
asks: what lies within one word is remembered, for the same words come again and again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property, partial
from math import log2
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from monitor.match.chunk import Chunk, Literal
from monitor.match.frequent import FREQUENT, TOPICAL
from monitor.match.legal import Cited
from monitor.match.page import Alphabet, Page
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
# Nor do shorter numbers, unless they stand alone.
_TELLING_NUMBER, _BOTH = 3, 2
# Nor do words that are no rarer.
_TELLS_NOTHING = 1.5
# So many literals are hardly any, and so many are many.
_FEW, _MANY = 3, 5000

_Found = tuple[int, int, int]
# A literal by its place, and the start and the end of a find.
_Hit = tuple[int, int, int]
_Search = Callable[[bytes], list[_Hit]]


class _Way(NamedTuple):
    """A way to write what a search is for, by the places of both in their lists.

    It is found where its key stands, if the witness does somewhere in the text, and literals of
    all `others` near. Where nothing else tells much the key is the witness.
    """

    search: int
    key: int
    witness: int
    others: tuple[int, ...]


class Scan:
    """Looks for all searches at once; each has an owner."""

    def __init__(
        self, searches: Sequence[Spelling | Cited], owners: Sequence[int], alphabet: Alphabet
    ) -> None:
        self.searches, self.owners = searches, owners
        self.reaches = [_reach(search) for search in searches]
        self._alphabet = alphabet
        shared = Counter(chunks_of(searches))
        chunks = {chunk: number for number, chunk in enumerate(shared)}
        self.spelt = [tuple(sorted(map(alphabet.spelt, chunk))) for chunk in chunks]
        # By key, and by witness, or by the key again where there is none.
        self._ways: dict[int, dict[int, list[_Way]]] = {}
        self.alone: set[int] = set()
        for at, search in enumerate(searches):
            for way in search.ways:
                found = _way(at, sorted(way, key=lambda chunk: _telling(chunk, shared)), chunks)
                by_witness = self._ways.setdefault(found.key, {})
                by_witness.setdefault(found.witness, []).append(found)
                if self.reaches[at] == 0:
                    self.alone.add(found.key)
        self.sought = self._ways.keys() | set().union(*self._ways.values())
        self._automata = _automata(chunks, self.sought, alphabet)
        self._words: dict[str, tuple[_Found, ...]] = {}

    def look(self, page: Page) -> Sight:
        """What is seen in a normalised text."""
        return Sight(self, page)

    def hits(self, page: Page) -> list[Hits]:
        """What is found in a text of literals of each kind."""
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
        self.page = page
        self._hits = scan.hits(page)
        self._chunks: set[int] = set().union(*(hits.chunks() for hits in self._hits))
        self._holding: dict[int, bool] = {}
        self._ways: defaultdict[int, list[_Way]] = defaultdict(list)
        for way in scan.ways(self._chunks):
            if not page.is_short or all(map(self._holds, way.others)):
                self._ways[way.search].append(way)
        self._spans: dict[int, Sequence[Span]] = {}

    def _holds(self, chunk: int) -> bool:
        """Whether a literal of the chunk may stand somewhere in the text."""
        has = self._holding.get(chunk)
        if has is None:
            scan = self._scan
            has = self._holding[chunk] = chunk in self._chunks or (
                chunk not in scan.sought and self.page.holds(scan.spelt[chunk], self.page.whole)
            )
        return has

    def searches(self) -> dict[int, list[int]]:
        """The searches that may find something, by their owners, in order."""
        found: dict[int, list[int]] = {}
        for search in sorted(self._ways):
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
                    spans = [*sought.within(self.page.text, spans)]
            self._spans[search] = spans
        return spans

    @cached_property
    def _alone(self) -> Mapping[int, Sequence[Span]]:
        """Where searches find something within a word."""
        text = self.page.text
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
        page, ways, spelt = self.page, self._ways[search], self._scan.spelt
        if reach is None or page.is_one_stretch:
            return [page.whole] if any(all(map(self._holds, way.others)) for way in ways) else []
        spans = set()
        for way in ways:
            for start, end in self._places(way.key):
                span = page.around(start, end, reach)
                if span not in spans and all(page.holds(spelt[each], span) for each in way.others):
                    spans.add(span)
        return merge([*spans])

    def _places(self, chunk: int) -> list[Span]:
        return [place for hits in self._hits for place in hits.places(chunk)]


def chunks_of(searches: Iterable[Spelling | Cited]) -> Iterator[Chunk]:
    """The chunks of all ways of some searches, again and again where several have them."""
    return (chunk for search in searches for way in search.ways for chunk in way)


def _way(search: int, way: Sequence[Chunk], chunks: Mapping[Chunk, int]) -> _Way:
    """A way whose chunks are given, the most telling first, by their numbers."""
    key, *others = (chunks[chunk] for chunk in way)
    tells = others and min(map(_rarity, way[1])) > _TELLS_NOTHING
    return _Way(search, key, others[0] if tells else key, tuple(others))


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
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    if text in FREQUENT or (not digits and letters < _TELLING_WORD):
        return 1 - 1 / max(1, letters)
    if text in TOPICAL:
        return 2
    if digits < _TELLING_NUMBER and borders < _BOTH:
        return 0.6 * letters
    return 0.6 * letters + 0.5 * digits + 0.3 * borders


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


def _automata(
    numbers: Mapping[Chunk, int], sought: Set[int], alphabet: Alphabet
) -> list[_Automaton]:
    """One for the literals of each view of a text, of those chunks that are sought."""
    found: defaultdict[Literal, list[int]] = defaultdict(list)
    for chunk, at in numbers.items():
        if at in sought:
            for literal in chunk:
                found[literal].append(at)
    views: dict[int, dict[bytes, list[int]]] = {}
    for literal in found:
        view, spelt = alphabet.spelt(literal)
        views.setdefault(view, {}).setdefault(spelt, []).extend(found[literal])
    return [_Automaton(view, chunks) for view, chunks in views.items()]


def _all(literals: Sequence[bytes]) -> _Search:
    many = len(literals) > _MANY
    # A table of all transitions is fast while it is small enough to stay at hand.
    automaton = BytesAhoCorasick(
        literals, implementation=Implementation.ContiguousNFA if many else Implementation.DFA
    )
    return partial(automaton.find_matches_as_indexes, overlapping=True)


def _each(literals: Sequence[bytes]) -> _Search:
    patterns = [re.compile(re.escape(literal)) for literal in literals]

    def search(content: bytes) -> list[_Hit]:
        return [
            (at, *found.span())
            for at, pattern in enumerate(patterns)
            for found in pattern.finditer(content)
        ]

    return search


class _Automaton:
    """Finds literals of chunks in one view of a text."""

    def __init__(self, view: int, chunks: Mapping[bytes, Sequence[int]]) -> None:
        self._view = view
        # To look for one after the other is faster than all at once while there are hardly any.
        self._search = _each([*chunks]) if len(chunks) <= _FEW else _all([*chunks])
        self._chunks = [frozenset(found) for found in chunks.values()]
        self.literals: defaultdict[int, list[int]] = defaultdict(list)
        for literal, found in enumerate(self._chunks):
            for chunk in found:
                self.literals[chunk].append(literal)
        # A view has a blank before the first sign; blanks around a literal are no part of it.
        self.shifts = [(spelt.startswith(b" ") - 1, -spelt.endswith(b" ") - 1) for spelt in chunks]

    def hits(self, page: Page) -> Hits:
        """What is found in a text."""
        return Hits(self, self._search(page.views[self._view]))

    def chunks(self, literals: Set[int]) -> set[int]:
        """Those of which one of the literals is one."""
        return set().union(*map(self._chunks.__getitem__, literals))


class Hits:
    """Literals found in a text."""

    def __init__(self, automaton: _Automaton, hits: list[_Hit]) -> None:
        self._automaton = automaton
        self._hits = hits

    def chunks(self) -> set[int]:
        """The chunks of which one is found."""
        return self._automaton.chunks({hit[0] for hit in self._hits})

    def places(self, chunk: int) -> Iterator[Span]:
        """The start and the end of each find of a chunk."""
        for literal in self._automaton.literals.get(chunk, ()):
            if literal in self._places:
                before, after = self._automaton.shifts[literal]
                for start, end in self._places[literal]:
                    yield start + before, end + after

    @cached_property
    def _places(self) -> Mapping[int, list[Span]]:
        found: defaultdict[int, list[Span]] = defaultdict(list)
        for literal, start, end in self._hits:
            found[literal].append((start, end))
        return found

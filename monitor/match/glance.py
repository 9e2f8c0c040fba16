"""A first glance at a text: which chunks of spellings its words hold.

Most texts hold nothing that is looked for, and most words were seen before. So words are
remembered with what they hold, and only new ones are normalised and searched. What this leaves out
cannot match; what it lets through need not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from monitor.match.chunk import Chunk, pattern_of
from monitor.match.places import Glimpse, Located, Places
from monitor.text.normalise import normalise
from monitor.text.spots import has_halved, has_spaced, spots, unsettled

Look = Callable[[Sequence[str]], Mapping[str, Places]]

_NOTHING: Places = frozenset()
# Stands among the chunks of a word whose normal form depends on its neighbours.
_UNSETTLED = -1
_MOST_WORDS = 150_000
_LONGEST_WORD = 250
_LETTERS = re.compile(r"[^\W\d]+")


class Glance:
    """Tells of texts which chunks they may hold, by the places of the chunks in the list given.

    `keys` are the chunks without which nothing matches: a text that holds none is done with.
    """

    def __init__(self, chunks: Sequence[Chunk], keys: Places) -> None:
        self._keys = keys
        self._search = _Search(chunks)
        self._written = _Memory(self._look)
        self._normal = _Memory(self._search.places)

    def glimpse(self, text: str) -> Glimpse | None:
        """The chunks that may stand in the normalised text; None when no key is among them."""
        words = text.split()
        holding = self._written.holding(words)
        held, anywhere, torn = self._with_unsettled(text, _held(holding))
        if held.isdisjoint(self._keys):
            return None
        return Glimpse(held, lambda wanted: _located(words, holding, wanted), anywhere, torn)

    def held(self, text: str) -> Places:
        """The chunks that may stand in the normalised text, key or not."""
        return self._with_unsettled(text, _held(self._written.holding(text.split()))).held

    def located(self, text: str, wanted: Places) -> Located:
        """In which words of normalised text, counted from 0, which of the chunks stand."""
        words = text.split()
        return _located(words, self._normal.holding(words), wanted)

    def _with_unsettled(self, text: str, held: Places) -> _Held:
        """With what stands where normalisation looks further than one word."""
        if not (_UNSETTLED in held or has_spaced(text) or has_halved(text)):
            return _Held(held, _NOTHING, 0)
        rest = unsettled(text)
        if not rest.text:
            return _Held(held, _NOTHING, rest.torn)
        anywhere = _held(self._normal.holding(normalise(rest.text).text.split()))
        return _Held(held | anywhere, anywhere, rest.torn)

    def _look(self, words: Sequence[str]) -> dict[str, Places]:
        """What words of the page hold; those that hold nothing are left out."""
        lines = _Lines(words)
        unsettled = {words[lines.line(at)] for at in spots(lines.text)}
        settled = [word for word in words if word not in unsettled]
        normal = normalise("\n".join(settled)).text.split("\n") if settled else []
        held = self._search.places(normal)
        pairs = zip(settled, normal, strict=True)
        fresh = {word: held[line] for word, line in pairs if line in held}
        for word in unsettled:
            alone = self._search.places(normalise(word).text.split())
            fresh[word] = frozenset({_UNSETTLED}).union(*alone.values())
        return fresh


class _Held(NamedTuple):
    """The chunks that may stand in a text; see `Glimpse`."""

    held: Places
    anywhere: Places
    torn: int | None


def _held(holding: Mapping[str, Places]) -> Places:
    return _NOTHING.union(*set(holding.values()))


def _located(words: Sequence[str], holding: Mapping[str, Places], wanted: Places) -> Located:
    """Where among the words those stand that hold something wanted."""
    telling = {word: hit for word, places in holding.items() if (hit := places & wanted)}
    found: defaultdict[int, list[int]] = defaultdict(list)
    for at, word in enumerate(words):
        if word in telling:
            for place in telling[word]:
                found[place].append(at)
    return found


class _Memory:
    """Words and what they hold. A bounded number, which changes how fast it is and nothing else."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._empty: set[str] = set()
        self._holding: dict[str, Places] = {}

    def holding(self, words: Iterable[str]) -> dict[str, Places]:
        """The words that hold something, and what; new ones are looked at together."""
        rest = set(words) - self._empty
        known = {word: held for word in rest if (held := self._holding.get(word))}
        if len(known) < len(rest):
            new = [word for word in rest if word not in known]
            fresh = self._look(new)
            self._remember(new, fresh)
            known |= fresh
        return known

    def _remember(self, words: Iterable[str], fresh: Mapping[str, Places]) -> None:
        if len(self._empty) + len(self._holding) > _MOST_WORDS:
            self._empty, self._holding = set(), {}
        short = {word for word in words if len(word) <= _LONGEST_WORD}
        self._empty |= short - fresh.keys()
        self._holding |= {word: fresh[word] for word in short & fresh.keys()}


class _Lines:
    """Words, one in a line, and where the lines begin."""

    def __init__(self, words: Sequence[str]) -> None:
        self.text = "\n".join(words)
        self._starts = [*accumulate((len(word) + 1 for word in words), initial=0)]

    def line(self, at: int) -> int:
        """The line in which a character stands."""
        return bisect_right(self._starts, at) - 1


class _Search:
    """Finds chunks in normalised words: all literals at once, then each chunk where one stands.

    Chunks that are whole words are looked up, for short ones would be found everywhere.
    """

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        by_literal: dict[str, list[int]] = {}
        self._whole: dict[str, int] = {}
        for place, chunk in enumerate(chunks):
            if chunk.is_word:
                self._whole[chunk.literals[0]] = place
                continue
            for literal in chunk.literals:
                by_literal.setdefault(literal, []).append(place)
        self._chunks = chunks
        self._places = list(by_literal.values())
        self._literals = AhoCorasick(list(by_literal))
        self._pattern = cache(lambda place: pattern_of(chunks[place]))

    def places(self, words: Sequence[str]) -> dict[str, Places]:
        """The chunks that stand in each of the words; those that hold none are left out."""
        lines = _Lines(words)
        found: defaultdict[str, set[int]] = defaultdict(set)
        for letters in _LETTERS.finditer(lines.text):
            if (place := self._whole.get(letters[0])) is not None:
                found[words[lines.line(letters.start())]].add(place)
        seen: set[tuple[str, int]] = set()
        for index, start, end in self._literals.find_matches_as_indexes(
            lines.text, overlapping=True
        ):
            for place in self._places[index]:
                if self._chunks[place].touches(lines.text, start, end):
                    seen.add((words[lines.line(start)], place))
        for word, place in seen:
            if self._pattern(place).search(word):
                found[word].add(place)
        return {word: frozenset(places) for word, places in found.items() if places}

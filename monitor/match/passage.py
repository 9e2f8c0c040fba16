"""A text under search: what stands near a place, and which groups of words are there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from monitor.match.citations import covers
from monitor.match.citations.finding import every
from monitor.match.legal import Cited
from monitor.match.spelling import Spelling
from monitor.text.excerpt import Span
from monitor.text.normalise import Normalised

Condition = tuple[str, ...]

_WINDOW = 60
_WORDS = re.compile(rf"\W*\w++(?:\W++\w++){{0,{_WINDOW}}}")
_ALL_WORDS = re.compile(rf"\W*\w++(?:\W++\w++){{{_WINDOW}}}(?=\W)")
_BETWEEN_BLANKS = re.compile(r"\S+")
# So many characters hold the window mostly.
_SOME = 1000
# Where a collective paper goes on to something else: the next question or the next ruling.
_COURT = r"(?:vgh?|ovg|bverwg|bverfg|eugh|egmr|bgh|olg|kg|lg|ag|cnda|upper tribunal)"
_BORDER = re.compile(
    r"\n[^\S\n]{0,40}\n\s{0,40}(?="
    r"(?:(?:antworte?n? |vorbemerkung )?zu )?(?:den )?frag(?:e|en)(?: nr\.?)? \d"
    r"|\d{1,3}\. (?:abgeordnet|frage)"
    rf"|(?:\d{{1,3}}[.)] )?{_COURT}\b[^\n]{{0,40}}\b(?:urteil|beschluss|judgment|arret|vom)\b)"
)


class Passage:
    """A text under search; the title belongs to the surroundings of every place in it.

    `groups` are those that may stand in text or title, with the spellings that may.
    """

    def __init__(
        self,
        text: Normalised,
        title: str,
        groups: Mapping[str, Sequence[Spelling]],
        located: Mapping[Spelling, Sequence[Span]],
    ) -> None:
        self.text = text
        self._located = located
        self._title = title
        self._groups = groups
        self._in_title: dict[str, bool] = {}
        self._in_text: dict[str, list[Span]] = {}
        self._around: dict[Span, Surroundings] = {}
        self._original: dict[Span, Span] = {}

    def finds(self, search: Spelling | Cited) -> Iterator[Span]:
        """Where a spelling or a citation stands; none reaches into the next question."""
        if isinstance(search, Cited):
            yield from (span for name, span in self._citations if covers(search.id, name))
        else:
            spans = self.places(search)
            yield from (span for span in spans if self._border(span[0]) == self._border(span[1]))

    def around(self, start: int, end: int) -> Surroundings:
        """The title and the words near a find, itself included, up to the next question."""
        if (start, end) not in self._around:
            border = self._border(start)
            opens = self._borders[border - 1] if border else 0
            closes = self._borders[border] if border < len(self._borders) else len(self.text.text)
            first, last = max(self._back(start), opens), min(self._ahead(end), closes)
            self._around[start, end] = Surroundings(self, first, last)
        return self._around[start, end]

    def _back(self, start: int) -> int:
        """Where the window before a place begins."""
        before = self.text.text[max(0, start + 1 - _SOME) : start + 1][::-1]
        found = _ALL_WORDS.match(before)
        while not found and len(before) <= start:
            before = self.text.text[max(0, start + 1 - 2 * len(before)) : start + 1][::-1]
            found = _ALL_WORDS.match(before)
        found = found or _WORDS.match(before)
        return start + 1 - found.end() if found else start

    def _ahead(self, end: int) -> int:
        """Where the window behind a place ends."""
        found = _WORDS.match(self.text.text, end - 1)
        return found.end() if found else end

    def original(self, start: int, end: int) -> Span:
        """The place in the original text."""
        if (start, end) not in self._original:
            self._original[start, end] = self.text.span(start, end)
        return self._original[start, end]

    def in_title(self, group: str) -> bool:
        """Whether a group stands in the title."""
        if group not in self._in_title:
            members = self._groups.get(group, ())
            self._in_title[group] = any(spelling.occurs(self._title) for spelling in members)
        return self._in_title[group]

    def spans(self, group: str) -> Sequence[Span]:
        """Where words of a group stand in the text, in order of place."""
        if group not in self._in_text:
            members = self._groups.get(group, ())
            found = {span for spelling in members for span in self.places(spelling)}
            self._in_text[group] = sorted(found)
        return self._in_text[group]

    def places(self, spelling: Spelling) -> Iterator[Span]:
        """Where a spelling stands: it is looked for in the stretches that hold what it needs."""
        for first, after in self._located[spelling]:
            words = self._blank_words
            end = words[after] if after < len(words) else None
            yield from spelling.spans(self.text.text, words[first], end)

    @cached_property
    def _blank_words(self) -> list[int]:
        """Where what stands between white space begins."""
        return [found.start() for found in _BETWEEN_BLANKS.finditer(self.text.text)]

    def _border(self, at: int) -> int:
        """How many borders lie before a place."""
        return bisect_right(self._borders, at) if self._borders else 0

    @cached_property
    def _borders(self) -> list[int]:
        """Where the next question or ruling of a collective paper begins."""
        return [found.end() for found in _BORDER.finditer(self.text.text)]

    @cached_property
    def _citations(self) -> list[tuple[str, Span]]:
        """The citations of the text with their places in normalised text."""
        place = self.text.place
        return [
            (each.id, (place(each.start), place(each.end))) for each in every(self.text.original)
        ]


class Surroundings:
    """The title and a stretch of a text."""

    def __init__(self, passage: Passage, start: int, end: int) -> None:
        self._passage = passage
        self.start = start
        self.end = end
        self._holding: dict[str, bool] = {}

    def hold(self, conditions: Iterable[Condition]) -> bool:
        """Whether all groups of one of the conditions are here."""
        for condition in conditions:
            for group in condition:
                if not self._has(group):
                    break
            else:
                return True
        return False

    def fulfilling(self, conditions: Iterable[Condition]) -> list[Span]:
        """The words of the stretch by which the first condition that holds does so."""
        for condition in conditions:
            if self.hold((condition,)):
                return [span for group in condition if (span := self._first(group))]
        return []

    def _has(self, group: str) -> bool:
        has = self._holding.get(group)
        if has is None:
            has = self._passage.in_title(group) or self._first(group) is not None
            self._holding[group] = has
        return has

    def _first(self, group: str) -> Span | None:
        """The first words of a group in the stretch."""
        spans = self._passage.spans(group)
        if not spans:
            return None
        for at in range(bisect_left(spans, (self.start, 0)), len(spans)):
            start, end = spans[at]
            if start >= self.end:
                return None
            if end <= self.end:
                return start, end
        return None

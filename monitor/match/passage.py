"""A text under search: what stands near a place, and which groups of words are there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence, Set
from functools import cached_property

from monitor.match.citations import covers
from monitor.match.citations.finding import every
from monitor.match.legal import Cited
from monitor.match.page import Page
from monitor.match.rules import Rule, Rules
from monitor.match.scan import Sight
from monitor.model import Tier
from monitor.text.excerpt import Span, merge
from monitor.text.normalise import Normalised

Condition = tuple[str, ...]

_WINDOW = 60
_WORD = re.compile(r"\w+")
_WORDS = re.compile(rf"\W*\w++(?:\W++\w++){{0,{_WINDOW}}}")
# One window in so many characters is much.
_MANY = 700
# So many characters may be as few words as a window holds.
_SHORT = 1000
# Where a collective paper goes on to something else: the next question or the next ruling.
_COURT = r"(?:vgh?|ovg|bverwg|bverfg|eugh|egmr|bgh|olg|kg|lg|ag|cnda|upper tribunal)"
_BORDER = re.compile(
    r"\n[^\S\n]{0,40}\n\s{0,40}(?="
    r"(?:(?:antworte?n? |vorbemerkung )?zu )?(?:den )?frag(?:e|en)(?: nr\.?)? \d"
    r"|\d{1,3}\. (?:abgeordnet|frage)"
    rf"|(?:\d{{1,3}}[.)] )?{_COURT}\b[^\n]{{0,40}}\b(?:urteil|beschluss|judgment|arret|vom)\b)"
)


class Passage:
    """A text under search; the title belongs to the surroundings of every place in it."""

    def __init__(self, rules: Rules, text: Normalised, sight: Sight, title: str = "") -> None:
        self.text = text
        self._rules = rules
        self._sight = sight
        self._title = title
        self._in_title: dict[str, bool] = {}
        self._in_text: dict[str, list[Span]] = {}
        self._around: dict[Span, Surroundings] = {}
        self._original: dict[Span, Span] = {}

    @cached_property
    def company(self) -> Sight:
        """What is seen of the words that conditions name, and of what holds beside others."""
        return self._rules.look_around(self._sight.page)

    @cached_property
    def _above(self) -> Sight:
        return self._rules.look_around(Page(self._title, self._rules.alphabet))

    @cached_property
    def _near(self) -> dict[str, list[int]]:
        return self._rules.nearby(self.company)

    @cached_property
    def _near_above(self) -> dict[str, list[int]]:
        return self._rules.nearby(self._above) if self._title else {}

    @cached_property
    def groups(self) -> Set[str]:
        """The groups of which words may stand in the text or in the title."""
        return self._near.keys() | self._near_above.keys()

    def sees(self, searches: Iterable[int]) -> bool:
        """Whether searches of rules that hold by themselves may find something."""
        return any(map(self._sight.spans, searches))

    def finds(self, searches: Iterable[int], sight: Sight | None = None) -> list[Span]:
        """Where searches find something; none of it reaches into the next question."""
        sight = sight or self._sight
        return merge([span for search in searches for span in self._finds(search, sight)])

    def _finds(self, search: int, sight: Sight) -> Iterable[Span]:
        spans = sight.spans(search)
        if not spans:
            return ()
        sought = sight.sought(search)
        if isinstance(sought, Cited):
            return (span for name, span in self._citations if covers(sought.id, name))
        if not self._borders:
            return spans
        return (span for span in spans if self._border(span[0]) == self._border(span[1]))

    def around(self, start: int, end: int) -> Surroundings:
        """The title and the words near a find, itself included, up to the next question."""
        if not self._borders and self._all is not None:
            return self._all
        border = self._border(start)
        opens = self._borders[border - 1] if border else 0
        closes = self._borders[border] if border < len(self._borders) else len(self.text.text)
        window = max(self._back(start), opens), min(self._ahead(end), closes)
        if window not in self._around:
            self._around[window] = Surroundings(self, *window)
        return self._around[window]

    def _back(self, start: int) -> int:
        """Where the window before a place begins."""
        if self._has_many:
            begins, _ = self._words
            at = bisect_right(begins, start) - 1
            return begins[max(0, at - _WINDOW)] if at >= 0 else start
        found = _WORDS.match(self._backwards, len(self._backwards) - start - 1)
        return start + 1 - (found.end() - found.start()) if found else start

    def _ahead(self, end: int) -> int:
        """Where the window behind a place ends."""
        if self._has_many:
            _, ends = self._words
            at = bisect_right(ends, end - 1)
            return ends[min(len(ends) - 1, at + _WINDOW)] if at < len(ends) else end
        found = _WORDS.match(self.text.text, end - 1)
        return found.end() if found else end

    @cached_property
    def _all(self) -> Surroundings | None:
        """The surroundings of every find, if there are so few words in the text."""
        if len(self.text.text) > _SHORT:
            return None
        begins, ends = self._words
        return Surroundings(self, begins[0], ends[-1]) if 0 < len(begins) <= _WINDOW else None

    @property
    def _has_many(self) -> bool:
        """Whether there are so many finds that it is quicker to know where all words are."""
        return len(self._around) * _MANY > len(self.text.text)

    @cached_property
    def _backwards(self) -> str:
        return self.text.text[::-1]

    @cached_property
    def _words(self) -> tuple[list[int], list[int]]:
        """Where the words of the text begin, and where they end."""
        spans = [found.span() for found in _WORD.finditer(self.text.text)]
        return [start for start, _ in spans], [end for _, end in spans]

    def original(self, start: int, end: int) -> Span:
        """The place in the original text."""
        if (start, end) not in self._original:
            self._original[start, end] = self.text.span(start, end)
        return self._original[start, end]

    def in_title(self, group: str) -> bool:
        """Whether a group stands in the title."""
        if group not in self._in_title:
            members = self._near_above.get(group, ())
            self._in_title[group] = any(self._above.spans(search) for search in members)
        return self._in_title[group]

    def spans(self, group: str) -> Sequence[Span]:
        """Where words of a group stand in the text, in order of place."""
        if group not in self._in_text:
            members = self._near.get(group, ())
            found = {span for search in members for span in self.company.spans(search)}
            self._in_text[group] = sorted(found)
        return self._in_text[group]

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
        self._tiers: dict[Rule, Tier | None] = {}

    def tier(self, rule: Rule) -> Tier | None:
        """How sure a find of the rule is here; None when it is none."""
        if rule not in self._tiers:
            self._tiers[rule] = self._tier(rule)
        return self._tiers[rule]

    def _tier(self, rule: Rule) -> Tier | None:
        if not rule.needs or self.hold(rule.needs):
            tier: Tier | None = Tier.SURE
        elif rule.perhaps:
            tier = Tier.PERHAPS if self.hold(rule.perhaps) else None
        else:
            tier = rule.otherwise
        silenced = tier and self.hold(rule.unless) and not self.hold(rule.despite)
        return None if silenced else tier

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

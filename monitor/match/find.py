"""Which terms stand in a text, how sure that is, and which words show it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from monitor.match.rules import Rule, Rules
from monitor.model import Match, Tier
from monitor.text.excerpt import Span, excerpt, merge
from monitor.text.normalise import Normalised, normalise

_WINDOW = 60
_WORD = re.compile(r"\w+")

Occurs = Callable[[str, str], bool]


@dataclass(frozen=True)
class _Passage:
    """A text under search; the title belongs to the surroundings of every place in it."""

    text: Normalised
    title: str

    @cached_property
    def words(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Where the words begin, and where they end."""
        spans = [found.span() for found in _WORD.finditer(self.text.text)]
        return tuple(start for start, _ in spans), tuple(end for _, end in spans)

    def around(self, start: int, end: int) -> str:
        """The title and the words of the text near a find, itself included."""
        starts, ends = self.words
        first = max(0, bisect_right(starts, start) - 1 - _WINDOW)
        last = min(len(ends) - 1, bisect_left(ends, end) + _WINDOW)
        return f"{self.title}\n\n{self.text.text[starts[first] : ends[last]]}"


def find(
    rules: Rules,
    text: str,
    *,
    title: str = "",
    lang: str | None = None,
    topics: Collection[str] | None = None,
    within: Sequence[Span] | None = None,
) -> tuple[Match, ...]:
    """The matches in order of place; offsets count in `text` as given.

    `title` is context only. `topics` limits what is looked for, `within` where: a match must
    touch one of these stretches. `lang` is what the text is said to be in; as sources quote each
    other in many languages, every term is tried in every text.
    """
    passage = _Passage(normalise(text), normalise(title).text)
    contains = cache(passage.text.text.__contains__)

    @cache
    def occurs(group: str, window: str) -> bool:
        return any(spelling.occurs(window) for spelling in rules.groups[group])

    finds = [
        _match(rule, text, span, tier)
        for rule in rules.rules
        if topics is None or rule.topic in topics
        for span, tier in _finds(rule, passage, contains, occurs)
        if within is None or any(span[0] < end and start < span[1] for start, end in within)
    ]
    return tuple(sorted(finds, key=lambda match: (match.start, match.end)))


def _finds(
    rule: Rule, passage: _Passage, contains: Callable[[str], bool], occurs: Occurs
) -> Iterator[tuple[Span, Tier]]:
    """Where the rule holds in the original text, and how surely."""
    plain = passage.text.text
    candidates = [spelling for spelling in rule.spellings if spelling.may_occur(contains)]
    if not candidates:
        return
    for start, end in merge([span for spelling in candidates for span in spelling.spans(plain)]):
        tier = _tier(rule, lambda: passage.around(start, end), occurs)  # noqa: B023
        if tier is not None:
            yield passage.text.span(start, end), tier


def _tier(rule: Rule, around: Callable[[], str], occurs: Occurs) -> Tier | None:
    """How sure a find of the rule is amid its surroundings; None when it is none."""
    if not (rule.needs or rule.unless):
        return Tier.SURE
    window = around()

    def holds(condition: Sequence[str]) -> bool:
        return all(occurs(group, window) for group in condition)

    if any(map(holds, rule.unless)):
        return None
    return Tier.SURE if not rule.needs or any(map(holds, rule.needs)) else rule.otherwise


def _match(rule: Rule, text: str, span: Span, tier: Tier) -> Match:
    start, end = span
    words = " ".join(text[start:end].split())
    return Match(rule.topic, rule.term, start, end, words, excerpt(text, [span]), tier)

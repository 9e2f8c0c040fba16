"""Which terms stand in a text, how sure that is, and which words show it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from monitor.match.rules import Condition, Rule, Rules
from monitor.match.spelling import Spelling
from monitor.model import Match, Tier
from monitor.text.excerpt import Span, excerpt, merge
from monitor.text.normalise import Normalised, normalise

_WINDOW = 60
_MARKED_WORDS = 5
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

    @cached_property
    def whole(self) -> str:
        """The title and all the text."""
        return f"{self.title}\n\n{self.text.text}"

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
    occurs = _occurs(rules)
    finds = [
        _match(rule, text, span, tier)
        for rule, spellings in _possible(rules, topics, passage, occurs)
        for span, tier in _finds(rule, spellings, passage, occurs)
        if within is None or any(span[0] < end and start < span[1] for start, end in within)
    ]
    return _distinct(finds)


def _occurs(rules: Rules) -> Occurs:
    """Whether a group stands in some surroundings; asked again and again for the same."""

    @cache
    def occurs(group: str, text: str) -> bool:
        return any(spelling.occurs(text) for spelling in rules.groups[group])

    return occurs


def _possible(
    rules: Rules, topics: Collection[str] | None, passage: _Passage, occurs: Occurs
) -> Iterator[tuple[Rule, list[Spelling]]]:
    """The rules of which a literal is there, and what they cannot do without."""
    for rule, spellings in rules.candidates(passage.text.text):
        if topics is not None and rule.topic not in topics:
            continue
        if rule.needs and rule.otherwise is None and not _hold(rule.needs, passage.whole, occurs):
            continue
        yield rule, spellings


def _finds(
    rule: Rule, spellings: Iterable[Spelling], passage: _Passage, occurs: Occurs
) -> Iterator[tuple[Span, Tier]]:
    """Where the rule holds in the original text, and how surely."""
    plain = passage.text.text
    spans = [span for spelling in spellings for span in spelling.spans(plain)]
    for start, end in merge(spans):
        tier = _tier(rule, passage.around(start, end), occurs)
        if tier is not None:
            yield passage.text.span(start, end), tier


def _tier(rule: Rule, around: str, occurs: Occurs) -> Tier | None:
    """How sure a find of the rule is amid its surroundings; None when it is none."""
    if _hold(rule.unless, around, occurs):
        return None
    return Tier.SURE if not rule.needs or _hold(rule.needs, around, occurs) else rule.otherwise


def _hold(conditions: Iterable[Condition], text: str, occurs: Occurs) -> bool:
    return any(all(occurs(group, text) for group in condition) for condition in conditions)


def _distinct(finds: Iterable[Match]) -> tuple[Match, ...]:
    """In order of place; where terms of a topic find the same words, one of them, the surest."""
    surest: dict[tuple[int, int, str], Match] = {}
    for match in finds:
        place = match.start, match.end, match.topic
        if place not in surest or match.tier is Tier.SURE is not surest[place].tier:
            surest[place] = match
    return tuple(surest[place] for place in sorted(surest))


def _match(rule: Rule, text: str, span: Span, tier: Tier) -> Match:
    start, end = span
    words = " ".join(text[start:end].split())
    marked = excerpt(text, _ends(text, start, end))
    return Match(rule.topic, rule.term, start, end, words, marked, tier)


def _ends(text: str, start: int, end: int) -> list[Span]:
    """What to mark of a find: all of it, or of a long stretch the distant words at its ends."""
    words = [found.span() for found in _WORD.finditer(text, start, end)]
    return [(start, end)] if len(words) <= _MARKED_WORDS else [words[0], words[-1]]

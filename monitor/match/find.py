"""Which terms stand in a text, how sure that is, and which words show it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from monitor.match.passage import Passage
from monitor.match.rules import Rule, Rules
from monitor.match.scan import Sight
from monitor.model import Match, Piece, Tier
from monitor.text.excerpt import Span, excerpt, merge
from monitor.text.normalise import normalise

Searches = list[int]

_MARKED_WORDS = 5
_WORD = re.compile(r"\w+")


def find(
    rules: Rules,
    text: str,
    *,
    title: str = "",
    lang: str | None = None,
    topics: Collection[str] | None = None,
    within: Sequence[Span] | None = None,
    most: int | None = None,
) -> tuple[Match, ...]:
    """The matches in order of place; offsets count in `text` as given.

    `title` is context only. `topics` limits what is looked for, `within` where: a match must
    touch one of these stretches, which are in order of place; `most` how often the same term is
    told, where it is surest. `lang` is what the text is said to be in; as sources quote each other
    in many languages, every term is tried in every text.
    """
    normal = normalise(text)
    sight = rules.look(normal.text)
    wanted = _wanted(rules, sight, topics)
    if not wanted:
        return ()
    passage = Passage(rules, normal, sight, normalise(title).text if title else "")
    finds = [
        find
        for rule, searches in wanted
        for find in _finds(rule, searches, passage)
        if within is None or _touches(find, within)
    ]
    besides = rules.sighted(passage.company) if finds else []
    finds += [
        find for rule, searches in besides for find in _beside(rule, searches, passage, finds)
    ]
    if topics is not None:
        finds = [find for find in finds if find.rule.topic in topics]
    shown = cache(lambda spans, own: _shown(text, [normal.span(*span) for span in spans], own))
    return tuple(
        Match(rule.topic, rule.term, start, end, *shown(words, (start, end)), tier)
        for rule, start, end, tier, words, _ in _first(_distinct(finds), most)
    )


class Find(NamedTuple):
    """A rule that holds at a place of the original text, how surely, and the words to show.

    These, and where it is `at`, are given by their places in normalised text.
    """

    rule: Rule
    start: int
    end: int
    tier: Tier
    shown: tuple[Span, ...]
    at: Span


def _touches(find: Find, within: Sequence[Span]) -> bool:
    """Whether a find touches one of the stretches, of which there may be very many."""
    last = bisect_left(within, (find.end,)) - 1
    return last >= 0 and find.start < within[last][1]


def _wanted(
    rules: Rules, sight: Sight, topics: Collection[str] | None
) -> list[tuple[Rule, Searches]]:
    """The rules of these topics, and of those beside which some of them hold."""
    every = rules.sighted(sight)
    if topics is None:
        return every
    asked = {name for rule in rules.rules if rule.topic in topics for name in rule.beside}
    return [
        (rule, searches) for rule, searches in every
        if rule.topic in topics or rule.topic in asked
    ]  # fmt: skip


def _finds(rule: Rule, searches: Searches, passage: Passage) -> Iterator[Find]:
    """Where the rule holds."""
    if not (passage.sees(searches) and rule.may_hold(passage.groups)):
        return
    for start, end in passage.finds(searches):
        around = passage.around(start, end)
        tier = around.tier(rule)
        if tier is not None:
            needed = around.fulfilling(rule.needs) if rule.weak else []
            at = start, end
            yield Find(rule, *passage.original(start, end), tier, (*needed,) or (at,), at)


def _beside(
    rule: Rule, searches: Searches, passage: Passage, finds: Sequence[Find]
) -> Iterator[Find]:
    """Where the rule holds near finds of other topics, as sure as the surest of these."""
    near = [find for find in finds if find.rule.topic in rule.beside]
    for start, end in passage.finds(searches, passage.company) if near else ():
        around = passage.around(start, end)
        company = [f for f in near if around.start <= f.at[0] and f.at[1] <= around.end]
        if company and around.tier(rule) is not None:
            surest = min(company, key=lambda find: find.tier is not Tier.SURE)
            yield Find(rule, *passage.original(start, end), surest.tier, surest.shown, (start, end))


def _distinct(finds: Iterable[Find]) -> list[Find]:
    """In order of place; where terms of a topic find the same words, one of them, the surest."""
    surest: dict[tuple[int, int, str], Find] = {}
    for find in finds:
        place = find.start, find.end, find.rule.topic
        if place not in surest or find.tier is Tier.SURE is not surest[place].tier:
            surest[place] = find
    return [surest[place] for place in sorted(surest)]


def _first(finds: Sequence[Find], most: int | None) -> Sequence[Find]:
    """So many finds of each term, sure ones first, in order of place."""
    if most is None:
        return finds
    count: Counter[tuple[str, str]] = Counter()
    chosen = []
    for at, find in sorted(enumerate(finds), key=lambda each: each[1].tier is not Tier.SURE):
        count[find.rule.topic, find.rule.term] += 1
        if count[find.rule.topic, find.rule.term] <= most:
            chosen.append(at)
    return [finds[at] for at in sorted(chosen)]


def _shown(text: str, spans: Iterable[Span], own: Span) -> tuple[str, tuple[Piece, ...]]:
    """Words in one line; and these and the find itself amid their surroundings."""
    words = " … ".join(" ".join(text[start:end].split()) for start, end in merge([*spans]))
    ends = [end for start, stop in {*spans, own} for end in _ends(text, start, stop)]
    return words, excerpt(text, ends)


def _ends(text: str, start: int, end: int) -> list[Span]:
    """What to mark of a find: all of it, or of a long stretch the distant words at its ends."""
    words = [found.span() for found in _WORD.finditer(text, start, end)]
    return [(start, end)] if len(words) <= _MARKED_WORDS else [words[0], words[-1]]

"""Matches of a change: only what came counts, and what went where leaving is news."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, zip_longest
from typing import NamedTuple

from monitor.match.find import find
from monitor.match.rules import Rules
from monitor.model import Change, ChangeKind, Item, Match, Side, Tier
from monitor.text.excerpt import Span

_MOST = 3
_BREAK = "\n\n"


class Part(NamedTuple):
    """A text of an item, whether it is what changed, and where in its document it stands."""

    text: str
    changed: bool
    place: str = ""


def match_change(
    rules: Rules, change: Change, topics: Collection[str] | None, *, complete: bool
) -> tuple[Match, ...]:
    """The matches in the text that came with a change, at most three for each term.

    Of a new item all text counts, of an edited one only the added blocks (the rest is context),
    of a removed one all text on the removed side. For a `complete` source what an edit took away
    counts too, unless it still says the same elsewhere among the added. Offsets count in the
    parts of the item (title, blocks, attachments) joined by empty lines.
    """
    if change.kind is ChangeKind.REMOVED:
        gone = _parts(change.before or change.item, None, change.removed, title=True)
        return _limited(_search(rules, gone, topics, Side.REMOVED))
    if change.kind is ChangeKind.ADDED:
        return _limited(
            _search(rules, _parts(change.item, None, change.added, title=True), topics, Side.ADDED)
        )
    come = _parts(change.item, change.added, change.added, title=change.title_changed)
    matches = _search(rules, come, topics, Side.ADDED)
    if complete and change.removed:
        gone = _parts(change.before or change.item, change.removed, change.removed, title=False)
        kept = {(match.topic, match.term) for match in matches}
        lost = _search(rules, gone, topics, Side.REMOVED)
        matches += tuple(match for match in lost if (match.topic, match.term) not in kept)
    return _limited(matches)


def _parts(
    item: Item, news: Collection[str] | None, sure: Iterable[str], *, title: bool
) -> Iterator[Part]:
    """The texts of an item; `news` are those that changed, None means all of them.

    What is in `sure` but not in the item comes last, so that nothing that changed is missed.
    """
    blocks = dict.fromkeys(item.blocks)
    changed = frozenset(blocks if news is None else news)
    yield Part(item.title, title)
    for block in item.blocks:
        yield Part(block, block in changed)
    for document in item.attached:
        blocks |= dict.fromkeys(document.blocks)
        for block, place in zip_longest(document.blocks, document.places, fillvalue=""):
            yield Part(block, news is None or block in changed, place)
    for block in sure:
        if block not in blocks:
            yield Part(block, True)


def _search(
    rules: Rules, parts: Iterable[Part], topics: Collection[str] | None, side: Side
) -> tuple[Match, ...]:
    texts = [*parts]
    within = list(_spans(texts))
    if not within:
        return ()
    passage = _BREAK.join(part.text for part in texts)
    title = texts[0].text
    found = find(rules, passage, title=title, topics=topics, within=within, most=_MOST)
    starts = [*accumulate((len(part.text) + len(_BREAK) for part in texts), initial=0)]
    return tuple(
        replace(match, side=side, place=texts[bisect_right(starts, match.start) - 1].place)
        for match in found
    )


def _spans(parts: Sequence[Part]) -> Iterator[Span]:
    """Where in the joined parts the changed ones lie."""
    start = 0
    for part in parts:
        if part.changed and part.text:
            yield start, start + len(part.text)
        start += len(part.text) + len(_BREAK)


def _limited(matches: Iterable[Match]) -> tuple[Match, ...]:
    """At most three matches of a term, sure ones first, again in order of place."""
    count: Counter[tuple[str, str, Side]] = Counter()
    chosen = []
    for match in sorted(matches, key=lambda match: match.tier is not Tier.SURE):
        key = match.topic, match.term, match.side
        count[key] += 1
        if count[key] <= _MOST:
            chosen.append(match)
    return tuple(sorted(chosen, key=lambda match: (match.side is Side.REMOVED, match.start)))

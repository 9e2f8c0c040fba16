"""Matches of a change: only what came counts, and what went where leaving is news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from monitor.match.find import find
from monitor.match.rules import Rules
from monitor.model import Change, ChangeKind, Item, Match, Side, Tier
from monitor.text.excerpt import Span

_MOST = 3
_BREAK = "\n\n"

Part = tuple[str, bool]


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
    """The texts of an item and whether they are what changed; `news` None means all of them.

    What is in `sure` but not in the item comes last, so that nothing that changed is missed.
    """
    blocks = [*item.blocks, *chain.from_iterable(a.blocks for a in item.attached)]
    yield item.title, title
    for block in blocks:
        yield block, news is None or block in news
    for block in sure:
        if block not in blocks:
            yield block, True


def _search(
    rules: Rules, parts: Iterable[Part], topics: Collection[str] | None, side: Side
) -> tuple[Match, ...]:
    texts = [*parts]
    within = list(_spans(texts))
    if not within:
        return ()
    passage = _BREAK.join(text for text, _ in texts)
    found = find(rules, passage, title=texts[0][0], topics=topics, within=within)
    return tuple(replace(match, side=side) for match in found)


def _spans(parts: Sequence[Part]) -> Iterator[Span]:
    """Where in the joined parts the changed ones lie."""
    start = 0
    for text, changed in parts:
        if changed and text:
            yield start, start + len(text)
        start += len(text) + len(_BREAK)


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

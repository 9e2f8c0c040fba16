"""From the alerts of a story, and the stored versions of its items, to what its page shows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise

from monitor.entry import entry_of
from monitor.model import Alert, ChangeKind, Entry, Item, MailingList, Piece, Source, Tier, Topic
from monitor.priority import priority
from monitor.site.pages import Line, Passage, Record, Report, Step, Story
from monitor.story import REWRITTEN, News, figures
from monitor.text.rewording import Fate, Stretch, rewordings, shortened

PASSAGES_SHOWN = 12
STEPS_SHOWN = 12
# Blocks of either side that are looked at: finding pairs takes their product.
_COMPARED = 40
_BLOCK_SHOWN = 900
_TEXT_SHOWN = 3
_EXCERPT_SHOWN = 240
_LEAD = 100
_LANG = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
# The archive reads alerts as a list without wishes would.
READER = MailingList("archive", ())


@dataclass(frozen=True, slots=True)
class Version:
    """One stored state of an item; `item` is None for a removal and for a forgotten text."""

    number: int
    at: datetime
    kind: ChangeKind
    item: Item | None


@dataclass(frozen=True, slots=True)
class Watch:
    """What the configuration says of sources and topics."""

    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]


def line(alerts: Sequence[Alert], watch: Watch, known: Sequence[Report] = ()) -> Line:
    """Return a story as lists show it; its alerts are given oldest first.

    `known` are its reports if they are made already.
    """
    lead = next((alert for alert in alerts if alert.tier is Tier.SURE), alerts[0])
    entry = next((report.entry for report in known if report.alerts == (lead.id,)), None)
    entry = entry or entry_of(News((lead,)), READER, watch.sources, watch.topics)[0]
    numbers = tuple(figures(alert) for alert in alerts)
    together = sum(map(bool, numbers)) > 1 or _is_rewritten(alerts, watch)
    source = entry.source
    return Line(
        story=alerts[0].id or 0,
        title=source if together else entry.title,
        pieces=() if together else entry.title_pieces,
        excerpt=_clipped(entry.excerpts[0]) if entry.excerpts and not together else (),
        lang=_lang(lead.lang),
        kind=ChangeKind.EDITED if together else lead.kind,
        source=lead.source,
        sources=tuple(dict.fromkeys(alert.source for alert in alerts)),
        topics=tuple(dict.fromkeys(topic for alert in alerts for topic in alert.topics)),
        at=alerts[0].detected_at,
        last=alerts[-1].detected_at,
        published=lead.published,
        reports=len(known or _checks(alerts, watch)),
        perhaps=lead.tier is Tier.PERHAPS,
        priority=max(priority(a, watch.sources.get(a.source)).value for a in alerts),
    )


def story(
    alerts: Sequence[Alert],
    versions: Mapping[tuple[str, str], Sequence[Version]],
    watch: Watch,
) -> Story:
    """Return the page of a story; `versions` are of those of its items that have several."""
    reports = [_report(told, watch) for told in _checks(alerts, watch)]
    raised = {(a.source, a.item, a.detected_at): a.id or 0 for a in alerts}
    records = (_record(place, states, raised) for place, states in sorted(versions.items()))
    return Story(
        line(alerts, watch, reports), tuple(reversed(reports)), tuple(r for r in records if r)
    )


# --- reports -------------------------------------------------------------------------------------


def _is_rewritten(alerts: Sequence[Alert], watch: Watch) -> bool:
    source = watch.sources.get(alerts[0].source)
    return bool(source and source.complete) and len(alerts) >= REWRITTEN


def _checks(alerts: Sequence[Alert], watch: Watch) -> list[tuple[Alert, ...]]:
    """The alerts that make one report: each, but the figures or sections of one check together."""
    found: list[tuple[Alert, ...]] = []
    for _, checked in groupby(alerts, key=lambda alert: (alert.source, alert.detected_at)):
        batch = tuple(checked)
        if all(map(figures, batch)) or _is_rewritten(batch, watch):
            found.append(batch)
        else:
            found += [(alert,) for alert in batch]
    return found


def _report(alerts: Sequence[Alert], watch: Watch) -> Report:
    entry, tier = entry_of(News(tuple(alerts)), READER, watch.sources, watch.topics)
    alert = alerts[0]
    passages: tuple[Passage, ...] = ()
    more = 0
    if len(alerts) == 1 and not figures(alert) and alert.kind is not ChangeKind.ADDED:
        hits = {match.words for match in alert.matches}
        passages, more = beside(alert.removed, alert.added, hits)
    shown = _shown(entry) or bool(passages) or any(map(figures, alerts))
    return Report(
        alerts=tuple(each.id or 0 for each in alerts),
        entry=replace(entry, lang=_lang(entry.lang)),
        topics=tuple(dict.fromkeys(topic for each in alerts for topic in each.topics)),
        perhaps=tier is Tier.PERHAPS,
        passages=passages,
        more=more,
        text=() if shown else tuple(_cut(block) for block in alert.added[:_TEXT_SHOWN]),
    )


def _lang(told: str | None) -> str | None:
    """The language if it has the form of one (RFC 5646, 2.1): sources say what they like."""
    return told if told and _LANG.fullmatch(told) else None


def _shown(entry: Entry) -> bool:
    return bool(entry.excerpts or entry.parts)


# --- side by side --------------------------------------------------------------------------------


def beside(
    removed: Sequence[str], added: Sequence[str], hits: Iterable[str] = ()
) -> tuple[tuple[Passage, ...], int]:
    """Return changed passages side by side, and how many more there are.

    A block and what became of it stand in one row, in the order of the new text. What only came
    stands beside what only went, as far as there is any, the rest of that at the end.
    """
    old, new = removed[:_COMPARED], added[:_COMPARED]
    pairs = {pair.after: pair for pair in rewordings(old, new, tuple(hits))}
    known = {pair.before for pair in pairs.values()}
    gone = deque(_all(block, Fate.GONE) for block in old if block not in known)
    rows = [
        _row(pairs[block].stretches)
        if block in pairs
        else Passage(gone.popleft() if gone else (), _all(block, Fate.CAME))
        for block in new
    ]
    rows += [Passage(stretches, ()) for stretches in gone]
    left = len(removed) - len(old) + len(added) - len(new)
    return tuple(rows[:PASSAGES_SHOWN]), max(0, len(rows) - PASSAGES_SHOWN) + left


def _row(stretches: Sequence[Stretch]) -> Passage:
    short = shortened(stretches, 160)
    return Passage(
        tuple(each for each in short if each.fate is not Fate.CAME),
        tuple(each for each in short if each.fate is not Fate.GONE),
    )


def _all(block: str, fate: Fate) -> tuple[Stretch, ...]:
    return (Stretch(_cut(block), fate),)


def _cut(text: str, length: int = _BLOCK_SHOWN) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[:length].rpartition(' ')[0]} …"


def _clipped(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces up to about so many characters, but never without the first hit."""
    found: list[Piece] = []
    room = _EXCERPT_SHOWN
    for piece in pieces:
        if len(piece.text) > room and (found or not piece.hit):
            if any(each.hit for each in found):
                head = piece.text[: max(0, room)].rpartition(" ")[0].rstrip(" …")
                return (*found, Piece(f"{head} …", hit=False))
            found.append(Piece(f"… {piece.text[-_LEAD:].partition(' ')[2]}", hit=False))
            room -= _LEAD
        else:
            found.append(piece)
            room -= len(piece.text)
    return tuple(found)


# --- stored versions -----------------------------------------------------------------------------


def _record(
    place: tuple[str, str],
    versions: Sequence[Version],
    raised: Mapping[tuple[str, str, datetime], int],
) -> Record | None:
    if len(versions) < 2:
        return None
    shown = versions[-STEPS_SHOWN - 1 :]
    steps = [_step(one, other, raised.get((*place, other.at))) for one, other in pairwise(shown)]
    if len(shown) == len(versions):
        steps.insert(0, Step(shown[0].number, shown[0].at, shown[0].kind, None))
    titles = [version.item.title for version in versions if version.item]
    title = titles[-1] if titles else place[1]
    return Record(place[0], title, tuple(reversed(steps)), len(versions) - len(shown))


def _step(one: Version, other: Version, alert: int | None) -> Step:
    lost = (one.item is None and one.kind is not ChangeKind.REMOVED) or (
        other.item is None and other.kind is not ChangeKind.REMOVED
    )
    if lost or alert is not None:
        return Step(other.number, other.at, other.kind, alert, lost=lost and alert is None)
    before, after = _blocks(one.item), _blocks(other.item)
    known, here = set(before), set(after)
    passages, more = beside(
        [block for block in before if block not in here],
        [block for block in after if block not in known],
    )
    return Step(other.number, other.at, other.kind, None, passages, more)


def _blocks(item: Item | None) -> list[str]:
    if item is None:
        return []
    papers = (block for paper in item.attached for block in paper.blocks)
    return [item.title, *item.blocks, *papers]

"""What today's topics would have made of the past: the stored versions, matched anew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from monitor.diff import Known, Triage, compare, remember
from monitor.match import Rules
from monitor.model import Alert, Change, ChangeKind, Numbers, Source, Tier
from monitor.pipeline.alerting import alerts
from monitor.store import ItemVersion
from monitor.text.prints import Prints

Name = TypeVar("Name", str, tuple[str, str])

_TOMORROW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many alerts there would have been, and how many a topic, a term and a source raised.

    An alert that several terms raised counts once for each.
    """

    alerts: int
    sure: int
    by_topic: Mapping[str, int]
    by_term: Mapping[tuple[str, str], int]
    by_source: Mapping[str, int]


def tally(found: Iterable[Alert]) -> Tally:
    """Return the numbers of these alerts, each table with the most first."""
    number = sure = 0
    topics, terms, sources = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    for alert in found:
        number += 1
        sure += alert.tier is Tier.SURE
        topics.update(alert.topics)
        terms.update({(match.topic, match.term) for match in alert.matches})
        sources[alert.source] += 1
    return Tally(number, sure, _ranked(topics), _ranked(terms), _ranked(sources))


def _ranked(numbers: Counter[Name]) -> dict[Name, int]:
    return dict(sorted(numbers.items(), key=lambda entry: (-entry[1], entry[0])))


def backtest(
    source: Source, versions: Iterable[ItemVersion], rules: Rules, *, baseline: int | None
) -> Iterator[Alert]:
    """Yield what these rules would have alerted of a source, item by item.

    `versions` come item by item, each item's oldest first. Number `baseline` was the first sight,
    of which only what `backfill` allows is told; None tells all of it. What the store does not
    tell apart counts as news: a baseline that a changed definition made later, and a section under
    another heading. That a procedure is overdue is no version, and not found.
    """
    ignore = tuple(re.compile(pattern) for pattern in source.ignore_patterns)
    for _, life in groupby(versions, attrgetter("item")):
        told = False
        for state, change in _changes(life, ignore, source.numbers):
            is_late = change.kind is ChangeKind.ADDED and state.kind is ChangeKind.EDITED
            silent = state.number == baseline and not _is_recent(source, state)
            if silent or (is_late and told):
                continue
            raised = alerts(source, [change], rules, state.at)
            told = told or bool(raised)
            yield from raised


def _is_recent(source: Source, state: ItemVersion) -> bool:
    published = state.body.published if state.body else None
    if published is None or not source.backfill:
        return False
    return state.at - source.backfill <= published <= state.at + _TOMORROW


def _changes(
    life: Iterable[ItemVersion], ignore: tuple[re.Pattern[str], ...], numbers: Numbers
) -> Iterator[tuple[ItemVersion, Change]]:
    """The changes that one item went through, as `diff` saw them at the time.

    A linked document that was read later than its item makes that item an addition once more.
    """
    known: Known | None = None
    prints = Prints(ignore, numbers)
    for state in life:
        item = state.body
        if item is None:
            if state.kind is not ChangeKind.REMOVED:
                known = None  # forgotten: what it said cannot be compared with anything
            elif known:
                if not known.lost:
                    blocks = known.item.blocks
                    yield state, Change(state.kind, known.item, known.item, removed=blocks)
                known = replace(known, lost=True)
            continue
        if known is None:
            if state.kind is ChangeKind.ADDED:
                added = Change(ChangeKind.ADDED, item, added=item.blocks, title_changed=True)
                yield state, added
        elif state.kind is ChangeKind.EDITED:
            found = Triage({}, edited={item.id: item})
            known_ones = {item.id: known}
            for edit in compare(found, known_ones, complete=False, prints=prints):
                yield state, edit
            if item.attached and not known.item.attached:
                yield state, Change(ChangeKind.ADDED, item, title_changed=True)
        lost = bool(known and known.lost and state.kind is ChangeKind.ADDED)
        known = Known(item, remember(item, known, prints), lost)

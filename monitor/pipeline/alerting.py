"""From changes to alerts: what matched, what was cited, which story it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitor.match import Rules, cite, match_change
from monitor.model import (
    Alert,
    AlertOn,
    Change,
    ChangeKind,
    Identity,
    Item,
    Match,
    Remark,
    Source,
    Tier,
)
from monitor.pipeline.remarking import has_moved, lateness, remarks_of, told_text
from monitor.story import Place, own_names, own_places, story_key
from monitor.text.fingerprint import canonical_url, clickable_url
from monitor.text.sketch import sketch


def alerts(
    source: Source, changes: Iterable[Change], rules: Rules, now: datetime
) -> tuple[Alert, ...]:
    """Return an alert for each change that a topic of the source matches.

    A source with `alert: every` makes each of its changes one.
    """
    found = ((change, _matches(source, change, rules)) for change in changes)
    return tuple(
        _alert(source, change, matches, remarks_of(change, source, now), now)
        for change, matches in found
        if matches or source.alert is AlertOn.EVERY
    )


def overdue_alerts(
    source: Source, items: Iterable[Item], rules: Rules, now: datetime
) -> tuple[Alert, ...]:
    """Return an alert for each open procedure that a topic matches, its day having passed."""
    found = ((item, _matches(source, _whole(item), rules)) for item in items)
    return tuple(
        _alert(source, Change(ChangeKind.EDITED, item, item), matches, lateness(item, now), now)
        for item, matches in found
        if matches or source.alert is AlertOn.EVERY
    )


def sure_topics(alert: Alert) -> frozenset[str]:
    """Return the topics that the alert surely matches."""
    return frozenset(match.topic for match in alert.matches if match.tier is Tier.SURE)


def _matches(source: Source, change: Change, rules: Rules) -> tuple[Match, ...]:
    topics = source.topics or None
    matches = match_change(rules, change, topics, complete=source.complete)
    if not matches and has_moved(change):
        # That a procedure goes on is news even where the new step names none of its subjects.
        matches = match_change(rules, _whole(change.item), topics, complete=False)
    if source.alert is AlertOn.EVERY:
        # Each change is told anyway; a doubtful word must not make it doubtful.
        return tuple(match for match in matches if match.tier is Tier.SURE)
    return matches


def _whole(item: Item) -> Change:
    """All of an item as if it were new."""
    return Change(ChangeKind.ADDED, item, added=item.blocks, title_changed=True)


# --- alerts --------------------------------------------------------------------------------------


def _alert(
    source: Source,
    change: Change,
    matches: tuple[Match, ...],
    remarks: tuple[Remark, ...],
    now: datetime,
) -> Alert:
    item = change.item
    alert = Alert(
        source=source.id,
        item=item.id,
        kind=change.kind,
        title=item.title,
        url=clickable_url(item.url or source.url),
        detected_at=now,
        published=item.published,
        published_text=item.published_text,
        lang=item.lang or source.lang,
        matches=matches,
        citations=cite(told_text(change)),
        added=change.added,
        removed=change.removed,
        remarks=remarks,
        identity=identify(change),
    )
    return replace(alert, story=story_key(alert))


def identify(change: Change) -> Identity:
    """Return by what the same news will be known in another source, or on another day."""
    item = change.item
    title, address, head, last = (Place(text, cite(text)) for text in own_places(item))
    links = (item.url, item.document, *(paper.url for paper in item.attached))
    edited = change.kind is ChangeKind.EDITED
    papers = () if edited else (block for paper in item.attached for block in paper.blocks)
    return Identity(
        own_names(title, address, head, last),
        tuple(dict.fromkeys(canonical_url(link) for link in links if link)),
        sketch((*(change.added if edited else item.blocks), *papers), item.title),
    )

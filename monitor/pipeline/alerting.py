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
from monitor.pipeline.figures import figure_remarks
from monitor.procedure import State, findings
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
        _alert(source, change, matches, _remarks(change), now)
        for change, matches in found
        if matches or source.alert is AlertOn.EVERY
    )


def overdue_alerts(
    source: Source, items: Iterable[Item], rules: Rules, now: datetime
) -> tuple[Alert, ...]:
    """Return an alert for each open procedure that a topic matches, its day having passed."""
    found = ((item, _matches(source, _whole(item), rules)) for item in items)
    return tuple(
        _alert(source, Change(ChangeKind.EDITED, item, item), matches, _lateness(item, now), now)
        for item, matches in found
        if matches or source.alert is AlertOn.EVERY
    )


def sure_topics(alert: Alert) -> frozenset[str]:
    """Return the topics that the alert surely matches."""
    return frozenset(match.topic for match in alert.matches if match.tier is Tier.SURE)


def _matches(source: Source, change: Change, rules: Rules) -> tuple[Match, ...]:
    topics = source.topics or None
    matches = match_change(rules, change, topics, complete=source.complete)
    if not matches and _moved(change):
        # That a procedure goes on is news even where the new step names none of its subjects.
        matches = match_change(rules, _whole(change.item), topics, complete=False)
    if source.alert is AlertOn.EVERY:
        # Each change is told anyway; a doubtful word must not make it doubtful.
        return tuple(match for match in matches if match.tier is Tier.SURE)
    return matches


def _whole(item: Item) -> Change:
    """All of an item as if it were new."""
    return Change(ChangeKind.ADDED, item, added=item.blocks, title_changed=True)


# --- remarks -------------------------------------------------------------------------------------


def _moved(change: Change) -> bool:
    """Whether a procedure has come further."""
    before, now = change.before, change.item
    return change.kind is ChangeKind.EDITED and before is not None and before.state != now.state


def _remarks(change: Change) -> tuple[Remark, ...]:
    """How far the procedure has come, what the adapter remarked, what new papers withhold."""
    known = change.before.attached if change.before else ()
    papers = [paper for paper in change.item.attached if paper not in known]
    said = findings(block for paper in papers for block in paper.blocks)
    said += figure_remarks(change)
    return tuple(dict.fromkeys((*_progress(change), *change.item.remarks, *said)))


def _progress(change: Change) -> tuple[Remark, ...]:
    state = change.item.state
    if not _moved(change) or state in {None, State.ASKED}:
        return ()
    was_advance = change.before is not None and change.before.state == State.ADVANCE
    replaced = was_advance and state == State.ANSWERED
    return (Remark("advance-replaced" if replaced else str(state)),)


def _lateness(item: Item, now: datetime) -> tuple[Remark, ...]:
    days = (("days", str((now - item.published).days)),) if item.published else ()
    return (Remark("overdue", days),)


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
        citations=cite(_told_text(change)),
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


def _told_text(change: Change) -> str:
    """The text that the alert is about: what is new of an edit, all of an addition or removal."""
    if change.kind is ChangeKind.EDITED:
        return "\n\n".join((*change.added, *change.removed))
    attached = (block for document in change.item.attached for block in document.blocks)
    return "\n\n".join((change.item.title, *change.item.blocks, *attached))

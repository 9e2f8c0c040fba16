"""From changes to alerts: what matched, what was cited, which story it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitor.match import Rules, cite, match_change
from monitor.model import Alert, AlertOn, Change, ChangeKind, Match, Source, Tier
from monitor.story import story_key
from monitor.text.fingerprint import clickable_url


def alerts(
    source: Source, changes: Iterable[Change], rules: Rules, now: datetime
) -> tuple[Alert, ...]:
    """Return an alert for each change that a topic of the source matches.

    A source with `alert: every` makes each of its changes one.
    """
    found = ((change, _matches(source, change, rules)) for change in changes)
    return tuple(
        _alert(source, change, matches, now)
        for change, matches in found
        if matches or source.alert is AlertOn.EVERY
    )


def _matches(source: Source, change: Change, rules: Rules) -> tuple[Match, ...]:
    matches = match_change(rules, change, source.topics or None, complete=source.complete)
    if source.alert is AlertOn.EVERY:
        # Each change is told anyway; a doubtful word must not make it doubtful.
        return tuple(match for match in matches if match.tier is Tier.SURE)
    return matches


def _alert(source: Source, change: Change, matches: tuple[Match, ...], now: datetime) -> Alert:
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
    )
    return replace(alert, story=story_key(alert))


def _told_text(change: Change) -> str:
    """The text that the alert is about: what is new of an edit, all of an addition or removal."""
    if change.kind is ChangeKind.EDITED:
        return "\n\n".join((*change.added, *change.removed))
    attached = (block for document in change.item.attached for block in document.blocks)
    return "\n\n".join((change.item.title, *change.item.blocks, *attached))

"""Which alerts are the same piece of news: one entry for the reader, «also at …» for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from monitor.model import Alert, Remark
from monitor.text.fingerprint import canonical_url, fingerprint

# Shorter titles («Urteil», «Pressemitteilung Nr. 12») say nothing about sameness.
TELLING_WORDS = 5
# The code of the remark on a number of a statistic.
FIGURE = "figure"
# As many changes of a law or guideline in one check are its rewriting, told as one.
REWRITTEN = 8

Moment = tuple[str, datetime]


def story_key(alert: Alert) -> str:
    """Return the name of the alert's story: by its title if that is telling, else by its place.

    All figures of one source in one check are one story.
    """
    if figures(alert):
        return fingerprint(f"{FIGURE} {alert.source} {alert.detected_at.isoformat()}")
    if len(alert.title.split()) >= TELLING_WORDS:
        return fingerprint(alert.title.casefold())
    return fingerprint(canonical_url(alert.url) if alert.url else f"{alert.source} {alert.item}")


def figures(alert: Alert) -> tuple[Remark, ...]:
    """Return the remarks on figures, one for each figure that changed."""
    return tuple(remark for remark in alert.remarks if remark.code == FIGURE)


def stories(
    alerts: Sequence[Alert], complete: Collection[str] = ()
) -> tuple[tuple[Alert, ...], ...]:
    """Group alerts that share the story, the address or the item; order of first appearance.

    Different items of one source stay apart, however alike they are: the source itself lists them
    as two. But a source of `complete` that changed in many places at once was rewritten, and all
    that makes one story; so do the figures of one check.
    """
    rewritten = _rewritten(alerts, complete)
    groups: list[list[Alert]] = []
    where: dict[str, list[list[Alert]]] = {}
    for alert in alerts:
        near = {id(g): g for key in _keys(alert, rewritten) for g in where.get(key, ())}
        group: list[Alert] = []
        for other in near.values():
            if all(_fit(one, two, rewritten) for one in (alert, *group) for two in other):
                group = _join(group, other, groups)
        if not group:
            groups.append(group)
        group.append(alert)
        for key in {key for one in group for key in _keys(one, rewritten)}:
            where[key] = [g for g in where.get(key, ()) if any(g is kept for kept in groups)]
            if not any(g is group for g in where[key]):
                where[key].append(group)
    return tuple(tuple(group) for group in groups)


def _join(group: list[Alert], other: list[Alert], groups: list[list[Alert]]) -> list[Alert]:
    """The two groups as one, in the place of the first."""
    if not group:
        return other
    group.extend(other)
    groups[:] = [kept for kept in groups if kept is not other]
    return group


def _fit(one: Alert, other: Alert, rewritten: frozenset[Moment]) -> bool:
    """Whether two alerts may be one story."""
    if one.source != other.source or one.item == other.item:
        return True
    at_once = one.detected_at == other.detected_at
    return at_once and ((bool(figures(one)) and bool(figures(other))) or _moment(one) in rewritten)


def _rewritten(alerts: Iterable[Alert], complete: Collection[str]) -> frozenset[Moment]:
    """The checks at which a complete source had changed in many places."""
    changes = Counter(_moment(a) for a in alerts if a.source in complete and not figures(a))
    return frozenset(moment for moment, number in changes.items() if number >= REWRITTEN)


def _moment(alert: Alert) -> Moment:
    return alert.source, alert.detected_at


def _keys(alert: Alert, rewritten: frozenset[Moment]) -> Iterator[str]:
    yield f"story {alert.story or story_key(alert)}"
    yield f"item {alert.source} {alert.item}"
    if _moment(alert) in rewritten:
        yield f"check {alert.source} {alert.detected_at.isoformat()}"
    if alert.url:
        yield f"url {canonical_url(alert.url)}"

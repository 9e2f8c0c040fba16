"""Which alerts are the same piece of news: one entry for the reader, «also at …» for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.model import Alert, Remark
from monitor.text.fingerprint import canonical_url, fingerprint

# Shorter titles («Urteil», «Pressemitteilung Nr. 12») say nothing about sameness.
TELLING_WORDS = 5
# The code of the remark on a number of a statistic.
FIGURE = "figure"


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


def stories(alerts: Iterable[Alert]) -> tuple[tuple[Alert, ...], ...]:
    """Group alerts that share the story, the address or the item; order of first appearance."""
    groups: list[list[Alert]] = []
    where: dict[str, list[Alert]] = {}
    for alert in alerts:
        keys = tuple(_keys(alert))
        joined = list({id(where[key]): where[key] for key in keys if key in where}.values())
        group = joined[0] if joined else []
        if not joined:
            groups.append(group)
        for other in joined[1:]:
            group.extend(other)
            groups.remove(other)
        group.append(alert)
        where.update(dict.fromkeys((key for a in group for key in _keys(a)), group))
    return tuple(tuple(group) for group in groups)


def _keys(alert: Alert) -> Iterator[str]:
    yield f"story {alert.story or story_key(alert)}"
    yield f"item {alert.source} {alert.item}"
    if alert.url:
        yield f"url {canonical_url(alert.url)}"

"""What the pages about everything show: shelves with their counts, sources with their health."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.health import failing, health
from monitor.model import Health, Source, SourceState
from monitor.priority import rank
from monitor.site.catalogue import Catalogue, counts, month
from monitor.site.charts import Bars, bars
from monitor.site.names import shelf_path
from monitor.site.pages import Place, Watched

MONTHS_SHOWN = 12


def months_until(now: datetime, number: int, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the last months, the present one last: 2026-11."""
    year, this = map(int, month(now, zone).split("-"))
    first = year * 12 + this - number
    return tuple(f"{at // 12}-{at % 12 + 1:02}" for at in range(first, first + number))


def places(found: Catalogue, kind: str, months: Sequence[str]) -> tuple[Place, ...]:
    """Return the shelves of a kind; topics and sources with their alerts per month."""
    tally = counts(found, kind, months) if kind != "month" else {}
    none = (0,) * len(months)
    return tuple(
        Place(
            key,
            shelf_path(kind, key),
            len(members),
            tally.get(key, none if tally else ()),
            max(found.stories[story][-1].detected_at for story in members),
        )
        for key, members in found.shelves[kind].items()
    )


def all_alerts(found: Catalogue, months: Sequence[str]) -> Bars:
    """Return the alerts of all topics, each counted once, per month."""
    tally = Counter(found.months.values())
    return bars(months, tuple(tally[at] for at in months))


def by_rank(found: Catalogue, sources: Mapping[str, Source]) -> tuple[tuple[str, int, float], ...]:
    """Return how many alerts came from which kind of place, and their share of the largest."""
    tally: dict[str, int] = {}
    for alerts in found.stories.values():
        for alert in alerts:
            source = sources.get(alert.source)
            name = rank(source).value if source else ""
            tally[name] = tally.get(name, 0) + 1
    top = max(tally.values(), default=1)
    ordered = sorted(tally.items(), key=lambda each: (-each[1], each[0]))
    return tuple((name, number, round(100 * number / top, 1)) for name, number in ordered)


def watched(
    found: Catalogue,
    sources: Mapping[str, Source],
    states: Mapping[str, SourceState],
    now: datetime,
) -> tuple[Watched, ...]:
    """Return all sources: those in trouble first, then by name; none that is switched off."""
    shelves = found.shelves["source"]
    told = [
        _watched(source, states.get(id_, SourceState(id_)), shelves.get(id_, ()), now)
        for id_, source in sources.items()
        if source.enabled
    ]
    gone = [
        Watched(
            id_, id_, shelf_path("source", id_), None, None, None, None, None, None, len(on), ""
        )
        for id_, on in shelves.items()
        if id_ not in sources or not sources[id_].enabled
    ]
    return tuple(sorted((*told, *gone), key=_in_order))


_ORDER = {
    health_: place
    for place, health_ in enumerate(
        (Health.FAILING, Health.SILENT, Health.SUSPECT, Health.OK, Health.NEW)
    )
}


def _in_order(source: Watched) -> tuple[int, str]:
    return _ORDER.get(source.health, len(_ORDER)) if source.health else 9, source.name.casefold()


def _watched(source: Source, state: SourceState, on: Sequence[int], now: datetime) -> Watched:
    trouble = failing(source, state, now)
    return Watched(
        id=source.id,
        name=source.name,
        path=shelf_path("source", source.id) if on else None,
        url=source.url,
        health=health(source, state, now),
        checked=state.last_checked,
        changed=state.last_changed,
        since=trouble.since if trouble else None,
        error=trouble.error if trouble else None,
        stories=len(on),
        rank=rank(source).value,
    )

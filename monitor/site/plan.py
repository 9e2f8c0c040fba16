"""Which pages the archive has, and a mark of each that changes when the page would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from monitor.site.catalogue import Catalogue, Sheet
from monitor.site.names import feed_path, figures_path, shelf_path, story_path
from monitor.site.search import CHUNK

# Stories that the first page and the feeds are made of.
LATEST = 60
FEED_HOLDS = 40


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the archive below each language; `what` says how it is made, `key` of what."""

    path: str
    mark: str
    what: str
    key: str | int | Sheet


def marks(
    found: Catalogue, names: Mapping[str, str], changed: Mapping[tuple[str, str], int]
) -> dict[int, str]:
    """Return the mark of each story: of its alerts, its sources and its quiet versions."""
    return {
        story: mark(
            *((alert.id, names.get(alert.source, "")) for alert in alerts),
            *sorted({changed[place] for a in alerts if (place := (a.source, a.item)) in changed}),
        )
        for story, alerts in found.stories.items()
    }


def pages(
    found: Catalogue,
    told: Mapping[int, str],
    sources: Mapping[str, object],
    figures: Mapping[str, object],
    *,
    health: object,
    today: object,
    ahead: Iterable[int] = (),
) -> Iterator[Page]:
    """Yield all pages, those that are led to before those that lead there.

    `told` are the marks of the stories, `sources` what is said of sources beside their stories,
    `figures` when which statistics last changed, `health` how all sources are doing, `ahead`
    are the stories that name days to come.
    """
    for story, alerts in found.stories.items():
        yield Page(story_path(story), told[story], "story", story)
        for alert in alerts[1:]:
            yield Page(story_path(alert.id), mark(story), "pointer", story)
    for sheet in found.sheets():
        yield _sheet(sheet, told, sources.get(sheet.key) if sheet.kind == "source" else None)
    for topic, members in found.shelves["topic"].items():
        newest = newest_of(members, found)[:FEED_HOLDS]
        yield Page(feed_path(topic), mark(*(told[story] for story in newest)), "feed", topic)
    for source, at in figures.items():
        yield Page(figures_path(source), mark(source, at), "figures", source)
    days = mark(today, *(told[story] for story in ahead))
    yield Page("days.html", days, "days", "")
    yield Page("days.ics", days, "calendar", "")
    latest = mark(today, sources, days, *(told[story] for story in found.latest[:LATEST]))
    for kind in found.shelves:
        beside = health if kind == "source" else None
        yield Page(f"{kind}/index.html", mark(latest, beside), kind, kind)
    yield Page("statistics.html", mark(latest, tuple(figures)), "statistics", "")
    yield Page("search.html", mark(), "search", "")
    yield Page("index.html", latest, "front", "")


def newest_of(members: Iterable[int], found: Catalogue) -> list[int]:
    """Return the stories, the one with the newest alert first."""
    return sorted(members, key=lambda story: -found.stories[story][-1].id)


def chunks(found: Catalogue, told: Mapping[int, str]) -> Iterator[tuple[Page, list[int]]]:
    """Yield what the search shows of alerts, with the numbers of these; it has no language."""
    parts: dict[int, list[tuple[int, int]]] = {}
    for story, alerts in found.stories.items():
        for alert in alerts:
            parts.setdefault(alert.id // CHUNK, []).append((alert.id, story))
    for number, members in sorted(parts.items()):
        mark_ = mark(*sorted((alert, told[story]) for alert, story in members))
        yield Page(f"search/alerts/{number}.json", mark_, "chunk", number), [m for m, _ in members]


def _sheet(sheet: Sheet, told: Mapping[int, str], head: object) -> Page:
    facts = (sheet.older, sheet.newer, sheet.total if sheet.number == 0 else 0)
    beside = head if sheet.number == 0 else None
    path = shelf_path(sheet.kind, sheet.key, sheet.number)
    return Page(path, mark(facts, beside, *map(told.__getitem__, sheet.stories)), "sheet", sheet)


def mark(*facts: object) -> str:
    """Return 16 hex digits for these facts."""
    return blake2b(repr(facts).encode("utf-8", "replace"), digest_size=8).hexdigest()

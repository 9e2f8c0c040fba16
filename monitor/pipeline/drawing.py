"""For each page of the archive its template, and the values that this is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.model import Health
from monitor.pipeline.archiving import Reading
from monitor.site.catalogue import Sheet
from monitor.site.charts import SERIES_SHOWN, bars, series
from monitor.site.names import feed_path, figures_path, shelf_path, story_path, urn
from monitor.site.overview import MONTHS_SHOWN, all_alerts, by_rank, months_until, places
from monitor.site.plan import FEED_HOLDS, LATEST, Page, newest_of

STORIES_IN_FRONT = 24
DAYS_IN_FRONT = 5
WEIGHTY = 5
_MONTHS_OF_ALL = 24

Values = dict[str, Any]


def values(page: Page, reading: Reading) -> tuple[str, Values]:
    """Return the name of the page's template, and its values but for those all pages have."""
    return _MAKE[page.what](page, reading)


def _story(page: Page, reading: Reading) -> tuple[str, Values]:
    return "story.html", {"story": reading.story(_number(page))}


def _pointer(page: Page, reading: Reading) -> tuple[str, Values]:
    return "pointer.html", {"target": story_path(_number(page))}


def _sheet(page: Page, reading: Reading) -> tuple[str, Values]:
    sheet = page.key
    assert isinstance(sheet, Sheet)
    head = None
    if sheet.kind == "source" and sheet.number == 0:
        head = next((each for each in reading.watched() if each.id == sheet.key), None)

    def beside(number: int | None) -> str | None:
        return None if number is None else shelf_path(sheet.kind, sheet.key, number)

    return "sheet.html", {
        "sheet": sheet,
        "lines": reading.lines(sheet.stories),
        "older": beside(sheet.older),
        "newer": beside(sheet.newer),
        "feed": feed_path(sheet.key) if sheet.kind == "topic" else None,
        "head": head,
    }


def _feed(page: Page, reading: Reading) -> tuple[str, Values]:
    topic = str(page.key)
    newest = newest_of(reading.found.shelves["topic"][topic], reading.found)[:FEED_HOLDS]
    lines = reading.lines(newest)
    return "feed.xml", {
        "topic": topic,
        "id": urn("topic", topic),
        "entries": [(line, urn("story", *_told(reading, line.story))) for line in lines],
        "updated": max(line.last for line in lines),
    }


def _told(reading: Reading, story: int) -> tuple[str, ...]:
    """What names a story for ever, also where alerts are numbered anew."""
    first = reading.found.stories[story][0]
    return first.source, first.item, first.detected_at.isoformat()


def _front(page: Page, reading: Reading) -> tuple[str, Values]:
    latest = reading.lines(reading.found.latest[:LATEST])
    sure = [line for line in latest if not line.perhaps] or list(latest)
    health = [source for source in reading.watched() if source.health]
    return "front.html", {
        "lines": sure[:STORIES_IN_FRONT],
        "places": _places("topic", reading),
        "months": places(reading.found, "month", ())[::-1][:MONTHS_SHOWN],
        "days": reading.days()[:DAYS_IN_FRONT],
        "troubled": [s for s in health if s.health in {Health.FAILING, Health.SILENT}],
        "watching": len(health),
        "stories": len(reading.found.stories),
        "now": reading.now,
    }


def _topics(page: Page, reading: Reading) -> tuple[str, Values]:
    return "topics.html", {"places": _places("topic", reading)}


def _months(page: Page, reading: Reading) -> tuple[str, Values]:
    return "months.html", {"places": places(reading.found, "month", ())[::-1]}


def _sources(page: Page, reading: Reading) -> tuple[str, Values]:
    return "sources.html", {"watched": reading.watched(), "now": reading.now}


def _statistics(page: Page, reading: Reading) -> tuple[str, Values]:
    months = months_until(reading.now, _MONTHS_OF_ALL, reading.zone)
    shelves = places(reading.found, "topic", months)
    return "statistics.html", {
        "all": all_alerts(reading.found, months),
        "months": months,
        "charts": [(place, bars(months, place.bars)) for place in shelves],
        "ranks": by_rank(reading.found, reading.watch.sources),
        "figures": [
            (id_, reading.watch.sources[id_].name, figures_path(id_))
            for id_ in reading.statistics()
        ],
        "now": reading.now,
    }


def _figures(page: Page, reading: Reading) -> tuple[str, Values]:
    source = str(page.key)
    found = series(reading.items(source))
    return "figures.html", {
        "source": reading.watch.sources[source],
        "series": found[:SERIES_SHOWN],
        "more": max(0, len(found) - SERIES_SHOWN),
    }


def _days(page: Page, reading: Reading) -> tuple[str, Values]:
    return "days.html", {"days": reading.days()}


def _calendar(page: Page, reading: Reading) -> tuple[str, Values]:
    found = (alert.detected_at for story in reading.ahead for alert in reading.alerts(story))
    return "day.txt", {"days": reading.days(), "stamp": max(found, default=reading.now)}


def _search(page: Page, reading: Reading) -> tuple[str, Values]:
    return "search.html", {}


def _places(kind: str, reading: Reading) -> list[tuple[Any, Any]]:
    months = months_until(reading.now, MONTHS_SHOWN, reading.zone)
    shelves = places(reading.found, kind, months)
    return [(place, bars(months, place.bars)) for place in shelves]


def _number(page: Page) -> int:
    assert isinstance(page.key, int)
    return page.key


_MAKE: Mapping[str, Callable[[Page, Reading], tuple[str, Values]]] = {
    "story": _story,
    "pointer": _pointer,
    "sheet": _sheet,
    "feed": _feed,
    "front": _front,
    "topic": _topics,
    "month": _months,
    "source": _sources,
    "statistics": _statistics,
    "figures": _figures,
    "search": _search,
    "days": _days,
    "calendar": _calendar,
}

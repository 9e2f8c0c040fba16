"""From stored alerts to a folder of pages, of which only those are written that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor import __version__
from monitor.entry import OTHER, topic_title
from monitor.model import Alert
from monitor.pipeline.archiving import Reading
from monitor.pipeline.drawing import values
from monitor.pipeline.indexing import index, show
from monitor.publication import Edition, Memory, publication
from monitor.render import Frame, Named, Pages
from monitor.site.catalogue import catalogue
from monitor.site.joining import join
from monitor.site.names import shelf_path
from monitor.site.plan import Page, mark, marks, pages
from monitor.site.telling import Watch
from monitor.store import AlertRow, Store
from monitor.story import STORY_LASTS

# How sources are doing changes with each check, and is not news to a reader.
HEALTH_EVERY = timedelta(minutes=15)
# So many new alerts are rather compared with what is like them than with all of 90 days.
_FEW = 200
# Pages whose alerts are in memory at once.
_PORTION = 250
_ASSETS = ("style.css", "search.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the archive lies and how it is to look; `url` is where others find it."""

    folder: Path
    pages: Pages
    url: str | None = None
    indexable: bool = False
    timezone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Published:
    """What the archive holds, and how many files of it were written, taken away and left."""

    alerts: int
    stories: int
    new: int
    written: int
    removed: int
    unchanged: int


def publish(
    site: Site, store: Store, watch: Watch, now: datetime, *, afresh: bool = False
) -> Published:
    """Bring the folder up to date; `afresh` writes every page anew.

    Raises MonitorError when the folder is not ours or cannot be written, RenderError when a
    template fails; the pages that are there stay readable either way.
    """
    with publication(site.folder) as out:
        rows = store.archive.rows()
        memory = out.memory if not afresh and _fits(out.memory, rows) else Memory()
        known = {int(alert): story for alert, story in memory.stories.items()}
        new = [row for row in rows if row.id not in known]
        stories = known | _joined(store, new, known, watch, now)
        zone = ZoneInfo(site.timezone)
        found = catalogue(rows, stories, zone)
        reading = Reading(store, found=found, watch=watch, zone=zone, now=now)
        frame = _frame(site, reading)
        shared = mark(__version__, site.pages.mark(), site.url, site.indexable, frame.topics)
        edition = Edition(out, shared, afresh=memory is not out.memory)
        _around(site, edition, frame)
        names = {id_: source.name for id_, source in watch.sources.items()}
        told = marks(found, names, reading.changed)
        start = 0 if memory.days is None else memory.indexed
        named = {**(memory.days or {}), **index(out, edition, store, names, start)}
        days = {alert: day for alert, day in named.items() if day >= reading.today.isoformat()}
        reading.look_ahead(stories[int(alert)] for alert in days)
        show(edition, store, found, told=told, stories=stories, names=names)
        _draw(site, edition, reading, frame, told)
        newest = rows[-1] if rows else None
        files, gone = edition.finish(stories, newest.id if newest else 0, _mark_of(newest), days)
    return Published(
        alerts=len(rows),
        stories=len(found.stories),
        new=len(new),
        written=edition.written,
        removed=gone,
        unchanged=files - edition.written,
    )


class Keeper:
    """Keeps an archive up to date: at once with each new alert, else every quarter of an hour."""

    def __init__(self, site: Site, store: Store) -> None:
        self._site = site
        self._store = store
        self._last: tuple[int, Watch, datetime] | None = None

    def keep(self, watch: Watch, now: datetime) -> Published | None:
        """Bring it up to date if it is time, and return what was done. Raises as `publish`."""
        newest = self._store.archive.newest()
        if self._last:
            seen, known, at = self._last
            if (seen, known) == (newest, watch) and now - at < HEALTH_EVERY:
                return None
        published = publish(self._site, self._store, watch, now)
        self._last = newest, watch, now
        return published


def _around(site: Site, edition: Edition, frame: Frame) -> None:
    """What stands beside the pages: style and script, the way in, and what robots are told."""
    lang = site.pages.langs[0]
    files = {
        frame.style: site.pages.source("style.css"),
        frame.script: site.pages.source("search.js"),
        frame.icon: site.pages.source("icon.svg"),
        "index.html": site.pages.draw("root.html", "index.html", lang, frame),
        "robots.txt": f"User-agent: *\nDisallow:{'' if site.indexable else ' /'}\n",
    }
    for path, text in files.items():
        if edition.is_stale(f"/{path}", mark(text), [path]):
            edition.write(path, text)


def _draw(
    site: Site, edition: Edition, reading: Reading, frame: Frame, told: Mapping[int, str]
) -> None:
    stale = _stale(site, edition, reading, told)
    while portion := list(islice(stale, _PORTION)):
        reading.load(page.key for page in portion if isinstance(page.key, int))
        for page in portion:
            template, given = values(page, reading)
            draw = site.pages.calendar if page.what == "calendar" else site.pages.draw
            for lang in site.pages.langs:
                text = draw(template, page.path, lang, frame, **given)
                edition.write(f"{lang}/{page.path}", text)
    site.pages.forget()


def _stale(
    site: Site, edition: Edition, reading: Reading, told: Mapping[int, str]
) -> Iterator[Page]:
    heads = {each.id: (each.name, each.url, each.health, each.since) for each in reading.watched()}
    figures = {id_: reading.states[id_].last_changed for id_ in reading.statistics()}
    health = reading.watched()
    found, ahead = reading.found, reading.ahead
    everything = pages(found, told, heads, figures, health=health, today=reading.today, ahead=ahead)
    for page in everything:
        paths = [f"{lang}/{page.path}" for lang in site.pages.langs]
        if edition.is_stale(page.path, page.mark, paths):
            yield page


def _fits(memory: Memory, rows: Sequence[AlertRow]) -> bool:
    """Whether the database is the one that was published, and not an older copy of it."""
    last = next((row for row in reversed(rows) if row.id == memory.indexed), None)
    return memory.last == _mark_of(last) and len(memory.stories) <= len(rows)


def _mark_of(row: AlertRow | None) -> str:
    return mark(row.id, row.source, row.item, row.detected_at) if row else ""


def _joined(
    store: Store, new: Sequence[AlertRow], known: Mapping[int, int], watch: Watch, now: datetime
) -> dict[int, int]:
    if not new:
        return {}
    oldest = min(row.detected_at for row in new)
    alerts: Iterable[Alert]
    if len(new) <= _FEW and now - oldest < STORY_LASTS:
        alerts = store.archive.akin([row.id for row in new])
    else:
        alerts = store.archive.alerts_after(store.archive.first_since(oldest - STORY_LASTS) - 1)
    complete = {id_ for id_, source in watch.sources.items() if source.complete}
    return join(alerts, known, complete)


def _frame(site: Site, reading: Reading) -> Frame:
    shelves, watch = reading.found.shelves, reading.watch

    def path(kind: str, id_: str) -> str | None:
        return shelf_path(kind, id_) if id_ in shelves[kind] else None

    sources = {
        id_: Named(source.name, path("source", id_)) for id_, source in watch.sources.items()
    }
    sources |= {
        id_: Named(id_, path("source", id_)) for id_ in shelves["source"] if id_ not in sources
    }
    topics = {
        lang: {
            topic: Named(
                topic_title(topic, watch.topics, lang) or site.pages.say(lang, "Other changes"),
                path("topic", topic),
            )
            for topic in dict.fromkeys((*watch.topics, *shelves["topic"], OTHER))
        }
        for lang in site.pages.langs
    }
    style, script, icon = (_named(name, site.pages.source(name)) for name in _ASSETS)
    return Frame(
        sources,
        topics,
        style=style,
        script=script,
        icon=icon,
        langs=site.pages.langs,
        url=site.url,
        indexable=site.indexable,
    )


def _named(name: str, text: str) -> str:
    """A name that changes with the text, so that no reader sees an old one (RFC 9111)."""
    stem, _, ending = name.rpartition(".")
    return f"assets/{stem}-{blake2b(text.encode(), digest_size=5).hexdigest()}.{ending}"

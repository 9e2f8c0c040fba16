"""The pages of the demo's world on each day, and the entries of sources.yaml that watch them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from monitor.demo import formats
from monitor.demo.formats import Visit
from monitor.demo.news import (
    ASSOCIATION,
    COURT,
    DOSSIER,
    DOSSIER_LINES,
    FEED,
    FIRST_DAY,
    HINTS,
    PARLIAMENT,
    RULES_TITLE,
    THEMES,
    rules,
    until,
)
from monitor.demo.pdf import one_page

_DOSSIER_PATH = "/SharedDocs/Anlagen/DE/kurzinformation.pdf"
_HTML = "text/html;charset=utf-8"
_RSS = "application/rss+xml; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer; `etag` and `modified` let a reader ask whether it has changed."""

    content: bytes
    media_type: str = _HTML
    status: int = 200
    etag: bool = False
    modified: datetime | None = None


def page(path: str, day: int, visit: Visit) -> Page:
    """Return what a path shows on that day to that visit."""
    if path in _ARTICLES:
        return _text(formats.article(visit, _ARTICLES[path]))
    if path in _PAGES:
        return _PAGES[path](day, visit)
    return _text("<h1>404 Not Found</h1>", status=404)


_ARTICLES = {
    f"/SharedDocs/Meldungen/DE/2026/{news.slug}.html": news
    for news in (*FEED, *THEMES)
    if news.slug != DOSSIER
}


def _robots(_day: int, _visit: Visit) -> Page:
    return _text("User-agent: *\nCrawl-delay: 0\nDisallow: /intern/\n", "text/plain")


def _feed(day: int, visit: Visit) -> Page:
    dossier = f"{_DOSSIER_PATH}{visit.session}?__blob=publicationFile&v=2"
    return _text(formats.gsb_feed(visit, until(day, FEED), {DOSSIER: dossier}), _RSS)


def _dossier(_day: int, _visit: Visit) -> Page:
    return Page(one_page(DOSSIER_LINES), "application/pdf")


def _themes(day: int, visit: Visit) -> Page:
    return _text(formats.gsb_listing(visit, until(day, THEMES)))


def _parliament(day: int, visit: Visit) -> Page:
    return _text(formats.parliament_listing(visit, until(day, PARLIAMENT)))


def _court(day: int, _visit: Visit) -> Page:
    return _text(formats.court_listing(until(day, COURT)), etag=True)


def _association(day: int, visit: Visit) -> Page:
    midnight = datetime.combine(FIRST_DAY + timedelta(days=day - 1), time(), UTC)
    feed = formats.wordpress_feed(visit.site, until(day, ASSOCIATION))
    return _text(feed, _RSS, modified=midnight)


def _rules(day: int, visit: Visit) -> Page:
    return _text(formats.rules_page(visit, RULES_TITLE, rules(day)))


def _office(day: int, visit: Visit) -> Page:
    """In order on day 1; overloaded on day 2; behind a bot protection on day 3."""
    if day == 1:
        return _text(formats.gsb_listing(visit, HINTS))
    if day == 2:
        return _text("<h1>503 Service Temporarily Unavailable</h1>", status=503)
    return _text(formats.challenge_page(visit))


def _text(
    text: str,
    media_type: str = _HTML,
    status: int = 200,
    *,
    etag: bool = False,
    modified: datetime | None = None,
) -> Page:
    return Page(text.encode(), media_type, status, etag, modified)


_PAGES: Mapping[str, Callable[[int, Visit], Page]] = {
    "/robots.txt": _robots,
    "/bundesamt/rss.xml": _feed,
    _DOSSIER_PATH: _dossier,
    "/bundesamt/themen.html": _themes,
    "/presse/hib": _parliament,
    "/entscheidungen": _court,
    "/netzwerk/feed/": _association,
    "/dienstanweisung.html": _rules,
    "/landesamt/hinweise": _office,
}

# The name of the source that breaks.
BROKEN = "Landesamt – Hinweise"

# What is watched; `{site}` is where the world lives this time.
SOURCES = """\
defaults: {every: 6h, delay: 0s, allow_private: true}

sources:
  - id: bundesamt-feed
    name: Bundesamt – Meldungen
    kind: feed
    rank: authority
    url: "{site}/bundesamt/rss.xml"
    lang: de
    follow: true
    backfill: 14d
  - id: bundesamt-themen
    name: Bundesamt – Themen
    kind: page
    rank: authority
    url: "{site}/bundesamt/themen.html"
    lang: de
    select:
      items: div.c-content-teaser
      title: h3
      date: time
      link: a.c-content-teaser__l
      text: .c-content-teaser__p--text
  - id: parlament
    name: Bundestag – Kurzmeldungen
    kind: page
    rank: parliament
    url: "{site}/presse/hib"
    lang: de
    select: {items: .bt-teaser-hib, title: h3, date: .bt-date, text: p}
  - id: gerichte
    name: Entscheidungsdatenbank
    kind: page
    rank: court
    url: "{site}/entscheidungen"
    lang: de
    select: {items: "#resultlist tbody tr", title: a, date: "td:nth-of-type(2)", text: .leitsatz}
  - id: netzwerk
    name: Objectors’ Network
    kind: feed
    url: "{site}/netzwerk/feed/"
  - id: dienstanweisung
    name: Dienstanweisung Asyl
    kind: document
    rank: authority
    url: "{site}/dienstanweisung.html"
    lang: de
    select: {text: "#content"}
    ignore: [.counter, "Abgerufen am *"]
    complete: true
  - id: landesamt
    name: Landesamt – Hinweise
    kind: page
    rank: authority
    url: "{site}/landesamt/hinweise"
    lang: de
    select: {items: .c-content-teaser, title: h3, date: time, link: a.c-content-teaser__l}
    ignore: [.c-content-teaser__views]
"""

RECIPIENTS = """\
version: 1

lists:
  - id: campaign
    name: Kampagne
    to: [team@example.org]
    lang: de
    schedule: daily 07:00
  - id: english-team
    name: English team
    to: [english@example.org]
    topics: [desertion, mobilisation]
    lang: en
    schedule: daily 07:00
  - id: ops
    name: Operators
    to: [ops@example.org]
    lang: en
    receives: trouble
"""


def sources_file(site: str, shipped: str) -> str:
    """Return the demo's sources.yaml: its own sources, with the shipped words and topics."""
    sections = _sections(shipped)
    own = SOURCES.replace("{site}", site)
    return f"version: 1\n\n{sections['words']}\n{sections['topics']}\n{own}"


def _sections(text: str) -> Mapping[str, str]:
    """A YAML file by its top-level keys, as written."""
    sections: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if line[:1].isalpha():
            name = line.partition(":")[0]
        sections[name] = sections.get(name, "") + line
    return sections

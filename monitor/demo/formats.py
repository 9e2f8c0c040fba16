"""News in the forms that real publishers give it, with the noise that they add at every visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from html import escape
from itertools import chain

from monitor.demo.news import News


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the `number` makes its noise, the same at every playing of the demo."""

    site: str
    number: int

    def token(self, name: str) -> str:
        """Return 32 hex digits, others at each visit."""
        return blake2b(f"{name} {self.number}".encode(), digest_size=16).hexdigest()

    @property
    def session(self) -> str:
        """The session that a Java portal writes into every link."""
        return f";jsessionid={self.token('session').upper()}.internet{self.number % 600}"

    @property
    def clock(self) -> str:
        """The time of day that a page shows."""
        return str(timedelta(seconds=7919 * self.number % 86_400)).rjust(8, "0")

    @property
    def visitors(self) -> str:
        """A counter."""
        return f"{48_211 + 37 * self.number:,}".replace(",", ".")


def _instant(news: News) -> datetime:
    return datetime.combine(news.published, time(17, 30), UTC)


def _rfc(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True).replace("GMT", "+0000")


def _shifted(all_news: tuple[News, ...], visit: Visit) -> Iterable[News]:
    """The same news in another order at each visit."""
    start = visit.number % len(all_news)
    return chain(all_news[start:], all_news[:start])


# --- Government Site Builder: the portals of German federal authorities ---------------------------


def gsb_feed(visit: Visit, news: tuple[News, ...], links: Mapping[str, str]) -> str:
    """Return RSS 2.0; `links` are addresses that differ from the usual."""
    items = "".join(
        f"""
  <item>
    <title>{escape(one.title)}</title>
    <link>{visit.site}{escape(links.get(one.slug) or _gsb_link(visit, one))}</link>
    <description>{escape(one.text)}</description>
    <pubDate>{_rfc(_instant(one))}</pubDate>
  </item>"""
        for one in news
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!-- {visit.clock} {visit.token("render")} -->
<rss version="2.0"><channel>
  <title>Bundesamt – Meldungen</title>
  <link>{visit.site}/DE/Service/RSS/rss-node.html</link>
  <description>Meldungen des Bundesamts</description>
  <language>de</language>
  <lastBuildDate>Tue, 03 Mar 2026 {visit.clock} +0100</lastBuildDate>{items}
</channel></rss>
"""


def _gsb_link(visit: Visit, news: News) -> str:
    path = f"/SharedDocs/Meldungen/DE/2026/{news.slug}.html"
    return f"{path}{visit.session}?nn={282_388 + visit.number}"


def gsb_listing(visit: Visit, news: tuple[News, ...]) -> str:
    """Return a page of teasers, shuffled, with counters inside and outside of them."""
    teasers = "".join(
        f"""
<div class="c-content-teaser c-content-teaser--{visit.token(one.slug)[:6]}">
 <p class="c-content-teaser__small">Meldung · <time>{one.published:%d.%m.%Y}</time></p>
 <h3 class="c-content-teaser__h">{escape(one.title)}</h3>
 <p class="c-content-teaser__p c-content-teaser__p--text">{escape(one.text)}</p>
 <p class="c-content-teaser__views">{visit.visitors} Aufrufe</p>
 <p><a class="c-content-teaser__l" href="{_gsb_link(visit, one)}&amp;cms_pos={visit.number}">mehr
  <span class="aural">: {escape(one.title)}</span></a></p>
</div>"""
        for one in _shifted(news, visit)
    )
    return f"""<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>Bundesamt – Themen</title>
<meta name="csrf-token" content="{visit.token("csrf")}">
<script nonce="{visit.token("nonce")}">var t = "{visit.token("track")}";</script></head>
<body><header><nav><a href="/DE/Startseite{visit.session}">Startseite</a></nav></header>
<main><h1>Themen</h1>{teasers}</main>
<footer><p>Besucher heute: {visit.visitors} · Seite erzeugt um {visit.clock} Uhr</p></footer>
</body></html>
"""


def article(visit: Visit, news: News) -> str:
    """Return the page that a teaser leads to; it says no more of the matter."""
    return f"""<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>{escape(news.title)}</title></head>
<body><nav><a href="/DE/Startseite{visit.session}">Startseite</a></nav>
<main><article><h1>{escape(news.title)}</h1>
<p>Veröffentlicht am {news.published:%d.%m.%Y}. Fragen beantwortet die Pressestelle.</p>
</article></main>
<footer>Besucher heute: {visit.visitors}</footer></body></html>
"""


# --- parliament, court, association ---------------------------------------------------------------


def parliament_listing(visit: Visit, news: tuple[News, ...]) -> str:
    """Return the news in brief of a parliament, newest first."""
    teasers = "".join(
        f"""
<div class="bt-teaser-hib"><a href="/presse/hib/{one.slug}-{2000 + one.day}
?utm_source=start&amp;utm_term={visit.number}" title="{escape(one.title)}">
 <span class="bt-date">{one.published:%d.%m.%Y}</span><span class="bt-dachzeile">Inneres</span>
 <h3>{escape(one.title)}</h3><p>{escape(one.text)}</p></a></div>"""
        for one in news
    ).replace("\n?utm", "?utm")
    return f"""<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>heute im bundestag</title></head>
<body data-session="{visit.token("session")}"><main><h1>Kurzmeldungen (hib)</h1>
<form><input type="hidden" name="csrfmiddlewaretoken" value="{visit.token("csrf")}"></form>
<div class="bt-listenteaser" data-hits="{len(news)}">{teasers}
</div></main></body></html>
"""


def court_listing(news: tuple[News, ...]) -> str:
    """Return a result list as courts' databases print it; the same bytes until something is new."""
    rows = "".join(
        f"""
 <tr><td>{number}</td><td>{one.published:%d.%m.%Y}</td>
  <td><a href="/bsbe/document/NJRE{one.slug.upper()}">{escape(one.title)}</a></td>
  <td class="leitsatz">{escape(one.text)}</td></tr>"""
        for number, one in enumerate(news, start=1)
    )
    return f"""<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>Entscheidungsdatenbank</title></head>
<body><h2>Trefferliste ({len(news)})</h2>
<table id="resultlist"><thead><tr><th>Nr.</th><th>veröffentlicht</th><th>Entscheidung</th>
<th>Leitsatz</th></tr></thead><tbody>{rows}</tbody></table></body></html>
"""


def wordpress_feed(site: str, news: tuple[News, ...]) -> str:
    """Return RSS 2.0 as WordPress writes it, text in content:encoded."""
    items = "".join(
        f"""
 <item><title>{escape(one.title)}</title>
  <link>{site}/{one.published:%Y/%m}/{one.slug}/?utm_source=rss&amp;utm_medium=rss</link>
  <dc:creator><![CDATA[Redaktion]]></dc:creator><pubDate>{_rfc(_instant(one))}</pubDate>
  <guid isPermaLink="false">{site}/?p={1000 + 10 * one.day + len(one.slug)}</guid>
  <description><![CDATA[{one.text[:60]} […]]]></description>
  <content:encoded><![CDATA[<p>{escape(one.text)}</p>
<p>The post <a href="{site}/{one.slug}/">{escape(one.title)}</a> appeared first.</p>]]>
  </content:encoded></item>"""
        for one in news
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Objectors’ Network</title>
 <link>{site}</link><language>en-US</language>
 <generator>https://wordpress.org/?v=6.7.1</generator>{items}
</channel></rss>
"""


# --- the house rules, and a page that is none -----------------------------------------------------


def rules_page(visit: Visit, title: str, sections: Mapping[str, tuple[str, ...]]) -> str:
    """Return one text in sections, with a time stamp and a counter in its midst."""
    body = "".join(
        f"\n<h2>{escape(heading)}</h2>" + "".join(f"\n<p>{escape(text)}</p>" for text in texts)
        for heading, texts in sections.items()
    )
    return f"""<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>{escape(title)}</title></head>
<body><nav><a href="/{visit.session}">Startseite</a></nav>
<main id="content"><h1>{escape(title)}</h1>
<p>Abgerufen am {visit.clock} Uhr</p>{body}
<p class="counter">Diese Seite wurde {visit.visitors}-mal gelesen.</p></main></body></html>
"""


def challenge_page(visit: Visit) -> str:
    """Return what a bot protection shows instead of the page, with status 200."""
    return f"""<!DOCTYPE html>
<html lang="en-US"><head><title>Just a moment...</title></head><body>
<noscript>Enable JavaScript and cookies to continue</noscript>
<script>window._opt = {{cRay: "{visit.token("ray")[:16]}"}};</script></body></html>
"""

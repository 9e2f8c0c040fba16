"""The recorded histories: how a maintainer would declare each source, and what reading them showed.

`ADJUDICATED` overrules the gold of `meta.json` where the raw versions say otherwise; both figures
are reported.
"""

from __future__ import annotations

from typing import NamedTuple

SOURCES = """\
version: 1
contact: it@example.org
defaults: {every: 1h, alert: every}
topics: {flight: {terms: [flieht]}}
sources:
- id: at-sozialministerium-corona-faq
  name: FAQ Corona
  kind: page
  url: https://www.sozialministerium.at/Informationen-zum-Coronavirus/Coronavirus---Haeufig-gestellte-Fragen.html
  select: {text: "#content"}
- id: bamf-asylgeschaeftsstatistik-monatlich
  name: BAMF Asylgeschäftsstatistik
  kind: page
  url: https://www.bamf.example/statistik.csv
- {id: bundestag-vorgang-19-260950, name: Vorgang 260950, kind: page, url: "https://dip.example/1"}
- {id: bundestag-vorgang-19-260962, name: Vorgang 260962, kind: page, url: "https://dip.example/2"}
- {id: bundestag-vorgang-19-265925, name: Vorgang 265925, kind: page, url: "https://dip.example/3"}
- id: ch-thurgau-vorstoesse-csv
  name: Vorstösse Thurgau
  kind: page
  url: https://grgeko.tg.ch/geschaefte.csv
- id: de-ccc-kalender
  name: Kalender
  kind: page
  url: https://events.ccc.de/calendar/
  select: {items: ".events-list > li"}
- id: de-finya-datenschutz
  name: Datenschutz
  kind: page
  url: https://www.finya.de/Legal/privacy/
  select: {text: main}
- id: de-fr-impressum
  name: Impressum FR
  kind: page
  url: https://www.fr.de/ueber-uns/impressum/
  select: {text: .id-Article}
- id: de-haw-cyberangriff
  name: Cyberangriff
  kind: document
  url: https://www.haw-hamburg.de/cyberangriff/
  complete: true
- id: de-haw-fakultaetsservice
  name: Fakultätsservicebüro
  kind: document
  url: https://www.haw-hamburg.de/fakultaetsservicebuero/
  complete: true
- id: de-spiegel-impressum
  name: Impressum Spiegel
  kind: page
  url: https://www.spiegel.de/impressum
- id: de-zeit-impressum
  name: Impressum Zeit
  kind: page
  url: https://www.zeit.de/impressum/index
- id: en-christiandailyreporter-html
  name: Christian Daily Reporter
  kind: page
  url: https://www.christiandailyreporter.com/
  select: {items: "a[href]"}
- id: en-ota-imprint
  name: Imprint
  kind: page
  url: https://opentermsarchive.org/en/imprint/
  select: {text: "[class*=textcontent i]"}
- id: en-uptimerobot-privacy
  name: Privacy
  kind: page
  url: https://uptimerobot.com/privacy/
  select: {text: main}
- {id: feed-hetzner-news, name: Hetzner, kind: feed, url: "https://www.hetzner.com/news.xml"}
- {id: feed-museumsbund-stellen, name: Stellen, kind: feed, url: "https://www.museumsbund.de/rss"}
- {id: feed-opentalk-presse, name: OpenTalk, kind: feed, url: "https://opentalk.eu/de/news.xml"}
- id: feed-opportunitiesforyouth
  name: Opportunities
  kind: feed
  url: https://opportunitiesforyouth.org/feed/
- id: fr-gouv-monespacesante-accessibilite
  name: Accessibilité
  kind: page
  url: https://www.monespacesante.fr/accessibilite
- {id: law-asylg, name: AsylG, kind: document, complete: true, url: "https://laws.example/a.md"}
- {id: law-aufenthg, name: AufenthG, kind: document, complete: true, url: "https://laws.example/b"}
- {id: law-kdvg, name: KDVG, kind: document, complete: true, url: "https://laws.example/c.md"}
- {id: law-soldatengesetz, name: SG, kind: document, complete: true, url: "https://laws.example/d"}
- id: law-ukraineaufenthuev
  name: UkraineAufenthÜV
  kind: document
  complete: true
  url: https://laws.example/e.md
- id: law-ukraineaufenthv-xml
  name: UkraineAufenthÜV
  kind: gii
  complete: true
  url: https://www.gesetze-im-internet.de/ukraineaufenth_v/xml.zip
- id: law-wehrpflg-xml
  name: WPflG
  kind: gii
  complete: true
  url: https://www.gesetze-im-internet.de/wehrpflg/xml.zip
- id: law-wehrpflichtgesetz
  name: WPflG
  kind: document
  complete: true
  url: https://laws.example/f.md
- id: ua-losses-personnel-json
  name: Losses
  kind: json
  url: https://www.mil.gov.ua/losses.json
  options: {value: [personnel, POW], period: date, row: date}
- id: ua-oryx-losses
  name: Losses
  kind: page
  url: https://www.oryxspioenkop.com/losses.md
"""
# Histories in which changed digits are content: statistics, registers, acts. On the other pages
# `numbers_dates_only` is noise unless adjudicated.
NUMBERS_COUNT = ("bamf-", "bundestag-", "ch-", "law-", "ua-", "de-ccc-")
# Lists from which old entries scroll off: that alone is no news (docs/decisions/0003).
LISTS = ("de-ccc-kalender", "en-christiandailyreporter-html")


class Verdict(NamedTuple):
    """What was found on reading the raw versions; `real` None: either answer is right."""

    real: bool | None
    why: str


Step = tuple[str, int]


def _each(history: str, numbers: str, real: bool | None, why: str) -> dict[Step, Verdict]:
    return {(history, int(number)): Verdict(real, why) for number in numbers.split()}


_CHROME = "only menus, teasers or the footer around the text changed"
_CUT = "the server sent a cut record, or the whole one after a cut one"
_NOTE = "only builddate and the editors' note on consolidation; no word of the act itself changed"
_BACK = "the entry only came back; it was in the feed some versions before"
# How many steps may raise at most where an incident of incidents.json lies: (history, steps).
INCIDENTS: dict[str, tuple[str, range, int]] = {
    "empty answer": ("at-sozialministerium-corona-faq", range(27, 29), 0),
    "feed without entries": ("feed-museumsbund-stellen", range(57, 59), 0),
    "cut record": ("bundestag-vorgang-19-260962", range(14, 16), 0),
    "redirect placeholder": ("en-ota-imprint", range(18, 20), 0),
    "two policies in turn": ("de-finya-datenschutz", range(2, 101), 2),
    "JavaScript placeholder": ("fr-gouv-monespacesante-accessibilite", range(2, 85), 0),
    "A/B chrome": ("de-zeit-impressum", range(2, 26), 0),
}
ADJUDICATED: dict[Step, Verdict] = {
    **_each("at-sozialministerium-corona-faq", "5 6 41 45", False, _CHROME),
    **_each("at-sozialministerium-corona-faq", "27 28", False, "empty answer (incidents.json)"),
    **_each("bundestag-vorgang-19-260950", "18 21 30 31", False, _CUT),
    **_each("bundestag-vorgang-19-260962", "14 15 17 29 30", False, _CUT),
    **_each("bundestag-vorgang-19-265925", "28", False, _CUT),
    **_each("ch-thurgau-vorstoesse-csv", "8", False, "all these rows stood there before version 7"),
    **_each("de-ccc-kalender", "4", True, "an event got another address; titles may be the same"),
    **_each("de-ccc-kalender", "35", False, "only a soft hyphen"),
    **_each("de-fr-impressum", "46 47 49 51 54 55 57 58 59", False, _CHROME),
    **_each("de-haw-cyberangriff", "7", False, "«19:00 Uhr» became «19 Uhr» in «Update …»"),
    **_each("de-haw-cyberangriff", "119", True, "opening hours changed: 9-16 Uhr became 9-12 Uhr"),
    **_each("de-haw-fakultaetsservice", "30 38", True, "the day that is announced changed"),
    **_each("de-spiegel-impressum", "70", False, "title of a page that says 404"),
    **_each("de-zeit-impressum", "25", False, _CHROME),
    **_each("en-christiandailyreporter-html", "34", True, "a headline was rewritten"),
    **_each("en-ota-imprint", "14", True, "the heading lost «of Open Terms Archive»"),
    **_each("feed-hetzner-news", "12", False, "only the version of the feed's generator"),
    **_each("feed-hetzner-news", "50", False, "only slashes at the end of addresses"),
    **_each("feed-museumsbund-stellen", "5", False, "only a line break within a sentence"),
    **_each("feed-museumsbund-stellen", "22 48", False, _BACK),
    **_each("feed-opentalk-presse", "15", False, "only <div> tags"),
    **_each("feed-opentalk-presse", "28 31", False, _BACK),
    **_each("law-ukraineaufenthv-xml", "2 3 5", False, _NOTE),
    **_each("law-wehrpflg-xml", "2 4 5", False, _NOTE),
    **_each("ua-losses-personnel-json", "34", False, "same data, wrapped otherwise; an error"),
}

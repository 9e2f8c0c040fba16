"""Dutch decisions: Open Data van de Rechtspraak (data.rechtspraak.nl; «Technische documentatie Open
Data van de Rechtspraak» 1.15; CC0; no more than one request a second or so).

An Atom index, which knows fields of law and courts but no words, and one XML document per decision.
Quirks: `updated` moves whenever metadata are issued again, so it is not read; a summary may be «-»;
a decision may be listed days before its text is there, and be withdrawn later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from monitor.adapters import xml
from monitor.adapters.api import number, number_up_to, one_of, shaped
from monitor.adapters.body import Form, form_of, what_came
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.identity import unique
from monitor.adapters.whole import must_be_whole, must_find
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_CONTENT = "https://data.rechtspraak.nl/uitspraken/content"
_READER = "https://uitspraken.rechtspraak.nl/details"
_FIELD = "http://psi.rechtspraak.nl/rechtsgebied#"
_COURT = "http://standaarden.overheid.nl/owms/terms/"
_ECLI = re.compile(r"ECLI:NL:[A-Z]+:\d{4}:\w+")
_DATE = re.compile(r"\b\d\d-\d\d-\d{4}\b")
_TEXTS = ("inhoudsindicatie", "uitspraak", "conclusie")


def crawl(source: Source) -> Crawl:
    """Yield the index of what changed last; then each decision that names one of the `words`."""
    fetched = yield Request(_query(source))
    items = [_item(entry, source) for entry in _entries(source, fetched)]
    words = [word.casefold() for word in source.options.get("words", ())]
    if not words:
        return unique(items)
    wanted, most = [item for item in items if _names(item, words)], number(source, "texts", 50)
    if len(wanted) > most:
        raise ExtractError(
            f"{len(wanted)} decisions name one of the `words`, and at most {most} are to be read. "
            "Choose rarer words, or raise `texts`."
        )
    whole: list[Item] = []
    for item in wanted:
        query = urlencode({"id": item.id})
        document = yield Request(f"{_CONTENT}?{query}", conditional=False)
        whole.append(_with_text(source, item, document))
    return unique(whole)


def _names(item: Item, words: list[str]) -> bool:
    text = " ".join((item.title, *item.blocks)).casefold()
    return any(word in text for word in words)


def _query(source: Source) -> str:
    asked = [
        ("type", option(source, "type", "Uitspraak")),
        *(("subject", _FIELD + field) for field in source.options.get("subject", ())),
        *(("creator", _COURT + court) for court in source.options.get("court", ())),
        *(("date", day) for day in source.options.get("decided", ())),
        ("max", str(number(source, "count", 300))),
        ("sort", "DESC"),
        ("return", "DOC"),
    ]
    return f"{source.url}?{urlencode(asked)}"


def _root(fetched: Fetched, name: str) -> Element:
    if form_of(fetched) is Form.HTML:
        raise ExtractError(
            f"<{name}> was expected from {fetched.url}, but {what_came(fetched)} came."
        )
    root = xml.tree(fetched.text)
    if xml.local_name(root) != name:
        raise ExtractError(
            f"<{name}> was expected from {fetched.url}, but <{root.tag}> came; the format of "
            "Open Data van de Rechtspraak has changed or the address is wrong."
        )
    return root


def _entries(source: Source, fetched: Fetched) -> list[Element]:
    """Return the entries of the index; ExtractError when it is not whole or finds nothing."""
    feed = _root(fetched, "feed")
    entries = [child for child in feed if xml.local_name(child) == "entry"]
    found = re.search(r"\b([0-9]{1,12})\s*$", _child(feed, "subtitle"))
    if found is None:
        raise ExtractError(
            f"The index from {fetched.url} does not say how many decisions there are "
            "(«Aantal gevonden ECLI's»); its format has changed."
        )
    expected = min(int(found[1]), number(source, "count", 300))
    must_find(source, expected, "Open Data van de Rechtspraak", "`subject`, `court` and `type`")
    must_be_whole(len(entries), expected, "The index of Rechtspraak")
    return entries


def _item(entry: Element, source: Source) -> Item:
    name, title = _child(entry, "id"), _child(entry, "title")
    if not _ECLI.fullmatch(name):
        raise ExtractError(
            f"An entry of the index is named «{name}», which is no Dutch ECLI; its format has "
            "changed."
        )
    summary = _child(entry, "summary")
    date = _DATE.search(title)
    published = read_date(date.group(), lang="nl") if date else None
    query = urlencode({"id": name}, safe=":")
    return Item(
        id=name,
        title=title or name,
        url=f"{_READER}?{query}",
        blocks=(summary,) if summary.strip("-– ") else (),
        published=published,
        published_text=date.group() if date and not published else None,
        lang=source.lang or "nl",
        state="withdrawn" if entry.get("deleted") else None,
    )


def _with_text(source: Source, item: Item, fetched: Fetched) -> Item:
    """Return the item with summary, field of law, provisions and text of the decision."""
    root = _root(fetched, "open-rechtspraak")
    names = {clean(e.text or "") for e in root.iter() if xml.local_name(e) == "identifier"}
    if item.id not in names:
        raise ExtractError(
            f"{item.id} was asked for, but {fetched.url} answered with "
            f"{', '.join(sorted(names)) or 'a decision without a name'}."
        )
    _must_fit(source, root, item)
    blocks = [
        *_described(root),
        *(b for part in root if xml.local_name(part) in _TEXTS for b in _text(part)),
    ]
    return replace(item, blocks=tuple(dict.fromkeys([*item.blocks, *blocks])))


def _must_fit(source: Source, root: Element, item: Item) -> None:
    """What lies in another field of law shows that the filter was not understood."""
    asked = source.options.get("subject", ())
    fields = [e for e in root.iter() if xml.local_name(e) == "subject"]
    given = {value for e in fields for key, value in e.attrib.items() if "resource" in key}
    if asked and given and not given & {_FIELD + field for field in asked}:
        raise ExtractError(
            f"{item.id} is of {', '.join(sorted(given))}, which was not asked for: `subject` is "
            "no longer understood."
        )


def _described(root: Element) -> Iterator[str]:
    """Yield fields of law, procedures and cited provisions."""
    for element in root.iter():
        if xml.local_name(element) in {"subject", "procedure", "references"} and element.text:
            yield clean(element.text)


def _text(part: Element) -> Iterator[str]:
    """Yield paragraphs and headings."""
    for element in part.iter():
        own = (
            "".join(element.itertext())
            if xml.local_name(element) in {"para", "title", "bridgehead"}
            else ""
        )
        if (text := clean(own)).strip("-– "):
            yield text


def _child(element: Element, name: str) -> str:
    found = next((child for child in element if xml.local_name(child) == name), None)
    return clean("".join(found.itertext())) if found is not None else ""


KIND = Kind(
    crawl,
    options={
        "subject": Option(
            "field of law, as in the list Rechtsgebieden",
            "bestuursrecht_vreemdelingenrecht",
            shaped(r"\w+", "the part behind # of a Rechtsgebied"),
        ),
        "court": Option(
            "court, as in the list Instanties",
            "Raad_van_State",
            shaped(r"[\w-]+", "the last part of the address of an Instantie"),
        ),
        "type": Option(
            "decisions or advocates' opinions", "Uitspraak", one_of("Uitspraak", "Conclusie")
        ),
        "decided": Option(
            "the day of the decision; two days are a span",
            "2026-01-01",
            shaped(r"\d{4}-\d\d-\d\d", "a day like 2026-01-31"),
            many=True,
        ),
        "words": Option(
            "keep only decisions whose summary names one of these, and read them whole",
            "Rusland",
            many=True,
        ),
        "count": Option(
            "how many decisions to list, last changed first", "300", number_up_to(1000)
        ),
        "texts": Option("how many decisions to read whole at most", "50", number_up_to(100)),
    },
    url="https://data.rechtspraak.nl/uitspraken/zoeken",
)

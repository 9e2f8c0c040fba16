"""BAMF's monthly statistics by country of origin: a page that links to PDF, the newest is read.

«Asylgeschäftsstatistik»: one row per country, named by its three-digit key (Länderschlüssel of
Destatis), and 25 numbers. The headings stand upright in the PDF and cannot be relied on, so the
sums in each row are checked instead. Names of files changed before: the link is followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from monitor.adapters.api import shaped
from monitor.adapters.body import Form, form_of, what_came
from monitor.adapters.crawl import Crawl, Kind, Option
from monitor.adapters.figures import Count, chooser, folded, items_of, unmet
from monitor.adapters.html import (
    absolute,
    address_base,
    at_least_one,
    parse,
    selector_rule,
    visible_text,
)
from monitor.adapters.pdf import Word, lines_of
from monitor.errors import ExtractError
from monitor.model import Fetched, Request, Source
from monitor.text.clean import clean
from monitor.text.numbers import is_missing, read_number
from monitor.text.periods import period_within, read_period

PAGE = (
    "https://www.bamf.de/DE/Themen/Statistik/Asylzahlen/AsylGesStatistik/"
    "asylgeschaeftsstatistik-node.html"
)
_LINKS = 'a[href*="Asylgeschaeftsstatistik/"][href*=".pdf"]'
_COUNTRIES = ("160", "166", "169")  # Russian Federation, Ukraine, Belarus
# Without the sections of the law, which were renumbered in 2026 and would be taken for citations.
_KINDS = (
    "Anerkennungen als Asylberechtigte",
    "Anerkennungen als Flüchtling",
    "Subsidiärer Schutz",
    "Abschiebungsverbote",
    "Ablehnungen",
)
_OTHERWISE = "Sonstige Verfahrenserledigungen"
_FORMAL = "formelle Verfahrenserledigungen"
COLUMNS = (
    *("Asylanträge", "Erstanträge", "Folgeanträge", "Entscheidungen"),
    *_KINDS,
    *(_OTHERWISE, "Anhängige Erstanträge", "Anhängige Folgeanträge"),
    *(f"Erstanträge – {kind}" for kind in (*_KINDS, _FORMAL)),
    *(f"Folgeanträge – {kind}" for kind in (*_KINDS, "kein weiteres Verfahren", _FORMAL)),
)
_FILE_PERIOD = re.compile(r"-([a-z]+)-(20\d\d)[^/]*\.pdf", re.IGNORECASE)
_KEY = re.compile(r"[1-9]\d\d")


class _Row(NamedTuple):
    name: str
    key: str
    cells: tuple[str, ...]


def crawl(source: Source) -> Crawl:
    """Ask for the page, then for the newest PDF; return the numbers of the wanted countries.

    ExtractError when no PDF is linked, when it cannot be told which is the newest, and when its
    table has other columns than are known or lacks a wanted country.
    """
    page = yield Request(source.url)
    if form_of(page) is Form.PDF:
        fetched, page_url = page, source.url
    else:
        page_url = _newest(source, page)
        fetched = yield Request(page_url, conditional=False)
    if form_of(fetched) is not Form.PDF:
        raise ExtractError(f"{page_url} should be a PDF, but {what_came(fetched)} came.")
    lines = lines_of(fetched.content)
    columns = source.options.get("columns") or COLUMNS
    rows = _rows(lines, len(columns), fetched.url)
    if columns == COLUMNS:
        _must_add_up(rows, fetched.url)
    period = _period_of(page_url) or _period_in(lines)
    if period is None:
        raise ExtractError(f"The month of {fetched.url} stands neither in its name nor its text.")
    _must_be_there(source, rows, fetched.url)
    counts = _counts(source, rows, columns, period)
    return items_of(counts, page_url, source.lang or "de")


def _newest(source: Source, page: Fetched) -> str:
    """The linked PDF of the latest month; without months in all their names, the first one."""
    if form_of(page) is not Form.HTML:
        raise ExtractError(f"A page with links was expected, but {what_came(page)} came.")
    soup = parse(page.text)
    tags = at_least_one(soup, source.select.link or _LINKS, page.url)
    base = address_base(soup, page.url)
    words = {
        url: visible_text(tag) for tag in reversed(tags) if (url := absolute(base, tag.get("href")))
    }
    if not words:
        raise ExtractError(f"The links to statistics on {page.url} lead nowhere.")
    months = {url: _period_of(url) or period_within(said) for url, said in words.items()}
    without = [url for url, month in months.items() if not month]
    if 0 < len(without) < len(months):
        raise ExtractError(
            f"{len(without)} of {len(months)} links to statistics on {page.url} name no month, "
            f"such as «{words[without[-1]]}» to {without[-1]}. It may be the newest. Say with "
            "`select: {link: …}` which links are meant."
        )
    return max(reversed(months), key=lambda url: months[url] or "")


def _period_of(url: str) -> str | None:
    found = _FILE_PERIOD.search(url)
    return read_period(f"{found[1].replace('ae', 'ä')} {found[2]}") if found else None


def _period_in(lines: Sequence[Sequence[Word]]) -> str | None:
    texts = (clean(" ".join(word.text for word in line)) for line in lines)
    return next(filter(None, map(period_within, texts)), None)


# --- the table -----------------------------------------------------------------------------------


def _rows(lines: Sequence[Sequence[Word]], width: int, url: str) -> list[_Row]:
    """The lines that are rows, cut where no number of any row stands."""
    split = [
        (name, numbers)
        for line in lines
        if (name := _name(line)) and (numbers := line[len(name) :])
    ]
    full = [(name, numbers) for name, numbers in split if len(numbers) >= max(2, width // 2)]
    columns = _columns([word for _, numbers in full for word in numbers])
    if len(columns) not in {width, width + 1}:
        raise ExtractError(
            f"The table in {url} has {len(columns)} columns of numbers where {width} are expected. "
            "It was rebuilt, or is another one; say with the option `columns` what they mean."
        )
    rows = [_row(name, numbers, columns, keyed=len(columns) > width) for name, numbers in full]
    return [row for row in rows if row.name]


def _name(line: Sequence[Word]) -> Sequence[Word]:
    """The words up to the last that is no number: names hold dashes and numbers too."""
    last = max((at for at, word in enumerate(line) if not _is_cell(word.text)), default=-1)
    return line[: last + 1]


def _is_cell(text: str) -> bool:
    return read_number(text, "de") is not None or (is_missing(text) and text != "x")


def _columns(words: Sequence[Word]) -> list[tuple[float, float]]:
    """The stretches that numbers cover, from left to right."""
    stretches: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda word: word.left):
        if stretches and word.left <= stretches[-1][1]:
            left, right = stretches[-1]
            stretches[-1] = left, max(right, word.right)
        else:
            stretches.append((word.left, word.right))
    return stretches


def _row(
    name: Sequence[Word],
    numbers: Sequence[Word],
    columns: Sequence[tuple[float, float]],
    *,
    keyed: bool,
) -> _Row:
    cells = [
        "".join(word.text for word in numbers if left <= word.left <= right)
        for left, right in columns
    ]
    key = cells.pop(0) if keyed else ""
    words = clean(" ".join(word.text for word in name))
    return _Row(words, key if _KEY.fullmatch(key) else "", tuple(cells))


def _must_add_up(rows: Sequence[_Row], url: str) -> None:
    """Insist that applications and decisions are the sums of their parts; one slip is BAMF's."""
    wrong = [row for row in rows if not _adds_up(row)]
    if len(wrong) > max(1, len(rows) // 10):
        raise ExtractError(
            f"The numbers of {len(wrong)} of {len(rows)} countries in {url} do not add up, first "
            f"those for {wrong[0].name}: {', '.join(wrong[0].cells[:10])}. The columns may have "
            "changed their order; look at the PDF."
        )


def _adds_up(row: _Row) -> bool:
    value = [int(read_number(cell, "de") or 0) for cell in row.cells]
    return value[0] == value[1] + value[2] and value[3] == sum(value[4:10])


def _must_be_there(source: Source, rows: Sequence[_Row], url: str) -> None:
    names = {name for row in rows for name in (row.key, folded(row.name))}
    if missing := unmet(source.options.get("rows", _COUNTRIES), names):
        names_missing = ", ".join(f"«{each}»" for each in missing)
        there = ", ".join(f"{row.key} {row.name}".strip() for row in rows[:12])
        raise ExtractError(
            f"No row of {url} is {names_missing}, as the option `rows` wants. "
            f"It begins with {there}. Write a country as it stands there, or take it out."
        )


def _counts(
    source: Source, rows: Sequence[_Row], columns: Sequence[str], period: str
) -> list[Count]:
    wanted = chooser(source.options.get("rows", _COUNTRIES))
    return [
        Count(
            row=row.name,
            column=column,
            text=cell,
            value=read_number(cell, "de"),
            period=period,
            key=row.key,
        )
        for row in rows
        if wanted.fullmatch(row.key) or wanted.fullmatch(folded(row.name))
        for column, cell in zip(columns, row.cells, strict=True)
        if cell
    ]


KIND = Kind(
    crawl,
    select={"link": selector_rule},
    options={
        "rows": Option("keys or names of countries", "160", shaped(r".+", "a name"), many=True),
        "columns": Option("what the columns of another table mean", "Asylanträge", many=True),
    },
    url=PAGE,
)

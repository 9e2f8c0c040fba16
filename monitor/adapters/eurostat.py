"""Eurostat: the observations of a data set, as JSON-stat 2.0 or SDMX-CSV.

Dissemination API, https://ec.europa.eu/eurostat/web/user-guides/data-browser/api-data-access. An
unknown code gives no error but no values; too large a query gives a warning with status 200.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import urlencode

from monitor.adapters.api import number_up_to, shaped
from monitor.adapters.body import what_came
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.figures import Count, items_of
from monitor.errors import ExtractError
from monitor.model import Fetched, Request, Source
from monitor.text.clean import clean
from monitor.text.numbers import read_number
from monitor.text.periods import read_period

API = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/"
_MOST_CELLS = 50_000
_TIME = "time"
_SUBJECT = re.compile(r" by | - ")  # «Asylum applicants by type, age and sex - monthly data»
_SILENT_DIMENSIONS = frozenset({"freq", "unit", _TIME})
_TOTALS = frozenset({"TOTAL", "T", "_T"})
_LANGUAGES = frozenset({"en", "de", "fr"})


@dataclass(frozen=True, slots=True)
class Observation:
    """A value with its flags; `codes` and `labels` are keyed by dimension."""

    codes: Mapping[str, str]
    labels: Mapping[str, str]
    value: str
    flags: str = ""


def crawl(source: Source) -> Crawl:
    """Ask for one data set; return each observation as an item.

    ExtractError when the API reports a fault, or when what came is not what was asked for.
    """
    fetched = yield Request(_address(source))
    title, observations = _read(source, fetched)
    _must_fit(source, observations, fetched.url)
    counts = [_count(source, title, one) for one in observations if one.value or one.flags]
    if not counts:
        raise ExtractError(
            f"Eurostat has no values for the filters of {option(source, 'dataset')}: its lists of "
            "codes may have changed. Compare the filters with the data browser."
        )
    return items_of(counts, _browser(source), source.lang)


def _address(source: Source) -> str:
    if source.url.rstrip("/") != API.rstrip("/"):
        return source.url
    lang = source.lang if source.lang in _LANGUAGES else "en"
    query: dict[str, list[str]] = {"format": ["JSON"], "lang": [lang]}
    for text in source.options.get("filters", ()):
        name, _, code = text.partition("=")
        query.setdefault(name, []).append(code)
    query["lastTimePeriod"] = [option(source, "periods", "12")]
    return f"{API}{option(source, 'dataset')}?{urlencode(query, doseq=True)}"


def _browser(source: Source) -> str:
    dataset = option(source, "dataset")
    return f"https://ec.europa.eu/eurostat/databrowser/view/{dataset}/default/table"


def _read(source: Source, fetched: Fetched) -> tuple[str, list[Observation]]:
    if fetched.text.lstrip("\ufeff").startswith("STRUCTURE,"):
        return _read_csv(source, fetched)
    try:
        found = json.loads(fetched.text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise ExtractError(
            f"Eurostat should answer in JSON, but {what_came(fetched)} came."
        ) from error
    if isinstance(found, dict) and (said := found.get("error") or found.get("warning")):
        raise ExtractError(f"Eurostat answered: «{clean(json.dumps(said, default=str))[:300]}».")
    if isinstance(found, dict) and len(found) == 1 and "dimension" not in found:
        found = next(iter(found.values()))  # JSON-stat 1.x
    try:
        return clean(str(found.get("label") or found.get("title") or "")), list(_cells(found))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ExtractError(
            f"The answer of Eurostat is no JSON-stat data set ({error!r}); its format may have "
            "changed."
        ) from error


def _cells(found: Mapping[str, Any]) -> Iterator[Observation]:
    """The cells of a JSON-stat cube, which are numbered row by row (json-stat.org/full)."""
    dimensions = found["dimension"]
    names, size = found.get("id") or dimensions["id"], found.get("size") or dimensions["size"]
    axes = [_categories(dimensions[name]) for name in names]
    total = 1
    for name, axis, length in zip(names, axes, size, strict=True):
        total *= length
        if len(axis) != length:
            raise ValueError(f"{name} has {len(axis)} codes, not {length}")
    if total > _MOST_CELLS:
        raise ExtractError(f"Eurostat sent {total} cells; narrow the filters down.")
    status = found.get("status") or {}
    if isinstance(status, dict) and isinstance(status.get("value"), list):
        status = status["value"]
    if isinstance(found["value"], list) and len(found["value"]) != total:
        raise ValueError(f"{len(found['value'])} values for {total} cells")
    if isinstance(status, list) and len(status) != total:
        raise ValueError(f"{len(status)} flags for {total} cells")
    for number, place in enumerate(product(*axes)):
        codes = {name: code for name, (code, _) in zip(names, place, strict=True)}
        labels = {name: label for name, (_, label) in zip(names, place, strict=True)}
        yield Observation(codes, labels, _at(found["value"], number), _at(status, number))


def _categories(dimension: Mapping[str, Any]) -> list[tuple[str, str]]:
    category = dimension["category"]
    labels = category.get("label", {})
    index = category.get("index") or list(labels)
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else index
    if not all(isinstance(code, str) and code and code == clean(code) for code in codes):
        raise ValueError("a code is no plain text")
    return [(code, clean(str(labels.get(code, code)))) for code in codes]


def _at(values: object, number: int) -> str:
    """A cell of a list, or of an object that leaves out the empty ones; a text holds for all."""
    if isinstance(values, list):
        value = values[number]
    elif isinstance(values, dict):
        value = values.get(str(number))
    else:
        value = values
    return "" if value is None else str(value)


def _read_csv(source: Source, fetched: Fetched) -> tuple[str, list[Observation]]:
    try:
        rows = list(csv.reader(fetched.text.lstrip("\ufeff").splitlines()))
    except csv.Error as error:
        raise ExtractError(f"The SDMX-CSV from {fetched.url} cannot be read: {error}.") from error
    head, body = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    if not {"TIME_PERIOD", "OBS_VALUE"} <= set(head) or len(body) < len(rows) - 1:
        raise ExtractError(f"The SDMX-CSV from {fetched.url} is cut short or has other columns.")
    labelled = "STRUCTURE_NAME" in head
    step = 2 if labelled else 1
    start = 3 if labelled else 1 + ("STRUCTURE_ID" in head)
    places = range(start, head.index("TIME_PERIOD"), step)
    at = {name: head.index(name) for name in ("TIME_PERIOD", "OBS_VALUE")}
    flag = head.index("OBS_FLAG") if "OBS_FLAG" in head else None
    observations = [
        Observation(
            {_TIME: row[at["TIME_PERIOD"]]} | {head[j]: row[j] for j in places},
            {head[j]: clean(row[j + step - 1]) for j in places},
            row[at["OBS_VALUE"]],
            row[flag] if flag is not None else "",
        )
        for row in body
    ]
    return (clean(body[0][2]) if labelled and body else option(source, "dataset")), observations


def _must_fit(source: Source, observations: Sequence[Observation], url: str) -> None:
    """Insist on the codes that were asked for: a filter that is not known is ignored."""
    asked: dict[str, set[str]] = {}
    for text in source.options.get("filters", ()):
        name, _, code = text.partition("=")
        asked.setdefault(name, set()).add(code)
    for name, codes in asked.items():
        came = {one.codes.get(name) for one in observations}
        if observations and came != codes:
            raise ExtractError(
                f"Eurostat was asked for {name}={', '.join(sorted(codes))} but sent "
                f"{', '.join(sorted(map(str, came))[:12])} ({url}). Its dimensions or codes may "
                "have changed."
            )


def _count(source: Source, title: str, one: Observation) -> Count:
    rows = source.options.get("row", ("citizen", "geo"))
    spoken = {
        name: one.labels.get(name, code)
        for name, code in one.codes.items()
        if name not in _SILENT_DIMENSIONS and code not in _TOTALS
    }
    row = ", ".join(spoken.pop(name) for name in rows if name in spoken)
    flags = "".join(flag for flag in one.flags if flag not in "p:")  # p: provisional, soon goes
    name = ";".join(f"{dim}={code}" for dim, code in one.codes.items() if dim != _TIME)
    when = one.codes.get(_TIME, "")
    return Count(
        row=row,
        column=", ".join(dict.fromkeys((_SUBJECT.split(title)[0], *spoken.values()))),
        text=clean(f"{one.value} {flags}") or ":",
        value=read_number(one.value, "en"),
        period=read_period(when) or when or None,
        unit=one.labels.get("unit"),
        name=f"{option(source, 'dataset')};{name};{when}",
    )


KIND = Kind(
    crawl,
    url=API,
    options={
        "dataset": Option(
            "code of the data set", "migr_asyappctzm", shaped(r"\w{3,40}", "a code"), needed=True
        ),
        "filters": Option(
            "dimension=code; a dimension may be named several times",
            "citizen=RU",
            check=shaped(r"\w+=[\w-]+", "like citizen=RU"),
            many=True,
        ),
        "periods": Option("how many of the latest periods", "12", check=number_up_to(600)),
        "row": Option("dimensions that name the row", "geo", shaped(r"\w+", "a name"), many=True),
    },
)

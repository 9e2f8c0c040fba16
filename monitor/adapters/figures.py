"""Cells of statistics as items: named by what they count, never by where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from monitor.model import Figure, Item
from monitor.text.clean import clean
from monitor.text.normalise import normalise

_FOOTNOTE = re.compile(r"(?:\s*(?:[¹²³⁴⁵⁶⁷⁸⁹⁰⁽⁾]+\)?|\*+\)?)|\s+\d{1,2}\))+$")


@dataclass(frozen=True, slots=True)
class Count:
    """One number of a statistic and what it counts.

    `key` names the row for ever where labels may be reworded, `name` the whole number. A unit that
    only stands beside the number is no part of its name: «–» has none.
    """

    row: str
    column: str
    text: str
    value: Decimal | None
    period: str | None = None
    unit: str | None = None
    key: str = ""
    table: str = ""
    name: str = ""
    beside: str | None = None

    @property
    def label(self) -> str:
        """What is counted, as people say it: «Anerkennungen, Russische Föderation, 2026-10»."""
        return ", ".join(filter(None, (self.column, self.row, self.period)))


def items_of(counts: Iterable[Count], url: str, lang: str | None) -> tuple[Item, ...]:
    """Return the counts as items; counts with the same name are numbered in their order."""
    items: list[Item] = []
    times: Counter[str] = Counter()
    for count in counts:
        item = _item(count, url, lang)
        times[item.id] += 1
        number = times[item.id]
        items.append(replace(item, id=f"{item.id}#{number}") if number > 1 else item)
    return tuple(items)


def _item(count: Count, url: str, lang: str | None) -> Item:
    parts = [count.key or count.row, count.column, count.period or "", count.unit or ""]
    whole = [count.table, *parts] if count.table else parts
    name = count.name or "|".join(map(folded, whole))
    label = count.label or count.table or "–"
    value = None if count.value is None else plain(count.value)
    return Item(
        id=name,
        title=label,
        url=url,
        blocks=(f"{label}: {count.text}",),
        lang=lang,
        figure=Figure(count.text, value, label, count.period, count.unit or count.beside),
    )


def plain(value: Decimal) -> str:
    """Return a number as plain decimal text: no exponent, no zeros at the end of a fraction."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def label(text: str) -> str:
    """Return the heading of a row or column without its footnote marks."""
    return _FOOTNOTE.sub("", clean(text)).rstrip(" :")


def folded(text: str) -> str:
    """Return one spelling for labels that differ in case, accents or footnotes only."""
    return clean(normalise(label(text)).text.casefold())


def chooser(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return what finds the folded labels that are wanted; `*` stands for anything.

    What stands above a label («Europa, …», «Entscheidungen – …») need not be named.
    """
    wanted = (
        ".*".join(re.escape(folded(part)) for part in pattern.split("*")) for pattern in patterns
    )
    return re.compile(f"(?:.*(?:, | - ))?(?:{'|'.join(wanted)})")


def unmet(patterns: Iterable[str], labels: Iterable[str]) -> list[str]:
    """Return the patterns for `chooser` that fit none of the folded labels."""
    there = set(labels)
    return [each for each in patterns if not any(map(chooser([each]).fullmatch, there))]

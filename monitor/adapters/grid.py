"""A table as rows of cells, and which cell counts what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor.adapters.figures import Count, folded, label
from monitor.text.clean import clean
from monitor.text.numbers import decimal_mark, holds_number, read_number, unit_of
from monitor.text.periods import period_within, read_period

_PERCENT = frozenset({"%", "in %", "prozent", "in prozent", "percent", "per cent", "anteil in %"})
_SHARE = re.compile(r"\(%\)$|\b(?:in|als) (?:%|Prozent|percent)$", re.IGNORECASE)
_NUMBERING = frozenset(
    {"nr", "nr.", "lfd. nr.", "lfd. nr", "rang", "rank", "#", "no.", "no", "pos."}
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with spans filled in: all rows are as long as the first.

    `heads` is the number of heading rows where the source tells; `decimal` the decimal mark of
    numbers that no person wrote.
    """

    caption: str
    rows: tuple[tuple[str, ...], ...]
    heads: int | None = None
    decimal: str | None = None

    @property
    def figures(self) -> int:
        """How many cells hold a number, headings and first column aside."""
        return sum(holds_number(cell) for row in self.rows[1:] for cell in row[1:])


@dataclass(frozen=True, slots=True)
class Reading:
    """How the maintainer wants a table read; see the options of kind table."""

    lang: str | None = None
    heads: int | None = None
    key: str = ""
    period: str = ""
    unit: str | None = None
    decimal: str | None = None


@dataclass(slots=True)
class _Plan:
    """Which rows and columns are what."""

    caption: str
    heads: list[tuple[str, ...]]
    body: list[tuple[str, ...]]
    labels: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    key: int | None = None
    period: int | None = None


def counts(grid: Grid, reading: Reading, table: str = "") -> Iterator[Count]:
    """Yield every cell that is not empty, in reading order; none of a table without rows."""
    if not grid.rows:
        return
    plan = _plan(grid, reading)
    columns = {j: _Column(plan, j, grid, reading) for j in plan.values}
    fallback = _given_period(reading, plan)
    group = ""
    for row in plan.body:
        name = ", ".join(dict.fromkeys(filter(None, (label(row[j]) for j in plan.labels))))
        cells = [(j, clean(row[j])) for j in plan.values if row[j].strip()]
        if len(cells) == 0 or {text for _, text in cells} == {name}:
            group = name
            continue
        when = read_period(row[plan.period]) if plan.period is not None else read_period(name)
        if when and plan.period is None:
            name = ""
        key = clean(row[plan.key]) if plan.key is not None else ""
        for j, text in cells:
            column = columns[j]
            yield Count(
                row=", ".join(filter(None, (group, name))),
                column=column.label,
                text=text,
                value=read_number(text, reading.lang, decimal=column.decimal),
                period=column.period or when or fallback,
                unit=reading.unit or column.unit,
                beside=unit_of(text),
                key=key,
                table=table,
            )


class _Column:
    """What the headings of a column say."""

    def __init__(self, plan: _Plan, j: int, grid: Grid, reading: Reading) -> None:
        parts = list(dict.fromkeys(filter(None, (label(head[j]) for head in plan.heads))))
        periods = [part for part in parts if read_period(part)]
        units = [part for part in parts if part.casefold() in _PERCENT]
        self.period = read_period(periods[-1]) if periods else None
        self.unit = "%" if units or any(map(_SHARE.search, parts)) else None
        rest = [part for part in parts if part not in periods and part not in units]
        self.label = " – ".join(rest or ([] if periods else units)) or _subject(plan)
        texts = [row[j] for row in plan.body]
        everything = [row[k] for row in plan.body for k in plan.values]
        self.decimal = (
            reading.decimal
            or grid.decimal
            or decimal_mark(texts, reading.lang)
            or decimal_mark(everything, None)
        )


def _subject(plan: _Plan) -> str:
    """The caption, for columns that say nothing but a period; not when it would grow stale."""
    return "" if period_within(plan.caption) else label(plan.caption)


def _plan(grid: Grid, reading: Reading) -> _Plan:
    count = reading.heads if reading.heads is not None else grid.heads
    if not count:
        count = 0 if reading.heads == 0 else _count_heads(grid.rows)
    heads = list(grid.rows[:count])
    above = [clean(row[0]) for row in heads if _is_title(row)]
    heads = [row for row in heads if not _is_title(row) and any(map(clean, row))]
    body = [row for row in grid.rows[count:] if any(map(clean, row))]
    plan = _Plan(" ".join(filter(None, [grid.caption, *above])), heads, body)
    _sort_columns(plan, len(grid.rows[0]), reading)
    return plan


def _sort_columns(plan: _Plan, width: int, reading: Reading) -> None:
    names = [[clean(head[j]).casefold() for head in plan.heads] for j in range(width)]
    plan.key = _called(plan, reading.key, width)
    plan.period = _called(plan, reading.period, width)
    leading = True
    for j in range(width):
        cells = [row[j] for row in plan.body if row[j].strip()]
        dated = bool(cells) and all(map(read_period, cells))
        if j in (plan.key, plan.period):
            continue
        if leading and dated and plan.period is None and not _says_elsewhere(reading.period):
            plan.period = j
        elif leading and (j == 0 or not any(map(holds_number, cells))):
            plan.labels.append(j)
        else:
            leading = False
            plan.values.append(j)
    first = plan.labels[0] if len(plan.labels) > 1 else None
    if first is not None and set(names[first]) & _NUMBERING:
        plan.labels.remove(first)


def _called(plan: _Plan, name: str, width: int) -> int | None:
    """The column of this heading, whatever its case and its footnotes."""
    wanted = folded(name)
    return next(
        (j for j in range(width) if wanted and wanted in {folded(head[j]) for head in plan.heads}),
        None,
    )


def _says_elsewhere(period: str) -> bool:
    return period in {"caption", "columns"}


def _given_period(reading: Reading, plan: _Plan) -> str | None:
    """The period of the caption, or the one that the maintainer wrote down."""
    if reading.period and plan.period is None and (fixed := read_period(reading.period)):
        return fixed
    return read_period(plan.caption) or period_within(plan.caption)


def _count_heads(rows: Sequence[Sequence[str]]) -> int:
    """The rows before the first one that holds a number which is no year of a heading."""
    dated = False
    for number, row in enumerate(rows):
        numbers = [cell for cell in row[1:] if holds_number(cell)]
        if not all(map(read_period, numbers)) or (numbers and dated):
            return number
        dated = bool(numbers)
    return 1


def _is_title(row: Sequence[str]) -> bool:
    """A heading that spans the table, or stands alone at its left."""
    rest = {clean(cell) for cell in row[1:]}
    return len(row) > 1 and bool(clean(row[0])) and rest in ({""}, {clean(row[0])})

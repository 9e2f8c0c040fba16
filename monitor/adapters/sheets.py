"""Tables out of HTML, CSV and plain text."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.adapters.grid import Grid
from monitor.adapters.html import Element, drop, every, first, heading_before, visible_text
from monitor.errors import ExtractError
from monitor.text.clean import clean
from monitor.text.numbers import holds_number, is_missing
from monitor.text.periods import read_period

MOST_CELLS = 300_000
LARGEST = 10 * MOST_CELLS  # the empty ones included
WIDEST = 2_000

_WIDEST_CELL = 500
_TO_THE_END = 1_000_000
_DELIMITERS = (";", "\t", ",", "|")


class _Spanning(NamedTuple):
    text: str
    rows_left: int


def html_grid(table: Element) -> Grid:
    """Return an HTML table with its spans filled in (HTML standard, 4.9.12).

    ExtractError when it has more columns or cells than any statistic.
    """
    rows = [row for row in every(table, "tr") if next(row.iterancestors("table")) is table]
    filled: list[list[str]] = []
    heads = size = 0
    group: Element | None = None
    has_head = first(table, "thead") is not None
    waiting: dict[int, _Spanning] = {}
    for row in rows:
        cells = list(row.iterchildren("td", "th"))
        if row.getparent() is not group:  # no cell reaches beyond its group of rows
            waiting.clear()
            group = row.getparent()
        filled.append(_filled(cells, waiting))
        size += len(filled[-1])
        if heads == len(filled) - 1 and _is_head(row, cells, has_head):
            heads += 1
        if size > MOST_CELLS:
            raise ExtractError(f"The table has more than {MOST_CELLS} cells; watch a smaller one.")
    return Grid(_caption(table), _even(filled), heads or None)


def _is_head(row: Element, cells: Sequence[Element], has_head: bool) -> bool:
    if has_head:
        return next(row.iterancestors("thead"), None) is not None
    return bool(cells) and all(cell.tag == "th" for cell in cells)


def _filled(cells: Sequence[Element], waiting: dict[int, _Spanning]) -> list[str]:
    """One row; `waiting` holds by column the cells that reach down from rows above."""
    texts: list[str] = []
    pending = list(cells)[::-1]
    while pending or any(column >= len(texts) for column in waiting):
        column = len(texts)
        if column > WIDEST:
            raise ExtractError(f"The table has more than {WIDEST} columns; watch a smaller one.")
        if column in waiting:
            text, rows_left = waiting.pop(column)
            texts.append(text)
            if rows_left > 1:
                waiting[column] = _Spanning(text, rows_left - 1)
            if not pending and not any(other > column for other in waiting):
                break
        elif pending:
            cell = pending.pop()
            text, down = _text(cell), _span(cell, "rowspan")
            for offset in range(_span(cell, "colspan")):
                texts.append(text)
                if down > 1:
                    waiting[column + offset] = _Spanning(text, down - 1)
        else:
            texts.append("")
    return texts


def _text(cell: Element) -> str:
    """The text of a cell without its footnote marks."""
    whole = visible_text(cell)
    drop(cell, ["sup"])
    return visible_text(cell) or whole


def _span(cell: Element, name: str) -> int:
    """How many columns or rows a cell covers; a `rowspan` of 0 is all that are left."""
    given = cell.get(name, "1").strip()
    number = int(given[:9]) if given.isascii() and given.isdigit() else 1
    if name == "rowspan":
        return number or _TO_THE_END
    return min(number or 1, _WIDEST_CELL)


def _caption(table: Element) -> str:
    """The caption, that of the figure around, or the heading above."""
    found = first(table, "caption") or (
        (figure := next(table.iterancestors("figure"), None)) and first(figure, "figcaption")
    )
    heading = found or heading_before(table)
    return visible_text(heading) if heading else ""


def csv_grid(text: str, delimiter: str = "") -> Grid:
    """Return a table of separated values; the delimiter is guessed by what makes even rows."""
    rows = _csv_rows(text, delimiter) if delimiter else _most_even(text)
    return Grid("", _even(rows))


def _most_even(text: str) -> list[list[str]]:
    candidates = [_csv_rows(text, delimiter) for delimiter in _DELIMITERS]
    return max(candidates, key=_evenness)


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    """How many rows have the commonest width above one, and that width."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0, 0
    width, times = widths.most_common(1)[0]
    return times / len(rows), width


def _csv_rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [row for row in rows if any(map(clean, row))]
    except csv.Error as error:
        raise ExtractError(f"The table of separated values cannot be read: {error}.") from error


def flattened_grids(lines: Sequence[str]) -> Iterator[Grid]:
    """Yield tables that lost their frame: periods one below the other, then label and numbers.

    Articles that were copied as plain text look like this.
    """
    texts = [text for line in lines if (text := clean(line))]
    at = 0
    while at < len(texts):
        periods = _run_of_periods(texts[at:])
        rows = list(_flat_rows(texts[at + len(periods) :], len(periods))) if periods else []
        if len(rows) >= 2:
            yield Grid("", (("", *periods), *rows), heads=1)
        at += len(periods) + len(rows) * (len(periods) + 1) or 1


def _run_of_periods(texts: Sequence[str]) -> list[str]:
    periods: list[str] = []
    for text in texts[:50]:
        if not read_period(text):
            break
        periods.append(text)
    return periods


def _flat_rows(texts: Sequence[str], width: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(texts), width + 1):
        name, *cells = texts[start : start + width + 1]
        if len(cells) < width or _is_figure(name) or not all(map(_is_figure, cells)):
            return
        yield (name, *cells)


def _is_figure(text: str) -> bool:
    return is_missing(text) or holds_number(text)


def _even(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The rows filled up to the longest; ExtractError when that is beyond all reason."""
    width = max(map(len, rows), default=0)
    if width > WIDEST:
        raise ExtractError(f"The table has more than {WIDEST} columns; watch a smaller one.")
    if width * len(rows) > LARGEST:
        raise ExtractError(
            f"The table has more than {LARGEST} cells, counting empty ones; watch a smaller one."
        )
    return tuple((*row, *[""] * (width - len(row))) for row in rows)

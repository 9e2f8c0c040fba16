"""A statistic: every cell of a table in HTML, CSV, XLSX or plain text is an item of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from monitor.adapters import xlsx
from monitor.adapters.api import number_up_to, one_of
from monitor.adapters.body import Form, form_of, what_came
from monitor.adapters.crawl import Kind, Option, option, single_page
from monitor.adapters.figures import Count, chooser, folded, items_of
from monitor.adapters.grid import Grid, Reading, counts
from monitor.adapters.html import (
    at_least_one,
    drop,
    every,
    page_language,
    parse,
    selector_rule,
)
from monitor.adapters.sheets import csv_grid, flattened_grids, html_grid
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from monitor.text.decode import decode


def table_items(source: Source, fetched: Fetched) -> Sequence[Item]:
    """Return one item per cell that is not empty.

    ExtractError when there is no table, when several are there and none was chosen, or when the
    wanted rows or columns are gone.
    """
    grids, lang = _grids(source, fetched)
    chosen = _chosen(source, fetched, grids)
    found: list[Count] = []
    for grid in chosen:
        name = grid.caption if len(chosen) > 1 else ""
        found += counts(grid, _reading(source, lang), name)
    if not found:
        raise ExtractError(f"The table at {fetched.url} has no cells beside its headings.")
    return items_of(wanted(source, found, fetched.url), fetched.url, lang)


def wanted(source: Source, found: Sequence[Count], url: str) -> list[Count]:
    """Return the counts in the rows and columns that the options name."""
    rows, columns = source.options.get("rows", ()), source.options.get("columns", ())
    row_is, column_is = chooser(rows), chooser(columns)
    kept = [
        count
        for count in found
        if (not rows or row_is.fullmatch(folded(count.row)) or row_is.fullmatch(folded(count.key)))
        and (not columns or column_is.fullmatch(folded(count.column)))
    ]
    if not kept:
        there = dict.fromkeys(count.row for count in found), dict.fromkeys(c.column for c in found)
        raise ExtractError(
            f"No cell of the table at {url} fits the options `rows` and `columns`. "
            f"Its rows are {_listed(there[0])}; its columns are {_listed(there[1])}."
        )
    return kept


def _listed(names: dict[str, None]) -> str:
    few = [f"«{name}»" for name in list(names)[:12]]
    return ", ".join(few) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _reading(source: Source, lang: str | None) -> Reading:
    heads = option(source, "heads")
    return Reading(
        lang=lang,
        heads=int(heads) if heads else None,
        key=option(source, "key"),
        period=option(source, "period"),
        unit=option(source, "unit") or None,
        decimal=option(source, "decimal") or None,
    )


def _grids(source: Source, fetched: Fetched) -> tuple[list[Grid], str | None]:
    """All tables of the answer, and the language its numbers are written in."""
    if xlsx.is_workbook(fetched.content):
        return [_named(grid, name) for name, grid in xlsx.sheets(fetched.content)], source.lang
    text = fetched.text
    if encoding := option(source, "encoding"):
        text = decode(fetched.content, f"text/csv; charset={encoding}")[0]
    form = form_of(fetched)
    if form is Form.HTML:
        return _html_grids(source, fetched)
    if form not in {Form.CSV, Form.TEXT}:
        raise ExtractError(f"A table was expected at {fetched.url}, but {what_came(fetched)} came.")
    grid = csv_grid(text, option(source, "delimiter").replace("\\t", "\t"))
    if form is Form.CSV or (len(grid.rows) > 1 and grid.figures > 1):
        return [grid], source.lang
    return list(flattened_grids(text.splitlines())), source.lang


def _named(grid: Grid, name: str) -> Grid:
    return Grid(name, grid.rows, grid.heads, grid.decimal)


def _html_grids(source: Source, fetched: Fetched) -> tuple[list[Grid], str | None]:
    soup = parse(fetched.text)
    drop(soup, source.ignore_selectors)
    lang = source.lang or page_language(soup)
    if source.select.items:
        found = at_least_one(soup, source.select.items, fetched.url)
        inner = chain.from_iterable(
            [one] if one.name == "table" else every(one, "table") for one in found
        )
        tables = list({id(table): table for table in inner}.values())
    else:
        tables = [table for table in every(soup, "table") if not every(table, "table")]
    return [html_grid(table) for table in tables], lang


def _chosen(source: Source, fetched: Fetched, grids: list[Grid]) -> list[Grid]:
    """The tables that the options choose; without them the only one that holds figures."""
    if name := option(source, "sheet") or option(source, "table"):
        if name.isdigit() and 1 <= int(name) <= len(grids):
            return [grids[int(name) - 1]]
        grids = [grid for grid in grids if chooser([name]).fullmatch(folded(grid.caption))]
        if not grids:
            raise ExtractError(f"No table at {fetched.url} is called «{name}».")
        return grids
    full = [grid for grid in grids if len(grid.rows) > 1 and grid.figures]
    if not full:
        raise ExtractError(
            f"There is no table with figures at {fetched.url}, where {what_came(fetched)} came."
        )
    if len(full) > 1 and not source.select.items:
        titles = _listed(dict.fromkeys(grid.caption or "without a title" for grid in full))
        raise ExtractError(
            f"There are {len(full)} tables with figures at {fetched.url}: {titles}. "
            "Say with the option `table` (a number or a title) which is meant."
        )
    return full


def _one_character(text: str) -> str | None:
    known = text in {"\\t", "\t"} or len(text) == 1
    return None if known else f"must be one character, or \\t for a tab, not `{text}`"


def _encoding(text: str) -> str | None:
    good = re.fullmatch(r"[\w:.-]{2,30}", text)
    return None if good else f"must be the name of an encoding such as windows-1252, not `{text}`"


ROWS = Option("labels or keys of the rows to watch; * stands for anything", "Russische*", many=True)
COLUMNS = Option("labels of the columns to watch; * stands for anything", "Asylanträge*", many=True)
KIND = Kind(
    single_page(table_items),
    select={"items": selector_rule},
    options={
        "rows": ROWS,
        "columns": COLUMNS,
        "table": Option("number or caption of the table on the page", "Entscheidungen*"),
        "sheet": Option("number or name of the sheet in the workbook", "Tabelle 1"),
        "key": Option("the column whose texts name the rows for ever", "Länderschlüssel"),
        "period": Option(
            "where the period stands: the name of a column, columns, caption, or the period itself",
            "Monat",
        ),
        "unit": Option("what is counted", "Personen"),
        "heads": Option("how many rows are headings", "2", check=number_up_to(50)),
        "decimal": Option(
            "the decimal mark, where the language does not tell", ".", one_of(".", ",")
        ),
        "delimiter": Option("what separates the values of a CSV", ";", check=_one_character),
        "encoding": Option("the encoding of a CSV that names none", "windows-1252", _encoding),
    },
)

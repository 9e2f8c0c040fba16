"""A statistic: every cell of a table in HTML, CSV, XLSX or plain text is an item of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from monitor.adapters import xlsx
from monitor.adapters.api import number_up_to, one_of
from monitor.adapters.body import Form, form_of, what_came
from monitor.adapters.crawl import Kind, Option, option, single_page
from monitor.adapters.figures import Count, chooser, folded, items_of, unmet
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
from monitor.model.told import Told
from monitor.text.clean import clean
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
    _must_name(source, found, chosen, fetched.url)
    return items_of(wanted(source, found, fetched.url), fetched.url, lang)


def wanted(source: Source, found: Sequence[Count], url: str) -> list[Count]:
    """Return the counts in the rows and columns that the options name.

    ExtractError when one of them fits nothing: half of what is watched may not go unnoticed.
    """
    rows, columns = source.options.get("rows", ()), source.options.get("columns", ())
    row_is, column_is = chooser(rows), chooser(columns)
    names = {name for count in found for name in (count.row, count.key, count.column)}
    plain = {name: folded(name) for name in names}
    row_names = {plain[name] for count in found for name in (count.row, count.key)}
    _must_fit("rows", unmet(rows, row_names), [count.row for count in found], url)
    column_names = {plain[count.column] for count in found}
    _must_fit("columns", unmet(columns, column_names), [count.column for count in found], url)
    kept = [
        count
        for count in found
        if not rows or any(row_is.fullmatch(plain[name]) for name in (count.row, count.key))
        if not columns or column_is.fullmatch(plain[count.column])
    ]
    if not kept:
        raise ExtractError(
            f"No cell of the table at {url} stands in the `rows` and `columns` of the options: "
            "where they meet it is empty."
        )
    return kept


def _must_fit(key: str, without: Sequence[str], there: Iterable[str], url: str) -> None:
    if without:
        raise ExtractError(
            f"Nothing in the table at {url} fits {', '.join(f'«{each}»' for each in without)} of "
            f"the option `{key}`. Its {key} are {_listed(dict.fromkeys(there))}. Write it as it "
            "stands there, or take it out."
        )


def _must_name(source: Source, found: Sequence[Count], chosen: Sequence[Grid], url: str) -> None:
    """Insist on the declared key and period: they are part of the name of each number."""
    heads = _listed({clean(cell): None for grid in chosen for cell in grid.rows[0] if clean(cell)})
    if (key := option(source, "key")) and not any(count.key for count in found):
        raise ExtractError(
            f"No column of the table at {url} is called «{key}», as the option `key` says. "
            f"Its first row is {heads}."
        )
    if (period := option(source, "period")) and not any(count.period for count in found):
        raise ExtractError(
            f"The table at {url} names no period where the option `period: {period}` says. "
            f"Its first row is {heads}, its caption «{chosen[0].caption}»."
        )


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
        wanted = _is_wanted(option(source, "sheet") or option(source, "table"))
        found = xlsx.sheets(fetched.content, wanted)
        return [_named(grid, name) for name, grid in found], source.lang
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


def _is_wanted(name: str) -> Callable[[int, str], bool]:
    """Whether a sheet of this number and title must be read at all."""
    if not name or name == "0":
        return lambda number, title: True
    return lambda number, title: (
        str(number) == name or bool(chooser([name]).fullmatch(folded(title)))
    )


def _named(grid: Grid, name: str) -> Grid:
    return Grid(name, grid.rows, grid.heads, grid.decimal)


def _html_grids(source: Source, fetched: Fetched) -> tuple[list[Grid], str | None]:
    soup = parse(fetched.text)
    drop(soup, source.ignore_selectors)
    lang = source.lang or page_language(soup)
    if source.select.items:
        found = at_least_one(soup, source.select.items, fetched.url)
        inner = chain.from_iterable(
            [one] if one.tag == "table" else every(one, "table") for one in found
        )
        tables = list({id(table): table for table in inner}.values())
    else:
        tables = [table for table in every(soup, "table") if not every(table, "table")]
    return [html_grid(table) for table in tables], lang


def _chosen(source: Source, fetched: Fetched, grids: list[Grid]) -> list[Grid]:
    """The tables that the options choose; without them the only one that holds figures."""
    if name := option(source, "sheet") or option(source, "table"):
        if name.isdecimal() and 1 <= int(name) <= len(grids):
            grids = [grids[int(name) - 1]]
        else:
            grids = [grid for grid in grids if chooser([name]).fullmatch(folded(grid.caption))]
        if not grids:
            raise ExtractError(f"No table at {fetched.url} is called «{name}».")
        if not any(grid.rows for grid in grids):
            raise ExtractError(f"The table «{name}» at {fetched.url} is empty.")
        return [grid for grid in grids if grid.rows]
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
    return (
        None if known else Told("must be one character, or \\t for a tab, not `{text}`", text=text)
    )


def _encoding(text: str) -> str | None:
    good = re.fullmatch(r"[\w:.-]{2,30}", text)
    return (
        None
        if good
        else Told("must be the name of an encoding such as windows-1252, not `{text}`", text=text)
    )


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

"""Sheets of an Excel workbook (ECMA-376), read with the standard library."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from posixpath import join, normpath
from typing import NamedTuple, NoReturn
from xml.etree.ElementTree import Element

from monitor.adapters import xml
from monitor.adapters.figures import plain
from monitor.adapters.grid import Grid
from monitor.adapters.sheets import LARGEST, MOST_CELLS, WIDEST
from monitor.errors import ExtractError

_LARGEST_PART = 40_000_000
_EMPTY = Grid("", ())
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_BUILT_IN_DATES = {14: "d m y", 15: "d mmm y", 16: "d mmm", 17: "mmm y", 22: "d m y h"}
_DATE = re.compile(r"[yd]", re.IGNORECASE)
_NO_CODE = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_MOST_DIGITS = 308  # a double has no more
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(KeyError, NotImplementedError, EOFError, RuntimeError, ValueError, OSError),
)


def is_workbook(content: bytes) -> bool:
    """Say whether bytes begin as a zip archive does."""
    return content.startswith(b"PK\x03\x04")


class _Book(NamedTuple):
    """What the cells of all sheets refer to."""

    strings: list[str]
    dated: dict[int, str]
    epoch: date


def sheets(
    content: bytes, wanted: Callable[[int, str], bool] = lambda number, name: True
) -> list[tuple[str, Grid]]:
    """Return the sheets by name in their order; those that are not `wanted` stay empty.

    ExtractError if this is no workbook, it is damaged, or a sheet is larger than any statistic.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return list(_sheets(archive, wanted))
    except _BROKEN as error:
        raise ExtractError(f"The workbook cannot be read: {error}.") from error


def _sheets(
    archive: zipfile.ZipFile, wanted: Callable[[int, str], bool]
) -> Iterator[tuple[str, Grid]]:
    book = _Book(
        [_words(entry) for entry in _parts(archive, "xl/sharedStrings.xml", "si")],
        _dated_styles(archive),
        _epoch(archive),
    )
    targets = {
        str(link.get("Id")): str(link.get("Target"))
        for link in _parts(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    for number, sheet in enumerate(_parts(archive, "xl/workbook.xml", "sheet"), start=1):
        name = str(sheet.get("name", ""))
        link = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        target = targets.get(link, "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        yield name, _grid(_read(archive, path), book, name) if wanted(number, name) else _EMPTY


def _epoch(archive: zipfile.ZipFile) -> date:
    """The day that serial numbers count from (ECMA-376, 18.2.28)."""
    settings = _parts(archive, "xl/workbook.xml", "workbookPr")
    from_1904 = any(each.get("date1904", "0") in {"1", "true"} for each in settings)
    return _EPOCH_1904 if from_1904 else _EPOCH


def _read(archive: zipfile.ZipFile, path: str) -> Element:
    with archive.open(path) as part:
        content = part.read(_LARGEST_PART + 1)
    if len(content) > _LARGEST_PART:
        raise ExtractError(f"`{path}` of the workbook is larger than {_LARGEST_PART} bytes.")
    return xml.tree(content.decode("utf-8", "replace"))


def _parts(archive: zipfile.ZipFile, path: str, tag: str) -> list[Element]:
    return list(_all(_read(archive, path), tag)) if path in archive.namelist() else []


def _all(root: Element, tag: str) -> Iterator[Element]:
    return (element for element in root.iter() if xml.local_name(element) == tag)


def _words(entry: Element) -> str:
    """The text of a string, its reading aids left out."""
    return "".join(
        node.text or ""
        for part in entry
        if xml.local_name(part) != "rPh"
        for node in part.iter()
        if xml.local_name(node) == "t"
    )


def _dated_styles(archive: zipfile.ZipFile) -> dict[int, str]:
    """How the cell styles show a serial number as a date: as a day or a month."""
    custom = {
        _whole(form.get("numFmtId", "0"), "number format"): _NO_CODE.sub(
            "", str(form.get("formatCode", ""))
        )
        for form in _parts(archive, "xl/styles.xml", "numFmt")
    }
    codes = _BUILT_IN_DATES | {key: code for key, code in custom.items() if _DATE.search(code)}
    return {
        number: "%Y-%m-%d" if "d" in codes[form].lower() else "%Y-%m"
        for styles in _parts(archive, "xl/styles.xml", "cellXfs")
        for number, style in enumerate(styles)
        if (form := _whole(style.get("numFmtId", "0"), "number format")) in codes
    }


def _grid(root: Element, book: _Book, name: str) -> Grid:
    cells: dict[tuple[int, int], str] = {}
    for place, cell in _placed(root):
        if (text := _text(cell, book)).strip():
            cells[place] = text
        if len(cells) > MOST_CELLS:
            _too_large(name, f"{MOST_CELLS} cells")
    bottom = max((row for row, _ in cells), default=-1)
    right = max((column for _, column in cells), default=-1)
    if right >= WIDEST:
        _too_large(name, f"{WIDEST} columns")
    if (bottom + 1) * (right + 1) > LARGEST:
        _too_large(name, f"{LARGEST} cells, the empty ones included")
    for merge in _all(root, "mergeCell"):
        _spread(cells, str(merge.get("ref", "")), (bottom, right))
    rows = (
        tuple(cells.get((row, column), "") for column in range(right + 1))
        for row in range(bottom + 1)
    )
    return Grid("", tuple(row for row in rows if any(row)), decimal=".")


def _too_large(name: str, limit: str) -> NoReturn:
    raise ExtractError(
        f"The sheet «{name}» of the workbook has more than {limit}. "
        "Choose another one with the option `sheet`, or watch a smaller file."
    )


def _damaged(what: str, text: str) -> NoReturn:
    raise ExtractError(f"The workbook is damaged: there is no {what} «{text}».")


def _whole(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        _damaged(what, text)
    return int(text)


def _placed(root: Element) -> Iterator[tuple[tuple[int, int], Element]]:
    """Yield the cells with row and column; one that names no place follows the one before."""
    row = -1
    for line in _all(root, "row"):
        row = _whole(line.get("r", str(row + 2)), "row") - 1
        column = -1
        for cell in line:
            if xml.local_name(cell) == "c":
                given = cell.get("r")
                place = _place(given) if given else (row, column + 1)
                yield place, cell
                column = place[1]


def _place(name: str) -> tuple[int, int]:
    found = _PLACE.fullmatch(name)
    if not found:
        _damaged("cell", name)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def _spread(cells: dict[tuple[int, int], str], ref: str, most: tuple[int, int]) -> None:
    """Fill merged cells with the text of the first, as far as anything stands in the sheet."""
    start, _, end = ref.partition(":")
    first, last = _place(start), _place(end or start)
    if text := cells.get(first):
        for row in range(first[0], min(last[0], most[0]) + 1):
            for column in range(first[1], min(last[1], most[1]) + 1):
                cells.setdefault((row, column), text)


def _text(cell: Element, book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_words(part) for part in cell if xml.local_name(part) == "is")
    raw = "".join(part.text or "" for part in cell if xml.local_name(part) == "v").strip()
    if kind == "s" and raw:
        number = _whole(raw, "text")
        return book.strings[number] if number < len(book.strings) else _damaged("text", raw)
    if kind not in {"n", "d"} or not raw:
        return raw
    form = book.dated.get(_whole(cell.get("s", "0"), "style"))
    return _number(raw, form, book.epoch) if kind == "n" else _day(raw, form)


def _day(raw: str, form: str | None) -> str:
    """A date that is written as one (ISO 8601)."""
    try:
        return datetime.fromisoformat(raw).strftime(form or "%Y-%m-%d")
    except ValueError:
        return raw


def _number(raw: str, form: str | None, epoch: date) -> str:
    """A number as Excel shows it: 15 digits are what a double holds for certain."""
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return raw
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        return raw
    if form and 1 <= value < 80_000:
        return (epoch + timedelta(days=int(value))).strftime(form)
    return plain(Decimal(format(value, ".15g")))

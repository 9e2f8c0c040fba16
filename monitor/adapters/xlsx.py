"""Sheets of an Excel workbook (ECMA-376), read with the standard library."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from posixpath import join, normpath
from xml.etree.ElementTree import Element

from monitor.adapters import xml
from monitor.adapters.figures import plain
from monitor.adapters.grid import Grid
from monitor.errors import ExtractError

_LARGEST_PART = 40_000_000
_MOST_CELLS = 300_000
_WIDEST = 2_000
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_BUILT_IN_DATES = {14: "d m y", 15: "d mmm y", 16: "d mmm", 17: "mmm y", 22: "d m y h"}
_DATE = re.compile(r"[yd]", re.IGNORECASE)
_NO_CODE = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.")
_EPOCH = date(1899, 12, 30)


def is_workbook(content: bytes) -> bool:
    """Say whether bytes begin as a zip archive does."""
    return content.startswith(b"PK\x03\x04")


def sheets(content: bytes) -> list[tuple[str, Grid]]:
    """Return the sheets by name in their order; ExtractError if this is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return list(_sheets(archive))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, RuntimeError) as error:
        raise ExtractError(f"The workbook cannot be read: {error}.") from error


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, Grid]]:
    strings = [_words(entry) for entry in _parts(archive, "xl/sharedStrings.xml", "si")]
    dated = _dated_styles(archive)
    targets = {
        str(link.get("Id")): str(link.get("Target"))
        for link in _parts(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    for sheet in _parts(archive, "xl/workbook.xml", "sheet"):
        link = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        target = targets.get(link, "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        if path in archive.namelist():
            root = _read(archive, path)
            yield str(sheet.get("name", "")), _grid(root, strings, dated)


def _read(archive: zipfile.ZipFile, path: str) -> Element:
    with archive.open(path) as part:
        content = part.read(_LARGEST_PART + 1)
    if len(content) > _LARGEST_PART:
        raise ExtractError(f"`{path}` of the workbook is larger than {_LARGEST_PART} bytes.")
    return xml.tree(content.decode("utf-8", "replace"))


def _parts(archive: zipfile.ZipFile, path: str, tag: str) -> list[Element]:
    return list(_all(_read(archive, path), tag)) if path in archive.namelist() else []


def _all(root: Element, tag: str) -> Iterator[Element]:
    return (element for element in root.iter() if _local(element) == tag)


def _local(element: Element) -> str:
    return element.tag.rpartition(":")[2]


def _words(entry: Element) -> str:
    """The text of a string, its reading aids left out."""
    return "".join(
        node.text or ""
        for part in entry
        if _local(part) != "rPh"
        for node in part.iter()
        if _local(node) == "t"
    )


def _dated_styles(archive: zipfile.ZipFile) -> dict[int, str]:
    """How the cell styles show a serial number as a date: as a day or a month."""
    custom = {
        int(form.get("numFmtId", 0)): _NO_CODE.sub("", str(form.get("formatCode", "")))
        for form in _parts(archive, "xl/styles.xml", "numFmt")
    }
    codes = _BUILT_IN_DATES | {key: code for key, code in custom.items() if _DATE.search(code)}
    return {
        number: "%Y-%m-%d" if "d" in codes[form].lower() else "%Y-%m"
        for styles in _parts(archive, "xl/styles.xml", "cellXfs")
        for number, style in enumerate(styles)
        if (form := int(style.get("numFmtId", 0))) in codes
    }


def _grid(root: Element, strings: list[str], dated: dict[int, str]) -> Grid:
    cells: dict[tuple[int, int], str] = {}
    for number, cell in enumerate(_all(root, "c")):
        place = _place(str(cell.get("r", "")))
        if place and number < _MOST_CELLS:
            cells[place] = _text(cell, strings, dated)
    for merge in _all(root, "mergeCell"):
        _spread(cells, str(merge.get("ref", "")))
    used = [place for place, text in cells.items() if text.strip()]
    bottom = max((row for row, _ in used), default=-1)
    right = min(max((column for _, column in used), default=-1), _WIDEST)
    if bottom * right > 10 * _MOST_CELLS:
        raise ExtractError("The sheet of the workbook is too large; watch a smaller one.")
    rows = tuple(
        tuple(cells.get((row, column), "") for column in range(right + 1))
        for row in range(bottom + 1)
    )
    return Grid("", tuple(row for row in rows if any(row)), decimal=".")


def _place(name: str) -> tuple[int, int] | None:
    found = _PLACE.fullmatch(name)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def _spread(cells: dict[tuple[int, int], str], ref: str) -> None:
    """Fill the merged cells with the text of the first."""
    start, _, end = ref.partition(":")
    first, last = _place(start), _place(end)
    if first and last and (last[0] - first[0] + 1) * (last[1] - first[1] + 1) <= _WIDEST:
        for row in range(first[0], last[0] + 1):
            for column in range(first[1], last[1] + 1):
                cells[row, column] = cells.get(first, "")


def _text(cell: Element, strings: list[str], dated: dict[int, str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_words(part) for part in cell if _local(part) == "is")
    raw = "".join(part.text or "" for part in cell if _local(part) == "v").strip()
    if kind == "s":
        number = int(raw) if raw.isdigit() else -1
        return strings[number] if 0 <= number < len(strings) else ""
    if kind != "n" or not raw:
        return raw
    return _number(raw, dated.get(int(cell.get("s", 0))))


def _number(raw: str, date_form: str | None) -> str:
    """A number as Excel shows it: 15 digits are what a double holds for certain."""
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return raw
    if date_form and 1 <= value < 80_000:
        return (_EPOCH + timedelta(days=int(value))).strftime(date_form)
    return plain(Decimal(format(value, ".15g")))

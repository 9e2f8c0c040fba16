"""Which form an answer has, whatever its label says, and the text of those that are not HTML."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from urllib.parse import urlsplit

from monitor.adapters import pdf, xml
from monitor.adapters.html import looks_like_html, page_title, parse
from monitor.adapters.identity import shortened
from monitor.errors import ExtractError
from monitor.model import Fetched
from monitor.text.clean import blocks_of, clean

_MOST_VALUES = 20_000


class Form(StrEnum):
    """How the bytes of an answer are to be read."""

    HTML = "HTML"
    XML = "XML"
    JSON = "JSON"
    CSV = "CSV"
    PDF = "PDF"
    TEXT = "text"


def form_of(fetched: Fetched) -> Form:
    """Return the form of an answer; ExtractError if it is empty or nothing that can be read."""
    if fetched.content[:1024].lstrip().startswith(b"%PDF-"):
        return Form.PDF
    announced = fetched.media_type == "application/pdf"
    if announced or urlsplit(fetched.url).path.lower().endswith(".pdf"):
        raise ExtractError(f"{fetched.url} should be a PDF, but {what_came(fetched)} came.")
    if not fetched.text.strip():
        raise ExtractError(f"{fetched.url} answered with {_described(fetched)}; text was expected.")
    if looks_like_html(fetched.text):
        return Form.HTML
    return _labelled(fetched.media_type, fetched.text.lstrip("\ufeff \t\r\n"))


def _labelled(media_type: str, text: str) -> Form:
    if "json" in media_type or (text[0] in "{[" and text.rstrip()[-1] in "}]" and _is_json(text)):
        return Form.JSON
    if text.startswith("<?xml") or ("xml" in media_type and "xhtml" not in media_type):
        return Form.XML
    if "csv" in media_type:
        return Form.CSV
    if "html" in media_type or text.startswith("<"):
        return Form.HTML
    return Form.TEXT


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _described(fetched: Fetched) -> str:
    if not fetched.content:
        return "nothing at all"
    return f"{len(fetched.content)} bytes of {fetched.media_type or 'no known type'} without text"


def what_came(fetched: Fetched) -> str:
    """Return a few words that tell a person what an answer is, for error messages."""
    if not fetched.text.strip():
        return _described(fetched)
    if looks_like_html(fetched.text):
        title = page_title(parse(fetched.text[:200_000]))
        return f"an HTML page titled «{shortened(title, 80)}»" if title else "an untitled HTML page"
    words = shortened(clean(fetched.text[:400]), 80)
    return f"{fetched.media_type or 'something'} that begins «{words}»"


def blocks(fetched: Fetched, form: Form) -> tuple[str, ...]:
    """Return the text of anything but HTML as blocks: paragraphs, rows, or values by their path."""
    match form:
        case Form.PDF:
            return pdf.read(fetched.content).blocks
        case Form.XML:
            return xml.visible_blocks(fetched.text)
        case Form.JSON:
            return _values(fetched.text)
        case Form.CSV:
            return _rows(fetched.text)
        case _:
            return blocks_of(fetched.text)


def _rows(text: str) -> tuple[str, ...]:
    head = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t|", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        joined = (" | ".join(filter(None, map(clean, row))) for row in rows)
        return tuple(row for row in joined if row)
    except csv.Error as error:
        raise ExtractError(f"The CSV table cannot be read: {error}.") from error


def _values(text: str) -> tuple[str, ...]:
    try:
        pending: list[tuple[str, object]] = [("", json.loads(text))]
    except (ValueError, RecursionError) as error:
        raise ExtractError(f"The JSON cannot be read: {error}.") from error
    values: list[str] = []
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{path}.{key}".lstrip("."), part) for key, part in value.items()][::-1]
        elif isinstance(value, list):
            pending += [(f"{path}[{index}]", part) for index, part in enumerate(value)][::-1]
        elif value is not None and value != "":
            values.append(clean(f"{path}: {value}" if path else str(value)))
        if len(values) > _MOST_VALUES:
            raise ExtractError(
                f"The JSON holds more than {_MOST_VALUES} values; watch a part of it."
            )
    return tuple(values)

"""What kinds that ask a JSON API share: answers taken apart with care, options checked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from monitor.adapters.body import what_came
from monitor.adapters.crawl import Check, option
from monitor.errors import ExtractError
from monitor.model import Fetched, Source
from monitor.model.told import Told
from monitor.text.clean import clean

_COUNT = re.compile(r"[0-9]{1,12}")

Record: TypeAlias = Mapping[str, Any]


def object_of(fetched: Fetched, api: str) -> Record:
    """Return the JSON object that an answer is; ExtractError when anything else came."""
    try:
        found = json.loads(fetched.text)
    except (ValueError, RecursionError) as error:
        raise ExtractError(
            f"{api} should answer in JSON, but {what_came(fetched)} came. "
            "It may be overloaded, or have moved; the next check tries again."
        ) from error
    if not isinstance(found, dict):
        raise ExtractError(f"{api} should answer with a JSON object, but another value came.")
    return found


def records_of(found: Record, key: str, api: str) -> list[Record]:
    """Return the list of objects that stands under a key; ExtractError when there is none."""
    records = found.get(key)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        said = clean(" ".join(str(value) for value in found.values()))[:200]
        raise ExtractError(
            f"The answer of {api} has no list `{key}`: either it reports a fault of its own "
            f"or its format has changed. It says: «{said}»."
        )
    return records


def texts_of(record: Record, key: str) -> tuple[str, ...]:
    """Return the texts under a key, which holds one or a list of them; () when it is missing."""
    value = record.get(key)
    values = value if isinstance(value, list) else [value]
    return tuple(text for each in values if isinstance(each, str) and (text := clean(each)))


def objects_of(record: Record, *keys: str) -> list[Record]:
    """Return the objects that stand under the keys, as one or a list; other values are left out."""
    values = (each for key in keys for each in listed(record.get(key)))
    return [each for each in values if isinstance(each, dict)]


def at(value: Any, *path: str) -> Any:
    """Return what lies at the path of keys, or None where the path breaks off."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """Return the text or number at the path as one clean line; empty for anything else."""
    found = at(value, *path)
    plain = isinstance(found, str | int | float) and not isinstance(found, bool)
    return clean(str(found)) if plain else ""


def count_at(value: Any, *path: str) -> int | None:
    """Return the count at the path, be it a number or digits; None for anything else."""
    found = text_at(value, *path)
    return int(found) if _COUNT.fullmatch(found) else None


def listed(value: Any) -> list[Any]:
    """Return a list for what JSON made of XML gives as nothing, one thing or a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def number(source: Source, key: str, default: int) -> int:
    """Return an option that `number_up_to` has checked."""
    return int(option(source, key, str(default)))


def one_of(*known: str) -> Check:
    """Return a check that an option is one of these words."""

    def check(text: str) -> str | None:
        return (
            None
            if text in known
            else Told("must be one of {known}, not `{text}`", known=", ".join(known), text=text)
        )

    return check


def shaped(pattern: str, what: str) -> Check:
    """Return a check that an option is written like `pattern`; `what` names such a text."""
    shape = re.compile(pattern)

    def check(text: str) -> str | None:
        return (
            None
            if shape.fullmatch(text)
            else Told("must be {what}, not `{text}`", what=Told(what), text=text)
        )

    return check


def number_up_to(most: int) -> Check:
    """Return a check that an option is a whole number from 1 to `most`."""

    def check(text: str) -> str | None:
        fits = text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most
        return (
            None
            if fits
            else Told("must be a whole number from 1 to {most}, not `{text}`", most=most, text=text)
        )

    return check

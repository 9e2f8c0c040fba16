"""What kinds that put a question to an interface share: numbers in options, JSON in answers."""

from __future__ import annotations

import json
from typing import Any

from monitor.adapters.body import what_came
from monitor.adapters.crawl import Check, option
from monitor.errors import ExtractError
from monitor.model import Fetched, Source
from monitor.text.clean import clean


def number(source: Source, key: str, default: int) -> int:
    """Return an option that `number_up_to` has checked."""
    return int(option(source, key, str(default)))


def number_up_to(most: int) -> Check:
    """Return the check of an option that is a whole number from 1."""

    def check(text: str) -> str | None:
        fits = text.isdecimal() and 1 <= int(text) <= most
        return None if fits else f"must be a number from 1 to {most}"

    return check


def one_of(*known: str) -> Check:
    """Return the check of an option that is one of a few words."""

    def check(text: str) -> str | None:
        return None if text in known else f"must be one of {', '.join(known)}"

    return check


def json_object(fetched: Fetched) -> dict[str, Any]:
    """Return the JSON object of an answer; ExtractError when anything else came."""
    try:
        answer = json.loads(fetched.text)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise ExtractError(
            f"A JSON object was expected from {fetched.url}, but {what_came(fetched)} came."
        )
    return answer


def at(value: Any, *path: str) -> Any:
    """Return what lies at the path of keys, or None where the path breaks off."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """Return the text or number at the path as one line; an empty text for anything else."""
    found = at(value, *path)
    return clean(str(found)) if isinstance(found, str | int) else ""


def listed(value: Any) -> list[Any]:
    """Return a list for what interfaces made of XML give as nothing, one thing or a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

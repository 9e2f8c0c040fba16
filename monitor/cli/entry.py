"""A source as an entry of sources.yaml: only what differs from the defaults, ready to paste."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from monitor.cli import show
from monitor.model import Source

_WIDTH = 90


def entry_of(source: Source) -> dict[str, Any]:
    """Return the entry as plain values, in the order in which people write it."""
    select = {key: css for key, css in asdict(source.select).items() if css}
    options = {key: texts[0] for key, texts in source.options.items() if len(texts) == 1}
    entry = {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "every": "6h",
        "lang": source.lang,
        "topics": list(source.topics),
        "select": select,
        "options": options,
        "expect": {"min_items": source.expect.min_items} if source.expect.min_items > 1 else {},
        "browser": source.browser,
        "allow_private": source.allow_private,
    }
    return {key: value for key, value in entry.items() if value}


def entry_text(entry: Mapping[str, Any], remarks: tuple[str, ...] = ()) -> str:
    """Return the entry as YAML below `sources:`, remarks before it as comments."""
    lines = [f"  # {' '.join(remark.split())}" for remark in remarks]
    first, *rest = (line for key, value in entry.items() for line in _lines(key, value))
    return "\n".join([*lines, f"  - {first}", *(f"    {line}" for line in rest)])


def as_comment(text: str) -> str:
    """Return every line of a text as a comment."""
    return "\n".join(f"  # {line.removeprefix('  ')}" for line in text.splitlines())


def _lines(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield f"{key}: [{', '.join(_scalar(each, inside=True) for each in value)}]"
        return
    if not isinstance(value, dict):
        yield f"{key}: {_scalar(value)}"
        return
    inline = ", ".join(f"{name}: {_scalar(each, inside=True)}" for name, each in value.items())
    if len(inline) <= _WIDTH:
        yield f"{key}: {{{inline}}}"
        return
    yield f"{key}:"
    for name, each in value.items():
        yield f"  {name}: {_scalar(each)}"


def _scalar(value: object, *, inside: bool = False) -> str:
    """A value as YAML reads it back: JSON strings are YAML strings."""
    if isinstance(value, bool | int):
        return str(value).lower()
    text = str(value)
    odd = set("#{}[],&*?|<>=!%@`'\"\\\n") | (set(":") if inside else set())
    if text.startswith("https://") and not set(text) & set(" #{}[],"):
        return text
    is_word = text.lower() in {"true", "false", "null", "yes", "no", "on", "off", "~", "-"}
    plain = text and text == text.strip() and not is_word and not set(text) & (odd | {":"})
    return text if plain and not text[0].isdigit() and text[0] not in "-." else show.json_text(text)

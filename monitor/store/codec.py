"""Items and alerts as compressed JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from monitor.model import (
    Alert,
    Attachment,
    ChangeKind,
    Citation,
    Figure,
    Identity,
    Item,
    Match,
    Name,
    Piece,
    Remark,
    Side,
    Sketch,
    Tier,
)
from monitor.store.compress import compress, decompress


def pack(value: Any) -> bytes:
    """Return any JSON value compressed; instants become ISO 8601 text."""
    return compress(written(value))


def unpack(body: bytes) -> Any:
    """Return the value that `pack` was given, instants as text. Raises DamagedError, ValueError."""
    return read(decompress(body))


def written(value: Any) -> bytes:
    """Return any JSON value as text; instants become ISO 8601 text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_iso)
    return text.encode("utf-8", "surrogatepass")


def read(text: bytes) -> Any:
    """Return the value that was written, instants as text."""
    return json.loads(text.decode("utf-8", "surrogatepass"))


def write_item(item: Item) -> bytes:
    """Return an item as text."""
    return written(_told(item))


def read_item(name: str, text: bytes) -> Item:
    """Return the item that was written, also by an older release, by the name it goes by now."""
    return replace(Item(**_revived(read(text), _ITEM)), id=name)


def pack_item(item: Item) -> bytes:
    """Return an item as bytes."""
    return compress(write_item(item))


def unpack_item(body: bytes) -> Item:
    """Return the item that was packed, also by an older release."""
    return Item(**_revived(unpack(body), _ITEM))


def unpack_named(name: str, body: bytes) -> Item:
    """Return the item that was packed, by the name it goes by now."""
    return read_item(name, decompress(body))


def pack_alert(alert: Alert) -> bytes:
    """Return an alert as bytes; its id is the row's."""
    return pack(_told(replace(alert, id=None)))


def unpack_alert(row_id: int, item: str, body: bytes) -> Alert:
    """Return the alert that was packed, also by an older release, with the id of its row.

    `item` is the name that its item goes by now.
    """
    return replace(Alert(**_revived(unpack(body), _ALERT)), id=row_id, item=item)


# --- values and their parts ----------------------------------------------------------------------

Revive = Callable[[Any], Any]


def _told(value: Item | Alert) -> dict[str, Any]:
    """The fields that say something: those with their default values need no place."""
    known = asdict(value)
    return {f.name: known[f.name] for f in fields(value) if getattr(value, f.name) != f.default}


def _revived(told: dict[str, Any], how: Mapping[str, Revive]) -> dict[str, Any]:
    """The fields with their values; those that an older release did not know keep their default."""
    return {
        name: how[name](value) if name in how and value is not None else value
        for name, value in told.items()
    }


def _each(revive: Revive) -> Revive:
    return lambda values: tuple(revive(value) for value in values)


def _attachment(told: dict[str, Any]) -> Attachment:
    return Attachment(**_revived(told, {"blocks": tuple, "places": tuple}))


def _remark(told: dict[str, Any]) -> Remark:
    return Remark(told["code"], tuple((name, value) for name, value in told["values"]))


def _identity(told: dict[str, Any]) -> Identity:
    size, *samples = told["text"]
    names = tuple(Name(*name) for name in told["names"])
    return Identity(names, tuple(told["links"]), Sketch(size, *map(tuple, samples)))


def _match(told: dict[str, Any]) -> Match:
    excerpt = _each(lambda piece: Piece(*piece))
    return Match(**_revived(told, {"excerpt": excerpt, "tier": Tier, "side": Side}))


_ITEM: Mapping[str, Revive] = {
    "blocks": tuple,
    "published": datetime.fromisoformat,
    "attached": _each(_attachment),
    "figure": lambda told: Figure(**told),
    "due": datetime.fromisoformat,
    "remarks": _each(_remark),
}
_ALERT: Mapping[str, Revive] = {
    "kind": ChangeKind,
    "detected_at": datetime.fromisoformat,
    "published": datetime.fromisoformat,
    "matches": _each(_match),
    "citations": _each(lambda told: Citation(**told)),
    "added": tuple,
    "removed": tuple,
    "remarks": _each(_remark),
    "identity": _identity,
}


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def pack_seen(seen: frozenset[str]) -> bytes:
    """Return fingerprints as bytes, eight each."""
    return bytes.fromhex("".join(sorted(seen)))


def unpack_seen(seen: bytes) -> frozenset[str]:
    """Return the fingerprints that `pack_seen` packed."""
    digits = seen.hex()
    return frozenset(digits[start : start + 16] for start in range(0, len(digits), 16))

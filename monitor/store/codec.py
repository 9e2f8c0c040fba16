"""Items and alerts as compressed JSON, and back."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from monitor.model import (
    Alert,
    Attachment,
    ChangeKind,
    Citation,
    Figure,
    Item,
    Match,
    Piece,
    Remark,
    Side,
    Tier,
)


def pack(value: Any) -> bytes:
    """Return any JSON value compressed; instants become ISO 8601 text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_iso)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def unpack(body: bytes) -> Any:
    """Return the value that `pack` was given, instants as text."""
    return json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))


def pack_item(item: Item) -> bytes:
    """Return an item as bytes."""
    return pack(asdict(item))


def unpack_item(body: bytes) -> Item:
    """Return the item that was packed."""
    fields = unpack(body)
    return Item(
        **fields
        | {
            "blocks": tuple(fields["blocks"]),
            "published": _instant(fields["published"]),
            "attached": tuple(_attachment(document) for document in fields["attached"]),
            "figure": Figure(**fields["figure"]) if fields["figure"] else None,
            "due": _instant(fields["due"]),
            "remarks": _remarks(fields["remarks"]),
        }
    )


def unpack_named(name: str, body: bytes) -> Item:
    """Return the item that was packed, by the name it goes by now."""
    return replace(unpack_item(body), id=name)


def pack_alert(alert: Alert) -> bytes:
    """Return an alert as bytes; its id is the row's."""
    return pack(asdict(alert) | {"id": None})


def unpack_alert(row_id: int, body: bytes) -> Alert:
    """Return the alert that was packed, with the id of its row."""
    fields = unpack(body)
    return Alert(
        **fields
        | {
            "id": row_id,
            "kind": ChangeKind(fields["kind"]),
            "detected_at": datetime.fromisoformat(fields["detected_at"]),
            "published": _instant(fields["published"]),
            "matches": tuple(_match(found) for found in fields["matches"]),
            "citations": tuple(Citation(**found) for found in fields["citations"]),
            "added": tuple(fields["added"]),
            "removed": tuple(fields["removed"]),
            "remarks": _remarks(fields["remarks"]),
        }
    )


def _attachment(fields: dict[str, Any]) -> Attachment:
    blocks, places = tuple(fields["blocks"]), tuple(fields["places"])
    return Attachment(fields["url"], fields["media_type"], blocks, places)


def _remarks(found: list[dict[str, Any]]) -> tuple[Remark, ...]:
    return tuple(
        Remark(each["code"], tuple((name, value) for name, value in each["values"]))
        for each in found
    )


def _match(fields: dict[str, Any]) -> Match:
    return Match(
        **fields
        | {
            "excerpt": tuple(Piece(*piece) for piece in fields["excerpt"]),
            "tier": Tier(fields["tier"]),
            "side": Side(fields["side"]),
        }
    )


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def pack_seen(seen: frozenset[str]) -> bytes:
    """Return fingerprints as bytes, eight each."""
    return bytes.fromhex("".join(sorted(seen)))


def unpack_seen(seen: bytes) -> frozenset[str]:
    """Return the fingerprints that `pack_seen` packed."""
    digits = seen.hex()
    return frozenset(digits[start : start + 16] for start in range(0, len(digits), 16))

"""The only code that joins stages: check a source, compose digests, deliver mails.

What is named here is imported when it is asked for: a reader that matches needs no store.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.pipeline.bouncing import Bounced, Returns, take_bounces
    from monitor.pipeline.checking import Checked, Outcome, check_source, check_sources, outsets
    from monitor.pipeline.composing import compose_digests, preview_digests
    from monitor.pipeline.delivering import Delivered, Door, deliver_pending
    from monitor.pipeline.filing import Composed, Office
    from monitor.pipeline.reading import Fetch

_PLACES = {
    "bouncing": ("Bounced", "Returns", "take_bounces"),
    "checking": ("Checked", "Outcome", "check_source", "check_sources", "outsets"),
    "composing": ("compose_digests", "preview_digests"),
    "delivering": ("Delivered", "Door", "deliver_pending"),
    "filing": ("Composed", "Office"),
    "reading": ("Fetch",),
}

__all__ = [
    "Bounced",
    "Checked",
    "Composed",
    "Delivered",
    "Door",
    "Fetch",
    "Office",
    "Outcome",
    "Returns",
    "check_source",
    "check_sources",
    "compose_digests",
    "deliver_pending",
    "outsets",
    "preview_digests",
    "take_bounces",
]


def __getattr__(name: str) -> Any:
    for place, names in _PLACES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{place}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

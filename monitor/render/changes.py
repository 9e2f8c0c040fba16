"""How an edit is shown: word by word where a block became another, else before and after."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import ChangeKind, Entry, Piece
from monitor.text.rewording import Stretch, rewordings, shortened

_CUT = "…"


@dataclass(frozen=True, slots=True)
class Shown:
    """What of an entry is shown: blocks word by word, and what is in none of these.

    `places` has one text for each excerpt, empty where none is known.
    """

    rewordings: tuple[tuple[Stretch, ...], ...] = ()
    excerpts: tuple[tuple[Piece, ...], ...] = ()
    places: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def changes(entry: Entry) -> Shown:
    """Return what is shown of the text of an entry; nothing twice."""
    places = entry.places or ("",) * len(entry.excerpts)
    if entry.kind is not ChangeKind.EDITED or not entry.added or not entry.removed:
        return Shown((), entry.excerpts, places, entry.removed)
    hits = {piece.text for excerpt in entry.excerpts for piece in excerpt if piece.hit}
    pairs = rewordings(entry.removed, entry.added, hits)
    after = [_even(pair.after) for pair in pairs]
    left = [
        (excerpt, place)
        for excerpt, place in zip(entry.excerpts, places, strict=True)
        if not _is_within(excerpt, after)
    ]
    before = {pair.before for pair in pairs}
    return Shown(
        tuple(shortened(pair.stretches) for pair in pairs),
        tuple(excerpt for excerpt, _ in left),
        tuple(place for _, place in left),
        tuple(text for text in entry.removed if text not in before),
    )


def _is_within(excerpt: tuple[Piece, ...], texts: list[str]) -> bool:
    """Whether all that an excerpt shows stands in one of the texts."""
    windows = [_even(each) for each in "".join(piece.text for piece in excerpt).split(_CUT)]
    return any(all(window in text for window in windows) for text in texts)


def _even(text: str) -> str:
    return " ".join(text.split())

"""What matched, and the alert that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.model.items import ChangeKind, Remark
from monitor.model.watching import Tier


class Side(StrEnum):
    """Whether the words came or went."""

    ADDED = "added"
    REMOVED = "removed"


class Piece(NamedTuple):
    """A stretch of an excerpt; `hit` marks the words that matched."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A term found in a text; `start` and `end` are offsets into the text as given."""

    topic: str
    term: str
    start: int
    end: int
    words: str
    excerpt: tuple[Piece, ...]
    tier: Tier = Tier.SURE
    side: Side = Side.ADDED
    place: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A legal source or document number found in a text, with its normal form in `id`."""

    kind: str
    id: str
    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """A change with at least one match, kept until mailed. `id` is None before it is stored."""

    source: str
    item: str
    kind: ChangeKind
    title: str
    url: str | None
    detected_at: datetime
    published: datetime | None = None
    published_text: str | None = None
    lang: str | None = None
    matches: tuple[Match, ...] = ()
    citations: tuple[Citation, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    story: str = ""
    remarks: tuple[Remark, ...] = ()
    id: int | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of the matches, first found first, each once."""
        return tuple(dict.fromkeys(match.topic for match in self.matches))

    @property
    def tier(self) -> Tier:
        """The best tier of the matches; a change mailed without a match is sure."""
        if self.matches and all(match.tier is Tier.PERHAPS for match in self.matches):
            return Tier.PERHAPS
        return Tier.SURE

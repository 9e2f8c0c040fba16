"""What matched, and the alert that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    """A legal source or document number found in a text, with its normal form in `id`.

    `url` is where a reader finds it, None where nobody gives out such addresses.
    """

    kind: str
    id: str
    text: str
    start: int = 0
    end: int = 0
    url: str | None = None


class Name(NamedTuple):
    """A number that is an item's own, such as a file number with its court and day, if known.

    For a printed paper `court` is the house, for a case of the Court of Justice the kind of paper.
    """

    kind: str
    number: str
    court: str = ""
    date: str = ""


class Sketch(NamedTuple):
    """A sample of a text: hashes of its word sequences, of those it begins with, of its numbers.

    `size` counts the different sequences; samples are sorted.
    """

    size: int = 0
    shingles: tuple[int, ...] = ()
    beginning: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """By what an alert is known to be the same news as another: numbers, addresses, text."""

    names: tuple[Name, ...] = ()
    links: tuple[str, ...] = ()
    text: Sketch = field(default_factory=Sketch)


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
    identity: Identity | None = None
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

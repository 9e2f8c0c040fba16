"""What templates of the archive are given: plain values, without any recipient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model import ChangeKind, Entry, Health, Piece
from monitor.text.rewording import Stretch


@dataclass(frozen=True, slots=True)
class Line:
    """A story in a list: as its first sure alert tells it; `last` is when its newest was found."""

    story: int
    title: str
    pieces: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    lang: str | None
    kind: ChangeKind
    source: str
    sources: tuple[str, ...]
    topics: tuple[str, ...]
    at: datetime
    last: datetime
    published: datetime | None
    reports: int
    perhaps: bool
    priority: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage before and after an edit, side by side; empty on one side where it came or went."""

    before: tuple[Stretch, ...]
    after: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What one check brought to a story; `more` counts changed passages that are not shown.

    It may stand for several alerts, such as those of many figures.
    """

    alerts: tuple[int, ...]
    entry: Entry
    topics: tuple[str, ...]
    perhaps: bool
    passages: tuple[Passage, ...] = ()
    more: int = 0
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """How an item came from one stored version to the next.

    `alert` is the report that this raised; `lost` says that a text was too old to be kept.
    """

    number: int
    at: datetime
    kind: ChangeKind
    alert: int | None
    passages: tuple[Passage, ...] = ()
    more: int = 0
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """The stored versions of one item of a source, newest first; `earlier` counts further ones."""

    source: str
    title: str
    steps: tuple[Step, ...]
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """A story with everything that was found of it, newest first."""

    line: Line
    reports: tuple[Report, ...]
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A shelf as others speak of it; `bars` are its alerts per month, oldest first."""

    key: str
    path: str
    stories: int
    bars: tuple[int, ...] = ()
    last: datetime | None = None

    @property
    def year(self) -> str:
        """The year of a month's shelf."""
        return self.key[:4]


@dataclass(frozen=True, slots=True)
class Watched:
    """A source and how it is doing; one that is no longer in the configuration has no health."""

    id: str
    name: str
    path: str | None
    url: str | None
    health: Health | None
    checked: datetime | None
    changed: datetime | None
    since: datetime | None
    error: str | None
    stories: int
    rank: str

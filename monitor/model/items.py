"""What a source shows, and what changed of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Attachment:
    """What an item links to and was followed: its blocks are matched as part of the item.

    `places` says for each block where it stands, as a reader would look it up («S. 7», «Frage 12,
    S. 7»); empty when the document has no places.
    """

    url: str
    media_type: str
    blocks: tuple[str, ...]
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a statistic: as the source writes it, and its value as a decimal text.

    `value` is None for a cell without a number (missing, withheld, unreadable): `text` says what
    stands there. `period` is ISO 8601 (2026, 2026-Q3, 2026-10) where the source tells.
    """

    text: str
    value: str | None
    label: str
    period: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding about an item that is no text of the source, such as «answer withheld».

    Templates know the words for each `code`; `values` are what they fill in.
    """

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a source: feed entry, teaser, section, table cell, or a whole page.

    `id` is unique within the source and the same at every fetch. `published_text` is the date as
    the page gives it, kept when it could not be read, so that it is shown and never guessed.
    `figure` makes the item a cell of a statistic. `state` is how far a procedure is (asked,
    extended, advance, answered, followed-up, withdrawn), `due` the day by which it is to go on.
    `document` is the paper to be followed where `url` leads to something else.
    """

    id: str
    title: str
    url: str | None = None
    blocks: tuple[str, ...] = ()
    published: datetime | None = None
    published_text: str | None = None
    lang: str | None = None
    attached: tuple[Attachment, ...] = ()
    figure: Figure | None = None
    state: str | None = None
    due: datetime | None = None
    remarks: tuple[Remark, ...] = ()
    document: str | None = None


class ChangeKind(StrEnum):
    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """A difference worth looking at.

    `added` are the blocks never seen in this item before, `removed` those that are gone; only
    they count when topics are matched. `title_changed` says whether the title is new text too.
    """

    kind: ChangeKind
    item: Item
    before: Item | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    title_changed: bool = False

"""Digests and operator mail as templates see them, and mails on their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.alerts import Piece, Side
from monitor.model.conditions import Coverage, Failing
from monitor.model.items import ChangeKind, Remark


@dataclass(frozen=True, slots=True)
class Also:
    """Another place where the same news stands; `title` if it has another there."""

    source: str
    url: str | None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A legal source or document that the news names, and where a reader finds it."""

    id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """How a story was first told: `at` is the cut-off of that digest."""

    title: str
    url: str | None
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Repeat:
    """What was found again elsewhere without anything that the list was not told."""

    alert: int
    title: str
    url: str | None
    source: str
    earlier: Earlier


@dataclass(frozen=True, slots=True)
class Part:
    """One of many places that changed at once, such as a section of a rewritten law."""

    kind: ChangeKind
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news as a template sees it: plain values only.

    `title_pieces` is the title with its hits; empty when nothing in it matched. `parts` are the
    places that changed when many did at once; the title then is that of the source. `update_of`
    is how the story was first told, when this is more of it. `priority` is 0 … 1; `answer` is the
    mark by which an answer «not relevant» is known.
    """

    alert: int
    kind: ChangeKind
    title: str
    url: str | None
    source: str
    source_id: str
    published: datetime | None
    published_text: str | None
    detected_at: datetime
    topics: tuple[str, ...]
    terms: tuple[str, ...]
    excerpts: tuple[tuple[Piece, ...], ...]
    removed: tuple[str, ...]
    side: Side
    lang: str | None
    also: tuple[Also, ...] = ()
    citations: tuple[Cited, ...] = ()
    places: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    title_pieces: tuple[Piece, ...] = ()
    parts: tuple[Part, ...] = ()
    update_of: Earlier | None = None
    priority: float = 0.5
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one topic; `title` is in the language of the list."""

    topic: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything a digest template may know.

    `alerts` are the ids it settles; `topics` are the titles of all the list watches for, also of
    those without news; `repeats` is what was found again and told before. Answers go to
    `answers_to`.
    """

    list_id: str
    list_name: str
    lang: str
    timezone: str
    since: datetime
    cutoff: datetime
    message_id: str
    sections: tuple[Section, ...]
    perhaps: tuple[Entry, ...]
    coverage: Coverage
    alerts: tuple[int, ...]
    topics: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    answers_to: str | None = None

    @property
    def count(self) -> int:
        """Number of entries outside the perhaps section."""
        return sum(len(section.entries) for section in self.sections)


@dataclass(frozen=True, slots=True)
class TroubleReport:
    """Everything an operator-mail template may know."""

    list_id: str
    list_name: str
    lang: str
    timezone: str
    at: datetime
    message_id: str
    broken: tuple[Failing, ...]
    recovered: tuple[Failing, ...]
    notes: tuple[str, ...] = ()


class MailState(StrEnum):
    """The life of an outbox row; `accepted` means the mail server said 250, nothing more."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """An outbox row: rendered once, sent until accepted or refused for good.

    `sender` is the address of the envelope, which bounces go to; without it, the one in From.
    """

    list_id: str
    recipient: str
    message_id: str
    mime: bytes
    created_at: datetime
    attempts: int = 0
    id: int | None = None
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the mail server answered for one mail."""

    state: MailState
    reply: str

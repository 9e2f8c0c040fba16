"""Digests and operator mail as templates see them, and mails on their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.model.alerts import Piece, Side
from monitor.model.conditions import Coverage, Failing
from monitor.model.items import ChangeKind, Remark


class Genre(StrEnum):
    """What sort of news an entry is, as readers tell them apart."""

    RULING = "ruling"
    FEDERAL_ANSWER = "federal-answer"
    ANSWER = "answer"
    QUESTION = "question"
    PARLIAMENT = "parliament"
    LAW = "law"
    NOTICE = "notice"
    STATISTIC = "statistic"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries of a digest are of one genre and one kind of change."""

    genre: Genre
    kind: ChangeKind
    count: int


@dataclass(frozen=True, slots=True)
class Case:
    """By what lawyers look a ruling up; what is not known is empty, `decided` None."""

    court: str = ""
    number: str = ""
    decided: date | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a procedure is (see `procedure.State`), and the day by which it is to go on."""

    state: str
    due: date | None = None


class DeadlineKind(StrEnum):
    """What is to happen on a day."""

    ANSWER = "answer"
    FORCE = "force"
    EXPIRY = "expiry"
    HEARING = "hearing"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day that is still to come when the text was found, and the sentence that names it.

    `time` is the hour as written, «10:30», in the zone of the place; empty when none is told.
    """

    day: date
    kind: DeadlineKind
    words: str
    time: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A deadline with the entry that names it; its hour is meant in `timezone`."""

    deadline: Deadline
    alert: int
    title: str
    url: str | None
    source: str
    timezone: str = "Europe/Berlin"


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
    mark by which an answer «not relevant» is known. `added` are the first new blocks of an edit,
    which with `removed` show what became of the words.
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
    genre: Genre = Genre.ARTICLE
    case: Case | None = None
    stage: Stage | None = None
    added: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one topic.

    `title` is in the language of the list; it is empty where no topic matched (`alert: every`).
    """

    topic: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything a digest template may know.

    `alerts` are the ids it settles; `topics` are the titles of all the list watches for, also of
    those without news; `repeats` is what was found again and told before. Answers go to
    `answers_to`. A `neutral` subject says nothing of what was found. `site` is the address of the
    public archive, if there is one; `appointments` are the days that entries name, soonest first,
    with `calendar` attached as a file too.
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
    neutral: bool = False
    site: str | None = None
    appointments: tuple[Appointment, ...] = ()
    calendar: bool = True

    @property
    def count(self) -> int:
        """Number of entries outside the perhaps section."""
        return sum(len(section.entries) for section in self.sections)

    @property
    def tally(self) -> tuple[Tally, ...]:
        """How many entries of which genre and kind there are, in the order of genres."""
        entries = (entry for section in self.sections for entry in section.entries)
        counts = Counter((entry.genre, entry.kind) for entry in entries)
        return tuple(
            Tally(genre, kind, counts[genre, kind])
            for genre in Genre
            for kind in ChangeKind
            if (genre, kind) in counts
        )


@dataclass(frozen=True, slots=True)
class Weekly:
    """How many alerts of a topic each of the last weeks had, oldest first."""

    title: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What a statistic said from the period `first` to `last`: decimal numbers, oldest first.

    `now` is the last one as the source writes it.
    """

    label: str
    source: str
    url: str | None
    values: tuple[str, ...]
    first: str
    last: str
    now: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """One of the most important pieces of news of a week."""

    alert: int
    title: str
    url: str | None
    source: str
    detected_at: datetime
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the template of a weekly overview may know.

    `count` is how many alerts there were from `since` to `cutoff`, `before` in the week before.
    """

    list_id: str
    list_name: str
    lang: str
    timezone: str
    since: datetime
    cutoff: datetime
    message_id: str
    count: int
    before: int
    topics: tuple[Weekly, ...]
    courses: tuple[Course, ...]
    highlights: tuple[Highlight, ...]
    site: str | None = None


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

"""The value types that flow through the stages; standard library only.

All are frozen. Times are aware UTC. Texts are what the page says, never normalised: normalised
text exists only inside `text` and `match`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

# --- configuration -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Select:
    """CSS selectors of kind page and document; those below `items` are looked up inside an item."""

    items: str | None = None
    title: str | None = None
    link: str | None = None
    date: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """What makes a result suspicious: fewer items, or no news for longer than this."""

    min_items: int = 1
    max_silence: timedelta | None = None


class AlertOn(StrEnum):
    """Which changes of a source become alerts."""

    MATCHING = "matching"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Source:
    """One watched place: an entry of sources.yaml with all defaults filled in."""

    id: str
    name: str
    kind: str
    url: str
    lang: str | None = None
    every: timedelta = timedelta(hours=6)
    cron: str | None = None
    timezone: str = "Europe/Berlin"
    topics: tuple[str, ...] = ()
    follow: bool = False
    select: Select = Select()
    ignore_selectors: tuple[str, ...] = ()
    ignore_patterns: tuple[str, ...] = ()
    complete: bool = False
    alert: AlertOn = AlertOn.MATCHING
    expect: Expect = Expect()
    backfill: timedelta = timedelta(0)
    allow_private: bool = False
    enabled: bool = True
    delay: timedelta = timedelta(seconds=2)
    timeout: timedelta = timedelta(seconds=60)
    user_agent: str | None = None
    robots: bool = True
    browser: bool = False
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str | None = None
    line: int = 0


class Tier(StrEnum):
    """How certain a match is: *perhaps* is shown in a collapsed section, never mailed alone."""

    SURE = "sure"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Term:
    """One row of a topic: spellings that reveal it, and what must or must not stand near them.

    `needs` and `unless` hold conditions, each a tuple of group names that must all occur in the
    passage; one fulfilled condition is enough. `otherwise` is the tier of a find whose needs are
    not met; None drops it.
    """

    name: str
    spellings: tuple[str, ...]
    lang: str | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    unless: tuple[tuple[str, ...], ...] = ()
    otherwise: Tier | None = Tier.PERHAPS
    note: str | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme that staff watch for; `title` maps a language code to words."""

    id: str
    title: Mapping[str, str]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All topics, and the word groups which their conditions name."""

    topics: Mapping[str, Topic]
    words: Mapping[str, tuple[str, ...]]


class Receives(StrEnum):
    """What a list is for: digests of alerts, or trouble with the service itself."""

    DIGEST = "digest"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a list's digest is cut off, in the list's own time zone.

    `kind` is daily, weekly, immediately or cron; `weekday` counts from Monday = 0.
    """

    kind: str
    hour: int = 0
    minute: int = 0
    weekday: int | None = None
    cron: str | None = None


@dataclass(frozen=True, slots=True)
class MailingList:
    """Named recipients with topics and a schedule (vocabulary: list)."""

    id: str
    to: tuple[str, ...]
    topics: tuple[str, ...] = ()
    lang: str = "de"
    schedule: Schedule = Schedule("daily", hour=7)
    timezone: str = "Europe/Berlin"
    receives: Receives = Receives.DIGEST
    name: str | None = None


# --- fetching ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask «has it changed?» (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What an adapter wants to have fetched.

    A header value may name an environment variable as `${MONITOR_…}`; the secret is filled in only
    on the way out, and only for the host that the adapter asked for.

    A `conditional` first request may end the check: when the server says «not modified», or sends
    the very bytes of last time, the source is unchanged and the adapter is not resumed.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    conditional: bool = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """One complete answer with a status of 200.

    `url` is where it came from after redirects; `media_type` is lower case without parameters;
    `text` is decoded by our own rules (empty for binary types such as PDF).
    """

    url: str
    status: int
    media_type: str
    content: bytes
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server said 304; `validators` are the ones to keep."""

    url: str
    validators: Validators


# --- items and changes ---------------------------------------------------------------------------


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


# --- matching ------------------------------------------------------------------------------------


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


# --- health --------------------------------------------------------------------------------------


class Health(StrEnum):
    """How a source is doing."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    SILENT = "silent"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the store remembers of a source between checks.

    `definition` is the fingerprint of how the source was read; when it changes, what is read next
    is a new baseline. `checks` counts the saved checks and guards against two at once.
    """

    source: str
    checks: int = 0
    first_checked: datetime | None = None
    last_checked: datetime | None = None
    last_success: datetime | None = None
    last_changed: datetime | None = None
    last_full: datetime | None = None
    next_check: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    error_state: str | None = None
    validators: Validators = Validators()
    body_hash: str | None = None
    definition: str | None = None
    shrunk: str | None = None
    told: Health = Health.OK


# --- digests and mail ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Also:
    """Another place where the same news stands."""

    source: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news as a template sees it: plain values only.

    `title_pieces` is the title with its hits; empty when nothing in it matched.
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
    citations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    title_pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one topic; `title` is in the language of the list."""

    topic: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """A source in trouble, for the coverage line and for operator mail."""

    source: str
    name: str
    health: Health
    since: datetime | None
    error: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was watched: how many sources, how many checked and changed, which are in trouble."""

    total: int
    checked: int
    changed: int
    failing: tuple[Failing, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything a digest template may know.

    `alerts` are the ids it settles; `topics` are the titles of all the list watches for, also of
    those without news.
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
    """An outbox row: rendered once, sent until accepted or refused for good."""

    list_id: str
    recipient: str
    message_id: str
    mime: bytes
    created_at: datetime
    attempts: int = 0
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the mail server answered for one mail."""

    state: MailState
    reply: str

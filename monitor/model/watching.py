"""What is watched, for which words, and who is told: the configuration as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


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


class Numbers(StrEnum):
    """Which changed numbers are news.

    `content`: all but those of stamps and counters («Stand: 12.11.2026», «37 Aufrufe»); `all`:
    these too; `none`: an edit that changes nothing but numbers and dates is no news.
    """

    ALL = "all"
    CONTENT = "content"
    NONE = "none"


class Rank(StrEnum):
    """What kind of place a source is; the order of a mail follows from it, nothing else."""

    LAW = "law"
    COURT = "court"
    AUTHORITY = "authority"
    PARLIAMENT = "parliament"
    STATISTICS = "statistics"
    ORGANISATION = "organisation"
    MEDIA = "media"


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
    numbers: Numbers = Numbers.CONTENT
    rank: Rank | None = None
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
    passage; one fulfilled condition is enough. Where one of `despite` holds, `unless` silences
    nothing. A find whose needs are not met is doubtful where one of `perhaps` holds, and none
    elsewhere; without `perhaps`, `otherwise` is the tier of a find whose needs are
    not met; None drops it.
    `cites` are citations that reveal it too, in every spelling. A `weak` term is a reason to sort a
    find under its topic, but what is shown are the words that it needs. A term that names topics in
    `beside` holds only near finds of these: it sorts them under its topic too, and shows them.
    The Cyrillic spellings of a `latin` term are looked for in Latin letters too.
    """

    name: str
    spellings: tuple[str, ...]
    lang: str | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    unless: tuple[tuple[str, ...], ...] = ()
    despite: tuple[tuple[str, ...], ...] = ()
    perhaps: tuple[tuple[str, ...], ...] = ()
    otherwise: Tier | None = Tier.PERHAPS
    cites: tuple[str, ...] = ()
    weak: bool = False
    beside: tuple[str, ...] = ()
    latin: bool = False
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
    """What a list is for: digests, overviews of weeks, or trouble with the service itself."""

    DIGEST = "digest"
    OVERVIEW = "overview"
    TROUBLE = "trouble"


class Subject(StrEnum):
    """What the subject of a digest tells to who looks over a shoulder: the news, or nothing."""

    NEWS = "news"
    NEUTRAL = "neutral"


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
    """Named recipients with topics and a schedule (vocabulary: list).

    News of at least the priority `urgent` are mailed at once, with all that waits. `calendar`:
    days to come are attached as a calendar file.
    """

    id: str
    to: tuple[str, ...]
    topics: tuple[str, ...] = ()
    lang: str = "de"
    schedule: Schedule = Schedule("daily", hour=7)
    timezone: str = "Europe/Berlin"
    receives: Receives = Receives.DIGEST
    name: str | None = None
    urgent: float | None = None
    subject: Subject = Subject.NEWS
    calendar: bool = True


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the two files say; sources in file order, disabled ones too."""

    sources: tuple[Source, ...]
    lists: tuple[MailingList, ...]
    vocabulary: Vocabulary
    contact: str | None = None

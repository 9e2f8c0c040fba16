"""How a source is doing, and what was watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.fetching import Validators


class Health(StrEnum):
    """How a source is doing.

    `suspect` is a first failure, or an answer that is odd; `failing` lasts; `silent` answers as it
    should and has had nothing new for longer than it ever had.
    """

    NEW = "new"
    OK = "ok"
    SUSPECT = "suspect"
    FAILING = "failing"
    SILENT = "silent"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the store remembers of a source between checks.

    `definition` is the fingerprint of how the source was read; when it changes, what is read next
    is a new baseline. `checks` counts the saved checks and guards against two at once.

    `odd` says what was strange about an answer that was understood, `patience` for how long there
    may be nothing new. `outage_since` and `outage_until` are when it was last not seen, because
    it failed or we were away, and `caught_up` is how many changes the first success after it found.
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
    validators: Validators = field(default_factory=Validators)
    body_hash: str | None = None
    definition: str | None = None
    shrunk: str | None = None
    told: Health = Health.OK
    odd: str | None = None
    odd_since: datetime | None = None
    patience: timedelta | None = None
    outage_since: datetime | None = None
    outage_until: datetime | None = None
    caught_up: int = 0


@dataclass(frozen=True, slots=True)
class Failing:
    """A source in trouble, for the coverage line and for operator mail.

    Of one that is well again, `until` is when the trouble ended, and `caught_up` how many changes
    were found then; what came and went in between nobody has seen.
    """

    source: str
    name: str
    health: Health
    since: datetime | None
    error: str | None
    url: str | None = None
    until: datetime | None = None
    caught_up: int = 0


@dataclass(frozen=True, slots=True)
class Unwatched:
    """That so many sources were not seen for a long time, because they or we were away."""

    count: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was watched: how many sources, how many checked and changed, which are in trouble.

    `unwatched` tells of those that were caught up with: their news is late.
    """

    total: int
    checked: int
    changed: int
    failing: tuple[Failing, ...] = ()
    unwatched: Unwatched | None = None

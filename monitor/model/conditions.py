"""How a source is doing, and what was watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.fetching import Validators


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
    validators: Validators = field(default_factory=Validators)
    body_hash: str | None = None
    definition: str | None = None
    shrunk: str | None = None
    told: Health = Health.OK


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

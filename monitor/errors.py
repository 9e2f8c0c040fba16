"""Everything that may go wrong in daily life.

MonitorError
├─ ConfigError      every problem of the configuration at once; exit status 78
├─ SourceError      about one source; expected in daily life
│  ├─ FetchError    the network or the server said no
│  └─ ExtractError  the page no longer looks as declared
├─ StoreError       the database is missing, foreign, damaged or too new
├─ RenderError      a template failed; the digest stays uncomposed, its alerts pending
├─ DeliveryError    the mail server said no, or nothing
└─ MailboxError     what came back cannot be read

Raised deep, caught in `pipeline` (SourceError, RenderError, DeliveryError) and in `cli`. Anything
else is a bug or a broken disk: crash, and let systemd restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.model.told import Told


class MonitorError(Exception):
    """Base of all errors of this package; its text is a sentence for people."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a configuration file; `line` counts from 1, 0 means the file as a whole."""

    file: Path
    line: int
    message: str
    suggestion: str | None = None

    @property
    def told(self) -> Told:
        """The problem as people read it, in English, and translatable."""
        values = {"file": self.file, "line": self.line, "message": self.message}
        if self.suggestion:
            return Told(
                "{file}:{line}: {message} – did you mean `{suggestion}`?",
                suggestion=self.suggestion,
                **values,
            )
        return Told("{file}:{line}: {message}", **values)

    def __str__(self) -> str:
        return str(self.told)


class ConfigError(MonitorError):
    """All problems of the configuration, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.file), p.line, p.message)))
        super().__init__("\n".join(map(str, self.problems)))


class SourceError(MonitorError):
    """Something is wrong with one source; the others go on. `state` says what in one word."""

    state: str = "broken"


class FetchError(SourceError):
    """A request failed.

    `status` is the HTTP status, or None when there was no answer; `retry_after` is what the
    server asked for; `state` names the kind of trouble in one word for status tables:
    unreachable, timeout, too-big, blocked, robots, gone, refused, broken.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
        state: str = "unreachable",
    ) -> None:
        self.status = status
        self.retry_after = retry_after
        self.state = state
        super().__init__(message)


class ExtractError(SourceError):
    """The answer came, but is not what was declared: no items, another type, unreadable.

    `state` is broken, or blocked where a wall stands before the page.
    """

    def __init__(self, message: str, *, state: str = "broken") -> None:
        self.state = state
        super().__init__(message)


class StoreError(MonitorError):
    """The database cannot be used as it is."""


class RenderError(MonitorError):
    """A mail could not be made; `problem` names the template, the line and what is missing."""

    def __init__(self, message: str | Problem) -> None:
        self.problem = message if isinstance(message, Problem) else None
        super().__init__(str(message))


class DeliveryError(MonitorError):
    """A mail was not accepted.

    `permanent` means that trying again cannot help; `reply` is the server's own answer.
    """

    def __init__(self, message: str, *, permanent: bool = False, reply: str = "") -> None:
        self.permanent = permanent
        self.reply = reply
        super().__init__(message)


class MailboxError(MonitorError):
    """A mailbox is missing, unreadable or none."""

"""Which terms earn their place: how often each fired, how surely, and whether it was needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Alert, Tier, Vocabulary


@dataclass(frozen=True, slots=True)
class TermUse:
    """What a term did: in how many alerts it stood, in how many of them surely, and alone.

    `alone` counts the alerts that would not be there without it. `line` is where the term stands.
    """

    topic: str
    term: str
    line: int
    alerts: int = 0
    sure: int = 0
    alone: int = 0
    last: datetime | None = None

    @property
    def state(self) -> str:
        """`never` fired, `idle` (never surely), `spare` (never alone), or `useful`."""
        if not self.alerts:
            return "never"
        if not self.sure:
            return "idle"
        return "useful" if self.alone else "spare"


def term_uses(vocabulary: Vocabulary, alerts: Iterable[Alert]) -> tuple[TermUse, ...]:
    """Return the use of every term, in the order of the vocabulary."""
    found = list(alerts)
    return tuple(
        _use(topic.id, term.name, term.line, found)
        for topic in vocabulary.topics.values()
        for term in topic.terms
    )


def _use(topic: str, term: str, line: int, alerts: Iterable[Alert]) -> TermUse:
    mine = [
        (alert, {(match.topic, match.term) for match in alert.matches}, matches)
        for alert in alerts
        if (matches := [m for m in alert.matches if (m.topic, m.term) == (topic, term)])
    ]
    return TermUse(
        topic,
        term,
        line,
        alerts=len(mine),
        sure=sum(any(m.tier is Tier.SURE for m in matches) for _, _, matches in mine),
        alone=sum(len(names) == 1 for _, names, _ in mine),
        last=max((alert.detected_at for alert, _, _ in mine), default=None),
    )

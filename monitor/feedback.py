"""What readers answered: which alerts were of no use to them, and which terms raised those.

No tracking: each entry of a mail holds a `mailto:` link whose subject ends in a mark such as
`[no-123]`. The answers are collected in a mailbox, and this is what is made of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr
from typing import TypeVar

from monitor.model import Alert

Name = TypeVar("Name", bound=Hashable)

_MARK = re.compile(r"\[(?P<verdict>no|yes)-(?P<alert>\d{1,12})\]")
_AUTOMATIC = frozenset({"auto_reply", "bulk", "junk"})
_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From", "X-Failed-Recipients")


@dataclass(frozen=True, slots=True)
class Vote:
    """What one reader said of one alert."""

    alert: int
    sender: str
    relevant: bool


@dataclass(frozen=True, slots=True)
class Use:
    """Of so many alerts so many were called relevant, and so many not.

    `precision` is what is left when silence counts as consent, hence an upper limit.
    """

    alerts: int
    relevant: int
    idle: int

    @property
    def precision(self) -> float:
        """The share of alerts that nobody called idle."""
        return (self.alerts - self.idle) / self.alerts


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Use per term and source, the most complained of first; `unknown` alerts are not stored."""

    by_term: Mapping[tuple[str, str], Use]
    by_source: Mapping[str, Use]
    idle: tuple[Alert, ...]
    unknown: tuple[int, ...]


def mark(alert: int, *, relevant: bool = False) -> str:
    """Return what the subject of an answer ends in."""
    return f"[{'yes' if relevant else 'no'}-{alert}]"


def vote(mail: Message) -> Vote | None:
    """Return what a mail says of an alert; None for a mail without a mark, or by a machine.

    Machines are told by RFC 3834 (Auto-Submitted), by reports of delivery (RFC 3462), by an empty
    Return-Path and by what was usual before: Precedence, X-Autoreply.
    """
    if is_automatic(mail):
        return None
    found = _MARK.search(" ".join(str(mail.get("Subject", "")).split()))
    if not found:
        return None
    sender = parseaddr(str(mail.get("From", "")))[1].casefold()
    return Vote(int(found["alert"]), sender, found["verdict"] == "yes")


def is_automatic(mail: Message) -> bool:
    """Whether a machine sent it: an absence note or a report that a mail was not delivered."""
    submitted = str(mail.get("Auto-Submitted", "no")).split(";")[0].strip().casefold()
    precedence = str(mail.get("Precedence", "")).strip().casefold()
    return (
        submitted != "no"
        or precedence in _AUTOMATIC
        or any(name in mail for name in _AUTOMATIC_HEADERS)
        or str(mail.get("Return-Path", "")).strip() == "<>"
        or mail.get_content_type() == "multipart/report"
    )


def judge(votes: Iterable[Vote], alerts: Iterable[Alert]) -> Verdicts:
    """Return what the votes say of the terms and sources of these alerts.

    Of one reader's votes on an alert the last counts; an alert is idle when more readers call it
    so than relevant.
    """
    last = {(vote.alert, vote.sender): vote for vote in votes}
    balance: Counter[int] = Counter()
    for each in last.values():
        balance[each.alert] += 1 if each.relevant else -1
    known = {alert.id: alert for alert in alerts if alert.id is not None}
    unknown = tuple(sorted(balance.keys() - known.keys()))
    terms = [((m.topic, m.term), a) for a in known.values() for m in a.matches]
    return Verdicts(
        by_term=_uses(terms, balance),
        by_source=_uses([(alert.source, alert) for alert in known.values()], balance),
        idle=tuple(alert for number, alert in known.items() if balance[number] < 0),
        unknown=unknown,
    )


def _uses(pairs: Iterable[tuple[Name, Alert]], balance: Mapping[int, int]) -> dict[Name, Use]:
    raised: dict[Name, set[int]] = {}
    for name, alert in pairs:
        raised.setdefault(name, set()).add(alert.id or 0)
    uses = {
        name: Use(
            alerts=len(numbers),
            relevant=sum(balance.get(number, 0) > 0 for number in numbers),
            idle=sum(balance.get(number, 0) < 0 for number in numbers),
        )
        for name, numbers in raised.items()
    }
    return dict(sorted(uses.items(), key=lambda use: (-use[1].idle, use[1].precision, str(use[0]))))

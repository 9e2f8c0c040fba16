"""What came back: counted per recipient, and a recipient that is dead is paused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.bounce import Report, Severity, is_dead, read_report, signed_mail
from monitor.log import log
from monitor.model import MailingList
from monitor.store import Bounce, Pause, Sent, Store


@dataclass(frozen=True, slots=True)
class Returns:
    """Where mails come back to (`*` is a signed mark), and what reads them there, if anything."""

    to: str | None = None
    letters: Callable[[], Iterable[bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Bounced:
    """How many mails of a mailbox were what; `new` were not known before, `paused` are now."""

    new: int = 0
    hard: int = 0
    soft: int = 0
    unknown: int = 0
    others: int = 0
    paused: tuple[str, ...] = ()


def take_bounces(
    store: Store, letters: Iterable[bytes], bounces_to: str | None, now: datetime
) -> Bounced:
    """Count what the letters report of our mails, and pause the recipients that are dead.

    The same letters may come again: nothing is counted twice. A report about no mail of ours, or
    without a true sign of it, is `unknown`; what is no report is one of the `others`.
    """
    pattern, key = bounces_to or "", store.bounces.key()
    found: list[Bounce] = []
    unknown = others = 0
    for letter in letters:
        report = read_report(letter)
        bounces = _bounces(store, report, pattern, key) if report else ()
        found += bounces
        others += report is None
        unknown += report is not None and bool(report.failures) and not bounces
    new = store.bounces.add(found)
    paused = _pause_dead(store, now)
    hard = sum(each.severity == Severity.HARD for each in found)
    return Bounced(new, hard, len(found) - hard, unknown, others, paused)


def without_paused(lists: Iterable[MailingList], paused: Sequence[Pause]) -> list[MailingList]:
    """Return the lists without the paused recipients; a list with nobody left is left out."""
    away = {each.recipient for each in paused}
    rest = [
        replace(each, to=tuple(address for address in each.to if address not in away))
        for each in lists
    ]
    return [each for each in rest if each.to]


def _bounces(store: Store, report: Report, pattern: str, key: bytes) -> tuple[Bounce, ...]:
    """What a report says of mails that are ours by its mark, or else by their Message-ID."""
    number = signed_mail(report.sent_to, pattern, key)
    signed = store.bounces.sent(number) if number is not None else None
    if signed:  # it was for this recipient, whatever address it was forwarded to
        pairs = [(failure, signed) for failure in report.failures]
    else:
        sent = store.bounces.sent_as(report.message_id) if report.message_id else ()
        pairs = [
            (failure, mail)
            for failure in report.failures
            for mail in sent
            if mail.recipient.casefold() in failure.names
        ]
    return tuple(_bounce(mail, f.severity, f.status, f.told) for f, mail in pairs)


def _bounce(mail: Sent, severity: Severity, status: str, told: str) -> Bounce:
    # Its own time: that of the report can be invented, and a mailbox may be read late.
    return Bounce(mail.id, mail.recipient, severity.value, mail.created_at, status, told)


def _pause_dead(store: Store, now: datetime) -> tuple[str, ...]:
    paused = {each.recipient for each in store.bounces.paused()}
    resumed = store.bounces.resumed()
    returned: defaultdict[str, list[Bounce]] = defaultdict(list)
    for bounce in store.bounces.all():
        taken_up = resumed.get(bounce.recipient)
        counts = bounce.severity == Severity.HARD and (not taken_up or bounce.at > taken_up)
        if counts and bounce.recipient not in paused:
            returned[bounce.recipient].append(bounce)
    dead = [name for name, each in returned.items() if is_dead(bounce.at for bounce in each)]
    for recipient in dead:
        last = returned[recipient][-1]
        store.bounces.pause(Pause(recipient, now, f"{last.status} {last.told}".strip()))
        # The address stays out of the log.
        log.error("recipient paused, mails come back", mail=last.mail, status=last.status)
    return tuple(dead)

"""Mails that came back: reports of mail servers (RFC 3464), and the marks by which they are ours.

Anybody can write such a report. One counts only if it was sent to an address that we signed, or
holds the Message-ID of a mail of ours, which nobody can guess who did not get that mail.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum
from hashlib import blake2b

DEAD_AFTER = 2
WITHIN = timedelta(days=7)

_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
# Refusals that pass or speak of us: mailbox full, too big, no route, policy (RFC 3463).
_PASSING = re.compile(r"5\.(2\.2|3\.4|4\.4|7\.\d+)")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,900}>")
_ADDRESSES = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
_MARK_BYTES = 8


class Severity(StrEnum):
    """What a report means for the address: hard is dead, soft may pass."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says of one recipient; `names` are the addresses it has there."""

    names: tuple[str, ...]
    severity: Severity
    status: str
    told: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report: which addresses it was sent to, which mail it is about, who did not get that."""

    sent_to: tuple[str, ...]
    message_id: str | None
    failures: tuple[Failure, ...]


def read_report(letter: bytes) -> Report | None:
    """Return what a mail reports; None for all but reports of delivery (RFC 6522, RFC 3464).

    So absence notes and answers by people are None, too, and so is what no parser understands:
    anybody can write to us. What the report says of delivered or relayed mails is left out.
    """
    try:
        return _read(message_from_bytes(letter))
    except (ValueError, LookupError, RecursionError):
        return None


def _read(mail: Message) -> Report | None:
    kind = str(mail.get_param("report-type", "")).casefold()
    if mail.get_content_type() != "multipart/report" or kind != "delivery-status":
        return None
    parts = [part for part in mail.walk() if part is not mail]
    failures = [
        failure
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for failure in _failures(part)
    ]
    sent_to = getaddresses([str(value) for name in _ADDRESSES for value in mail.get_all(name, [])])
    return Report(
        tuple(address for _, address in sent_to), _returned_id(mail, parts), tuple(failures)
    )


def is_dead(returned: Iterable[datetime]) -> bool:
    """Whether so many mails came back for good, composed at these times, that we should stop."""
    days = sorted({moment: moment.date() for moment in returned}.values())
    return any(
        later - earlier <= WITHIN
        for earlier, later in zip(days, days[DEAD_AFTER - 1 :], strict=False)
    )


# --- what a report says --------------------------------------------------------------------------


def _failures(part: Message) -> Iterator[Failure]:
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, Message):
            continue
        action = str(block.get("Action", "")).split(maxsplit=1)[:1]
        status = _STATUS.match(str(block.get("Status", "")).strip())
        severity = _severity(action[0].casefold() if action else "", status[1] if status else "")
        if severity and status:
            told = " ".join(str(block.get("Diagnostic-Code", "")).split())[:300]
            names = (block.get("Original-Recipient"), block.get("Final-Recipient"))
            yield Failure(
                tuple(_address(name) for name in names if name), severity, status[1], told
            )


def _severity(action: str, status: str) -> Severity | None:
    if action == "failed" and status.startswith("5") and not _PASSING.fullmatch(status):
        return Severity.HARD
    return Severity.SOFT if action in {"failed", "delayed"} and status else None


def _address(field: str) -> str:
    """The address after its type: `rfc822; a@example.org`."""
    return str(field).rpartition(";")[2].strip().strip("<>").casefold()


def _returned_id(mail: Message, parts: list[Message]) -> str | None:
    """The Message-ID of the mail that came back."""
    for part in parts:
        if part.get_content_type() not in _RETURNED:
            continue
        inner = part.get_payload()
        whole = inner[0] if isinstance(inner, list) and inner else None
        value = whole.get("Message-ID") if isinstance(whole, Message) else None
        if value is None and isinstance(inner, str):
            headers = part.get_payload(decode=True)
            value = message_from_bytes(headers if isinstance(headers, bytes) else b"")["Message-ID"]
        found = _MESSAGE_ID.search(str(value or ""))
        if found:
            return found[0]
    return None


# --- signed addresses ----------------------------------------------------------------------------


def return_path(pattern: str, mail: int, key: bytes) -> str:
    """Return the address that reports on this mail go to: `*` in the pattern is the signed mark."""
    return pattern.replace("*", f"{mail}-{_mark(mail, key)}", 1)


def signed_mail(addresses: Iterable[str], pattern: str, key: bytes) -> int | None:
    """Return which mail one of the addresses is the return path of; None without a true mark."""
    if "*" not in pattern:
        return None
    before, after = (re.escape(part) for part in pattern.split("*", 1))
    form = re.compile(f"{before}([1-9][0-9]{{0,17}})-([0-9a-f]{{{2 * _MARK_BYTES}}}){after}", re.I)
    for address in addresses:
        found = form.fullmatch(address)
        if found and hmac.compare_digest(found[2].casefold(), _mark(int(found[1]), key)):
            return int(found[1])
    return None


def _mark(mail: int, key: bytes) -> str:
    return blake2b(f"mail {mail}".encode(), key=key, digest_size=_MARK_BYTES).hexdigest()

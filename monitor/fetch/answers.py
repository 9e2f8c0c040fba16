"""What the status, the headers and the look of an answer mean; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from monitor.adapters import wall
from monitor.errors import FetchError
from monitor.model import Validators
from monitor.model.told import Told, form

LONGEST_RETRY_AFTER = timedelta(hours=24)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
COMPLETE = frozenset({200, 203})  # 203: passed on by something that changed it

_GONE = "gone", form("there is no such page any more; look for its new address")
_CLOSED = "blocked", form("the server does not let us read this page")
_MEANING = {
    202: ("blocked", form("the server puts us off without a page, as bot protections do")),
    206: ("broken", form("the server sent a part of the page, though we asked for all of it")),
    304: ("broken", form("the server says «not modified», though we have nothing to compare with")),
    401: _CLOSED,
    403: _CLOSED,
    404: _GONE,
    410: _GONE,
    429: ("blocked", form("the server asks to be left alone because of too many requests")),
    451: _CLOSED,
    503: ("unreachable", form("the server is overloaded or being repaired")),
}
_MEANING_OF_CLASS = {
    4: ("refused", form("the server does not accept this request; check the address")),
    5: ("unreachable", form("the server has a fault of its own")),
}

_USER_INFO = re.compile(r"(?<=//)[^/?#@\s]+@")
_SECRET = re.compile(
    r"(?<=[?&;])([\w.-]*(?:key|token|secret|passw(?:or)?d|pwd|auth|sig|signature|session|sid))"
    r"=[^&;#\s]+",
    re.IGNORECASE,
)


class UnreachedError(FetchError):
    """There was no answer because nothing could or should be asked."""


def redact(text: str) -> str:
    """Return the text with passwords and keys in its addresses replaced by `…`."""
    return _SECRET.sub(r"\1=…", _USER_INFO.sub("…@", text))


def refusal(
    status: int, headers: Mapping[str, str], where: str, *, now: datetime, conditional: bool
) -> FetchError | None:
    """Return what is wrong with an answer that is no page, or None. Redirects are not looked at."""
    if status in COMPLETE or (status == 304 and conditional):
        return None
    wait = retry_after(headers.get("retry-after"), now) if status in (429, 503) else None
    state, sentence = _meaning(status)
    told = Told(sentence)
    if wait is not None:
        told = Told("{told}, for {wait}", told=told, wait=spoken(wait))
    answer = f"{status} {_phrase(status)}".strip()
    told = Told("{where}: {told} ({answer})", where=where, told=told, answer=answer)
    return FetchError(told, status=status, retry_after=wait, state=state)


def _meaning(status: int) -> tuple[str, str]:
    """State and sentence of a status that brings no page."""
    of_its_class = _MEANING_OF_CLASS.get(status // 100, ("broken", form("the answer is no page")))
    return _MEANING.get(status, of_its_class)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait (RFC 9110, 10.2.3), at most 24 hours.

    None for what lies in the past or cannot be read.
    """
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        wait = timedelta(seconds=min(int(value[:9]), 10**6))
    else:
        try:
            moment = parsedate_to_datetime(value)
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
    return min(wait, LONGEST_RETRY_AFTER) if wait > timedelta(0) else None


def validators(headers: Mapping[str, str], kept: Validators | None = None) -> Validators:
    """Return what to ask with next time; where the answer names none, what was kept before."""
    kept = kept or Validators()
    return Validators(
        etag=_sendable(headers.get("etag")) or kept.etag,
        last_modified=_sendable(headers.get("last-modified")) or kept.last_modified,
    )


def media_type(headers: Mapping[str, str]) -> str:
    """Return the media type in lower case without parameters; empty when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def is_challenge(headers: Mapping[str, str], text: str) -> bool:
    """Return whether a bot protection answered in place of the page, as some do with 200."""
    if "challenge" in (headers.get("cf-mitigated"), headers.get("x-amzn-waf-action")):
        return True
    return wall.is_challenge(text)


def spoken(duration: timedelta) -> str:
    """Return a duration in words: `45 seconds`, `2 minutes`, `24 hours`."""
    seconds = max(1, round(duration.total_seconds()))
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= 2 * size or seconds == size:
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'s' if seconds > 1 else ''}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _sendable(value: str | None) -> str | None:
    """A validator that could not be sent back is not kept."""
    return value if value and value.isascii() and value.isprintable() else None

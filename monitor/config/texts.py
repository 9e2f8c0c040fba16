"""The checks of single texts: what may be typed, and what to say otherwise.

Each check takes the typed text and returns its meaning, or raises `WrongValueError` with the rest
of a sentence that begins with the name of the key: «`every`» + «must be a duration …».
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.config.ignoring import read_ignored
from monitor.config.tree import Text
from monitor.due import check_cron
from monitor.match import TermError, explain_spelling, parse_citation
from monitor.model.told import Told, form, reason
from monitor.text.address import AddressError, read_address
from monitor.text.nearest import nearest

ID_PATTERN = r"[a-z0-9][a-z0-9.-]{0,63}"
NAME_PATTERN = r"[a-z0-9][a-z0-9_.-]{0,63}"
_ID_RULE = form(
    "must be 1 to 64 of a–z, 0–9, `.` and `-`, beginning with a letter or digit, not `{text}`"
)
_NAME_RULE = form(
    "must be 1 to 64 of a–z, 0–9, `_`, `.` and `-`, beginning with a letter or digit, not `{text}`"
)


class WrongValueError(ValueError):
    """The rest of a sentence about a value, and what to write instead."""

    def __init__(self, predicate: str, suggestion: str | None = None) -> None:
        self.suggestion = suggestion
        super().__init__(predicate)


def read_prose(value: object) -> Text:
    """Return a text that may have several lines."""
    if not isinstance(value, Text):
        raise WrongValueError(Told("must be a single text, not a list or a group of keys"))
    if not value.strip():
        raise WrongValueError(Told("has no value; fill it in or remove the line"))
    if found := re.search(r"[^\n\t -\x7e\x85\xa0-\U0010ffff]", value):
        raise WrongValueError(
            Told(
                "holds the invisible character U+{code:04X}; use '…' instead of \"…\"",
                code=ord(found[0]),
            )
        )
    return value


def read_line(value: object) -> Text:
    """Return a text of one line, without blanks around it."""
    text = read_prose(value)
    if "\n" in text.strip("\n"):
        raise WrongValueError(Told("must be a single line"))
    return Text(text.strip(), text.line)


def _check_name(pattern: str, rule: str, value: object) -> Text:
    text = read_line(value)
    if not re.fullmatch(pattern, text):
        plain = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-")[:64]
        right = plain if re.fullmatch(pattern, plain) else plain.replace("_", "-")
        raise WrongValueError(
            Told(rule, text=text[:80]),
            right if re.fullmatch(pattern, right) else None,
        )
    return text


def read_id(value: object) -> Text:
    """Return the id of a source or list."""
    return _check_name(ID_PATTERN, _ID_RULE, value)


def read_name(value: object) -> Text:
    """Return the name of a topic or of a group of words."""
    return _check_name(NAME_PATTERN, _NAME_RULE, value)


def read_url(value: object) -> Text:
    """Return a web address with a host and without credentials."""
    text = read_line(value)
    if re.search(r"[\s\x00-\x20\x7f]", text):
        raise WrongValueError(Told("must not contain blanks; write %20 for a blank"))
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise WrongValueError(Told("must be a web address, not `{text}`", text=text)) from error
    if "@" in parts.netloc:
        raise WrongValueError(Told("must not contain a user name or password"))
    if parts.scheme not in ("http", "https"):
        better = nearest(parts.scheme, ("http", "https")) if parts.netloc else None
        raise WrongValueError(
            Told("must begin with http:// or https://, not `{text}`", text=text),
            better and better + text[len(parts.scheme) :],
        )
    if not host:
        raise WrongValueError(
            Told("must name a host, as in https://example.org/, not `{text}`", text=text)
        )
    return text


def read_contact(value: object) -> Text:
    """Return a mail or web address."""
    text = read_line(value)
    if "@" in text and "://" not in text:
        return Text(read_mailbox(text), text.line)
    return read_url(text)


def read_mailbox(value: object) -> Text:
    """Return a bare mail address with an ASCII domain."""
    text = read_prose(value)
    try:
        return Text(read_address(text), text.line)
    except AddressError as error:
        raise WrongValueError(reason(error), error.suggestion) from error


def read_texts(value: object) -> tuple[Text, ...]:
    """Return one text, or a list of them."""
    if isinstance(value, list):
        return tuple(read_line(each) for each in value)
    return (read_line(value),)


def read_cron(value: object) -> Text:
    """Return a cron expression of five fields."""
    text = read_line(value)
    if problem := check_cron(text):
        raise WrongValueError(
            Told("must be a cron expression such as `0 7 * * mon`: {problem}", problem=problem)
        )
    return text


def read_spelling(value: object) -> Text:
    """Return a spelling that can match."""
    text = read_line(value)
    try:
        explain_spelling(text)
    except TermError as error:
        raise WrongValueError(
            Told("cannot be searched for: {error}", error=error), error.suggestion
        ) from error
    return text


def read_citation(value: object) -> Text:
    """Return a legal citation that is recognised."""
    text = read_line(value)
    try:
        parse_citation(text)
    except TermError as error:
        raise WrongValueError(
            Told("cannot be searched for: {error}", error=error), error.suggestion
        ) from error
    return text


def read_ignored_entry(value: object) -> Text:
    """Return an entry of `ignore` that `read_ignored` understands."""
    text = read_line(value)
    try:
        read_ignored(text)
    except ValueError as error:
        raise WrongValueError(reason(error)) from error
    return text


def read_condition(value: object) -> tuple[Text, ...]:
    """Return names of word groups that must all occur: `asylum + country`."""
    text = read_line(value)
    names = [Text(part.strip(), text.line) for part in text.split("+")]
    if not all(names):
        raise WrongValueError(
            Told("must join names of word groups with `+`, not `{text}`", text=text)
        )
    return tuple(names)

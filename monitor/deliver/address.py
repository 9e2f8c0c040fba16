"""What an address such as `smtp://user@host:587` or `file:outbox` names; nothing is opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from monitor.model.told import Told, form

SCHEMES = ("smtp", "smtps", "file")

_FORMS = form("must be smtp://user@host:587, smtps://user@host or file:DIRECTORY")


class Tls(Enum):
    """How a connection is encrypted."""

    NEVER = "never"
    IF_OFFERED = "if offered"
    REQUIRED = "required"
    FROM_START = "from start"


_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_STARTTLS = {"yes": Tls.REQUIRED, "no": Tls.NEVER}


class DoorError(ValueError):
    """An address names no way out for mails; says why, and never repeats a password."""


@dataclass(frozen=True, slots=True)
class Server:
    """Which server, and who we are there."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"{self.host}:{self.port}"


def read_door(url: str, password: str | None = None) -> Server | Path:
    """Return the server or the folder that an address names; DoorError when it names none.

    `smtp://[user@]host[:port]` encrypts by STARTTLS when the server offers it. With a user or
    `?starttls=yes` it insists; with `?starttls=no`, or to this machine, it does not try.
    `smtps://` encrypts from the first byte. `file:DIRECTORY` is a folder.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in SCHEMES:
        raise DoorError(Told(_FORMS))
    if scheme == "file":
        if not rest.removeprefix("//"):
            raise DoorError(Told("must name a directory, as in file:outbox"))
        return Path(unquote(rest.removeprefix("//")))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        told = Told("must be like smtp://user@host:587; the port must be a number")
        raise DoorError(told) from error
    host = _host(url, parts)
    user = unquote(parts.username) if parts.username else None
    if user is not None and password is None:
        raise DoorError(
            Told(
                "names the user `{user}`, but there is no password; put it in "
                "MONITOR_MAIL_PASSWORD_FILE",
                user=user,
            )
        )
    tls = _tls(parts, secret=password is not None)
    if user is None and password is not None:
        raise DoorError(Told("names no user for the password; write smtp://user@host:587"))
    usual = {"smtps": 465}.get(scheme, 587 if user else 25)
    return Server(host, port or usual, tls, user, password)


def _host(url: str, parts: SplitResult) -> str:
    if parts.password is not None:
        raise DoorError(Told("must not hold the password; put it in MONITOR_MAIL_PASSWORD_FILE"))
    if not parts.hostname or re.search(r"\s", url):
        raise DoorError(Told("must name a mail server, as in smtp://user@host:587"))
    if parts.path.strip("/") or parts.fragment:
        raise DoorError(
            Told(
                "must end after the host or its port; there is no `{path}` on a mail server",
                path=parts.path or parts.fragment,
            )
        )
    return parts.hostname


def _tls(parts: SplitResult, *, secret: bool) -> Tls:
    """How the connection is protected. Mail to this machine needs no certificate."""
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    choice = asked.pop("starttls", None)
    if asked or choice not in {None, *_STARTTLS}:
        raise DoorError(Told("may hold only starttls=yes or starttls=no after the question mark"))
    if parts.scheme == "smtps":
        return Tls.FROM_START
    if secret:
        if choice == "no":
            raise DoorError(Told("a password is never sent in clear; remove starttls=no"))
        return Tls.REQUIRED
    if choice:
        return _STARTTLS[choice]
    return Tls.NEVER if parts.hostname in _LOOPBACK else Tls.IF_OFFERED

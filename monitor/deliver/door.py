"""From an address such as `smtp://user@host:587` or `file:outbox` to the door it names."""

from __future__ import annotations

import ssl
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.deliver.folder import FolderDoor
from monitor.deliver.smtp import Server, SmtpDoor, Timeouts, Tls
from monitor.errors import DeliveryError
from monitor.model import Mail, Receipt

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_STARTTLS = {"yes": Tls.REQUIRED, "no": Tls.NEVER}


class MailDoor(Protocol):
    """Open for the time of `async with`; one connection carries many mails."""

    async def send(self, mail: Mail) -> Receipt:
        """Return what became of one mail; DeliveryError when nothing can be sent at all."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def mail_door(
    url: str,
    password: str | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    timeouts: Timeouts | None = None,
) -> MailDoor:
    """Return the closed door that the address names; DeliveryError when it names none.

    `smtp://[user@]host[:port]` encrypts by STARTTLS when the server offers it. With a user or
    `?starttls=yes` it insists; with `?starttls=no`, or to this machine, it does not try.
    `smtps://` encrypts from the first byte. `file:DIRECTORY` writes one file per mail.
    """
    if url.startswith("file:"):
        return FolderDoor(Path(unquote(url.removeprefix("file:").removeprefix("//"))))
    return SmtpDoor(_server(url, password), tls=tls, timeouts=timeouts or Timeouts())


def _server(url: str, password: str | None) -> Server:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise _wrong(url, str(error)) from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise _wrong(url, "write smtp://user@host:587, smtps://user@host or file:DIRECTORY")
    if parts.password is not None:
        raise _wrong(url.replace(parts.password, "…"), "the password does not belong here")
    user = unquote(parts.username) if parts.username else None
    if (user is None) != (password is None):
        absent = "user name" if user is None else "password"
        raise _wrong(url, f"the {absent} is missing")
    tls = _tls(url, encrypted=parts.scheme == "smtps", secret=password is not None)
    default = {"smtps": 465}.get(parts.scheme, 587 if user else 25)
    return Server(parts.hostname, port or default, tls, user, password)


def _tls(url: str, *, encrypted: bool, secret: bool) -> Tls:
    """How the connection is protected. Mail to this machine needs no certificate."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    choice = asked.pop("starttls", None)
    if asked or choice not in {None, *_STARTTLS}:
        raise _wrong(url, "after the question mark only starttls=yes or starttls=no is known")
    if encrypted:
        return Tls.FROM_START
    if secret:
        if choice == "no":
            raise _wrong(url, "a password is never sent in clear; remove starttls=no")
        return Tls.REQUIRED
    if choice:
        return _STARTTLS[choice]
    return Tls.NEVER if parts.hostname in _LOOPBACK else Tls.IF_OFFERED


def _wrong(url: str, reason: str) -> DeliveryError:
    return DeliveryError(f"cannot send mail by {url!r}: {reason}", permanent=True)

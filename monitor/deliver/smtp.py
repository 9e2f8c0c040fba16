"""Mails to a mail server, step by step, so that the moment of a failure is known (RFC 5321)."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser
from enum import Enum
from types import TracebackType
from typing import Self

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from monitor.errors import DeliveryError
from monitor.model import Mail, MailState, Receipt

# Answers that speak of us, not of the recipient: authentication (RFC 4954), policy (RFC 3463, 3.8).
_OURS = {530, 534, 535, 538}
_POLICY = re.compile(r"^5\.7\.\d+")
# Connections that may be lost in a row before any mail got an answer.
_BARREN_LIMIT = 2
_LOST = (SMTPServerDisconnected, SMTPTimeoutError, OSError)


class Tls(Enum):
    """How a connection is encrypted."""

    NEVER = "never"
    IF_OFFERED = "if offered"
    REQUIRED = "required"
    FROM_START = "from start"


class Phase(Enum):
    """How far a mail had got, in words for a receipt."""

    SENDER = "before the envelope"
    RECIPIENT = "before the recipient was answered"
    CONTENT = "while the mail was handed over, it may have arrived"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for the server (RFC 5321, 4.5.3.2); `final`: after the dot ending a mail."""

    connect: float = 30
    command: float = 300
    final: float = 600


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


class SmtpDoor:
    """One connection for many mails; reopened when it is lost, given up when that does not help."""

    def __init__(self, server: Server, *, tls: ssl.SSLContext | None, timeouts: Timeouts) -> None:
        self._server = server
        self._timeouts = timeouts
        self._barren = 0
        self._smtp = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=timeouts.command,
            use_tls=server.tls is Tls.FROM_START,
            start_tls={Tls.IF_OFFERED: None, Tls.REQUIRED: True}.get(server.tls, False),
            tls_context=tls,
        )

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye; whether the server answers no longer matters."""
        try:
            if self._smtp.is_connected and error is None:
                await self._smtp.quit(timeout=self._timeouts.connect)
        except (SMTPException, OSError):
            pass
        finally:
            self._smtp.close()

    async def send(self, mail: Mail) -> Receipt:
        """Return what the server said about one mail.

        Raises DeliveryError when there is no connection to be had, or when it was lost twice
        without an answer.
        """
        await self._ready()
        phase = Phase.SENDER
        try:
            await self._smtp.mail(_sender(mail))
            phase = Phase.RECIPIENT
            await self._smtp.rcpt(_in_ascii(mail.recipient))
            phase = Phase.CONTENT
            answer = await self._smtp.data(mail.mime, timeout=self._timeouts.final)
        except SMTPResponseException as refusal:
            self._barren = 0
            return Receipt(verdict(refusal.code, refusal.message, phase), _reply(refusal))
        except _LOST as lost:
            self._barren += 1
            self._smtp.close()
            return Receipt(MailState.PENDING, f"connection lost {phase.value}: {lost}")
        except UnicodeError as error:
            return Receipt(MailState.REFUSED, f"{mail.recipient!r} is not a mail address: {error}")
        self._barren = 0
        return Receipt(MailState.ACCEPTED, _reply(answer))

    async def _ready(self) -> None:
        """Leave a connection with an empty envelope, an old one if it still answers."""
        try:
            await self._smtp.rset()
        except (SMTPException, OSError) as error:
            self._smtp.close()
            if self._barren >= _BARREN_LIMIT:
                told = f"{self._server} closes the connection again and again"
                raise DeliveryError(told) from error
            await self._connect()

    async def _connect(self) -> None:
        """Open, encrypt, log in, in this order: no password is said before it is encrypted."""
        try:
            await self._smtp.connect(timeout=self._timeouts.connect)
            if self._server.user is not None and self._server.password is not None:
                await self._smtp.login(self._server.user, self._server.password)
            await self._smtp.rset()  # says EHLO, if need be, and shows that commands are taken
        except (SMTPException, OSError) as error:
            self._smtp.close()
            raise _no_connection(self._server, error) from error


def verdict(code: int, text: str, phase: Phase) -> MailState:
    """Return whether a refusal is final for this recipient.

    What is temporary (4xx) is tried again; so is what the server holds against us rather than
    against the recipient, until somebody has put it right. A mail that is too big (552) stays so.
    """
    if not 500 <= code < 600 or code in _OURS or _POLICY.match(text):
        return MailState.PENDING
    if (phase is Phase.SENDER and code != 552) or (phase is Phase.CONTENT and code == 554):
        return MailState.PENDING
    return MailState.REFUSED


def _no_connection(server: Server, error: Exception) -> DeliveryError:
    """Say what stood between us and the server; permanent is what waiting does not mend."""
    cause = error.__cause__ or error
    if isinstance(error, SMTPAuthenticationError):
        told = f"{server} does not accept the user name and password: {_reply(error)}"
        return DeliveryError(told, permanent=error.code >= 500, reply=_reply(error))
    if isinstance(error, SMTPResponseException):
        told = f"{server} turns us away: {_reply(error)}"
        return DeliveryError(told, permanent=error.code >= 500, reply=_reply(error))
    if isinstance(cause, ssl.SSLCertVerificationError):
        told = f"the certificate of {server} is not to be trusted: {cause.verify_message}"
        return DeliveryError(told, permanent=True)
    refused = type(error) is SMTPException  # the server lacks STARTTLS or AUTH, and we insist
    return DeliveryError(f"cannot send mail through {server}: {error}", permanent=refused)


def _sender(mail: Mail) -> str:
    """The address that bounces go to: the one in From."""
    headers = BytesHeaderParser(policy=policy.default).parsebytes(mail.mime)
    return str(headers["From"].addresses[0].addr_spec)


def _in_ascii(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890); UnicodeError when it has no such form."""
    local, _, domain = address.rpartition("@")
    local.encode("ascii")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _reply(answer: SMTPResponse | SMTPResponseException) -> str:
    """The server's answer in one line of at most 500 characters."""
    text = f"{answer.code} {answer.message}".encode(errors="replace").decode()
    return " ".join(text.split())[:500]

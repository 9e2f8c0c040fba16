"""Mails to a mail server, step by step, so that the moment of a failure is known (RFC 5321)."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser
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

from monitor.deliver.address import Server, Tls
from monitor.deliver.verdict import Phase, verdict
from monitor.errors import DeliveryError
from monitor.model import Mail, MailState, Receipt
from monitor.text.address import AddressError, read_address

# Connections that may be lost in a row before any mail got an answer.
_BARREN_LIMIT = 2
_LOST = (SMTPServerDisconnected, SMTPTimeoutError, OSError)
_GO_AHEAD = 354
_LINE_OF_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for the server (RFC 5321, 4.5.3.2); `final`: after the dot ending a mail.

    No mail is begun once a conversation lasts longer than `session`.
    """

    connect: float = 60
    command: float = 300
    data: float = 120
    final: float = 600
    session: float = 1800


class SmtpDoor:
    """One connection for many mails; reopened when it is lost, given up when that does not help."""

    def __init__(self, server: Server, *, tls: ssl.SSLContext | None, timeouts: Timeouts) -> None:
        self._server = server
        self._timeouts = timeouts
        self._barren = 0
        self._end = 0.0
        self._smtp = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=timeouts.command,
            use_tls=server.tls is Tls.FROM_START,
            start_tls={Tls.IF_OFFERED: None, Tls.REQUIRED: True}.get(server.tls, False),
            tls_context=tls,
        )

    async def __aenter__(self) -> Self:
        self._end = asyncio.get_running_loop().time() + self._timeouts.session
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

        Raises DeliveryError when there is no connection to be had, when it was lost twice without
        an answer, or when the server is so slow that the rest has to wait.
        """
        try:
            sender, recipient = mail.sender or _from(mail), read_address(mail.recipient)
        except AddressError as error:
            return Receipt(MailState.REFUSED, f"{mail.recipient!r} is no mail address: it {error}")
        await self._ready()
        steps = (
            (Phase.SENDER, f"MAIL FROM:<{sender}>{self._size(mail)}"),
            (Phase.RECIPIENT, f"RCPT TO:<{recipient}>"),
        )
        phase = Phase.SENDER
        try:
            for phase, command in steps:
                answer = await self._say(command, self._timeouts.command)
                if not 200 <= answer.code < 300:
                    return self._receipt(answer, phase)
            phase = Phase.DATA
            answer = await self._say("DATA", self._timeouts.data)
            if answer.code != _GO_AHEAD:
                return self._receipt(answer, phase)
            phase = Phase.CONTENT
            return self._receipt(await self._hand_over(mail.mime), phase)
        except SMTPResponseException as nonsense:
            self._smtp.close()
            return self._receipt(SMTPResponse(nonsense.code, nonsense.message), phase)
        except _LOST as lost:
            self._barren += 1
            self._smtp.close()
            return Receipt(MailState.PENDING, f"connection lost {phase.value}: {lost}")

    # --- steps -----------------------------------------------------------------------------------

    async def _say(self, command: str, patience: float) -> SMTPResponse:
        answer = await self._smtp.execute_command(command.encode("ascii"), timeout=patience)
        self._refuse_chatter()
        return answer

    async def _hand_over(self, mime: bytes) -> SMTPResponse:
        """The text with its dots doubled (RFC 5321, 4.5.2), and the dot that ends it."""
        wire = self._smtp.protocol
        if wire is None:
            raise SMTPServerDisconnected("it was closed after DATA")
        ended = mime if mime.endswith(b"\r\n") else mime + b"\r\n"
        wire.write(_LINE_OF_DOT.sub(b"..", ended) + b".\r\n")
        answer = await wire.read_response(timeout=self._timeouts.final)
        self._refuse_chatter()
        return answer

    def _refuse_chatter(self) -> None:
        """Leave a server that says more than it was asked for.

        The library keeps what is left over and would take it for the answer to what is said next:
        to a mail, for instance, that was not yet handed over.
        """
        if self._smtp.protocol is not None and self._smtp.protocol._buffer:
            raise SMTPServerDisconnected("the server answers what it was not asked")

    def _receipt(self, answer: SMTPResponse, phase: Phase) -> Receipt:
        self._barren = 0
        if not 200 <= answer.code < 600 or 300 <= answer.code < 400:
            self._smtp.close()  # who knows what it is talking about
        return Receipt(verdict(answer.code, answer.message, phase), _reply(answer))

    def _size(self, mail: Mail) -> str:
        """How big the mail is, for a server that wants to know beforehand (RFC 1870)."""
        return f" SIZE={len(mail.mime)}" if self._smtp.supports_extension("size") else ""

    # --- the connection --------------------------------------------------------------------------

    async def _ready(self) -> None:
        """Leave a connection with an empty envelope, an old one if it still answers."""
        if asyncio.get_running_loop().time() > self._end:
            told = f"{self._server} takes its time, the rest is sent later"
            raise DeliveryError(told)
        try:
            await self._reset()
        except (SMTPException, OSError) as error:
            self._smtp.close()
            if self._barren >= _BARREN_LIMIT:
                told = f"{self._server} closes the connection again and again"
                raise DeliveryError(told) from error
            await self._connect()

    async def _reset(self) -> None:
        await self._smtp.rset(timeout=self._timeouts.command)
        self._refuse_chatter()

    async def _connect(self) -> None:
        """Open, encrypt, log in, in this order: no password is said before it is encrypted."""
        try:
            await self._smtp.connect(timeout=self._timeouts.connect)
            if self._server.user is not None and self._server.password is not None:
                await self._smtp.login(self._server.user, self._server.password)
            await self._reset()  # says EHLO, if need be, and shows that commands are taken
        except (SMTPException, OSError) as error:
            self._smtp.close()
            raise _no_connection(self._server, error) from error


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


def _from(mail: Mail) -> str:
    """The address in From: where bounces go when no other was named."""
    head, _, _ = mail.mime.partition(b"\r\n\r\n")  # the parser would go through the text, too
    headers = BytesHeaderParser(policy=policy.default).parsebytes(head)
    return str(headers["From"].addresses[0].addr_spec)


def _reply(answer: SMTPResponse | SMTPResponseException) -> str:
    """The server's answer in one line of at most 500 characters."""
    text = f"{answer.code} {answer.message}".encode(errors="replace").decode()
    return " ".join(text.split())[:500]

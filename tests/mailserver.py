"""Mail servers on this machine for tests: aiosmtpd, and one that answers by script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.deliver import MailDoor, mail_door
from monitor.deliver.smtp import Timeouts
from monitor.model import Mail, Receipt
from monitor.render import Rendered, compose
from tests.digests import CUTOFF

QUICK = Timeouts(connect=5, command=5, final=5)
BODY = "Über Deserteure.\n.\n..\n. and a dot\n"


def a_mail(recipient: str = "a@example.org", number: int = 1) -> Mail:
    message_id = f"<{number}@example.org>"
    mime = compose(
        Rendered("Über", BODY, "<p>Über</p>", "de"),
        message_id=message_id,
        date=CUTOFF,
        sender="Monitor <monitor@example.org>",
        recipient="team@example.org",
        list_id="campaign",
        list_name="Kampagne",
    )
    return Mail("campaign", recipient, message_id, mime, CUTOFF)


async def sent(door: MailDoor, *mails: Mail) -> list[Receipt]:
    async with door:
        return [await door.send(mail) for mail in mails]


def states(receipts: list[Receipt]) -> list[str]:
    return [receipt.state.value for receipt in receipts]


class Mailbox:
    """What a proper mail server was told; `answers` are its words on recipients."""

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        self.answers = answers or {}
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 (the name that aiosmtpd calls)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.envelopes.append(envelope)
        return "250 queued as 1"


@asynccontextmanager
async def mail_server(mailbox: Mailbox, **options: Any) -> AsyncIterator[int]:
    """Run an aiosmtpd server for a while; gives its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="mx.example", loop=loop, **options), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


GREETING = "220 mx.example"
FINE = {
    "EHLO": "250 mx.example",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}


@asynccontextmanager
async def odd_server(
    *scripts: Mapping[str, str], kept: list[tuple[str, bytes]] | None = None
) -> AsyncIterator[tuple[int, list[str]]]:
    """Run a server that answers by script, one per connection, the last for all others.

    A script maps a line, or its first word, to an answer; «drop» closes, alone or after an answer,
    «mute» says nothing, `.` is the end of a mail. Gives the port and the words that it hears. Mails
    that came to their end, whatever was said then, are `kept` with their recipient.
    """
    heard: list[str] = []
    talks: list[asyncio.Task[None] | None] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = (
            {"greet": GREETING, "DATA": "354 go", ".": "250 queued"}
            | FINE
            | dict(scripts[min(len(talks), len(scripts) - 1)])
        )
        talks.append(asyncio.current_task())
        word = said = "greet"
        recipient = ""
        while True:
            answer = script.get(said, script.get(word, "502 what?"))
            if answer not in {"drop", "mute"}:
                writer.write(answer.removesuffix("drop").encode(errors="surrogateescape") + b"\r\n")
            if answer.endswith("drop"):
                break
            line = await reader.readline()
            if answer.startswith("354"):
                text = b""
                while line not in {b".\r\n", b""}:
                    text += line.removeprefix(b".")
                    line = await reader.readline()
                if line and kept is not None:
                    kept.append((recipient, text))
            if not line:
                break
            said = line.decode(errors="replace").strip()
            word = (said.split() or [""])[0].upper()
            recipient = said[9:-1] if word == "RCPT" else recipient
            heard.append(word)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await asyncio.gather(*filter(None, talks))


def door_to(port: int, **options: Any) -> MailDoor:
    return mail_door(f"smtp://127.0.0.1:{port}", timeouts=QUICK, **options)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(test())

"""What every answer of a mail server makes of three mails, from the outbox and back into it.

Each row of the matrix is a server's behaviour, and what becomes of the mails to a, b and c. Then
the server recovers: each mail that was not refused arrives, with the bytes of the first attempt.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.deliver import mail_door
from monitor.deliver.smtp import Timeouts
from monitor.errors import DeliveryError
from monitor.model import Mail, MailState
from monitor.pipeline import Delivered, deliver_pending
from monitor.store import Filing, Store
from tests.digests import CUTOFF
from tests.mailserver import QUICK, a_mail, mail_server, odd_server, run, sent
from tests.mailserver import Mailbox as Server

NAMES = "abc"
FIVE_MINUTES, LONG, SECOND = timedelta(minutes=5), timedelta(minutes=67), timedelta(seconds=1)
# Short enough for a test where the server is mute, long enough for a busy machine elsewhere.
IMPATIENT = Timeouts(connect=0.3, command=0.3, data=0.3, final=0.3)


@dataclass
class Outbox:
    """Three mails in a store, and how they are delivered."""

    store: Store
    kept: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.digests.meet(["campaign"], CUTOFF)
        mails = [a_mail(f"{name}@example.org") for name in NAMES]
        assert self.store.digests.file(Filing("campaign", CUTOFF, "digest", 0), mails)
        self.first = {mail.recipient: mail.mime for mail in mails}

    async def deliver(
        self,
        port: int,
        after: timedelta = timedelta(0),
        timeouts: Timeouts = QUICK,
        options: str = "",
    ) -> Delivered:
        return await deliver_pending(
            self.store,
            lambda: mail_door(f"smtp://127.0.0.1:{port}{options}", timeouts=timeouts),
            lambda: CUTOFF + after,
        )

    def fates(self) -> str:
        """For each mail: accepted, refused, again (in five minutes) or later (in 67)."""
        refused = {row.mail.recipient for row in self.store.outbox.refused(CUTOFF)}
        waiting = {mail.recipient: self.pause(mail.recipient) for mail in self.store.outbox.due()}
        words = {FIVE_MINUTES: "again", LONG: "later"}
        addresses = [f"{name}@example.org" for name in NAMES]
        return " ".join(
            "refused" if to in refused else words[waiting[to]] if to in waiting else "accepted"
            for to in addresses
        )

    def pause(self, recipient: str, after: timedelta = timedelta(0)) -> timedelta:
        """How long the mail waits, in minutes."""
        return next(
            timedelta(minutes=minutes)
            for minutes in range(1, 1441)
            if recipient
            in {
                m.recipient
                for m in self.store.outbox.due(CUTOFF + after + timedelta(minutes=minutes))
            }
        )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once."""
    file = tmp_path_factory.mktemp("empty") / "m.sqlite3"
    with Store.open(f"sqlite:///{file}"):
        return file


@pytest.fixture
def outbox(empty: Path, tmp_path: Path) -> Iterator[Outbox]:
    copy = shutil.copy(empty, tmp_path / "m.sqlite3")
    with Store.open(f"sqlite:///{copy}") as store:
        yield Outbox(store)


Script = Mapping[str, str]
B = "RCPT TO:<b@example.org>"
ALL = "{0} {0} {0}".format
OFFERS = "250-mx.example\r\n250-SIZE {}\r\n250 8BITMIME"


# What the server does; what becomes of the three mails; which of them it heard out without our
# hearing that it accepts them.
MATRIX: dict[str, tuple[Script, str, str]] = {
    # --- the banner
    "banner 421": ({"greet": "421 busy"}, ALL("again"), ""),
    "banner 450": ({"greet": "450 not now"}, ALL("again"), ""),
    "banner 554": ({"greet": "554 go away"}, ALL("later"), ""),
    "banner drop": ({"greet": "drop"}, ALL("again"), ""),
    "banner mute": ({"greet": "mute"}, ALL("again"), ""),
    "banner HTTP": ({"greet": "HTTP/1.1 400 Bad Request"}, ALL("again"), ""),
    "banner endless": ({"greet": "220-hello\r\n" * 9000 + "220 hello"}, ALL("again"), ""),
    "banner of several lines": ({"greet": "220-mx\r\n220-is\r\n220 here"}, ALL("accepted"), ""),
    "banner and more": ({"greet": "220 mx.example\r\n250 mx.example"}, ALL("again"), ""),
    # --- EHLO
    "EHLO 421": ({"EHLO": "421 busy", "HELO": "421 busy"}, ALL("again"), ""),
    "EHLO 500, HELO 250": ({"EHLO": "500 what?", "HELO": "250 hello"}, ALL("accepted"), ""),
    "EHLO and HELO 550": ({"EHLO": "550 not you", "HELO": "550 not you"}, ALL("later"), ""),
    "EHLO drop": ({"EHLO": "drop"}, ALL("again"), ""),
    "EHLO mute": ({"EHLO": "mute"}, ALL("again"), ""),
    "EHLO nonsense": ({"EHLO": "hello", "HELO": "hello"}, ALL("again"), ""),
    # --- RSET
    "RSET 421": ({"RSET": "421 closing, drop"}, ALL("again"), ""),
    "RSET 500": ({"RSET": "500 what?"}, ALL("later"), ""),
    "RSET drop": ({"RSET": "drop"}, ALL("again"), ""),
    # --- MAIL
    "MAIL 421": ({"MAIL": "421 closing, drop"}, ALL("again"), ""),
    "MAIL 451": ({"MAIL": "451 later"}, ALL("again"), ""),
    "MAIL 452": ({"MAIL": "452 4.3.1 disk full"}, ALL("again"), ""),
    "MAIL 501": ({"MAIL": "501 5.1.7 bad sender"}, ALL("later"), ""),
    "MAIL 503": ({"MAIL": "503 bad sequence"}, ALL("later"), ""),
    "MAIL 530": ({"MAIL": "530 5.7.0 must authenticate"}, ALL("later"), ""),
    "MAIL 550": ({"MAIL": "550 5.7.515 unauthenticated"}, ALL("later"), ""),
    "MAIL 552": ({"MAIL": "552 5.3.4 too big"}, ALL("refused"), ""),
    "MAIL drop": ({"MAIL": "drop"}, ALL("again"), ""),
    "MAIL mute": ({"MAIL": "mute"}, ALL("again"), ""),
    "MAIL nonsense": ({"MAIL": "fine with me"}, ALL("again"), ""),
    "MAIL 250 twice": ({"MAIL": "250 OK\r\n250 OK"}, ALL("again"), ""),
    "MAIL 200": ({"MAIL": "200 fine"}, ALL("accepted"), ""),
    "SIZE too small": ({"EHLO": OFFERS.format(9), "MAIL": "552 5.3.4 9 at most"}, ALL("refused"), ""),
    "SIZE big enough": ({"EHLO": OFFERS.format(10**7)}, ALL("accepted"), ""),
    "SIZE unlimited": ({"EHLO": "250-mx.example\r\n250 SIZE"}, ALL("accepted"), ""),
    "SMTPUTF8 offered": ({"EHLO": "250-mx.example\r\n250 SMTPUTF8"}, ALL("accepted"), ""),
    "no extension at all": ({"EHLO": "250 mx.example"}, ALL("accepted"), ""),
    # --- RCPT, for one of three and for all
    "RCPT 421, one": ({B: "421 closing, drop"}, "accepted again accepted", ""),
    "RCPT 450 greylisted, one": ({B: "450 4.2.0 greylisted"}, "accepted again accepted", ""),
    "RCPT 451, one": ({B: "451 later"}, "accepted again accepted", ""),
    "RCPT 452 too many, one": ({B: "452 4.5.3 too many"}, "accepted again accepted", ""),
    "RCPT 552 too many, one": ({B: "552 too many"}, "accepted later accepted", ""),
    "RCPT 501, one": ({B: "501 5.1.3 bad address"}, "accepted refused accepted", ""),
    "RCPT 503, one": ({B: "503 MAIL first"}, "accepted later accepted", ""),
    "RCPT 521, one": ({B: "521 takes no mail"}, "accepted refused accepted", ""),
    "RCPT 550, one": ({B: "550 5.1.1 no such user"}, "accepted refused accepted", ""),
    "RCPT 550 bare, one": ({B: "550 no"}, "accepted refused accepted", ""),
    "RCPT 550 5.4.4, one": ({B: "550 5.4.4 no route"}, "accepted later accepted", ""),
    "RCPT 550 5.7.1, one": ({B: "550 5.7.1 not from you"}, "accepted later accepted", ""),
    "RCPT 552 5.2.2, one": ({B: "552 5.2.2 mailbox full"}, "accepted later accepted", ""),
    "RCPT 553, one": ({B: "553 no mailbox"}, "accepted refused accepted", ""),
    "RCPT 554, one": ({B: "554 5.1.1 no"}, "accepted refused accepted", ""),
    "RCPT 556, one": ({B: "556 5.1.10 null MX"}, "accepted refused accepted", ""),
    "RCPT drop, one": ({B: "drop"}, "accepted again accepted", ""),
    "RCPT mute, one": ({B: "mute"}, "accepted again accepted", ""),
    "RCPT nonsense, one": ({B: "whatever"}, "accepted again accepted", ""),
    "RCPT of two lines, one": ({B: "550-5.1.1 no\r\n550 5.1.1 user"}, "accepted refused accepted", ""),
    "RCPT of two codes, one": ({B: "250-OK\r\n550 5.1.1 no user"}, "accepted refused accepted", ""),
    "RCPT and more, one": ({B: "250 OK\r\n354 go\r\n250 queued"}, "accepted again accepted", ""),
    "RCPT 450, all": ({"RCPT": "450 greylisted"}, ALL("again"), ""),
    "RCPT 550, all": ({"RCPT": "550 5.1.1 no such user"}, ALL("refused"), ""),
    "RCPT 251": ({"RCPT": "251 forwarded"}, ALL("accepted"), ""),
    "RCPT 252": ({"RCPT": "252 who knows"}, ALL("accepted"), ""),
    # --- DATA
    "DATA 421": ({"DATA": "421 closing, drop"}, ALL("again"), ""),
    "DATA 451": ({"DATA": "451 later"}, ALL("again"), ""),
    "DATA 503": ({"DATA": "503 RCPT first"}, ALL("later"), ""),
    "DATA 554": ({"DATA": "554 no valid recipients"}, ALL("later"), ""),
    "DATA 250": ({"DATA": "250 OK"}, ALL("again"), ""),
    "DATA drop": ({"DATA": "drop"}, ALL("again"), ""),
    "DATA mute": ({"DATA": "mute"}, ALL("again"), ""),
    # Taken for the answer to the text, the second line would lose the mail.
    "DATA and more": ({"DATA": "354 go\r\n250 queued", ".": "451 later"}, ALL("again"), ""),
    # --- the final dot
    "dot 421": ({".": "421 closing, drop"}, ALL("again"), "abc"),
    "dot 451": ({".": "451 later"}, ALL("again"), "abc"),
    "dot 452": ({".": "452 4.3.1 disk full"}, ALL("again"), "abc"),
    "dot 550 5.1.1": ({".": "550 5.1.1 no such user"}, ALL("refused"), "abc"),
    "dot 550": ({".": "550 looks like spam"}, ALL("later"), "abc"),
    "dot 552": ({".": "552 5.3.4 too big"}, ALL("refused"), "abc"),
    "dot 552 5.2.2": ({".": "552 5.2.2 mailbox full"}, ALL("later"), "abc"),
    "dot 554": ({".": "554 5.7.1 spam"}, ALL("later"), "abc"),
    "dot 251": ({".": "251 queued elsewhere"}, ALL("accepted"), ""),
    "dot of two lines": ({".": "250-OK\r\n250 queued"}, ALL("accepted"), ""),
    "dot nonsense": ({".": "thanks"}, ALL("again"), "abc"),
    "dot drop": ({".": "drop"}, ALL("again"), "ab"),
    "dot mute": ({".": "mute"}, ALL("again"), "ab"),
    "dot 250, then drop": ({".": "250 queued, drop"}, ALL("accepted"), ""),
    # --- QUIT
    "QUIT 421": ({"QUIT": "421 closing"}, ALL("accepted"), ""),
    "QUIT 500": ({"QUIT": "500 what?"}, ALL("accepted"), ""),
    "QUIT drop": ({"QUIT": "drop"}, ALL("accepted"), ""),
    "QUIT mute": ({"QUIT": "mute"}, ALL("accepted"), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", MATRIX)
def test_every_behaviour_of_a_server_has_its_consequence_and_loses_nothing(
    case: str, outbox: Outbox
) -> None:
    script, expected, heard_out = MATRIX[case]
    fates = dict(zip(NAMES, expected.split(), strict=True))
    count = Counter(fates.values())
    kept = outbox.kept

    async def test() -> None:
        timeouts = IMPATIENT if "mute" in str(script) else QUICK
        async with odd_server(script, kept=kept) as (port, _):
            delivered = await outbox.deliver(port, timeouts=timeouts)
        assert outbox.fates() == expected
        assert delivered == Delivered(
            count["accepted"], count["again"] + count["later"], count["refused"]
        )
        async with odd_server({}, kept=kept) as (port, _):
            await outbox.deliver(port, timedelta(hours=2))
        assert outbox.store.outbox.due() == ()

    run(test)
    # A copy for each acceptance, and one where the text was heard out but not accepted, or not so
    # that we heard it.
    assert Counter(to[0] for to, _ in kept) == Counter(
        [name for name, fate in fates.items() if fate != "refused"] + list(heard_out)
    )
    assert all(outbox.first[to] == text for to, text in kept)
    assert {message_from_bytes(text)["Message-ID"] for _, text in kept} <= {"<1@example.org>"}


def test_a_greylisted_mail_waits_alone_and_arrives_at_the_second_attempt(outbox: Outbox) -> None:
    kept = outbox.kept

    async def test() -> None:
        async with odd_server({B: "450 4.2.0 greylisted"}, {}, kept=kept) as (port, heard):
            await outbox.deliver(port)
            assert await outbox.deliver(port, FIVE_MINUTES - SECOND) == Delivered()
            assert await outbox.deliver(port, FIVE_MINUTES) == Delivered(sent=1)
        assert heard.count("MAIL") == 4
        assert [to for to, _ in kept] == [f"{name}@example.org" for name in "acb"]

    run(test)


@pytest.mark.parametrize(
    ("script", "minutes"),
    [
        ({"RCPT": "451 later"}, [5, 10, 20, 40, 67, 67]),
        # A text that is refused is not offered again and again.
        ({".": "554 5.7.1 spam"}, [67, 134, 268, 536, 1072, 1440, 1440]),
    ],
)
def test_pauses_grow(script: Script, minutes: list[int], outbox: Outbox) -> None:
    async def test() -> None:
        at, pauses = timedelta(0), []
        async with odd_server(script) as (port, _):
            for _ in minutes:
                await outbox.deliver(port, at)
                pauses.append(outbox.pause("a@example.org", at))
                at += pauses[-1]
        assert [pause // timedelta(minutes=1) for pause in pauses] == minutes

    run(test)


def test_a_slow_server_is_heard_out_but_begins_nothing_after_its_time(outbox: Outbox) -> None:
    async def test() -> None:
        async with odd_server({}, kept=outbox.kept) as (port, _):
            timeouts = Timeouts(session=-1)
            assert await outbox.deliver(port, timeouts=timeouts) == Delivered(retry=3)
        assert outbox.fates() == ALL("again")
        assert outbox.kept == []

    run(test)


def test_one_byte_at_a_time_does_not_hold_the_door_for_ever() -> None:
    async def test() -> None:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while not reader.at_eof():
                    writer.write(b"2")
                    await writer.drain()
                    await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.02)
            except ConnectionError:
                pass
            writer.close()

        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            door = mail_door(f"smtp://127.0.0.1:{port}", timeouts=IMPATIENT)
            with pytest.raises(DeliveryError, match="cannot send mail") as caught:
                async with asyncio.timeout(5):
                    await sent(door, a_mail())
            assert not caught.value.permanent

    run(test)


def test_a_recipient_that_is_no_address_is_refused_and_nothing_of_it_is_said(
    outbox: Outbox,
) -> None:
    hostile = "a@e.org>\r\nRCPT TO:<evil@example.org", "", "Name <a@e.org>", "jürgen@example.org"

    async def test() -> None:
        server = Server()
        async with mail_server(server, enable_SMTPUTF8=True) as port:
            door = mail_door(f"smtp://127.0.0.1:{port}", timeouts=QUICK)
            receipts = await sent(door, *map(a_mail, hostile), a_mail())
        assert [r.state for r in receipts] == [MailState.REFUSED] * 4 + [MailState.ACCEPTED]
        assert [envelope.rcpt_tos for envelope in server.envelopes] == [["a@example.org"]]

    run(test)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    phase=st.sampled_from(["greet", "EHLO", "RSET", "MAIL", "RCPT", "DATA", "."]),
    reply=st.one_of(
        st.binary(min_size=1, max_size=60),
        st.builds(
            lambda code, text: b"%d %s" % (code, text), st.integers(0, 999), st.binary(max_size=40)
        ),
    ),
)
def test_whatever_is_answered_no_mail_is_taken_for_accepted_by_mistake(
    phase: str, reply: bytes
) -> None:
    answer = reply.decode(errors="surrogateescape")
    kept: list[tuple[str, bytes]] = []

    async def test() -> None:
        async with odd_server({phase: answer}, {}, kept=kept) as (port, _):
            door = mail_door(f"smtp://127.0.0.1:{port}", timeouts=IMPATIENT)
            try:
                receipts = await sent(door, a_mail(), a_mail("b@example.org"))
            except DeliveryError:
                return
        accepted = [r for r in receipts if r.state is MailState.ACCEPTED]
        assert len(accepted) <= len(kept)

    run(test)


# --- encryption ----------------------------------------------------------------------------------


STARTTLS = "250-mx.example\r\n250 STARTTLS"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({}, "later"),  # not offered
        ({"EHLO": STARTTLS, "STARTTLS": "454 not now"}, "again"),
        ({"EHLO": STARTTLS, "STARTTLS": "501 what?"}, "later"),
        ({"EHLO": STARTTLS, "STARTTLS": "drop"}, "again"),
        ({"EHLO": STARTTLS, "STARTTLS": "mute"}, "again"),
        ({"EHLO": STARTTLS, "STARTTLS": "220 go\r\n250 OK"}, "again"),  # no TLS comes
        ({"EHLO": STARTTLS, "STARTTLS": "220 go, drop"}, "again"),
    ],
)
def test_without_the_encryption_asked_for_nothing_is_said(
    script: Script, expected: str, outbox: Outbox
) -> None:
    async def test() -> None:
        async with odd_server(script) as (port, heard):
            await outbox.deliver(port, timeouts=IMPATIENT, options="?starttls=yes")
        assert outbox.fates() == ALL(expected)
        assert not {"MAIL", "AUTH", "RCPT", "DATA"} & set(heard)

    run(test)


def certified(folder: Path, host: str) -> ssl.SSLContext:
    """What a server of this name uses; the certificate is `folder`/cert.pem."""
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN={host} -addext subjectAltName=DNS:{host} "
        f"-keyout {folder}/key.pem -out {folder}/cert.pem"
    )
    try:
        subprocess.run(command.split(), check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl command to make a certificate")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("elsewhere.example", True)])
def test_a_certificate_of_nobody_or_of_another_host_closes_the_door(
    host: str, trusted: bool, outbox: Outbox, tmp_path: Path
) -> None:
    async def test() -> None:
        server = Server()
        async with mail_server(server, tls_context=certified(tmp_path, host)) as port:
            cafile = str(tmp_path / "cert.pem") if trusted else None
            client = ssl.create_default_context(cafile=cafile)
            await deliver_pending(
                outbox.store,
                lambda: mail_door(
                    f"smtp://localhost:{port}?starttls=yes", tls=client, timeouts=QUICK
                ),
                lambda: CUTOFF,
            )
        assert outbox.fates() == ALL("later")
        assert server.envelopes == []

    run(test)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("535 5.7.8 wrong password", "later"),
        ("454 4.7.0 not now", "again"),
        ("421 busy", "again"),
        ("drop", "again"),
        ("nonsense", "again"),
        ("504 5.5.4 unknown mechanism", "later"),
    ],
)
def test_a_password_that_is_not_taken_is_not_tried_often(
    answer: str, expected: str, outbox: Outbox, tmp_path: Path
) -> None:
    context = certified(tmp_path, "localhost")
    tries: list[str] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx.example\r\n")
        while line := await reader.readline():
            word = line.split()[0].decode()
            if word == "AUTH":
                tries.append(line.split()[1].decode())
                if answer == "drop":
                    break
            replies = {"EHLO": "250-mx\r\n250 AUTH PLAIN", "AUTH": answer}
            writer.write(replies.get(word, "250 OK").encode() + b"\r\n")
        writer.close()

    async def test() -> None:
        server = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
            await deliver_pending(
                outbox.store,
                lambda: mail_door(
                    f"smtps://user@localhost:{port}", "secret", tls=trust, timeouts=QUICK
                ),
                lambda: CUTOFF,
            )
        assert outbox.fates() == ALL(expected)
        assert tries == ["PLAIN"]

    run(test)


def test_the_envelope_can_name_another_address_for_bounces() -> None:
    async def test() -> None:
        server = Server()
        async with mail_server(server) as port:
            mail = a_mail()
            named = Mail(
                mail.list_id, mail.recipient, mail.message_id, mail.mime, mail.created_at,
                sender="bounces+1@example.org",
            )  # fmt: skip
            await sent(mail_door(f"smtp://127.0.0.1:{port}", timeouts=QUICK), named, mail)
        senders = [envelope.mail_from for envelope in server.envelopes]
        assert senders == ["bounces+1@example.org", "monitor@example.org"]

    run(test)

"""Mails over real connections on this machine: an aiosmtpd server, and a server with odd answers."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from monitor.deliver import mail_door
from monitor.deliver.verdict import Phase, verdict
from monitor.errors import DeliveryError
from monitor.model import MailState, Receipt
from tests.mailserver import (
    BODY,
    QUICK,
    Mailbox,
    a_mail,
    door_to,
    mail_server,
    odd_server,
    run,
    sent,
    states,
)

# --- a proper server -----------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_composed() -> None:
    async def test() -> None:
        mailbox = Mailbox()
        async with mail_server(mailbox) as port:
            receipts = await sent(door_to(port), a_mail())
        assert receipts == [Receipt(MailState.ACCEPTED, "250 queued as 1")]
        (envelope,) = mailbox.envelopes
        assert (envelope.mail_from, envelope.rcpt_tos) == ("monitor@example.org", ["a@example.org"])
        assert envelope.content == a_mail().mime
        body = message_from_bytes(a_mail().mime, policy=policy.default).get_body(("plain",))
        assert body is not None
        assert body.get_content().replace("\r\n", "\n") == BODY

    run(test)


def test_a_refused_recipient_holds_up_nobody() -> None:
    async def test() -> None:
        mailbox = Mailbox({"b@example.org": "550 5.1.1 no such user", "c@example.org": "450 later"})
        async with mail_server(mailbox) as port:
            mails = [a_mail(f"{name}@example.org") for name in "abcd"]
            receipts = await sent(door_to(port), *mails)
        assert states(receipts) == ["accepted", "refused", "pending", "accepted"]
        assert receipts[1].reply == "550 5.1.1 no such user"
        assert [e.rcpt_tos for e in mailbox.envelopes] == [["a@example.org"], ["d@example.org"]]

    run(test)


def test_a_domain_with_umlauts_is_sent_in_ascii_and_a_name_with_umlauts_refused() -> None:
    async def test() -> None:
        mailbox = Mailbox()
        async with mail_server(mailbox) as port:
            mails = a_mail("a@bürger.example"), a_mail("jürgen@example.org"), a_mail()
            receipts = await sent(door_to(port), *mails)
        assert states(receipts) == ["accepted", "refused", "accepted"]
        assert mailbox.envelopes[0].rcpt_tos == ["a@xn--brger-kva.example"]

    run(test)


# --- a server with odd answers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "state", "reply"),
    [
        ({"MAIL": "451 try later"}, "pending", "451 try later"),
        ({"MAIL": "550 5.1.8 bad sender"}, "pending", "550 5.1.8 bad sender"),
        ({"MAIL": "552 5.3.4 too big"}, "refused", "552 5.3.4 too big"),
        ({"MAIL": "530 5.7.0 authentication required"}, "pending", "530"),
        ({"RCPT": "550 5.7.1 not from you"}, "pending", "550 5.7.1"),
        ({"RCPT": "553 no such mailbox"}, "refused", "553 no such mailbox"),
        ({"RCPT": "251 forwarded"}, "accepted", "250 queued"),
        ({"RCPT": "421 closing"}, "pending", "421 closing"),
        ({"DATA": "451 later"}, "pending", "451 later"),
        ({".": "451 later"}, "pending", "451 later"),
        ({".": "554 5.7.1 spam"}, "pending", "554 5.7.1 spam"),
        ({".": "554 looks like spam"}, "pending", "554 looks like spam"),
        ({".": "550 5.1.1 no such user"}, "refused", "550"),
        ({".": "drop"}, "pending", "connection lost while the mail was handed over"),
        ({"DATA": "drop"}, "pending", "connection lost before the text was handed over"),
        ({"RCPT": "drop"}, "pending", "connection lost before the recipient"),
        ({"MAIL": "drop"}, "pending", "connection lost before the envelope"),
        ({"RCPT": "nonsense"}, "pending", ""),
        ({"QUIT": "drop"}, "accepted", "250 queued"),
        ({"EHLO": "500 what?", "HELO": "250 hello"}, "accepted", "250 queued"),
        ({"RCPT": "550-5.1.1 no\r\n550 such user"}, "refused", "550 5.1.1 no such user"),
    ],
)
def test_every_answer_has_its_consequence(
    script: Mapping[str, str], state: str, reply: str
) -> None:
    async def test() -> None:
        async with odd_server(script) as (port, _):
            (receipt,) = await sent(door_to(port), a_mail())
        assert receipt.state.value == state
        assert receipt.reply.startswith(reply)

    run(test)


def test_silence_after_the_final_dot_leaves_the_mail_pending() -> None:
    async def test() -> None:
        async with odd_server({".": "mute"}) as (port, _):
            door = mail_door(f"smtp://127.0.0.1:{port}", timeouts=replace(QUICK, final=0.05))
            (receipt,) = await sent(door, a_mail())
        assert receipt.state is MailState.PENDING
        assert "it may have arrived" in receipt.reply

    run(test)


def test_a_lost_connection_is_reopened_for_the_remaining_mails() -> None:
    async def test() -> None:
        async with odd_server({".": "drop"}, {}) as (port, heard):
            receipts = await sent(door_to(port), *(a_mail(number=n) for n in range(3)))
        assert states(receipts) == ["pending", "accepted", "accepted"]
        assert heard.count("EHLO") == 2

    run(test)


def test_a_connection_that_went_stale_costs_no_mail() -> None:
    async def test() -> None:
        async with odd_server({".": "250 queued, the last one, drop"}, {}) as (port, heard):
            receipts = await sent(door_to(port), a_mail(), a_mail(), a_mail())
        assert states(receipts) == ["accepted"] * 3
        assert heard.count("EHLO") == 2

    run(test)


def test_a_server_that_always_hangs_up_is_given_up() -> None:
    async def test() -> None:
        async with odd_server({"MAIL": "drop"}) as (port, _), door_to(port) as door:
            assert states([await door.send(a_mail()), await door.send(a_mail())]) == ["pending"] * 2
            with pytest.raises(DeliveryError, match="again and again") as caught:
                await door.send(a_mail())
        assert not caught.value.permanent

    run(test)


@pytest.mark.parametrize(
    ("script", "message", "permanent"),
    [
        ({"greet": "421 busy"}, "421 busy", False),
        ({"greet": "554 go away"}, "554 go away", True),
        ({"greet": "drop"}, "cannot send mail through 127.0.0.1", False),
        ({"greet": "HTTP/1.1 400 Bad Request"}, "Malformed", False),
        ({"EHLO": "421 busy", "HELO": "421 busy"}, "421 busy", False),
    ],
)
def test_without_a_connection_nothing_is_sent(
    script: Mapping[str, str], message: str, permanent: bool
) -> None:
    async def test() -> None:
        async with odd_server(script) as (port, heard):
            with pytest.raises(DeliveryError, match=message) as caught:
                await sent(door_to(port), a_mail())
        assert caught.value.permanent is permanent
        assert "MAIL" not in heard

    run(test)


def test_a_server_that_is_not_there_is_named() -> None:
    async def test() -> None:
        async with odd_server({}) as (port, _):
            pass
        with pytest.raises(DeliveryError, match=f"127.0.0.1:{port}") as caught:
            await sent(door_to(port), a_mail())
        assert not caught.value.permanent

    run(test)


def test_what_a_refusal_means_depends_on_whom_it_speaks_of() -> None:
    assert verdict(550, "5.1.1 no such user", Phase.RECIPIENT) is MailState.REFUSED
    assert verdict(550, "5.7.26 unauthenticated", Phase.CONTENT) is MailState.PENDING
    assert verdict(-1, "nonsense", Phase.RECIPIENT) is MailState.PENDING


# --- encryption and passwords --------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody trusts, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        f"/CN=localhost -addext subjectAltName=DNS:localhost -keyout {key} -out {cert}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return cert, key


def for_server(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


def log_in(server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
    return AuthResult(
        success=(data.login, data.password) == (b"us er", "gehe%im:ü".encode()), handled=False
    )


def test_a_password_is_said_over_starttls(certificate: tuple[Path, Path]) -> None:
    async def test() -> None:
        options = {"tls_context": for_server(certificate), "authenticator": log_in}
        async with mail_server(Mailbox(), **options, auth_required=True) as port:
            url = f"smtp://us%20er@localhost:{port}"
            trust: dict[str, Any] = {"tls": trusting(certificate), "timeouts": QUICK}
            assert states(await sent(mail_door(url, "gehe%im:ü", **trust), a_mail())) == [
                "accepted"
            ]
            with pytest.raises(DeliveryError, match="user name and password: 535") as caught:
                await sent(mail_door(url, "wrong", **trust), a_mail())
            assert caught.value.permanent

    run(test)


def test_a_password_is_never_said_in_clear() -> None:
    async def test() -> None:
        offer = {"EHLO": "250-mx.example\r\n250 AUTH PLAIN LOGIN", "AUTH": "235 thanks"}
        async with odd_server(offer) as (port, heard):
            door = mail_door(f"smtp://user@127.0.0.1:{port}", "secret", timeouts=QUICK)
            with pytest.raises(DeliveryError, match="STARTTLS") as caught:
                await sent(door, a_mail())
        assert caught.value.permanent
        assert "AUTH" not in heard

    run(test)


def test_starttls_that_fails_sends_nothing() -> None:
    async def test() -> None:
        offer = {"EHLO": "250-mx.example\r\n250 STARTTLS", "STARTTLS": "454 not now"}
        async with odd_server(offer) as (port, heard):
            door = mail_door(f"smtp://127.0.0.1:{port}?starttls=yes", timeouts=QUICK)
            with pytest.raises(DeliveryError, match="454 not now") as caught:
                await sent(door, a_mail())
        assert not caught.value.permanent
        assert "MAIL" not in heard

    run(test)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: tuple[Path, Path], scheme: str
) -> None:
    async def test() -> None:
        mailbox = Mailbox()
        query = "?starttls=yes" if scheme == "smtp" else ""
        server = (
            tls_server(mailbox, certificate)
            if scheme == "smtps"
            else mail_server(mailbox, tls_context=for_server(certificate))
        )
        async with server as port:
            url = f"{scheme}://localhost:{port}{query}"
            with pytest.raises(DeliveryError, match="certificate of localhost") as caught:
                await sent(mail_door(url, timeouts=QUICK), a_mail())
            assert caught.value.permanent
            door = mail_door(url, tls=trusting(certificate), timeouts=QUICK)
            assert states(await sent(door, a_mail())) == ["accepted"]
        assert len(mailbox.envelopes) == 1

    run(test)


@asynccontextmanager
async def tls_server(mailbox: Mailbox, certificate: tuple[Path, Path]) -> AsyncIterator[int]:
    """Run a server that is encrypted from the first byte; gives its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="mx.example", loop=loop),
        "127.0.0.1",
        0,
        ssl=for_server(certificate),
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    ("url", "password", "reason"),
    [
        ("smtp://user@host?starttls=no", "p", "never sent in clear"),
        ("smtp://user@host", None, "there is no password"),
        ("smtp://host", "p", "names no user"),
        ("smtp://user:secret@host", "p", "must not hold the password"),
        ("smtp://user:secret@host:x", "p", "the port must be a number"),
        ("smtp://host?tls=1", None, "only starttls=yes or starttls=no"),
        ("smtp://host:port", None, "cannot send mail"),
        ("smtp://", None, "must name a mail server"),
        ("http://host", None, "must be smtp://"),
        ("outbox", None, "must be smtp://"),
        ("file:", None, "must name a directory"),
    ],
)
def test_an_address_that_names_no_door_is_told_apart(
    url: str, password: str | None, reason: str
) -> None:
    with pytest.raises(DeliveryError, match=reason) as caught:
        mail_door(url, password)
    assert caught.value.permanent
    assert "secret" not in str(caught.value)


# --- files ---------------------------------------------------------------------------------------


def test_a_folder_gets_one_file_per_mail_and_a_retry_none(tmp_path: Path) -> None:
    async def test() -> None:
        folder = tmp_path / "not yet there" / "outbox"
        mails = a_mail(), a_mail("b@example.org"), a_mail(number=2), a_mail()
        receipts = await sent(mail_door(f"file:{folder}"), *mails)
        assert states(receipts) == ["accepted"] * 4
        files = sorted(folder.iterdir())
        assert len(files) == 3
        assert {file.read_bytes() for file in files} == {mail.mime for mail in mails}
        assert files[0].name.startswith("20261122T060000Z-campaign-")
        assert files[0].name.endswith("-a@example.org.eml")

    run(test)


def test_a_hostile_recipient_does_not_leave_the_folder(tmp_path: Path) -> None:
    async def test() -> None:
        mail = replace(a_mail("../../../" + "x" * 300 + "@e.org"), list_id="../..")
        (receipt,) = await sent(mail_door(f"file://{tmp_path}/outbox"), mail)
        assert receipt.state is MailState.ACCEPTED

    run(test)
    assert [path.name for path in tmp_path.iterdir()] == ["outbox"]
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_an_error_in_words(tmp_path: Path) -> None:
    async def test() -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(DeliveryError, match="cannot write") as caught:
            await sent(mail_door(f"file:{tmp_path}/file"), a_mail())
        assert not caught.value.permanent

    run(test)

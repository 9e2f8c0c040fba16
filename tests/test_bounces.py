"""Mails that come back: which reports count, whom they pause, and that nobody else can pause."""

from __future__ import annotations

import asyncio
import json
import mailbox
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor.bounce import Severity, is_dead, read_report, return_path, signed_mail
from monitor.cli import looking, returning
from monitor.cli.app import app
from monitor.daemon import Daemon, Plan
from monitor.deliver import mail_door
from monitor.errors import MailboxError
from monitor.inbox import letters
from monitor.match import compile_vocabulary
from monitor.model import Mail, MailState, Receipt, Vocabulary
from monitor.notify import Notifier
from monitor.pipeline import Bounced, Returns, deliver_pending, take_bounces
from monitor.store import Filing, Retention, Store
from tests.digests import CUTOFF
from tests.mailserver import QUICK, a_mail, mail_server, run
from tests.mailserver import Mailbox as Server
from tests.story import News, feed, source, story, text_of, world
from tests.test_daemon import Systemd, in_loop
from tests.test_keeping import YAML

COMMANDS = (looking, returning)  # they add their commands to `app` when imported
DAY = timedelta(days=1)
PATTERN = "bounces+*@example.org"
KEY = b"k" * 32
A = "a@example.org"


def dsn(
    message_id: str = "<1@example.org>",
    *,
    to: str = "monitor@example.org",
    recipient: str = A,
    action: str = "failed",
    status: str = "5.1.1",
    returned: str = "message/rfc822",
) -> bytes:
    """A report as mail servers write it."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="BB"

--BB
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--BB
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 23 Nov 2026 07:00:00 +0000

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: no such user

--BB
Content-Type: {returned}

From: monitor@example.org
To: {recipient}
Message-ID: {message_id}
Subject: Digest

--BB--
""".replace("\n", "\r\n").encode()


def severities(letter: bytes) -> list[str]:
    report = read_report(letter)
    return [failure.severity.value for failure in report.failures] if report else ["none"]


# --- what a letter is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", ["hard"]),
        ("Failed", "5.0.0", ["hard"]),
        ("failed", "5.2.1 (disabled)", ["hard"]),
        ("failed", "5.1.10", ["hard"]),
        ("failed", "5.4.4", ["soft"]),
        ("failed", "5.7.1", ["soft"]),
        ("failed", "5.7.515", ["soft"]),
        ("failed", "5.2.2", ["soft"]),
        ("failed", "5.3.4", ["soft"]),
        ("failed", "4.4.7", ["soft"]),
        ("delayed", "4.4.1", ["soft"]),
        ("delivered", "2.0.0", []),
        ("relayed", "2.0.0", []),
        ("expanded", "2.0.0", []),
        ("failed", "nonsense", []),
        ("failed", "", []),
        ("", "5.1.1", []),
    ],
)
def test_what_a_report_means(action: str, status: str, expected: list[str]) -> None:
    assert severities(dsn(action=action, status=status)) == expected


@pytest.mark.parametrize(
    "returned", ["message/rfc822", "text/rfc822-headers", "text/rfc822-headers; charset=us-ascii"]
)
def test_the_mail_is_found_whole_or_by_its_headers(returned: str) -> None:
    report = read_report(dsn("<x.y@example.org>", returned=returned))
    assert report is not None
    assert report.message_id == "<x.y@example.org>"
    assert report.failures[0].names == (A, A)


def test_absence_notes_and_answers_are_no_reports() -> None:
    absence = EmailMessage()
    absence["From"], absence["To"] = A, "monitor@example.org"
    absence["Auto-Submitted"] = "auto-replied"
    absence["In-Reply-To"] = "<1@example.org>"
    absence.set_content("5.1.1 I am away. Status: 5.1.1\nFinal-Recipient: rfc822; a@example.org")
    assert read_report(absence.as_bytes()) is None
    read = dsn().replace(b"report-type=delivery-status", b"report-type=disposition-notification")
    assert read_report(read) is None
    assert read_report(b"") is None


@given(st.binary(max_size=400), st.integers(0, 600), st.integers(0, 40))
def test_no_letter_is_too_strange_to_be_read(strange: bytes, at: int, cut: int) -> None:
    letter = dsn()
    read_report(strange)
    read_report(letter[:at] + strange + letter[at + cut :])


def test_a_letter_within_a_letter_within_a_letter_is_no_report() -> None:
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 20_000
    assert read_report(nested) is None
    read_report(dsn(returned="message/rfc822").replace(b"Message-ID", nested + b"Message-ID"))


# --- whose letter it is --------------------------------------------------------------------------


def test_only_our_own_mark_is_believed() -> None:
    address = return_path(PATTERN, 17, KEY)
    assert address.startswith("bounces+17-")
    assert len(address.partition("@")[0]) <= 64
    assert signed_mail([address.upper(), "x@y"], PATTERN, KEY) == 17
    assert signed_mail([address], PATTERN, b"other") is None
    assert signed_mail([address.replace("+17-", "+18-")], PATTERN, KEY) is None
    assert signed_mail(["bounces+17-0000000000000000@example.org"], PATTERN, KEY) is None
    assert signed_mail(["bounces+@example.org", "", "bounces+17@example.org"], PATTERN, KEY) is None
    assert return_path("bounces@example.org", 17, KEY) == "bounces@example.org"
    assert signed_mail(["bounces@example.org"], "bounces@example.org", KEY) is None


def test_two_within_seven_days_are_too_many() -> None:
    assert not is_dead([])
    assert not is_dead([CUTOFF])
    assert not is_dead([CUTOFF, CUTOFF + 8 * DAY])
    assert is_dead([CUTOFF, CUTOFF + 7 * DAY + timedelta(seconds=40)])
    assert is_dead([CUTOFF + 30 * DAY, CUTOFF, CUTOFF + 31 * DAY])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two mails, of two days, to a and to b; both were accepted by the mail server."""
    with Store.open(f"sqlite:///{tmp_path / 'm.sqlite3'}") as opened:
        opened.digests.meet(["campaign"], CUTOFF)
        for number in (1, 2):
            at = CUTOFF - (9 - number) * DAY
            mails = [replace(a_mail(f"{name}@example.org", number), created_at=at) for name in "ab"]
            assert opened.digests.file(Filing("campaign", at, "digest", 0), mails)
            for mail in opened.outbox.due():
                opened.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250 ok"), at, None)
        yield opened


def take(store: Store, *found: bytes, pattern: str | None = PATTERN) -> Bounced:
    return take_bounces(store, found, pattern, CUTOFF + 5 * DAY)


def signed(store: Store, mail: int) -> str:
    return return_path(PATTERN, mail, store.bounces.key())


def test_two_reports_pause_the_recipient_and_nobody_else(store: Store) -> None:
    assert take(store, dsn()) == Bounced(new=1, hard=1)
    assert store.bounces.paused() == ()
    assert take(store, dsn(), dsn("<2@example.org>")) == Bounced(new=1, hard=2, paused=(A,))
    (pause,) = store.bounces.paused()
    assert (pause.recipient, pause.since) == (A, CUTOFF + 5 * DAY)
    assert pause.reason == "5.1.1 smtp; 550 5.1.1 <a@example.org>: no such user"


def test_one_mail_that_comes_back_twice_is_one(store: Store) -> None:
    again = dsn().replace(b"I'm sorry", b"Once more")
    take(store, dsn(), again)
    take(store, dsn(), again)
    assert store.bounces.paused() == ()


def test_soft_reports_are_counted_and_pause_nobody(store: Store) -> None:
    for status in ("4.2.2", "5.4.4", "5.7.1"):
        take(store, dsn(status=status), dsn("<2@example.org>", status=status))
    assert {each.severity for each in store.bounces.all()} == {Severity.SOFT}
    assert store.bounces.paused() == ()


def test_a_signed_address_needs_neither_returned_headers_nor_the_same_recipient(
    store: Store,
) -> None:
    reports = [
        dsn("<?>", to=f"Bounces <{signed(store, mail)}>", recipient="forwarded@elsewhere.example")
        for mail in (1, 3)
    ]
    assert take(store, *reports).paused == (A,)


@pytest.mark.parametrize(
    "forge",
    [
        lambda store: dsn("<unknown@example.org>"),
        lambda store: dsn("<?>", to="bounces+1-0123456789abcdef@example.org"),
        lambda store: dsn("<?>", to=signed(store, 1).replace("+1-", "+3-")),
        lambda store: dsn("<?>", to=signed(store, 99)),
        lambda store: dsn(recipient="c@example.org"),
        lambda store: dsn("<1@example.org>x", recipient="*"),
        lambda store: dsn("' OR 1=1 --"),
    ],
)
def test_a_forged_report_does_nothing(forge: object, store: Store) -> None:
    assert callable(forge)
    assert take(store, forge(store), forge(store)) == Bounced(unknown=2)
    assert store.bounces.all() == ()


def test_nobody_guesses_the_message_id_of_a_mail(tmp_path: Path) -> None:
    """List, time and domain are no secret; the key of the database is."""
    keys = set()
    for name in "xy":
        with Store.open(f"sqlite:///{tmp_path / name}.sqlite3") as opened:
            keys.add(opened.bounces.key())
        with Store.open(f"sqlite:///{tmp_path / name}.sqlite3") as opened:
            assert opened.bounces.key() in keys
    assert len(keys) == 2
    assert {len(key) for key in keys} == {32}


def test_a_resumed_recipient_is_not_paused_again_by_old_reports(store: Store) -> None:
    box = [dsn(), dsn("<2@example.org>")]
    take(store, *box)
    assert store.bounces.resume("A@Example.org", CUTOFF + 6 * DAY)
    assert not store.bounces.resume(A, CUTOFF + 6 * DAY)
    assert take(store, *box).paused == ()
    for number in (7, 8):
        at = CUTOFF + number * DAY
        mail = replace(a_mail(A, number), created_at=at)
        assert store.digests.file(Filing("campaign", at, "digest", 0), [mail])
        box.append(dsn(f"<{number}@example.org>"))
    assert take(store, *box[:3]).paused == ()
    assert take(store, *box).paused == (A,)


def test_reports_are_forgotten_with_the_addresses_of_their_mails(store: Store) -> None:
    take(store, dsn())
    assert len(store.bounces.all()) == 1
    store.upkeep.prune(CUTOFF + 60 * DAY, Retention())
    assert store.bounces.all() == ()
    assert take(store, dsn(), dsn("<2@example.org>")) == Bounced(unknown=2)


def test_what_the_envelope_names_is_what_a_report_is_sent_to(store: Store) -> None:
    async def test() -> None:
        server = Server()
        at = CUTOFF + 3 * DAY
        store.digests.file(
            Filing("campaign", at, "digest", 0), [a_mail(A, 3), a_mail("b@e.org", 3)]
        )
        async with mail_server(server) as port:
            await deliver_pending(
                store,
                lambda: mail_door(f"smtp://127.0.0.1:{port}", timeouts=QUICK),
                lambda: at,
                bounces_to=PATTERN,
            )
        first, second = (envelope.mail_from or "" for envelope in server.envelopes)
        assert first != second
        assert message_from_bytes(server.envelopes[0].content or b"")["From"].endswith(  # type: ignore[arg-type]
            "<monitor@example.org>"
        )
        assert take(store, dsn("<?>", to=first)) == Bounced(new=1, hard=1)
        assert store.bounces.all()[0].recipient == A

    run(test)


# --- mailboxes -----------------------------------------------------------------------------------


def a_maildir(folder: Path, *found: bytes) -> Path:
    box = mailbox.Maildir(folder / "bounces")
    for letter in found:
        box.add(letter)
    return folder / "bounces"


def an_mbox(folder: Path, *found: bytes) -> Path:
    box = mailbox.mbox(folder / "bounces.mbox")
    for letter in found:
        box.add(letter.replace(b"\r\n", b"\n"))
    box.close()
    return folder / "bounces.mbox"


@pytest.mark.parametrize("make", [a_maildir, an_mbox])
def test_a_maildir_and_an_mbox_are_read_and_left_as_they_are(
    make: type, store: Store, tmp_path: Path
) -> None:
    box = make(tmp_path, dsn(), b"Subject: hello\r\n\r\nhello\r\n", dsn("<2@example.org>"))
    before = sorted((str(file), file.stat().st_size) for file in [box, *box.rglob("*")])
    assert take(store, *letters(box)) == Bounced(new=2, hard=2, others=1, paused=(A,))
    assert before == sorted((str(file), file.stat().st_size) for file in [box, *box.rglob("*")])


def test_what_is_no_mailbox_is_named(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="there is no"):
        list(letters(tmp_path / "nowhere"))
    with pytest.raises(MailboxError, match="no Maildir"):
        list(letters(tmp_path))


# --- the whole of it -----------------------------------------------------------------------------

OLD = News("Haushalt beschlossen")
FEED = source("news", "feed", "/news.xml")


def deserters(number: int) -> News:
    return News(f"Deserteure, Meldung {number}")


@story
async def test_what_the_only_recipient_missed_is_mailed_once_resumed(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        news = [OLD]
        await w.day({"/news.xml": feed(*news)})
        for number in (1, 2):
            news.insert(0, deserters(number))
            await w.day({"/news.xml": feed(*news)})
        sent = [mail["Message-ID"] for mail in w.mails()]
        box = [dsn(message_id, recipient="team@example.org") for message_id in sent]
        assert take_bounces(w.store, box, None, w.now).paused == ("team@example.org",)
        for number in (3, 4):
            news.insert(0, deserters(number))
            await w.day({"/news.xml": feed(*news)})
        assert len(w.mails()) == 2
        (told,) = [mail for mail in w.mails("ops") if "team@example.org" in text_of(mail)]
        assert "bounces --resume team@example.org" in text_of(told)
        assert "(team)" in text_of(told)
        w.store.bounces.resume("team@example.org", w.now)
        await w.day()
        assert len(w.mails()) == 3
        assert [w.told(deserters(n).title) for n in (1, 2, 3, 4)] == [1, 1, 1, 1]


@story
async def test_the_others_of_a_list_get_their_mails(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        both = replace(w.office.lists[0], to=("team@example.org", "other@example.org"))
        w.office = replace(w.office, lists=(both, *w.office.lists[1:]))
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(deserters(1), OLD)})
        await w.day({"/news.xml": feed(deserters(2), deserters(1), OLD)})
        ids = {mail["Message-ID"] for mail in w.mails()}
        box = [dsn(message_id, recipient="team@example.org") for message_id in ids]
        take_bounces(w.store, box, None, w.now)
        await w.day({"/news.xml": feed(deserters(3), deserters(2), deserters(1), OLD)})
        assert [mail["To"] for mail in w.mails() if deserters(3).title in text_of(mail)] == [
            "other@example.org"
        ]


@in_loop
async def test_the_service_reads_the_mailbox_by_itself(tmp_path: Path) -> None:
    box = a_maildir(tmp_path, dsn(), dsn("<2@example.org>"))
    async with world(tmp_path) as w:
        w.store.digests.meet(["campaign"], CUTOFF)
        for number in (1, 2):
            at = CUTOFF + number * DAY
            mail = Mail("campaign", A, f"<{number}@example.org>", b"x", at)
            w.store.digests.file(Filing("campaign", at, "digest", 0), [mail])
        rules = compile_vocabulary(Vocabulary({}, {}))
        systemd = Systemd(tmp_path / "notify")
        daemon = Daemon(
            Plan((), rules, replace(w.office, lists=())),
            store=w.store,
            fetch=w.fetcher.fetch,
            door=lambda: mail_door(f"file:{tmp_path / 'out'}"),
            reload=lambda: Plan((), rules, w.office),
            now=lambda: datetime.now(UTC),
            notifier=Notifier(systemd.environ),
            tick=timedelta(milliseconds=50),
            returns=Returns(None, lambda: letters(box)),
        )
        running = asyncio.create_task(daemon.run())
        while not w.store.bounces.paused():
            await systemd.hears("WATCHDOG=1")
        os.kill(os.getpid(), signal.SIGTERM)
        await running
        systemd.close()
        assert [each.recipient for each in w.store.bounces.paused()] == [A]


@in_loop
async def test_a_mailbox_that_is_gone_does_not_end_the_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with world(tmp_path) as w:
        systemd = Systemd(tmp_path / "notify")
        plan = Plan((), compile_vocabulary(Vocabulary({}, {})), replace(w.office, lists=()))
        daemon = Daemon(
            plan,
            store=w.store,
            fetch=w.fetcher.fetch,
            door=lambda: mail_door(f"file:{tmp_path / 'out'}"),
            reload=lambda: plan,
            now=lambda: datetime.now(UTC),
            notifier=Notifier(systemd.environ),
            tick=timedelta(milliseconds=50),
            returns=Returns(None, lambda: letters(tmp_path / "nowhere")),
        )
        running = asyncio.create_task(daemon.run())
        for _ in range(5):
            await systemd.hears("WATCHDOG=1")
        os.kill(os.getpid(), signal.SIGTERM)
        await running
        systemd.close()
    said = capsys.readouterr()
    assert "bounces cannot be read" in said.out + said.err


def test_the_command_shows_pauses_and_ends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    monkeypatch.chdir(tmp_path)
    box = a_maildir(tmp_path, dsn(), dsn("<2@example.org>"))
    monkeypatch.setenv("MONITOR_MAIL_BOUNCES", str(box))
    monkeypatch.setenv("MONITOR_DATABASE", f"sqlite:///{tmp_path / 'm.sqlite3'}")
    (tmp_path / "sources.yaml").write_text(YAML, encoding="utf-8")

    def said(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    first = json.loads(said("bounces", "--json"))
    assert first["read"] == {
        "new": 2, "hard": 2, "soft": 0, "unknown": 0, "others": 0, "paused": [A]
    }  # fmt: skip
    assert [pause["recipient"] for pause in first["paused"]] == [A]
    assert first["recipients"] == [{"recipient": A, "hard": 2, "soft": 0}]
    assert f"{A} gets nothing since" in said("bounces")
    assert json.loads(said("status", "--json"))["paused"][0]["recipient"] == A
    assert f"{A} gets nothing since" in said("status")
    assert json.loads(said("bounces", "--resume", A, "--json"))["paused"] == []
    again = CliRunner().invoke(app, ["bounces", "--resume", A])
    assert again.exit_code == 2
    assert "is not paused" in again.output

"""Mails to a real Postfix on loopback, with STARTTLS, and the reports that it really writes.

Needs root and Debian's package `postfix`; an instance of its own is started, in a folder of its
own, and stopped again. The system's instance, if there is one, is left alone.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest

from monitor.bounce import read_report
from monitor.deliver import mail_door
from monitor.inbox import letters
from monitor.model import Mail
from monitor.pipeline import Bounced, Delivered, deliver_pending, take_bounces
from monitor.store import Filing, Store
from tests.digests import CUTOFF
from tests.mailserver import QUICK, a_mail, run
from tests.test_mail_matrix import certified

POSTFIX = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PATIENCE = 30
BOUNCES_TO = "bounces+*@monitor.example"

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = localhost
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
recipient_delimiter = +
message_size_limit = 20000
smtputf8_enable = yes
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access,
    permit_mynetworks, reject_unauth_destination
virtual_mailbox_domains = reader.example, monitor.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{folder}/transport
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{far} inet n - n - - smtpd
  -o smtpd_tls_security_level=none -o myhostname=far.example
  -o {{ smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/far, reject }}
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""
MAILBOXES = """\
team@reader.example team/
grey@reader.example grey/
bounces@monitor.example bounces/
"""
ACCESS = """\
refused@reader.example 550 5.1.1 no such user
grey@reader.example 450 4.2.0 greylisted, come back later
"""
# Taken from us, and then refused by the next server: the report is Postfix's own.
FAR = """\
team@gone.example 550 5.1.1 mailbox does not exist
team@policy.example 550 5.7.1 blocked by policy
team@full.example 552 5.2.2 mailbox full
"""


@dataclass
class Postfix:
    """A running instance; `mail` holds a Maildir per mailbox."""

    folder: Path
    port: int

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    def order(self, command: str) -> None:
        told = subprocess.run(
            [str(POSTFIX), "-c", str(self.folder / "etc"), command],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr

    def texts(self, mailbox: str) -> list[bytes]:
        return [file.read_bytes() for file in sorted((self.mail / mailbox / "new").glob("*"))]

    async def until(self, happened: Callable[[], object]) -> None:
        """Look until another process did its work."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not happened():  # files of another process give no event
                    await asyncio.wait([asyncio.create_task(asyncio.sleep(0.05))])
        except TimeoutError:
            pytest.fail((self.folder / "log").read_text(errors="replace")[-3000:])


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    if POSTFIX is None:
        pytest.skip("needs Postfix: apt install postfix")
    if os.geteuid() != 0:
        pytest.skip("needs root: Postfix starts as root, and drops its rights itself")
    folder = Path(tempfile.mkdtemp(prefix="policy-monitor-postfix-"))
    started = Postfix(folder, free_port())
    try:
        set_up(started)
        started.order("start")
        yield started
    finally:
        subprocess.run(
            [POSTFIX, "-c", str(folder / "etc"), "stop"], capture_output=True, check=False
        )
        shutil.rmtree(folder, ignore_errors=True)


def set_up(postfix: Postfix) -> None:
    folder, user = postfix.folder, pwd.getpwnam("postfix")
    folder.chmod(0o755)
    certified(folder, "localhost")
    values = {
        "folder": folder,
        "uid": user.pw_uid,
        "gid": user.pw_gid,
        "port": postfix.port,
        "far": free_port(),
    }
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    (folder / "etc" / "main.cf").write_text(MAIN.format(**values))
    (folder / "etc" / "master.cf").write_text(MASTER.format(**values))
    (folder / "mailboxes").write_text(MAILBOXES)
    (folder / "access").write_text(ACCESS)
    (folder / "far").write_text(FAR)
    hop = f"smtp:[127.0.0.1]:{values['far']}"
    (folder / "transport").write_text(
        "".join(f"{name}.example {hop}\n" for name in ("gone", "policy", "full"))
    )
    for name in ("data", "mail"):
        os.chown(folder / name, user.pw_uid, user.pw_gid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Sender:
    """A store, and a door to the Postfix."""

    def __init__(self, postfix: Postfix, store: Store) -> None:
        self.postfix = postfix
        self.store = store
        store.digests.meet(["campaign"], CUTOFF)

    def file(self, number: int, *recipients: str) -> tuple[Mail, ...]:
        at = CUTOFF + timedelta(days=number)
        mails = [replace(a_mail(each, number), created_at=at) for each in recipients]
        assert self.store.digests.file(Filing("campaign", at, "digest", 0), mails)
        return self.store.outbox.due()

    async def deliver(self, after: timedelta) -> Delivered:
        trust = ssl.create_default_context(cafile=str(self.postfix.folder / "cert.pem"))
        url = f"smtp://localhost:{self.postfix.port}?starttls=yes"
        return await deliver_pending(
            self.store,
            lambda: mail_door(url, tls=trust, timeouts=QUICK),
            lambda: CUTOFF + after,
            bounces_to=BOUNCES_TO,
        )

    def take(self) -> Bounced:
        box = self.postfix.mail / "bounces"
        return take_bounces(self.store, letters(box), BOUNCES_TO, CUTOFF + timedelta(days=9))


@pytest.fixture
def sender(postfix: Postfix, tmp_path: Path) -> Iterator[Sender]:
    with Store.open(f"sqlite:///{tmp_path / 'm.sqlite3'}") as store:
        shutil.rmtree(postfix.mail / "bounces", ignore_errors=True)
        yield Sender(postfix, store)


def test_postfix_delivers_refuses_and_greylists_each_for_itself(sender: Sender) -> None:
    postfix = sender.postfix

    async def test() -> None:
        mails = sender.file(
            1, "team@reader.example", "refused@reader.example", "grey@reader.example"
        )
        assert await sender.deliver(timedelta(days=1)) == Delivered(sent=1, retry=1, failed=1)
        (waiting,) = sender.store.outbox.due()
        assert (waiting.recipient, waiting.mime) == ("grey@reader.example", mails[2].mime)
        (refused,) = sender.store.outbox.refused(CUTOFF)
        assert "5.1.1" in (refused.reply or "")
        (postfix.folder / "access").write_text("")
        postfix.order("reload")
        later = timedelta(days=1, minutes=5)
        await postfix.until(lambda: listens(postfix.port))
        assert await sender.deliver(later) == Delivered(sent=1)
        await postfix.until(lambda: postfix.texts("team") and postfix.texts("grey"))

    run(test)
    for name in ("team", "grey"):
        (text,) = postfix.texts(name)
        got = message_from_bytes(text, policy=policy.default)
        assert got["Message-ID"] == "<1@example.org>"
        assert "with ESMTPS" in str(got["Received"])
        assert body(text) == body(a_mail(number=1).mime)
        assert got["Return-Path"].startswith("<bounces+")


def test_postfix_says_that_a_mail_is_too_big_before_it_is_sent(sender: Sender) -> None:
    async def test() -> None:
        mail = a_mail("team@reader.example", 5)
        big = replace(mail, mime=mail.mime + b"x" * 70 + b"\r\n" * 20_000)
        sender.store.digests.file(Filing("campaign", CUTOFF, "digest", 0), [big])
        assert await sender.deliver(timedelta(0)) == Delivered(failed=1)
        (refused,) = sender.store.outbox.refused(CUTOFF)
        assert (refused.reply or "").startswith("552 5.3.4")

    run(test)


def test_the_reports_of_postfix_pause_who_is_gone_and_only_those(sender: Sender) -> None:
    gone = "team@gone.example"
    recipients = (gone, "team@policy.example", "team@full.example", "team@reader.example")

    async def test() -> None:
        for number in (1, 2):
            sender.file(number, *recipients)
            assert await sender.deliver(timedelta(days=number)) == Delivered(sent=4)
            await sender.postfix.until(partial(came_back, sender.postfix, 3 * number))
            assert bool(sender.take().paused) == (number == 2)

    run(test)
    found = sender.take()
    assert (found.hard, found.soft, found.unknown, found.others) == (2, 4, 0, 0)
    assert [pause.recipient for pause in sender.store.bounces.paused()] == [gone]
    (pause,) = sender.store.bounces.paused()
    assert "mailbox does not exist" in pause.reason
    reports = [read_report(text) for text in sender.postfix.texts("bounces")]
    assert {report.message_id for report in reports if report} == {
        "<1@example.org>",
        "<2@example.org>",
    }


def came_back(postfix: Postfix, number: int) -> bool:
    return len(postfix.texts("bounces")) >= number


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def body(text: bytes) -> bytes:
    """What follows the headers, whatever the line ends."""
    return text.replace(b"\r\n", b"\n").partition(b"\n\n")[2].rstrip(b"\n")

"""What the machine runs out of: files, readers of the log, room to forget in, a log of its own."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import which

import pytest

from monitor.deliver import mail_door
from monitor.errors import ExtractError, StoreError
from monitor.model import MailState, Receipt
from monitor.pipeline import Door
from monitor.reader import Apart
from monitor.store import Store, back_up
from tests.small_disk import FULL, MONITOR, as_root, on_a_small_disk
from tests.story import News, feed, source, story, world
from tests.test_daemon import Service, a_plan, a_source, in_loop
from tests.test_daemon import feed as a_feed
from tests.test_reader import converse, tells
from tests.test_store import a_filing, a_mail, met, with_alerts
from tests.test_time_and_disk import folder, said
from tests.web import web

__all__ = ["folder"]  # a fixture
COURT = source("court", "feed", "/news.xml")
OLD, NEWS = News("Haushalt beschlossen"), News("Deserteure erhalten Schutz")


# --- files (case 139) ----------------------------------------------------------------------------


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open nothing more."""
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


def test_without_files_for_a_reader_an_answer_is_trouble_and_the_next_is_read() -> None:
    async def play() -> object:
        async with Apart() as reader:
            with no_more_files(), pytest.raises(ExtractError, match="of open files"):
                await converse(reader, tells)
            return await converse(reader, tells)

    assert asyncio.run(play())


# --- the log and the standard streams (case 140) -------------------------------------------------


@contextmanager
def ready(folder: Path, *shell: str, **streams: int) -> Iterator[subprocess.Popen[bytes]]:
    """The service as a process that has been told to be ready; it ends well, its database whole."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.settimeout(60)
        service = subprocess.Popen(
            [*shell, sys.executable, "-m", "monitor", "run"],
            cwd=folder,
            env={
                "PYTHONPATH": str(Path(__file__).parents[1]),
                "NOTIFY_SOCKET": str(folder / "notify"),
            },
            **streams,  # type: ignore[call-overload]
        )
        try:
            assert systemd.recv(4096).startswith(b"READY=1")
            assert systemd.recv(4096) == b"WATCHDOG=1"
            yield service
            service.send_signal(signal.SIGTERM)
            assert service.wait(timeout=30) == 0
        finally:
            service.kill()
            service.wait()
    with closing(sqlite3.connect(folder / "state" / "policy-monitor.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_service_goes_on_when_nobody_reads_its_log(folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with ready(folder, stdin=subprocess.DEVNULL, stdout=write, stderr=write):
        os.close(write)


def test_where_a_standard_stream_was_closed_no_database_comes_to_lie(folder: Path) -> None:
    """What a library or a browser writes to standard error would be written into it."""
    closed = ("/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")
    with ready(folder, *closed) as service:
        streams = [Path(f"/proc/{service.pid}/fd/{number}").readlink() for number in range(3)]
        assert streams == [Path("/dev/null")] * 3


# --- time (case 126) -----------------------------------------------------------------------------


@in_loop
async def test_what_lasts_longer_than_a_tick_is_not_begun_again(tmp_path: Path) -> None:
    opened: list[None] = []
    may_go_on = asyncio.Event()

    @asynccontextmanager
    async def slow_door() -> AsyncIterator[Door]:
        opened.append(None)
        await may_go_on.wait()
        async with mail_door(f"file:{tmp_path / 'mails'}") as door:
            yield door

    async with web({"/feed.xml": a_feed("Haushalt")}) as site:
        plan = a_plan(a_source(site))
        async with Service(tmp_path, plan, door=slow_door) as service:
            await service.until(lambda: service.checks() >= 1)
            site.pages["/feed.xml"] = a_feed("Deserteur", "Haushalt")
            await service.until(lambda: opened)
            seen = service.checks()
            await service.until(lambda: service.checks() >= seen + 5)
            assert len(opened) == 1
            may_go_on.set()
            await service.until(service.mails)


# --- the database (cases 132 and 135) ------------------------------------------------------------


@as_root
def test_nothing_is_forgotten_by_halves_on_a_full_disk(folder: Path) -> None:
    """Case 132: forgetting needs room itself; it says so, and is done once there is some."""
    old = datetime(2020, 1, 1, tzinfo=UTC)
    with Store.open(f"sqlite:///{folder}/state/policy-monitor.db") as store:
        met(store, "team", at=old)
        store.digests.file(a_filing(cutoff=old), [a_mail()])
        (mail,) = store.outbox.due()
        store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250 ok"), old, None)
    ran = on_a_small_disk(
        folder,
        f"{FULL}; {MONITOR} prune; status=$?; rm /mnt/filler; {MONITOR} prune; exit $status",
    )
    assert "disk of" in said(ran)
    assert "1 digests removed" in ran.stdout


@story
async def test_without_its_log_a_database_is_an_older_one_and_all_is_found_again(
    tmp_path: Path,
) -> None:
    """Case 135: what stood in the log alone is as if it had not been, and is news again."""
    async with world(tmp_path, COURT) as w:
        await w.day({"/news.xml": feed(OLD)})
        file = tmp_path / "monitor.db"
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        checked = (await w.check({"/news.xml": feed(NEWS, OLD)}))["court"]
        assert len(checked.alerts) == 1
        copy = tmp_path / "without-log.sqlite3"
        copy.write_bytes(file.read_bytes())
        with Store.open(f"sqlite:///{copy}") as w.store:
            assert w.store.upkeep.damage() is None
            assert w.store.history.alerts() == ()
            await w.day({"/news.xml": feed(NEWS, OLD)})
            assert w.told(NEWS.title) == 1


# --- copies of a server (decision 13) ------------------------------------------------------------


@pytest.mark.skipif(not (which("pg_dump") and which("pg_restore")), reason="no pg_dump here")
def test_a_server_is_copied_and_put_back_by_its_own_tools(
    postgres_url: str, tmp_path: Path
) -> None:
    with Store.open(postgres_url) as store:
        before = with_alerts(store, "a", "b")
    with pytest.raises(StoreError, match="pg_dump"):
        back_up(postgres_url, tmp_path / "copy.db")
    server, _, schema = postgres_url.partition("?options=-csearch_path%3D")
    server = server.replace("+psycopg", "")
    copy = str(tmp_path / "copy.dump")
    run = partial(subprocess.run, check=True, capture_output=True)
    run(["pg_dump", "--format=custom", f"--schema={schema}", f"--file={copy}", server])
    with Store.open(postgres_url) as store:
        with_alerts(store, "c", checks=2)
    run(
        [
            *("pg_restore", "--clean", "--if-exists", "--single-transaction"),
            *(f"--dbname={server}", copy),
        ]
    )
    with Store.open(postgres_url) as store:
        assert sorted(alert.id or 0 for alert in store.history.alerts()) == sorted(before)

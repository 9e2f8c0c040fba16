"""Clocks that jump, weeks of downtime, and disks that are full, read-only, missing or damaged."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.due import parse_schedule
from monitor.store import Store
from tests.small_disk import FULL, MONITOR, as_root, on_a_small_disk
from tests.story import OPS, TEAM, News, World, feed, source, story, world
from tests.test_commands import LISTS, YAML, Ran

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COURT = source("court", "feed", "/news.xml", every=timedelta(days=1))
OLD = News("Haushalt beschlossen")
BERLIN = replace(TEAM, timezone="Europe/Berlin")


def deserters(number: int) -> News:
    names = ("Anton", "Berta", "Cäsar", "Dora", "Emil", "Friedrich", "Gustav", "Heinrich")
    return News(f"Deserteur {names[number % 8]} {number}", f"{names[number % 8]} blieb {number}.")


async def ticks(w: World, until: datetime, step: timedelta = timedelta(minutes=15)) -> None:
    """Compose and deliver as the service does at every tick."""
    while w.now < until:
        w.now = min(w.now + step, until)
        await w.mail()


# --- clocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-DAY, -3 * HOUR, 3 * HOUR, 2 * DAY, 365 * DAY])
def test_a_clock_that_jumps_and_is_set_right_loses_and_repeats_nothing(
    tmp_path: Path, jump: timedelta
) -> None:
    """Cases 121 and 123."""

    @story
    async def play() -> None:
        async with world(tmp_path, COURT) as w:
            await w.day({"/news.xml": feed(OLD)})
            await w.day({"/news.xml": feed(deserters(1), OLD)})
            right = w.now
            w.now = right + jump
            await w.check({"/news.xml": feed(deserters(2), deserters(1), OLD)})
            await ticks(w, w.now + 2 * HOUR)
            w.now = right + 2 * HOUR
            await w.check({"/news.xml": feed(*map(deserters, (3, 2, 1)), OLD)})
            await ticks(w, w.now + 2 * DAY)
            for number in (1, 2, 3):
                assert w.told(deserters(number).title) == 1

    play()


@pytest.mark.parametrize("schedule", ["daily 07:00", "daily 02:30", "cron: 30 2 * * *"])
@pytest.mark.parametrize("start", ["2026-03-27", "2026-10-23"])
def test_a_daily_digest_comes_once_a_day_when_the_clock_is_put_forward_or_back(
    tmp_path: Path, schedule: str, start: str
) -> None:
    """Case 119."""

    @story
    async def play() -> None:
        team = replace(BERLIN, schedule=parse_schedule(schedule))
        async with world(tmp_path, COURT, lists=(team, OPS)) as w:
            w.now = datetime.fromisoformat(start).replace(tzinfo=UTC) + 12 * HOUR
            shown = [OLD]
            for number in range(5):
                await w.check({"/news.xml": feed(*shown)})
                shown = [deserters(number), *shown]
                await ticks(w, w.now + DAY, 30 * timedelta(minutes=1))
            assert len(w.mails()) == 4
            for number in range(4):
                assert w.told(deserters(number).title) == 1

    play()


@story
async def test_a_weekly_digest_comes_once_a_week_when_the_clock_is_put_back(tmp_path: Path) -> None:
    """Case 119."""
    team = replace(BERLIN, schedule=parse_schedule("weekly sun 02:30"))
    async with world(tmp_path, COURT, lists=(team, OPS)) as w:
        w.now = datetime(2026, 10, 20, 12, tzinfo=UTC)
        await w.check({"/news.xml": feed(OLD)})
        await w.check({"/news.xml": feed(deserters(1), OLD)})
        await ticks(w, datetime(2026, 10, 25, 12, tzinfo=UTC), HOUR / 4)
        assert len(w.mails()) == 1


@pytest.mark.parametrize("away", [9 * HOUR, 3 * DAY, 8 * DAY])
def test_after_a_downtime_there_is_one_digest_that_says_what_is_late(
    tmp_path: Path, away: timedelta
) -> None:
    """Cases 120 and 122."""

    @story
    async def play() -> None:
        async with world(tmp_path, COURT) as w:
            await w.day({"/news.xml": feed(OLD)})
            await w.day({"/news.xml": feed(deserters(0), OLD)})
            before = len(w.mails())
            w.now += away
            await w.check({"/news.xml": feed(*map(deserters, range(5, -1, -1)), OLD)})
            await ticks(w, w.now + DAY)
            assert len(w.mails()) == before + 1
            for number in range(6):
                assert w.told(deserters(number).title) == 1
            late = "1 Quelle wurde vom"
            assert w.told(late) == (away > DAY)
            await w.check({"/news.xml": feed(*map(deserters, range(7, -1, -1)), OLD)})
            await ticks(w, w.now + DAY)
            told = w.told(late)
            assert told <= 2, "a window may begin before the return"
            await w.check({"/news.xml": feed(*map(deserters, range(6, 14)), OLD)})
            await ticks(w, w.now + 2 * DAY)
            assert w.told(late) == told, "later it is not said again"

    play()


# --- disks, with the program as a process of its own ----------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "recipients.yaml").write_text(LISTS, encoding="utf-8")
    (tmp_path / "state").mkdir()
    with Store.open(f"sqlite:///{tmp_path}/state/policy-monitor.db"):
        pass
    return tmp_path


def program(folder: Path, *arguments: str, before: Callable[[], None] | None = None) -> Ran:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=before,
    )


def said(ran: Ran) -> str:
    assert "Traceback" not in ran.stderr
    assert ran.returncode == 1, ran
    return " ".join(ran.stderr.split())


def damaged(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "zero bytes":
        content = b""
    elif how == "cut":
        content = content[: len(content) // 2]
    elif how == "not a database":
        content = b"Dear diary, " * 1000
    elif how == "head":
        content = b"\xff" * 32 + content[32:]
    file.write_bytes(content)


@pytest.mark.parametrize("how", ["zero bytes", "cut", "not a database", "head"])
def test_the_service_does_not_start_on_a_damaged_database_and_says_what_to_do(
    folder: Path, how: str
) -> None:
    """Cases 128 and 129."""
    file = folder / "state" / "policy-monitor.db"
    damaged(file, how)
    before = file.read_bytes()
    told = said(program(folder, "run"))
    assert "policy-monitor.db" in told
    assert "estore" in told, "it says how to get out of it"
    assert file.read_bytes() == before
    assert not (folder / "outbox").exists(), "no mail storm"


def test_the_service_ends_with_a_sentence_where_files_may_not_grow(folder: Path) -> None:
    """Case 131: the file may not grow, as on a full disk or beyond a quota."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    told = said(program(folder, "check", before=limit))
    assert "policy-monitor.db" in told
    with closing(sqlite3.connect(folder / "state" / "policy-monitor.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM source").fetchone() == (0,)


def test_a_parent_directory_that_is_missing_is_made(folder: Path) -> None:
    """Case 133."""
    url = f"sqlite:///{folder}/deep/down/monitor.db"
    assert program(folder, "--database", url, "status").returncode == 0
    assert (folder / "deep" / "down").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["/proc/nowhere/monitor.db", "/sys/monitor.db"])
def test_a_place_where_nothing_can_be_written_is_a_sentence(folder: Path, place: str) -> None:
    """Case 133."""
    assert Path(place).parent.name in said(
        program(folder, "--database", f"sqlite:///{place}", "run")
    )


@as_root
@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_on_a_real_file_system_that_is_full_or_read_only_nothing_is_half_written(
    folder: Path, fault: str
) -> None:
    """Cases 131 and 133."""
    spoil = {"full": FULL, "read-only": "mount -o remount,ro /mnt"}[fault]
    ran = on_a_small_disk(folder, f"{spoil}; {MONITOR} run")
    sentence = {"full": "disk of", "read-only": "that this user may write to"}[fault]
    assert sentence in said(ran)
    with Store.open(f"sqlite:///{folder}/state/policy-monitor.db") as store:
        assert store.upkeep.damage() is None


@as_root
def test_on_a_full_disk_nothing_is_restored_and_the_database_stays_as_it_was(folder: Path) -> None:
    """Case 131: the copy needs room beside the database that it is to replace."""
    file = folder / "state" / "policy-monitor.db"
    with Store.open(f"sqlite:///{folder}/copy.db"):
        pass
    before = file.read_bytes()
    ran = on_a_small_disk(folder, f"{FULL}; {MONITOR} restore copy.db || (ls -A /mnt; exit 1)")
    assert "disk of" in said(ran)
    assert set(ran.stdout.split()) == {"filler", file.name, f"{file.name}.lock"}
    assert file.read_bytes() == before
    relieved = on_a_small_disk(folder, f"{MONITOR} restore copy.db")
    assert relieved.returncode == 0, relieved.stderr

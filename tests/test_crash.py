"""SIGKILL at every step of a day, then a restart: nothing is lost, a repeat is the same mail."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from monitor.store import Store, tables
from tests import crash
from tests.conftest import Some
from tests.test_migrations import build

# Only here may a mail go out twice: the server has it, the database does not know yet.
BETWEEN = {"accepted", "UPDATE mail", "COMMIT"}

Killer = Callable[[Callable[[Path, int], None], Path, int], list[str]]


@pytest.fixture(scope="module")
def run() -> Killer:
    """Play something in a fresh process that dies at the numbered step; its steps come back."""
    # Children fork from a small process that has imported everything, and nothing else.
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.crash"])

    def play(what: Callable[[Path, int], None], folder: Path, number: int) -> list[str]:
        child = processes.Process(target=what, args=(folder, number))
        child.start()
        child.join(30)
        assert child.exitcode == (-signal.SIGKILL if number else 0)
        child.close()
        return (folder / "steps").read_text().splitlines()

    return play


@pytest.fixture
def morning(tmp_path: Path) -> Callable[[str], Path]:
    """Folders in which the day before has been played."""
    first = tmp_path / "first"
    first.mkdir()
    crash.day(first, crash.MONDAY, (crash.OLD,))
    assert received(first) == {}

    def copied(name: str) -> Path:
        return Path(shutil.copytree(first, tmp_path / name))

    return copied


def received(folder: Path) -> dict[str, list[bytes]]:
    """All mails that the door took, by recipient."""
    mails: dict[str, list[bytes]] = {}
    for file in sorted(folder.glob("*.eml")):
        mails.setdefault(file.stem.split("-")[1], []).append(file.read_bytes())
    return mails


def body(mail: bytes) -> str:
    message = message_from_bytes(mail, EmailMessage, policy=policy.default)
    text = message.get_body(("plain",))
    assert text is not None
    return str(text.get_content())


def test_killed_at_any_step_nothing_is_lost_and_a_repeat_is_the_same_mail(
    run: Killer, morning: Callable[[str], Path], some: Some[int]
) -> None:
    steps = run(crash.play, morning("undisturbed"), 0)
    assert {"fetched", "INSERT INTO alert", "rendered", "INSERT INTO mail", "accepted"} <= set(
        steps
    )
    repeated = set()
    accepted = steps.index("accepted")
    around = range(accepted, accepted + 4)
    for number in sorted({*some(range(1, len(steps) + 1), 3), *around}):
        name = steps[number - 1]
        folder = morning(f"killed-{number}")
        assert run(crash.play, folder, number) == steps[:number]
        crash.day(folder, crash.MONDAY + crash.DAY, (*crash.NEWS, crash.OLD))
        mails = received(folder)
        where = f"killed at step {number}, {name}, after {steps[max(0, number - 4) : number - 1]}"
        assert set(mails) == set(crash.TEAM.to), where
        for mail in mails.values():
            assert all(title in body(mail[0]) for title in crash.NEWS), where
            assert len(set(mail)) == 1, f"{where}: a repeat differs"
        if any(len(mail) > 1 for mail in mails.values()):
            assert sum(len(mail) - 1 for mail in mails.values()) == 1, where
            assert name in BETWEEN, where
            assert "accepted" in steps[number - 4 : number], where
            repeated.add(name)
    assert repeated == BETWEEN


def test_a_day_after_a_crash_has_no_news(run: Killer, morning: Callable[[str], Path]) -> None:
    folder = morning("killed")
    last = len(run(crash.play, morning("undisturbed"), 0))
    run(crash.play, folder, last // 2)
    for day in range(1, 4):
        crash.day(folder, crash.MONDAY + day * crash.DAY, (*crash.NEWS, crash.OLD))
    assert {who: len(mails) for who, mails in received(folder).items()} == {
        "a@example.org": 1,
        "b@example.org": 1,
    }


def test_killed_while_the_tables_are_made_the_next_start_makes_them(
    run: Killer, tmp_path: Path, some: Some[int]
) -> None:
    def folder(name: str) -> Path:
        path = tmp_path / name
        path.mkdir()
        return path

    steps = run(crash.open_only, folder("undisturbed"), 0)
    assert steps[-1] == "COMMIT"
    for number in some(range(1, len(steps) + 1), 5):
        home = folder(f"killed-{number}")
        run(crash.open_only, home, number)
        with Store.open(crash.database(home)):
            pass
        engine = create_engine(crash.database(home))
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        engine.dispose()


def test_killed_while_an_older_database_is_brought_up_to_date_the_next_start_goes_on(
    run: Killer, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    build(crash.database(old), "0001")

    def folder(name: str) -> Path:
        return Path(shutil.copytree(old, tmp_path / name))

    steps = run(crash.open_only, folder("undisturbed"), 0)
    assert steps[-1] == "COMMIT"
    for number in range(1, len(steps) + 1):
        home = folder(f"killed-{number}")
        run(crash.open_only, home, number)
        with Store.open(crash.database(home)) as store:
            assert store.checks.state("court").checks == 7
            assert len(store.outbox.due()) == 1

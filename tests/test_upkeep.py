"""Years on a disk: copies, restoring them, retention, and every way a file can be broken."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import MailState, Receipt
from monitor.store import Pruned, Retention, Saved, Store, back_up, restore, verify
from monitor.store.upkeep import Room
from tests.test_store import (
    DAY,
    HOUR,
    NOW,
    a_filing,
    a_mail,
    an_alert,
    an_item,
    met,
    rows,
    state,
    stored,
    with_alerts,
)

LATER = NOW + 4 * 365 * DAY
YEARS = Retention(versions=timedelta(days=365))


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with Store.open(request.getfixturevalue(f"{request.param}_url")) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database of `sqlite_url` lies."""
    return tmp_path / "monitor.sqlite3"


@pytest.fixture
def filled(sqlite_url: str) -> str:
    """A database of many pages, with an alert that waits and a mail that waits."""
    with Store.open(sqlite_url) as store:
        items = tuple(stored(an_item(f"item-{n}", os.urandom(900).hex())) for n in range(60))
        store.checks.save(Saved(state(), added=items, alerts=(an_alert(item="item-1"),)))
        met(store, at=NOW)
        store.digests.file(a_filing(), [a_mail()])
        store.checks.save(Saved(state(2), alerts=(an_alert(item="item-2"),)))
    return sqlite_url


# --- copies --------------------------------------------------------------------------------------


def test_a_copy_made_while_the_service_writes_is_whole(filled: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with Store.open(filled) as store, store.only_daemon():
        store.checks.save(Saved(state(3), added=(stored(an_item("still in the log")),)))
        assert back_up(filled, copy) == copy.stat().st_size
        store.checks.save(Saved(state(4), added=(stored(an_item("after the copy")),)))
    verify(copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    with Store.open(f"sqlite:///{copy}") as copied:
        marks = copied.checks.marks("court", ())
    assert "still in the log" in marks
    assert "after the copy" not in marks


def test_a_copy_takes_no_other_files_place_unless_told_to(filled: str, tmp_path: Path) -> None:
    copy = tmp_path / "thesis.txt"
    copy.write_text("years of work")
    with pytest.raises(StoreError, match="exists already"):
        back_up(filled, copy)
    assert copy.read_text() == "years of work"
    back_up(filled, copy, replace=True)
    verify(copy)


def test_the_database_is_never_copied_onto_itself(filled: str, file: Path) -> None:
    with pytest.raises(StoreError, match="is the database itself"):
        back_up(filled, file, replace=True)
    with Store.open(filled) as store:
        assert len(store.history.alerts()) == 2


def test_of_a_database_that_is_not_there_no_copy_is_made(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        back_up(sqlite_url, tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_into_a_directory_that_is_not_there_is_a_sentence(
    filled: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"missing.*No such file or directory"):
        back_up(filled, tmp_path / "missing" / "copy.db")


def test_of_a_damaged_database_no_copy_takes_the_name_of_a_good_one(
    filled: str, file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    back_up(filled, copy)
    good = copy.read_bytes()
    damage(file)
    with pytest.raises(StoreError, match="damaged"):
        back_up(filled, copy, replace=True)
    assert copy.read_bytes() == good
    assert not list(tmp_path.glob(".*.part"))


def test_a_server_is_copied_by_its_own_tools() -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        back_up("postgresql+psycopg://monitor@db.example/monitor", Path("copy.db"))


# --- restoring -----------------------------------------------------------------------------------


def test_what_was_copied_is_put_back_and_what_was_there_is_kept(
    filled: str, tmp_path: Path, file: Path
) -> None:
    copy = tmp_path / "copy.db"
    back_up(filled, copy)
    with Store.open(filled) as store:
        store.checks.save(Saved(state(3), added=(stored(an_item("later")),)))
    restored = restore(filled, copy, NOW)
    assert restored.file == file
    assert restored.before == tmp_path / "monitor.sqlite3.before-restore-20260302T060000Z"
    with Store.open(filled) as store:
        assert "later" not in store.checks.marks("court", ())
        assert store.outbox.count().pending == 1
        (waiting,) = store.digests.pending(store.digests.states()["team"])[1:]
        assert waiting.item == "item-2"
    with Store.open(f"sqlite:///{restored.before}") as before:
        assert "later" in before.checks.marks("court", ())
    assert copy.exists()


def test_a_copy_is_put_where_no_database_is(filled: str, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "copy.db")
    fresh = f"sqlite:///{tmp_path / 'new' / 'monitor.sqlite3'}"
    assert restore(fresh, tmp_path / "copy.db", NOW).before is None
    with Store.open(fresh) as store:
        assert len(store.history.alerts()) == 2


def test_a_damaged_database_is_kept_with_its_log(filled: str, file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    back_up(filled, copy)
    file.write_bytes(b"Dear diary, " * 1000)
    file.with_name(f"{file.name}-wal").write_bytes(b"the log of another life")
    restored = restore(filled, copy, NOW)
    assert restored.before is not None
    assert restored.before.read_bytes().startswith(b"Dear diary")
    assert not file.with_name(f"{file.name}-wal").exists()
    with Store.open(filled) as store:
        assert store.upkeep.damage() is None


def test_nothing_is_restored_under_a_running_service(
    filled: str, file: Path, tmp_path: Path
) -> None:
    back_up(filled, tmp_path / "copy.db")
    with (
        Store.open(filled) as store,
        store.only_daemon(),
        pytest.raises(StoreError, match="another policy-monitor runs"),
    ):
        restore(filled, tmp_path / "copy.db", NOW)
    assert not list(tmp_path.glob("*.before-restore-*"))


def test_nothing_is_restored_under_another_command(filled: str, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "copy.db")
    with Store.open(filled) as store:
        store.checks.states()
        with pytest.raises(StoreError, match="another command uses"):
            restore(filled, tmp_path / "copy.db", NOW)
    assert not list(tmp_path.glob("*.before-restore-*"))


@pytest.mark.parametrize("broken", ["cut", "damaged", "foreign", "newer", "text", "missing"])
def test_a_copy_that_is_no_good_is_refused_and_nothing_changes(
    filled: str, tmp_path: Path, file: Path, broken: str
) -> None:
    copy = tmp_path / "copy.db"
    back_up(filled, copy)
    break_copy(copy, broken)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"copy\.db"):
        restore(filled, copy, NOW)
    assert file.read_bytes() == before
    assert not list(tmp_path.glob("*.before-restore-*"))


def break_copy(copy: Path, how: str) -> None:
    """Make the copy unfit in one of many ways."""
    if how == "cut":
        os.truncate(copy, copy.stat().st_size // 2)
    elif how == "damaged":
        damage(copy)
    elif how == "text":
        copy.write_text("Dear diary")
    elif how == "missing":
        copy.unlink()
    else:
        statement = {
            "foreign": "PRAGMA application_id = 1",
            "newer": "UPDATE alembic_version SET version_num = '9999'",
        }[how]
        with closing(sqlite3.connect(copy)) as database:
            database.execute(statement)
            database.commit()


def damage(file: Path) -> None:
    """Overwrite the second half of the pages."""
    content = file.read_bytes()
    middle = len(content) // 8192 * 4096
    file.write_bytes(content[:middle] + b"\xa5" * (len(content) - middle))


# --- a broken disk -------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 20, 100, 4096, 0.5, 0.99])
def test_damage_anywhere_is_told_with_what_to_do(filled: str, file: Path, place: float) -> None:
    content = bytearray(file.read_bytes())
    at = int(place * len(content) / 4096) * 4096 if 0 < place < 1 else int(place)
    content[at : at + 64] = bytes(byte ^ 0xFF for byte in content[at : at + 64])
    file.write_bytes(content)
    try:
        with Store.open(filled) as store:
            told = store.upkeep.damage()
            told = told or next((where for where, bad in store.upkeep.unreadable() if bad), None)
    except StoreError as error:
        told = str(error)
    assert told


def test_damage_found_while_working_is_a_sentence(filled: str, file: Path) -> None:
    with Store.open(filled) as store:
        damage(file)
        with pytest.raises(StoreError, match=r"damaged.*policy-monitor restore FILE"):
            store.checks.known("court", [f"item-{n}" for n in range(60)])


def test_a_flipped_bit_in_a_text_is_found(filled: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        ((body,),) = database.execute("SELECT body FROM version WHERE id = 7").fetchall()
        flipped = body[:100] + bytes([body[100] ^ 1]) + body[101:]
        database.execute("UPDATE version SET body = ? WHERE id = 7", [flipped])
        database.commit()
    with Store.open(filled) as store:
        assert store.upkeep.damage() is None
        assert [where for where, bad in store.upkeep.unreadable() if bad] == ["version 7 of court"]


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(filled: str, file: Path) -> None:
    with Store.open(filled) as store:
        with store._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        big = stored(an_item("big", os.urandom(90_000).hex()))
        with pytest.raises(StoreError, match=r"disk of .*monitor\.sqlite3 is full"):
            store.checks.save(Saved(state(3), added=(big,)))
        assert "big" not in store.checks.marks("court", ())
        assert store.checks.state("court").checks == 2


def test_a_database_that_may_not_be_written_is_a_sentence(filled: str, file: Path) -> None:
    with Store.open(filled) as store:
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="cannot be written"):
            store.checks.save(Saved(state(3)))
        with pytest.raises(StoreError, match="cannot be written"):
            store.upkeep.try_writing()


# --- retention -----------------------------------------------------------------------------------


def test_settled_mails_lose_text_and_address_and_still_count(store: Store) -> None:
    met(store)
    store.digests.file(a_filing(), [a_mail("a@example.org"), a_mail("b@example.org")])
    for mail in store.outbox.due():
        answer = Receipt(MailState.ACCEPTED, f"250 for {mail.recipient}")
        store.outbox.settle(mail, answer, NOW + HOUR, None)
    assert not store.upkeep.prune(NOW + 30 * DAY, Retention())
    assert store.upkeep.prune(NOW + 31 * DAY, Retention()) == Pruned(2, 0, 0)
    assert not store.upkeep.prune(NOW + 31 * DAY, Retention())
    assert store.outbox.count().accepted == 2
    assert store.outbox.state_of(a_mail().message_id) == "accepted"
    with store._engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT recipient, mime, reply FROM mail").all()
    assert "example.org" not in str(kept)


def test_mails_that_wait_are_kept_however_old(store: Store) -> None:
    met(store)
    store.digests.file(a_filing(), [a_mail()])
    assert not store.upkeep.prune(LATER, Retention())
    (mail,) = store.outbox.due()
    assert (mail.recipient, mail.mime) == (a_mail().recipient, a_mail().mime)


def test_old_texts_go_but_the_newest_and_those_of_alerts_stay(store: Store) -> None:
    def save(n: int, at_days: int, *, alert: bool = False) -> None:
        item = an_item("a", f"text {n}")
        at = NOW + at_days * DAY
        found = (an_alert(item="a", at=at),) if alert else ()
        change = {"added" if n == 1 else "edited": (stored(item),)}
        saved = Saved(state(n, last_checked=at), alerts=found, **change)  # type: ignore[arg-type]
        assert store.checks.save(saved)

    save(1, 0)
    save(2, 1, alert=True)
    save(3, 2)
    save(4, 3)
    assert store.upkeep.prune(LATER, YEARS, dry_run=True) == Pruned(0, 2, 0)
    assert store.upkeep.prune(LATER, YEARS) == Pruned(0, 2, 0)
    bodies = [v.body.blocks if v.body else None for v in store.history.item_versions("court")]
    assert bodies == [None, ("text 2",), None, ("text 4",)]
    assert len(store.history.versions("court")) == 4
    assert store.history.state_at("court", 4) == {"a": an_item("a", "text 4")}
    with pytest.raises(StoreError, match="too old to be kept"):
        store.history.state_at("court", 3)


def test_the_last_text_of_what_was_withdrawn_stays(store: Store) -> None:
    store.checks.save(Saved(state(1), added=(stored(an_item()),)))
    store.checks.save(Saved(state(2), removed=("a",), missing=("a",)))
    assert not store.upkeep.prune(LATER, YEARS)
    assert store.checks.known("court", ["a"])["a"].lost


def test_what_was_ever_seen_stays_known_so_that_nothing_is_told_again(store: Store) -> None:
    old, new = an_item("a", "one"), an_item("a", "two")
    store.checks.save(Saved(state(1), added=(stored(old),)))
    both = stored(old).seen | stored(new).seen
    store.checks.save(Saved(state(2), edited=(replace(stored(new), seen=both),)))
    before = store.checks.known("court", ["a"])
    assert store.upkeep.prune(LATER, YEARS).versions == 1
    assert store.checks.known("court", ["a"]) == before


def test_old_digests_go_and_their_alerts_are_not_mailed_again(store: Store) -> None:
    with_alerts(store, "a")
    met(store)
    (alert,) = store.digests.pending(store.digests.states()["team"])
    assert alert.id is not None
    store.digests.file(a_filing((alert.id,)), [a_mail()])
    assert not store.upkeep.prune(LATER, YEARS)  # its mail still waits
    (mail,) = store.outbox.due()
    store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250"), NOW, None)
    assert store.upkeep.prune(LATER, YEARS).digests == 1
    assert store.digests.pending(store.digests.states()["team"]) == ()
    assert len(store.history.alerts()) == 1


def test_a_digest_that_alone_settles_an_alert_stays(store: Store) -> None:
    with_alerts(store, "a")
    met(store, "team", "others")
    store.digests.pass_cutoff("others", NOW, settled=1000)
    (alert,) = store.digests.pending(store.digests.states()["team"])
    store.digests.file(a_filing((alert.id or 0,), settled=0), [a_mail()])
    (mail,) = store.outbox.due()
    store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250"), NOW, None)
    assert store.upkeep.prune(LATER, YEARS).digests == 0
    assert store.digests.pending(store.digests.states()["team"]) == ()


def test_freed_room_is_given_back_when_it_is_much(filled: str, file: Path) -> None:
    assert Room(2**30, 2**28).is_worth_shrinking
    assert not Room(2**20, 2**19).is_worth_shrinking
    assert not Room(2**34, 2**28).is_worth_shrinking
    with Store.open(filled) as store:
        with store._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE version SET body = NULL")
        before = store.upkeep.room()
        store.upkeep.shrink()
        after = store.upkeep.room()
    assert before is not None
    assert after is not None
    assert after.size < before.size - before.unused // 2
    assert rows(filled)["version"] == 60


def test_the_youngest_row_tells_the_time(store: Store) -> None:
    assert store.upkeep.newest() is None
    store.checks.save(Saved(state(1)))
    assert store.upkeep.newest() == NOW
    store.checks.save(Saved(state(2), alerts=(an_alert(at=NOW + DAY),)))
    assert store.upkeep.newest() == NOW + DAY

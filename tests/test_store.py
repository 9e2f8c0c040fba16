"""The store on real databases: SQLite always, PostgreSQL where there is one."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from monitor.diff import Mark, mark, seen
from monitor.errors import StoreError
from monitor.model import (
    Alert,
    Attachment,
    ChangeKind,
    Citation,
    Identity,
    Item,
    Mail,
    MailState,
    Match,
    Name,
    Piece,
    Receipt,
    Side,
    Sketch,
    SourceState,
    Tier,
    Validators,
)
from monitor.store import (
    Filing,
    FollowUp,
    OutboxCount,
    Retention,
    Saved,
    Settled,
    Store,
    Stored,
    VersionRow,
    tables,
)
from monitor.store.alone import sole_maker
from monitor.store.codec import pack, pack_alert, pack_item, unpack_alert, unpack_item

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each kind in turn."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@contextmanager
def raw(url: str) -> Iterator[Engine]:
    """The database without the store."""
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def rows(url: str) -> dict[str, int]:
    """How many rows each table has."""
    with raw(url) as engine, engine.connect() as connection:
        return {
            table.name: connection.execute(table.select()).fetchall().__len__()
            for table in tables.metadata.sorted_tables
        }


def an_item(name: str = "a", *blocks: str) -> Item:
    return Item(
        name, f"title of {name}", f"https://court.example/{name}", blocks or (f"text {name}",)
    )


def stored(item: Item, unread: str | None = None) -> Stored:
    return Stored(item, mark(item), seen(item), unread)


def state(checks: int = 1, source: str = "court", **values: Any) -> SourceState:
    at = NOW + (checks - 1) * HOUR
    return SourceState(
        source,
        checks=checks,
        **{"first_checked": NOW, "last_checked": at, "last_success": at} | values,
    )


def an_alert(source: str = "court", item: str = "a", at: datetime = NOW) -> Alert:
    return Alert(
        source,
        item,
        ChangeKind.ADDED,
        f"title of {item}",
        "https://court.example/a",
        at,
        matches=(Match("desertion", "Deserteur*", 0, 8, "Deserteur", (Piece("Deserteur", True),)),),
        story="0123456789abcdef",
    )


def a_mail(recipient: str = "team@example.org", message_id: str = "<1@monitor.example>") -> Mail:
    return Mail("team", recipient, message_id, b"Subject: \xff\x00\r\n\r\nbody\r\n", NOW)


def with_alerts(store: Store, *items: str, checks: int = 1) -> tuple[int, ...]:
    """Save a check that raised alerts, and return their numbers."""
    assert store.checks.save(Saved(state(checks), alerts=tuple(an_alert(item=i) for i in items)))
    return tuple(sorted(a.id or 0 for a in store.history.alerts() if a.item in items))


def met(store: Store, *lists: str, at: datetime = NOW) -> None:
    store.digests.meet(lists or ("team",), at)


def a_filing(alerts: Sequence[int] = (), cutoff: datetime = NOW + HOUR, **values: Any) -> Filing:
    filing = Filing("team", cutoff, "digest", max(alerts, default=0), tuple(alerts))
    return replace(filing, **values)


# --- opening -------------------------------------------------------------------------------------


def test_migrations_from_nothing_end_in_the_declared_tables(url: str) -> None:
    with Store.open(url):
        pass
    with raw(url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_a_store_opened_again_has_what_was_saved(url: str) -> None:
    with Store.open(url) as store:
        store.checks.save(Saved(state()))
    with Store.open(url) as store:
        assert store.checks.state("court") == state()


def test_an_empty_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "monitor.sqlite3"
    file.touch()
    with pytest.raises(StoreError, match=r"is empty.*Restore a backup, or delete"):
        Store.open(f"sqlite:///{file}")
    assert file.stat().st_size == 0


def test_an_empty_file_that_another_process_is_filling_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "monitor.sqlite3"
    with ThreadPoolExecutor(1) as pool:
        with sole_maker(file):
            file.touch()
            opening = pool.submit(Store.open, f"sqlite:///{file}")
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.2)
            file.unlink()
        with opening.result() as store:
            assert store.checks.state("court").checks == 0


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "monitor.sqlite3"
    file.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"Dear diary")


def test_a_directory_in_place_of_the_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        Store.open(f"sqlite:///{tmp_path}")


def test_a_path_through_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="taken"):
        Store.open(f"sqlite:///{tmp_path / 'taken' / 'deep' / 'monitor.sqlite3'}")


def test_a_truncated_database_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    with Store.open(sqlite_url):
        pass
    file = tmp_path / "monitor.sqlite3"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(StoreError, match=r"monitor\.sqlite3"):
        Store.open(sqlite_url)


def test_the_tables_of_another_program_are_refused(url: str) -> None:
    with raw(url) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoice (id INTEGER PRIMARY KEY)"))
    with pytest.raises(StoreError, match="tables of another program"):
        Store.open(url)
    with raw(url) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM invoice")).scalar() == 0


def test_another_program_that_uses_alembic_too_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "monitor.sqlite3") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        Store.open(sqlite_url)


def test_a_file_marked_by_another_program_is_refused_even_if_it_is_empty(sqlite_url: str) -> None:
    with raw(sqlite_url) as engine, engine.begin() as connection:
        connection.execute(text("PRAGMA application_id = 1196444487"))
        connection.execute(text("PRAGMA user_version = 3"))
    with pytest.raises(StoreError, match="another program"):
        Store.open(sqlite_url)


def test_a_newer_schema_is_refused(url: str) -> None:
    with Store.open(url):
        pass
    with raw(url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer release of policy-monitor \(9999\)"):
        Store.open(url)


@pytest.mark.parametrize("url", ["monitor.sqlite3", "oracle9://x", "sqlite+nothing:///x", ""])
def test_an_unusable_url_is_a_sentence(url: str) -> None:
    with pytest.raises(StoreError, match="database URL cannot be used"):
        Store.open(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///?a=b"])
def test_a_database_that_is_forgotten_at_the_end_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="names no file, so all would be forgotten"):
        Store.open(url)


@pytest.mark.parametrize("url", ["mysql://u:secret-canary@h/d", "mssql+pyodbc://h/d"])
def test_a_kind_of_database_that_is_not_known_is_told(url: str) -> None:
    with pytest.raises(StoreError, match="only SQLite and PostgreSQL are known, not `m") as caught:
        Store.open(url)
    assert "canary" not in str(caught.value)


def test_a_password_stays_out_of_the_error(postgres_url: str) -> None:
    address = postgres_url.replace("postgres@", "nobody:secret-canary@").replace("5432", "1")
    with pytest.raises(StoreError) as caught:
        Store.open(address)
    assert "canary" not in str(caught.value)


def test_a_second_daemon_on_one_database_is_refused_until_the_first_ends(url: str) -> None:
    with Store.open(url) as one, Store.open(url) as other:
        with (
            one.only_daemon(),
            pytest.raises(StoreError, match="another policy-monitor runs"),
            other.only_daemon(),
        ):
            pytest.fail("two daemons run")
        with other.only_daemon():
            pass


# --- a check -------------------------------------------------------------------------------------


def test_a_source_never_checked_has_a_fresh_state(store: Store) -> None:
    assert store.checks.state("court") == SourceState("court")
    assert store.checks.states() == {}


def test_every_field_of_a_state_comes_back(store: Store) -> None:
    full = state(
        last_changed=NOW,
        last_full=NOW,
        next_check=NOW + DAY,
        failing_since=NOW,
        failures=3,
        last_error="ohne Umlaut geht es nicht: ä",
        error_state="unreachable",
        validators=Validators('W/"x"', "Mon, 02 Mar 2026 06:00:00 GMT"),
        body_hash="0" * 32,
        definition="f" * 16,
        shrunk="3 of 4 items are missing",
        told="failing",
    )
    assert store.checks.save(Saved(full))
    assert store.checks.state("court") == full
    assert store.checks.states() == {"court": full}


def test_instants_come_back_as_utc_whatever_zone_they_came_in(store: Store) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    store.checks.save(Saved(state(last_changed=local)))
    back = store.checks.state("court").last_changed
    assert back == NOW
    assert back is not None
    assert back.tzinfo is UTC


def test_the_second_of_two_checks_at_once_is_refused(store: Store) -> None:
    assert store.checks.save(Saved(state(1)))
    assert not store.checks.save(Saved(state(1), added=(stored(an_item()),)))
    assert store.checks.save(Saved(state(2), added=(stored(an_item("a")),)))
    assert not store.checks.save(Saved(state(2), added=(stored(an_item("b")),)))
    assert set(store.checks.marks("court", ())) == {"a"}


def test_a_check_is_written_wholly_or_not_at_all(store: Store, url: str) -> None:
    before = rows(url)
    saved = Saved(
        state(), added=(stored(an_item()),), alerts=(an_alert(), an_alert(source="unknown"))
    )
    with pytest.raises(IntegrityError):
        store.checks.save(saved)
    assert rows(url) == before
    assert store.checks.save(Saved(state()))


def test_what_operators_were_told_survives_the_next_check(store: Store) -> None:
    store.checks.save(Saved(state(1)))
    met(store, "team")
    assert store.digests.file(
        Filing("team", NOW, "trouble", 0, told={"court": "failing"}), [a_mail()]
    )
    store.checks.save(Saved(state(2)))
    assert store.checks.state("court").told == "failing"


def test_marks_are_those_of_present_items_and_of_those_asked_for(store: Store) -> None:
    a, b = an_item("a"), an_item("b")
    store.checks.save(Saved(state(1), added=(stored(a), stored(b))))
    store.checks.save(Saved(state(2), missing=("b",)))
    assert store.checks.marks("court", ()) == {"a": mark(a)}
    assert store.checks.marks("court", ["b", "c"]) == {
        "a": mark(a),
        "b": replace(mark(b), present=False),
    }
    assert store.checks.marks("elsewhere", ["a"]) == {}


def test_more_items_than_a_statement_has_room_for_can_be_asked_for(store: Store) -> None:
    store.checks.save(Saved(state(1), added=(stored(an_item()),)))
    many = [f"https://court.example/{n}" for n in range(66_000)]
    assert set(store.checks.marks("court", [*many, "a"])) == {"a"}
    assert set(store.checks.known("court", [*many, "a"])) == {"a"}
    assert store.checks.save(Saved(state(2), missing=(*many, "a")))
    assert store.checks.marks("court", ()) == {}


def test_known_items_have_their_last_text_and_all_they_ever_said(store: Store) -> None:
    old, new = an_item("a", "one", "two"), an_item("a", "two", "three")
    store.checks.save(Saved(state(1), added=(stored(old),)))
    said = seen(old) | seen(new)
    store.checks.save(Saved(state(2), edited=(Stored(new, mark(new), said),)))
    known = store.checks.known("court", ["a"])["a"]
    assert known.item == new
    assert known.seen == said


def test_an_item_stays_lost_whatever_is_edited_elsewhere(store: Store) -> None:
    item = an_item("a")
    store.checks.save(Saved(state(1), added=(stored(item), stored(an_item("b")))))
    store.checks.save(Saved(state(2), removed=("a",), missing=("a",)))
    edited = an_item("b", "another text")
    store.checks.save(Saved(state(3), touched=(mark(item),), edited=(stored(edited),)))
    assert store.checks.known("court", ["a"])["a"].lost
    changed = an_item("a", "another text")
    store.checks.save(Saved(state(4), edited=(stored(changed),)))
    assert not store.checks.known("court", ["a"])["a"].lost


def test_a_renamed_item_keeps_its_history_and_goes_by_its_new_name(store: Store) -> None:
    item = an_item("old")
    store.checks.save(Saved(state(1), added=(stored(item),), alerts=(an_alert(item="old"),)))
    renamed = Mark("new", mark(item).fingerprint, mark(item).identity, present=True)
    store.checks.save(Saved(state(2), renamed={"new": "old"}, touched=(renamed,)))
    assert store.checks.marks("court", ()) == {"new": renamed}
    assert [alert.item for alert in store.checks.alerts_of("court", "new")] == ["new"]
    assert store.checks.alerts_of("court", "old") == ()
    assert store.checks.known("court", ["new"])["new"].item == replace(item, id="new")
    assert store.history.state_at("court", 1) == {"new": replace(item, id="new")}


def test_a_linked_document_is_owed_until_it_is_settled(store: Store) -> None:
    item = an_item()
    link = "https://court.example/a.pdf"
    store.checks.save(Saved(state(1), added=(stored(item, unread=link),)))
    assert store.checks.follow_ups("court") == (FollowUp(item, link, 0),)
    store.checks.save(Saved(state(2), settled=(Settled("a", None, link, 1),)))
    assert store.checks.follow_ups("court") == (FollowUp(item, link, 1),)
    read = replace(item, attached=(Attachment(link, "application/pdf", ("page one",)),))
    store.checks.save(Saved(state(3), settled=(Settled("a", read, None, 2),)))
    assert store.checks.follow_ups("court") == ()
    assert store.checks.known("court", ["a"])["a"].item == read


def test_a_renamed_item_still_owes_its_document_by_its_new_name(store: Store) -> None:
    item = an_item("old")
    store.checks.save(Saved(state(1), added=(stored(item, unread="https://x.example/"),)))
    store.checks.save(Saved(state(2), renamed={"new": "old"}))
    (debt,) = store.checks.follow_ups("court")
    assert debt.item.id == "new"


def test_a_debt_settled_in_the_check_that_renames_its_item_is_settled(store: Store) -> None:
    item = an_item("old")
    store.checks.save(Saved(state(1), added=(stored(item, unread="https://x.example/"),)))
    settled = Settled("old", replace(item, blocks=("read",)), None, 1)
    store.checks.save(Saved(state(2), renamed={"new": "old"}, settled=(settled,)))
    assert store.checks.follow_ups("court") == ()
    assert store.checks.known("court", ["new"])["new"].item.blocks == ("read",)


@pytest.mark.parametrize("hostile", ["\x00", "\ud800", "a\x00b\udfffc", "🙈" * 100])
def test_no_character_of_a_page_or_server_can_stop_a_check(store: Store, hostile: str) -> None:
    item = replace(an_item(), title=hostile, blocks=(hostile,), url=f"https://x.example/{hostile}")
    failing = state(last_error=hostile, validators=Validators(hostile, hostile))
    alert = replace(an_alert(), title=hostile, url=hostile)
    saved = Saved(failing, added=(stored(item, unread=hostile),), alerts=(alert,))
    assert store.checks.save(saved)
    assert store.checks.known("court", ["a"])["a"].item == item
    (back,) = store.history.alerts()
    assert (back.title, back.url) == (hostile, hostile)


def test_no_character_of_a_mail_server_can_stop_a_delivery(store: Store) -> None:
    met(store)
    store.digests.file(a_filing(), [a_mail()])
    (mail,) = store.outbox.due()
    store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250 \x00 \udcff"), NOW, None)
    assert store.outbox.due() == ()


# --- history -------------------------------------------------------------------------------------


def test_versions_count_what_changed_and_states_can_be_looked_up(store: Store) -> None:
    a, b, changed = an_item("a"), an_item("b"), an_item("a", "another text")
    store.checks.save(Saved(state(1), added=(stored(a), stored(b))))
    store.checks.save(Saved(state(2)))
    store.checks.save(Saved(state(3), edited=(stored(changed),), removed=("b",), missing=("b",)))
    assert store.history.versions("court") == (
        VersionRow(1, NOW, 2, 0, 0),
        VersionRow(3, NOW + 2 * HOUR, 0, 1, 1),
    )
    assert store.history.state_at("court", 0) == {}
    assert store.history.state_at("court", 1) == {"a": a, "b": b}
    assert store.history.state_at("court", 2) == {"a": a, "b": b}
    assert store.history.state_at("court", 3) == {"a": changed}
    assert [(v.item, v.number, v.kind, v.body) for v in store.history.item_versions("court")] == [
        ("a", 1, ChangeKind.ADDED, a),
        ("a", 3, ChangeKind.EDITED, changed),
        ("b", 1, ChangeKind.ADDED, b),
        ("b", 3, ChangeKind.REMOVED, None),
    ]


def test_an_item_withdrawn_and_shown_again_is_there_again(store: Store) -> None:
    item = an_item()
    store.checks.save(Saved(state(1), added=(stored(item),)))
    store.checks.save(Saved(state(2), removed=("a",), missing=("a",)))
    store.checks.save(Saved(state(3), touched=(mark(item),)))
    assert store.history.state_at("court", 2) == {}
    assert store.history.state_at("court", 3) == {"a": item}


def test_alerts_are_found_newest_first_and_since_a_time(store: Store) -> None:
    old, new = an_alert(item="a", at=NOW), an_alert(item="b", at=NOW + DAY)
    store.checks.save(Saved(state(), alerts=(old, new)))
    assert [alert.item for alert in store.history.alerts()] == ["b", "a"]
    assert [alert.item for alert in store.history.alerts(since=NOW + DAY)] == ["b"]
    assert replace(store.history.alerts()[1], id=None) == old


# --- lists and digests ---------------------------------------------------------------------------


def test_a_new_list_gets_the_alerts_of_the_last_day(store: Store) -> None:
    ages = {"old": 3 * DAY, "yesterday": DAY - HOUR, "now": timedelta(0)}
    alerts = tuple(an_alert(item=i, at=NOW - age) for i, age in ages.items())
    store.checks.save(Saved(state(), alerts=alerts))
    met(store)
    pending = store.digests.pending(store.digests.states()["team"])
    assert [alert.item for alert in pending] == ["yesterday", "now"]


def test_a_list_that_is_met_again_keeps_its_state(store: Store) -> None:
    met(store, "team", at=NOW)
    store.digests.pass_cutoff("team", NOW + HOUR, settled=0)
    before = store.digests.states()["team"]
    met(store, "team", "press", at=NOW + DAY)
    after = store.digests.states()
    assert after["team"] == before
    assert after["press"].first_seen == NOW + DAY


def test_a_filed_digest_settles_its_alerts_and_fills_the_outbox(store: Store) -> None:
    met(store)
    first, second = with_alerts(store, "a", "b")
    filing = a_filing([first], settled=0, told={"court": "failing"})
    assert store.digests.file(filing, [a_mail(), a_mail("press@example.org")])
    team = store.digests.states()["team"]
    assert [alert.id for alert in store.digests.pending(team)] == [second]
    assert (team.last_cutoff, team.last_mail) == (NOW + HOUR, NOW + HOUR)
    assert [mail.recipient for mail in store.outbox.due()] == [
        "team@example.org",
        "press@example.org",
    ]
    assert store.checks.state("court").told == "failing"


def test_an_alert_is_never_in_two_digests_of_a_list(store: Store, url: str) -> None:
    met(store)
    numbers = with_alerts(store, "a", "b")
    assert store.digests.file(a_filing(numbers[:1]), [a_mail()])
    before = rows(url), store.digests.states()
    again = a_filing(numbers, cutoff=NOW + DAY)
    assert not store.digests.file(again, [a_mail(message_id="<2@monitor.example>")])
    assert (rows(url), store.digests.states()) == before


def test_a_cutoff_has_one_digest(store: Store, url: str) -> None:
    met(store)
    assert store.digests.file(a_filing(), [a_mail()])
    before = rows(url)
    assert not store.digests.file(a_filing(), [a_mail(message_id="<2@monitor.example>")])
    assert rows(url) == before


def test_two_lists_get_the_same_alert(store: Store) -> None:
    met(store, "team", "press")
    numbers = with_alerts(store, "a")
    assert store.digests.file(a_filing(numbers), [a_mail()])
    press = store.digests.pending(store.digests.states()["press"])
    assert [alert.id for alert in press] == list(numbers)


def told_of(store: Store, alert: Alert, list_id: str = "team", at: datetime = NOW) -> list[int]:
    found = store.digests.told(list_id, [alert], at)
    assert all(each.at == NOW + HOUR for each in found)
    return [each.alert.id or 0 for each in found]


def test_what_a_list_was_told_of_a_story_is_found_for_ninety_days(store: Store) -> None:
    met(store, "team", "press")
    (number,) = with_alerts(store, "a")
    again = replace(an_alert("portal", "b"), story="fedcba9876543210")
    assert told_of(store, again) == []
    assert store.digests.file(a_filing([number]), [a_mail()])
    assert told_of(store, again) == [number]
    assert told_of(store, again, "press") == []
    assert told_of(store, replace(again, url="https://court.example/b")) == []
    assert told_of(store, again, at=NOW + 90 * DAY) == [number]
    assert told_of(store, again, at=NOW + 91 * DAY) == []


def test_prune_forgets_by_what_old_alerts_were_found_again(store: Store, url: str) -> None:
    with_alerts(store, "a")
    for days, left in ((180, True), (181, False)):
        store.upkeep.prune(NOW + days * DAY, Retention())
        with raw(url) as engine, engine.connect() as connection:
            keys = connection.execute(text("SELECT count(*) FROM alert_key")).scalar_one()
        assert bool(keys) is left
    assert len(store.history.alerts()) == 1


def test_alerts_are_numbered_in_the_order_in_which_they_are_committed(url: str) -> None:
    """A list counts alerts by number: one that turned up late with a lower number were lost."""
    held, go_on = threading.Event(), threading.Event()
    with Store.open(url) as slow, Store.open(url) as quick:

        def pause(_: object) -> None:
            held.set()
            assert go_on.wait(10)

        event.listen(slow._engine, "commit", pause)
        quick.checks.save(Saved(state(1, "elsewhere")))
        slow_check = threading.Thread(
            target=slow.checks.save, args=(Saved(state(), alerts=(an_alert(item="first"),)),)
        )
        slow_check.start()
        assert held.wait(10)
        impatient(quick)
        second = Saved(state(2, "elsewhere"), alerts=(an_alert("elsewhere", "second"),))
        with pytest.raises((OperationalError, StoreError)):
            quick.checks.save(second)
        go_on.set()
        slow_check.join(10)
        assert quick.checks.save(second)
        assert [a.item for a in quick.history.alerts()] == ["second", "first"]


def impatient(store: Store) -> None:
    """Let the store's connections wait for locks but a moment."""
    wait = {"sqlite": "PRAGMA busy_timeout = 50", "postgresql": "SET lock_timeout = '50ms'"}
    statement = wait[store._engine.dialect.name]
    event.listen(store._engine, "connect", lambda raw, _: raw.execute(statement))
    store._engine.dispose()


# --- outbox --------------------------------------------------------------------------------------


def test_a_mail_waits_for_its_next_attempt_and_then_for_nothing(store: Store) -> None:
    met(store)
    store.digests.file(a_filing(), [a_mail()])
    (mail,) = store.outbox.due(NOW)
    assert mail == replace(a_mail(), id=mail.id)
    store.outbox.settle(mail, Receipt(MailState.PENDING, "451 later"), NOW, NOW + HOUR)
    assert store.outbox.due(NOW) == ()
    (again,) = store.outbox.due(NOW + HOUR)
    assert again == replace(mail, attempts=1)
    assert store.outbox.due() == (again,)
    store.outbox.settle(again, Receipt(MailState.ACCEPTED, "250 ok"), NOW + HOUR, None)
    assert store.outbox.due() == ()


def test_an_accepted_mail_never_becomes_pending_again(store: Store) -> None:
    met(store)
    store.digests.file(a_filing(), [a_mail()])
    (mail,) = store.outbox.due()
    store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250 ok"), NOW, None)
    store.outbox.settle(mail, Receipt(MailState.PENDING, "451 late loser"), NOW, NOW)
    assert store.outbox.due() == ()
    assert store.outbox.state_of(mail.message_id) == "accepted"


def test_the_outbox_is_counted_by_state(store: Store) -> None:
    assert store.outbox.count() == OutboxCount(0, 0, 0, None)
    met(store)
    store.digests.file(a_filing(), [a_mail(f"{n}@example.org") for n in range(3)])
    one, two, _ = store.outbox.due()
    store.outbox.settle(one, Receipt(MailState.ACCEPTED, "250"), NOW, None)
    store.outbox.settle(two, Receipt(MailState.REFUSED, "550 no"), NOW + HOUR, None)
    assert store.outbox.count() == OutboxCount(1, 1, 1, NOW)
    (refused,) = store.outbox.refused(since=NOW + HOUR)
    assert (refused.mail.recipient, refused.reply) == ("1@example.org", "550 no")
    assert store.outbox.refused(since=NOW + DAY) == ()


def test_a_digest_is_accepted_once_no_mail_of_it_waits(store: Store) -> None:
    met(store)
    store.digests.file(a_filing(), [a_mail("a@example.org"), a_mail("b@example.org")])
    name = a_mail().message_id
    assert store.outbox.state_of("<other@monitor.example>") == "unknown"
    one, two = store.outbox.due()
    store.outbox.settle(one, Receipt(MailState.REFUSED, "550"), NOW, None)
    assert store.outbox.state_of(name) == "pending"
    store.outbox.settle(two, Receipt(MailState.ACCEPTED, "250"), NOW, None)
    assert store.outbox.state_of(name) == "accepted"


# --- two at once ---------------------------------------------------------------------------------


def test_two_processes_at_once_lose_nothing(url: str) -> None:
    """Two stores, each in its thread, check their sources and both compete for the digest."""
    filed: list[bool] = []
    errors: list[Exception] = []
    start = threading.Barrier(2)

    def work(source: str) -> None:
        try:
            with Store.open(url) as store:
                start.wait(10)
                for n in range(1, 21):
                    alert = an_alert(source, f"item {n}")
                    assert store.checks.save(Saved(state(n, source), alerts=(alert,)))
                start.wait(10)
                pending = store.digests.pending(store.digests.states()["team"])
                numbers = [alert.id or 0 for alert in pending]
                filed.append(store.digests.file(a_filing(numbers), [a_mail()]))
        except (AssertionError, SQLAlchemyError, threading.BrokenBarrierError) as error:
            errors.append(error)
            start.abort()

    with Store.open(url) as store:
        met(store)
        threads = [threading.Thread(target=work, args=(name,)) for name in ("court", "ministry")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert errors == []
        assert sorted(filed) == [False, True]
        assert len(store.history.alerts()) == 40
        assert store.digests.pending(store.digests.states()["team"]) == ()
        assert len(store.outbox.due()) == 1


def test_two_first_checks_of_a_source_at_once_leave_one(url: str) -> None:
    with Store.open(url) as one, Store.open(url) as other:
        start = threading.Barrier(2)
        done: list[bool] = []

        def first(store: Store, item: str) -> None:
            start.wait(10)
            done.append(store.checks.save(Saved(state(), added=(stored(an_item(item)),))))

        threads = [threading.Thread(target=first, args=args) for args in ((one, "a"), (other, "b"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(done) == [False, True]
        assert len(one.checks.marks("court", ())) == 1


# --- procedures ----------------------------------------------------------------------------------


def test_a_question_is_overdue_until_it_was_told_and_again_when_its_day_moves(
    store: Store,
) -> None:
    asked = replace(an_item(), state="asked", due=NOW)
    settled = replace(an_item("b"), state="answered", due=NOW)
    store.checks.save(Saved(state(), added=(stored(asked), stored(settled))))
    assert store.checks.overdue("court", NOW) == ()
    assert store.checks.overdue("court", NOW + HOUR) == (asked,)
    store.checks.save(Saved(state(2), overdue=("a",)))
    assert store.checks.overdue("court", NOW + HOUR) == ()
    edited = replace(asked, blocks=("text a", "more"))
    store.checks.save(Saved(state(3), edited=(stored(edited),)))
    assert store.checks.overdue("court", NOW + HOUR) == ()
    later = replace(edited, state="extended", due=NOW + HOUR)
    store.checks.save(Saved(state(4), edited=(stored(later),)))
    assert store.checks.overdue("court", NOW + 2 * HOUR) == (later,)
    store.checks.save(Saved(state(5), missing=("a",)))
    assert store.checks.overdue("court", NOW + 2 * HOUR) == ()


def test_what_was_overdue_at_first_sight_need_not_be_told(store: Store) -> None:
    asked = replace(an_item(), state="asked", due=NOW)
    store.checks.save(Saved(state(), added=(replace(stored(asked), overdue_told=NOW),)))
    assert store.checks.overdue("court", NOW + HOUR) == ()


# --- codec ---------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=()), max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
many_texts = st.lists(texts, max_size=3).map(tuple)
items = st.builds(
    Item,
    id=texts,
    title=texts,
    url=st.none() | texts,
    blocks=many_texts,
    published=st.none() | moments,
    published_text=st.none() | texts,
    lang=st.none() | texts,
    attached=st.lists(st.builds(Attachment, texts, texts, many_texts), max_size=2).map(tuple),
)
offsets = st.integers(0, 10**9)
matches = st.builds(
    Match,
    topic=texts,
    term=texts,
    start=offsets,
    end=offsets,
    words=texts,
    excerpt=st.lists(st.builds(Piece, texts, st.booleans()), max_size=3).map(tuple),
    tier=st.sampled_from(Tier),
    side=st.sampled_from(Side),
)
samples = st.lists(offsets, max_size=3).map(tuple)
identities = st.builds(
    Identity,
    names=st.lists(st.builds(Name, texts, texts, texts, texts), max_size=2).map(tuple),
    links=many_texts,
    text=st.builds(Sketch, offsets, samples, samples, samples),
)
alerts = st.builds(
    Alert,
    source=texts,
    item=texts,
    kind=st.sampled_from(ChangeKind),
    title=texts,
    url=st.none() | texts,
    detected_at=moments,
    published=st.none() | moments,
    published_text=st.none() | texts,
    lang=st.none() | texts,
    matches=st.lists(matches, max_size=2).map(tuple),
    citations=st.lists(st.builds(Citation, texts, texts, texts, offsets, offsets), max_size=2).map(
        tuple
    ),
    added=many_texts,
    removed=many_texts,
    story=texts,
    identity=st.none() | identities,
)


@given(items)
def test_an_item_comes_back_as_it_was(item: Item) -> None:
    assert unpack_item(pack_item(item)) == item


@given(alerts, offsets)
def test_an_alert_comes_back_as_it_was_with_its_number(alert: Alert, number: int) -> None:
    assert unpack_alert(number, alert.item, pack_alert(alert)) == replace(alert, id=number)


def test_what_an_older_release_packed_can_still_be_read() -> None:
    item = {"id": "a", "title": "A", "url": None, "blocks": ["b"], "published": None,
            "published_text": None, "lang": None, "attached": [
                {"url": "https://x.example/", "media_type": "text/html", "blocks": ["c"]}]}  # fmt: skip
    read = unpack_item(pack(item))
    assert (read.blocks, read.attached[0].blocks, read.figure, read.remarks) == (
        ("b",),
        ("c",),
        None,
        (),
    )
    alert = {"source": "s", "item": "a", "kind": "added", "title": "A", "url": None,
             "detected_at": "2026-03-02T06:00:00+00:00", "matches": [
                 {"topic": "t", "term": "T", "start": 0, "end": 1, "words": "T",
                  "excerpt": [["T", True]], "tier": "sure", "side": "added"}]}  # fmt: skip
    told = unpack_alert(7, "b", pack(alert))
    assert (told.id, told.item, told.matches[0].place, told.remarks) == (7, "b", "", ())

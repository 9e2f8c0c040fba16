"""Every schema that was ever released, with data in it, brought up to date and read again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from operator import eq
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, event, insert

import monitor.store
from monitor.diff import mark, seen
from monitor.errors import StoreError
from monitor.model import ChangeKind, Health, MailState, Receipt
from monitor.store import Saved, Store, back_up, restore, tables
from monitor.store.alone import APPLICATION_ID
from monitor.store.codec import pack_alert, pack_item, pack_seen
from monitor.store.opening import known_revisions
from tests.test_store import DAY, HOUR, NOW, an_alert, an_item, raw, state, stored

MIGRATIONS = Config()
MIGRATIONS.set_main_option(
    "script_location", str(Path(monitor.store.__file__).parent / "migrations")
)
SCRIPTS = ScriptDirectory.from_config(MIGRATIONS)
REVISIONS = sorted(script.revision for script in SCRIPTS.walk_revisions())
OLDER = REVISIONS[:-1]
ITEM, ALERT = an_item("a", "Ein Satz.", "Noch ein Satz."), an_alert()

# What the first release wrote of one check, one digest and its two mails.
ROWS: dict[str, list[dict[str, Any]]] = {
    "source": [
        {
            "source": "court",
            "checks": 7,
            "first_checked": NOW - 9 * DAY,
            "last_checked": NOW,
            "last_success": NOW - DAY,
            "last_changed": NOW - 2 * DAY,
            "next_check": NOW + HOUR,
            "failing_since": NOW - HOUR,
            "failures": 2,
            "last_error": "no answer",
            "error_state": "timeout",
            "etag": '"x"',
            "definition": "f" * 16,
            "told": "failing",
        }
    ],
    "version": [
        {"source": "court", "number": 1, "item": "a", "kind": "added", "at": NOW - 9 * DAY}
        | {"body": pack_item(an_item("a", "Alt."))},
        {"source": "court", "number": 2, "item": "a", "kind": "edited", "at": NOW - 2 * DAY}
        | {"body": pack_item(ITEM)},
    ],
    "item": [
        {
            "source": "court",
            "item": "a",
            "fingerprint": mark(ITEM).fingerprint,
            "identity": mark(ITEM).identity,
            "present": True,
            "seen": pack_seen(seen(ITEM)),
            "version": 2,
            "unread": "https://court.example/a.pdf",
            "attempts": 3,
        }
    ],
    "alert": [
        {
            "source": "court",
            "item": "a",
            "kind": "added",
            "detected_at": NOW,
            "title": ALERT.title,
            "url": ALERT.url,
            "story": "0123456789abcdef",
            "topics": ["desertion"],
            "body": pack_alert(ALERT),
        }
    ]
    * 2,
    "list": [
        {"list": "team", "first_seen": NOW - 9 * DAY, "since_alert": 1}
        | {"last_cutoff": NOW - HOUR, "last_mail": NOW - DAY}
    ],
    "digest": [
        {"list": "team", "cutoff": NOW - HOUR, "composed_at": NOW, "message_id": "<1@x>"}
        | {"kind": "digest"}
    ],
    "digest_alert": [{"list": "team", "alert": 1, "digest": 1}],
    "mail": [
        {
            "digest": 1,
            "list": "team",
            "recipient": f"{who}@example.org",
            "message_id": "<1@x>",
            "mime": b"Subject: \xff\r\n\r\n",
            "created_at": NOW,
            "state": state_,
            "attempts": 1,
            "next_attempt": NOW,
        }
        for who, state_ in (("a", "accepted"), ("b", "pending"))
    ],
}
ORDER = ("source", "version", "item", "alert", "list", "digest", "digest_alert", "mail")


def build(url: str, revision: str) -> None:
    """Make the database that a release with this schema left behind."""
    with raw(url) as engine, engine.begin() as connection:
        _upgrade(connection, revision)
        old = MetaData()
        old.reflect(connection)
        for name in ORDER:
            for row in ROWS[name]:
                connection.execute(insert(old.tables[name]).values(_as_written(row)))
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _upgrade(connection: Connection, revision: str) -> None:
    MIGRATIONS.attributes["connection"] = connection
    command.upgrade(MIGRATIONS, revision)


def _as_written(row: dict[str, Any]) -> dict[str, Any]:
    """Instants as they were always written: UTC, on SQLite without its zone."""
    return {
        key: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for key, value in row.items()
    }


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each kind in turn."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


def test_the_schemas_follow_one_another_in_a_line() -> None:
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert SCRIPTS.get_heads() == [REVISIONS[-1]]
    assert known_revisions() == set(REVISIONS)


@pytest.mark.parametrize("revision", OLDER)
def test_a_database_of_an_older_release_is_brought_up_to_date_and_nothing_in_it_is_lost(
    url: str, revision: str
) -> None:
    build(url, revision)
    with Store.open(url) as store:
        was = store.checks.state("court")
        assert (was.checks, was.failures, was.last_error) == (7, 2, "no answer")
        assert (was.told, was.next_check) == (Health.FAILING, NOW + HOUR)
        assert (was.odd, was.patience, was.outage_since, was.caught_up) == (None, None, None, 0)
        assert store.checks.known("court", ["a"])["a"].item == ITEM
        (owed,) = store.checks.follow_ups("court")
        assert (owed.url, owed.attempts) == ("https://court.example/a.pdf", 3)
        assert [version.number for version in store.history.versions("court")] == [1, 2]
        assert store.history.state_at("court", 1)["a"].blocks == ("Alt.",)
        reader = store.digests.states()["team"]
        assert [alert.id for alert in store.digests.pending(reader)] == [2]
        (mail,) = store.outbox.due()
        assert (mail.recipient, mail.mime) == ("b@example.org", b"Subject: \xff\r\n\r\n")
        assert store.outbox.count().accepted == 1
        assert store.upkeep.damage() is None
    with raw(url) as engine, engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


@pytest.mark.parametrize("revision", OLDER)
def test_work_goes_on_in_a_database_of_an_older_release(url: str, revision: str) -> None:
    build(url, revision)
    with Store.open(url) as store:
        new = an_item("b")
        after = state(8, last_changed=NOW, patience=3 * DAY, caught_up=2)
        assert store.checks.save(Saved(after, added=(stored(new),), alerts=(an_alert(item="b"),)))
        assert store.checks.state("court").patience == 3 * DAY
        assert store.checks.known("court", ["b"])["b"].item == new
        (mail,) = store.outbox.due()
        store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250"), NOW, None)
        assert store.outbox.due() == ()
        assert len(store.digests.pending(store.digests.states()["team"])) == 2
        kinds = [version.kind for version in store.history.item_versions("court")]
        assert kinds == [ChangeKind.ADDED, ChangeKind.EDITED, ChangeKind.ADDED]


@pytest.mark.parametrize("revision", OLDER)
def test_a_migration_that_fails_anywhere_leaves_the_older_schema(url: str, revision: str) -> None:
    """Case 22; killed for real in test_crash."""
    build(url, revision)
    steps = _break_upgrade(url, partial(eq, -1))
    assert steps
    for number in range(steps):
        _break_upgrade(url, partial(eq, number))
        with raw(url) as engine, engine.connect() as connection:
            assert MigrationContext.configure(connection).get_current_revision() == revision
    with Store.open(url) as store:
        assert store.checks.state("court").checks == 7


def _break_upgrade(url: str, is_end: Callable[[int], bool]) -> int:
    """Bring the database up to date within a transaction that always fails; count its steps."""
    steps = 0

    def step(_c: object, _cursor: object, sql: str, *_: object) -> None:
        nonlocal steps
        if sql.split(maxsplit=1)[0] in {"ALTER", "CREATE", "INSERT", "UPDATE", "DROP"}:
            if is_end(steps):
                raise _PowerCutError
            steps += 1

    with raw(url) as engine:
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", lambda connection, _: _by_hand(connection))
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        event.listen(engine, "before_cursor_execute", step)
        with suppress(_PowerCutError), engine.begin() as connection:
            _upgrade(connection, "head")
            raise _PowerCutError
    return steps


def _by_hand(connection: Any) -> None:
    connection.isolation_level = None


class _PowerCutError(Exception):
    """The end of a process, as far as a transaction can tell."""


@pytest.mark.parametrize("revision", OLDER)
def test_a_backup_of_an_older_release_can_be_restored(
    sqlite_url: str, tmp_path: Path, revision: str
) -> None:
    build(sqlite_url, revision)
    back_up(sqlite_url, tmp_path / "copy.db")
    with Store.open(sqlite_url) as store:
        store.checks.save(Saved(state(8)))
    restore(sqlite_url, tmp_path / "copy.db", NOW + timedelta(days=1))
    with Store.open(sqlite_url) as store:
        assert store.checks.state("court").checks == 7


def test_a_database_of_a_newer_release_is_refused_with_what_to_do(url: str) -> None:
    with Store.open(url):
        pass
    with raw(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer release.*\(9999\).*or restore a backup"):
        Store.open(url)

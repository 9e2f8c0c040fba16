"""The tables. Times are aware UTC; whole items and alerts are compressed JSON (see `codec`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite


class Utc(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite stores it without its zone, PostgreSQL with."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Any text at all: databases refuse zero bytes and lone surrogates, hostile pages send them.

    These are written as U+FFFD and four hex digits, and so is U+FFFD, so that what is read is what
    was written.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value and _UNSTORABLE.sub(lambda c: f"\ufffd{ord(c[0]):04x}", value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return value and _ESCAPED.sub(lambda c: chr(int(c[1], 16)), value)


class Length(TypeDecorator[timedelta]):
    """A length of time in whole seconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value.total_seconds())

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


_UNSTORABLE = re.compile("[\0\ud800-\udfff\ufffd]")
_ESCAPED = re.compile("\ufffd([0-9a-f]{4})")


# SQLite counts rows itself only for INTEGER keys; elsewhere a row number may outgrow 32 bits.
RowId = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

source = Table(
    "source",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("checks", Integer, nullable=False),
    Column("first_checked", Utc),
    Column("last_checked", Utc),
    Column("last_success", Utc),
    Column("last_changed", Utc),
    Column("last_full", Utc),
    Column("next_check", Utc, index=True),
    Column("failing_since", Utc),
    Column("failures", Integer, nullable=False),
    Column("last_error", Words),
    Column("error_state", String(32)),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("body_hash", String(64)),
    Column("definition", String(64)),
    Column("shrunk", String(64)),
    Column("told", String(16), nullable=False),
    Column("odd", Words),
    Column("odd_since", Utc),
    Column("patience", Length),
    Column("outage_since", Utc),
    Column("outage_until", Utc),
    Column("caught_up", Integer, nullable=False, server_default="0"),
)

# Row numbers are never used twice (`sqlite_autoincrement`): lists count alerts by them.
# One row per state that an item ever had; `body` is NULL for a removal. With a `base` it is what
# differs from the text of that version; `behind` counts how many are read by way of this one.
version = Table(
    "version",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", ForeignKey("source.source"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("item", Words, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("at", Utc, nullable=False),
    Column("body", LargeBinary),
    Column("base", RowId),
    Column("behind", Integer, nullable=False, server_default="0"),
    Index("ix_version_source_number", "source", "number"),
    Index("ix_version_source_item", "source", "item"),
    sqlite_autoincrement=True,
)

# The snapshot. `seen` holds the eight-byte fingerprints of every title and block it ever had;
# `overdue_told` is the day `due` of which it was told that it passed.
item = Table(
    "item",
    metadata,
    Column("source", ForeignKey("source.source"), primary_key=True),
    Column("item", Words, primary_key=True),
    Column("fingerprint", String(16), nullable=False),
    Column("identity", String(16), nullable=False),
    Column("present", Boolean, nullable=False),
    Column("seen", LargeBinary, nullable=False),
    Column("version", ForeignKey("version.id"), nullable=False),
    Column("unread", Words),
    Column("attempts", Integer, nullable=False),
    Column("state", String(16)),
    Column("due", Utc),
    Column("overdue_told", Utc),
    Index("ix_item_source_present", "source", "present"),
    # Few rows wait for a document or a day; these find them among all.
    Index(
        "ix_item_unread",
        "source",
        sqlite_where=text("unread IS NOT NULL"),
        postgresql_where=text("unread IS NOT NULL"),
    ),
    Index(
        "ix_item_due",
        "source",
        sqlite_where=text("due IS NOT NULL"),
        postgresql_where=text("due IS NOT NULL"),
    ),
)

alert = Table(
    "alert",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", ForeignKey("source.source"), nullable=False),
    Column("item", Words, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("detected_at", Utc, nullable=False, index=True),
    Column("title", Words, nullable=False),
    Column("url", Words),
    Column("story", String(16), nullable=False, index=True),
    Column("topics", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_alert_source_item", "source", "item"),
    sqlite_autoincrement=True,
)

# Two alerts that are one story share a key; those too old to be taken up again have none.
alert_key = Table(
    "alert_key",
    metadata,
    Column("alert", ForeignKey("alert.id"), primary_key=True),
    Column("key", String(16), primary_key=True, index=True),
)

# A list gets the alerts numbered above `since_alert`: those found since the day
# before it was first seen; the number grows as alerts are settled.
mailing_list = Table(
    "list",
    metadata,
    Column("list", String(64), primary_key=True),
    Column("first_seen", Utc, nullable=False),
    Column("since_alert", RowId, nullable=False),
    Column("last_cutoff", Utc, nullable=False),
    Column("last_mail", Utc, nullable=False),
)

digest = Table(
    "digest",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("list", ForeignKey("list.list"), nullable=False),
    Column("cutoff", Utc, nullable=False),
    Column("composed_at", Utc, nullable=False),
    Column("message_id", Words, nullable=False),
    Column("kind", String(16), nullable=False),
    UniqueConstraint("list", "cutoff", "kind"),
)

# The key is the promise: an alert is in one digest of a list, never in two.
digest_alert = Table(
    "digest_alert",
    metadata,
    Column("list", ForeignKey("list.list"), primary_key=True),
    Column("alert", ForeignKey("alert.id"), primary_key=True),
    Column("digest", ForeignKey("digest.id"), nullable=False, index=True),
)

mail = Table(
    "mail",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("digest", ForeignKey("digest.id"), nullable=False, index=True),
    Column("list", ForeignKey("list.list"), nullable=False),
    Column("recipient", Words, nullable=False),
    Column("message_id", Words, nullable=False),
    Column("mime", LargeBinary, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", Utc, nullable=False),
    Column("settled_at", Utc),
    Column("reply", Words),
    UniqueConstraint("message_id", "recipient"),
    Index("ix_mail_state_next_attempt", "state", "next_attempt"),
)

# What came back of our mails; `at` is when the mail was composed. The rows outlive their mails only
# until these are forgotten.
bounce = Table(
    "bounce",
    metadata,
    Column("mail", RowId, primary_key=True, autoincrement=False),
    Column("severity", String(8), primary_key=True),
    Column("recipient", Words, nullable=False),
    Column("at", Utc, nullable=False),
    Column("status", String(16), nullable=False),
    Column("told", Words, nullable=False),
)

# Who gets nothing since when, until `resumed`; `told` once operators have been.
pause = Table(
    "pause",
    metadata,
    Column("recipient", Words, primary_key=True),
    Column("since", Utc, nullable=False),
    Column("reason", Words, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("resumed", Utc),
)

# One row, made by chance with the tables: what we sign with.
signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
)

# Whose turn it is with a host (a name with a port), for machines that share a server: who has it
# until when, when it was asked last, and until when it wants to be left alone.
host = Table(
    "host",
    metadata,
    Column("host", Words, primary_key=True),
    Column("holder", Words),
    Column("held_until", Utc),
    Column("last", Utc),
    Column("closed_until", Utc),
    Column("state", String(32)),
)


T = TypeVar("T")

# PostgreSQL takes 65,535 parameters in a statement, SQLite 32,766.
MOST_NAMED = 10_000


def portions(items: Collection[T]) -> Iterator[Sequence[T]]:
    """Return the items in portions that a statement has room for."""
    listed = tuple(items)
    return (listed[at : at + MOST_NAMED] for at in range(0, len(listed), MOST_NAMED))


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert the rows whose key is not taken, and return how many these were."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(rows).on_conflict_do_nothing()
    return len(connection.execute(statement.returning(*table.primary_key)).all())

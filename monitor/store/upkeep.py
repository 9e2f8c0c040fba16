"""What keeps a database small and sound over the years: retention, and looking for damage."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Table,
    Text,
    cast,
    delete,
    exists,
    false,
    func,
    literal,
    select,
    update,
)

from monitor.model import ChangeKind, MailState
from monitor.store import bounces, tables
from monitor.store.codec import read, unpack
from monitor.store.compress import compress
from monitor.store.tables import portions
from monitor.store.texts import replace_texts, texts
from monitor.store.trouble import in_words
from monitor.story import STORY_LASTS

# SQLite fills freed room with new rows; only much of it is worth writing the file anew.
WORTHWHILE_SHARE = 0.25
WORTHWHILE_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept: settled mails with their addresses, and old texts with digests."""

    mails: timedelta = timedelta(days=30)
    versions: timedelta = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many mails were emptied, texts of versions forgotten, digests removed."""

    mails: int
    versions: int
    digests: int

    def __bool__(self) -> bool:
        return any((self.mails, self.versions, self.digests))


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of a SQLite file: all of it, and what freed rows left unused within."""

    size: int
    unused: int

    @property
    def is_worth_shrinking(self) -> bool:
        """True when writing the file anew makes it much smaller."""
        return self.unused >= max(WORTHWHILE_BYTES, WORTHWHILE_SHARE * self.size)


class Upkeep:
    """Questions and answers about the database as a whole."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)

    # --- retention -------------------------------------------------------------------------------

    def prune(self, now: datetime, retention: Retention, *, dry_run: bool = False) -> Pruned:
        """Forget what is older than it is kept, in one transaction, and return how much that was.

        Alerts, the snapshot and the fingerprints of all that was ever seen stay: nothing is told
        again. With `dry_run` nothing is changed.
        """
        with self._engine.connect() as connection, connection.begin() as transaction:
            pruned = Pruned(
                digests=_remove_digests(connection, now - retention.versions),
                mails=_empty_mails(connection, now - retention.mails),
                versions=_forget_texts(connection, now - retention.versions),
            )
            _forget_keys(connection, now - 2 * STORY_LASTS)
            bounces.forget(connection)
            if dry_run:
                transaction.rollback()
        return pruned

    def room(self) -> Room | None:
        """Return how full a SQLite file is; None for a server, which sees to that itself."""
        if self._engine.dialect.name != "sqlite":
            return None
        with self._reading.connect() as connection:
            size, pages, unused = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("page_size", "page_count", "freelist_count")
            )
        return Room(size * pages, size * unused)

    def shrink(self) -> None:
        """Write a SQLite file anew without unused room; needs as much room again meanwhile.

        Raises StoreError when others use the database, or the disk is too full.
        """
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise in_words(error, self._engine.url.database) or error from error
        finally:
            raw.close()

    # --- looking for damage ----------------------------------------------------------------------

    def try_writing(self) -> None:
        """Write nothing, but as a write; StoreError when the database takes none.

        Beginning is not enough: SQLite begins to write on a read-only disk, too.
        """
        with self._engine.begin() as connection:
            connection.execute(delete(tables.source).where(false()))

    def damage(self) -> str | None:
        """Return what SQLite's own check finds wrong, in its words; a server checks itself."""
        if self._engine.dialect.name != "sqlite":
            return None
        with self._reading.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if found != "ok":
                return str(found)
            stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        return f"a row of {stray[0]} belongs to nothing in {stray[2]}" if stray else None

    def unreadable(self, most: int | None = None) -> Iterator[tuple[str, bool]]:
        """Yield for each stored text, newest first, where it stands and whether it is damaged.

        Texts are compressed with a checksum: a flipped bit shows. At most `most` texts of versions
        and as many of alerts are read.
        """
        for table in (tables.version, tables.alert):
            query = (
                select(table.c.id, table.c.source)
                .where(table.c.body.is_not(None))
                .order_by(table.c.id.desc())
                .limit(most)
            )
            with self._reading.connect() as connection:
                for row in connection.execute(query).all():
                    damaged = not _is_readable(connection, table, row.id)
                    yield f"{table.name} {row.id} of {row.source}", damaged

    def newest(self) -> datetime | None:
        """Return the time of the youngest row: no clock that is right is behind it."""
        columns = (
            tables.source.c.last_checked,
            tables.alert.c.detected_at,
            tables.mail.c.created_at,
        )
        with self._reading.connect() as connection:
            times = [connection.execute(select(func.max(column))).scalar() for column in columns]
        return max(filter(None, times), default=None)


def _is_readable(connection: Connection, table: Table, row: int) -> bool:
    try:
        if table is tables.version:
            read(texts(connection, [row])[row])
        else:
            c = tables.alert.c
            unpack(connection.execute(select(c.body).where(c.id == row)).scalar_one())
    except ValueError:
        return False
    return True


# --- what is forgotten ---------------------------------------------------------------------------


def _empty_mails(connection: Connection, horizon: datetime) -> int:
    """Addresses are personal data. That so many mails of a digest were accepted stays."""
    c = tables.mail.c
    return connection.execute(
        update(tables.mail)
        .where(c.state != MailState.PENDING, c.settled_at < horizon, func.length(c.mime) > 0)
        .values(mime=b"", recipient=literal("#").concat(cast(c.id, Text)), reply=None)
    ).rowcount


def _forget_texts(connection: Connection, horizon: datetime) -> int:
    """Forget old texts, but no item's newest or present one, and none that raised an alert.

    The rows stay: what came, changed and went, and when, remains known.
    """
    version, item, alert = tables.version.c, tables.item.c, tables.alert.c
    newer = tables.version.alias()
    query = select(version.id)
    forgotten = list(
        connection.execute(
            query.where(
                version.at < horizon,
                version.body.is_not(None),
                exists().where(
                    newer.c.source == version.source,
                    newer.c.item == version.item,
                    newer.c.id > version.id,
                    newer.c.kind != ChangeKind.REMOVED,
                ),
                ~exists().where(
                    item.source == version.source,
                    item.item == version.item,
                    item.version == version.id,
                ),
                ~exists().where(
                    alert.source == version.source,
                    alert.item == version.item,
                    alert.detected_at == version.at,
                ),
            )
        ).scalars()
    )
    _stand_alone(connection, forgotten)
    for some in portions(forgotten):
        statement = update(tables.version).where(version.id.in_(some))
        connection.execute(statement.values(body=None, base=None))
    return len(forgotten)


def _stand_alone(connection: Connection, forgotten: Collection[int]) -> None:
    """Keep whole what is read by way of texts that are forgotten now."""
    version, gone = tables.version.c, set(forgotten)
    for some in portions(forgotten):
        query = select(version.id).where(version.base.in_(some), version.body.is_not(None))
        staying = [row for row in connection.execute(query).scalars() if row not in gone]
        found = texts(connection, staying)
        replace_texts(connection, [(row, compress(found[row]), None) for row in staying])


def _forget_keys(connection: Connection, horizon: datetime) -> None:
    """Forget by what old alerts were found again: their stories are not taken up any more."""
    old = select(tables.alert.c.id).where(tables.alert.c.detected_at < horizon)
    connection.execute(delete(tables.alert_key).where(tables.alert_key.c.alert.in_(old)))


def _remove_digests(connection: Connection, horizon: datetime) -> int:
    """Remove old digests with their mails, but none that still keeps an alert from coming again."""
    old = list(connection.execute(_old_digests(horizon)).scalars())
    for digest in old:
        connection.execute(delete(tables.mail).where(tables.mail.c.digest == digest))
        filed = tables.digest_alert.c
        connection.execute(delete(tables.digest_alert).where(filed.digest == digest))
        connection.execute(delete(tables.digest).where(tables.digest.c.id == digest))
    return len(old)


def _old_digests(horizon: datetime) -> Select[tuple[int]]:
    digest, mail, filed = tables.digest.c, tables.mail.c, tables.digest_alert.c
    reader = tables.mailing_list.c
    return select(digest.id).where(
        digest.cutoff < horizon,
        ~exists().where(mail.digest == digest.id, mail.state == MailState.PENDING),
        ~exists().where(
            filed.digest == digest.id, reader.list == filed.list, filed.alert > reader.since_alert
        ),
    )

"""Copies of a SQLite database: one made while the service runs, and one put back in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreError
from monitor.store.alone import APPLICATION_ID, sole_daemon
from monitor.store.opening import file_of, known_revisions
from monitor.store.trouble import in_words

# What SQLite keeps beside a database: changes on their way into it, and an index of these.
_LOG, _INDEX = "-wal", "-shm"


@dataclass(frozen=True, slots=True)
class Restored:
    """The database that was put back, and where the one before it lies now, if there was one."""

    file: Path
    before: Path | None


def back_up(url: str, copy: Path, *, replace: bool = False) -> int:
    """Copy the database as it is at this moment, and return the bytes of the copy.

    Others may read and write meanwhile. The copy appears under its name when it is whole, verified
    and on disk. Raises StoreError.
    """
    file = _sqlite_file(url)
    if not file.is_file():
        raise StoreError(f"there is no database {file} to copy")
    if copy.exists() and copy.samefile(file):
        raise StoreError(f"{copy} is the database itself; name another file for the copy")
    if copy.exists() and not replace:
        raise StoreError(f"{copy} exists already; name another file, or say --force")
    with _draft(copy) as draft:
        _write_copy(file, draft)
        verify(draft, known_as=copy)
        draft.replace(copy)
    _to_disk(copy.parent)
    return copy.stat().st_size


def restore(url: str, copy: Path, now: datetime) -> Restored:
    """Put a copy in the place of the database, which is kept beside it under another name.

    Raises StoreError, and changes nothing, when the copy is damaged, foreign or too new, and while
    the service or another command uses the database.
    """
    file = _sqlite_file(url)
    verify(copy)
    with _sentences(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    with sole_daemon(file), _draft(file) as draft:
        _write_copy(copy, draft)
        verify(draft, known_as=copy)
        before = _set_aside(file, now) if file.exists() else None
        draft.replace(file)
        _to_disk(file.parent)
    return Restored(file, before)


def verify(file: Path, *, known_as: Path | None = None) -> None:
    """Raise StoreError unless the file is a whole database of ours that this release can read."""
    name = known_as or file
    if not file.is_file():
        raise StoreError(f"there is no file {name}")
    with _sentences(name), closing(_to_read(file)) as database:
        if _asked(database, "PRAGMA application_id") != APPLICATION_ID:
            raise StoreError(f"{name} is no database of policy-monitor")
        damage = _asked(database, "PRAGMA quick_check(1)")
        if damage != "ok":
            raise StoreError(f"{name} is damaged: {damage}; take another copy")
        revision = _asked(database, "SELECT version_num FROM alembic_version")
    if revision not in known_revisions():
        raise StoreError(
            f"{name} was written by a newer release of policy-monitor ({revision}); "
            "install that release first"
        )


def _sqlite_file(url: str) -> Path:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"the database URL cannot be used: {error}") from error
    if address.get_backend_name() != "sqlite":
        raise StoreError(
            "this database is a server's; copy and restore it with pg_dump and pg_restore"
        )
    file = file_of(address)
    if file is None:
        raise StoreError("a database in memory cannot be copied or restored")
    return file


def _to_read(file: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(file.absolute()))}?mode=ro"
    return sqlite3.connect(address, uri=True, isolation_level=None)


def _asked(database: sqlite3.Connection, question: str) -> object:
    row = database.execute(question).fetchone()
    return row[0] if row else None


@contextmanager
def _sentences(where: Path) -> Iterator[None]:
    """Tell what SQLite or the system refuses as a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error, where) or StoreError(f"{where}: {error}") from error
    except OSError as error:
        raise StoreError(f"{error.filename or where}: {error.strerror or error}") from error


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """An empty file of our own beside the one it is to become; gone afterwards, come what may.

    It holds addresses: nobody else may read it. Root makes it for the owner of its directory.
    """
    draft = file.with_name(f".{file.name}.part")
    with _sentences(file):
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            owner = file.parent.stat()
            if os.geteuid() == 0:
                os.chown(draft, owner.st_uid, owner.st_gid)
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _write_copy(file: Path, draft: Path) -> None:
    """One reading transaction copies all, also what is still in the write-ahead log."""
    with _sentences(file), closing(_to_read(file)) as database:
        database.execute("VACUUM INTO ?", (str(draft),))
    _to_disk(draft)


def _set_aside(file: Path, now: datetime) -> Path:
    """Keep the present database under another name, and leave no log that is not its successor's.

    A log that SQLite could not write into it, because it is damaged, goes with it.
    """
    _close_log(file)
    before = file.with_name(f"{file.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    try:
        os.link(file, before)  # so that there is a database at every moment
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(file, before)
    with suppress(FileNotFoundError):
        file.with_name(file.name + _LOG).replace(before.with_name(before.name + _LOG))
    file.with_name(file.name + _INDEX).unlink(missing_ok=True)
    _to_disk(file.parent)
    return before


def _close_log(file: Path) -> None:
    """Write the log into the database. SQLite does so only when nobody else has it open."""
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as database:
        try:
            database.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreError(
                    f"another command uses {file}; wait until it is done, then restore again"
                ) from error
        except sqlite3.DatabaseError:
            return  # damaged: that is why it is replaced


def _to_disk(path: Path) -> None:
    """Have a file, or the names in a directory, survive a power failure (fsync(2))."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

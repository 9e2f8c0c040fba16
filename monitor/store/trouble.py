"""What SQLite says when it cannot go on, as sentences for people: what happened, what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import ExceptionContext

from monitor.errors import StoreError

_DAMAGED = (
    "{where} is damaged or no database ({reason}); stop the service and bring back a backup: "
    "policy-monitor restore FILE"
)
# The log beside a database and its index grow in steps of 32 kB.
LEAST_ROOM = 2**16
# Primary result codes (https://sqlite.org/rescode.html).
_SENTENCES = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_FULL: "the disk of {where} is full; nothing was half written, make room there",
    sqlite3.SQLITE_READONLY: "{where} cannot be written ({reason}): "
    "its file, its directory or the whole file system is read-only for this user",
    sqlite3.SQLITE_CANTOPEN: "{where}: {reason}; is it a file in a directory that this user "
    "may write to?",
    sqlite3.SQLITE_PERM: "{where} is not allowed to this user ({reason})",
    sqlite3.SQLITE_IOERR: "the disk fails under {where} ({reason}); look at the system's log, "
    "and at the free room",
    sqlite3.SQLITE_BUSY: "another process holds {where} for too long ({reason}); try again later",
}


def in_words(error: BaseException, where: str | Path | None) -> StoreError | None:
    """Return the trouble of a SQLite database as a sentence; None for what is a bug of ours."""
    if not isinstance(error, sqlite3.Error) or not hasattr(error, "sqlite_errorcode"):
        return None
    code = error.sqlite_errorcode & 0xFF
    if code == sqlite3.SQLITE_IOERR and where and _is_full(Path(where)):
        code = sqlite3.SQLITE_FULL  # what no room for the index of the log comes out as
    sentence = _SENTENCES.get(code)
    return StoreError(sentence.format(where=where, reason=error)) if sentence else None


def _is_full(file: Path) -> bool:
    try:
        return shutil.disk_usage(file.parent).free < LEAST_ROOM
    except OSError:
        return False


def teller(where: str | None) -> Callable[[ExceptionContext], StoreError | None]:
    """Return what listens to an engine's errors and puts the foreseeable ones into words."""
    return lambda context: in_words(context.original_exception, where)

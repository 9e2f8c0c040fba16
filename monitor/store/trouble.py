"""What SQLite says when it cannot go on, as sentences for people: what happened, what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlalchemy import ExceptionContext

from monitor.errors import StoreError

_DAMAGED = (
    "{where} is damaged or no database ({reason}); stop the service and bring back a backup: "
    "policy-monitor restore FILE"
)
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


def in_words(error: BaseException, where: object) -> StoreError | None:
    """Return the trouble of a SQLite database as a sentence; None for what is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    sentence = _SENTENCES.get(code & 0xFF) if code is not None else None
    return StoreError(sentence.format(where=where, reason=error)) if sentence else None


def teller(where: object) -> Callable[[ExceptionContext], StoreError | None]:
    """Return what listens to an engine's errors and puts the foreseeable ones into words."""
    return lambda context: in_words(context.original_exception, where)

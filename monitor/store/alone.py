"""The rights to be the one maker of a database, and its one daemon."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError

from monitor.errors import StoreError

# «pmon»: tells our SQLite files and our locks from those of other programs.
APPLICATION_ID = 0x706D6F6E


@contextmanager
def sole_maker(file: Path) -> Iterator[None]:
    """Wait for whoever makes a SQLite file in the same directory, and keep others waiting.

    SQLite makes an empty file first and fills it later; who looks in between would take it for one
    that lost its content. The directory itself is the lock, so nothing is left behind.
    """
    directory = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


@contextmanager
def sole_daemon(file: Path) -> Iterator[None]:
    """Hold the right to be the one daemon of a SQLite file; StoreError when another holds it."""
    try:
        lock = Path(f"{file}.lock").open("w")  # noqa: SIM115 - closed below
    except OSError as error:
        raise StoreError(f"{file}.lock cannot be written: {error.strerror or error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(f"another policy-monitor runs on {file}; stop it first") from error
        yield


@contextmanager
def sole_session(engine: Engine) -> Iterator[None]:
    """Hold the same right for a schema of a PostgreSQL server; StoreError when another holds it.

    It is an advisory lock (PostgreSQL manual, 13.3.5) and ends with the connection that holds it.
    """
    name = engine.url.render_as_string()
    ours = func.pg_try_advisory_lock(APPLICATION_ID, func.hashtext(func.current_schema()))
    with ExitStack() as until_the_end:
        try:
            connection = until_the_end.enter_context(engine.connect())
            # Outside a transaction, which would last for ever, and outside the pool.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            alone = connection.scalar(select(ours))
        except DBAPIError as error:
            raise StoreError(f"{name}: {error.orig}") from error
        if not alone:
            raise StoreError(f"another policy-monitor runs on {name}; stop it first")
        yield

"""Opening a database: the right pragmas, the newest schema, and a refusal of anything foreign."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, column, create_engine, event, func, inspect, select
from sqlalchemy import table as table_of
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from monitor.errors import StoreError
from monitor.store import tables
from monitor.store.alone import APPLICATION_ID, sole_daemon, sole_maker, sole_session
from monitor.store.archive import Archive
from monitor.store.bounces import Bounces
from monitor.store.checks import Checks
from monitor.store.digests import Digests
from monitor.store.history import History
from monitor.store.hosts import Hosts
from monitor.store.outbox import Outbox
from monitor.store.trouble import teller
from monitor.store.upkeep import Upkeep

_MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = table_of("alembic_version", column("version_num"))  # Alembic's own note of the schema
BUSY_MILLISECONDS = 30_000
# What SQLAlchemy could speak to, if its drivers were there; we write no SQL for them.
_OTHERS = ("mysql", "mariadb", "oracle", "mssql")


class Store:
    """An open database; one attribute per group of questions. Use as a context manager."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.archive = Archive(engine)
        self.checks = Checks(engine)
        self.digests = Digests(engine)
        self.outbox = Outbox(engine)
        self.bounces = Bounces(engine)
        self.history = History(engine)
        self.hosts = Hosts(engine)
        self.upkeep = Upkeep(engine)

    @classmethod
    def open(cls, url: str) -> Store:
        """Return the store at an SQLAlchemy URL, created or brought up to date.

        Raises StoreError for what is no database of ours, is damaged, or was written by a newer
        release.
        """
        try:
            address = make_url(url)
            _refuse_unknown(address)
            with _making(address):
                return cls(_opened(address))
        except ModuleNotFoundError as error:
            raise StoreError(
                f"this database needs {error.name}: pip install 'policy-monitor[postgres]'"
            ) from error
        except (ArgumentError, NoSuchModuleError) as error:
            raise StoreError(f"the database URL cannot be used: {error}") from error
        except OSError as error:
            raise StoreError(f"the database cannot be reached: {error}") from error

    @contextmanager
    def only_daemon(self) -> Iterator[None]:
        """Hold the right to be the one daemon of this database; StoreError when another holds it.

        The lock lies beside a SQLite file, or belongs to a connection to the server; either way it
        ends with the process, however that ends.
        """
        with sole_daemon(self.file) if self.file else sole_session(self._engine):
            yield

    @property
    def file(self) -> Path | None:
        """The file that the database is; None for a server."""
        return file_of(self._engine.url)

    @property
    def server(self) -> str | None:
        """The address of the PostgreSQL server as its own programs take it; None for a file."""
        if self._engine.dialect.name != "postgresql":
            return None
        address = self._engine.url.set(drivername="postgresql")
        return address.render_as_string(hide_password=False)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()


def file_of(address: URL) -> Path | None:
    """Return the file that a database address names; None for a server or for memory."""
    named = address.get_backend_name() == "sqlite" and address.database not in (None, ":memory:")
    return Path(address.database or "") if named and address.database else None


def database_file(url: str) -> Path | None:
    """Return the file that a database URL names; None for a server. Raises StoreError."""
    try:
        return file_of(make_url(url))
    except ArgumentError as error:
        raise StoreError(f"the database URL cannot be used: {error}") from error


def known_revisions() -> frozenset[str]:
    """Return the schemas that this release can bring up to date: each migration's file names one.

    Alembic would read all these files, and be imported, to tell a database that it is up to date.
    """
    names = (file.name.partition("_") for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))
    return frozenset(revision for revision, *_ in names)


def _refuse_unknown(address: URL) -> None:
    kind = address.get_backend_name()
    if kind in _OTHERS:
        raise StoreError(f"only SQLite and PostgreSQL are known, not `{kind}`")
    if kind == "sqlite" and address.database in (None, "", ":memory:"):
        raise StoreError(
            "this database URL names no file, so all would be forgotten at the end; "
            "write sqlite:///state/policy-monitor.db"
        )


@contextmanager
def _making(address: URL) -> Iterator[None]:
    """Let one process at a time make the file; one that is there needs no waiting."""
    path = file_of(address)
    if path is None or (path.exists() and not _is_empty(path)):
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # addresses lie there
    with sole_maker(path):
        # It would open as a valid empty database, and every item would be new.
        if _is_empty(path):
            raise StoreError(
                f"{path} is empty: it was a database once, or something else made it. "
                "Restore a backup, or delete the file to start afresh"
            )
        yield


def _is_empty(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == 0


def _opened(address: URL) -> Engine:
    """Return the engine of a database that has our newest schema."""
    engine = _engine(address)
    try:
        _bring_up_to_date(engine)
    except (DBAPIError, OSError) as error:
        engine.dispose()
        reason = getattr(error, "orig", None) or error
        raise StoreError(f"{address.render_as_string()}: {reason}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def _engine(address: URL) -> Engine:
    engine = create_engine(address)
    if address.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "handle_error", teller(address.database))
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction control would commit before schema changes.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: a committed alert survives a power failure; we commit a few times a minute.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin(connection: Any) -> None:
    """Take the write lock at once, but to read: a later upgrade fails instead of waiting."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _is_foreign(connection: Connection, revision: str | None) -> bool:
    """Whether another program made the database, perhaps one with migrations of its own."""
    if connection.dialect.name == "sqlite":
        mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        if mark != (0 if revision is None else APPLICATION_ID):
            return True
    if revision is None:
        return bool(inspect(connection).get_table_names())
    return not inspect(connection).has_table(tables.source.name)


def _revision(connection: Connection) -> str | None:
    """The schema that a database has; None for one without any, or of another program."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()


def _one_at_a_time(connection: Connection) -> None:
    """Two that start at once make the tables once; SQLite's transactions see to that themselves."""
    if connection.dialect.name == "postgresql":
        schema = func.hashtext(func.current_schema())
        connection.execute(select(func.pg_advisory_xact_lock(APPLICATION_ID + 1, schema)))


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection:
        present = _revision(connection)
        if _is_foreign(connection, present):
            raise StoreError(
                f"{engine.url.render_as_string()} holds tables of another program; "
                "name an empty or a policy-monitor database"
            )
    if present != max(known_revisions()):
        _migrate(engine, present)


def _migrate(engine: Engine, present: str | None) -> None:
    """Make all tables, or bring those of an older release up to date."""
    from alembic import command  # noqa: PLC0415 - slow to load, and needed once in a release
    from alembic.config import Config  # noqa: PLC0415 - likewise
    from alembic.util.exc import CommandError  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    try:
        with engine.begin() as connection:
            _one_at_a_time(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    except CommandError as error:
        raise StoreError(
            f"{engine.url.render_as_string()} was written by a newer release of policy-monitor "
            f"({present}); install that release, or restore a backup made with this one"
        ) from error

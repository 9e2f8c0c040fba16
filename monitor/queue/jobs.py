"""The queue itself; the only door to Procrastinate.

Its tables stand beside ours, made and brought up to date with the scripts that it ships. The name
of the last script is kept as the comment of its main table.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job
from procrastinate.schema import migrations_path

from monitor.errors import StoreError

# A worker gives a sign of life this often; one that gave none for three times as long is gone.
PULSE = timedelta(seconds=10)
_PULSES = 3
_QUEUE = "checks"
_TASK = "check-host"
# Who frees a host tells nobody, so look again; news of fresh jobs come by themselves.
_LOOK_AGAIN = 2.0  # seconds
_VERSION = """
SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS there,
       obj_description(to_regclass('procrastinate_jobs'), 'pg_class') AS version"""
_WORKERS = """
SELECT id, extract(epoch FROM clock_timestamp() - last_heartbeat)::float AS silent
FROM procrastinate_workers ORDER BY id"""
_REMOVE = r"""
DO $$
DECLARE statement text;
BEGIN
  FOR statement IN
    SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\_%'
    UNION ALL
    SELECT format('DROP TABLE %I CASCADE', relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
      AND relname LIKE 'procrastinate\_%'
    UNION ALL
    SELECT format('DROP TYPE %I CASCADE', typname) FROM pg_type LEFT JOIN pg_class c
      ON c.oid = typrelid
    WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\_%'
      AND (typtype = 'e' OR c.relkind = 'c')
  LOOP
    EXECUTE statement;
  END LOOP;
END $$"""

CheckHost = Callable[[str, str], Awaitable[None]]
"""Checks what is due at a host, by the configuration of that mark."""


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """How the queue stands; `workers` are their numbers and since when each has been silent."""

    version: str | None
    waiting: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    workers: tuple[tuple[int, timedelta], ...] = ()


class Jobs:
    """The jobs in a database. All methods raise StoreError when it cannot be reached."""

    def __init__(self, app: App, pulse: timedelta) -> None:
        self._app = app
        self._pulse = pulse

    # --- the tables ------------------------------------------------------------------------------

    async def bring_up_to_date(self) -> None:
        """Make the tables, or bring them to what this release needs; StoreError if newer."""
        scripts = _scripts()
        there, version = await self._version()
        if not there:
            await self._run(self._app.schema_manager.get_schema(), scripts[-1].stem)
            return
        _refuse_strange(version)
        for script in scripts:
            if script.stem > version:
                await self._run(script.read_text(encoding="utf-8"), script.stem)

    async def demand(self) -> None:
        """Raise StoreError unless the tables are what this release needs."""
        there, version = await self._version()
        newest = _scripts()[-1].stem
        if not there:
            raise StoreError(
                "nobody hands out work in this database yet; start `policy-monitor run --queue`"
            )
        _refuse_strange(version)
        if version != newest:
            raise StoreError(
                f"the queue of this database is of another release ({version}, needed: {newest}); "
                "start `policy-monitor run --queue` of this release first"
            )

    async def remove(self) -> bool:
        """Remove the tables; False when there were none."""
        there, _ = await self._version()
        if there:
            await self._execute(_REMOVE)
        return there

    async def _version(self) -> tuple[bool, str]:
        (row,) = await self._rows(_VERSION)
        return row["there"], row["version"] or ""

    async def _run(self, script: str, version: str) -> None:
        # One string is one transaction: the tables never have another version than they say.
        await self._execute(f"{script};\nCOMMENT ON TABLE procrastinate_jobs IS '{version}'")

    async def _execute(self, statement: str) -> None:
        with _in_words():
            await self._app.connector.execute_query_async(statement.replace("%", "%%"))

    async def _rows(self, query: str) -> list[dict[str, Any]]:
        with _in_words():
            return await self._app.connector.execute_query_all_async(query.replace("%", "%%"))

    # --- handing out -----------------------------------------------------------------------------

    async def hand_out(self, hosts: Iterable[str], mark: str) -> None:
        """Let the hosts wait in the queue, all or none."""
        jobs = [
            Job(
                queue=_QUEUE,
                task_name=_TASK,
                lock=host,
                queueing_lock=host,
                task_kwargs={"host": host, "mark": mark},
            )
            for host in hosts
        ]
        if jobs:
            with _in_words():
                await self._app.job_manager.batch_defer_jobs_async(jobs)

    async def busy(self) -> frozenset[str]:
        """Return the hosts that wait in the queue or are being checked."""
        return frozenset([*await self._hosts("todo"), *await self._hosts("doing")])

    async def take_over(self) -> tuple[str, ...]:
        """Let the hosts of workers that are gone wait in the queue again, and return them."""
        manager = self._app.job_manager
        with _in_words():
            silent = (_PULSES * self._pulse).total_seconds()
            stalled = await manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=silent)
            for job in stalled:
                await manager.retry_job(job)
            await manager.prune_stalled_workers(silent)
        return tuple(job.lock for job in stalled if job.lock)

    async def standing(self) -> QueueStanding:
        """Return how the queue stands."""
        there, version = await self._version()
        if not there:
            return QueueStanding(None)
        workers = await self._rows(_WORKERS)
        return QueueStanding(
            version,
            await self._hosts("todo"),
            await self._hosts("doing"),
            tuple((row["id"], timedelta(seconds=row["silent"])) for row in workers),
        )

    async def _hosts(self, status: str) -> tuple[str, ...]:
        with _in_words():
            jobs = await self._app.job_manager.list_jobs_async(queue=_QUEUE, status=status)
        return tuple(job.lock for job in jobs if job.lock)

    # --- working ---------------------------------------------------------------------------------

    async def work(
        self, check: CheckHost, *, hosts: int, stop: asyncio.Event, grace: timedelta
    ) -> None:
        """Check hosts, so many at once, until `stop` is set and what is under way has ended.

        What has not ended within `grace` is cut off. Raises StoreError when the queue is lost.
        """

        async def check_host(host: str, mark: str) -> None:
            await check(host, mark)

        self._app.task(name=_TASK, queue=_QUEUE)(check_host)
        working = asyncio.create_task(
            self._app.run_worker_async(
                queues=[_QUEUE],
                concurrency=hosts,
                delete_jobs="always",
                install_signal_handlers=False,
                fetch_job_polling_interval=_LOOK_AGAIN,
                shutdown_graceful_timeout=grace.total_seconds(),
                update_heartbeat_interval=self._pulse.total_seconds(),
                stalled_worker_timeout=(_PULSES * self._pulse).total_seconds(),
            )
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        working.cancel()
        await asyncio.wait({working})
        with _in_words():
            if not working.cancelled() and (error := working.exception()):
                raise error
        if not stop.is_set():
            raise StoreError("the queue was lost: its server is gone, or was started again")


@asynccontextmanager
async def open_jobs(address: str, pulse: timedelta = PULSE) -> AsyncIterator[Jobs]:
    """Open the queue at the address of a PostgreSQL server, in the form that libpq takes."""
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=3))
    async with app.open_async():
        yield Jobs(app, pulse)


def _scripts() -> list[Path]:
    """The scripts that Procrastinate ships, the oldest first."""
    return sorted(migrations_path.glob("*.sql"))


def _refuse_strange(version: str) -> None:
    newest = _scripts()[-1].stem
    if not version:
        raise StoreError(
            "another program made tables of Procrastinate here; name a schema or a database of "
            "policy-monitor's own"
        )
    if version > newest:
        raise StoreError(
            f"the queue was made by a newer release ({version}, this one knows {newest}); install "
            "that, or throw the queue away with `policy-monitor queue --remove`"
        )


@contextmanager
def _in_words() -> Iterator[None]:
    """Put trouble with the server into words."""
    try:
        yield
    except (ConnectorException, AlreadyEnqueued) as error:
        raise StoreError(f"the queue cannot be used: {error.__cause__ or error}") from error

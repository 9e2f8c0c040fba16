"""Commands for several machines: worker, queue; and how `run` hands out checks."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root, now
from monitor.daemon import Plan
from monitor.errors import StoreError
from monitor.match import compile_vocabulary
from monitor.model.told import Told
from monitor.notify import Notifier
from monitor.store import Store

if TYPE_CHECKING:
    from monitor.queue import QueueStanding


@app.command()
def worker(
    context: typer.Context,
    hosts: Annotated[
        int, typer.Option(min=1, help="Hosts that are checked at once, one request each.")
    ] = 50,
) -> None:
    """Check what `run --queue` hands out, on this or another machine, until told to stop.

    Any number may work on one PostgreSQL database. SIGHUP reads the configuration anew.
    """
    root: Root = context.obj
    with root.store() as store:
        asyncio.run(_work(root, store, hosts))


async def _work(root: Root, store: Store, hosts: int) -> None:
    address = _server(store)
    from monitor.queue import Orders, SharedTurns, Worker, open_jobs  # noqa: PLC0415 - an extra

    def orders() -> Orders:
        config = root.load()
        return Orders(root.mark(), config.sources, compile_vocabulary(config.vocabulary))

    turns = SharedTurns(store.hosts, f"{socket.gethostname()}/{os.getpid()}")
    async with (
        open_jobs(address) as jobs,
        root.fetcher(total=hosts, shared=turns) as fetcher,
        root.reader() as reader,
    ):
        await Worker(
            orders(),
            jobs=jobs,
            store=store,
            fetch=fetcher.fetch,
            reload=orders,
            now=now,
            notifier=Notifier(os.environ),
            hosts=hosts,
            reader=reader,
        ).run()


@app.command()
def queue(
    context: typer.Context,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Throw the queue away; `run --queue` makes it anew."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what waits for workers, what they check, and when each gave its last sign of life."""
    root: Root = context.obj
    with root.store() as store:
        if remove:
            with store.only_daemon():
                removed = asyncio.run(_remove(store))
            show.line(Told("the queue is removed") if removed else Told("there was no queue"))
            return
        standing = asyncio.run(_standing(store))
    if as_json:
        show.as_json(_standing_json(standing))
    else:
        _show_standing(standing)


async def _remove(store: Store) -> bool:
    address = _server(store)
    from monitor.queue import open_jobs  # noqa: PLC0415 - an extra

    async with open_jobs(address) as jobs:
        return await jobs.remove()


async def _standing(store: Store) -> QueueStanding:
    address = _server(store)
    from monitor.queue import open_jobs  # noqa: PLC0415 - an extra

    async with open_jobs(address) as jobs:
        return await jobs.standing()


def _standing_json(standing: QueueStanding) -> dict[str, Any]:
    return {
        "version": standing.version,
        "waiting": list(standing.waiting),
        "working": list(standing.working),
        "workers": [
            {"id": number, "silent_seconds": round(silent.total_seconds(), 1)}
            for number, silent in standing.workers
        ],
    }


def _show_standing(standing: QueueStanding) -> None:
    if standing.version is None:
        show.line(Told("there is no queue; `policy-monitor run --queue` makes one"))
        return
    workers = [
        (str(number), f"{silent.total_seconds():.0f} s ago") for number, silent in standing.workers
    ]
    show.table("", ["worker", "last sign of life"], workers)
    show.line(
        Told(
            "{waiting} hosts wait, {working} are being checked, {workers} workers",
            waiting=len(standing.waiting),
            working=len(standing.working),
            workers=len(workers),
        )
    )


@asynccontextmanager
async def handing_out(
    store: Store, wanted: bool
) -> AsyncIterator[Callable[[Plan], Awaitable[object]] | None]:
    """Give what hands out the checks to workers, or None when they are not wanted."""
    if not wanted:
        yield None
        return
    address = _server(store)
    from monitor.queue import Dispatch, open_jobs  # noqa: PLC0415 - an extra

    async with open_jobs(address) as jobs:
        await jobs.bring_up_to_date()
        dispatch = Dispatch(jobs, store=store, now=now)
        yield lambda plan: dispatch.hand_out(plan.sources, plan.mark)


def _server(store: Store) -> str:
    """The address of the server that machines share; StoreError when they cannot."""
    if store.server is None:
        raise StoreError(
            Told(
                "several machines need a PostgreSQL server; name it with --database or "
                "MONITOR_DATABASE (see docs/scale.md)"
            )
        )
    if find_spec("procrastinate") is None:
        raise StoreError(
            Told("several machines need an extra: pip install 'policy-monitor[scale]'")
        )
    return store.server

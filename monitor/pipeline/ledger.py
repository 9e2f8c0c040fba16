"""Results on their way into the store: one writer at a time, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from monitor.log import log
from monitor.model import SourceState
from monitor.store import Quiet, Saved, Store

# So many results that changed nothing are written together at the latest.
MOST = 250


class Ledger:
    """Writes each result that matters at once and durably, the others together.

    Of a check that found nothing only its time would be lost with it. `overtaken` is told the
    sources whose result does not count, because another process checked them meanwhile.
    """

    def __init__(self, store: Store, overtaken: Callable[[str], None] = lambda _: None) -> None:
        self._store = store
        self._overtaken = overtaken
        self._quiet: list[Quiet] = []
        self._writing = asyncio.Lock()

    async def enter(self, before: SourceState, saved: Saved) -> bool:
        """Write what a check came to, or keep it to be written with others.

        False when another process checked the source meanwhile; of what is kept it is found later.
        """
        if saved.is_quiet and before.checks:
            self._quiet.append(Quiet(before, saved.state))
            if len(self._quiet) >= MOST:
                await self.write()
            return True
        return await self.save(saved)

    async def save(self, saved: Saved) -> bool:
        """Write what a check came to; False when another process checked the source meanwhile."""
        async with self._writing:
            written = await asyncio.to_thread(self._store.checks.save, saved)
        if not written:
            _warn(saved.state.source)
        return written

    async def write(self) -> None:
        """Write all that was kept."""
        async with self._writing:
            quiet, self._quiet = self._quiet, []
            if not quiet:
                return
            for source in await asyncio.to_thread(self._store.checks.save_quiet, quiet):
                _warn(source)
                self._overtaken(source)


def _warn(source: str) -> None:
    log.warning("checked twice at once", source=source)

"""Turns with hosts for a fetcher, from the store that all machines share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from monitor.model.turns import NotYet
from monitor.store.hosts import Hosts


@dataclass(frozen=True, slots=True)
class SharedTurns:
    """The turns of one process, which `holder` names; statements run beside the event loop."""

    hosts: Hosts
    holder: str

    async def take(self, host: str, gap: timedelta, lasts: timedelta) -> NotYet | None:
        """Take the host's turn, or return why not."""
        return await asyncio.to_thread(self.hosts.take, host, self.holder, gap, lasts)

    async def give(self, host: str) -> None:
        """Give the host's turn back."""
        await asyncio.to_thread(self.hosts.give, host, self.holder)

    async def close(self, host: str, wait: timedelta, state: str) -> None:
        """Let nobody have a turn with the host for so long."""
        await asyncio.to_thread(self.hosts.close, host, wait, state)

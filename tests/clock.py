"""An event loop whose clock can be put forward, so that a day passes without waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class Clock(asyncio.SelectorEventLoop):
    """The usual loop, some time ahead."""

    _ahead = 0.0

    def time(self) -> float:
        """Return the seconds of the loop's clock."""
        return super().time() + self._ahead


def run(story: Coroutine[Any, Any, T]) -> T:
    """Run a story in which `skip` may be used."""
    with asyncio.Runner(loop_factory=Clock) as runner:
        return runner.run(story)


def skip(duration: timedelta) -> None:
    """Let that much time have passed."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Clock)
    loop._ahead += duration.total_seconds()

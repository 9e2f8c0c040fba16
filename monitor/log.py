"""The log: fixed event names with fields, for people on a terminal or as JSON for a journal.

The only door to structlog. Values are written with `repr`, so that a title with a line break or
an escape sequence stays within its field.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TextIO

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def configure(form: str, stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send the log from `level` on to `stream` (stderr by default) as `text` or `json`."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    )
    # Libraries log through the standard way; what they have to say of pages is no news of ours.
    for name in ("trafilatura", "htmldate", "httpcore2", "httpx2", "alembic", "procrastinate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Looked up at each line: stderr may be another by then.
        logger_factory=lambda *_: _Lines(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Lines(structlog.PrintLogger):
    """Writes line by line. When whoever read them is gone, the work goes on without a log."""

    def msg(self, message: str) -> None:
        try:
            super().msg(message)
        except BrokenPipeError:
            # What waits to be written would make the end of the process a failure.
            with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
                os.dup2(nowhere.fileno(), self._file.fileno())
        except OSError:
            return  # a full disk: the next line may find room

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg

"""Whoever reads answers: a process of its own for each conversation, or this one.

What a stranger sends may take for ever to parse, or all memory. Only a process can be stopped, so
the service reads nothing itself.
"""

from __future__ import annotations

from monitor.reader.apart import Apart
from monitor.reader.aside import aside
from monitor.reader.shown import Shown, prints_of, shown
from monitor.reader.talk import HERE, Ended, Here, Limits, Reader, Talk

__all__ = [
    "HERE",
    "Apart",
    "Ended",
    "Here",
    "Limits",
    "Reader",
    "Shown",
    "Talk",
    "aside",
    "prints_of",
    "shown",
]

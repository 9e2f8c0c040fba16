"""Turns with a host that several machines share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class NotYet:
    """Why a host may not be asked now, and when to ask for its turn again.

    `closed` is true when the host itself wants to be left alone so long, in the `state` it is in.
    """

    wait: timedelta
    closed: bool = False
    state: str = ""

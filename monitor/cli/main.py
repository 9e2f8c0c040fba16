"""All commands together, for programs that look at them; the command itself is in `starting`."""

from __future__ import annotations

from monitor.cli import (
    adding,
    backtesting,
    examining,
    judging,
    keeping,
    linting,
    looking,
    noticing,
    previewing,
    publishing,
    returning,
    setting_up,
    standing,
    studying,
    trying,
    visiting,
    watching,
    working,
)
from monitor.cli.app import app
from monitor.cli.starting import run

__all__ = ["COMMANDS", "app", "main"]

# Each adds its commands to `app` when it is imported.
COMMANDS = (
    setting_up,
    linting,
    watching,
    working,
    trying,
    adding,
    studying,
    visiting,
    standing,
    looking,
    backtesting,
    judging,
    noticing,
    previewing,
    publishing,
    returning,
    keeping,
    examining,
)


main = run

"""The command as a process: all commands together, and what becomes of errors."""

from __future__ import annotations

import sys

import typer

from monitor.cli import (
    backtesting,
    examining,
    judging,
    keeping,
    looking,
    noticing,
    returning,
    setting_up,
    studying,
    trying,
    visiting,
    watching,
)
from monitor.cli.app import EXIT_CONFIG, EXIT_UNDONE, app
from monitor.errors import ConfigError, MonitorError

# Each adds its commands to `app` when it is imported.
COMMANDS = (
    setting_up,
    watching,
    trying,
    studying,
    visiting,
    looking,
    backtesting,
    judging,
    noticing,
    returning,
    keeping,
    examining,
)


def main() -> None:
    """Run the command; every foreseeable trouble ends in a sentence and an exit status."""
    try:
        app()
    except ConfigError as error:
        _say(str(error))
        sys.exit(EXIT_CONFIG)
    except MonitorError as error:
        _say(str(error))
        sys.exit(EXIT_UNDONE)


def _say(text: str) -> None:
    typer.echo(f"policy-monitor: {text}" if "\n" not in text else text, err=True)

"""The command as a process: all commands together, and what becomes of errors."""

from __future__ import annotations

import os
import sys

import typer

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
    studying,
    trying,
    visiting,
    watching,
    working,
)
from monitor.cli.app import EXIT_CONFIG, EXIT_UNDONE, app
from monitor.cli.speaking import language, say, speak
from monitor.errors import ConfigError, MonitorError
from monitor.model.told import reason

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


def main() -> None:
    """Run the command; every foreseeable trouble ends in a sentence and an exit status."""
    try:
        speak(language(sys.argv[1:], os.environ))
        app()
    except ConfigError as error:
        _say("\n".join(say(problem.told) for problem in error.problems))
        sys.exit(EXIT_CONFIG)
    except MonitorError as error:
        _say(say(reason(error)))
        sys.exit(EXIT_UNDONE)


def _say(text: str) -> None:
    typer.echo(f"policy-monitor: {text}" if "\n" not in text else text, err=True)

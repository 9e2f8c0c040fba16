"""The command as a process, with no more imported than the named command needs.

`--help` imports none: the table tells what each does, and a test that it tells the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from monitor.cli.app import EXIT_CONFIG, EXIT_UNDONE, app
from monitor.cli.speaking import language, say, speak
from monitor.errors import ConfigError, MonitorError
from monitor.model.told import reason

# Where each command is, and the first line of its help.
PLACES = {
    "demo": (
        "setting_up",
        "Play a few days of policy news on a small local site, through the whole pipeline.",
    ),
    "schema": (
        "setting_up",
        "Print the JSON Schema of sources.yaml and recipients.yaml, for editors.",
    ),
    "lint": (
        "linting",
        "Check sources, recipients and templates, without network; every problem with its line.",
    ),
    "check": ("watching", "Check the named sources, or all, once and now, due or not."),
    "run": (
        "watching",
        "Run as a service: check what is due, compose and deliver digests, until told to stop.",
    ),
    "digest": ("watching", "Compose the digests that are due, and deliver them."),
    "deliver": ("watching", "Send what is in the outbox and due."),
    "worker": (
        "working",
        "Check what `run --queue` hands out, on this or another machine, until told to stop.",
    ),
    "queue": (
        "working",
        "Show what waits for workers, what they check, and when each gave its last sign of life.",
    ),
    "try": (
        "trying",
        "Fetch once and show what would be extracted and matched; nothing is stored.",
    ),
    "add": (
        "adding",
        "Fetch an address once, and write what reads it best into sources.yaml.",
    ),
    "explain": (
        "studying",
        "Show which topics a text matches, by which words, and what it cites.",
    ),
    "evaluate": ("studying", "Score the topics on passages that a person has labelled."),
    "replay": (
        "studying",
        "Play the files of a folder, in name order, as successive answers of a source.",
    ),
    "check-sources": (
        "visiting",
        "Visit every enabled source once and say what looks wrong; nothing is stored.",
    ),
    "alerts": ("looking", "Show the stored alerts, newest first."),
    "history": ("looking", "Show the stored versions of a source."),
    "diff": (
        "looking",
        "Show what differs between two stored versions: the last two, A and the last, or A and B.",
    ),
    "status": ("standing", "Show the health of every source, the lists, and the outbox."),
    "backtest": (
        "backtesting",
        "Run today's topics over the stored versions: what would have been alerted.",
    ),
    "feedback": (
        "judging",
        "Turn readers' answers «not relevant» into the precision of each term and source.",
    ),
    "terms": (
        "judging",
        "Tell which terms never fire, which fire idly, and what a new one would have raised.",
    ),
    "noise": (
        "noticing",
        "Show which parts of a source change without being news, with a line to `ignore` them.",
    ),
    "preview": (
        "previewing",
        "Show in the browser what each list would get now; nothing is mailed or stored.",
    ),
    "site": (
        "publishing",
        "Write all alerts as pages that any web server can show, or bring these up to date.",
    ),
    "bounces": (
        "returning",
        "Read what came back (MONITOR_MAIL_BOUNCES), and show which addresses get nothing and why.",
    ),
    "backup": ("keeping", "Copy the database into a file, also while the service runs."),
    "restore": (
        "keeping",
        "Put a copy in the place of the database; stop the service first.",
    ),
    "prune": (
        "keeping",
        "Forget what is old: mails with their addresses, texts that were replaced long ago, "
        "digests.",
    ),
    "doctor": (
        "examining",
        "Look for what is wrong: configuration, database, disk, mail server, clock, permissions.",
    ),
}
_VALUED = {"--sources", "--recipients", "--database", "--lang"}


def main() -> None:
    """Run the command that the arguments name."""
    name = named(sys.argv[1:])
    if name in PLACES:
        import_module(f"monitor.cli.{PLACES[name][0]}")  # it adds its commands to `app`
    else:
        for command, (_, what) in PLACES.items():
            app.command(name=command, help=what)(_never)
    run()


def named(arguments: Sequence[str]) -> str | None:
    """Return the command among the arguments: the first that is no option and no option's value."""
    left = iter(arguments)
    for argument in left:
        if not argument.startswith("-"):
            return argument
        if argument in _VALUED:
            next(left, None)
    return None


def run() -> None:
    """Run the command; every foreseeable trouble ends in a sentence and an exit status."""
    _open_streams()
    try:
        speak(language(sys.argv[1:], os.environ))
        app()
    except ConfigError as error:
        _say("\n".join(say(problem.told) for problem in error.problems))
        sys.exit(EXIT_CONFIG)
    except MonitorError as error:
        _say(say(reason(error)))
        sys.exit(EXIT_UNDONE)


def _never() -> None:
    """What stands for a command that is only told of."""


def _open_streams() -> None:
    """Put nothing in the place of a standard stream that was closed, before a database gets it.

    What others write to standard error would be written into that, and no log could be.
    """
    for number, (stream, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, stream, os.fdopen(number, mode, closefd=False))


def _say(text: str) -> None:
    typer.echo(f"policy-monitor: {text}" if "\n" not in text else text, err=True)

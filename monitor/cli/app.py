"""The commands' common part: options, errors in words, exit statuses."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli.speaking import languages, say
from monitor.errors import ConfigError, Problem
from monitor.model.told import Told

EXIT_UNDONE = 1
EXIT_CONFIG = 78

app = typer.Typer(
    name="policy-monitor",
    help="Watch the places where the fate of deserters and conscientious objectors is decided, "
    "and mail digests of what matters.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# The service tells everything; these two show themselves what goes wrong.
_LOG_LEVELS = {
    "run": logging.INFO,
    "worker": logging.INFO,
    "demo": logging.ERROR,
    "replay": logging.ERROR,
}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"policy-monitor {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    sources: Annotated[
        Path | None, typer.Option(help="The file of sources and topics. [./sources.yaml]")
    ] = None,
    recipients: Annotated[
        Path | None, typer.Option(help="The file of lists. [recipients.yaml beside the sources]")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="The database, as an SQLAlchemy URL. [SQLite in ./state]")
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(help="The language of messages: en or de. [MONITOR_LANG, or that of LANG]"),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    known = ", ".join(languages())
    if lang is not None and lang not in languages():
        told = Told("must be one of {known}, not `{text}`", known=known, text=lang)
        raise typer.BadParameter(say(told), param_hint="--lang")
    asked = os.environ.get("MONITOR_LANG")
    if asked and asked not in languages():
        told = Told("must be one of {known}, not `{text}`", known=known, text=asked)
        raise ConfigError([Problem(Path("MONITOR_LANG"), 0, told)])
    from monitor.cli.root import process_root  # noqa: PLC0415 - keeps --help fast
    from monitor.log import configure  # noqa: PLC0415 - likewise

    root = process_root(sources, recipients, database)
    level = _LOG_LEVELS.get(context.invoked_subcommand or "", logging.WARNING)
    configure(root.settings.log, level=level)
    context.obj = root

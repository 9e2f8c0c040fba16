"""Commands for a start and for editors: demo, schema."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import show
from monitor.cli.app import app
from monitor.config import json_schema


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(help="Where the demonstration leaves its files.")
    ] = Path("demo-output"),
) -> None:
    """Play a few days of policy news on a small local site, through the whole pipeline.

    Needs no network and changes nothing but the folder.
    """
    from monitor.demo import play  # noqa: PLC0415 - nobody else needs the demo's world

    asyncio.run(play(folder, say=show.line))


@app.command()
def schema() -> None:
    """Print the JSON Schema of sources.yaml and recipients.yaml, for editors."""
    show.as_json(json_schema())

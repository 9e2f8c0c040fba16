"""Commands for a start and for editors: demo, lint, schema."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import show
from monitor.cli.app import EXIT_CONFIG, AsJson, app
from monitor.cli.root import Root
from monitor.cli.speaking import say
from monitor.config import json_schema
from monitor.errors import ConfigError
from monitor.model.told import Told


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
def lint(context: typer.Context, as_json: AsJson = False) -> None:
    """Check sources, recipients and templates, without network; every problem with its line."""
    root: Root = context.obj
    try:
        config = root.load(with_templates=True)
    except ConfigError as error:
        if as_json:
            show.as_json(
                [
                    {
                        "file": str(problem.file),
                        "line": problem.line,
                        "message": say(problem.message),
                        "suggestion": problem.suggestion,
                    }
                    for problem in error.problems
                ]
            )
        else:
            for problem in error.problems:
                typer.echo(say(problem.told))
        raise typer.Exit(EXIT_CONFIG) from error
    if as_json:
        show.as_json([])
        return
    enabled = sum(source.enabled for source in config.sources)
    terms = sum(len(topic.terms) for topic in config.vocabulary.topics.values())
    show.line(
        Told(
            "no problems: {enabled} of {sources} sources enabled, {topics} topics with {terms} "
            "terms, {lists} lists",
            enabled=enabled,
            sources=len(config.sources),
            topics=len(config.vocabulary.topics),
            terms=terms,
            lists=len(config.lists),
        )
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema of sources.yaml and recipients.yaml, for editors."""
    show.as_json(json_schema())

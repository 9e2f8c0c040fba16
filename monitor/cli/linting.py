"""The command `lint`: every problem of what maintainers write, once or at each change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from monitor.cli import show
from monitor.cli.app import EXIT_CONFIG, AsJson, app
from monitor.cli.root import Root, now
from monitor.cli.speaking import say
from monitor.errors import ConfigError, Problem
from monitor.model import Config
from monitor.model.told import Told

_PAUSE = 0.3  # seconds between two looks at the files

# What tells two states of a file apart; editors may put a new file in the place of the old one.
Looks = dict[Path, tuple[int, int, int]]


@app.command()
def lint(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file changes; Ctrl-C ends it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check sources, recipients and templates, without network; every problem with its line."""
    root: Root = context.obj
    if watch:
        if as_json:
            raise typer.BadParameter(say(Told("--watch is for people; leave out --json")))
        _watch(root)
        return
    found = _checked(root)
    problems = () if isinstance(found, Config) else found
    if as_json:
        show.as_json([_problem_json(problem) for problem in problems])
    else:
        _show(found)
    if problems:
        raise typer.Exit(EXIT_CONFIG)


def _checked(root: Root) -> Config | tuple[Problem, ...]:
    try:
        return root.load(thoroughly=True)
    except ConfigError as error:
        return error.problems


def _problem_json(problem: Problem) -> dict[str, str | int | None]:
    return {
        "file": str(problem.file),
        "line": problem.line,
        "message": say(problem.message),
        "suggestion": problem.suggestion,
    }


def _show(found: Config | tuple[Problem, ...]) -> None:
    if not isinstance(found, Config):
        for problem in found:
            typer.echo(say(problem.told))
        return
    show.line(
        Told(
            "no problems; sources enabled: {enabled} of {sources}, topics: {topics}, "
            "terms: {terms}, lists: {lists}",
            enabled=sum(source.enabled for source in found.sources),
            sources=len(found.sources),
            topics=len(found.vocabulary.topics),
            terms=sum(len(topic.terms) for topic in found.vocabulary.topics.values()),
            lists=len(found.lists),
        )
    )


# --- at each change ------------------------------------------------------------------------------


def _watch(root: Root) -> None:
    """Check now and after each change, until Ctrl-C."""
    settings = root.settings
    files = (settings.sources, settings.recipients, root.templates)
    never = Event()
    try:
        seen: Looks | None = None
        while True:
            seen = _next(lambda: _looks(files), seen, lambda: never.wait(_PAUSE))
            if show.out.is_terminal:
                show.out.clear()
            found = _checked(root)
            _show(found)
            count = 0 if isinstance(found, Config) else len(found)
            at = f"{now().astimezone():%H:%M:%S}"
            told = Told("{at}: problems: {count}; waiting for changes …", at=at, count=count)
            typer.echo(say(told))  # Rich would say it again when Ctrl-C comes while it writes
    except KeyboardInterrupt:
        typer.echo()


def _next(look: Callable[[], Looks], seen: Looks | None, wait: Callable[[], object]) -> Looks:
    """Return how the files look once that is different from `seen`, and has come to rest.

    Some editors empty a file before they fill it. Without `seen` it is at once.
    """
    before: Looks | None = None
    looks = look()
    while seen is not None and (looks == seen or looks != before):
        wait()
        before, looks = looks, look()
    return looks


def _looks(places: Iterable[Path]) -> Looks:
    """How each file looks; of a folder, all within. What is not there is left out."""
    looks: Looks = {}
    for place in places:
        for path in (place, *sorted(place.rglob("*"))) if place.is_dir() else (place,):
            try:
                told = path.stat()
            except OSError:
                continue
            looks[path] = (told.st_mtime_ns, told.st_size, told.st_ino)
    return looks

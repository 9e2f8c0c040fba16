"""The command starts fast: it imports only what the named command needs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command

from monitor.cli import main
from monitor.cli.starting import PLACES, named


def test_the_table_tells_of_each_command_what_its_help_does() -> None:
    commands = get_command(main.app).commands  # type: ignore[attr-defined]
    real = {name: command.help.splitlines()[0] for name, command in commands.items()}
    assert {name: what for name, (_, what) in PLACES.items()} == real


def test_each_command_is_where_the_table_says() -> None:
    callbacks = [info.callback for info in main.app.registered_commands]
    assert {place for place, _ in PLACES.values()} == {
        callback.__module__.rpartition(".")[2] for callback in callbacks if callback
    }


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ([], None),
        (["--help"], None),
        (["status", "--json"], "status"),
        (["--sources", "check", "--lang", "de", "lint"], "lint"),
        (["--database=x", "deliver"], "deliver"),
    ],
)
def test_the_command_is_the_first_word_that_belongs_to_no_option(
    arguments: list[str], name: str | None
) -> None:
    assert named(arguments) == name


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import monitor.cli.starting as s; s.main()"
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_shows_all_commands_and_imports_none() -> None:
    shown = run("--help")
    assert all(f" {name} " in shown.stdout for name in PLACES)
    imported = {line.rpartition("|")[2].strip() for line in shown.stderr.splitlines()}
    assert "typer" in imported
    assert imported.isdisjoint({"sqlalchemy", "pydantic", "lxml", "structlog", "monitor.pipeline"})


def test_a_misspelt_command_is_told_the_nearest() -> None:
    told = run("statsu")
    assert told.returncode == 2
    assert "status" in told.stderr

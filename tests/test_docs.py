"""README and docs say what is true: every command, kind, key and setting is in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from monitor.adapters import ADAPTERS
from monitor.cli import main
from monitor.config import json_schema
from monitor.config.shape import ListShape, SourceShape
from monitor.settings import VARIABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "maintaining" / "reference.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "running" / "settings.md").read_text(encoding="utf-8")
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
COMMANDS = get_command(main.app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_readme_and_has_help(command: str) -> None:
    assert f"| `{command}" in README
    assert COMMANDS[command].help


@pytest.mark.parametrize("kind", ADAPTERS)
def test_every_kind_is_in_the_reference(kind: str) -> None:
    assert f"| `{kind}` |" in REFERENCE


@pytest.mark.parametrize("key", SourceShape.model_fields)
def test_every_source_key_is_in_the_reference(key: str) -> None:
    assert f"| `{key}` |" in REFERENCE


@pytest.mark.parametrize("key", ListShape.model_fields)
def test_every_list_key_is_in_the_reference(key: str) -> None:
    assert f"`{key}`" in REFERENCE


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_in_its_table(variable: str) -> None:
    assert f"`{variable}`" in SETTINGS


def test_the_schema_file_is_what_the_command_prints() -> None:
    written = (ROOT / "docs" / "policy-monitor.schema.json").read_text(encoding="utf-8")
    assert json.loads(written) == json_schema(), "run `make schema`"


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def _numbers(cell: str) -> set[int]:
    """The cases of a first cell such as `5`, `2–4` or `120, 122`."""
    parts = (re.fullmatch(r"(\d+)(?:–(\d+))?", part.strip()) for part in cell.split(","))
    ranges = ((int(part[1]), int(part[2] or part[1])) for part in parts if part)
    return {number for first, last in ranges for number in range(first, last + 1)}


def test_every_test_that_the_table_of_faults_names_exists() -> None:
    named: list[tuple[str, str]] = []
    file = ""
    for module, test in re.findall(r"`(test_\w+\.py)?::(test_\w+)`", RELIABILITY):
        file = module or file
        named.append((file, test))
    assert len(named) >= 100
    texts = {name: (ROOT / "tests" / name).read_text(encoding="utf-8") for name, _ in named}
    assert [(name, test) for name, test in named if f"def {test}(" not in texts[name]] == []


def test_every_numbered_fault_is_in_the_table() -> None:
    rows = re.findall(r"^\| ([\d–, ]+) \|", RELIABILITY, re.MULTILINE)
    told = set().union(*map(_numbers, rows))
    assert set(range(1, 156)) - told == set()

"""The pages of docs/ that are made of the program itself; `python -m tests.manual` writes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from monitor.adapters import ADAPTERS
from monitor.cli import main as _all_commands  # noqa: F401 - each adds its own to `app`
from monitor.cli.app import app
from monitor.config import json_schema

DOCS = Path(__file__).parents[1] / "docs"
PROGRAM = "policy-monitor"
_MADE = "<!-- Made by `make manual`; changes here are lost. -->"


def commands() -> Mapping[str, Any]:
    """Return every command by its name, in the order of the names."""
    group: Any = get_command(app)
    context = typer.Context(group, info_name=PROGRAM)
    return {name: group.get_command(context, name) for name in sorted(group.list_commands(context))}


# --- commands.md ---------------------------------------------------------------------------------


def commands_page() -> str:
    """Return the page of all commands, each as its `--help` describes it."""
    group: Any = get_command(app)
    options = "\n".join(_parameters(group))
    usage = f"{PROGRAM} [OPTIONS] COMMAND …"
    parts = [f"# Commands\n\n{_MADE}\n\n{group.help}\n\n```text\n{usage}\n```\n"]
    parts.append(f"These options stand before the command:\n\n{options}\n")
    parts += [_command(name, command) for name, command in commands().items()]
    return "\n".join(parts).rstrip("\n") + "\n"


def _command(name: str, command: Any) -> str:
    told = inspect.cleandoc(command.help or "")
    arguments = [_name(each) for each in command.params if each.param_type_name == "argument"]
    usage = " ".join([PROGRAM, name, "[OPTIONS]", *arguments])
    rows = list(_parameters(command))
    table = "\n".join(rows) + "\n" if len(rows) > 2 else ""
    return f"## `{name}`\n\n{told}\n\n```text\n{usage}\n```\n\n{table}"


def _parameters(command: Any) -> Iterator[str]:
    yield "| option | |"
    yield "|---|---|"
    for each in command.params:
        if each.help and not each.name.endswith("_completion"):
            yield f"| {_code(_name(each))} | {_cell(each.help)} |"


def _name(parameter: Any) -> str:
    """`--topic TOPIC`, `URL` or `[ID]...`; the same in all releases of the library."""
    wanted = parameter.metavar or parameter.name.strip("_").upper().replace("_", "-")
    if parameter.param_type_name == "argument":
        return wanted if parameter.required or "[" in wanted else f"[{wanted}]"
    names = ", ".join(parameter.opts)
    return names if parameter.is_flag else f"{names} {wanted}"


def _code(text: str) -> str:
    """A cell of code; a bar in it can be written as an entity only."""
    plain = " ".join(text.split())
    if "|" in plain:
        return f"<code>{escape(plain, quote=False).replace('|', '&#124;')}</code>"
    return f"`{plain}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# --- maintaining/keys.md -------------------------------------------------------------------------

_SECTIONS = (
    ("SourcesFile", "Top of sources.yaml"),
    ("SourceShape", "A source"),
    ("SelectShape", "`select`"),
    ("ExpectShape", "`expect`"),
    ("TopicShape", "A topic"),
    ("TermShape", "A term"),
    ("RecipientsFile", "Top of recipients.yaml"),
    ("ListShape", "A list"),
)


def keys_page() -> str:
    """Return the page of all keys of both files, and the options of each kind."""
    shapes = json_schema()["$defs"]
    told = "Editors show the same while you type. Keys in **bold** are needed."
    parts = [f"# All keys\n\n{_MADE}\n\n{told}\n"]
    parts += [_shape(title, shapes[name]) for name, title in _SECTIONS]
    parts.append("## Options of each kind\n\nThey stand below `options:`. [Recipes](sources.md).\n")
    parts += [_kind(name) for name in sorted(ADAPTERS)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _shape(title: str, shape: Mapping[str, Any]) -> str:
    needed = shape.get("required", ())
    rows = (
        f"| {f'**`{name}`**' if name in needed else f'`{name}`'} | {_cell(key['description'])} "
        f"| {_example(key)} |"
        for name, key in sorted(shape["properties"].items(), key=lambda item: item[0] not in needed)
    )
    table = "\n".join(["| key | meaning | for example |", "|---|---|---|", *rows])
    return f"## {title}\n\n{table}\n"


def _example(key: Mapping[str, Any]) -> str:
    shown = [_plain(value) for value in key.get("examples", ()) if value != []]
    return ", ".join(map(_code, shown))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_plain(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(name: str) -> str:
    kind = ADAPTERS[name]
    lines = [f"### `{name}`", ""]
    if kind.url:
        lines += [f"Address, if none is given: `{kind.url}`", ""]
    if kind.select:
        lines += ["`select`: " + ", ".join(f"`{key}`" for key in kind.select), ""]
    if kind.secrets:
        lines += ["Needs " + ", ".join(f"`{secret}`" for secret in kind.secrets), ""]
    if kind.options:
        lines += ["| option | meaning | for example |", "|---|---|---|"]
        lines += [
            f"| {f'**`{key}`**' if each.needed else f'`{key}`'} | {_cell(each.description)}"
            f"{' (several)' if each.many else ''} | {_code(each.example)} |"
            for key, each in kind.options.items()
        ]
    else:
        lines.append("No options.")
    return "\n".join(lines) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "maintaining/keys.md": keys_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")

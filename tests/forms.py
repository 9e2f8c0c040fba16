"""Every sentence for people that the program may tell, read from the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import monitor
from monitor.adapters import ADAPTERS

PACKAGE = Path(monitor.__file__).parent
# What a sentence is told by, and its place among the arguments.
_TOLD = {"Told": 0, "form": 0, "shaped": 1}
# What takes a sentence for people, and its place among the arguments.
_TAKE = {
    "AddressError": 0,
    "DoorError": 0,
    "Note": 1,
    "Problem": 2,
    "TermError": 0,
    "Unreadable": 1,
    "WrongValueError": 0,
    "problem": 1,  # the method of settings
}


def forms() -> set[str]:
    """Return each form that the package tells."""
    told = {text for tree in _trees().values() for text in (*_forms_in(tree), *_headings_in(tree))}
    options = (each for kind in ADAPTERS.values() for each in kind.options.values())
    return told | {option.description for option in options if option.needed}


def raised() -> Iterator[tuple[str, str]]:
    """Yield the sentences of errors that are told in English only, a `{}` for each value."""
    for file, tree in _trees().items():
        for call in _calls(tree):
            if _name(call) in {"FetchError", "ExtractError"}:
                for given in call.args[:1]:
                    if isinstance(given, ast.JoinedStr | ast.Constant):
                        yield file, _formless(given)


def _formless(given: ast.JoinedStr | ast.Constant) -> str:
    parts = given.values if isinstance(given, ast.JoinedStr) else [given]
    return "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)


def untold() -> list[str]:
    """Return where a sentence for people is a plain text, which no catalogue can translate."""
    return [
        f"{file}:{given.lineno}"
        for file, tree in _trees().items()
        for call in _calls(tree)
        for given in _argument(call, _TAKE)
        if isinstance(given, ast.Constant | ast.JoinedStr)
    ]


def _argument(call: ast.Call, places: Mapping[str, int]) -> list[ast.expr]:
    place = places.get(_name(call), len(call.args))
    return call.args[place : place + 1]


@cache
def _trees() -> dict[str, ast.Module]:
    files = sorted(PACKAGE.rglob("*.py"))
    texts = {file.relative_to(PACKAGE).as_posix(): file.read_text("utf-8") for file in files}
    return {name: ast.parse(text) for name, text in texts.items()}


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _headings_in(tree: ast.Module) -> Iterator[str]:
    """The headings of tables that `show.table` draws."""
    for call in _calls(tree):
        for given in _argument(call, {"table": 1}):
            cells = given.elts if isinstance(given, ast.List) else ()
            yield from (str(each.value) for each in cells if isinstance(each, ast.Constant))


def _forms_in(tree: ast.Module) -> Iterator[str]:
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "monitor.model.told"
        for alias in node.names
    }
    for call in _calls(tree):
        if _name(call) in imported | {"shaped"}:
            for sentence in _argument(call, _TOLD):
                if isinstance(sentence, ast.Constant):
                    yield str(sentence.value)

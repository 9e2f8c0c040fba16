"""The documentation site says what is true: each block of it is linted, parsed or made."""

from __future__ import annotations

import re
import shlex
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from monitor.adapters import ADAPTERS
from monitor.cli.app import app
from monitor.config import load
from monitor.errors import ConfigError
from monitor.match import compile_vocabulary, find
from monitor.model import Term, Topic, Vocabulary
from monitor.model.told import retold
from monitor.render.words import translations
from monitor.shipped import shipped
from tests.manual import DOCS, PAGES, commands
from tests.pages import ROOT, Block, as_file, blocks, pages, small_file

YAML = list(blocks("yaml"))
WRONG = [block for block in YAML if block.title]
RIGHT = [block for block in YAML if not block.title]
GERMAN = translations(shipped("templates"), "de").gettext
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def named(block: Block) -> str:
    return f"{block.page}:{block.line}"


def lint(block: Block, folder: Path) -> list[str]:
    """What `lint` says of a block, made a whole file, in the language of its page."""
    kind, text = as_file(block.code)
    sources, recipients = folder / "sources.yaml", folder / "recipients.yaml"
    (sources if kind == "sources" else recipients).write_text(text, encoding="utf-8")
    if kind == "recipients":
        sources.write_text(small_file(), encoding="utf-8")
    try:
        load(sources, recipients if kind == "recipients" else None)
    except ConfigError as error:
        translate = GERMAN if block.page.startswith("docs/de/") else str
        return [retold(p.told, translate).replace(f"{folder}/", "") for p in error.problems]
    return []


@pytest.mark.parametrize("block", RIGHT, ids=named)
def test_every_example_passes_lint(block: Block, tmp_path: Path) -> None:
    assert lint(block, tmp_path) == []


@pytest.mark.parametrize("block", WRONG, ids=named)
def test_every_mistake_is_answered_as_shown(block: Block, tmp_path: Path) -> None:
    assert lint(block, tmp_path) == block.told.strip().split("\n")


@pytest.mark.parametrize("page", ["docs/maintaining/sources.md", "docs/de/sources.md"])
def test_there_is_a_recipe_for_every_kind(page: str) -> None:
    text = pages()[page]
    assert [
        kind
        for kind in ADAPTERS
        if f"\n    kind: {kind}\n" not in text.replace("  kind", "    kind")
    ] == []
    assert [kind for kind in ADAPTERS if f"### `{kind}` – " not in text] == []


@pytest.mark.parametrize("page", ["docs/maintaining/topics.md", "docs/de/topics.md"])
def test_spellings_find_what_the_table_says(page: str) -> None:
    spelt = r"(?:`(.+?)`|<code>(.+?)</code>)"
    rows = re.findall(rf"^\| {spelt} \| («.*) \| («.*) \|$", pages()[page], re.MULTILINE)
    assert len(rows) >= 7
    wrong = []
    for code, escaped, finds, misses in rows:
        plain = code or unescape(escaped)
        topic = Topic("t", {}, (Term(plain, (plain,)),))
        rules = compile_vocabulary(Vocabulary({"t": topic}, {}))
        texts = [(text, True) for text in re.findall("«(.*?)»", finds)]
        texts += [(text, False) for text in re.findall("«(.*?)»", misses)]
        wrong += [(plain, text) for text, found in texts if bool(find(rules, text)) is not found]
    assert wrong == []


# --- commands ------------------------------------------------------------------------------------


def shown_commands() -> list[tuple[str, list[str]]]:
    """Every call of the program in blocks for the shell, without what belongs to the shell."""
    calls = []
    for block in blocks("sh"):
        for line in block.code.replace("\\\n", " ").split("\n"):
            for part in re.split(r"[|>;]|&&", line.partition("  #")[0]):
                words = shlex.split(part, comments=True)
                if words and words[0].rpartition("/")[2] == "policy-monitor":
                    calls.append((f"{named(block)} {' '.join(words)}", words[1:]))
    return calls


def test_every_command_that_is_shown_can_be_given() -> None:
    group: Any = get_command(app)
    calls = shown_commands()
    assert len(calls) > 60
    for told, words in calls:
        with group.make_context("policy-monitor", list(words), resilient_parsing=True) as context:
            left = [*context._protected_args, *context.args]
            name, command, rest = group.resolve_command(context, left)
        assert name, told
        try:
            with command.make_context(name, list(rest), parent=typer.Context(group)):
                pass
        except Exception as error:  # noqa: BLE001 - of a library that may be vendored
            pytest.fail(f"{told}: {error}")


def test_every_command_stands_in_the_pages_for_people() -> None:
    made = {f"docs/{name}" for name in PAGES}
    text = "\n".join(text for page, text in pages().items() if page not in made)
    assert [
        name
        for name in commands()
        if f"policy-monitor {name}" not in text and f"`{name}" not in text
    ] == []


def test_every_make_target_that_is_named_exists() -> None:
    used = {name for text in pages().values() for name in re.findall(r"`make ([a-z-]+)", text)}
    used |= {
        word for block in blocks("sh") for word in re.findall(r"^make ([a-z-]+)", block.code, re.M)
    }
    assert used - TARGETS == set()


# --- the site ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_what_is_made_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run `make manual`"


def test_every_page_of_the_menu_exists() -> None:
    menu = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]
    named = re.findall(r"([\w/-]+\.md)\s*$", menu, re.MULTILINE)
    assert len(named) > 15
    assert [name for name in named if not (DOCS / name).is_file()] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    lost = [
        (page, link)
        for page, text in pages().items()
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
        if "://" not in link and not ((ROOT / page).parent / link).exists()
    ]
    assert lost == []


def test_german_pages_have_the_same_examples() -> None:
    """But for comments, and the words that are translated."""
    for name in ("sources.md", "topics.md", "mistakes.md"):
        english, german = (
            [
                re.sub(r" *#.*", "", block.code)
                for block in YAML
                if block.page == f"docs/{folder}/{name}"
            ]
            for folder in ("maintaining", "de")
        )
        assert len(english) == len(german) > 2
        same = sum(one == other for one, other in zip(english, german, strict=True))
        assert same >= len(english) - 2

"""The pages of docs/: their blocks of code, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of code; `told` is the block of text after a file with mistakes."""

    page: str
    line: int
    language: str
    title: str
    code: str
    told: str = ""


def pages() -> dict[str, str]:
    """Return README and the pages of the site, by their paths."""
    files = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def blocks(language: str) -> Iterator[Block]:
    """Yield the blocks of a language in all pages."""
    for page, text in pages().items():
        found = list(_FENCE.finditer(text))
        for fence, after in zip_longest(found, found[1:]):
            if fence[2] == language:
                code = "\n".join(line.removeprefix(fence[1]) for line in fence[4].split("\n"))
                told = after[4] if after and after[2] == "text" else ""
                line = text.count("\n", 0, fence.start()) + 1
                yield Block(page, line, language, fence[3].strip(), code, told)


# --- files out of fragments ----------------------------------------------------------------------

_TOPICS = {
    "desertion": "{title: {de: D, en: D}, terms: [Deserteur*]}",
    "asylum_practice": "{title: {de: A, en: A}, terms: [Asylpraxis*]}",
}
_WORDS = {
    "military": '["*soldat*", Armee*, Militär*]',
    "asylum": "[Asyl*, Flüchtling*]",
    "country": "[(russ|ukrain|belarus)*]",
    "history": "[Wehrmacht*]",
}
_PAGE = "- id: page\nname: Page\nkind: page\nurl: 'https://page.example/'"
_SOURCE = "- {id: source, name: Source, kind: feed, url: 'https://source.example/'}"


def _below(key: str, text: str) -> str:
    return f"{key}:\n" + "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def small_file() -> str:
    """Return a sources.yaml with the topics of the examples."""
    return as_file("- id: other\n  name: Other\n  kind: feed\n  url: 'https://other.example/'")[1]


def as_file(code: str) -> tuple[str, str]:
    """Return which file a block is or belongs to, `sources` or `recipients`, and a whole such file."""
    first = re.search(r"^[^#\n].*", code, re.MULTILINE)
    start = first[0] if first else ""
    topics = _below("topics", "\n".join(f"{name}: {each}" for name, each in _TOPICS.items()))
    if re.search(r"^lists:", code, re.MULTILINE):
        return "recipients", code if "version:" in code else f"version: 1\n{code}"
    if start.startswith("version:"):
        return "sources", code
    if start.startswith(("topics:", "words:")):
        return "sources", f"version: 1\n{code}\n{_below('sources', _SOURCE)}\n"
    if start.startswith("- id:"):
        more = _below("sources", code + "\n" + _SOURCE)
        return "sources", f"version: 1\n{topics}\n{more}\n"
    if start.startswith("- "):
        named = " ".join(
            re.findall(r"^ *(?:needs|unless|despite|perhaps): (.*)", code, re.MULTILINE)
        )
        used = {name: each for name, each in _WORDS.items() if name in named}
        words = _below("words", "\n".join(f"{name}: {each}" for name, each in used.items()))
        term = _below("desertion", _below("terms", code))
        term = _below("topics", f"{term}\ndraft_evasion: {{terms: [Wehrflüchtling*]}}")
        head = f"version: 1\n{words}\n" if used else "version: 1\n"
        return "sources", f"{head}{term}\n{_below('sources', _SOURCE)}\n"
    page = f"{_PAGE}\n{code}".replace("\n", "\n  ")
    return "sources", f"version: 1\n{topics}\n{_below('sources', page)}\n"

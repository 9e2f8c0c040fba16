"""German texts for measurements: rows of JSON lines, folders of pages, manuals and plain text."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from monitor.adapters.html import parse, visible_blocks, without_furniture
from monitor.text.decode import decode

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"

_GERMAN = frozenset(
    ("und", "der", "die", "das", "nicht", "ist", "mit", "für", "ein", "eine", "auf")
)
_LEAST_GERMAN = 0.06
_MARKUP = frozenset({".html", ".htm", ".xhtml", ".page", ".docbook"})
_PLAIN = frozenset({"", ".txt", ".md", ".rst"})
_MANUAL = re.compile(r"\.[1-8]\w{0,4}")
# Comments and requests of roff; what stands behind a request is text.
_ROFF = re.compile(r"^[.']\\\".*$|^[.'][A-Za-z]{1,3}\b|\\f[A-Z]|\\f\(..|\\[&|^]", re.MULTILINE)


class Group(StrEnum):
    """Rows hold what newspapers and parliaments wrote, folders mostly manuals of programs."""

    ROWS = "all in rows"
    FOLDERS = "all in folders"


class Text(NamedTuple):
    """A document; `corpus` is where it comes from."""

    group: Group
    corpus: str
    name: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text, as a reader has them."""
        return f"{self.title}\n\n{self.text}"


def texts(path: Path) -> Iterator[Text]:
    """The German texts of a JSON-lines file or, recursively, of a folder; others are left out."""
    if path.suffix == ".jsonl":
        yield from _rows(path)
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and not file.is_symlink():
            text = _read(file)
            if text is not None and _is_german(text):
                yield Text(Group.FOLDERS, path.name, str(file.relative_to(path)), "", text)


def _rows(path: Path) -> Iterator[Text]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            if row.get("lang", "de") == "de":
                corpus = " ".join(filter(None, [path.stem, row.get("pool")]))
                name = row.get("id") or row.get("file") or f"line {number}"
                yield Text(Group.ROWS, corpus, name, row.get("title") or "", row.get("text") or "")


def _read(file: Path) -> str | None:
    """The readable text of a file; None for pictures, archives and the like."""
    packed = file.suffix == ".gz"
    name = Path(file.stem) if packed else file
    if not (name.suffix in _MARKUP | _PLAIN or _MANUAL.fullmatch(name.suffix)):
        return None
    content = file.read_bytes()
    text, _ = decode(gzip.decompress(content) if packed else content, None)
    if name.suffix in _MARKUP:
        return "\n\n".join(visible_blocks(without_furniture(parse(text))))
    return text if name.suffix in _PLAIN else _ROFF.sub("", text).replace(r"\-", "-")


def _is_german(text: str) -> bool:
    words = text.lower().split()
    return sum(word in _GERMAN for word in words) > _LEAST_GERMAN * len(words)

"""What every adapter must hold to, and the recorded conversations it is held to.

A case is a file `payloads/KIND/NAME.ext` (one answer), with `NAME.source.json` for its settings, or
a folder `payloads/KIND/NAME/` with `source.json` and the answers `01.ext`, `02.ext` … in the order
in which the adapter asks. Beside it lie the items that were blessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from monitor.adapters import ADAPTERS
from monitor.model import Fetched, Item, Select, Source
from monitor.text.decode import decode

PAYLOADS = Path(__file__).parent / "payloads"
SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
MEDIA_TYPES = {
    ".html": "text/html",
    ".xml": "application/xml",
    ".json": "application/json",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
_BINARY = {".pdf", ".xlsx", ".zip"}
_BESIDE = (".items.json", ".source.json")

Given: TypeAlias = str | bytes  # an answer's text, or the bytes of what is no text


@dataclass(frozen=True)
class Case:
    """A recorded conversation."""

    kind: str
    name: str
    source: Source
    answers: tuple[Path, ...]
    golden: Path

    def __str__(self) -> str:
        return f"{self.kind}-{self.name}"

    def given(self) -> list[Given]:
        """Return the answers in the order in which the adapter asked for them."""
        return [_read(path) for path in self.answers]


def cases() -> list[Case]:
    """Return all recorded conversations of all kinds."""
    found: list[Case] = []
    for kind in ADAPTERS:
        for path in sorted((PAYLOADS / kind).glob("*")):
            if path.is_dir():
                answers = tuple(p for p in sorted(path.iterdir()) if p.stem.isdigit())
                declared = path / "source.json"
                source = _source(kind, path.name, f"https://{path.name}.example/", declared)
                found.append(Case(kind, path.name, source, answers, path / "items.json"))
            elif not path.name.endswith(_BESIDE):
                declared = path.with_name(f"{path.stem}.source.json")
                url = f"https://{path.stem}.example/{path.name}"
                source = _source(kind, path.stem, url, declared)
                golden = path.with_name(f"{path.name}.items.json")
                found.append(Case(kind, path.name, source, (path,), golden))
    return found


def sample_source(kind: str) -> Source:
    """Return the settings of the kind's first case: enough for any answer to be sent to it."""
    known = [case.source for case in cases() if case.kind == kind]
    return known[0] if known else Source("x", "X", kind, "https://example.org/x")


def _source(kind: str, name: str, url: str, declared: Path) -> Source:
    keys: dict[str, Any] = json.loads(declared.read_text("utf-8")) if declared.exists() else {}
    options = {
        k: (v,) if isinstance(v, str) else tuple(v) for k, v in keys.get("options", {}).items()
    }
    source = Source(name, keys.get("name", f"Quelle {name}"), kind, keys.get("url", url))
    return replace(
        source,
        lang=keys.get("lang"),
        select=Select(**keys.get("select", {})),
        ignore_selectors=tuple(keys.get("ignore_selectors", ())),
        complete=keys.get("complete", False),
        options=options,
    )


def answer(content: str | bytes, media_type: str, url: str = "https://example.org/x") -> Fetched:
    """Return an answer as the fetcher hands it over."""
    if isinstance(content, str):
        return Fetched(url, 200, media_type, content.encode("utf-8", "replace"), content)
    return Fetched(url, 200, media_type, content, "")


def talk(source: Source, give: Callable[[int, str], Fetched]) -> tuple[Item, ...]:
    """Drive the adapter; `give` answers the request of that number and address."""
    crawl = ADAPTERS[source.kind](source)
    request = next(crawl)
    for number in range(1000):
        assert request.url.startswith(("https://", "http://")), request.url
        try:
            request = crawl.send(give(number, request.url))
        except StopIteration as stopped:
            return tuple(stopped.value)
    raise AssertionError("the adapter asks for ever")


def run(case: Case, given: Sequence[Given] = ()) -> tuple[Item, ...]:
    """Return the items of a case, or of other answers to the same questions.

    An answer belongs to what was asked in the recorded conversation, wherever it is asked now.
    """
    asked: list[str] = []
    items = talk(case.source, partial(_give, case, case.given(), asked))
    return talk(case.source, partial(_give, case, given, list(asked))) if given else items


def _give(case: Case, given: Sequence[Given], asked: list[str], number: int, url: str) -> Fetched:
    if number == len(asked):
        asked.append(url)
    place = number if asked[number] == url else asked.index(url)
    return answer(given[place], MEDIA_TYPES[case.answers[place].suffix], url)


def _read(path: Path) -> Given:
    if path.suffix in _BINARY:
        return path.read_bytes()
    return decode(path.read_bytes(), MEDIA_TYPES[path.suffix])[0]


def plain(items: tuple[Item, ...]) -> list[dict[str, Any]]:
    """Return the items as JSON holds them, without what is empty."""
    texts = json.loads(json.dumps([asdict(item) for item in items], default=str))
    return [
        {key: value for key, value in item.items() if value not in (None, [], "")} for item in texts
    ]

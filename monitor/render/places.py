"""Where a template comes from: a folder of your own first, then those that are shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.shipped import shipped

ENDINGS = frozenset({".txt", ".html", ".xml"})


def places(folder: Path) -> tuple[Path, ...]:
    """Return the folders that are looked through, in this order."""
    ours = shipped("templates")
    return (folder,) if folder.resolve() == ours.resolve() else (folder, ours)


def place_of(folder: Path, name: str) -> Path:
    """Return the file that a name such as `digest/body.html` stands for, there or not."""
    candidates = [place / name for place in places(folder)]
    return next((path for path in candidates if path.exists() or path.is_symlink()), candidates[0])


def names(folder: Path) -> Iterator[str]:
    """Yield the names of all templates, those of your own among the shipped ones, sorted."""
    yield from sorted({name for place in places(folder) for name in _within(place)})


def strangers(folder: Path) -> Iterator[str]:
    """Yield the names of your own templates that no shipped one has."""
    if len(places(folder)) > 1:
        yield from sorted(set(_within(folder)) - set(_within(shipped("templates"))))


def _within(place: Path) -> Iterator[str]:
    for path in place.rglob("*"):
        if path.suffix in ENDINGS:
            yield path.relative_to(place).as_posix()

"""A folder of pages that a web server shows: written file by file, each whole or not at all.

What was written is remembered in a file of the folder, which is written last. Whatever happens in
between, the pages that are there can be read, and the next time all that is missing is written.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath

from monitor.errors import MonitorError

MEMORY = ".policy-monitor.json"
# Pages are for others to read, whatever the service's own files are.
_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of the last time.

    `frame` is the mark of what all pages share, `pages` are the marks of pages by path, `files`
    is all that was written; `stories` tells the story of each alert; alerts up to `indexed` can be
    searched, and `last` is the mark of that one. `days` has the last day to come that an alert
    names; None from an older release, which did not look.
    """

    frame: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    stories: Mapping[str, int] = field(default_factory=dict)
    indexed: int = 0
    last: str = ""
    days: Mapping[str, str] | None = None


class Publication:
    """The folder, while nobody else writes into it."""

    def __init__(self, folder: Path, memory: Memory) -> None:
        self.folder = folder
        self.memory = memory
        self._made: set[Path] = set()

    def present(self) -> set[str]:
        """Return the paths of all files that hold anything."""
        return set(_files(str(self.folder), ""))

    def read(self, path: str) -> str:
        """Return the text of a file; empty when it is not there."""
        try:
            return (self.folder / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def write(self, path: str, text: str) -> None:
        """Put a file in its place, whole."""
        target = self.folder / _inside(path)
        if target.parent not in self._made:
            _make(target.parent, self.folder)
            self._made.add(target.parent)
        _replace(target, text)

    def remove(self, path: str) -> None:
        """Take a file away, and the folder with it that it leaves empty."""
        target = self.folder / _inside(path)
        target.unlink(missing_ok=True)
        try:
            if target.parent != self.folder:
                target.parent.rmdir()
        except OSError:
            return  # others are in there
        self._made.discard(target.parent)

    def finish(self, memory: Memory) -> None:
        """Remember what was written."""
        # `asdict` would copy some hundred thousand values first.
        told = {each.name: getattr(memory, each.name) for each in fields(memory)}
        text = json.dumps(told, separators=(",", ":"))
        _replace(self.folder / MEMORY, text, lasting=True)
        self.memory = memory


class Edition:
    """One bringing up to date: what is to be there, what of it is written, and what goes."""

    def __init__(self, out: Publication, frame: str, *, afresh: bool) -> None:
        self._out = out
        self._frame = frame
        self._old = out.memory.pages if out.memory.frame == frame and not afresh else {}
        self._marks: dict[str, str] = {}
        self._files: set[str] = set()
        self.there = out.present()
        self.written = 0

    def is_stale(self, name: str, mark: str, paths: Sequence[str]) -> bool:
        """Take up a page, whose files these are; return whether they are to be written."""
        self._marks[name] = mark
        self._files.update(paths)
        return self._old.get(name) != mark or not self.there.issuperset(paths)

    def keep(self, paths: Iterable[str]) -> None:
        """Leave files as they are."""
        self._files.update(paths)

    def write(self, path: str, text: str) -> None:
        """Put a file in its place."""
        self._files.add(path)
        self._out.write(path, text)
        self.written += 1

    def finish(
        self, stories: Mapping[int, int], indexed: int, last: str, days: Mapping[str, str]
    ) -> tuple[int, int]:
        """Take away what is no more, remember the rest; return how many files are and were."""
        gone = sorted((set(self._out.memory.files) - self._files) & self.there)
        for path in gone:
            self._out.remove(path)
        told = {str(alert): story for alert, story in stories.items()}
        files = tuple(sorted(self._files))
        self._out.finish(Memory(self._frame, self._marks, files, told, indexed, last, days))
        return len(files), len(gone)


@contextmanager
def publication(folder: Path) -> Iterator[Publication]:
    """Hold the folder, made if need be; MonitorError when it is not ours or cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            yield Publication(folder, _remembered(folder))
    except OSError as error:
        where = error.filename or folder
        raise MonitorError(f"{where} cannot be written: {error.strerror or error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The folder itself is the lock, so nothing is left behind."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = f"another policy-monitor is writing into {folder}; wait for it, or stop it"
            raise MonitorError(told) from error
        yield
    finally:
        os.close(directory)


def _remembered(folder: Path) -> Memory:
    path = folder / MEMORY
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(Memory)}
        return Memory(**{name: value for name, value in told.items() if name in known})
    except FileNotFoundError:
        if any(folder.iterdir()):
            told = f"{folder} holds something else; name an empty folder for the site"
            raise MonitorError(told) from None
        _replace(path, json.dumps({}), lasting=True)
    except (ValueError, AttributeError, TypeError):
        return Memory()  # written by hand, or by an older release: all is written anew
    return Memory()


def _inside(path: str) -> PurePosixPath:
    """The path, which must not lead out of the folder."""
    inside = PurePosixPath(path)
    if inside.is_absolute() or ".." in inside.parts:
        raise MonitorError(f"{path} is no path inside the site")
    return inside


def _files(folder: str, before: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{before}{entry.name}/")
            elif entry.stat().st_size:
                yield before + entry.name


def _make(folder: Path, top: Path) -> None:
    if folder in {top, top.parent} or folder.is_dir():
        return
    _make(folder.parent, top)
    folder.mkdir(exist_ok=True)
    folder.chmod(_FOLDER_MODE)


def _replace(target: Path, text: str, *, lasting: bool = False) -> None:
    draft = target.with_name(f".{target.name}.tmp")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE_MODE)
    try:
        content = memoryview(text.encode("utf-8", "replace"))
        while content:
            content = content[os.write(file, content) :]
        os.fchmod(file, _FILE_MODE)
        if lasting:
            os.fsync(file)
    finally:
        os.close(file)
    draft.replace(target)

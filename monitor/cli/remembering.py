"""The configuration as it was last read, kept beside the database for commands that only look.

To read, check and compile two YAML files takes a second, to recall what came of it some
milliseconds. What is recalled is never older than the files: its seal is made of their bytes and of
the program's own files, so that what is kept under another seal is not looked at.

Nor can it bring in foreign code or settings. Only values of `model.watching` are made of it,
whatever else it names; and it counts only when the file and its folder belong to the user who asks,
and nobody else may write to them. Root does not believe what the service left there.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

import monitor
from monitor.model import Config, watching

NAME = "configuration.kept"
_SEAL = 32  # bytes
_OTHERS_WRITE = 0o022
_SQLITE = "sqlite:///"
_KNOWN = {
    (kind.__module__, name): kind
    for name, kind in vars(watching).items()
    if isinstance(kind, type) and kind.__module__ in (watching.__name__, "datetime")
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What the files held, and which they were: one that is changed and changed back is another."""

    contents: bytes
    looks: tuple[tuple[int, int], ...]


def folder_of(database: str) -> Path | None:
    """Return the folder of a SQLite database, if it is there; None for others."""
    if not database.startswith(_SQLITE):
        return None
    folder = Path(database.removeprefix(_SQLITE).partition("?")[0]).parent
    return folder if folder.is_dir() else None


def mark(files: Iterable[Path]) -> Mark | None:
    """Return what tells these files, and this program, from all others; None if unreadable."""
    made, looks = blake2b(_program(), digest_size=_SEAL), []
    try:
        for file in files:
            content = file.read_bytes()
            made.update(b"%d:" % len(content) + content)
            look = file.stat()
            looks.append((look.st_mtime_ns, look.st_ino))
    except OSError:
        return None
    return Mark(made.digest(), tuple(looks))


def _program() -> bytes:
    """What changes with each release, and in a checkout with each edit."""
    root = Path(monitor.__file__).parent
    told = sorted(f"{name} {look.st_size} {look.st_mtime_ns}" for name, look in _modules(str(root)))
    return "\n".join([monitor.__version__, sys.version, *told]).encode()


def _modules(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.path, entry.stat()
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _modules(entry.path)


def recall(folder: Path, known: Mark) -> Config | None:
    """Return the configuration that was kept under this mark; None when there is none of ours."""
    content = _own(folder)
    seal, values = content[:_SEAL], content[_SEAL:]
    if not values or seal != _sealed(known, values):
        return None
    config: Config = _Values(BytesIO(values)).load()
    return config


def remember(folder: Path, known: Mark, config: Config) -> None:
    """Keep a configuration. Where it cannot be written, all goes on, and is slower."""
    values = pickle.dumps(config, protocol=5)
    draft = folder / f".{NAME}.{os.getpid()}"
    with suppress(OSError):
        try:
            draft.touch(mode=0o600)  # it holds mail addresses
            draft.write_bytes(_sealed(known, values) + values)
            draft.replace(folder / NAME)
        finally:
            draft.unlink(missing_ok=True)


def _own(folder: Path) -> bytes:
    """What the file holds, or nothing when others could have written it."""
    try:
        with os.fdopen(os.open(folder / NAME, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            looks = (folder.stat(), os.fstat(file.fileno()))
            ours = all(
                look.st_uid == os.geteuid() and not look.st_mode & _OTHERS_WRITE for look in looks
            )
            return file.read() if ours else b""
    except OSError:
        return b""


def _sealed(known: Mark, values: bytes) -> bytes:
    return blake2b(known.contents + values, digest_size=_SEAL).digest()


class _Values(pickle.Unpickler):
    """Makes values of the configuration, and nothing else that a pickle may ask for."""

    def find_class(self, module: str, name: str) -> type:
        if (module, name) not in _KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a configuration")
        return _KNOWN[module, name]

"""Mails as files: one `.eml` each, whole or not there at all."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.errors import DeliveryError
from monitor.model import Mail, MailState, Receipt

_UNSAFE = re.compile(r"[^A-Za-z0-9@._-]+")


class FolderDoor:
    """Writes mails into a directory, which it makes if need be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, mail: Mail) -> Receipt:
        """Return `accepted` once the file is safely on disk; the same mail overwrites itself."""
        path = self.folder / file_name(mail)
        try:
            await asyncio.to_thread(_write, path, mail.mime)
        except OSError as error:
            raise DeliveryError(f"cannot write {path}: {error.strerror or error}") from error
        return Receipt(MailState.ACCEPTED, f"written to {path}")

    async def __aenter__(self) -> Self:
        """Raise DeliveryError when it is clear before that no file can be written."""
        if not _can_be_written(self.folder):
            raise DeliveryError(f"cannot write mails into {self.folder}: no directory of ours")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing stays open."""


def file_name(mail: Mail) -> str:
    """Return a name that sorts by time and is the same at every attempt to send this mail."""
    moment = mail.created_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    mark = blake2b(f"{mail.message_id}\n{mail.recipient}".encode(), digest_size=6).hexdigest()
    who = _UNSAFE.sub("_", mail.recipient)[:80]
    return f"{moment}-{_UNSAFE.sub('_', mail.list_id)[:60]}-{mark}-{who}.eml"


def _can_be_written(folder: Path) -> bool:
    """Whether the folder, or the nearest one above it that exists, takes new files."""
    path = folder.absolute()
    there = next(each for each in (path, *path.parents) if each.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    # The rename itself is on disk only after the directory is (fsync(2)).
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

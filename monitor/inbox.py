"""The mails in a Maildir or an mbox file; nothing in there is moved, marked or removed."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from monitor.errors import MailboxError

# What matters of a mail stands at its beginning; what it brings along may be huge.
LONGEST = 2**20


def letters(box: Path) -> Iterator[bytes]:
    """Yield the first megabyte of each mail; MailboxError when there is no such mailbox."""
    if not box.exists():
        raise MailboxError(f"there is no {box}")
    if box.is_dir() and not (box / "new").is_dir():
        raise MailboxError(f"{box} is a folder, but no Maildir: it has no folder `new`")
    try:
        opened: mailbox.Mailbox[Any] = (
            mailbox.Maildir(box, factory=None, create=False)
            if box.is_dir()
            else mailbox.mbox(box, factory=None, create=False)
        )
        with closing(opened):
            if box.is_file() and box.stat().st_size and not len(opened):
                raise MailboxError(
                    f"{box} is no mailbox: in an mbox file each mail begins with a line `From …`"
                )
            for name in opened.iterkeys():
                try:
                    with opened.get_file(name) as file:
                        letter: bytes = file.read(LONGEST)
                except (KeyError, FileNotFoundError):
                    continue  # another program moved it meanwhile
                yield letter
    except OSError as error:
        raise MailboxError(f"{box} cannot be read: {error.strerror or error}") from error

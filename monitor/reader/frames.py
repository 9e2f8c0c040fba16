"""What goes over the pipe between service and reader: a length of eight bytes, then a pickle.

Both ends are ours and of one version. The reader gets no secrets, and its answers are as long as
they may be, or they are not read.
"""

from __future__ import annotations

import pickle
from asyncio import StreamReader, StreamWriter
from typing import Any, BinaryIO

_HEAD = 8
LONGEST = 100_000_000  # bytes


class TooLongError(Exception):
    """The other end has more to say than is listened to."""


def packed(value: object) -> bytes:
    """Return the frame of a value."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(_HEAD, "big") + content


async def receive(reader: StreamReader) -> Any:
    """Return the next value. Raises IncompleteReadError at the end, and TooLongError."""
    length = int.from_bytes(await reader.readexactly(_HEAD), "big")
    if length > LONGEST:
        raise TooLongError
    return pickle.loads(await reader.readexactly(length))


async def send(writer: StreamWriter, value: object) -> None:
    """Send a value. Raises ConnectionError when nobody listens any more."""
    writer.write(packed(value))
    await writer.drain()


def take(stream: BinaryIO) -> bytes | None:
    """Return the next packed value, waiting for it; None at the end."""
    head = stream.read(_HEAD)
    if len(head) < _HEAD:
        return None
    length = int.from_bytes(head, "big")
    content = stream.read(length)
    return content if len(content) == length else None

"""From an address such as `smtp://user@host:587` or `file:outbox` to the door it names."""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from monitor.deliver.address import DoorError, read_door
from monitor.errors import DeliveryError
from monitor.model import Mail, Receipt

if TYPE_CHECKING:
    import ssl

    from monitor.deliver.smtp import Timeouts

_PASSWORD = re.compile(r":(?!//).*@")


class MailDoor(Protocol):
    """Open for the time of `async with`; one connection carries many mails."""

    async def send(self, mail: Mail) -> Receipt:
        """Return what became of one mail; DeliveryError when nothing can be sent at all."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def mail_door(
    url: str,
    password: str | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    timeouts: Timeouts | None = None,
) -> MailDoor:
    """Return the closed door that the address names; DeliveryError when it names none.

    What addresses there are, `read_door` says. `file:DIRECTORY` writes one file per mail.
    """
    try:
        named = read_door(url, password)
    except DoorError as error:
        shown = _PASSWORD.sub(":…@", url)
        raise DeliveryError(f"cannot send mail by {shown!r}: it {error}", permanent=True) from error
    # Imported by who opens one: settings and all that only looks ask what an address names.
    from monitor.deliver.folder import FolderDoor  # noqa: PLC0415
    from monitor.deliver.smtp import SmtpDoor, Timeouts  # noqa: PLC0415

    if isinstance(named, Path):
        return FolderDoor(named)
    return SmtpDoor(named, tls=tls, timeouts=timeouts or Timeouts())

"""The door that mails leave by: a mail server or a folder; the only user of aiosmtplib."""

from __future__ import annotations

from monitor.deliver.address import SCHEMES, DoorError, read_door
from monitor.deliver.door import MailDoor, mail_door

__all__ = ["SCHEMES", "DoorError", "MailDoor", "mail_door", "read_door"]

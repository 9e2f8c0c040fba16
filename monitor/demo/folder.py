"""The folder that the demo writes into: its own files are replaced, anything else is left alone."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from monitor.errors import MonitorError

_MARK = "made-by-policy-monitor-demo"
_OWN = (
    _MARK,
    "sources.yaml",
    "recipients.yaml",
    "state.db*",
    "mails/*.eml",
    "mails/*.html",
    "mails/*.txt",
)


def prepare(folder: Path) -> Path:
    """Return the folder as an absolute path, empty but for a mark; the last demo is removed.

    Raises MonitorError when anything lies there that no demo made.
    """
    folder = folder.absolute()
    present = {path for path in folder.rglob("*") if not path.is_dir()}
    own = {path for pattern in _OWN for path in folder.glob(pattern)}
    foreign = sorted(present - own if folder / _MARK in own else present)
    if foreign or (folder.exists() and not folder.is_dir()):
        raise MonitorError(
            f"{foreign[0] if foreign else folder} was not made by a demo; name another folder, "
            "or move it away"
        )
    for path in own:
        path.unlink()
    (folder / "mails").mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    return folder


def unpack(mail: Path) -> EmailMessage:
    """Return a mail, having written what it shows beside it as `.html` and `.txt`."""
    with mail.open("rb") as file:
        message: EmailMessage = BytesParser(policy=policy.default).parse(file)
    for kind, suffix in (("html", ".html"), ("plain", ".txt")):
        part = message.get_body((kind,))
        if part is not None:
            mail.with_suffix(suffix).write_text(part.get_content(), encoding="utf-8")
    return message

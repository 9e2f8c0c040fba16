"""Rendered mail → the bytes that go over the wire, the same at every call (RFC 5322, 2045, 2047).

The headers are written here and not by `email`: on Python 3.11 it decodes encoded words within a
title into new header lines, and on all versions it garbles addresses longer than a line.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import quote

from monitor.errors import RenderError
from monitor.render.plain import one_line, safe_link

if TYPE_CHECKING:
    from monitor.render.templates import Attached, Rendered

_WIRE = policy.SMTP.clone(max_line_length=76)
_LONGEST_LINE = 998
_NAMED = re.compile(r'"?(?P<name>[^"<>]*)"?\s*<(?P<address>[^<>]*)>')
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_WORDS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_BODY_HEADERS = ("MIME-Version", "Content-Type")


class _Written(str):
    """A header value that is already as it goes over the wire; `email` passes it on untouched."""

    __slots__ = ("name",)
    name: str

    def fold(self, *, policy: object) -> str:
        """Return the whole header, as generators of `email` ask for it."""
        return f"{self.name}: {self}\r\n"


def compose(
    rendered: Rendered,
    *,
    message_id: str,
    date: datetime,
    sender: str,
    recipient: str,
    list_id: str,
    list_name: str,
    unsubscribe: str | None = None,
) -> bytes:
    """Return the mail as CRLF bytes in 7 bit; RenderError when it would not be a proper one.

    `sender` may be `Name <address>`, `recipient` is an address. `unsubscribe` is the address of a
    page that takes a recipient off a list with one click (RFC 8058), with `{list}` and `{to}` for
    these. The boundaries follow from the Message-ID, so that a retry sends the same bytes.
    """
    name, mailbox = _mailbox(sender)
    headers = {
        "Message-ID": _message_id(message_id),
        "Date": format_datetime(date.astimezone(UTC)),
        "From": _phrase("From", name, f"<{mailbox}>") if name else mailbox,
        "To": _address(recipient),
        "Subject": _text("Subject", rendered.subject),
        "List-Id": _phrase("List-Id", list_name, f"<{_label(list_id)}.{mailbox.split('@')[1]}>"),
        **_leaving(mailbox, list_id, recipient, unsubscribe),
        "List-Post": "NO",
        **({"List-Archive": f"<{site}>"} if (site := safe_link(rendered.site)) else {}),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": rendered.lang,
    }
    wire = _assemble(headers, rendered)
    _inspect(wire, headers, rendered)
    return wire


def _leaving(mailbox: str, list_id: str, recipient: str, page: str | None) -> dict[str, str]:
    """How to leave the list: by mail (RFC 2369), and with one click where there is a page."""
    mail = f"<mailto:{mailbox}?subject={quote(f'unsubscribe {list_id}')}>"
    if page is None:
        return {"List-Unsubscribe": mail}
    link = page.replace("{list}", quote(list_id, safe=""))
    link = link.replace("{to}", quote(recipient, safe=""))
    one_click = "List-Unsubscribe=One-Click"
    return {"List-Unsubscribe": f"<{link}>,\r\n {mail}", "List-Unsubscribe-Post": one_click}


# --- parts ---------------------------------------------------------------------------------------


def _assemble(headers: Mapping[str, str], rendered: Rendered) -> bytes:
    pictures = [_file(each) for each in rendered.attached if each.cid]
    files = [_file(each) for each in rendered.attached if not each.cid]
    html = _several("related", [_words(rendered.html, "html"), *pictures])
    both = _several("alternative", [_words(rendered.text, "plain"), html])
    mail = _several("mixed", [both, *files])
    for part in mail.walk():
        if part.is_multipart():
            seed = f"{part.get_content_subtype()} {headers['Message-ID']}"
            part.set_boundary(f"=_{blake2b(seed.encode(), digest_size=15).hexdigest()}")
    for name, value in headers.items():
        written = _Written(value)
        written.name = name
        mail[name] = written
    mail["MIME-Version"] = "1.0"
    return mail.as_bytes()


def _several(subtype: str, parts: list[EmailMessage]) -> EmailMessage:
    """The parts as one; a single one as it is."""
    if len(parts) == 1:
        return parts[0]
    whole = EmailMessage(policy=_WIRE)
    whole["Content-Type"] = f"multipart/{subtype}"
    whole.set_payload([])
    for part in parts:
        whole.attach(part)
    return whole


def _words(text: str, subtype: str) -> EmailMessage:
    """A text as quoted-printable; `email` itself takes a hundred times as long for it."""
    part = EmailMessage(policy=_WIRE)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.encode(), istext=True).decode("ascii"))
    return part


def _file(attached: Attached) -> EmailMessage:
    part = EmailMessage(policy=_WIRE)
    kind = attached.media_type
    if kind == "text/calendar":
        kind += '; charset="utf-8"; method="PUBLISH"'
    elif kind.startswith("text/"):
        kind += '; charset="utf-8"'
    part["Content-Type"] = kind
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header(
        "Content-Disposition",
        "inline" if attached.cid else "attachment",
        filename=one_line(attached.name),
    )
    if attached.cid:
        part["Content-ID"] = f"<{attached.cid}>"
    part.set_payload(encodebytes(attached.content).decode("ascii"))
    return part


# --- headers -------------------------------------------------------------------------------------


def _mailbox(sender: str) -> tuple[str, str]:
    """The display name and the address of `Name <address>`."""
    named = _NAMED.fullmatch(sender)  # parseaddr() differs between versions of Python
    if not named:
        return "", _address(sender)
    return one_line(named["name"]).strip(), _address(named["address"])


def _address(text: str) -> str:
    """The address with its domain in ASCII (RFC 5890)."""
    local, _, domain = text.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        address = ""
    if not _ADDRESS.fullmatch(address):
        raise RenderError(f"not a mail address: {text!r}; write name@example.org")
    return address


def _message_id(text: str) -> str:
    written = text if text.startswith("<") else f"<{text}>"
    if not _MESSAGE_ID.fullmatch(written):
        raise RenderError(f"not a Message-ID: {text!r}")
    return written


def _label(list_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", list_id).strip("-") or "list"


def _text(name: str, text: str) -> str:
    """A header of free text. What looks like an encoded word is encoded, hence shown literally."""
    clean = one_line(text).strip()
    plain = clean.isascii() and "=?" not in clean and max(map(len, clean.split()), default=0) < 60
    header = Header(clean, "us-ascii" if plain else "utf-8", maxlinelen=76, header_name=name)
    return header.encode(splitchars=" ", linesep="\r\n")


def _phrase(name: str, words: str, address: str) -> str:
    """A display name and what follows it in angle brackets, on a line of its own if need be."""
    clean = one_line(words).strip()
    if _WORDS.fullmatch(clean) and "=?" not in clean and len(clean) < 60:
        written = clean
    else:
        written = Header(clean, "utf-8", maxlinelen=76, header_name=name).encode(linesep="\r\n")
    room = 76 - len(name) - 2 if "\r\n" not in written else 0
    gap = " " if len(written) + 1 + len(address) <= room else "\r\n "
    return f"{written}{gap}{address}".lstrip()


def _inspect(wire: bytes, headers: Mapping[str, str], rendered: Rendered) -> None:
    """Read the bytes as a strict receiver would; RenderError names what is wrong with them."""
    try:
        mail = message_from_bytes(wire, policy=policy.strict)
    except (MessageError, ValueError) as error:
        raise RenderError(f"the composed mail is not well-formed: {error}") from error
    faults = [*_line_faults(wire)]
    if sorted(mail.keys()) != sorted([*headers, *_BODY_HEADERS]):
        faults.append(f"unexpected headers {mail.keys()}")
    subject = one_line(rendered.subject).strip()
    if str(mail["Subject"]) != subject:
        faults.append(f"the subject reads {str(mail['Subject'])!r} instead of {subject!r}")
    parts = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    files = [each.media_type for each in sorted(rendered.attached, key=lambda each: not each.cid)]
    if parts != ["text/plain", "text/html", *files]:
        faults.append(f"unexpected parts {parts}")
    if faults:
        raise RenderError(f"the composed mail is not well-formed: {'; '.join(faults)}")


def _line_faults(wire: bytes) -> Iterator[str]:
    lines = wire.split(b"\r\n")
    if any(len(line) > _LONGEST_LINE for line in lines):
        yield f"a line is longer than {_LONGEST_LINE} bytes"
    if any(b"\r" in line or b"\n" in line for line in lines):
        yield "a line end is not CRLF"
    if not wire.isascii() or b"\0" in wire:
        yield "a byte is not 7-bit text"

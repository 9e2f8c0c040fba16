"""Mail addresses as they may stand in an envelope (RFC 5321) without SMTPUTF8."""

from __future__ import annotations

import re

import idna

from monitor.model.told import Told

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_IN_BRACKETS = re.compile(r"<([^<>@\s]+@[^<>\s]+)>")


class AddressError(ValueError):
    """Says in words what is wrong; `suggestion` is the bare address, where one can be seen."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        self.suggestion = suggestion
        super().__init__(message)


def read_address(text: str) -> str:
    """Return the address with its domain in lower-case ASCII (IDNA 2008), such as team@example.org.

    Raises AddressError for anything but one bare address with an ASCII name before the @: a mail
    server cannot be relied on to take more.
    """
    if not text.isprintable():
        raise AddressError(Told("must not hold line breaks or control characters"))
    if found := _IN_BRACKETS.search(text):
        raise AddressError(Told("must be a bare address without a name"), found[1])
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or " " in text:
        raise AddressError(
            Told("must be an address such as team@example.org, not `{text}`", text=text)
        )
    if not local.isascii():
        raise AddressError(
            Told("must have only plain letters (a–z) before the @, not `{local}`", local=local)
        )
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise AddressError(
            Told("must be an address such as team@example.org, not `{text}`", text=text)
        )
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    try:
        encoded = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(
            Told("must end in the name of a mail server, not `{domain}`", domain=domain)
        ) from error
    if "." not in encoded.strip(".") and encoded != "localhost":
        raise AddressError(
            Told("must end in a full name such as example.org, not `{domain}`", domain=domain)
        )
    return encoded.lower()

"""What goes out to a site and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask «has it changed?» (RFC 9110, 8.8).

    Many give nothing: the fingerprint of the `content` that came last tells of these.
    """

    etag: str | None = None
    last_modified: str | None = None
    content: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What an adapter wants to have fetched.

    A header value may name an environment variable as `${MONITOR_…}`; the secret is filled in only
    on the way out, and only for the host that the adapter asked for.

    A `conditional` first request may end the check: when the server says «not modified», or sends
    the very bytes of last time, the source is unchanged and the adapter is not resumed.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    conditional: bool = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """One complete answer with a status of 200.

    `url` is where it came from after redirects; `media_type` is lower case without parameters;
    `text` is decoded by our own rules; empty for binary types such as PDF, and for large answers
    until they are read.
    """

    url: str
    status: int
    media_type: str
    content: bytes
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server said 304; `validators` are the ones to keep."""

    url: str
    validators: Validators

"""What strangers wrote, made harmless: one line, no control characters, only links to the web."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit, urlunsplit

# C0 and C1 controls, bidirectional overrides and isolates, soft hyphens, byte order marks, lone
# surrogates, non-characters. Zero-width joiners stay: Persian and emoji are spelled with them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff]"
)
# Of what counts as printable, all that `one_line` changes.
_PRINTABLE = re.compile("  |[\ufff0-\uffff]")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_BLANK = re.compile("[\\s\x1c-\x1f\x85\u2028\u2029]+")
_URL_SAFE = "/:?#[]@!$&'()*+,;=%-._~"

Value = TypeVar("Value")


def one_line(text: str) -> str:
    """Return the text without invisible characters, each run of white space as one space."""
    if text.isprintable() and not _PRINTABLE.search(text):
        return text  # nearly all are: a mail of a thousand entries asks for some ten thousand
    return _BLANK.sub(" ", _HIDDEN.sub("", text))


def shown(value: Value) -> Value:
    """Return the same value with every text in it passed through `one_line`, however deep."""
    result: object = value
    kind = type(value)
    if kind is str:
        result = one_line(value)  # type: ignore[arg-type]
    elif isinstance(value, tuple):
        parts = [shown(part) for part in value]
        if any(new is not old for new, old in zip(parts, value, strict=True)):
            result = kind(*parts) if hasattr(value, "_fields") else tuple(parts)
    elif names := _names(kind):  # type: ignore[arg-type]
        old = {name: getattr(value, name) for name in names}
        changed = {n: new for n, part in old.items() if (new := shown(part)) is not part}
        if changed:
            result = replace(value, **changed)  # type: ignore[type-var]
    return result  # type: ignore[return-value]


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a value type; none of anything else."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def clip(text: str, length: int) -> str:
    """Return the text, cut after a word with an ellipsis when longer than `length` characters."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[length // 2 :] else head).rstrip() + "…"


def language(tag: str | None) -> str:
    """Return a language tag as HTML takes it (RFC 5646); nothing for what is none."""
    return tag if tag and _TAG.fullmatch(tag) else ""


def mailto(recipient: str, subject: str) -> str:
    """Return the link that opens an answer with this subject (RFC 6068)."""
    return f"mailto:{quote(recipient, safe='@')}?subject={quote(subject, safe='')}"


@lru_cache(maxsize=4096)  # a mail asks for each link four times
def safe_link(url: str | None) -> str | None:
    """Return an http(s) address in ASCII, or None for anything that should not be clicked.

    A host with letters beyond ASCII is shown in its real form (RFC 3490), so that look-alikes
    stand out; `user@` before the host only serves to deceive.
    """
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError included
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    host = f"[{host}]" if ":" in host else host
    rest = (quote(part, safe=_URL_SAFE) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host + port, *rest))


def address(link: str, length: int = 72) -> str:
    """Return a link as people read it: no scheme, no percent signs, the host whole, the end cut."""
    host, _, path = link.split("://", 1)[-1].removeprefix("www.").partition("/")
    bare = f"{host}/{one_line(unquote(path))}".rstrip("/")
    room = max(length, len(host) + 2)
    return bare if len(bare) <= room else bare[: room - 1] + "…"

"""Cookies of one conversation: what a server hands out, an adapter hands back itself."""

from __future__ import annotations

import re

from monitor.model import Fetched

# Several Set-Cookie headers arrive joined by commas; the comma inside a date is none of them.
_COOKIE = re.compile(r"(?:^|,)\s*([^\s=;,]+)=([^;]*?)\s*(?=;|,\s*[^\s=;,]+=|$)")


def cookies(*answers: Fetched, known: str = "") -> str:
    """Return the value of a Cookie header: what is `known`, then what the answers set (RFC 6265).

    A cookie that is set again keeps its place and gets its new value.
    """
    jar = dict(pair.split("=", 1) for pair in known.split("; ") if "=" in pair)
    for answer in answers:
        jar.update(_COOKIE.findall(answer.headers.get("set-cookie", "")))
    return "; ".join(f"{name}={value}" for name, value in jar.items())

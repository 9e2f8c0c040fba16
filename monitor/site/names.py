"""Where pages lie: names of files made from ids, which are never trusted to be paths."""

from __future__ import annotations

import re
from hashlib import sha1

from monitor.text.fingerprint import fingerprint

_PLAIN = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9._-]{0,63}(?<!\.)")
# RFC 9562, appendix A: the name space of URLs.
_NAMESPACE = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8")


def place(id_: str) -> str:
    """Return a name for a folder: the id where it is one, else a fingerprint of it."""
    return id_ if _PLAIN.fullmatch(id_) else f"x-{fingerprint(id_)}"


def story_path(story: int) -> str:
    """Return the path of a story's page, and of the pointers to it, below a language."""
    return f"alert/{story}.html"


def shelf_path(kind: str, key: str, sheet: int = 0) -> str:
    """Return the path of a sheet of a shelf; sheet 0 is the one that grows."""
    name = str(sheet) if sheet else "index"
    return f"{kind}/{place(key)}/{name}.html"


def feed_path(topic: str) -> str:
    """Return the path of a topic's Atom feed."""
    return f"topic/{place(topic)}/feed.xml"


def figures_path(source: str) -> str:
    """Return the path of the page of a statistic."""
    return f"figures/{place(source)}.html"


def up(path: str) -> str:
    """Return the way from a page to the folder of its language: `` or `../` or `../../`."""
    return "../" * path.count("/")


def urn(*parts: str) -> str:
    """Return a name that is the same for ever (RFC 9562, 5.5, as RFC 4287, 4.2.6 asks for)."""
    name = "policy-monitor:" + "\n".join(parts)
    raw = sha1(_NAMESPACE + name.encode("utf-8", "replace"), usedforsecurity=False).digest()[:16]
    marked = bytearray(raw)
    marked[6] = marked[6] & 0x0F | 0x50
    marked[8] = marked[8] & 0x3F | 0x80
    digits = marked.hex()
    cuts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return f"urn:uuid:{'-'.join(cuts)}"

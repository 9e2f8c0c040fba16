"""Bytes to text, by rules of our own: what a server says about its encoding is a hint.

Labels are read as browsers read them (WHATWG Encoding Standard) and only real text encodings are
known: a label never reaches Python's codec registry, which also holds zlib, rot13 and idna.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_BARE_UTF16 = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  # markup that lost its mark

_WINDOWS = re.compile(r"(?:x-)?(?:cp|windows-?|win-?|ibm)(125[0-8])")
_ISO = re.compile(r"(?:cs)?iso-?8859-?([1-9]|1[0134-6])(?:-[ei])?(?::\d{4})?")
_ISO_AS_WINDOWS = {"1": "windows-1252", "9": "windows-1254", "11": "cp874"}
_LABELS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf-16le", "ucs-2", "unicode", "csunicode"), "utf-16-le"),
    **dict.fromkeys(("utf-16be", "unicodefffe"), "utf-16-be"),
    **dict.fromkeys(
        ("ascii", "us-ascii", "ansi-x3.4-1968", "latin1", "latin-1", "l1", "cp819", "ibm819"),
        "windows-1252",
    ),
    **dict.fromkeys(("latin2", "latin-2", "l2"), "iso8859-2"),
    **dict.fromkeys(("latin5", "l5"), "windows-1254"),
    **dict.fromkeys(("latin9", "latin-9", "l9"), "iso8859-15"),
    **dict.fromkeys(("koi8-r", "koi8", "koi", "cskoi8r"), "koi8-r"),
    **dict.fromkeys(("koi8-u", "koi8-ru"), "koi8-u"),
    **dict.fromkeys(("cyrillic", "iso-ir-144"), "iso8859-5"),
    **dict.fromkeys(("ibm866", "cp866", "866"), "cp866"),
    **dict.fromkeys(("macintosh", "mac", "x-mac-roman"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("tis-620", "windows-874"), "cp874"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks-c-5601-1987"), "cp949"),
    "big5": "big5hkscs",
    "euc-jp": "euc-jp",
}
# Chinese, Japanese and Korean bytes may look like UTF-8 by chance; other encodings never do.
_MAY_LOOK_LIKE_UTF8 = frozenset({"gb18030", "cp932", "cp949", "big5hkscs", "euc-jp"})

# Python keeps a byte that is not UTF-8 as a lone surrogate. Here it becomes the character that
# windows-1252 has for it, where that has a hole the control character, as in browsers.
_LEGACY = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte)
    for byte in range(0x80, 0x100)
}

_NOT_TEXT = re.compile(
    r"(?:image|audio|video|font)/(?!svg\+xml).*"
    r"|application/(?:pdf|x-pdf|zip|gzip|x-gzip|msword|x-7z-compressed|vnd\.(?:ms-|open|oasis).*)"
)
_BINARY_START = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11")

_HEAD_BYTES = 4096
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([^\"']+)[\"']")
_SILENT = re.compile(
    r"<(script|style|noscript|title)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S
)
_META = re.compile(r"<meta\s[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE)


def is_text(kind: str, content: bytes) -> bool:
    """Return whether a body is to be read as text; magic numbers count more than the header."""
    return not _NOT_TEXT.fullmatch(kind) and not content.startswith(_BINARY_START)


def decode(content: bytes, content_type: str | None) -> tuple[str, str]:
    """Return the text without NULs, and the name of the encoding it was read with. Never raises.

    Tried in this order: byte order mark, charset of the header, UTF-8, UTF-8 with a few damaged
    bytes, `<meta charset>` or XML declaration, and windows-1252, which reads anything.
    """
    text, charset = _read(content, content_type)
    return text.replace("\0", ""), charset


def _read(content: bytes, content_type: str | None) -> tuple[str, str]:
    for mark, charset in _MARKS:
        if content.startswith(mark):
            content = content[len(mark) :]
            if charset == "utf-8":
                return _patched(content), charset
            return content.decode(charset, "replace"), charset
    for charset in _candidates(content, content_type):
        text = _decoded(content, charset)
        if text is not None:
            return text, charset
    return _legacy(content), "windows-1252"


def _candidates(content: bytes, content_type: str | None) -> Iterator[str]:
    """The encodings to try, the most believable first."""
    claimed = _believable(_claimed_by_header(content_type), content)
    if claimed and (claimed in _MAY_LOOK_LIKE_UTF8 or claimed.startswith("utf-16")):
        yield claimed
    yield from (charset for start, charset in _BARE_UTF16 if content.startswith(start))
    yield "utf-8"
    if claimed:
        yield claimed
    declared = _claimed_by_markup(content)
    if declared and not declared.startswith("utf-16"):  # it was readable as ASCII just now
        yield declared


def _decoded(content: bytes, charset: str) -> str | None:
    if charset == "windows-1252":
        return _legacy(content)
    try:
        return content.decode(charset)
    except UnicodeDecodeError:
        return _patched(content) if charset == "utf-8" and _mostly_utf8(content) else None


def _legacy(content: bytes) -> str:
    """The bytes as windows-1252, which has a character for each."""
    return content.decode("ascii", "surrogateescape").translate(_LEGACY)


def _patched(content: bytes) -> str:
    """The bytes as UTF-8, and those that are not as windows-1252."""
    return content.decode("utf-8", "surrogateescape").translate(_LEGACY)


def _mostly_utf8(content: bytes) -> bool:
    """Whether a few damaged bytes stand in a text that is UTF-8 otherwise."""
    text = content.decode("utf-8", "surrogateescape")
    ascii_only = len(text.encode("ascii", "ignore"))
    damaged = len(text) - len(content.decode("utf-8", "ignore"))
    return len(text) - ascii_only - damaged > 4 * damaged


def _believable(charset: str | None, content: bytes) -> str | None:
    """UTF-16 that holds markup or any Latin letter has NULs."""
    if charset and charset.startswith("utf-16") and b"\0" not in content:
        return None
    return charset


def _claimed_by_header(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return _charset(found[1]) if found else None


def _claimed_by_markup(content: bytes) -> str | None:
    """The XML declaration or the first meta element that names an encoding we know."""
    head = content[:_HEAD_BYTES].decode("latin-1")
    if declaration := _XML.match(head):
        return _charset(declaration[1])
    for tag in _META.findall(_SILENT.sub(" ", head)):
        attributes = {name.lower(): value.strip("\"'") for name, value in _ATTRIBUTE.findall(tag)}
        label = attributes.get("charset")
        if label is None and attributes.get("http-equiv", "").lower() == "content-type":
            named = _CHARSET.search(attributes.get("content", ""))
            label = named[1] if named else None
        if label is not None:
            return _charset(label)
    return None


def _charset(label: str) -> str | None:
    """The encoding that a label stands for; None for what is no text encoding."""
    label = label.strip().strip("\"'").lower().replace("_", "-")
    if found := _WINDOWS.fullmatch(label):
        return f"windows-{found[1]}"
    if found := _ISO.fullmatch(label):
        return _ISO_AS_WINDOWS.get(found[1], f"iso8859-{found[1]}")
    return _LABELS.get(label)

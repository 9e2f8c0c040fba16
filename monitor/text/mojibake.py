"""Text that was read in the wrong encoding: `FlÃ¼chtling`, `Ð´ÐµÐ·ÐµÑ€Ñ‚Ð¸Ñ€`, `äåçåðòèð`."""

from __future__ import annotations

import re


def _western(byte: int) -> str:
    """The character that Windows-1252 has for a byte, or Latin-1 where that has none."""
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


_BYTES = {_western(byte): byte for byte in range(256)} | {chr(byte): byte for byte in range(256)}
_RUSSIAN = {char: byte for byte in range(256) if (char := bytes([byte]).decode("cp1251", "ignore"))}
_LATER = range(0x80, 0xC0)
_WESTERN_LATER = "".join(_western(byte) + chr(byte) for byte in _LATER)
_RUSSIAN_LATER = "".join(char for char, byte in _RUSSIAN.items() if byte in _LATER)
_LATER_WESTERN, _LATER_RUSSIAN = re.escape(_WESTERN_LATER), re.escape(_RUSSIAN_LATER)
# What may stand behind the first letter of a misread one.
LATER = frozenset(_WESTERN_LATER + _RUSSIAN_LATER)

# UTF-8 read as Windows-1252 or Latin-1; as Windows-1251, where shorter runs may be real words; and
# Windows-1251 read as Windows-1252: no language has five such letters in a row.
MOJIBAKE = re.compile(
    rf"(?P<western>(?:[ÂÃÄÅÐÑ][{_LATER_WESTERN}]|â[€\x80][{_LATER_WESTERN}])+)"
    rf"|(?P<russian>(?:[РС][{_LATER_RUSSIAN}]){{3,}})"
    r"|(?P<letters>[À-ÖØ-öø-ÿ]{5,})"
)
# Without this there is none of it; it is many times faster to look for.
HINT = re.compile(
    rf"[À-ÖØ-öø-ÿРС](?:(?<=[ÂÃÄÅÐÑâРС])[{_LATER_WESTERN}{_LATER_RUSSIAN}]|[À-ÖØ-öø-ÿ]{{4}})"
)
# Where white space, or a hyphen, may be half a letter.
HALVES = r"(?<=[ÂÃÄÅÐÑРС])(?=[\x85\xa0])|(?<=â)(?=[€\x80])"


def mended(found: re.Match[str]) -> str:
    """What was meant; the find itself when it is nothing in the encoding it seems to be in."""
    tables = {"western": (_BYTES, "utf-8"), "russian": (_RUSSIAN, "utf-8")}
    table, encoding = tables.get(found.lastgroup or "", (_BYTES, "cp1251"))
    try:
        return bytes(table[char] for char in found[0]).decode(encoding)
    except UnicodeDecodeError:
        return found[0]

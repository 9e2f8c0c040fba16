"""Well-formed XML as text; entities made of entities or files are refused (bombs, XXE)."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from monitor.errors import ExtractError
from monitor.text.clean import clean

_DECLARATION = re.compile(r"\s*<\?xml\b.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)
_NESTED_ENTITY = re.compile(
    r"<!ENTITY\s+[^%>\s]+\s+(?:\"[^\"]*[&%]\w|'[^']*[&%]\w|SYSTEM|PUBLIC)", re.I
)
_DEEPEST = 200
_ROOT = re.compile(r"<(?![?!])([^\s/>]+)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,9})|([0-9]{1,9}));")
_LAST = 0x10FFFF
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def neutral(text: str) -> str:
    """Return XML without its declaration and forbidden characters: the text is decoded already.

    ExtractError when it declares entities made of entities or of other files.
    """
    text = _REFERENCE.sub(_legal, _ILLEGAL.sub("", text.lstrip("\ufeff \t\r\n")))
    if _DOCTYPE.match(text) and _NESTED_ENTITY.search(text):
        raise ExtractError(
            "The XML declares entities that stand for other entities or files. "
            "No honest source needs that; it was not read."
        )
    return _DECLARATION.sub("", text, count=1).lstrip()


def _legal(reference: re.Match[str]) -> str:
    """A reference to a character, or nothing for one to what no text may hold (XML 1.0, 2.2)."""
    hexadecimal, decimal = reference.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return "" if code > _LAST or _ILLEGAL.match(chr(code)) else reference[0]


def is_whole(text: str) -> bool:
    """Say whether the last end tag is there, even where the XML has other faults."""
    root = _ROOT.search(_COMMENT.sub("", text[:20_000]))
    if root is None:
        return False
    name, end = re.escape(root.group(1)), _COMMENT.sub("", text[-4000:]).rstrip()
    closed = rf"</{name}\s*(?:>|$)|<{name}[^<>]*/>$"
    return bool(re.search(closed, end)) or (name == "rss" and end.endswith("</channel>"))


def visible_blocks(text: str) -> tuple[str, ...]:
    """Return one block per element that holds text of its own; ExtractError if not well-formed."""
    blocks: list[str] = []
    pending = [tree(text)]
    while pending:
        element = pending.pop()
        own = (element.text or "", *(child.tail or "" for child in element))
        if any(part.strip() for part in own):
            blocks.append(clean(" ".join(element.itertext())))
        else:
            pending.extend(reversed(element))
    return tuple(blocks)


def tree(text: str) -> Element:
    """Return the root element; ExtractError if the XML is not well-formed or is a bomb."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(neutral(text).encode(), True)
    except expat.ExpatError as error:
        raise ExtractError(f"The XML is broken or cut short: {error}.") from error
    return builder.close()


def local_name(element: Element) -> str:
    """Return the name of an element without the prefix of its namespace."""
    return element.tag.rpartition(":")[2]


class _Builder(TreeBuilder):
    """A tree of a depth that can be walked: each level costs a reader a call of its own."""

    depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExtractError(
                f"The XML is nested more than {_DEEPEST} levels deep. No honest source needs that; "
                "it was not read."
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)

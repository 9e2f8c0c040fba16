"""gii: an act from gesetze-im-internet.de, one item per section (§, Artikel, Anlage).

Format: `<slug>/xml.zip`, one XML file by gii-norm.dtd 1.01 (www.gesetze-im-internet.de/dtd/1.01/).
Quirks: every rebuild changes all `builddate` and `doknr`, and notes such as «textlich nachgewiesen,
dokumentarisch noch nicht abschließend bearbeitet» come and go: only the text of sections is read.
A section that is «(weggefallen)» is no item any more, and so comes out as removed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from monitor.adapters import xml
from monitor.adapters.body import what_came
from monitor.adapters.crawl import Kind, single_page
from monitor.adapters.identity import unique
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from monitor.text.clean import clean
from monitor.text.decode import decode

_MOST_BYTES = 40_000_000  # of XML; the longest German act has 8 MB
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, ValueError)
_IS_XML = re.compile(r"\s*(?:<\?xml|<dokumente)")
_NO_SECTIONS = frozenset({"Inhaltsübersicht", "Inhaltsverzeichnis"})  # they repeat the headings
_STARTS_BLOCK = frozenset({"DL", "table"})
_ENDS_BLOCK = frozenset({"Content", "P", "BR", "DL", "DD", "LA", "row", "pre", "Title", "table"})
_NO_TEXT = frozenset({"FnR", "Footnotes", "Footnote", "FnArea", "kommentar", "noindex", "IMG"})
_GONE = re.compile(r"(?:\S{1,6}\s)?\(weggefallen\)|\W*")
_PAGE = re.compile(r"(§|Art(?:ikel)?\.?)\s*(\d+)\s?([a-z]?)")


def items_of(source: Source, fetched: Fetched) -> tuple[Item, ...]:
    """Return the sections of an act that are in force, in order.

    ExtractError when something else came or the act has no section with a text.
    """
    root = xml.tree(_text(fetched))
    if root.tag != "dokumente":
        raise ExtractError(
            f"The XML at {fetched.url} begins with <{root.tag}>, not <dokumente>: "
            "no act in the format of gesetze-im-internet.de."
        )
    act = _act(root)
    items = [item for norm in root.iter("norm") if (item := _section(norm, act, source))]
    if not items:
        raise ExtractError(f"The act {act} at {fetched.url} has no section with a text.")
    return unique(items)


def _text(fetched: Fetched) -> str:
    if not fetched.content.startswith(b"PK"):
        if _IS_XML.match(fetched.text):
            return fetched.text
        raise ExtractError(
            f"An act as a zip file was expected at {fetched.url}, but {what_came(fetched)} came."
        )
    try:
        return decode(_unzipped(fetched), "application/xml")[0]
    except _BROKEN_ZIP as error:
        raise ExtractError(f"The zip file from {fetched.url} cannot be read: {error}.") from error


def _unzipped(fetched: Fetched) -> bytes:
    """The one XML file of the archive, read to a limit: the sizes that a zip file tells may lie."""
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".xml")]
        if len(names) != 1:
            raise ExtractError(
                f"The zip file from {fetched.url} holds {len(names)} XML files, not one act."
            )
        with archive.open(names[0]) as file:
            content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ExtractError(
            f"The act at {fetched.url} unpacks to more than {_MOST_BYTES // 1_000_000} MB; "
            "it was left unread."
        )
    return content


def _act(root: Element) -> str:
    """The abbreviation by which the act is cited, such as AsylG."""
    for path in (".//metadaten/amtabk", ".//metadaten/jurabk"):
        if (found := root.find(path)) is not None and (name := _line(found)):
            return name
    raise ExtractError("The act names no abbreviation (amtabk, jurabk): its format has changed.")


def _section(norm: Element, act: str, source: Source) -> Item | None:
    """Return a section, or None for a heading, a table of contents or what is repealed."""
    name = _line(norm.find("metadaten/enbez"))
    heading = _line(norm.find("metadaten/titel"))
    content = norm.find("textdaten/text/Content")
    blocks = tuple(_blocks(content)) if content is not None else ()
    if not (name and blocks) or name in _NO_SECTIONS:
        return None
    title = f"{name} {act} – {heading}" if heading else f"{name} {act}"
    return Item(name, title, _page(source.url, name), blocks, lang="de")


def _page(url: str, name: str) -> str:
    """The section's own HTML page where its name is known, else the one of the whole act."""
    act = url.removesuffix("xml.zip")
    if found := _PAGE.fullmatch(name):
        sign, number, letter = found.groups()
        return urljoin(act, f"{'__' if sign == '§' else 'art_'}{number}{letter}.html")
    return urljoin(act, "index.html")


def _line(element: Element | None) -> str:
    return "" if element is None else clean(" ".join(_words(element)))


def _words(element: Element) -> Iterator[str]:
    """The text of an element; comments of the editors and marks of footnotes are none."""
    if element.tag in _NO_TEXT:
        return
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


def _blocks(content: Element) -> Iterator[str]:
    """Yield paragraphs, points of lists and rows of tables, except those that are repealed."""
    texts: list[str] = []
    for text in _pieces(content):
        if text is not None:
            texts.append(text)
            continue
        block = clean("".join(texts))
        if not _GONE.fullmatch(block):
            yield block
        texts.clear()


def _pieces(element: Element) -> Iterator[str | None]:
    """Yield stretches of text, and None where a block ends."""
    if element.tag in _NO_TEXT:
        return
    if element.tag == "SUP":  # the number of a sentence or a footnote is no part of the word
        yield f" {''.join(_words(element))} "
    elif element.tag == "row":
        cells = (clean(" ".join(_words(cell))) for cell in element)
        yield " | ".join(filter(None, cells))
    elif element.tag == "DT":
        yield f"{clean(' '.join(_words(element)))} "
    else:
        if element.tag in _STARTS_BLOCK:
            yield None
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
            yield child.tail or ""
    if element.tag in _ENDS_BLOCK:
        yield None


KIND = Kind(single_page(items_of))

"""Pages as trees of elements, by libxml2's HTML parser; the door to lxml for pages.

The parser gets text, never bytes: its guess of a charset depends on what else is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache

from lxml import etree  # type: ignore[import-untyped]

from monitor.errors import ExtractError

_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")  # with one, XHTML is taken for XML
PAGE = "_document"  # the name of the element above `html`
# Their text is for machines, or says again how the word before is spoken.
SPEECHLESS = frozenset({"rp", "rt", "script", "style", "template"})


class Element(etree.ElementBase):  # type: ignore[misc]
    """An element of a page; the page itself is one above its `html`.

    lxml's own elements count as nothing where they have no children.
    """

    def __bool__(self) -> bool:
        return True


_LOOKUP = etree.ElementDefaultClassLookup(element=Element)


def parse(text: str) -> Element:
    """Return the page as a tree of its own; any text gives one.

    Raises ExtractError when it is nested too deep to be read.
    """
    return deepcopy(parsed(text))


@lru_cache(maxsize=1)  # a page is looked at for walls first, and then read
def parsed(text: str) -> Element:
    """Return the page as a tree that may be looked at only. Raises as `parse` does."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    parser.set_element_class_lookup(_LOOKUP)
    page: Element = parser.makeelement(PAGE)
    declaration = _XML_DECLARATION.match(text)
    markup = parsable(text[declaration.end() :] if declaration else text)
    root = etree.fromstring(f"{markup}\n".encode(), parser)
    last = parser.error_log.last_error
    if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise ExtractError(
            "The page is nested more than 2000 levels deep. No honest page is; it was not read."
        )
    # What follows </html> stands under another root.
    for each in [] if root is None else [root, *root.itersiblings()]:
        page.append(each)
    for template in list(page.iter("template")):  # no part of the page before a script says so
        del template[:]
    return page


def parsable(text: str) -> str:
    """Return the text without NUL and lone surrogates, at which parsers stop."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def markup_of(page: Element) -> str:
    """Return the tree as HTML."""
    roots: list[str] = [etree.tostring(root, encoding="unicode", method="html") for root in page]
    return "".join(roots)


def remove(element: Element) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
        element.tail = None
    parent.remove(element)


def strings(element: Element) -> Iterator[str]:
    """Yield the pieces of text in an element, scripts and the like left out."""
    pending: list[Element | str] = [element]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            yield node
        elif node.tag not in SPEECHLESS:
            pending += inner(node)


def inner(element: Element) -> list[Element | str]:
    """Return what stands in an element, texts and elements, the last first."""
    nodes: list[Element | str] = []
    for child in element.iterchildren(reversed=True):
        if tail := child.tail:
            nodes.append(tail)
        nodes.append(child)
    if text := element.text:
        nodes.append(text)
    return nodes

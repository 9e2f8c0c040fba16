"""What a reader sees of an HTML page; the only door to BeautifulSoup and soupsieve.

The parser gets text, never bytes: its guess of a charset depends on what else is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias
from urllib.parse import urljoin, urlsplit

import soupsieve
from bs4 import BeautifulSoup, Tag
from bs4.element import CData, NavigableString, PageElement
from lxml import etree  # type: ignore[import-untyped]

from monitor.errors import ExtractError
from monitor.model.told import Told
from monitor.text.clean import blocks_of, clean

_INVISIBLE_TAGS = (
    "head script style noscript template svg iframe object canvas audio video datalist select "
    "textarea dialog"
)
_BLOCK_TAGS = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption "
    "figure footer form header hr html legend li main menu nav ol p section summary table tbody td "
    "tfoot th thead tr ul"
)
_INVISIBLE, _BLOCKS = frozenset(_INVISIBLE_TAGS.split()), frozenset(_BLOCK_TAGS.split())
_FRAME = _INVISIBLE | {"a", "aside", "footer", "header", "nav"}
_FRAME_ROLES = frozenset({"navigation", "banner", "contentinfo"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BREAK = "\x1e"  # stands for <br>; a text never holds it, `clean` would take it out
_DOUBLE_BREAK = re.compile(rf"{_BREAK}\s*{_BREAK}")
_UNPARSABLE = re.compile("[\x00\ud800-\udfff]")
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")  # with one, XHTML is taken for XML
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Element: TypeAlias = Tag


class Block(NamedTuple):
    """A unit of visible text; `level` is 1–6 for a heading, 0 for anything else."""

    text: str
    level: int = 0


def parse(text: str) -> BeautifulSoup:
    """Return the page as a tree; any text gives one."""
    markup = _XML_DECLARATION.sub("", parsable(text), count=1)
    return BeautifulSoup(f"{markup}\n", "lxml")  # one line alone may be taken for an address


def says_much(text: str, least: int) -> bool:
    """Return whether a page surely shows more than so many characters beside its frame.

    Counted is the text outside of links and of what stands on every page of a site. It takes a
    fifteenth of the time of `parse` and never counts too much: False means that nothing is known.
    """
    markup = _XML_DECLARATION.sub("", parsable(text), count=1)
    try:
        root = etree.fromstring(markup, etree.HTMLParser(recover=True, remove_comments=True))
    except (etree.ParseError, ValueError):
        return False
    body = root.find("body") if root is not None else None
    count, pending = 0, [] if body is None else [body]
    while pending and count <= least:
        tag = pending.pop()
        if isinstance(tag.tag, str) and not _is_frame(tag):
            count += len(clean(tag.text or "")) + sum(len(clean(c.tail or "")) for c in tag)
            pending.extend(tag)
    return count > least


def _is_frame(tag: etree._Element) -> bool:
    return (
        tag.tag in _FRAME
        or "hidden" in tag.attrib
        or tag.get("role") in _FRAME_ROLES
        or "cookie" in tag.get("id", "")
        or _HIDDEN_STYLE.search(tag.get("style", "")) is not None
    )


def parsable(text: str) -> str:
    """Return the text without NUL and lone surrogates, at which parsers stop."""
    return _UNPARSABLE.sub("", text)


def looks_like_html(text: str) -> bool:
    """Say whether a text begins as an HTML page does."""
    start = re.sub(r"<!--.*?-->|<\?xml.*?\?>", "", text[:4000], flags=re.DOTALL).lstrip(
        "\ufeff \r\n\t"
    )
    return bool(
        re.match(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", start, re.IGNORECASE)
    )


def outline(root: Tag) -> tuple[Block, ...]:
    """Return the visible text of an element: paragraphs, headings, list items, table rows."""
    collected = _Collected()
    pending: list[PageElement | None] = [root]  # None ends the block that is open
    while pending:
        node = pending.pop()
        if node is None:
            collected.end_block()
        elif isinstance(node, Tag):
            if not _is_hidden(node):
                _enter(node, collected, pending)
        elif type(node) in (NavigableString, CData):
            collected.text.append(str(node))
    collected.end_block()
    return tuple(collected.blocks)


def visible_blocks(root: Tag) -> tuple[str, ...]:
    """Return the visible text of an element as blocks, headings among them."""
    return tuple(block.text for block in outline(root))


def visible_text(root: Tag) -> str:
    """Return the visible text of an element as one line."""
    return clean(" ".join(visible_blocks(root)))


class _Collected:
    """Text on its way to become blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.text: list[str] = []

    def end_block(self) -> None:
        parts = _DOUBLE_BREAK.split("".join(self.text))
        self.text.clear()
        self.add(clean(part.replace(_BREAK, " ")) for part in parts)

    def add(self, texts: Iterable[str], level: int = 0) -> None:
        self.blocks += [Block(text, level) for text in texts if text]


def _enter(tag: Tag, collected: _Collected, pending: list[PageElement | None]) -> None:
    if tag.name == "br":
        collected.text.append(_BREAK)
    elif tag.name == "sup" and _is_number(tag):
        collected.text.append(f" {tag.contents[0]} ")  # a footnote is no part of the word
    elif tag.name in _HEADINGS:
        collected.end_block()
        collected.add([_line(tag)], _HEADINGS[tag.name])
    elif tag.name == "pre":
        collected.end_block()
        collected.add(blocks_of(tag.get_text()))
    elif tag.name == "tr" and _is_row(tag):
        collected.end_block()
        collected.add([" | ".join(filter(None, map(_line, _cells(tag))))])
    else:
        if tag.name in _BLOCKS:
            collected.end_block()
            pending.append(None)
        pending.extend(reversed(tag.contents))


def _is_hidden(tag: Tag) -> bool:
    if tag.name in _INVISIBLE:
        return not (tag.name == "dialog" and tag.has_attr("open"))
    return tag.has_attr("hidden") or bool(_HIDDEN_STYLE.search(str(tag.get("style", ""))))


def _is_number(tag: Tag) -> bool:
    only = tag.contents[0] if len(tag.contents) == 1 else None
    return isinstance(only, NavigableString) and only.strip().isdigit()


def _cells(row: Tag) -> list[Tag]:
    cells = row.find_all(["td", "th"], recursive=False)
    return [cell for cell in cells if not _is_hidden(cell)]


def _is_row(row: Tag) -> bool:
    """A row of data, and not of an old page laid out with tables."""
    return len(_cells(row)) > 1 and not row.find(["table", "ul", "ol", "pre", *_HEADINGS])


def _line(tag: Tag) -> str:
    """The visible text of a cell or heading; what is block inside it makes no blocks."""
    texts: list[str] = []
    pending: list[PageElement] = list(reversed(tag.contents))
    while pending:
        node = pending.pop()
        if isinstance(node, Tag):
            if not _is_hidden(node):
                texts.append(" " if node.name in _BLOCKS or node.name in {"br", "sup"} else "")
                pending.extend(reversed(node.contents))
        elif type(node) in (NavigableString, CData):
            texts.append(str(node))
    return clean("".join(texts))


def drop(root: Tag, selectors: Iterable[str]) -> None:
    """Take out of the tree everything that the selectors find."""
    for selector in selectors:
        for found in every(root, selector):
            found.extract()


def at_least_one(root: Tag, selector: str, where: str) -> list[Tag]:
    """Return what the selector finds, in page order; ExtractError if that is nothing."""
    found = every(root, selector)
    if not found:
        raise ExtractError(
            f"Nothing on {where} matches the selector `{selector}`. "
            "Either the page was rebuilt or this is not the page it should be."
        )
    return found


def first(root: Tag, selector: str) -> Tag | None:
    """Return the first element that the selector finds inside `root`, or None."""
    return soupsieve.select_one(selector, root)


def first_or_self(element: Tag, selector: str) -> Tag | None:
    """Return the first element inside that the selector finds, else the element if it fits."""
    return first(element, selector) or (element if soupsieve.match(selector, element) else None)


def every(root: Tag, selector: str) -> list[Tag]:
    """Return all elements that the selector finds inside `root`, in page order."""
    return list(soupsieve.select(selector, root))


def check_selector(css: str) -> str | None:
    """Return what is wrong with a CSS selector as a sentence, or None."""
    try:
        soupsieve.compile(css)
    except (soupsieve.SelectorSyntaxError, ValueError, TypeError) as error:
        return Told(
            "`{css}` is no CSS selector: {error}", css=css, error=str(error).splitlines()[0]
        )
    return None


def selector_rule(css: str) -> str | None:
    """Return how a CSS selector breaks the rules, as the rest of a sentence, or None."""
    problem = check_selector(css)
    return Told("must be a CSS selector: {problem}", problem=problem) if problem else None


def page_title(soup: Tag) -> str:
    """Return the title of a page, else its first heading, else an empty text."""
    for selector in ("head title", "h1", "title"):
        if (found := first(soup, selector)) and (title := clean(found.get_text(" "))):
            return title
    return ""


def page_language(soup: Tag) -> str | None:
    """Return the language code that the page declares for itself."""
    declared = first(soup, "html[lang]")
    return str(declared["lang"])[:2].lower() or None if declared else None


def address_base(soup: Tag, url: str) -> str:
    """Return what relative links of the page start from (`<base href>`)."""
    declared = first(soup, "base[href]")
    return (absolute(url, str(declared["href"])) if declared else None) or url


def absolute(base: str, href: str | None) -> str | None:
    """Return a link as an absolute http(s) address, or None when it is anything else."""
    href = _CONTROL.sub("", href or "").strip().replace(" ", "%20")
    try:
        url = urljoin(base, href)
        parts = urlsplit(url)
        parts.port  # noqa: B018 – raises on a port that is no number
    except ValueError:
        return None
    return (
        url
        if href not in {"", "#"} and parts.scheme in {"http", "https"} and parts.hostname
        else None
    )


def outermost(tags: list[Tag]) -> list[Tag]:
    """Leave out what stands inside another one, so that no text comes twice."""
    known = set(map(id, tags))
    return [tag for tag in tags if not any(id(parent) in known for parent in tag.parents)]


def without_furniture(soup: Tag) -> Tag:
    """Return the body; navigation and the like taken out if the page says what its main part is."""
    body = first(soup, "body") or soup
    mains = outermost(every(body, "main, article, [role=main]"))
    if sum(len(visible_text(main)) for main in mains) > 200:
        known = set(map(id, mains))
        for found in every(body, "nav, header, footer, aside"):
            if not any(id(parent) in known for parent in found.parents):
                found.extract()
    return body

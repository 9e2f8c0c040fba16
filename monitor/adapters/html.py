"""What a reader sees of an HTML page: its blocks of text, its title, its language, its links."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from monitor.adapters.css import (
    at_least_one,
    check_selector,
    drop,
    every,
    first,
    first_or_self,
    remove,
    selector_rule,
)
from monitor.adapters.tree import (
    PAGE,
    SPEECHLESS,
    Element,
    inner,
    markup_of,
    parsable,
    parse,
    parsed,
    strings,
)
from monitor.text.clean import blocks_of, clean

__all__ = [
    "PAGE",
    "Block",
    "Element",
    "absolute",
    "address_base",
    "at_least_one",
    "check_selector",
    "drop",
    "every",
    "first",
    "first_or_self",
    "heading_before",
    "looks_like_html",
    "markup_of",
    "outermost",
    "outline",
    "page_language",
    "page_title",
    "parsable",
    "parse",
    "remove",
    "says_much",
    "selector_rule",
    "text_of",
    "visible_blocks",
    "visible_text",
    "without_furniture",
]

_INVISIBLE_TAGS = (
    "head noscript svg iframe object canvas audio video datalist select textarea dialog"
)
_BLOCK_TAGS = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption "
    "figure footer form header hr html legend li main menu nav ol p section summary table tbody td "
    "tfoot th thead tr ul"
)
_INVISIBLE = SPEECHLESS.union(_INVISIBLE_TAGS.split())
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_FRAME = _INVISIBLE | {"a", "aside", "footer", "header", "nav"}
_FRAME_ROLES = frozenset({"navigation", "banner", "contentinfo"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BEFORE = " | ".join(
    f"{where}::{name}" for name in _HEADINGS for where in ("preceding", "ancestor")
)
_NO_ROW = ("table", "ul", "ol", "pre", *_HEADINGS)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BREAK = "\x1e"  # stands for <br>; a text never holds it, `clean` would take it out
_DOUBLE_BREAK = re.compile(rf"{_BREAK}\s*{_BREAK}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Block(NamedTuple):
    """A unit of visible text; `level` is 1–6 for a heading, 0 for anything else."""

    text: str
    level: int = 0


def says_much(text: str, least: int) -> bool:
    """Return whether a page surely shows more than so many characters beside its frame.

    Counted is the text outside of links and of what stands on every page of a site. It never counts
    too much: False means that nothing is known.
    """
    body = parsed(text).find("*/body")
    count, pending = 0, [] if body is None else [body]
    while pending and count <= least:
        tag = pending.pop()
        if not _is_frame(tag):
            count += len(clean(tag.text or "")) + sum(len(clean(c.tail or "")) for c in tag)
            pending.extend(tag)
    return count > least


def _is_frame(tag: Element) -> bool:
    return (
        tag.tag in _FRAME
        or "hidden" in tag.attrib
        or tag.get("role") in _FRAME_ROLES
        or "cookie" in tag.get("id", "")
        or _HIDDEN_STYLE.search(tag.get("style", "")) is not None
    )


def looks_like_html(text: str) -> bool:
    """Say whether a text begins as an HTML page does."""
    start = re.sub(r"<!--.*?-->|<\?xml.*?\?>", "", text[:4000], flags=re.DOTALL).lstrip(
        "\ufeff \r\n\t"
    )
    return bool(
        re.match(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", start, re.IGNORECASE)
    )


def outline(root: Element) -> tuple[Block, ...]:
    """Return the visible text of an element: paragraphs, headings, list items, table rows."""
    collected = _Collected()
    pending: list[Element | str | None] = [root]  # None ends the block that is open
    while pending:
        node = pending.pop()
        if node is None:
            collected.end_block()
        elif isinstance(node, str):
            collected.text.append(node)
        elif not _is_hidden(node):
            _enter(node, collected, pending)
    collected.end_block()
    return tuple(collected.blocks)


def visible_blocks(root: Element) -> tuple[str, ...]:
    """Return the visible text of an element as blocks, headings among them."""
    return tuple(block.text for block in outline(root))


def visible_text(root: Element) -> str:
    """Return the visible text of an element as one line."""
    return clean(" ".join(visible_blocks(root)))


class _Collected:
    """Text on its way to become blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.text: list[str] = []

    def end_block(self) -> None:
        if not self.text:
            return
        text = "".join(self.text)
        self.text.clear()
        if _BREAK not in text:
            self.add(clean(text))
            return
        for part in _DOUBLE_BREAK.split(text):
            self.add(clean(part.replace(_BREAK, " ")))

    def add(self, text: str, level: int = 0) -> None:
        if text:
            self.blocks.append(Block(text, level))


def _enter(tag: Element, collected: _Collected, pending: list[Element | str | None]) -> None:
    name = tag.tag
    if name == "br":
        collected.text.append(_BREAK)
    elif name == "sup" and _is_number(tag):
        collected.text.append(f" {tag.text} ")  # a footnote is no part of the word
    elif name in _HEADINGS:
        collected.end_block()
        collected.add(_line(tag), _HEADINGS[name])
    elif name == "pre":
        collected.end_block()
        for block in blocks_of(text_of(tag)):
            collected.add(block)
    elif name == "tr" and _is_row(tag):
        collected.end_block()
        collected.add(" | ".join(filter(None, map(_line, _cells(tag)))))
    else:
        if name in _BLOCKS:
            collected.end_block()
            pending.append(None)
        pending += inner(tag)


def _is_hidden(tag: Element) -> bool:
    if tag.tag in _INVISIBLE:
        return not (tag.tag == "dialog" and "open" in tag.attrib)
    style = tag.get("style")
    return tag.get("hidden") is not None or bool(style and _HIDDEN_STYLE.search(style))


def _is_number(tag: Element) -> bool:
    return len(tag) == 0 and (tag.text or "").strip().isdigit()


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row.iterchildren("td", "th") if not _is_hidden(cell)]


def _is_row(row: Element) -> bool:
    """A row of data, and not of an old page laid out with tables."""
    return len(_cells(row)) > 1 and next(row.iter(*_NO_ROW), None) is None


def _line(tag: Element) -> str:
    """The visible text of a cell or heading; what is block inside it makes no blocks."""
    texts: list[str] = []
    pending = inner(tag)
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            texts.append(node)
        elif not _is_hidden(node):
            texts.append(" " if node.tag in _BLOCKS or node.tag in {"br", "sup"} else "")
            pending += inner(node)
    return clean("".join(texts))


def text_of(element: Element, between: str = "") -> str:
    """Return all text in an element, hidden or not, but for scripts and the like."""
    return between.join(strings(element))


def page_title(page: Element) -> str:
    """Return the title of a page, else its first heading, else an empty text."""
    for selector in ("head title", "h1", "title"):
        if (found := first(page, selector)) and (title := clean(text_of(found, " "))):
            return title
    return ""


def heading_before(element: Element) -> Element | None:
    """Return the last heading that begins before an element does."""
    before: list[Element] = element.xpath(_BEFORE)
    return before[-1] if before else None


def page_language(page: Element) -> str | None:
    """Return the language code that the page declares for itself."""
    declared = first(page, "html[lang]")
    return declared.get("lang")[:2].lower() or None if declared else None


def address_base(page: Element, url: str) -> str:
    """Return what relative links of the page start from (`<base href>`)."""
    declared = first(page, "base[href]")
    return (absolute(url, declared.get("href")) if declared else None) or url


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


def outermost(tags: list[Element]) -> list[Element]:
    """Leave out what stands inside another one, so that no text comes twice."""
    known = set(tags)
    return [tag for tag in tags if known.isdisjoint(tag.iterancestors())]


def without_furniture(page: Element) -> Element:
    """Return the body; navigation and the like taken out if the page says what its main part is."""
    body = first(page, "body") or page
    mains = outermost(every(body, "main, article, [role=main]"))
    if sum(len(visible_text(main)) for main in mains) > 200:
        for found in every(body, "nav, header, footer, aside"):
            if set(mains).isdisjoint(found.iterancestors()):
                remove(found)
    return body

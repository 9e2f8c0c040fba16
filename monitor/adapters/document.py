"""One article, law or PDF: its sections are the items, so that a change names its section."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import NamedTuple

from monitor.adapters import body, pdf
from monitor.adapters.article import main_text
from monitor.adapters.crawl import Kind, single_page
from monitor.adapters.html import (
    Block,
    at_least_one,
    drop,
    markup_of,
    outermost,
    outline,
    page_language,
    page_title,
    parse,
    selector_rule,
)
from monitor.adapters.identity import shortened
from monitor.errors import ExtractError
from monitor.model import Attachment, Fetched, Item, Source
from monitor.procedure import places
from monitor.text.clean import blocks_of, clean
from monitor.text.fingerprint import fingerprint

# What a provision is cited by outlives the words of its heading.
_PROVISION = re.compile(
    r"(§§?|Art(?:ikel|icle|\.)?|Стаття|Статья)\s*(\d+)\s?([a-z]?)(?![^\W_])", re.IGNORECASE
)
_PROVISION_ALONE = re.compile(r"(?:§|Art\.|Artikel)\s*\d+\s?[a-z]?(?:\s+(?!Abs|Satz|Nr|S\.).*|)")
_MARKDOWN_HEADING = re.compile(r"(#{1,6}|%)\s+(.*?)\s*#*")
# Dates, times and counts in a heading move while the section stays.
_MOVING = re.compile(
    r"\(?\bStand\b.*|\d{1,2}\.\s?\d{1,2}\.(?:\d{2,4})?|\d{1,2}[:.]\d\d\s?Uhr"
    r"|(?<=[-–:(,])\s*\d[\d.]*(?![\w.])"
)
_LONGEST_SLUG = 60
_LONGEST_HEADING = 500


class _Document(NamedTuple):
    title: str
    blocks: tuple[Block, ...]
    lang: str | None = None


def items_of(source: Source, fetched: Fetched) -> tuple[Item, ...]:
    """Return one item per section, in order; with fewer than two headings one item, "document".

    ExtractError when there is no text or the declared part is missing.
    """
    document = _read(source, fetched)
    if not document.blocks:
        raise ExtractError(f"There is no visible text at {fetched.url} («{document.title}»).")
    lang = source.lang or document.lang
    title = document.title or source.name
    if sum(block.level > 0 for block in document.blocks) < 2:
        blocks = tuple(block.text for block in document.blocks)
        return (Item("document", title, fetched.url, blocks, lang=lang),)
    return tuple(
        Item(name, heading, fetched.url, blocks, lang=lang)
        for name, heading, blocks in _named(_sections(document.blocks), title)
    )


def read_attachment(fetched: Fetched) -> Attachment:
    """Return the readable text of what an item links to; ExtractError when there is none."""
    form = body.form_of(fetched)
    if form is body.Form.PDF:
        read = pdf.read(fetched.content)
        return Attachment(fetched.url, fetched.media_type, read.blocks, places(read.pages))
    if form is body.Form.HTML:
        blocks = tuple(block.text for block in main_text(fetched.text))
    else:
        blocks = body.blocks(fetched, form)
    if not blocks:
        raise ExtractError(f"There is no visible text in the {form} at {fetched.url}.")
    return Attachment(fetched.url, fetched.media_type, blocks)


def _read(source: Source, fetched: Fetched) -> _Document:
    form = body.form_of(fetched)
    match form:
        case body.Form.HTML:
            return _html(source, fetched)
        case body.Form.PDF:
            read = pdf.read(fetched.content)
            return _Document(read.title, tuple(map(Block, read.blocks)))
        case body.Form.TEXT:
            blocks = tuple(map(_text_block, blocks_of(fetched.text)))
            return _Document(shortened(clean(blocks[0].text)) if blocks else "", blocks)
        case _:
            return _Document("", tuple(map(Block, body.blocks(fetched, form))))


def _html(source: Source, fetched: Fetched) -> _Document:
    soup = parse(fetched.text)
    title, lang = page_title(soup), page_language(soup)
    drop(soup, source.ignore_selectors)
    if source.select.text:
        parts = at_least_one(soup, source.select.text, f"{fetched.url} («{title}»)")
        blocks = tuple(block for part in outermost(parts) for block in outline(part))
    else:
        blocks = main_text(markup_of(soup) if source.ignore_selectors else fetched.text)
    return _Document(title, blocks, lang)


def _text_block(text: str) -> Block:
    if len(text) > _LONGEST_HEADING:
        return Block(text)
    if found := _MARKDOWN_HEADING.fullmatch(text):
        return Block(found.group(2), 1 if found.group(1) == "%" else len(found.group(1)))
    alone = len(text) < 150 and text[-1:] not in {".", ";", ","}
    return Block(text, 6 if alone and _PROVISION_ALONE.fullmatch(text) else 0)


def _sections(blocks: Iterable[Block]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each heading with the blocks below it; what stands before the first has no heading."""
    heading: str = ""
    texts: list[str] = []
    for block in blocks:
        if block.level:
            if heading or texts:
                yield heading, tuple(texts)
            heading, texts = block.text, []
        else:
            texts.append(block.text)
    yield heading, tuple(texts)


def _named(
    sections: Iterable[tuple[str, tuple[str, ...]]], title: str
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield id, title and blocks; headings that repeat are told apart by their ordinal."""
    given: set[str] = set()
    for heading, blocks in sections:
        first = _section_id(heading)
        names = chain([first], (f"{first}-{number}" for number in count(2)))
        name = next(name for name in names if name not in given)
        given.add(name)
        yield name, heading or title, blocks


def _section_id(heading: str) -> str:
    if not heading:
        return "start"
    if provision := _PROVISION.match(heading):
        sign, number, letter = provision.groups()
        return f"{sign} {number}{letter.lower()}"
    slug = "-".join(re.findall(r"\w+", _MOVING.sub("", heading).casefold()))
    if len(slug) <= _LONGEST_SLUG:
        return slug or fingerprint(heading)
    return f"{slug[:_LONGEST_SLUG]}-{fingerprint(slug)}"


KIND = Kind(single_page(items_of), select=dict.fromkeys(("text",), selector_rule))

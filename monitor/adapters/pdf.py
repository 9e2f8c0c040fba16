"""The text of a PDF; the only door to pypdfium2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pypdfium2

from monitor.adapters.identity import shortened
from monitor.errors import ExtractError
from monitor.text.clean import clean, reflow

# PDFium marks a hyphen that divides a word at the end of a line with one of these.
_DIVIDING = ("\ufffe\r\n", "\x02\r\n", "\ufffe", "\x02")


class Pdf(NamedTuple):
    """Title of a document, and the paragraphs of each of its pages."""

    title: str
    pages: tuple[tuple[str, ...], ...]

    @property
    def blocks(self) -> tuple[str, ...]:
        """The paragraphs of all pages."""
        return tuple(block for page in self.pages for block in page)


class Word(NamedTuple):
    """A word and where it stands on its page as a reader holds it; `y` grows upwards."""

    text: str
    left: float
    right: float
    y: float


def read(content: bytes) -> Pdf:
    """Return what a PDF says, hyphens at line ends left as they are.

    ExtractError when it is encrypted, broken, no PDF at all, or holds no text (a scan).
    """
    with _opened(content) as document:
        pages = [_page_text(document, number) for number in range(len(document))]
        title = clean(document.get_metadata_value("Title"))
    found = Pdf(title, tuple(reflow(page.splitlines()) for page in pages))
    if not found.blocks:
        raise ExtractError(f"There is no text in the PDF of {len(pages)} pages (a scan?).")
    return found if title else found._replace(title=shortened(clean(found.blocks[0])))


def lines_of(content: bytes) -> list[list[Word]]:
    """Return the lines of all pages from top to bottom, each word with its place.

    For tables, whose columns only the places tell. ExtractError as for `read`.
    """
    with _opened(content) as document:
        pages = [_placed(document, number) for number in range(len(document))]
    return [line for words in pages for line in _lines(words)]


@contextmanager
def _opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            yield document
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise ExtractError(f"The PDF cannot be read: {_reason(error)}") from error


def _placed(document: pypdfium2.PdfDocument, number: int) -> list[Word]:
    """The words of a page; a gap wider than a third of a letter's height parts two."""
    page = document[number]
    try:
        textpage = page.get_textpage()
        text: str = textpage.get_text_range()
        count = textpage.count_chars()
        turn = page.get_rotation()
        boxes = [_turned(textpage.get_charbox(index, loose=True), turn) for index in range(count)]
        textpage.close()
    finally:
        page.close()
    if len(text) != count:  # a character beyond the BMP, or one that PDFium made up
        text = text.ljust(count)[:count]
    words: list[Word] = []
    last: tuple[float, float, float, float] | None = None
    for letter, box in zip(text, boxes, strict=True):
        left, bottom, right, top = box
        if letter.isspace() or not letter.isprintable():
            last = None
        elif last and abs(last[1] - bottom) < 2 and -2 < left - last[2] < (top - bottom) / 3:
            words[-1] = words[-1]._replace(text=words[-1].text + letter, right=right)
            last = box
        else:
            words.append(Word(letter, left, right, bottom))
            last = box
    return words


def _turned(box: tuple[float, float, float, float], turn: int) -> tuple[float, float, float, float]:
    """A box as a reader sees it on a page that is shown turned by so many degrees."""
    left, bottom, right, top = box
    if turn == 90:
        return bottom, -right, top, -left
    if turn == 270:
        return -top, left, -bottom, right
    return box


def _lines(words: list[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.y):
        if lines and abs(lines[-1][0].y - word.y) < 3:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    page = document[number]
    try:
        textpage = page.get_textpage()
        text: str = textpage.get_text_range()
        textpage.close()
    finally:
        page.close()
    for mark in _DIVIDING:
        text = text.replace(mark, "-\n")
    return text


def _reason(error: pypdfium2.PdfiumError) -> str:
    words = str(error)
    if "assword" in words:
        return "it is protected by a password."
    return f"it is broken or no PDF ({words.rstrip('.')})."

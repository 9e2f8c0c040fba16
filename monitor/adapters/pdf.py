"""The text of a PDF; the only door to pypdfium2."""

from __future__ import annotations

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


def read(content: bytes) -> Pdf:
    """Return what a PDF says, hyphens at line ends left as they are.

    ExtractError when it is encrypted, broken, no PDF at all, or holds no text (a scan).
    """
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            pages = [_page_text(document, number) for number in range(len(document))]
            title = clean(document.get_metadata_value("Title"))
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise ExtractError(f"The PDF cannot be read: {_reason(error)}") from error
    found = Pdf(title, tuple(reflow(page.splitlines()) for page in pages))
    if not found.blocks:
        raise ExtractError(f"There is no text in the PDF of {len(pages)} pages (a scan?).")
    return found if title else found._replace(title=shortened(clean(found.blocks[0])))


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

"""Visible text, without what only a machine or a forger would put there."""

from __future__ import annotations

import re

# C0 and C1 controls that are no white space, zero-width characters, bidi overrides, the byte order
# mark, noncharacters, lone surrogates. Soft hyphens stay: `normalise` needs them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_OWN_BLOCK = re.compile(r"\s*(?:[-*+•‣▪–]\s|\d{1,3}[.)]\s|\(\d{1,3}[a-z]?\)\s|\||#{1,6}\s|%\s)")
_ALONE = re.compile(r"\s*(?:\||#{1,6}\s|%\s)")
_DRAWN = "|:=_*+-"  # what rules and the frames of tables are drawn with
_SENTENCE_END = re.compile(r"[.!?:;…][\"'»«“”)\]]*$")
_LONG_PARAGRAPH = 2000
_WRAPPED_WIDTH = 200


def clean(text: str) -> str:
    """Return the text as one line: white space collapsed, invisible characters removed."""
    line = " ".join(text.split())
    # What is invisible cannot be printed, either; a look at that is many times faster.
    return line if line.isprintable() else " ".join(_INVISIBLE.sub("", text).split())


def blocks_of(plain: str) -> tuple[str, ...]:
    """Return the paragraphs of plain text or Markdown; list items and table rows stand alone."""
    blocks: list[str] = []
    paragraph: list[str] = []
    for line in [*plain.splitlines(), ""]:
        blank = _is_blank(line)
        if blank or _OWN_BLOCK.match(line):
            blocks += _paragraph(paragraph)
            paragraph = []
        if not blank:
            paragraph.append(line)
        if _ALONE.match(line):
            blocks += _paragraph(paragraph)
            paragraph = []
    return tuple(blocks)


def _is_blank(line: str) -> bool:
    """Nothing is on the line, or only a rule."""
    return not "".join(line.split()).strip(_DRAWN) and len(line.strip()) not in {1, 2}


def reflow(lines: list[str]) -> tuple[str, ...]:
    """Return the paragraphs of text whose only breaks are line ends, as in a page of a PDF.

    Where lines are wrapped at a common width, a line that stops well before it ends a paragraph.
    """
    lines = [line for line in lines if clean(line)]
    width = max(map(len, lines), default=0)
    if width > _WRAPPED_WIDTH:
        return tuple(map(clean, lines))
    paragraphs: list[list[str]] = [[]]
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        paragraphs[-1].append(line)
        if _ends_paragraph(line, following, width):
            paragraphs.append([])
    return tuple(_joined(paragraph) for paragraph in paragraphs if paragraph)


def _ends_paragraph(line: str, following: str, width: int) -> bool:
    line = line.rstrip()
    if _OWN_BLOCK.match(following):
        return True
    if line.endswith("-") or len(line) > 0.8 * width:
        return False
    return bool(_SENTENCE_END.search(line)) or following.lstrip()[:1].isupper()


def _paragraph(lines: list[str]) -> tuple[str, ...]:
    if sum(map(len, lines)) > _LONG_PARAGRAPH:
        return reflow(lines)
    joined = _joined(lines)
    return (joined,) if joined else ()


def _joined(lines: list[str]) -> str:
    """A line end after a hyphen stays, so that a word divided there can be found whole."""
    joined = ""
    for line in filter(None, map(clean, lines)):
        divided = joined[-1:] == "-" and joined[-2:-1].isalpha()
        joined += ("\n" if divided else " " if joined else "") + line
    return joined

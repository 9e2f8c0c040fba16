"""The citations of a text, each with one normal form however it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.match.citations.abroad import CODES_ABROAD
from monitor.match.citations.courts import GERMAN, STRASBOURG, SWISS, TRIBUNALS
from monitor.match.citations.european import ARTICLES, CASES, IDENTIFIERS
from monitor.match.citations.linking import link
from monitor.match.citations.papers import BRACKETED, COLLECTIONS, PAPERS
from monitor.match.citations.shape import Named, span
from monitor.match.citations.statutes import STATUTES
from monitor.model import Citation

# One character each, so that offsets stay: dashes, apostrophes, no-break blanks.
_PLAIN = str.maketrans("‐‑‒–—−’‘ʼ\xa0\u2009\u202f", "------'''   ")

# Where shapes overlap, the earlier holds.
_SHAPES = (
    *(*IDENTIFIERS, *CODES_ABROAD, *STATUTES, *ARTICLES, *PAPERS, *GERMAN),
    *(*SWISS, *CASES, *STRASBOURG, *TRIBUNALS, *BRACKETED, *COLLECTIONS),
)


def cite(text: str) -> tuple[Citation, ...]:
    """The citations in order of place, each source once, where it stands first.

    Kinds: statute, eu-article, eu-act, ecli, celex, cjeu, ecthr, file-number, drucksache, bgbl,
    asylnet, tribunal, beckrs. CELEX numbers of cases and acts have the id of the case or act.
    Each has the address where a reader finds it, if there is one.
    """
    once: dict[tuple[str, str], Citation] = {}
    for found in sorted(every(text), key=lambda found: (found.start, found.end)):
        citation = Citation(found.kind, found.id, text[found.start : found.end], *found[2:])
        once.setdefault((found.kind, found.id), citation)
    return tuple(replace(citation, url=link(citation)) for citation in once.values())


def every(text: str) -> Iterator[Named]:
    """All places where something is cited, also again, by kind of shape."""
    plain = text.translate(_PLAIN)
    taken = bytearray(len(plain))
    for shape in _SHAPES:
        if shape.near and not shape.near.search(plain):
            continue
        for hit in shape.pattern.finditer(plain):
            start, end = span(hit)
            found = [] if any(taken[start:end]) else list(shape.read(hit))
            if found:
                taken[start:end] = b"\1" * (end - start)
                yield from found

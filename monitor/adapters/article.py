"""The main text of a page of which nothing is declared; the only door to trafilatura."""

from __future__ import annotations

import trafilatura

from monitor.adapters.html import Block, outline, parsable, parse, without_furniture

_LEAST_SHARE = 0.25


def main_text(html: str) -> tuple[Block, ...]:
    """Return headings and paragraphs of the page without navigation, adverts and comments.

    Where trafilatura fails, or finds less than a quarter of what a reader sees beside the
    navigation, everything that is seen there comes back: too much is better than too little.
    """
    seen = outline(without_furniture(parse(html)))
    if not seen:  # trafilatura would read <noscript>
        return ()
    found = _article(html)
    article = outline(parse(found)) if found else ()
    return article if _length(article) >= _LEAST_SHARE * _length(seen) else seen


def _article(html: str) -> str | None:
    """What trafilatura takes for the article; None also where it stumbles over the page.

    It does so over `<hi rend="uppercase">` of its own markup (KeyError), and who knows over what.
    """
    try:
        found: str | None = trafilatura.extract(
            parsable(html),
            output_format="html",
            include_comments=False,
            include_tables=True,
            favor_recall=True,
        )
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None
    return found


def _length(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks)

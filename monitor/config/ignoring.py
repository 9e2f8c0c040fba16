"""What an entry of `ignore:` is: a CSS selector, a regular expression, or a phrase."""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.adapters import check_selector
from monitor.model.told import Told

_TAG_NAMES = (
    "a abbr address article aside audio b blockquote body br button canvas caption cite code col "
    "colgroup data dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li "
    "link main map mark menu meta meter nav noscript object ol optgroup option output p picture "
    "pre progress q rp rt ruby s samp script search section select slot small source span strong "
    "style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track "
    "u ul var video wbr"
)
_TAGS = frozenset(_TAG_NAMES.split())
_TOKENS = re.compile(r"\.[*+]|\\[dswDSWb]")
_SLASHED = re.compile(r"/(.+)/")
_COMBINATORS = re.compile(r"\s*[>+~,]\s*|\s+")


class Ignored(NamedTuple):
    """One of the two is given."""

    selector: str | None = None
    pattern: str | None = None


def read_ignored(text: str) -> Ignored:
    """Return the selector or the regular expression that an entry of `ignore:` stands for.

    In a phrase, `*` stands for anything within the block and blanks for any white space; case does
    not matter. Raises ValueError with the rest of a sentence when the entry cannot be used.
    """
    slashed = _SLASHED.fullmatch(text)
    if slashed or _TOKENS.search(text):
        return Ignored(pattern=_checked(slashed[1] if slashed else text))
    if text[0] in ".#[":
        if problem := check_selector(text):
            raise ValueError(
                Told("must be a CSS selector, a phrase or a /pattern/: {problem}", problem=problem)
            )
        return Ignored(selector=text)
    if _names_tags(text) and check_selector(text) is None:
        return Ignored(selector=text)
    return Ignored(pattern=_phrase(text))


def _checked(pattern: str) -> str:
    try:
        found = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(Told("must be a regular expression: {error}", error=error)) from error
    if found.fullmatch(""):
        raise ValueError(
            Told("matches everywhere, also where nothing stands: `{pattern}`", pattern=pattern)
        )
    return pattern


def _names_tags(text: str) -> bool:
    """Whether every part of a would-be selector begins like one: «table of contents» does not."""
    parts = _COMBINATORS.split(re.sub(r"\[[^\]]*\]|\([^)]*\)", "[]", text))
    first_is_tag = re.split(r"[^a-z0-9]", parts[0])[0] in _TAGS
    return first_is_tag and all(
        part[:1] in tuple(".#[:*") or re.split(r"[.#\[:]", part)[0] in _TAGS
        for part in parts
        if part
    )


def _phrase(text: str) -> str:
    """The last `*` takes all that follows, those before it as little as possible."""
    words = [r"\s+".join(map(re.escape, part.split())) for part in text.split("*")]
    if not any(words):
        raise ValueError(Told("must not be `*` alone: nothing would ever count as a change"))
    pattern = r"[\s\S]*?".join(words)
    return f"(?i:{pattern if words[-1] else pattern.removesuffix('?')})"

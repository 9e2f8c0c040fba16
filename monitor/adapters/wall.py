"""Blocked is not empty: what stands in place of the page that was asked for, with a status of 200.

An ordinary page may speak of anything, so a wall must have little text of its own and must be one
by its heading, its sentence or its mechanism. A page with all that its source declares is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from monitor.adapters import signs
from monitor.adapters.html import (
    Element,
    check_selector,
    every,
    first,
    looks_like_html,
    page_title,
    parse,
    remove,
    says_much,
    text_of,
    visible_text,
)
from monitor.adapters.identity import shortened
from monitor.errors import ExtractError
from monitor.model import Fetched, Source
from monitor.text.clean import clean

_LONGEST_CHALLENGE = 30_000  # characters of the whole answer: traces stand in real pages too
_LITTLE = 1200  # characters outside links and navigation, for a page that says it in a sentence
_SOME = 2500  # the same, for one whose heading says it
_HARDLY_ANY = 250
_FEW_LINKS = 20
_FIRST_HEADINGS = 3

# Other kinds know what they ask for, and may need just the frame of a page, or where it leads.
_READ_WHOLE = frozenset({"page", "document"})

_SPLIT = re.compile(r"\s+[|–—·»«•:/>-]+\s+|\s*[|»«•]\s*|:\s+")
_EDGES = " \t.…!?:–-*«»\"'()"
_FURNITURE = (
    "nav, header, footer, aside, [role=navigation], [role=banner], [role=contentinfo], [id*=cookie]"
)
_APP_ROOT = "#root, #app, #__next, #__nuxt, #___gatsby, #svelte, #q-app, app-root, [ng-app]"
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|anmeld(?:en|ung)|auth|sso|saml2?|cas|oauth2?|consent|einwilligung)\b",
    re.I,
)
_ERROR_PATH = re.compile(
    r"/(?:(?:page)?(?:404|403|500)|(?:not-?found|fehler(?:seite)?|error))\b", re.I
)
_HOME = re.compile(
    r"(?:/(?:[a-z]{2}(?:[-_][a-z]{2})?|index\.\w+|default\.\w+|home(?:page)?(?:[-_]node)?(?:\.\w+)?"
    r"|startseite(?:[-_]node)?(?:\.\w+)?|portal))*/?",
    re.I,
)
_TROUBLE_KEYS = ("error", "errors", "fault", "exception", "errorMessage", "error_message")
_STATUS_KEYS = ("status", "code", "statusCode", "status_code")
_LONGEST_TROUBLE = 20_000
_NOT_LET_IN = {401, 402, 403, 407, 429, 451}


class Wall(NamedTuple):
    """What stands there instead: `state` is blocked or broken, `what` says it in words."""

    state: str
    what: str


def let_through(page: Fetched, source: Source, asked: str) -> None:
    """Raise ExtractError (blocked, broken) when something else came than the page `asked` for."""
    if found := wall(page, source, asked):
        title = page_title(parse(page.text[:100_000])) if _is_html(page) else ""
        named = f" («{shortened(title, 80)}»)" if title else ""
        raise ExtractError(f"{page.url}{named}: {found.what}.", state=found.state)


def wall(page: Fetched, source: Source, asked: str) -> Wall | None:
    """Return what stands before or in place of the page that was `asked` for, or None."""
    if not _is_html(page):
        return _json_trouble(page)
    challenge, whole = is_challenge(page.text), source.kind in _READ_WHOLE
    elsewhere = _elsewhere(asked, page.url) if whole else None
    if not (challenge or elsewhere) and says_much(page.text, _SOME):
        return None  # so much text no sign is looked for in
    soup = parse(page.text)
    if _has_all(soup, source):
        return None
    if challenge:
        return _as_wall(signs.BEFORE_READERS)
    look = _look(soup)
    return _sign(look, signs.SIGNS if whole else signs.CERTAIN) or (
        elsewhere or _frame(look) if whole else None
    )


def is_challenge(text: str) -> bool:
    """Return whether a bot protection left its traces in an answer as short as theirs are."""
    return len(text) < _LONGEST_CHALLENGE and signs.CHALLENGE.search(text) is not None


# --- what a page says ----------------------------------------------------------------------------


class _Look(NamedTuple):
    """What a reader sees first, and how much there is beside links and navigation."""

    headings: tuple[str, ...]
    prose: str
    links: int
    password: bool
    app: bool
    refresh: bool


def _look(soup: Element) -> _Look:
    """Take the page apart; the tree is spent afterwards."""
    titles = [page_title(soup), *(clean(part) for part in _SPLIT.split(page_title(soup)))]
    password = first(soup, "input[type=password]") is not None
    app = first(soup, _APP_ROOT) is not None
    refresh = first(soup, 'meta[http-equiv="refresh" i][content*="url" i]') is not None
    waiting = " ".join(clean(text_of(tag, " ")) for tag in every(soup, "noscript"))
    body = first(soup, "body") or soup
    half = len(visible_text(body)) / 2
    for tag in every(body, _FURNITURE):
        if len(visible_text(tag)) < half:  # a page may put all of itself into its <header>
            remove(tag)
    headings = [visible_text(tag) for tag in every(body, "h1, h2, h3, h4, h5, h6")]
    links = every(body, "a[href]")
    seen = visible_text(body)
    if len(seen) > _SOME:
        for tag in links:
            remove(tag)
        seen = visible_text(body)
    if not seen:
        seen = waiting
    said = (text.strip(_EDGES) for text in (*titles, *filter(None, headings[:_FIRST_HEADINGS])))
    return _Look(tuple(filter(None, said)), seen, len(links), password, app, refresh)


def _sign(look: _Look, known: Sequence[signs.Sign]) -> Wall | None:
    if len(look.prose) > _SOME:
        return None
    for sign in known:
        if sign.needs_password and not look.password:
            continue
        if _is_headed(sign, look) or _is_said(sign, look):
            return _as_wall(sign)
    return None


def _frame(look: _Look) -> Wall | None:
    """A page that says nothing: a signpost, or the frame that scripts are to fill."""
    if len(look.prose) >= _HARDLY_ANY or look.links > _FEW_LINKS:
        return None
    if look.refresh:
        return _as_wall(signs.SENDS_ELSEWHERE)
    return _as_wall(signs.WANTS_SCRIPTS) if look.app else None


def _is_headed(sign: signs.Sign, look: _Look) -> bool:
    return any(sign.heading.fullmatch(heading) for heading in look.headings)


def _is_said(sign: signs.Sign, look: _Look) -> bool:
    is_weak = sign is signs.SENDS_ELSEWHERE or (sign is signs.WANTS_SCRIPTS and not look.app)
    short = len(look.prose) <= (_HARDLY_ANY if is_weak else _LITTLE) and look.links <= _FEW_LINKS
    return short and sign.sentence.search(look.prose) is not None


def _as_wall(sign: signs.Sign) -> Wall:
    return Wall(sign.state, sign.what)


# --- where it came from --------------------------------------------------------------------------


def _elsewhere(asked: str, came: str) -> Wall | None:
    """A redirect that ends at a home page, a login or an error page instead of the page."""
    wanted, got = urlsplit(asked), urlsplit(came)
    if (wanted.netloc, wanted.path, wanted.query) == (got.netloc, got.path, got.query):
        return None
    if _LOGIN_PATH.search(got.path) and not _LOGIN_PATH.search(wanted.path):
        return _as_wall(signs.WANTS_LOGIN)
    if _ERROR_PATH.search(got.path) and not _ERROR_PATH.search(wanted.path):
        return Wall("broken", f"{asked} leads to this error page; look for its new address")
    deep = not _HOME.fullmatch(wanted.path) or parse_qsl(wanted.query)
    if deep and _HOME.fullmatch(got.path) and not parse_qsl(got.query):
        return Wall("broken", f"{asked} leads to this home page; look for its new address")
    return None


# --- other forms ---------------------------------------------------------------------------------


def _json_trouble(page: Fetched) -> Wall | None:
    """An object that names an error and brings nothing else."""
    text = page.text.strip()
    if not text.startswith("{") or len(text) > _LONGEST_TROUBLE:
        return None
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or _brings(answer):
        return None
    code = _code(answer)
    named = next((answer[key] for key in _TROUBLE_KEYS if answer.get(key)), None)
    refused = any(answer.get(key) is False for key in ("success", "ok"))
    if named is None and not refused and not 400 <= code < 600:
        return None
    what = answer.get("message") or answer.get("detail") or answer.get("title") or named or code
    state = "blocked" if code in _NOT_LET_IN else "broken"
    return Wall(state, f"the server answers with an error in JSON: {shortened(clean(str(what)))}")


def _brings(answer: dict[str, Any]) -> bool:
    """Whether there is something beside the trouble."""
    rest = (value for key, value in answer.items() if key not in _TROUBLE_KEYS)
    return any(isinstance(value, list | dict) and value for value in rest)


def _code(answer: dict[str, Any]) -> int:
    inner = answer.get("error")
    for place in (answer, inner if isinstance(inner, dict) else {}):
        for key in _STATUS_KEYS:
            value = str(place.get(key))
            if value.isdecimal() and len(value) == 3:
                return int(value)
    return 0


# --- what was declared ---------------------------------------------------------------------------


def _is_html(page: Fetched) -> bool:
    start = page.text[:500].lstrip("\ufeff \r\n\t").lower()
    if start.startswith(("<?xml", "<rss", "<feed", "{", "[")) and not looks_like_html(page.text):
        return False
    return looks_like_html(page.text) or ("html" in page.media_type and "<" in start)


def _has_all(soup: Element, source: Source) -> bool:
    """Whether every selector of the source finds something; False when it declares none."""
    select = source.select
    inside = [css for css in (select.title, select.link, select.date, select.text) if css]
    declared = [css for css in (select.items, *inside) if css]
    if not declared or any(map(check_selector, declared)):
        return False
    within = every(soup, select.items) if select.items else [soup]
    return bool(within) and all(any(first(part, css) for part in within) for css in inside)

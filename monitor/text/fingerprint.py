"""Stable names for addresses and for meaning: what differs only in noise gets the same one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# Parameters that name the reader, the campaign or the session, never the page. `nn` and `cms_pos`
# come from the German federal Government Site Builder, `cHash` from TYPO3.
_NOISE_PARAMETER = re.compile(
    r"(?:utm_|mtm_|pk_|at_|wt_)\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_ga|_gl"
    r"|xtor|cHash|nn|cms_pos|phpsessid|jsessionid|sessionid|session_id|sid|sessid|aspsessionid\w*"
    r"|cfid|cftoken|nonce|csrf\w*|_?token|cache(?:buster)?|_ts|timestamp|ref_?src",
    re.IGNORECASE,
)
_CAMPAIGN = re.compile(r"(?:utm_|mtm_|pk_)\w+=|(?:fbclid|gclid|mc_[ce]id|xtor)=", re.IGNORECASE)
_PATH_SESSION = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#;]*", re.IGNORECASE)
_NOISE_FRAGMENT = re.compile(r"(?:xtor|ref|utm_\w+)=.*|:~:text=.*|", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+")
_NONCE = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{24,}\b", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_HEX = re.compile("[0-9a-fA-F]{24}")
_SAMPLED_HEX = re.compile("[0-9a-fA-F]{6}")  # the same in each fourth character: quickly ruled out
# Elsewhere than in these letters, digits and marks nothing is to be made the same.
_UNUSUAL = re.compile("[^ -_a-~¡-§©¬®°±¶·¿\u00c0-\u00ff\u0400-\u045f]")
_SAME = (
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
)
_TRANSLATED = str.maketrans(_SAME)
_AS_THEY_ARE = _SAME.keys() - set("\u00b4\u2033")  # NFKC takes these two apart


def canonical_url(url: str) -> str:
    """Return the address without what changes from reader to reader.

    Scheme and host in lower case, http as https, no default port, no session, no tracking
    parameters, the rest of the query sorted. For comparing, not for clicking. What is no address
    stays as it is: pages link to anything.
    """
    try:
        parts = urlsplit(_PATH_SESSION.sub("", url.strip()))
    except ValueError:
        return url
    scheme = "https" if parts.scheme.lower() == "http" else parts.scheme.lower()
    host = parts.netloc.lower().removesuffix(":80").removesuffix(":443")
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _NOISE_PARAMETER.fullmatch(name)
    )
    fragment = "" if _NOISE_FRAGMENT.fullmatch(parts.fragment) else parts.fragment
    return urlunsplit((scheme, host, parts.path.rstrip("/"), urlencode(query), fragment))


def clickable_url(url: str) -> str:
    """Return the address as a reader may click it: without session and campaign, else as it was.

    Unlike `canonical_url` it leaves what a server may insist on, such as TYPO3's `cHash`.
    """
    parts = urlsplit(_PATH_SESSION.sub("", url))
    kept = [pair for pair in parts.query.split("&") if not _CAMPAIGN.match(pair)]
    return urlunsplit(parts._replace(query="&".join(kept)))


def content_fingerprint(content: bytes) -> str:
    """Return 32 hex digits by which the same bytes are known again."""
    return blake2b(content, digest_size=16).hexdigest()


def fingerprint(*parts: str, ignore: Sequence[re.Pattern[str]] = ()) -> str:
    """Return 16 hex digits that stay the same while the meaning of the texts does.

    White space, invisible characters, the shape of dashes and quotes, tracking parameters,
    nonces, and whatever the `ignore` patterns find do not count. Digits always do.
    """
    return hashed(*(essence(part, ignore) for part in parts))


def hashed(*parts: str) -> str:
    """Return 16 hex digits for texts of which all counts."""
    state = blake2b(digest_size=8)
    for part in parts:
        state.update(part.encode("utf-8", "surrogatepass"))
        state.update(b"\0")
    return state.hexdigest()


def essence(text: str, ignore: Sequence[re.Pattern[str]] = ()) -> str:
    """Return what `fingerprint` takes of a text."""
    odd = set(_UNUSUAL.findall(text))
    if odd <= _AS_THEY_ARE and not ignore and "://" not in text:
        for char in odd:
            text = text.replace(char, _SAME[char])
        if "  " in text or text.startswith(" ") or text.endswith(" "):
            text = " ".join(text.split())
        may_be = _SAMPLED_HEX.search(text[::4]) and _HEX.search(text)
        return _NONCE.sub("0", text) if may_be else text
    text = " ".join(text.split())
    for pattern in ignore:
        text = pattern.sub(" ", text)
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_TRANSLATED)
    if "://" in text:
        text = _ADDRESS.sub(lambda found: canonical_url(found.group()), text)
    return " ".join(_NONCE.sub("0", text).split())

"""Criminal codes of Russia, Ukraine and Belarus, as they and others cite them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.match.citations.shape import Named, Shape, shape

_RUSSIA, _UKRAINE, _BELARUS = "УК РФ", "КК України", "УК РБ"
# «УК» alone is Russian or Belarusian: told apart by the military sections that only one has.
_BELARUSIAN = frozenset({"435", "436", "437", "445", "446", "447"})

_ARTICLES = r"\d{2,3}(?:[.-]\d)?(?!\d|/)"
_MORE = rf"(?:(?:\s?,\s?|\s(?:и|або|или|та|і|й|und|oder|and|or|et|ou)\s){_ARTICLES}){{0,6}}"
_PART = r"(?:(?:ч\.?|част[\wі]{1,3}|п\.)\s?(?P<part>\d(?:\.\d)?)\s?,?\s?)?"
_PART_AFTER = r"(?:,?\s(?:ч\.|част[\wі]{1,3})\s?(?P<part_after>\d(?:\.\d)?))?"
_CODE = (
    r"(?P<code>УК\s?(?:РФ|Росси[ийяю]+|Российской\sФедерации)|(?:КК|Кримінального\sкодексу|КК\.)\s"
    r"(?:України|Украины)|ККУ\b|УК\s(?:РБ|Республики\sБеларусь|Беларуси|Украины)"
    r"|Уголовного\sкодекса\s(?:РФ|Росси[ийяю]+|Российской\sФедерации|Республики\sБеларусь|РБ|Украины)"
    r"|Кримінального\sкодексу(?:\sУкраїни)?|УК\b|КК\b)"
)
_CYRILLIC = re.compile(
    rf"(?i:(?P<all>{_PART}\bст(?:\.|\.\s?ст\.|атт[\wі]{{1,3}}|ать[\w]{{1,3}})\s?"
    rf"(?P<articles>{_ARTICLES}{_MORE}){_PART_AFTER},?\s{_CODE}))"
)

_LATIN_SIGN = r"(?:\bArt(?:ikeln?|icles?)?\.?|\b(?:art(?:icles?)?|sections?)\b\.?|§{1,2})"
_WAY = (
    r"(?:,?\s?(?:Abs(?:atz)?\.?|Teil|part|paragraph|para\.?|alinéa)\s?(?P<part>\d(?:\.\d)?)"
    r"|\s?\((?P<bracketed>\d)\))?"
)
_ADJECTIVE = (
    r"(?i:russ(?:ischen|ian|e)?|ukr(?:ainischen|ainian|ainien)?|bela?russ?(?:ischen|ian)?"
    r"|biélorusse|weißrussischen)\b\.?"
)
_COUNTRY = (
    r"(?:Russische[nr]?\sFöderation|Russian\sFederation|Fédération\sde\sRussie|Russlands?|Russia"
    r"|Russie|RF|Ukraine|Belarus|Bélarus)\b"
)
_NAME = (
    r"(?:St(?:rafgesetzbuch(?:e?s)?|GB)|(?:Criminal|Penal)\sCode|[Cc]ode\spénal|CC|PC)(?![a-zäöü])"
)
_LATIN = re.compile(
    rf"(?P<all>{_LATIN_SIGN}\s?(?P<articles>{_ARTICLES}{_MORE}){_WAY},?\s{{1,2}}"
    r"(?:(?:des|der|of|of\sthe|du|the)\s)?"
    rf"(?:(?P<adjective>{_ADJECTIVE}|Ukraine's|Russia's|Belarus'?s?|(?:RF|UA)-)\s?{_NAME}"
    rf"|{_NAME}[\s-](?:(?:der|des|of|of\sthe|de\sla|de\sl'|du|von)\s?)?"
    rf"(?P<country>{_COUNTRY}|{_ADJECTIVE})))"
)


def _cyrillic(hit: re.Match[str]) -> Iterator[Named]:
    code = " ".join(hit["code"].upper().split())
    ukrainian = code.startswith(("КК", "КРИМ")) or "УКРА" in code
    belarusian = "РБ" in code.split() or "БЕЛАРУС" in code
    part = hit["part"] or hit["part_after"]
    for number in re.findall(_ARTICLES, hit["articles"]):
        alone = code == "УК" and number in _BELARUSIAN
        law = _UKRAINE if ukrainian else _BELARUS if belarusian or alone else _RUSSIA
        yield _named(hit, number, part, law)


def _latin(hit: re.Match[str]) -> Iterator[Named]:
    land = (hit["adjective"] or hit["country"]).lower()
    law = _UKRAINE if land.startswith("u") else _RUSSIA
    law = _BELARUS if land.startswith(("b", "w")) else law
    for number in re.findall(_ARTICLES, hit["articles"]):
        yield _named(hit, number, hit["part"] or hit["bracketed"], law)


def _named(hit: re.Match[str], number: str, part: str | None, law: str) -> Named:
    step = f" ч. {part}" if part else ""
    return Named("statute", f"ст. {number.replace('-', '.')}{step} {law}", *hit.span("all"))


# What is named without its country, or again without its code, is plain only from the rest of the
# text, and only for the sections on military service.
_RUSSIAN_SECTIONS = r"(?P<all>%s\s?((?:328|332|337|338|339|352)(?:\.1)?)(?![\d/]|\.\d)%s)"
_UKRAINIAN_SECTIONS = r"(?P<all>%s\s?(336|407|408|409)(?![\d/])%s)"
_CYRILLIC_SIGN = r"\b(?:[Сс]т\.|[Сс]тат(?:ь[\w]{1,3}|т[\wі]{1,3}))"
_OF_CODE = (
    r"\s(?:of\sthe\s|des\s|du\s)?(?:Criminal\sCode|Strafgesetzbuch(?:e?s)?|StGB|[Cc]ode\spénal)\b"
)
_ARTICLE = r"\b[Aa]rt(?:icle|ikels?)?\.?"


def _rest(sections: str, law: str, sign: str, code: str, near: str) -> Shape:
    return shape(
        "statute", sections % (sign, code), lambda hit: iter([f"ст. {hit[2]} {law}"]), near
    )


CODES_ABROAD = (
    Shape(_CYRILLIC, _cyrillic),
    Shape(_LATIN, _latin),
    _rest(_RUSSIAN_SECTIONS, _RUSSIA, _CYRILLIC_SIGN, "", r"\bУК\s?(?:РФ|России)"),
    _rest(_UKRAINIAN_SECTIONS, _UKRAINE, _CYRILLIC_SIGN, "", r"\bККУ\b|\bКК\sУкра"),
    _rest(
        _RUSSIAN_SECTIONS, _RUSSIA, _ARTICLE, _OF_CODE, r"Russ(?:ia|land|isch|ie)|russ(?:isch|e\b)"
    ),
    _rest(_UKRAINIAN_SECTIONS, _UKRAINE, _ARTICLE, _OF_CODE, r"[Uu]krain"),
    _rest(_RUSSIAN_SECTIONS, _RUSSIA, rf"\bCriminal\sCode,?\s{_ARTICLE}", "", r"Russia"),
    _rest(_UKRAINIAN_SECTIONS, _UKRAINE, rf"\bCriminal\sCode,?\s{_ARTICLE}", "", r"Ukrain"),
)

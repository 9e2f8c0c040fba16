"""Sections of German statutes, and of Austrian, Swiss and international law written like them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.match.citations.shape import Named, Shape

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV")
ROMAN = r"(?:X?V?I{1,3}|X?I?V|X?IX|X)"

# --- what the law is called ----------------------------------------------------------------------

_LONG = {
    "Grundgesetz": "GG", "Asylgesetz": "AsylG", "Aufenthaltsgesetz": "AufenthG",
    "Asylbewerberleistungsgesetz": "AsylbLG", "Wehrpflichtgesetz": "WPflG",
    "Wehrstrafgesetz": "WStG", "Soldatengesetz": "SG", "Zivildienstgesetz": "ZDG",
    "Kriegsdienstverweigerungsgesetz": "KDVG", "Strafgesetzbuch": "StGB",
    "Staatsangehörigkeitsgesetz": "StAG", "Verwaltungsverfahrensgesetz": "VwVfG",
    "Gerichtsverfassungsgesetz": "GVG", "Gerichtskostengesetz": "GKG",
    "Verwaltungsgerichtsordnung": "VwGO", "Strafprozessordnung": "StPO",
    "Zivilprozessordnung": "ZPO", "Aufenthaltsverordnung": "AufenthV",
    "Beschäftigungsverordnung": "BeschV",
}  # fmt: skip
_ALIASES = {
    "AsylVfG": "AsylG", "ECHR": "EMRK", "CEDH": "EMRK", "TFEU": "AEUV", "TFUE": "AEUV",
    "TEU": "EUV", "TUE": "EUV", "ICCPR": "IPbpR",
}  # fmt: skip
# What juris sets behind the name to tell versions apart. The Austrian «AsylG 2005» is another law.
_VERSION = r"(?:\s(?:19\d\d|200[0-8])\b)?"
_LEFT_OUT = r"\s(?:1992|2003|2004|2005|2008)$"
_STATE = r"(?:\s(?:BW|BY|BE|BB|HB|HH|HE|MV|ND|NI|NW|NRW|RP|SL|SN|ST|SH|TH)\b(?!\s§))?"
_NO_LAW = (
    r"(?!(?:RL|VO|DS-?GVO|GDPR|RGPD|QD|(?:Qualifikations|Anerkennungs|Status|Asylverfahrens"
    r"|Verfahrens|Dublin-I{1,3})-?VO|EUR|DM|GmbH|DS|DIN|NJW|Nr|ABl|X?V?I{1,3}|E[UG](?:RL?|V)\s\d+/)\b|\w+-?RL\b)"
)
_SHORT = (
    r"(?:SGB[\s-](?:[IVX]{1,4}|\d{1,2})\b|B-VG|BFA-VG|LAsi"
    r"|[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]{0,40}[A-Z]h?(?:/EU)?)(?![\wäöü/])"
)
_COURTS = (
    r"(?!(?:O?VG|\w{0,4}VGH|\w{0,3}VerwG|\w{0,3}Verf(?:G|GH)|BGH|V[wf]GH|BVwG|EuGH|[BL]?SG|O?LG"
    r"|L?AG|BAG|KG|BFH|FG|EGMR|EG|EU|EWG)\b)"
)
_LAW = (
    rf"(?:{_NO_LAW}{_SHORT}{_VERSION}{_STATE}|(?:{'|'.join(_LONG)})(?:e?s)?\b"
    r"|(?!(?:Rechtsv|V)erordnung|Anordnung)(?:[A-ZÄÖÜ]{2,5}-)?[A-ZÄÖÜ][a-zäöüß]{2,45}(?:gesetz(?:buch)?(?:e?s)?|ordnung)\b"
    r"|Europäischen\sMenschenrechtskonvention\b)"
)
_LAW_FIRST = (
    rf"(?<![\w/]){_COURTS}{_NO_LAW}(?:SGB\s[IVX]{{1,4}}|B-VG|BFA-VG"
    rf"|[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]{{0,40}}[GOVBK](?:/EU)?|GRCh){_VERSION}"
)


def _law(name: str) -> str:
    """The usual short form: «AsylVfG 1992» and «Asylgesetzes» as «AsylG», «SGB 11» as «SGB XI»."""
    name = " ".join(name.split())
    if name.startswith("Europäischen"):
        return "EMRK"
    if hit := re.fullmatch(r"SGB[\s-](\w+)", name):
        book = hit[1]
        known = book.isdigit() and 0 < int(book) <= len(_ROMAN)
        return f"SGB {_ROMAN[int(book) - 1] if known else book}"
    if name != "AsylG 2005":
        name = re.sub(_LEFT_OUT, "", name)
    stem = re.sub(r"(gesetz|buch)e?s$", r"\1", name)
    return _ALIASES.get(name) or _LONG.get(name) or _LONG.get(stem) or stem


# --- the way into it -----------------------------------------------------------------------------

_SIGN = r"(?:§{1,2}|\bParagra(?:f|ph)(?:en)?\b|\b[Aa]rt(?:ikeln?|icles?)?\.?(?=\s?\d))"
_NUMBER = r"\d{1,4}(?:[a-z]\b|\s[a-z](?=[\s,)])(?!\s(?:der|des)\b)|\b)(?!\.\d)"
_LEVEL = (
    r"(?:Abs(?:atz|ätzen?|\.)?|UAbs|S(?:atz|ätze)?|Nr|Nrn|Nummern?|Ziff(?:er)?|Z|Alt(?:ernative)?"
    r"|Hs|HS|Halbs(?:atz)?|al|Var)"
)
_LETTERED = r"(?:Buchst(?:aben?)?|Bst|lit(?:era)?)"
_PLACE = (
    rf"\b{_LEVEL}\.?\s{{0,2}}\d{{1,3}}[a-z]?\b"
    rf"|\b{_LETTERED}\.?\s{{0,2}}[a-z]{{1,2}}\b\)?"
)
_JOIN = (
    r"\s?(?:,|;|/|&|-|\b(?:und|u\.|oder|sowie|bis|et)(?=[\s§])|\bi\.?\s?V\.?\s?m\.?(?=\s)"
    r"|\bin\sVerbindung\smit\b)"
)
_ITEM = (
    rf"(?:(?:{_JOIN}){{0,2}}\s{{0,2}}(?:{_PLACE}|{_SIGN}\s?{_NUMBER})"
    rf"|(?:{_JOIN}){{1,2}}\s{{0,2}}\d{{1,4}}[a-z]?\b(?![./]\d)"
    rf"|\s{ROMAN}\b(?![.\w])(?:\s\d\b)?|\s?\(\d{{1,2}}[a-z]?\)|\sff?\b\.?)"
)
_TAIL = rf"\s{{0,4}}(?:(?:des|der)\s)?(?P<law%s>{_LAW})"
_STATUTE = re.compile(
    rf"(?:(?P<first>{_LAW_FIRST})\s)?(?P<body>{_SIGN}\s?{_NUMBER}(?:{_ITEM}){{0,16}}+)"
    rf"(?(first)(?:{_TAIL % '_after'}(?!(?:\s(?:19|20)\d\d)?\s?(?:§|[Aa]rt)))?|{_TAIL % ''})"
)
_SPLIT = re.compile(
    r"(?P<range>\s?\bbis\b\s?|(?<=[\da-z])\s?-\s?(?=[§\d]))|\s?(?:[,;/&]|\bi\.?\s?V\.?\s?m\b\.?"
    r"|\b(?:und|u\.|oder|sowie|et)(?=[\s§])|\bin\sVerbindung\smit\b)\s{0,2}"
)
_PART = re.compile(
    rf"(?P<sign>{_SIGN})\s?(?P<number>{_NUMBER})|\((?P<bracketed>\d{{1,2}}[a-z]?)\)"
    rf"|\b(?P<label>{_LEVEL}|{_LETTERED})\.?\s{{0,2}}(?P<value>\d{{1,3}}[a-z]?|[a-z]{{1,2}})\b"
    rf"|\b(?P<roman>{ROMAN})\b|(?P<bare>\d{{1,4}}[a-z]?)"
)
_LEVELS = (
    ("abs", "Abs."), ("alt", "Alt."), ("al", "Abs."), ("uabs", "UAbs."), ("s", "S."),
    ("n", "Nr."), ("z", "Nr."), ("var", "Alt."), ("h", "Hs."), ("b", "Buchst."), ("l", "Buchst."),
)  # fmt: skip
_LONGEST_RANGE = 40

Part = tuple[str, str]
Way = tuple[Part, ...]


def _statutes(hit: re.Match[str]) -> Iterator[Named]:
    """One citation for each section or paragraph of a list, all of the law named with it."""
    law = _law(hit["law"] or hit["law_after"] or hit["first"])
    sign = "Art." if hit["body"][0] in "Aa" else "§"
    places = list(_places(hit["body"]))
    for at, (ways, start, end) in enumerate(places):
        begin = hit.start() if at == 0 else hit.start("body") + start
        finish = hit.end() if at == len(places) - 1 else hit.start("body") + end
        for way in ways:
            steps = (f"{label} {value}" for label, value in way[1:])
            yield Named("statute", " ".join([sign, way[0][1], *steps, law]), begin, finish)


def _places(body: str) -> Iterator[tuple[tuple[Way, ...], int, int]]:
    """The ways named between the joining words, with their place in the body."""
    before: Way = ()
    start, ranging = 0, False
    cuts = [cut for cut in _SPLIT.finditer(body) if not _goes_deeper(body, cut)]
    for cut in [*cuts, None]:
        end = cut.start() if cut else len(body)
        parts = tuple(_parts(body[start:end]))
        if parts:
            way = _after(before, parts, plural=body.startswith("§§"))
            yield (_between(before, way) if ranging else (way,)), start, end
            before = way
        if cut:
            start, ranging = cut.end(), bool(cut["range"])


def _goes_deeper(body: str, cut: re.Match[str]) -> bool:
    """Whether a comma stands within one place, as in «Artikel 3, Absatz 3»."""
    section = re.search(rf"{_SIGN}\s?\w{{1,5}}$", body[max(0, cut.start() - 20) : cut.start()])
    return bool(cut[0].strip() == "," and section and re.match(_LEVEL, body[cut.end() :]))


def _parts(words: str) -> Iterator[Part]:
    """«§ 3a II Nr. 5» as («§», «3a»), («Abs.», «2»), («Nr.», «5»); bare numbers without label."""
    for hit in _PART.finditer(words):
        if hit["sign"]:
            yield "§", re.sub(r"\s", "", hit["number"])
        elif hit["label"]:
            label = hit["label"].lower()
            yield next(name for first, name in _LEVELS if label.startswith(first)), hit["value"]
        elif hit["bare"]:
            yield "", hit["bare"]
        else:
            yield "Abs.", hit["bracketed"] or str(_ROMAN.index(hit["roman"]) + 1)


def _after(before: Way, parts: Way, *, plural: bool) -> Way:
    """What parts mean after a way: «§ 60 Abs. 5» and then «7» or «Abs. 7» is «§ 60 Abs. 7»."""
    label, value = parts[0]
    rest = tuple((level or "S.", each) for level, each in parts[1:])
    if not before or label == "§":
        return (("§", value), *rest)
    if not label:
        a_section = _ordinal(value) >= _ordinal(before[0][1]) or "Abs." in [
            each for each, _ in rest
        ]
        onward = plural and a_section
        label = "§" if onward else before[-1][0]
    known = [level for level, _ in before]
    kept = before[: known.index(label)] if label in known else before
    return (*kept, (label, value), *rest)


def _between(first: Way, last: Way) -> tuple[Way, ...]:
    """What stands between the ends of a range, where that can be counted; the last included."""
    (_, low), (label, high) = first[-1], last[-1]
    if first[:-1] != last[:-1] or _ordinal(high) - _ordinal(low) > _LONGEST_RANGE:
        return (last,)
    if high[-1].isalpha():
        number = high[:-1]
        letters = range(ord(low[-1]) + 1 if low[-1].isalpha() else ord("a"), ord(high[-1]) + 1)
        same = re.sub(r"[a-z]", "", low) == number
        return (
            tuple((*last[:-1], (label, f"{number}{chr(n)}")) for n in letters) if same else (last,)
        )
    numbers = range(_ordinal(low) + 1, _ordinal(high) + 1)
    return tuple((*last[:-1], (label, str(n))) for n in numbers) or (last,)


def _ordinal(value: str) -> int:
    return int(re.sub(r"\D", "", value) or 0)


STATUTES = (Shape(_STATUTE, _statutes),)

"""Legal sources and document numbers in a text, each with one normal form however it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.model import Citation

NormalForms = Callable[[re.Match[str]], Iterator[str]]

# One character each, so that offsets stay: dashes, no-break blanks.
_PLAIN = str.maketrans("‐‑‒–—−\xa0\u2009\u202f", "------   ")


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: str
    pattern: re.Pattern[str]
    ids: NormalForms


def cite(text: str) -> tuple[Citation, ...]:
    """The citations in order of place, each source once, where it stands first.

    Kinds: statute, eu-article, eu-act, ecli, celex, cjeu, ecthr, file-number, drucksache, bgbl,
    asylnet, tribunal, beckrs. Where shapes overlap, the one listed first in `_SHAPES` holds.
    """
    plain = text.translate(_PLAIN)
    taken = bytearray(len(plain))
    found: list[Citation] = []
    for shape in _SHAPES:
        for hit in shape.pattern.finditer(plain):
            start, end = hit.span("all") if "all" in shape.pattern.groupindex else hit.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found += (Citation(shape.kind, name, text[start:end], start, end)
                          for name in shape.ids(hit))  # fmt: skip
    once: dict[tuple[str, str], Citation] = {}
    for citation in sorted(found, key=lambda citation: citation.start):
        once.setdefault((citation.kind, citation.id), citation)
    return tuple(once.values())


# --- German statutes -----------------------------------------------------------------------------

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_ROMAN_NUMBER = rf"(?:{'|'.join(_ROMAN)})\b"
_LEVEL = (
    r"(?:Abs(?:atz|ätze|ätzen)?|S(?:atz)?|Nr|Nummer|Ziff(?:er)?|Alt(?:ernative)?|Hs|Halbs(?:atz)?"
    r"|Buchst(?:abe)?|Bst|lit(?:era)?|UAbs)"
)
_DETAIL = (
    rf"(?:,?\s{{0,2}}{_LEVEL}\b\.?\s{{0,2}}\d{{1,3}}[a-z]?\b"
    rf"|,?\s{{0,2}}(?:Buchst(?:abe)?|Bst|lit(?:era)?)\.?\s{{0,2}}[a-z]\b\)?"
    rf"|\s{_ROMAN_NUMBER}(?!\.)|\s?\(\d\))"
)
_PART = re.compile(
    rf"(?P<label>{_LEVEL})\.?\s{{0,2}}(?P<value>\d{{1,3}}[a-z]?|[a-z])\b"
    rf"|(?P<roman>{_ROMAN_NUMBER})|\((?P<bracketed>\d)\)"
)
_NUMBER = r"\d{1,4}\s?[a-z]?\b"
_LAW = (
    r"(?!RL|VO|EURL|DS|[IVX]+\b|\w+-?RL\b)"
    r"(?:SGB\s[IVX]{1,4}|[A-ZÄÖÜ][A-Za-zÄÖÜäöü]{0,14}[A-Z]h?(?:/EU)?)(?![\w/])(?:\s1992)?"
)
_LONG_LAWS = {
    "Asylgesetzes": "AsylG", "Aufenthaltsgesetzes": "AufenthG", "Grundgesetzes": "GG",
    "Wehrpflichtgesetzes": "WPflG", "Wehrstrafgesetzes": "WStG", "Strafgesetzbuchs": "StGB",
    "Strafgesetzbuches": "StGB", "Kriegsdienstverweigerungsgesetzes": "KDVG",
}  # fmt: skip
_FORMER = {"AsylVfG 1992": "AsylG", "AsylVfG": "AsylG"}
_LEVELS = (
    ("abs", "Abs."), ("uabs", "UAbs."), ("s", "S."), ("n", "Nr."), ("z", "Nr."), ("alt", "Alt."),
    ("h", "Hs."), ("b", "Buchst."), ("l", "Buchst."),
)  # fmt: skip
_MORE = (
    rf"(?:(?:\s?,|\s(?:und|u\.|oder|sowie|bis|i\.\s?V\.\s?m\.|iVm))\s?(?:§{{1,2}}\s?)?{_NUMBER}"
    rf"{_DETAIL}{{0,5}}|\sff?\.)"
)
# The law may stand behind further sections («§ 3 und § 3a AsylG»); then only the section is quoted.
_STATUTE = re.compile(
    rf"(?P<sign>§{{1,2}}|\bParagra(?:f|ph)(?:en)?\b|\bArt(?:ikel)?\b\.?)\s?(?P<number>{_NUMBER})"
    rf"(?P<detail>{_DETAIL}{{0,5}})(?={_MORE}{{0,4}}\s?(?:des\s)?"
    rf"(?P<law>{_LAW}|{'|'.join(_LONG_LAWS)}\b))(?P<near>\s?(?:des\s)?(?P=law))?",
)


def _statute(hit: re.Match[str]) -> Iterator[str]:
    sign = "Art." if hit["sign"].startswith("Art") else "§"
    law = " ".join(hit["law"].split())
    law = _LONG_LAWS.get(law, _FORMER.get(law, law))
    number = re.sub(r"\s", "", hit["number"])
    levels = list(_details(hit["detail"]))
    # «Abs. 2 Nr. 5, Abs. 3» are two places of one section
    cuts = [at for at, level in enumerate(levels) if at and level.startswith("Abs.")]
    for begin, end in zip([0, *cuts], [*cuts, len(levels)], strict=True):
        yield " ".join([sign, number, *levels[begin:end], law])


def _details(detail: str) -> Iterator[str]:
    """«Absatz 2 Nummer 5» and «II Nr. 5» as «Abs. 2», «Nr. 5»."""
    for part in _PART.finditer(detail):
        if part["label"]:
            label = part["label"].lower()
            level = next(level for beginning, level in _LEVELS if label.startswith(beginning))
            yield f"{level} {part['value']}"
        else:
            yield f"Abs. {part['bracketed'] or _arabic(part['roman'])}"


def _arabic(roman: str) -> int:
    return _ROMAN.index(roman) + 1


# --- European Union ------------------------------------------------------------------------------

_ACT = (
    r"(?P<act>(?:(?:Richtlinie|RL|EURL|Directive|directive|Dir\.|direttiva|Verordnung|VO|Regulation"
    r"|règlement|regolamento)\s(?:\((?:EU|EG|UE|EC|CE)\)\s)?(?:Nr\.\s|No\s|n°\s)?"
    r"(?P<one>\d{2,4})/(?P<two>\d{2,4})(?:/(?:EU|EG|UE|EC|CE))?"
    r"|Quali(?:fikations|fizierungs)(?:-?RL|richtlinie)|Qualification\sDirective"
    r"|Status-RL|Anerkennungs-RL|directive\squalification))"
)
_LETTERS = r"[a-h]\b(?:\)?(?:,|\s?und|\sand|\sen|\set|\se|\s){1,3}[a-h]\b){0,5}"
_EU_ARTICLE = re.compile(
    r"(?P<all>\b(?:[Aa]rt(?:icle|ikel|icolo|ículo)?\.?)\s?(?P<article>\d{1,3})"
    r"(?:,?\s?(?:Abs(?:atz)?|par(?:agraph)?|lid|stk|comma|apartado|Nr|§)\.?,?\s?(?P<par>\d{1,2})"
    rf"|\s?\((?P<bracketed>\d{{1,2}})\)?|\s(?P<roman>{_ROMAN_NUMBER}))"
    r"(?:,?\s?(?:(?:Buchst(?:abe)?|Bst|litera|litra|litt?|lett(?:era)?|onder|letra|point)\.?\s?\(?"
    rf"|\(|(?<=\d))(?P<letters>{_LETTERS})\)?)?"
    rf"(?:\s(?:der|of|of the|de la|della|van)?\s?{_ACT})?)"
)
_EU_ACT = re.compile(rf"\b{_ACT}")


def _act(hit: re.Match[str]) -> str:
    """Year and number; juris writes them the other way round (EURL 95/2011)."""
    if hit["one"] is None:
        return "2011/95"
    one, two = hit["one"], hit["two"]
    return f"{two}/{one}" if hit["act"].startswith("EURL") else f"{one}/{two}"


def _eu_article(hit: re.Match[str]) -> Iterator[str]:
    paragraph = hit["par"] or hit["bracketed"] or _arabic(hit["roman"])
    letters = re.findall(r"\b[a-h]\b", hit["letters"] or "")
    act = f" {_act(hit)}" if hit["act"] else ""
    if not (letters or act):
        return
    for letter in letters or [""]:
        yield f"Art. {hit['article']}({paragraph}){letter and f'({letter})'}{act}"


# --- numbers -------------------------------------------------------------------------------------


def _as_found(hit: re.Match[str]) -> Iterator[str]:
    yield " ".join(hit[0].split())


def _upper(hit: re.Match[str]) -> Iterator[str]:
    yield hit[0].upper()


def _form(template: str) -> NormalForms:
    """The groups of a find put into a template; a missing group is empty, blanks are single."""

    def ids(hit: re.Match[str]) -> Iterator[str]:
        yield " ".join(template.format(*(group or "" for group in hit.groups())).split())

    return ids


def _file_number(hit: re.Match[str]) -> Iterator[str]:
    """Without the court; Berlin's old «143.19» is «143/19»; Munich's «22.30123» stays."""
    number = re.sub(r"^(\d{1,5})\.(\d\d)$", r"\1/\2", hit["number"])
    parts = [hit["chamber"], hit["register"], number, hit["asylum"] and "A"]
    yield " ".join(" ".join(part.split()) for part in parts if part)


def _drucksache(hit: re.Match[str]) -> Iterator[str]:
    house = {"Bundestags": "BT", "Bundesrats": "BR", None: ""}.get(hit["house"], hit["house"])
    yield f"{house}-Drs. {hit['number']}".removeprefix("-")


_PRINTED = r"(?:Drs\b\.?|Drucks\b\.?|[Dd]rucksachen?)"
_COURT = (
    r"(?:(?:VG|OVG|VGH|BVerwG|BVerfG|BGH|OLG|KG|LG|AG|BayVGH|SG|LSG|BSG)\s"
    r"(?:[A-ZÄÖÜ][a-zäöü]+,?\s)?)?"
)
_REGISTER = (
    r"(?:BvR|BvE|BvL|BvQ|BvF|ARs?|StR|ZR|ZB|OAus|AuslA|Ausl|Ss|Ws|VR|AE|LB|LA|LZ|AY|AS|KR"
    r"|[ABCDEFKLMNOQRSTUW])"
)
_FILE_NUMBER = re.compile(
    rf"\b{_COURT}(?P<all>"
    r"(?P<chamber>(?:[A-Z][a-z]{0,2}\s)?\d{1,3}[a-z]?\s|[IVX]{1,4}[a-z]?\s|(?=OAus|AuslA))"
    rf"(?P<register>{_REGISTER})\s(?P<number>\d{{2}}\.\d{{4,6}}|\d{{1,5}}[./]\d{{2}})(?!\d)"
    r"(?P<asylum>[. ]?A\b)?)"
)


def _shape(kind: str, pattern: str, ids: NormalForms = _as_found) -> _Shape:
    return _Shape(kind, re.compile(pattern), ids)


_SHAPES = (
    _shape("ecli", r"\bECLI:[A-Za-z]{2}:[A-Za-z0-9]{1,7}:\d{4}:[A-Za-z0-9.]{1,25}\b", _upper),
    _shape("celex", r"\b[1-9CE]\d{4}(?:[A-Z]{2}|[LRDFHKM])\d{4}\b"),
    _Shape("statute", _STATUTE, _statute),
    _shape("statute", r"(?i:\bст(?:атт\w{1,3}|ать\w{1,3}|\.)?)\s?(\d{3}(?:\.\d)?)"
           r"\s(УК РФ|КК України)", _form("ст. {} {}")),
    _Shape("eu-article", _EU_ARTICLE, _eu_article),
    _Shape("eu-act", _EU_ACT, lambda hit: iter([_act(hit)])),
    _shape("bgbl", r"\bBGBl\.?\s((?:19|20)\d\d\s)?(I{1,3})\s(?:\d{4}\s)?(S\.|Nr\.)\s?(\d{1,5})",
           _form("BGBl. {} {} {} {}")),
    _shape("drucksache",
           rf"\b(?:(?P<house>BT|BR|LT|Bundestags|Bundesrats)[-\s]?{_PRINTED}?|{_PRINTED})"
           r"\s?(?P<number>\d{1,3}/\d{1,5})\b", _drucksache),
    _Shape("file-number", _FILE_NUMBER, _file_number),
    _shape("tribunal", r"\b([A-F])\s?-\s?(\d{3,4}/\d{4})\b", _form("{}-{}")),
    _shape("cjeu", r"(?<!\d )\b([CT])\s?-?\s?(\d{1,4}/\d{2})(?!\d)(\sP\b)?", _form("{}-{}{}")),
    _shape("ecthr", r"(?:EGMR|ECHR|ECtHR|CEDH|\bv\.|\bc\.|[Aa]pplications?|[Rr]equêtes?"
           r"|[Bb]eschwerden?|Individualbeschwerde|\bnos?\.)[^\n]{0,60}?"
           r"\b(?P<all>\d{3,5}/\d{2})(?![\d/])", _form("{}")),
    _shape("asylnet", r"\bM\s?(\d{5})\b", _form("M{}")),
    _shape("beckrs", r"\bBeckRS\s(?:-\s)?(\d{4}),\s?(\d{3,6})\b", _form("BeckRS {}, {}")),
    _shape("tribunal", r"\[(\d{4})\]\sUKUT\s0{0,4}(\d{1,4})\s\(IAC\)", _form("[{}] UKUT {} (IAC)")),
    _shape("tribunal", r"\bRa\s\d{4}/\d{2}/\d{4}\b"),
    _shape("tribunal", r"\b[A-Z]\d{3}\s\d{7}\s?-\s?\d/\d{1,3}[EZ]\b"),
    _shape("tribunal", r"\bE\s?(\d{3,4}/\d{4})\b", _form("E {}")),
    _shape("tribunal", r"\b(?:CNDA|CRR)\b[^\n]{0,40}?\b(?P<all>n°\s?(\d{8}))\b", _form("CNDA {1}")),
    _shape("tribunal", r"\b[A-Z]{2}/\d{5}/\d{4}\b"),
    _shape("tribunal", r"№\s?(\d{3}/\d{1,5}/\d{2})\b", _form("№ {}")),
)  # fmt: skip

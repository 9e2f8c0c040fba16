"""Where a reader finds what is cited, by the addresses the institutions themselves give out."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from monitor.match.citations.acts import eli
from monitor.model import Citation

_GII = "https://www.gesetze-im-internet.de"
_EUR_LEX = "https://eur-lex.europa.eu"
_HUDOC = "https://hudoc.echr.coe.int"
_SLUGS = {
    "AsylG": "asylvfg_1992", "AufenthG": "aufenthg_2004", "AsylbLG": "asylblg", "GG": "gg",
    "KDVG": "kdvg_2003", "WPflG": "wehrpflg", "WStG": "wstrg", "SG": "sg", "StGB": "stgb",
    "VwGO": "vwgo", "VwVfG": "vwvfg", "StPO": "stpo", "ZPO": "zpo",
}  # fmt: skip


def link(citation: Citation) -> str | None:
    """The address of what is cited; None where no institution gives out addresses of that kind.

    Sections of federal law: gesetze-im-internet.de. EU acts: the ELI of the Publications Office;
    cases and CELEX numbers: EUR-Lex (help page «Linking to EUR-Lex»). ECLI: rechtspraak.nl's
    deeplink, EUR-Lex, HUDOC, else the resolver of the e-Justice portal. Papers of the Bundestag:
    dserver. BGBl. since 2023: recht.bund.de. UK judgments before 2025: Find Case Law, whose later
    addresses do not follow from the citation.
    """
    to = _LINKS.get(citation.kind)
    return to(citation) if to else None


def _section(citation: Citation) -> str | None:
    hit = re.fullmatch(r"(§|Art\.) (\d+[a-z]?) (?:.+ )?(\S+)", citation.id)
    if not hit or hit[3] not in _SLUGS or (hit[1] == "§") == (hit[3] == "GG"):
        return None  # Switzerland has laws of the same name, in articles
    page = "art_" if hit[3] == "GG" else "__"
    return f"{_GII}/{_SLUGS[hit[3]]}/{page}{hit[2]}.html"


def _act(citation: Citation) -> str | None:
    hit = re.search(r"\d{2,4}/\d{1,4}$", citation.id)
    way = eli(hit[0], citation.text) if hit else None
    return f"{_EUR_LEX}/eli/{way}/oj" if way else None


def _celex(number: str) -> str:
    return f"{_EUR_LEX}/legal-content/DE/TXT/?uri=CELEX:{number}"


def _case(citation: Citation) -> str | None:
    """The document cited by CELEX, else the judgment."""
    if re.fullmatch(r"6\d{4}[CTF][A-Z]\d{4}", citation.text):
        return _celex(citation.text)
    court, number, year = re.split("[-/]", citation.id)
    century = 19 if int(year) > 52 else 20
    return _celex(f"6{century}{year}{court}J{int(number):04}")


def _ecli(citation: Citation) -> str:
    match citation.id.split(":")[1]:
        case "NL":
            return f"https://deeplink.rechtspraak.nl/uitspraak?id={citation.id}"
        case "EU":
            return f"{_EUR_LEX}/legal-content/DE/TXT/?uri=ecli:{citation.id}"
        case "CE":
            return _in_hudoc("ecli", citation.id)
        case _:
            return f"https://e-justice.europa.eu/ecli/{citation.id}"


def _application(citation: Citation) -> str:
    if citation.id.startswith("00"):
        return f"{_HUDOC}/?i={citation.id}"
    return _in_hudoc("appno", citation.id)


def _in_hudoc(field: str, value: str) -> str:
    """HUDOC's own form of a search, its quotes and brackets escaped for mails."""
    return f"{_HUDOC}/eng#" + quote(f'{{"{field}":["{value}"]}}', safe=":")


def _paper(citation: Citation) -> str | None:
    hit = re.fullmatch(r"BT-(Drs|PlPr)\. (\d+)/(\d+)", citation.id)
    if not hit:
        return None
    term, number = int(hit[2]), int(hit[3])
    if hit[1] == "PlPr":
        return f"https://dserver.bundestag.de/btp/{term:02}/{term:02}{number:03}.pdf"
    return f"https://dserver.bundestag.de/btd/{term:02}/{number // 100:03}/{term:02}{number:05}.pdf"


def _gazette(citation: Citation) -> str | None:
    hit = re.fullmatch(r"BGBl\. (20(?:2[3-9]|[3-9]\d)) (I{1,2}) Nr\. (\d+)", citation.id)
    if not hit:
        return None
    return f"https://www.recht.bund.de/eli/bund/BGBl-{len(hit[2])}/{hit[1]}/{hit[3]}"


def _judgment(citation: Citation) -> str | None:
    hit = re.fullmatch(r"\[(\d{4})\] (\w+)(?: (\w+))? (\d+)(?: \((\w+)\))?", citation.id)
    if not hit or hit[2] not in ("UKSC", "EWCA", "EWHC", "UKUT") or int(hit[1]) >= 2025:
        return None
    court = "/".join(word.lower() for word in (hit[2], hit[3] or hit[5]) if word)
    return f"https://caselaw.nationalarchives.gov.uk/{court}/{hit[1]}/{hit[4]}"


_LINKS: dict[str, Callable[[Citation], str | None]] = {
    "statute": _section,
    "eu-article": _act,
    "eu-act": _act,
    "celex": lambda citation: _celex(citation.id),
    "cjeu": _case,
    "ecli": _ecli,
    "ecthr": _application,
    "drucksache": _paper,
    "bgbl": _gazette,
    "asylnet": lambda citation: f"https://www.asyl.net/rsdb/{citation.id.lower()}",
    "tribunal": _judgment,
}

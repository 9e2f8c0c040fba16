"""File numbers: German courts, courts and tribunals of other countries, Strasbourg."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.match.citations.shape import Named, Shape, form, shape

# --- Germany -------------------------------------------------------------------------------------

# Registers that may stand on a line of their own; any other capitals only between single blanks.
_KNOWN = (
    r"(?:[ABCDEFKLMNOPQRSTUW]|AE|AL|AS|AY|KA|KO|KR|LA|LB|LC|LD|LZ|LW|NC|OB|PB|PL|SB|SF|SO|VR|ZR|ZB"
    r"|AR|ARs|StR|BvR|BvE|BvL|BvQ|BvF|OAus|AuslA|Ausl|Ss|Ws|Qs|Ns|Ds|Cs|Ls|KLs|Ks|RVs|Sa|Ta|TaBV|Ca|Js|Gs|VAs|StVK)"
)
_NO_REGISTER = r"(?!(?:RL|VO|EG|EU|UN|MW|KW|GB|TB|EUR|USD|CHF|DM|NR|AZ|GMT|UTC|MEZ|CET|AM|PM)\b)"
_FILE_NUMBER = re.compile(
    r"\b(?:(?:VG|OVG|VGH|BVerwG|BVerfG|BGH|OLG|KG|LG|AG|BayVGH|SG|LSG|BSG)\s)?(?P<all>"
    r"(?P<chamber>(?:(?:Au|AU|An|AN|RO|RN|Ro|[ABHLMRSW])\s)?\d{1,3}[a-z]?|[IVX]{1,4}[a-z]?"
    r"|(?=OAus|AuslA))"
    rf"(?P<register>\s{_KNOWN}\s| {_NO_REGISTER}[A-Z]{{2,3}} |(?:OAus|AuslA)\s)"
    r"(?P<number>\d{2}\.\d{4,6}|\d{1,5}[./]\d{2})(?![\d/])(?:\.[A-Z]{1,4}(?=\.A\b))?"
    r"(?P<asylum>[. ]?A\b)?)"
)


def _file_number(hit: re.Match[str]) -> Iterator[Named]:
    """Without the court; Berlin's old «143.19» is «143/19»; Munich's «22.30123» stays."""
    number = re.sub(r"^(\d{1,5})\.(\d\d)$", r"\1/\2", hit["number"])
    parts = [hit["chamber"], hit["register"], number, hit["asylum"] and "A"]
    name = " ".join(" ".join(part.split()) for part in parts if part)
    yield Named("file-number", name, *hit.span("all"))


# --- Strasbourg ----------------------------------------------------------------------------------

_APPLICATION = r"\d{1,5}/\d{2}(?![\d/])"
_APPLICATIONS = (
    rf"(?P<all>(?<![\d/.]){_APPLICATION}(?:(?:\s?[,;]\s?|,?\s(?:and|et|und|u\.)\s)"
    rf"(?:[Nn]os?\.\s|n°\s)?{_APPLICATION}){{0,30}})"
)
_ANCHORS = (
    r"(?:\b(?:EGMR|ECHR|ECtHR|CEDH|EKMR)\b(?:(?!\d/\d|\n\s*\n)[\s\S]){0,70}?[^\w/.]"
    r"|\b(?i:applications?|requêtes?|ricorso|sagsnummer|zaaknummer|(?:individual)?beschwerden?)(?:\s(?i:nos?|nr|n°s?)\.?)?\s?"
    r"|\bv\.\s[A-ZÀ-Ž][^\n]{0,50}?(?:,\sno?s?[.°]\s?|\s-\s|\s\(|\(no\.\s)"
    r"|\b[vc]\.\s[A-ZÀ-Ž]{3,20}\s"
    r"|\b[Nn]os?\.\s(?=\d{4,5}/)(?<!Law No\. )(?<!Act No\. )(?<!Regulation No\. )"
    r"|(?<![\w/])(?=\d{3,5}/\d\d\s-,\s[^\n]{0,60}\s\./\.\s)"
    r"|(?<![\w/])(?=\d{1,5}/\d\d\s-\s[A-ZÀ-Ž][^\n]{0,100}?\sv\.\s[A-Z]))"
)


def _applications(hit: re.Match[str]) -> Iterator[Named]:
    for each in re.finditer(_APPLICATION, hit["all"]):
        start = hit.start("all") + each.start()
        yield Named("ecthr", each[0], start, start + len(each[0]))


GERMAN = (Shape(_FILE_NUMBER, _file_number),)
STRASBOURG = (
    Shape(re.compile(_ANCHORS + _APPLICATIONS), _applications),
    shape("ecthr", r"(?<![\w-])00[1-4]-\d{4,6}(?![\w-])"),
)

# --- others --------------------------------------------------------------------------------------

_CNDA = r"\bCNDA\b|[Cc]our nationale du droit d.asile|COUR NATIONALE DU DROIT|\bOFPRA\b"
_UK = r"UKSC|UKHL|UKPC|UKAIT|UKIAT|UKUT|EWCA\s(?:Civ|Crim)|EWHC|CSIH|CSOH|NICA|IESC|IECA|IEHC"
SWISS = (shape("tribunal", r"\b([A-F])\s?-\s?(\d{1,5}/(?:19|20)\d\d)\b", form("{}-{}")),)
TRIBUNALS = (
    shape("tribunal", rf"\[(\d{{4}})\]\s({_UK})\s0{{0,4}}(\d{{1,5}})\b"
          r"(\s\((?:IAC|AAC|Admin|QB|Fam)\))?", form("[{}] {} {} {}")),
    shape("tribunal", r"\b(R[aoe]|Fr|So)\s(\d{4}/\d{2}/\d{4})\b", form("{} {}")),
    shape("tribunal", r"\b([WGLI]\d{3})\s(\d{7})\s?-\s?(\d{1,2})(?:/\d{1,3}[EZ])?\b",
          form("{} {}-{}")),
    shape("tribunal", r"(?<![\w.-])([EGUV])\s?(\d{2,4}/(?:19|20)\d\d)\b", form("{} {}")),
    shape("tribunal", r"\b(?:[Nn][°os]{1,2}\.?\s?|CNDA\s)(\d{8})\b", form("CNDA {}"), _CNDA),
    shape("tribunal", r"\b[A-Z]{2}/\d{5}/\d{4}\b"),
    shape("tribunal", r"\b(?:CCPR|CAT|CEDAW|CRC|CRPD|CERD|CED|CESCR)/C/\d{1,3}/D/"
          r"\d{1,4}(?:-\d{1,4})?/\d{4}(?![\d/]\d)"),
    shape("tribunal", r"\bUI-\d{4}-\d{6}\b"),
    shape("tribunal", r"№\s?(\d{3}/\d{1,5}/\d{2})\b", form("№ {}")),
    shape("tribunal", r"(?i:справ[аиі]\s)(?P<all>(\d{3}/\d{1,5}/\d{2}))\b",
          lambda hit: iter([f"№ {hit['all']}"])),
)  # fmt: skip

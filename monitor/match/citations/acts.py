"""Directives and regulations of the Union: how they are called, which number they have."""

from __future__ import annotations

import re

# The refugee definition in its three versions. «Art. 9(2)(e)» without an act means one of them.
QUALIFICATION = frozenset({"2004/83", "2011/95", "2024/1347"})

_DIRECTIVES = frozenset(
    {"2001/55", "2003/9", "2003/86", "2003/109", "2004/38", "2004/83", "2005/85", "2008/115"}
    | {"2011/95", "2013/32", "2013/33", "2024/1346"}
)
_REGULATIONS = frozenset(
    {"604/2013", "810/2009", "2016/679"} | {f"2024/{n}" for n in range(1347, 1353)}
)
_NICKNAMES = (
    ("2024/1347", r"(?:Qualifikations|Anerkennungs|Status)(?:-?VO|-?[Vv]erordnung)"
                  r"|Qualification\sRegulation|règlement\squalification"),
    ("2011/95", r"(?:Quali(?:fikations|fizierungs)?|Qual|Status|Anerkennungs)"
                r"(?:-?RL|-?[Rr]ichtlinie)"
                r"|(?:recast\s)?Qualification\sDirective|QRL|QD|directive\squalification(?!\s20)"
                r"|direttiva\squalifiche|Kwalificatierichtlijn|kvalifikationsdirektivet"
                r"|skyddsgrundsdirektivet"),
    ("2013/32", r"(?:Asylv|V)erfahrens(?:-?RL|richtlinie)|Asylum\sProcedures\sDirective"),
    ("2024/1348", r"(?:Asylv|V)erfahrens(?:-?VO|verordnung)|Asylum\sProcedures?\sRegulation"),
    ("2013/33", r"Aufnahme(?:-?RL|richtlinie)|Reception\sConditions\sDirective"),
    ("2008/115", r"Rückführungs(?:-?RL|richtlinie)|Return\sDirective"),
    ("2001/55", r"Massenzustrom(?:s?-?RL|s?richtlinie)|Temporary\sProtection\sDirective"),
    ("2016/679", r"DS-?GVO|GDPR|RGPD"),
    ("810/2009", r"Visakodex|Visa\sCode"),
    ("604/2013", r"Dublin[\s-]III(?:-?VO|-Verordnung|\sRegulation)?\b|règlement\sDublin\sIII"),
)  # fmt: skip
_KIND = (
    r"(?:(?:EU-)?(?:Richtlinien?|RL)|(?:EU|EG|EWG)RL|EU[RV]L?|EGV|[Dd]irective|Dir\.|[Dd]irettiva"
    r"|[Dd]irectiva|[Rr]ichtlijn|[Dd]irektiv(?:et)?|[Dd]yrektyw[ay]|Verordnung(?:en)?|VO|Regulations?"
    r"|[Rr]èglement|[Rr]egolamento|[Rr]eglamento|Verordening)"
)
_UNION = r"(?:EU|EG|UE|EC|CE|EWG|EEC|CEE|EURATOM|Euratom|GASP|CFSP|JI)"
_SOURCE = rf"(?:\((?:{_UNION}(?:,\s)?){{1,3}}\)\s)?(?:Nr\.?\s|No\.?\s|n°\s|nr\.?\s)?"


def act(suffix: str = "") -> str:
    """The pattern of an act; the suffix tells its groups apart where one pattern holds it twice."""
    nicknames = (f"(?P<n{at}_{suffix}>{words})" for at, (_, words) in enumerate(_NICKNAMES))
    return (
        rf"(?:(?P<kind{suffix}>{_KIND})\s{_SOURCE}"
        rf"(?P<one{suffix}>\d{{1,4}})/(?P<two{suffix}>\d{{1,4}})(?!\d|/\d)(?:/{_UNION})?"
        rf"|(?<![\d/])(?P<year{suffix}>(?:19|20)\d\d|\d\d)/(?P<serial{suffix}>\d{{1,4}})/{_UNION}\b"
        rf"|\b(?:{'|'.join(nicknames)})(?![\wäöü]))"
    )


def act_of(hit: re.Match[str], suffixes: tuple[str, ...] = ("_2", "_1", "")) -> str:
    """The act that a find names, as «2011/95»; "" if none. The first of the suffixes holds.

    Directives bear year/number, regulations number/year until 2014; juris turns them (EURL
    95/2011), which the place of the year gives away.
    """
    found = hit.groupdict()
    for suffix in suffixes:
        if year := found.get(f"year{suffix}"):
            return f"{year}/{found[f'serial{suffix}']}"
        one, two = found.get(f"one{suffix}"), found.get(f"two{suffix}")
        if one and two:
            return _in_order(found[f"kind{suffix}"] or "", one, two)
        for at, (name, _) in enumerate(_NICKNAMES):
            if found.get(f"n{at}_{suffix}"):
                return name
    return ""


def _in_order(kind: str, one: str, two: str) -> str:
    directive = kind.startswith(("EURL", "EGRL", "EWGRL"))
    turned = _is_year(two) and not _is_year(one) and (directive or int(two) > 2014)
    return f"{two}/{one}" if turned else f"{one}/{two}"


def _is_year(number: str) -> bool:
    return len(number) == 4 and 1950 < int(number) < 2100


def celex_act(celex: str) -> str:
    """The act of a CELEX number of sector 3 (or 0, its consolidated texts); "" for others."""
    hit = re.fullmatch(r"[03](\d{4})([LR])(\d{4})(?:-\d{8})?", celex)
    if not hit:
        return ""
    year, kind, number = int(hit[1]), hit[2], int(hit[3])
    if kind == "R" and year < 2015:
        return f"{number}/{year}"
    return f"{year if year > 1998 else year % 100}/{number}"


def eli(act: str, words: str) -> str | None:
    """The middle of an act's ELI, such as «dir/2011/95»; None if its kind or year is unclear.

    The Publications Office's template is {typedoc}/{year}/{naturalnumber}/oj. The kind is read
    from the words that cite the act.
    """
    kind = _kind(act, words)
    one, two = act.split("/")
    if kind == "reg" and _is_year(two) and not (_is_year(one) and int(one) > 2014):
        one, two = two, one
    year = f"19{one}" if len(one) == 2 else one
    return f"{kind}/{year}/{int(two)}" if kind and _is_year(year) else None


def _kind(act: str, words: str) -> str | None:
    if act in _DIRECTIVES or re.search(r"richtl|\bRL|RL\b|dire[ck]ti|dir\.|dyrekt", words, re.I):
        return "dir"
    if act in _REGULATIONS or re.search(r"verord|VO\b|\bE[UG]V\b|r[eè]g[uol]l?a", words, re.I):
        return "reg"
    if re.fullmatch(r"3\d{4}[LR]\d{4}", words):
        return "dir" if words[5] == "L" else "reg"
    return None

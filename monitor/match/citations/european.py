"""European Union: articles and acts, ECLI, CELEX, cases of the Court of Justice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.match.citations.acts import QUALIFICATION, act, act_of, celex_act
from monitor.match.citations.shape import Named, Shape, shape, span, whole

# --- articles ------------------------------------------------------------------------------------

_ROMAN = ("I", "II", "III", "IV", "V", "VI")
_ORDINALS = ("eerste", "tweede", "derde", "vierde", "vijfde")
_PARAGRAPH = (
    r"(?:,?\s?(?:Abs(?:atz)?|par(?:agra(?:ph|phe|fo|af))?|lid|stk|comma|apartado|ust|Nr|n\.º)\.?,?\s?"
    r"(?P<par>\d{1,2})|,\s?§\s?(?P<sign>\d)(?=,\s?[a-h]\))|\s?\((?P<bracketed>\d{1,2})(?:\)|(?=[a-h]\)))"
    rf"|\s(?P<roman>{'|'.join(reversed(_ROMAN))})\b|,?\s(?P<ordinal>{'|'.join(_ORDINALS)})\slid"
    r"|\.(?P<dotted>\d)(?=\s?[a-h]\b))"
    r"(?P<more>(?:(?:,|\s(?:und|and|oder|or|et|en))\s(?:Abs\.?\s?)?\(?\d{1,2}\b\)?(?!/)){0,4})"
)
_LABEL = (
    r"(?:Buchst(?:aben?)?|Bst|litera|litra|lit|litt|lett(?:era)?|onder|letra|alínea|points?|sous"
    r"|aanhef\sen\sonder)\.?"
)
_LETTERS = (
    r"[a-h]\b\)?(?:(?:,\s?|,?\s(?:und|oder)\s|,\s?(?:en|et|e|and)\s)[a-h]\b\)?"
    r"|,?\s(?:and|or|en|et|e|of)\s\(?[a-h]\)){0,6}"
)
_LETTER = (
    rf"(?:,?\s?{_LABEL}\s?\(?(?P<letters>{_LETTERS})"
    r"|,?\s?\((?P<bracket_letters>[a-h]\)(?:(?:,|,?\s(?:and|or|und|et))\s\([a-h]\)){0,6})"
    r"|(?:(?<=\d)|(?<=\(\d)|(?<=\.\d)\s)(?P<glued>[a-h])\b\)?"
    r"|,?\s(?P<bare>[a-h])(?:\)|(?=\s?[.;]|\s(?:RL|der\sR|der\sQ|Qu))))"
)
_JOINT = (
    r"\)?,?\s{1,2}(?:(?:der|of|of\sthe|de\sla|de\sl'|della|del|van|van\sde|du|i|zur|recast)\s)?"
    r"(?:(?:Council|Commission|Delegated|Implementing|EU|the)\s){0,2}(?:EU-)?"
)
_EU_ARTICLE = re.compile(
    rf"(?P<all>(?:(?P<act_first>{act('_1')}),?\s{{1,2}})?"
    r"\b[Aa]rt(?:icles?|ikeln?|icolo|ículo|igo)?\.?\s?(?P<article>\d{1,3})(?!\d|\.\d{2})"
    rf"(?:{_PARAGRAPH})?(?:{_LETTER})?(?:{_JOINT}(?P<act_after>{act('_2')})"
    r"|(?<=[)\d])\s(?P<number_alone>(?:19|20)\d\d/\d{1,4}|\d{1,4}/20(?:0\d|1[0-4]))(?![\d/]))?)"
)
_INVERTED = re.compile(
    r"(?P<all>(?:\b(?P<letters>[a-h])\)?,?\s(?:du|au)\s)?\bparagraphe\s(?P<par>\d{1,2})\s?,?\s"
    r"(?:de\s)?(?:l')?article\s(?P<article>\d{1,3})\b"
    rf"(?:{_JOINT}(?P<act_after>{act('_2')}))?)"
)
# Without an act only these are taken, with a letter: the refugee definition, whose Art. 9(2)(e)
# is cited like a name. Any other such article may be of any act.
_KNOWN_ALONE = frozenset({"9", "10", "12", "15"})
_OTHER_ACT = re.compile(
    r"\)?,?\s{1,2}(?:(?:of|der|des|de|del|della|dello|van|du)\s|dell'|de\sl')(?:the\s|la\s|het\s)?"
    r"(?:\w+\s){0,2}?(?:Law|Act|Convention|Constitution|Charter|Statute|Covenant|Code|Konvention"
    r"|Verfassung|Grundgesetz|Gesetz|d\.\s?lgs|decreto|loi|legge|Charta|Abkommens?|Pakts?)"
)


def _eu_articles(hit: re.Match[str]) -> Iterator[Named]:
    found = hit.groupdict()
    name = act_of(hit) or _one(found, "number_alone")
    if found.get("act_first") and found["act_after"]:
        yield Named("eu-act", act_of(hit, ("_1",)), *hit.span("act_first"))
    letters = re.findall(r"\b[a-h]\b", _one(found, "letters", "bracket_letters", "bare"))
    letters += re.findall(r"[a-h]", _one(found, "glued"))
    article, paragraph = hit["article"], _paragraph(found)
    if article == "9" and not paragraph and name in QUALIFICATION and set(letters) & set("cdef"):
        paragraph = "2"  # only this paragraph has letters beyond b
    if not name and not (article in _KNOWN_ALONE and paragraph and letters):
        return
    if not name and _OTHER_ACT.match(hit.string, hit.end()):
        return
    more = re.findall(r"\d+", hit["more"] or "") if not letters and "more" in found else []
    ways = [(paragraph, letter) for letter in letters or [""]] + [(each, "") for each in more]
    for way in ("".join(f"({level})" for level in levels if level) for levels in ways):
        yield Named("eu-article", f"Art. {article}{way}{name and f' {name}'}", *span(hit))


def _one(found: dict[str, str | None], *names: str) -> str:
    return next((value for name in names if (value := found.get(name))), "")


def _paragraph(found: dict[str, str | None]) -> str:
    if roman := _one(found, "roman"):
        return str(_ROMAN.index(roman) + 1)
    if ordinal := _one(found, "ordinal"):
        return str(_ORDINALS.index(ordinal) + 1)
    return _one(found, "par", "sign", "bracketed", "dotted")


# --- acts, CELEX, ECLI, cases --------------------------------------------------------------------

_CELEX_CASE = re.compile(r"6(?P<year>\d{4})(?P<court>[CTF])[A-Z](?P<number>\d{4})")


def _celex(hit: re.Match[str]) -> Iterator[Named]:
    """A case and an act by the names they have elsewhere; the rest by its CELEX number."""
    name = hit[0]
    if case := _CELEX_CASE.fullmatch(name):
        number = f"{case['court']}-{int(case['number'])}/{case['year'][2:]}"
        yield Named("cjeu", number, *hit.span())
    elif number := celex_act(name):
        yield Named("eu-act", number, *hit.span())
    else:
        yield Named("celex", name, *hit.span())


def _ecli(hit: re.Match[str]) -> Iterator[str]:
    name = hit[0].upper()
    yield name if name.startswith("ECLI:") else f"ECLI:{name}"


def _case(hit: re.Match[str]) -> Iterator[str]:
    yield f"{hit['court']}-{int(hit['number'])}/{hit['year']}"


IDENTIFIERS = (
    shape("ecli", r"\b(?:ECLI:[A-Za-z]{2}|(?<![:\w])EU(?=:[CTF]:)):[A-Za-z0-9]{1,7}:\d{4}:"
          r"[A-Za-z0-9](?:[A-Za-z0-9.]{0,23}[A-Za-z0-9])?(?![A-Za-z0-9])", _ecli),
    Shape(re.compile(r"\b(?:[1-9CE]\d{4}(?:[A-Z]{2}|[LRDFHKM])\d{4}|0\d{4}[LRD]\d{4}-\d{8})\b"),
          _celex),
)  # fmt: skip
ARTICLES = (
    Shape(_INVERTED, _eu_articles),
    Shape(_EU_ARTICLE, _eu_articles),
    Shape(
        re.compile(rf"\b(?:{act()})"),
        lambda hit: iter([Named("eu-act", act_of(hit), *hit.span())]),
    ),
)
_NUMBER = r"(?P<number>\d{1,4})/(?P<year>\d{2})(?![\d/])(?:\s(?:PPU|P|RX)\b)?"
CASES = (
    shape("cjeu", rf"(?<![\w-])(?P<court>[CT])\s?-\s?{_NUMBER}", _case),
    # Without a hyphen only long numbers, or with a word of the trade before.
    shape("cjeu", r"(?<!\d )(?<!\d[a-z] )(?<![\w-])(?P<court>[CT])\s?"
          r"(?P<number>\d{3,4})/(?P<year>\d{2})(?![\d/])", _case),
    Shape(re.compile(r"\b(?:EuGH|EuG|CJEU|ECJ|CJUE|Rs\.|Rechtssachen?|[Cc]ases?|affaires?)[^\n]{0,40}?"
                     rf"(?P<all>\b(?P<court>[CT])\s?{_NUMBER})"), whole("cjeu", _case)),
)  # fmt: skip

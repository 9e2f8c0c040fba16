"""What sort of news an alert is, and by what lawyers look it up: from its source, numbers, remarks.

Where nothing tells, it is what its kind of source usually publishes.
"""

from __future__ import annotations

import re
from datetime import date

from monitor.model import Alert, Case, Genre, Name, Rank, Source, Stage
from monitor.priority import rank
from monitor.story import DECISIONS, STAGE, compact, court_words, figures

_ANSWERED = frozenset({"advance", "answered", "followed-up"})
_ASKED = frozenset({"asked", "extended"})
_RULING = re.compile(
    r"\b(?:Urteil|Beschluss|Beschluß|Gerichtsbescheid|Entscheidung|judge?ment|decision|order|arrêt"
    r"|CASE OF|AFFAIRE|uitspraak)",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"\b(?:Antwort|Beantwortung|answer|reply)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"\b(?:Kleine Anfrage|Große Anfrage|Schriftliche Frage|Mündliche Frage|parliamentary question"
    r"|question for (?:written|oral) answer)",
    re.IGNORECASE,
)
_FEDERAL = re.compile(r"\bBundesregierung\b")
_USUAL = {
    Rank.COURT: Genre.NOTICE, Rank.LAW: Genre.LAW, Rank.AUTHORITY: Genre.NOTICE,
    Rank.PARLIAMENT: Genre.PARLIAMENT, Rank.STATISTICS: Genre.STATISTIC,
    Rank.ORGANISATION: Genre.ARTICLE, Rank.MEDIA: Genre.ARTICLE,
}  # fmt: skip


def genre_of(alert: Alert, source: Source | None) -> Genre:
    """Return what sort of news it is; of a source that is no longer watched, an article."""
    place = rank(source) if source else Rank.MEDIA
    if figures(alert):
        return Genre.STATISTIC
    if place is Rank.PARLIAMENT:
        return _in_parliament(alert, source)
    if place is not Rank.LAW and _number(alert) and (
        place is Rank.COURT or _RULING.search(alert.title)
    ):  # fmt: skip
        return Genre.RULING
    return _USUAL[place]


def _in_parliament(alert: Alert, source: Source | None) -> Genre:
    stage = stage_of(alert)
    if (stage and stage.state in _ANSWERED) or _ANSWER.search(alert.title):
        federal = (source and source.kind == "dip") or _FEDERAL.search(alert.title)
        return Genre.FEDERAL_ANSWER if federal else Genre.ANSWER
    if (stage and stage.state in _ASKED) or _QUESTION.search(alert.title):
        return Genre.QUESTION
    return Genre.PARLIAMENT


def case_of(alert: Alert, source: Source | None) -> Case | None:
    """Return court, file number and day of the ruling that the alert is; None for no ruling."""
    if genre_of(alert, source) is not Genre.RULING:
        return None
    days = [name.date for name in _names(alert) if name.date]
    return Case(
        court_words(alert.title) or court_words(source.name if source else ""),
        _number(alert),
        date.fromisoformat(days[0]) if days else None,
    )


def _names(alert: Alert) -> tuple[Name, ...]:
    """The alert's own numbers; one from an older release has none."""
    return alert.identity.names if alert.identity else ()


def _number(alert: Alert) -> str:
    """The alert's own file number, as it is cited where it is; empty when it has none."""
    names = _names(alert)
    own = [name.number for name in names if name.kind in DECISIONS]
    own = own or [name.number for name in names if name.kind == "ecli"]
    cited = {compact(each.id): each.id for each in alert.citations}
    return cited.get(own[0], own[0]) if own else ""


def stage_of(alert: Alert) -> Stage | None:
    """Return how far the procedure of the alert was when it was raised; None for anything else."""
    for remark in alert.remarks:
        if remark.code == STAGE:
            told = dict(remark.values)
            due = told.get("due", "")
            return Stage(told.get("state", ""), date.fromisoformat(due) if due else None)
    return None

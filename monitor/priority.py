"""How much an alert matters, from 0 to 1, and why: for the order of a mail, never to hide anything.

Five reasons, each from 0 to 1, are weighed: how surely and by how many words it was found, what
kind of place says it, how new it is, whom it binds, and how much text there is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.model import Alert, ChangeKind, Rank, Source, Tier

# Older than this when found, it is hardly news.
_OLD = timedelta(days=60)
# A page and a half; more text matters no more.
_LONG = 4_000

# What a kind of source publishes, unless its entry says otherwise.
RANKS = {
    "asylnet": Rank.COURT, "bamf-statistics": Rank.STATISTICS, "cellar": Rank.COURT,
    "cnda": Rank.COURT, "dip": Rank.PARLIAMENT, "europarl": Rank.PARLIAMENT,
    "eurostat": Rank.STATISTICS, "gii": Rank.LAW, "govuk": Rank.AUTHORITY, "hudoc": Rank.COURT,
    "juris": Rank.COURT, "neuris": Rank.COURT, "rechtspraak": Rank.COURT, "ris-at": Rank.COURT,
    "table": Rank.STATISTICS, "telegram": Rank.MEDIA,
}  # fmt: skip

_WORTH = {
    Rank.LAW: 1.0, Rank.COURT: 1.0, Rank.AUTHORITY: 0.8, Rank.PARLIAMENT: 0.7,
    Rank.STATISTICS: 0.6, Rank.ORGANISATION: 0.5, Rank.MEDIA: 0.3,
}  # fmt: skip

# Whom the words of a title bind, the most binding first.
_BINDING = (
    (1.0, r"\b(?:EuGH|CJEU|Gerichtshof|BVerfG|Bundesverfassungsgericht|EGMR|ECtHR|Grand Chamber|"
          r"BVerwG|Bundesverwaltungsgericht|BGH|Bundesgerichtshof|Supreme Court|VfGH|VwGH|"
          r"Conseil d'État|Верховн\w+ [Сс]уд|ECLI:(?:EU:C|CE:ECHR|DE:BVer|DE:BGH)|BGBl|"
          r"Gesetz zur|Verordnung \(EU\)|Regulation \(EU\))"),
    (0.8, r"\b(?:OVG|VGH|Oberverwaltungsgericht|Verwaltungsgerichtshof|OLG|Oberlandesgericht|"
          r"Kammergericht|BVwG|BVGer|UKUT|Upper Tribunal|country guidance|CNDA|Cour nationale|"
          r"Raad van State|Court of Appeal)"),
    (0.6, r"\b(?:VG|Verwaltungsgericht\w*|Urteil\w*|Beschluss|judgment|ruling|arrêt|decision of|"
          r"tribunal|Rechtbank|Erlass|Weisung\w*|Dienstanweisung\w*|Leitsätze|Entscheidungspraxis|"
          r"guidelines?|Antwort der Bundesregierung)"),
)  # fmt: skip
_BINDING_WORDS = tuple((worth, re.compile(words)) for worth, words in _BINDING)
_BINDS_NOBODY = 0.2

_WEIGHTS = {"words": 0.30, "source": 0.25, "novelty": 0.20, "binding": 0.15, "size": 0.10}


@dataclass(frozen=True, slots=True)
class Priority:
    """The weighed sum, and each reason with its own worth; all from 0 to 1."""

    value: float
    reasons: tuple[tuple[str, float], ...]


def priority(alert: Alert, source: Source | None) -> Priority:
    """Return how much an alert matters; a source that is no longer watched ranks as media."""
    reasons = {
        "words": _words(alert),
        "source": _WORTH[rank(source) if source else Rank.MEDIA],
        "novelty": _novelty(alert),
        "binding": _binding(alert, source),
        "size": _size(alert.added or alert.removed),
    }
    value = sum(_WEIGHTS[name] * worth for name, worth in reasons.items())
    return Priority(round(value, 2), tuple((name, round(w, 2)) for name, w in reasons.items()))


def rank(source: Source) -> Rank:
    """Return what kind of place a source is: as its entry says, else as its kind is used."""
    return source.rank or RANKS.get(source.kind, Rank.ORGANISATION)


def _words(alert: Alert) -> float:
    """Half for one sure term, all for three; a change told without a match counts as one."""
    sure = {(match.topic, match.term) for match in alert.matches if match.tier is Tier.SURE}
    if alert.matches and not sure:
        return 0.2
    return min(1.0, 0.25 + 0.25 * max(1, len(sure)))


def _novelty(alert: Alert) -> float:
    """A new item most, a withdrawal nearly as much, an edit less, what is old already little."""
    if alert.published and alert.detected_at - alert.published > _OLD:
        return 0.3
    return {ChangeKind.ADDED: 1.0, ChangeKind.REMOVED: 0.8, ChangeKind.EDITED: 0.6}[alert.kind]


def _binding(alert: Alert, source: Source | None) -> float:
    if source and rank(source) is Rank.LAW:
        return 1.0
    for worth, words in _BINDING_WORDS:
        if words.search(alert.title):
            return worth
    return 0.6 if source and rank(source) is Rank.COURT else _BINDS_NOBODY


def _size(blocks: Sequence[str]) -> float:
    """Grows with the logarithm of the text: the first lines count most."""
    letters = min(sum(map(len, blocks)), _LONG)
    return math.log1p(letters) / math.log1p(_LONG)

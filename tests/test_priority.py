"""What matters most comes first, and everybody can see why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.adapters import ADAPTERS
from monitor.digest import is_urgent
from monitor.model import Alert, ChangeKind, MailingList, Match, Rank, Source, Tier
from monitor.priority import RANKS, priority, rank

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
MATCH = Match("desertion", "Deserteur*", 0, 9, "Deserteur", ())
RULING = Alert(
    "vg", "1", ChangeKind.ADDED, "OVG Musterstadt, Urteil: Schutz für Deserteure", None, NOW,
    published=NOW - timedelta(days=1), matches=(MATCH,), added=("Die Kammer gab statt. " * 50,),
)  # fmt: skip
COURT = Source("vg", "Gericht", "juris", "https://gericht.example/")
PAPER = Source("paper", "Zeitung", "feed", "https://zeitung.example/feed", rank=Rank.MEDIA)


def test_a_ruling_of_a_court_comes_before_an_article_about_it() -> None:
    article = replace(RULING, title="Gericht schützt Deserteure", source="paper")
    assert priority(RULING, COURT).value > priority(article, PAPER).value


def test_a_doubtful_find_comes_last() -> None:
    doubtful = replace(RULING, matches=(replace(MATCH, tier=Tier.PERHAPS),))
    assert priority(doubtful, COURT).value < priority(RULING, COURT).value


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"kind": ChangeKind.ADDED}, {"kind": ChangeKind.REMOVED}),
        ({"kind": ChangeKind.REMOVED}, {"kind": ChangeKind.EDITED}),
        ({}, {"published": NOW - timedelta(days=400)}),
        ({"matches": (MATCH, replace(MATCH, term="AWOL"))}, {"matches": (MATCH,)}),
        ({"title": "EuGH: Vorlage zum Militärdienst"}, {"title": "VG: Urteil zum Militärdienst"}),
        ({"added": ("Langer Text. " * 200,)}, {"added": ("Kurz.",)}),
    ],
)
def test_each_reason_counts(more: dict[str, object], less: dict[str, object]) -> None:
    high = replace(RULING, **more)  # type: ignore[arg-type]
    low = replace(RULING, **less)  # type: ignore[arg-type]
    assert priority(high, COURT).value > priority(low, COURT).value


def test_every_reason_is_told_and_none_leaves_the_scale() -> None:
    found = priority(RULING, COURT)
    assert [name for name, _ in found.reasons] == ["words", "source", "novelty", "binding", "size"]
    assert all(0 <= worth <= 1 for _, worth in found.reasons)
    assert 0 <= found.value <= 1


def test_an_entry_says_what_kind_of_place_it_is_before_its_kind_does() -> None:
    assert rank(COURT) is Rank.COURT
    assert rank(replace(COURT, rank=Rank.MEDIA)) is Rank.MEDIA
    assert rank(replace(PAPER, rank=None)) is Rank.ORGANISATION


def test_only_kinds_that_exist_have_a_rank() -> None:
    assert RANKS.keys() <= ADAPTERS.keys()


def test_only_a_sure_find_of_a_list_that_wants_it_is_urgent() -> None:
    sources = {"vg": COURT}
    wants = MailingList("board", ("a@example.org",), urgent=0.6)
    doubtful = replace(RULING, matches=(replace(MATCH, tier=Tier.PERHAPS),))
    assert is_urgent(wants, [RULING], sources)
    assert not is_urgent(wants, [doubtful], sources)
    assert not is_urgent(replace(wants, urgent=0.99), [RULING], sources)
    assert not is_urgent(replace(wants, urgent=None), [RULING], sources)

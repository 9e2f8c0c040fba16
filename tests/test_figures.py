"""A changed number on its way from a table to the mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import digest as digests
from monitor.diff import Known, compare, mark, remember, seen, triage
from monitor.match import compile_vocabulary
from monitor.model import (
    Alert,
    AlertOn,
    Change,
    ChangeKind,
    Coverage,
    Digest,
    Figure,
    Item,
    MailingList,
    Remark,
    Source,
    Term,
    Topic,
    Vocabulary,
)
from monitor.pipeline.alerting import alerts
from monitor.render import Templates
from monitor.story import stories

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SOURCE = Source(
    "bamf.statistik", "BAMF – Statistik", "table", "https://bamf.example/t", alert=AlertOn.EVERY
)
TOPIC = Topic(
    "statistics", {"de": "Statistik"}, (Term("Russische Föderation", ("Russische Föderation",)),)
)
RULES = compile_vocabulary(Vocabulary({"statistics": TOPIC}, {}))
LABEL = "Anerkennungen, Russische Föderation, 2026-10"


def a_cell(text: str, value: str | None, label: str = LABEL, unit: str | None = None) -> Item:
    return Item(
        label,
        label,
        "https://bamf.example/t",
        (f"{label}: {text}",),
        figure=Figure(text, value, label, "2026-10", unit),
    )


def edited(before: Item, after: Item) -> Change:
    return Change(ChangeKind.EDITED, after, before, after.blocks, before.blocks)


def told(*changes: Change, source: Source = SOURCE, now: datetime = NOW) -> tuple[Alert, ...]:
    found = alerts(source, changes, RULES, now)
    return tuple(replace(alert, id=number) for number, alert in enumerate(found, start=1))


def composed(*found: Alert) -> Digest:
    return digests.compose(
        MailingList("team", ("team@example.org",)),
        found,
        sources={SOURCE.id: SOURCE},
        topics={"statistics": TOPIC},
        coverage=Coverage(1, 1, 1),
        since=NOW - timedelta(days=1),
        cutoff=NOW,
        message_id="<1@monitor.example>",
    )


def text_of(digest: Digest) -> str:
    return Templates(Path(__file__).parents[1] / "templates").digest(digest).text


def test_a_changed_figure_carries_before_after_and_by_how_much() -> None:
    (alert,) = told(edited(a_cell("81", "81"), a_cell("11", "11")))
    said = (("label", LABEL), ("before", "81"), ("after", "11"), ("change", "−86 %"))
    assert alert.remarks == (Remark("figure", said),)


def test_what_cannot_be_computed_is_left_out() -> None:
    (withheld,) = told(edited(a_cell("81", "81"), a_cell("*", None)))
    assert withheld.remarks[0].values == (("label", LABEL), ("before", "81"), ("after", "*"))
    (share,) = told(edited(a_cell("40", "40", unit="%"), a_cell("25", "25", unit="%")))
    assert "change" not in dict(share.remarks[0].values)
    (new,) = told(Change(ChangeKind.ADDED, a_cell("11", "11"), added=("x",), title_changed=True))
    assert new.remarks[0].values == (("label", LABEL), ("after", "11"))


def test_many_cells_of_one_check_are_one_story_and_one_entry() -> None:
    cells = [f"Anträge, Land {number}, 2026-10" for number in range(25)]
    found = told(*(edited(a_cell("81", "81", c), a_cell("11", "11", c)) for c in cells))
    assert len({alert.story for alert in found}) == 1
    digest = composed(*found)
    (section,) = digest.sections
    (entry,) = section.entries
    assert (entry.title, entry.also, len(entry.remarks)) == ("BAMF – Statistik", (), 25)
    assert digest.alerts == tuple(range(1, 26))
    text = text_of(digest)
    assert "Anträge, Land 0, 2026-10: 81 → 11 (−86 %)" in text
    assert text.count(" → ") == 20
    assert "und 5 weitere Zahlen" in text


def test_the_next_check_is_another_story() -> None:
    change = edited(a_cell("81", "81"), a_cell("11", "11"))
    first, second = told(change), told(change, now=NOW + timedelta(hours=1))
    assert first[0].story != second[0].story


def test_cells_without_a_common_address_are_one_story_all_the_same() -> None:
    cells = [replace(a_cell("11", "11", label), url=f"https://x.example/{label}") for label in "ab"]
    found = told(*(Change(ChangeKind.ADDED, cell, added=cell.blocks) for cell in cells))
    assert len(stories(found)) == 1


def test_a_topic_that_matches_the_label_is_enough_for_an_alert() -> None:
    matching = replace(SOURCE, alert=AlertOn.MATCHING)
    russia = edited(a_cell("81", "81"), a_cell("11", "11"))
    other = edited(a_cell("8", "8", "Anträge, Land"), a_cell("1", "1", "Anträge, Land"))
    (alert,) = told(russia, other, source=matching)
    assert alert.topics == ("statistics",)
    text = text_of(composed(alert))
    assert f"{LABEL}: 81 → 11 (−86 %)" in " ".join(text.split())


def test_a_figure_that_is_again_what_it_was_is_told() -> None:
    item = a_cell("5", "5")
    known = Known(item, seen(item))
    changes = 0
    for text in ("7", "5", "7", "7"):
        now = a_cell(text, text)
        found = triage({item.id: mark(known.item)}, [now])
        changes += len(compare(found, {item.id: known}, complete=False))
        known = Known(now, remember(now, known))
    assert changes == 3

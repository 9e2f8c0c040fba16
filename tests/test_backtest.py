"""Today's topics over the past: what was alerted then is what is found now, and no more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.backtest import backtest, tally
from monitor.cli import backtesting
from monitor.cli.app import app
from monitor.match import Rules, compile_vocabulary
from monitor.model import Alert, AlertOn, Select, Term, Topic, Vocabulary
from monitor.store import Retention, Saved, Store
from tests.story import (
    START,
    VOCABULARY,
    News,
    World,
    document,
    feed,
    listing,
    source,
    story,
    world,
)
from tests.test_store import an_item, state, stored
from tests.test_stories import (
    CALL_UP,
    DEFECTOR,
    DESERTERS,
    DOSSIER,
    GARDEN,
    LAW,
    LIST,
    OLD,
    PDF,
    SECTIONS,
    without,
)
from tests.web import Answer, Page

RULES = compile_vocabulary(VOCABULARY)
NEWS = source("news", "feed", "/news.xml", follow=True, backfill=timedelta(days=14))
STRICT = source(
    "strict", "document", "/strict.html", alert=AlertOn.EVERY, select=Select(text="main")
)
RECENT = News("Vor drei Tagen", "Deserteure", published=START - timedelta(days=3))
TEASER = News("Bericht über Deserteure", path="/late")

DAYS: tuple[Mapping[str, Answer], ...] = (
    {
        "/news.xml": feed(RECENT, OLD),
        "/list.html": listing(CALL_UP, OLD),
        "/law.html": document(SECTIONS),
        "/strict.html": document(SECTIONS),
        "/dossier": Page(status=500),
        "/late": Page(status=500),
    },
    {
        "/news.xml": feed(TEASER, DOSSIER, DESERTERS, RECENT, OLD),
        "/list.html": listing(DEFECTOR, GARDEN, OLD),
        "/law.html": document(without("§ 2 Schutz")),
    },
    {"/dossier": PDF, "/late": PDF, "/law.html": document(SECTIONS)},
    {
        "/news.xml": feed(News(DESERTERS.title, "Auch die Einberufung ist ein Grund."), OLD),
        "/list.html": listing(CALL_UP, DEFECTOR, GARDEN),
        "/law.html": document(without("§ 2 Schutz")),
        "/strict.html": document(SECTIONS | {"§ 4 Inkrafttreten": "Er tritt heute in Kraft."}),
    },
    {
        "/news.xml": feed(DESERTERS, OLD),
        "/law.html": document(SECTIONS | {"§ 3 Verfahren": "Deserteure werden angehört."}),
        "/strict.html": document(SECTIONS),
    },
    {"/law.html": document(SECTIONS)},
)


def shown(alerts: Iterable[Alert]) -> Counter[object]:
    """The alerts without the order in which they were found."""
    return Counter(repr(replace(alert, id=None)) for alert in alerts)


def found(w: World, rules: Rules = RULES, *, first_sight: bool = False) -> list[Alert]:
    """What the backtest finds in this world."""
    history = w.store.history
    return [
        alert
        for each in w.office.sources.values()
        for alert in backtest(
            each,
            history.item_versions(each.id),
            rules,
            baseline=None if first_sight else history.first_version(each.id),
        )
    ]


@story
async def test_the_topics_of_the_time_find_what_was_alerted_at_the_time(tmp_path: Path) -> None:
    async with world(tmp_path, NEWS, LIST, LAW, STRICT) as w:
        for pages in DAYS:
            await w.day(pages)
        alerted = w.store.history.alerts()
        assert len({alert.source for alert in alerted}) == 4
        assert len(alerted) > 8
        assert shown(found(w)) == shown(alerted)


@story
async def test_a_new_term_finds_what_nobody_looked_for_then(tmp_path: Path) -> None:
    gardens = Topic("gardens", {"de": "Gärten"}, (Term("Gärten", ("Gärten",)),))
    async with world(tmp_path, LIST) as w:
        await w.day({"/list.html": listing(OLD)})
        await w.day({"/list.html": listing(GARDEN, OLD)})
        assert w.store.history.alerts() == ()
        (alert,) = found(w, compile_vocabulary(Vocabulary({"gardens": gardens}, {})))
        assert alert.title == GARDEN.title
        assert alert.detected_at == START + timedelta(days=1)


@story
async def test_the_first_sight_is_silent_unless_asked_for(tmp_path: Path) -> None:
    async with world(tmp_path, LIST) as w:
        await w.day({"/list.html": listing(DESERTERS, OLD)})
        assert found(w) == []
        assert [alert.title for alert in found(w, first_sight=True)] == [DESERTERS.title]


def test_texts_long_forgotten_are_compared_with_nothing(sqlite_url: str) -> None:
    texts = ("Deserteur eins", "Deserteur zwei", "Deserteur drei", "Deserteur vier")
    law = replace(LAW, id="court")
    with Store.open(sqlite_url) as store:
        for n, text in enumerate(texts, 1):
            change = {"added" if n == 1 else "edited": (stored(an_item("a", text)),)}
            store.checks.save(Saved(state(n), **change))  # type: ignore[arg-type]
        versions = list(store.history.item_versions("court"))
        assert len(list(backtest(law, versions, RULES, baseline=None))) == 4
        later = START + timedelta(days=3650)
        assert store.upkeep.prune(later, Retention()).versions == 3
        versions = list(store.history.item_versions("court"))
        assert list(backtest(law, versions, RULES, baseline=None)) == []


@story
async def test_an_alert_counts_once_for_each_of_its_terms(tmp_path: Path) -> None:
    both = News("Deserteure und Einberufung", "Deserteure, Deserteure, Einberufung.")
    async with world(tmp_path, LIST) as w:
        await w.day({"/list.html": listing(OLD)})
        await w.day({"/list.html": listing(both, DEFECTOR, OLD)})
        numbers = tally(found(w))
    assert (numbers.alerts, numbers.sure) == (2, 1)
    assert numbers.by_topic == {"desertion": 2, "mobilisation": 1}
    assert numbers.by_term == {
        ("desertion", "Deserteur*"): 1,
        ("desertion", "Überläufer*"): 1,
        ("mobilisation", "Mobilmachung*"): 1,
    }
    assert numbers.by_source == {"list": 2}


# --- the command ---------------------------------------------------------------------------------

YAML = """version: 1
topics:
  desertion: {title: {de: Desertion}, terms: [Deserteur*, Fahnenflucht*]}
sources:
  - {id: court, name: Court, kind: page, url: "https://court.example/"}
"""


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """What names a configuration and a database with two finds, a month apart."""
    file, database = tmp_path / "sources.yaml", f"sqlite:///{tmp_path / 'x.db'}"
    file.write_text(YAML, encoding="utf-8")
    with Store.open(database) as store:
        for n, day in enumerate((0, 1, 31), 1):
            at = START + timedelta(days=day)
            item = an_item(f"item-{n}", f"Deserteur {n}")
            store.checks.save(Saved(state(n, last_checked=at), added=(stored(item),)))
    return ["--sources", str(file), "--database", database, "backtest"]


@pytest.mark.parametrize(
    ("options", "number"),
    [([], 2), (["--since", "2026-03-20"], 1), (["--baseline"], 3), (["--since", "2030-01-01"], 0)],
)
def test_the_numbers_are_printed_for_programs(
    arguments: list[str], options: list[str], number: int
) -> None:
    result = CliRunner().invoke(app, [*arguments, *options, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["alerts"] == told["sure"] == number
    wanted = {"Deserteur*": number} if number else {}
    assert (told["by_term"], sum(told["by_source"].values())) == (wanted, number)


def test_people_see_tables_and_the_terms_that_found_nothing(arguments: list[str]) -> None:
    told = CliRunner().invoke(app, arguments).stdout
    assert "Deserteur* (desertion)" in told
    assert "2 alerts, 2 of them sure" in told
    assert "1 terms found nothing: Fahnenflucht* (desertion)" in told
    assert backtesting.backtest.__doc__

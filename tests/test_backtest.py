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
from monitor.cli import backtesting, judging
from monitor.cli.app import app
from monitor.match import Rules, compile_vocabulary
from monitor.model import (
    Alert,
    AlertOn,
    ChangeKind,
    Match,
    Select,
    Term,
    Tier,
    Topic,
    Vocabulary,
)
from monitor.store import Retention, Saved, Store
from monitor.terms import term_uses
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


# --- which terms earn their place ----------------------------------------------------------------


def test_a_term_is_never_idle_spare_or_useful() -> None:
    names = ("never", "idle", "spare", "useful")
    terms = tuple(Term(name, (name,), line=number) for number, name in enumerate(names, 1))
    vocabulary = Vocabulary({"t": Topic("t", {}, terms)}, {})

    def match(term: str, tier: Tier = Tier.SURE) -> Match:
        return Match("t", term, 0, 1, term, (), tier)

    alerts = [
        an_alert(match("idle", Tier.PERHAPS), match("useful")),
        an_alert(match("spare"), match("useful")),
        an_alert(match("useful")),
    ]
    uses = term_uses(vocabulary, alerts)
    assert [(use.term, use.state, use.alerts) for use in uses] == [
        ("never", "never", 0),
        ("idle", "idle", 1),
        ("spare", "spare", 1),
        ("useful", "useful", 3),
    ]
    assert [use.line for use in uses] == [1, 2, 3, 4]
    assert uses[-1].alone == 1


def an_alert(*matches: Match) -> Alert:
    return Alert("s", "i", ChangeKind.ADDED, "Titel", None, START, matches=matches)


def test_terms_are_told_with_what_they_did(arguments: list[str]) -> None:
    ran = CliRunner().invoke(app, [*arguments[:-1], "terms", "--since", "2000-01-01", "--json"])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["new"] is None
    assert {use["state"] for use in told["terms"]} <= {"never", "idle", "spare", "useful"}
    assert any(use["alerts"] for use in told["terms"])


def test_a_new_spelling_is_tried_on_the_past(arguments: list[str]) -> None:
    told = invoked(arguments, "--new", "Garten*", "--json")
    ran = json.loads(told)
    assert ran["terms"] == []
    assert ran["new"]["alerts"] >= ran["new"]["more"]
    assert "would have stood in" in invoked(arguments, "--new", "Garten*")


def invoked(arguments: list[str], *more: str) -> str:
    ran = CliRunner().invoke(app, [*arguments[:-1], "terms", "--since", "2000-01-01", *more])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_a_new_spelling_that_cannot_match_is_wrong_usage(arguments: list[str]) -> None:
    ran = CliRunner().invoke(app, [*arguments[:-1], "terms", "--new", r"deser\w+"])
    assert ran.exit_code == 2
    assert "no regular expressions" in ran.output
    assert judging.terms.__doc__

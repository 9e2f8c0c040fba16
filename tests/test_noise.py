"""What is news of an edit and what is noise, on small histories; and the report on noise."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import bench.noise as bench
import monitor.cli.main  # noqa: F401 - adds the commands to `app`
from monitor.cli.app import app
from monitor.config import read_ignored
from monitor.match import compile_vocabulary
from monitor.model import AlertOn, Item, Numbers, Select, Source, Term, Topic, Vocabulary
from monitor.noise import Stand, Why, hides, study
from monitor.pipeline import Checked, Outcome
from monitor.replay import recordings, replay
from monitor.store import Store
from monitor.text.moving import settled

TOPIC = Topic("desertion", {"de": "Desertion"}, (Term("Deserteur*", ("Deserteur*",)),))
RULES = compile_vocabulary(Vocabulary({TOPIC.id: TOPIC}, {}))
GUIDELINE = (
    "Deserteure erhalten Schutz, wenn ihnen im Herkunftsland Verfolgung droht.",
    "Der Antrag ist bis zum 23. Mai 2026 zu stellen.",
    "Über den Antrag entscheidet das Bundesamt innerhalb von sechs Monaten.",
)
LISTING = Select(items="li")


def page(*paragraphs: str, markup: str = "<p>{}</p>") -> str:
    body = "".join(map(markup.format, paragraphs))
    return f"<html><title>Erlass</title><body><main>{body}</main></body></html>"


def outcomes(home: Path, pages: Sequence[str], **more: Any) -> list[Checked]:
    """What each page comes to, as successive answers of a source that tells every change."""
    for number, text in enumerate(pages):
        (home / f"{number:03}.html").write_text(text)
    source = Source("x", "X", "page", "https://x.example/", alert=AlertOn.EVERY, **more)

    async def play() -> list[Checked]:
        with Store.open(f"sqlite:///{home}/../replay.db") as store:
            played = replay(source, recordings(home), store=store, rules=RULES)
            return [checked async for _, checked in played]

    return asyncio.run(play())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


def raised(home: Path, *pages: str, **more: Any) -> list[int]:
    """The numbers of the pages that raised an alert; the first is number 0."""
    return [n for n, each in enumerate(outcomes(home, pages, **more)) if each.alerts]


# --- noise ---------------------------------------------------------------------------------------

NOISE = {
    "stamp": ("Stand: 16.03.2026, 12:20 Uhr", "Stand: 17.03.2026, 8:00 Uhr"),
    "last change": ("Letzte Änderung 06.01.2026", "Letzte Änderung 07.01.2026"),
    "english stamp": ("Last updated: September 23, 2025", "Last updated: January 8, 2026"),
    "french stamp": ("Mise à jour le 3 mars 2026 à 12h30", "Mise à jour le 4 avril 2026 à 8h00"),
    "ukrainian stamp": ("Оновлено: 3 березня 2026 р.", "Оновлено: 4 квітня 2026 р."),
    "russian stamp": ("Обновлено 03.04.2026 12:10", "Обновлено 04.04.2026 в 12:30"),
    "counter": ("Erlass · 1.012 Aufrufe", "Erlass · 1.013 Aufrufe"),
    "comments": ("Kommentare (3)", "Kommentare (12)"),
    "relative time": ("Gemeldet vor 5 Minuten", "Gemeldet vor 6 Minuten"),
    "copyright": ("© 2019–2025 Bundesamt", "© 2019–2026 Bundesamt"),
    "nonce": ("Kennung 3f9a2c11d04be8871aa0c5d2", "Kennung 77aa2c11d04be88710c5d2ff"),
    "damaged quotes": ("Der „sichere“ Staat’", "Der ???sichere??? Staat???"),
    "replacement characters": ("Die Behörde’s Akte", "Die Behörde\ufffd\ufffds Akte"),
    "wrong charset": ("Für Wehrpflichtige", "FÃ¼r Wehrpflichtige"),
    "soft hyphen": ("Kriegsdienstverweigerung", "Kriegsdienst\u00adverweigerung"),
    "no-break space": ("§ 3 Abs. 2", "§\u00a03\u00a0Abs.\u00a02"),
    "pictogram": ("Wichtige Meldung", "🚨 Wichtige Meldung"),
}


@pytest.mark.parametrize("name", NOISE)
def test_what_moves_by_itself_raises_nothing(home: Path, name: str) -> None:
    before, after = NOISE[name]
    pages = page(*GUIDELINE, before), page(*GUIDELINE, after)
    assert raised(home, *pages, *pages) == []


def test_markup_hidden_text_and_other_breaks_raise_nothing(home: Path) -> None:
    plain = page(*GUIDELINE)
    boxes = page(*GUIDELINE, markup="<div class='b7'><span>{}</span></div>")
    hidden = plain.replace("</main>", "<p style='display:none'>token 17</p></main>")
    joined = page(" ".join(GUIDELINE))
    assert raised(home, plain, boxes, hidden, joined, plain) == []


def test_reordered_paragraphs_raise_nothing(home: Path) -> None:
    assert raised(home, page(*GUIDELINE), page(*reversed(GUIDELINE))) == []


def test_a_rotating_box_is_told_once_per_text(home: Path) -> None:
    boxes = [page(*GUIDELINE, f"Meistgelesen: {name}") for name in ("Wetter", "Sport", "Kultur")]
    assert raised(home, *boxes, *boxes, *boxes) == [1, 2]


def test_two_layouts_in_turn_are_told_once(home: Path) -> None:
    one, other = page(*GUIDELINE, "Menü A"), page(*GUIDELINE, "Menü B")
    assert raised(home, *[one, other] * 6) == [1]


def test_two_texts_in_turn_are_told_once_even_with_a_stamp_in_each(home: Path) -> None:
    pages = [
        page("Für Mitglieder gilt dies." if n % 2 else "Für Gäste gilt das.", f"Stand: {n}.5.2026")
        for n in range(1, 13)
    ]
    assert raised(home, *pages) == [1]


def test_an_old_copy_that_is_served_once_raises_nothing(home: Path) -> None:
    old, new = page(*GUIDELINE), page(*GUIDELINE, "Neu: Auch Wehrpflichtige sind gemeint.")
    played = outcomes(home, [old, new, old, new, new])
    assert [n for n, each in enumerate(played) if each.alerts] == [1]
    assert played[2].outcome is Outcome.HELD
    assert played[2].error == "it shows an earlier text again; a second look decides"


def teasers(*titles: str) -> str:
    return page(
        *(f"<a href='/{t.replace(' ', '-')}'>{t}</a>" for t in titles), markup="<li>{}</li>"
    )


@settings(max_examples=12, deadline=None)
@given(st.permutations(["Urteil eins", "Erlass zwei", "Bericht drei", "Anfrage vier"]))
def test_the_order_of_teasers_never_raises(order: list[str]) -> None:
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory() as scratch:
        home = Path(scratch) / "recordings"
        home.mkdir()
        pages = (
            teasers("Urteil eins", "Erlass zwei", "Bericht drei", "Anfrage vier"),
            teasers(*order),
        )
        assert raised(home, *pages, select=LISTING) == []


lines = st.text("abc 123.:", min_size=1, max_size=20).filter(str.strip)


@given(st.lists(lines, min_size=1, max_size=5), lines, lines)
def test_an_ignored_block_never_raises(blocks: list[str], before: str, after: str) -> None:
    ignore = (re.compile("Werbung: .*"),)
    old = Item("a", "t", None, (*blocks, f"Werbung: {before}"))
    new = Item("a", "t", None, (f"Werbung: {after}", *blocks))
    lives = [[Stand(NOW, old), Stand(NOW + DAY, new)]]
    assert study(lives, ignore, Numbers.ALL).edits == ()


def test_what_moves_from_one_entry_to_another_raises_nothing(home: Path) -> None:
    def entries(*texts: str) -> str:
        return page(
            *(f"<a href='/{n}'>Entry {n}</a><p>{text}</p>" for n, text in enumerate(texts)),
            markup="<li>{}</li>",
        )

    texts = "Erster langer Text.", "Zweiter langer Text."
    assert raised(home, entries(*texts), entries(*reversed(texts)), select=LISTING) == []


# --- news ----------------------------------------------------------------------------------------

REAL = {
    "one word": (0, "Deserteure erhalten Schutz, falls ihnen im Herkunftsland Verfolgung droht."),
    "negation": (0, "Deserteure erhalten keinen Schutz, wenn ihnen dort Verfolgung droht."),
    "deadline": (1, "Der Antrag ist bis zum 31. August 2026 zu stellen."),
    "number word": (2, "Über den Antrag entscheidet das Bundesamt innerhalb von drei Monaten."),
    "paragraph": (1, "Der Antrag ist bis zum 23. Mai 2026 zu stellen; § 4 Abs. 2 gilt."),
}


@pytest.mark.parametrize("name", REAL)
def test_every_real_edit_raises_at_once(home: Path, name: str) -> None:
    index, text = REAL[name]
    edited = [*GUIDELINE]
    edited[index] = text
    assert raised(home, page(*GUIDELINE), page(*edited)) == [1]


def test_a_removed_paragraph_raises_at_once(home: Path) -> None:
    assert raised(home, page(*GUIDELINE), page(*GUIDELINE[:2])) == [1]


def test_a_withdrawn_addition_raises_when_it_stays_away(home: Path) -> None:
    old, new = page(*GUIDELINE), page(*GUIDELINE, "Neu: Auch Wehrpflichtige sind gemeint.")
    assert raised(home, old, new, old, old, old, old) == [1, 4]


def test_a_second_notice_that_is_withdrawn_raises_too(home: Path) -> None:
    old, one, two = (page(*GUIDELINE, *more) for more in ((), ("Hinweis 1",), ("Hinweis 2",)))
    assert raised(home, old, one, old, old, old, two, old, old, old) == [1, 4, 5, 8]


def test_an_earlier_text_does_not_keep_new_entries_waiting(home: Path) -> None:
    def entries(first: str, *more: str) -> str:
        items = [f"<a href='/1'>Entry one</a>{first}", *(f"<a href='/{m}'>{m}</a>" for m in more)]
        return page(*items, markup="<li>{}</li>")

    old, new = "<p>Alt.</p>", "<p>Alt.</p><p>Neu.</p>"
    pages = entries(old), entries(new), entries(old, "Two"), entries(old, "Two")
    played = outcomes(home, [*pages, *pages[3:]], select=LISTING)
    told = [[alert.title for alert in each.alerts] for each in played]
    assert told == [[], ["Entry one"], ["Two"], [], ["Entry one"]]


def test_a_replaced_document_link_raises(home: Path) -> None:
    old, new = (
        page(f"<a href='/anwendungshinweise-{n}.pdf'>Anwendungshinweise</a>", markup="<li>{}</li>")
        for n in (1, 2)
    )
    assert raised(home, old, new, select=LISTING) == [1]


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "stamp", "content"),
    [(Numbers.ALL, [1], [1]), (Numbers.CONTENT, [], [1]), (Numbers.NONE, [], [])],
)
@pytest.mark.parametrize("what", ["stamp", "content"])
def test_which_numbers_count_is_a_switch(
    home: Path, numbers: Numbers, stamp: list[int], content: list[int], what: str
) -> None:
    words = "Stand: {}.3.2026" if what == "stamp" else "Anträge von Deserteuren: {}"
    pages = [page(*GUIDELINE, words.format(n)) for n in (11, 12)]
    assert raised(home, *pages, numbers=numbers) == (stamp if what == "stamp" else content)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gilt bis 23. Mai 2026", "gilt bis 31. August 2026"),
        ("zwischen 9-16 Uhr", "zwischen 9-12 Uhr"),
        (
            "zuletzt geändert durch Art. 12 G v. 28.6.2021",
            "zuletzt geändert durch Art. 13 G v. 1.1.2026",
        ),
        ("Der Bestand: 500 Akten", "Der Bestand: 600 Akten"),
        ("as of 1 January 2026 conscripts register", "as of 1 January 2027 conscripts register"),
        ("am Dienstag, 28.11.2026", "am Mittwoch, 29.11.2026"),
    ],
)
def test_numbers_of_the_content_are_no_stamps(one: str, other: str) -> None:
    assert settled(one) != settled(other)
    assert settled(one, digits=False) == settled(other, digits=False) or "Art." in one


# All words that a pattern is tried for, and nothing that one of them would take out.
SIGNS = (
    "stand letzt aktualisier upd abgerufen abruf gedruckt druckdatum heute ist last retrieved "
    "accessed printed à jour modification consulté actualisé оновлен обновлен станом состоянию "
    "aufruf zugriff ansicht klick komment leser view hits visit comment like share vue просмотр "
    "перегляд коммент комент vor x ago il y a x назад тому © (c) copyright"
)
MOVING = (
    *(
        "Stand: 1.3.2026",
        "Sachstand 5. Mai 2026",
        "letzte Änderung 1.3.2026",
        "zuletzt geprüft 2026",
    ),
    *(
        "letztmalig aktualisiert 2026",
        "AKTUALİSİERUNG 2026",
        "upd 14:30",
    ),
    *("abgerufen am 1.3.2026", "Abrufdatum: 1.3.2026", "gedruckt 2026", "Druckdatum 2026"),
    *("heute ist Montag, 1.3.2026", "laſt updated 2026", "Last reviewed 2026", "page updated 2026"),
    *(
        "retrıeved 2026",
        "accessed 2026",
        "printed 2026",
        "mise à jour le 1.3.2026",
        "mis à jour 2026",
    ),
    *("dernière modification 2026", "consulté 2026", "actualisé 2026", "останнє оновлення 2026"),
    *(
        "обновлено 2026",
        "СТАНОМ на 1.3.2026",
        "по состоянию на 1.3.2026",
        "5 Aufrufe",
        "Zugriffe: 5",
    ),
    *("5 Ansichten", "5 klicKs", "5 Kommentare", "5 page views", "hits: 5", "5 vİsits"),
    *(
        "5 comments",
        "5 likes",
        "5 shares",
        "5 vues",
        "5 commentaires",
        "5 просмотров",
        "5 переглядів",
    ),
    *("5 комментариев", "коментарі: 5", "vor 5 Minuten", "5 hours ago", "il y a 5 heures"),
    *("5 минут назад", "5 хвилин тому", "© 2026", "(c) 2026", "Copyright 2026"),
)


@pytest.mark.parametrize("text", MOVING)
def test_what_moves_is_found_whatever_else_the_text_says(text: str) -> None:
    alone, together = settled(f"{text} § "), settled(f"{text} § {SIGNS}")
    assert "#" in alone
    assert together == alone + settled(SIGNS)


@pytest.mark.parametrize("evil", ["1 ", "Stand ", "1.", "Stand:" + " " * 9, "mar ", "1,1 ", "12:"])
def test_hostile_text_is_settled_in_linear_time(evil: str) -> None:
    from time import perf_counter  # noqa: PLC0415

    def cost(size: int) -> float:
        text = evil * (size // len(evil))
        begin = perf_counter()
        settled(text)
        settled(text, digits=False)
        return perf_counter() - begin

    cost(1000)
    assert cost(200_000) < 40 * (cost(20_000) + 0.005)


# --- recorded histories --------------------------------------------------------------------------


@pytest.mark.skipif(not bench.REPLAYS.is_dir(), reason="the recorded histories are not here")
@pytest.mark.parametrize(
    "history", ["en-ota-imprint", "feed-opentalk-presse", "law-kdvg", "law-ukraineaufenthuev"]
)
def test_in_recorded_histories_nothing_real_is_missed_and_nothing_idle_told(history: str) -> None:
    source, rules = bench.sources()[history]
    steps = list(bench.transitions(source, rules, compared=False))
    assert sum(bool(step.real) for step in steps) > 0
    assert [s.number for s in steps if s.real is not None and s.real is not s.raised] == []


# --- the report ----------------------------------------------------------------------------------

NOW, DAY = datetime(2026, 11, 1, tzinfo=UTC), timedelta(days=1)


def life(*states: Sequence[str]) -> list[Stand]:
    return [Stand(NOW + n * DAY, Item("page", "t", None, tuple(s))) for n, s in enumerate(states)]


def test_the_report_tells_numbers_from_boxes_from_news() -> None:
    found = study(
        [
            life(
                ["Text eins.", "Heute 10 Personen im Haus", "Meistgelesen: Wetter"],
                ["Text eins.", "Heute 11 Personen im Haus", "Meistgelesen: Wetter"],
                ["Text eins.", "Heute 11 Personen im Haus", "Meistgelesen: Sport"],
                ["Text eins.", "Heute 11 Personen im Haus", "Meistgelesen: Kultur"],
                ["Text eins.", "Heute 11 Personen im Haus", "Meistgelesen: Reise"],
                ["Text zwei.", "Heute 11 Personen im Haus", "Meistgelesen: Reise"],
            )
        ],
        (),
        Numbers.CONTENT,
    )
    whys = [edit.why for edit in found.edits]
    assert whys == [Why.NUMBERS, Why.ROTATING, Why.ROTATING, Why.ROTATING, Why.NEWS]
    assert found.share(Why.ROTATING) == 0.6
    phrases = {habit.why: habit.ignore for habit in found.habits}
    assert phrases == {Why.ROTATING: "Meistgelesen: *", Why.NUMBERS: "Heute * Personen im Haus"}


def test_the_lines_of_the_report_hide_what_they_promise() -> None:
    lives = [
        life(*(["Text.", f"Meistgelesen: {n}"] for n in ("Wetter", "Sport", "Kultur", "Meer")))
    ]
    (habit,) = study(lives, (), Numbers.CONTENT).habits
    assert habit.ignore is not None
    pattern = re.compile(read_ignored(habit.ignore).pattern or "")
    assert hides(lives, [], (), Numbers.CONTENT, (pattern,)).edits == 3
    assert study(lives, (pattern,), Numbers.CONTENT).edits == ()


def test_a_box_without_common_words_gets_a_place_and_no_phrase() -> None:
    states = (["Oben", name, "Unten"] for name in ("Wetter", "Sport", "Kultur", "Meer"))
    (habit,) = study([life(*states)], (), Numbers.CONTENT).habits
    assert (habit.ignore, habit.place) == (None, ("Oben", "Unten"))


def test_a_block_that_comes_and_goes_is_named() -> None:
    here, gone = ["Text.", "Wegen Wartung zeitweise nicht erreichbar"], ["Text."]
    found = study([life(gone, here, gone, here)], (), Numbers.CONTENT)
    (habit,) = found.habits
    assert (habit.why, habit.ignore) == (Why.FLAPPING, "Wegen Wartung zeitweise nicht erreichbar")
    assert {edit.why for edit in found.edits} == {Why.FLAPPING}


def test_the_command_shows_the_line_and_warns_of_sure_alerts(tmp_path: Path) -> None:
    home = tmp_path / "recordings"
    home.mkdir()
    boxes = ("Wetter", "Sport", "Kultur", "Urteil zu Deserteuren", "Reise")
    for n, name in enumerate(boxes):
        (home / f"{n}.html").write_text(page(*GUIDELINE[1:], f"Meistgelesen: {name}"))
    sources = tmp_path / "sources.yaml"
    sources.write_text(
        "version: 1\ntopics: {desertion: {terms: [Deserteur*]}}\n"
        "sources:\n- {id: x, name: X, kind: page, url: 'https://x.example/'}\n"
    )
    database = f"sqlite:///{tmp_path}/x.db"

    async def play() -> None:
        source = Source("x", "X", "page", "https://x.example/")
        with Store.open(database) as store:
            async for _ in replay(source, recordings(home), store=store, rules=RULES):
                pass

    asyncio.run(play())
    run = CliRunner()
    common = ["--sources", str(sources), "--database", database, "noise"]
    shown = run.invoke(app, [*common, "x"])
    assert shown.exit_code == 0, shown.output
    assert 'ignore: ["Meistgelesen: *"]' in shown.output
    assert "would have hidden 4 of 4 edits" in shown.output
    assert "CAREFUL: it hides the sure alert" in shown.output
    (report,) = json.loads(run.invoke(app, [*common, "--json"]).stdout)
    assert report["ignore"] == ["Meistgelesen: *"]
    assert report["hidden"]["edits"] == 4
    assert len(report["hidden"]["sure_alerts"]) == 1


def test_random_histories_never_break_the_report() -> None:
    chance = random.Random(4)
    words = ["Asyl", "Stand: 1.1.2026", "12 Aufrufe", "* * *", "/x/", ".css", "", "#"]
    for _ in range(200):
        states = [chance.choices(words, k=chance.randint(0, 4)) for _ in range(6)]
        found = study([life(*states)], (), chance.choice(list(Numbers)))
        assert sum(found.share(why) for why in Why) == pytest.approx(1 if found.edits else 0)

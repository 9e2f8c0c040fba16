"""The DIP: paging, filters that are ignored, walls, and what counts as new in a procedure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.adapters import ADAPTERS
from monitor.adapters.vorgang import item_of
from monitor.diff import Known, compare, mark, seen, triage
from monitor.errors import ExtractError
from monitor.model import Change, Expect, Fetched, Item, Request, Source
from tests.contract import PAYLOADS, SAMPLES, answer, talk

Json = dict[str, Any]

BASE = "https://search.dip.bundestag.de/api/v1"
ANFRAGE = "Kleine Anfrage"


def source(**options: str | tuple[str, ...]) -> Source:
    texts = {key: (v,) if isinstance(v, str) else v for key, v in options.items()}
    return Source("dip", "DIP", "dip", BASE, options=texts)


def vorgang(number: int = 1, **changes: Any) -> Json:
    return {
        "id": str(number),
        "typ": "Vorgang",
        "vorgangstyp": ANFRAGE,
        "wahlperiode": 21,
        "titel": f"Deserteure {number}",
        "datum": "2026-11-03",
        "aktualisiert": "2026-11-04T10:00:00+01:00",
        "beratungsstand": "Noch nicht beantwortet",
        "deskriptor": [{"name": "Deserteur", "typ": "Sachbegriffe", "fundstelle": False}],
    } | changes


def step(name: str = ANFRAGE, number: int = 11, of: int = 1, **changes: Any) -> Json:
    paper = {
        "dokumentnummer": "21/9101",
        "dokumentart": "Drucksache",
        "herausgeber": "BT",
        "datum": "2026-11-03",
        "verteildatum": "2026-11-04",
        "pdf_url": f"https://dserver.bundestag.de/btd/21/091/{number}.pdf",
    }
    return {
        "id": str(number),
        "vorgangsposition": name,
        "vorgang_id": str(of),
        "titel": "Deserteure",
        "datum": "2026-11-03",
        "fundstelle": paper | changes.pop("fundstelle", {}),
    } | changes


def found(*documents: Json, cursor: str = "end", count: int | None = None) -> Json:
    return {
        "numFound": len(documents) if count is None else count,
        "documents": list(documents),
        "cursor": cursor,
    }


class Dip:
    """Answers from pages by cursor and steps by procedure, and remembers what was asked."""

    def __init__(self, *pages: Json, steps: Mapping[str, list[Json]] | None = None) -> None:
        self.pages = pages
        self.steps = steps or {}
        self.asked: list[tuple[str, dict[str, list[str]]]] = []

    def __call__(self, number: int, url: str) -> Fetched:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self.asked.append((parts.path.rpartition("/")[2], query))
        if "f.vorgang" in query:
            (one,) = query["f.vorgang"]
            return as_json(found(*self.steps.get(one, [step(of=int(one))])), url)
        return as_json(self.pages[sum("f.vorgang" not in q for _, q in self.asked) - 1], url)

    @property
    def lists(self) -> list[dict[str, list[str]]]:
        return [query for resource, query in self.asked if resource == "vorgang"]


def as_json(body: Json, url: str = BASE) -> Fetched:
    return answer(json.dumps(body), "application/json", url)


def problem(asked: Source, give: Callable[[int, str], Fetched]) -> str:
    with pytest.raises(ExtractError) as caught:
        talk(asked, give)
    return str(caught.value)


# --- asking --------------------------------------------------------------------------------------


def test_the_key_goes_in_a_header_by_its_name_and_no_answer_ends_the_check_early() -> None:
    first = next(ADAPTERS["dip"](source(wahlperiode="21")))
    assert first == Request(
        f"{BASE}/vorgang?f.wahlperiode=21",
        {"Authorization": "ApiKey ${MONITOR_DIP_KEY}", "Accept": "application/json"},
        conditional=False,
    )
    assert ADAPTERS["dip"].secrets == ("MONITOR_DIP_KEY",)


def test_each_page_repeats_the_filters_and_the_cursor_of_the_one_before() -> None:
    dip = Dip(
        found(vorgang(2), cursor="a", count=3),
        found(vorgang(1), cursor="b", count=3),
        found(vorgang(3), cursor="b", count=3),
    )
    items = talk(source(vorgangstyp=ANFRAGE, deskriptor="Deserteur"), dip)
    assert {item.id for item in items} == {"1", "2", "3"}
    assert [query.get("cursor") for query in dip.lists] == [None, ["a"], ["b"]]
    assert all(query["f.vorgangstyp"] == [ANFRAGE] for query in dip.lists)
    assert all(query["f.deskriptor"] == ["Deserteur"] for query in dip.lists)


@pytest.mark.parametrize(
    ("second", "came"),
    [
        (found(vorgang(1), cursor="a", count=9), 1),
        (found(vorgang(1), cursor="b", count=9), 1),
        (found(vorgang(2), cursor="a", count=9), 2),
        (found(vorgang(2), cursor="", count=9), 2),
        (found(cursor="b", count=9), 1),
    ],
    ids=["all again", "the same, another cursor", "the cursor again", "no cursor", "nothing"],
)
def test_a_list_that_ends_before_what_it_promised_is_an_error(second: Json, came: int) -> None:
    dip = Dip(found(vorgang(1), cursor="a", count=9), second)
    assert f"announced 9 and sent {came}" in problem(source(), dip)


def test_the_number_of_procedures_may_change_from_page_to_page() -> None:
    dip = Dip(found(vorgang(1), cursor="a", count=9), found(vorgang(2), cursor="a", count=2))
    assert [item.id for item in talk(source(), dip)] == ["1", "2"]


class Steps:
    """One procedure whose steps come in pages of a hundred."""

    def __init__(self, steps: int, promised: int) -> None:
        self.steps = [step(f"Schritt {n}", number=n + 1) for n in range(steps)]
        self.promised = promised
        self.pages = 0

    def __call__(self, number: int, url: str) -> Fetched:
        if "f.vorgang=" not in url:
            return as_json(found(vorgang()), url)
        start, self.pages = self.pages * 100, self.pages + 1
        here = self.steps[start : start + 100]
        return as_json(found(*here, cursor=f"after {start}", count=self.promised), url)


def test_all_steps_of_a_long_procedure_are_read() -> None:
    (item,) = talk(source(), Steps(230, 230))
    assert sum(block.startswith("Schritt ") for block in item.blocks) == 230


@pytest.mark.parametrize(
    ("steps", "promised", "said"),
    [(180, 300, "announced 300 and sent 180"), (1000, 5000, "1000 steps or more")],
)
def test_steps_are_not_cut_off_without_a_word(steps: int, promised: int, said: str) -> None:
    assert said in problem(source(), Steps(steps, promised))


def test_no_more_than_the_newest_are_read() -> None:
    dip = Dip(found(*(vorgang(n) for n in range(1, 101)), cursor="a", count=5000))
    assert len(talk(source(most="3"), dip)) == 3
    assert len(dip.asked) == 4


@pytest.mark.parametrize("option", ["suche", "text", "zuordnung", "f.titel", "vorgang"])
def test_a_filter_that_the_server_would_ignore_is_no_option(option: str) -> None:
    assert option not in ADAPTERS["dip"].options


@pytest.mark.parametrize(
    ("key", "text"),
    [("wahlperiode", "XXI"), ("datum.start", "1.1.2026"), ("aktualisiert.start", "2026-01-01")],
)
def test_a_value_that_the_server_would_refuse_is_named(key: str, text: str) -> None:
    assert f"not `{text}`" in (ADAPTERS["dip"].options[key].check(text) or "")


# --- answers that do not fit ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "strange"),
    [
        ({"vorgangstyp": ANFRAGE}, {"vorgangstyp": "Gesetzgebung"}),
        ({"wahlperiode": ("20", "21")}, {"wahlperiode": 19}),
        ({"deskriptor": "Deserteur"}, {"deskriptor": []}),
        ({"initiative": "Fraktion Die Linke"}, {"initiative": ["Fraktion der AfD"]}),
        ({"datum.start": "2026-11-01"}, {"datum": "2026-10-31"}),
        ({"aktualisiert.start": "2026-11-04T00:00:00"}, {"aktualisiert": "2026-10-01T00:00:00Z"}),
    ],
)
def test_a_filter_that_was_ignored_is_noticed(options: Json, strange: Json) -> None:
    said = problem(source(**options), Dip(found(vorgang(**strange))))
    assert f"ignores the filter `{next(iter(options))}`" in said


def test_steps_of_another_procedure_are_noticed() -> None:
    said = problem(source(), Dip(found(vorgang(1)), steps={"1": [step(of=2)]}))
    assert "f.vorgang" in said


def test_nothing_found_is_a_misspelt_option_unless_nothing_is_expected() -> None:
    asked = source(deskriptor="Desertör")
    assert "Check the spelling" in problem(asked, Dip(found()))
    assert talk(replace(asked, expect=Expect(min_items=0)), Dip(found())) == ()


def test_a_list_that_is_not_newest_first_is_noticed_where_it_is_cut() -> None:
    dip = Dip(found(vorgang(1, datum="2026-01-01"), vorgang(2), count=2))
    assert "newest procedures first" in problem(source(most="1"), dip)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"code": 401, "message": "API-Key ungültig"}, "API-Key ungültig"),
        ({"documents": [], "cursor": ""}, "numFound"),
        ({"numFound": 1, "documents": [{"nummer": 1}], "cursor": ""}, "format"),
        ({"numFound": 1, "treffer": [vorgang()]}, "documents"),
        ({"numFound": 1, "documents": [vorgang() | {"id": "²"}], "cursor": ""}, "format"),
        ({"numFound": 1, "documents": [vorgang() | {"id": "9" * 5000}], "cursor": ""}, "format"),
    ],
)
def test_an_answer_of_another_shape_is_an_error(body: Json, words: str) -> None:
    assert words in problem(source(), lambda _, url: as_json(body, url))


@pytest.mark.parametrize(
    "wall",
    [
        answer("<html><title>x</title>", "text/html", "https://search.dip.bundestag.de/.enodia/c"),
        answer('<script src="/.enodia/challenge.js"></script>', "text/html"),
    ],
)
def test_the_bot_protection_is_named(wall: Fetched) -> None:
    said = problem(source(), lambda _, url: wall)
    assert "Enodia" in said
    assert "delay" in said


# --- what is new ---------------------------------------------------------------------------------


def change(before: Item, after: Item) -> tuple[Change, ...]:
    known = {before.id: Known(before, seen(before))}
    return compare(triage({before.id: mark(before)}, [after]), known, complete=False)


OPEN = item_of(vorgang(), [step()])
ANSWER = step("Antwort", 12, fundstelle={"dokumentnummer": "21/9150"}, datum="2026-11-20")
ADVANCE = step("Antwort", 12, fundstelle={"dokumentnummer": "21/9150", "verteildatum": ""})


def test_a_time_stamp_and_a_growing_list_of_askers_are_no_change() -> None:
    bumped = vorgang(aktualisiert="2026-11-09T10:00:00+01:00", archiv="XXI/1")
    asked = step(aktualisiert="2026-11-09T10:00:00+01:00", aktivitaet_anzahl=14)
    assert item_of(bumped, [asked]).blocks == OPEN.blocks
    assert change(OPEN, item_of(bumped, [asked])) == ()


def test_an_answer_is_a_new_block_and_ends_the_wait() -> None:
    answered = item_of(vorgang(beratungsstand="Beantwortet"), [ANSWER, step()])
    (seen_change,) = change(OPEN, answered)
    assert seen_change.added == (
        "Antwort: BT-Drs. 21/9150 vom 20.11.2026, verteilt am 04.11.2026",
        "Beratungsstand: Beantwortet",
    )
    assert OPEN.due is not None
    assert (answered.state, answered.due) == ("answered", None)
    assert answered.document == "https://dserver.bundestag.de/btd/21/091/12.pdf"


def test_an_advance_copy_is_told_apart_and_its_replacement_is_a_block_of_its_own() -> None:
    stand = vorgang(beratungsstand="Beantwortet")
    advance, final = item_of(stand, [step(), ADVANCE]), item_of(stand, [step(), ANSWER])
    assert (OPEN.state, advance.state, final.state) == ("asked", "advance", "answered")
    (replaced,) = change(advance, final)
    assert replaced.removed == ("Antwort (Vorabfassung): BT-Drs. 21/9150 vom 03.11.2026",)


def test_a_new_keyword_is_new_and_the_old_ones_are_not() -> None:
    more = [*vorgang()["deskriptor"], {"name": "Asyl"}]
    (grown,) = change(OPEN, item_of(vorgang(deskriptor=more), [step()]))
    assert grown.added == ("Schlagwort: Asyl",)


def test_a_procedure_that_is_said_to_be_answered_is_so_before_its_step_is_entered() -> None:
    assert item_of(vorgang(beratungsstand="Beantwortet"), [step()]).state == "answered"
    assert item_of(vorgang(beratungsstand="Zurückgezogen"), [step()]).state == "withdrawn"
    assert item_of(vorgang(), [step()]).state == "asked"


def test_the_order_of_the_steps_does_not_matter() -> None:
    assert item_of(vorgang(), [ANSWER, step()]) == item_of(vorgang(), [step(), ANSWER])


def test_a_broken_off_conversation_is_an_error_and_no_shorter_list() -> None:
    text = (PAYLOADS / "dip" / "asked" / "01.json").read_text("utf-8")
    asked = source(vorgangstyp=ANFRAGE)
    said = problem(asked, lambda _, url: answer(text[:400], "application/json", url))
    assert "JSON" in said


# --- real records --------------------------------------------------------------------------------

DIP = SAMPLES / "dip"


@pytest.mark.skipif(not DIP.is_dir(), reason="the sample records are not here")
def test_a_real_question_and_its_answer_are_read() -> None:
    steps = json.loads((DIP / "openka_dip-vorgangsposition_338265.json").read_text("utf-8"))
    record = vorgang(338265, titel=steps["documents"][0]["titel"], beratungsstand="Beantwortet")
    (item,) = talk(source(), Dip(found(record), steps={"338265": steps["documents"]}))
    assert item.state == "answered"
    assert item.document == "https://dserver.bundestag.de/btd/21/079/2107982.pdf"
    assert (
        "Antwort: BT-Drs. 21/7982 vom 10.09.2026 (Bundesministerium für Wirtschaft und Energie), "
        "verteilt am 16.09.2026"
    ) in item.blocks
    (question,) = (each for each in steps["documents"] if each["vorgangsposition"] == ANFRAGE)
    asked = item_of(vorgang(338265, datum="2026-08-13"), [question])
    assert (asked.state, str(asked.due)) == ("asked", "2026-08-27 00:00:00+00:00")


@pytest.mark.skipif(not DIP.is_dir(), reason="the sample records are not here")
def test_real_procedures_and_steps_of_all_types_are_read() -> None:
    (record,) = json.loads((DIP / "bdf_vorgang_drucksache-289309.json").read_text("utf-8"))
    positions = json.loads(
        (DIP / "bdf_vorgangsposition_2026-07-06_2026-07-10.json").read_text("utf-8")
    )
    for each in positions:
        each["vorgang_id"] = record["id"]
    (item,) = talk(
        source(vorgangstyp="Entschließungsantrag BT", wahlperiode="21"),
        Dip(found(record), steps={record["id"]: positions}),
    )
    assert item.title.endswith("(Länder- und Kommunalentlastungsgesetz - LKEG)")
    assert len([block for block in item.blocks if block.startswith("Schlagwort: ")]) == 11
    assert "3. Beratung: BT-PlPr. 21/90 vom 10.07.2026, S. 11179" in item.blocks

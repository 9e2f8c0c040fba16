"""Stories of Kleine Anfragen: asked, overdue, answered in advance, answered, each told once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.story import START, World, source, story, text_of, world
from tests.test_document import pdf
from tests.web import Answer, Hit, Page

KEY = {"MONITOR_DIP_KEY": "geheim"}
ANFRAGE = "Kleine Anfrage"
TITLE = "Asylverfahren von Deserteuren aus der Russischen Föderation"
INQUIRIES = source("dip", "dip", "/api/v1", follow=True, options={"vorgangstyp": (ANFRAGE,)})

QUESTIONS = pdf(
    ["1. Wie viele Deserteure haben 2025 Asyl beantragt?", "2. Welche wurden anerkannt?"]
)
REPLY = pdf(
    [
        "Antwort der Bundesregierung",
        "1. Wie viele Deserteure haben 2025 Asyl beantragt?",
        "Es waren 512.",
    ],
    [
        "2. Welche wurden anerkannt?",
        "Anerkannt wurden Deserteure aus drei Einheiten.",
        "Im Einzelnen ist dies VS - Nur für den Dienstgebrauch.",
    ],
)


def as_json(*documents: dict[str, Any]) -> Page:
    body = {"numFound": len(documents), "documents": documents, "cursor": "end"}
    return Page(json.dumps(body), content_type="application/json")


def vorgang(number: int, title: str, day: str, stand: str = "Noch nicht beantwortet") -> Any:
    return {
        "id": str(number),
        "typ": "Vorgang",
        "vorgangstyp": ANFRAGE,
        "wahlperiode": 21,
        "titel": title,
        "datum": day,
        "aktualisiert": f"{day}T12:00:00+01:00",
        "beratungsstand": stand,
    }


def step(w: World, name: str, of: int, day: str, spread: str = "") -> Any:
    number = {"Antwort": 9150}.get(name, 9100 + of)
    paper = {
        "dokumentart": "Drucksache",
        "herausgeber": "BT",
        "dokumentnummer": f"21/{number}",
        "datum": day,
        "verteildatum": spread,
        "pdf_url": w.site.url(f"/drs/{number}.pdf"),
    }
    return {
        "id": str(number),
        "vorgangsposition": name,
        "vorgang_id": str(of),
        "titel": name,
        "datum": day,
        "fundstelle": paper,
    }


def dip(w: World, *records: Any, steps: Any) -> dict[str, Answer]:
    """The pages of the interface, for those who have the key."""

    def listed(hit: Hit) -> Page:
        if hit.headers.get("authorization") != "ApiKey geheim":
            return Page('{"code": 401}', status=401)
        return as_json(*records)

    def of_one(hit: Hit) -> Page:
        return as_json(*steps.get(hit.path.rpartition("f.vorgang=")[2], ()))

    return {
        "/api/v1/vorgang": listed,
        "/api/v1/vorgangsposition": of_one,
        "/drs/9101.pdf": Page(QUESTIONS, content_type="application/pdf"),
        "/drs/9102.pdf": Page(QUESTIONS, content_type="application/pdf"),
        "/drs/9150.pdf": Page(REPLY, content_type="application/pdf"),
    }


OLD = vorgang(2, "Mobilfunk auf dem Land", "2026-02-20")


@story
async def test_a_question_is_told_when_asked_when_overdue_and_at_each_step_of_its_answer(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, INQUIRIES, secrets=KEY) as w:
        old = [step(w, ANFRAGE, 2, "2026-02-20", "2026-02-21")]
        await w.day(dip(w, OLD, steps={"2": old}))
        asked = [step(w, ANFRAGE, 1, "2026-03-03", "2026-03-03")]
        steps = {"1": asked, "2": old}
        await w.day(dip(w, vorgang(1, TITLE, "2026-03-03"), OLD, steps=steps))
        assert w.told(TITLE) == 1

        for _ in range(20):  # until 2026-03-24
            await w.day()
        assert w.told("Überfällig") == 1
        (late,) = (mail for mail in w.mails() if "Überfällig" in text_of(mail))
        assert "Überfällig: nach 15 Tagen keine Antwort." in text_of(late)
        assert "18.03.2026" in text_of(late)

        steps["1"] = [*asked, step(w, "Antwort", 1, "2026-03-24")]
        answered = vorgang(1, TITLE, "2026-03-24", "Beantwortet")
        await w.day(dip(w, answered, OLD, steps=steps))
        await w.day()
        (advance,) = (mail for mail in w.mails() if "als Vorabfassung" in text_of(mail))
        assert "Anerkannt wurden Deserteure aus drei Einheiten" in text_of(advance)
        assert "(Frage 1, S. 1; Frage 2, S. 2)" in text_of(advance)
        assert "Nicht offen beantwortet – Frage 2: „VS - Nur für den Dienstgebrauch“" in text_of(
            advance
        )

        steps["1"] = [*asked, step(w, "Antwort", 1, "2026-03-24", "2026-03-27")]
        await w.day(dip(w, answered, OLD, steps=steps))
        for _ in range(3):
            await w.day()
        assert w.told("wurde durch die lektorierte Fassung ersetzt") == 1
        assert w.told("Überfällig") == 1
        assert w.told(TITLE) == 4
        assert w.told("Mobilfunk") == 0


@story
async def test_what_was_overdue_before_anyone_watched_is_not_told(tmp_path: Path) -> None:
    async with world(tmp_path, INQUIRIES, secrets=KEY) as w:
        stale = vorgang(1, TITLE, "2026-01-10")
        steps = {"1": [step(w, ANFRAGE, 1, "2026-01-10", "2026-01-11")]}
        await w.day(dip(w, stale, steps=steps))
        for _ in range(3):
            await w.day()
        assert w.mails() == []


@story
async def test_an_open_question_of_the_baseline_is_overdue_when_its_day_passes(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, INQUIRIES, secrets=KEY) as w:
        steps = {"1": [step(w, ANFRAGE, 1, "2026-02-20", "2026-02-21")]}
        await w.day(dip(w, vorgang(1, TITLE, "2026-02-20"), steps=steps))
        for _ in range(6):
            await w.day()
        assert w.told("Überfällig: nach 15 Tagen") == 1


@story
async def test_an_extension_moves_the_day_of_which_is_told(tmp_path: Path) -> None:
    async with world(tmp_path, INQUIRIES, secrets=KEY) as w:
        await w.day(dip(w, OLD, steps={}))
        steps = {"1": [step(w, ANFRAGE, 1, "2026-03-03", "2026-03-03")]}
        asked = vorgang(1, TITLE, "2026-03-03")
        await w.day(dip(w, asked, steps=steps))
        extended = asked | {"mitteilung": "Fristverlängerung bis 20.03.2026"}
        await w.day(dip(w, extended, steps=steps))
        assert w.told("Die Frist zur Antwort wurde verlängert.") == 1
        while w.now < START + timedelta(days=18):
            await w.day()
        assert w.told("Überfällig") == 0
        for _ in range(4):
            await w.day()
        assert w.told("Überfällig: nach 18 Tagen") == 1


@story
async def test_without_the_key_operators_are_told_which_one_is_missing(tmp_path: Path) -> None:
    async with world(tmp_path, INQUIRIES) as w:
        checked = await w.check(dip(w, OLD, steps={}))
        assert "MONITOR_DIP_KEY" in (checked["dip"].error or "")
    async with world(tmp_path / "b", INQUIRIES, secrets={"MONITOR_DIP_KEY": "alt"}) as w:
        checked = await w.check(dip(w, OLD, steps={}))
        assert "401" in (checked["dip"].error or "")


@story
async def test_other_options_are_another_reading_and_bring_no_flood(tmp_path: Path) -> None:
    async with world(tmp_path, INQUIRIES, secrets=KEY) as w:
        await w.day(dip(w, OLD, steps={}))
        w.redefine("dip", options={"wahlperiode": ("21",)})
        await w.day(dip(w, vorgang(1, TITLE, "2026-01-10"), OLD, steps={}))
        assert w.told(TITLE) == 0

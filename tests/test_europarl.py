"""The European Parliament's API: lists without an end, batches of records, and its faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.adapters import ADAPTERS
from monitor.diff import compare, mark, triage
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from tests.contract import SAMPLES, answer, talk

KIND = ADAPTERS["europarl"]


def source(**options: str | tuple[str, ...]) -> Source:
    texts = {key: (value,) if isinstance(value, str) else value for key, value in options.items()}
    texts = {"collection": ("parliamentary-questions",)} | texts
    return Source("x", "X", "europarl", KIND.url or "", lang="en", options=texts)


def listed(*numbers: int, year: int = 2026) -> list[dict[str, Any]]:
    return [{"identifier": f"E-10-{year}-{number:06}"} for number in numbers]


class Parliament:
    """A server with so many questions a year, that sends at most `most` of them at once."""

    def __init__(self, date: str = "", most: int = 4, **questions: int) -> None:
        self.date, self.most = date, most
        self.numbers = {year.removeprefix("of_"): count for year, count in questions.items()}
        self.asked: list[str] = []

    def __call__(self, _: int, url: str) -> Fetched:
        self.asked.append(url)
        query = {key: texts[0] for key, texts in parse_qs(urlsplit(url).query).items()}
        batch = urlsplit(url).path.rpartition("/")[2]
        if "offset" not in query:
            records = [
                {"identifier": i, "title_dcterms": {"en": f"On {i}"}} for i in batch.split(",")
            ]
        else:
            year = query.get("year", "1999")
            start, end = int(query["offset"]), int(query["offset"]) + self.most
            assert start < self.numbers.get(year, 1), "beyond the end there is no page"
            records = listed(*range(1, self.numbers.get(year, 1) + 1), year=int(year))[start:end]
        page = answer(json.dumps({"data": records}), "application/ld+json", url)
        return replace(page, headers={"date": self.date})

    def years(self) -> list[str]:
        queries = (parse_qs(urlsplit(url).query) for url in self.asked)
        return list(dict.fromkeys(query["year"][0] for query in queries if "year" in query))


def test_a_list_is_read_to_its_end_without_asking_beyond_it_and_the_newest_come_first() -> None:
    parliament = Parliament(of_2026=11)
    items = talk(source(year="2026", newest="3"), parliament)
    assert [item.id[-2:] for item in items] == ["11", "10", "09"]


@pytest.mark.parametrize("count", [1, 2, 4, 5, 7, 8])
def test_every_length_of_a_list_comes_to_an_end(count: int) -> None:
    assert len(talk(source(year="2026"), Parliament(of_2026=count))) == count


@pytest.mark.parametrize(
    ("date", "years"),
    [
        ("Sun, 22 Nov 2026 02:00:00 GMT", ["2026"]),
        ("Sun, 10 Jan 2027 02:00:00 GMT", ["2026"]),
        ("Mon, 01 Feb 2027 02:00:00 GMT", ["2026", "2027"]),
        ("Tue, 20 Apr 2027 02:00:00 GMT", ["2026", "2027"]),
        ("Sat, 05 Jun 2027 02:00:00 GMT", ["2027"]),
    ],
)
def test_the_servers_clock_says_which_years_to_list(date: str, years: list[str]) -> None:
    parliament = Parliament(date, of_2026=6, of_2027=3)
    talk(source(), parliament)
    assert parliament.years() == years


def test_a_server_without_a_clock_is_refused() -> None:
    with pytest.raises(ExtractError, match="what day it is"):
        talk(source(), Parliament(of_2026=3))


def test_records_are_asked_for_in_batches() -> None:
    parliament = Parliament(of_2026=70, most=100)
    assert len(talk(source(year="2026"), parliament)) == 70
    assert [url.count("E-10-") for url in parliament.asked if "E-10-" in url] == [30, 30, 10]


def give(*pages: list[dict[str, Any]]) -> Callable[[int, str], Fetched]:
    return lambda number, url: answer(json.dumps({"data": pages[number]}), "application/json", url)


@pytest.mark.parametrize(
    ("pages", "says"),
    [
        ([[]], "lists none, but nothing"),
        ([listed(1, 2, year=1999)], "ignores the year"),
        ([listed(1, 2, 3), listed(1, 2, 3)], "again and again"),
        ([listed(1, 2, 3), listed(5, 6)], "list changed while it was read"),
        ([listed(1, 2), listed(2), []], "none of them"),
        ([listed(1, 2), listed(2), listed(7)], "sends E-10-2026-000007"),
        ([[{"label": "?"}]], "without number"),
    ],
)
def test_lists_and_records_that_were_not_asked_for_are_refused(
    pages: list[list[dict[str, Any]]], says: str
) -> None:
    with pytest.raises(ExtractError, match=says):
        talk(source(year="2026"), give(*pages))


def test_a_type_that_nothing_has_is_refused() -> None:
    with pytest.raises(ExtractError, match="none that is wanted"):
        talk(source(year="2026", type="QUESTION_ORAL"), give(listed(1), listed(1)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"message": "Pending acquire queue has reached its maximum size"}', "Pending acquire"),
        ("[]", "another value"),
        ("<html><head><title>Bad Gateway</title></head></html>", "Bad Gateway"),
    ],
)
def test_a_fault_that_comes_with_status_200_is_told(text: str, says: str) -> None:
    with pytest.raises(ExtractError, match=says):
        talk(source(year="2026"), lambda _, url: answer(text, "application/json", url))


def test_a_page_of_nothing_but_known_records_is_no_end_of_the_list() -> None:
    with pytest.raises(ExtractError, match="again and again"):
        talk(source(year="2026"), give(listed(1, 2, 3, 4), listed(4, 2), listed(9)))


def test_a_batch_of_which_little_comes_is_cut_short() -> None:
    numbers = list(range(40, 10, -1))
    titled = [each | {"title_dcterms": {"en": "T"}} for each in listed(*numbers)]
    asked = source(only=tuple(each["identifier"] for each in titled))
    assert len(talk(asked, give(titled))) == 30
    asked = source(year="2026", newest="30")
    pages = [listed(*range(1, 41)), listed(40)]
    assert len(talk(asked, give(*pages, titled[:20]))) == 20
    with pytest.raises(ExtractError, match="asked for 30 records and sends 10"):
        talk(asked, give(*pages, titled[:10]))


def test_a_record_without_content_yet_is_no_item() -> None:
    bare, full = listed(1, 2)
    items = talk(
        source(only=("E-10-2026-000001", "E-10-2026-000002")),
        give([full | {"title_dcterms": {"en": "Deserters"}}, bare]),
    )
    assert [item.title for item in items] == ["Deserters"]


def test_a_record_that_was_named_and_is_not_there_is_missed() -> None:
    record = listed(1)[0] | {"title_dcterms": {"en": "Deserters"}}
    with pytest.raises(ExtractError, match="has no E-10-2026-000009"):
        talk(source(only=("E-10-2026-000001", "E-10-2026-000009")), give([record]))


def test_an_answer_is_an_item_of_its_own_and_the_question_is_answered() -> None:
    asked = listed(1)[0] | {"title_dcterms": {"en": "Deserters"}}
    reply = {"identifier": "E-10-2026-000001-ASW", "title_dcterms": {"en": "Answer for question"}}
    only = source(only="E-10-2026-000001")
    (open_,) = talk(only, give([asked]))
    question, answered = talk(only, give([asked | {"inverse_answers_to": [reply]}]))
    assert (open_.state, question.state, answered.state) == ("asked", "answered", "answered")
    assert (answered.id, answered.title) == (reply["identifier"], "Deserters – Answer for question")


def test_another_language_is_taken_only_when_the_wanted_ones_are_missing() -> None:
    titles = {"pt": "Desertores", "de": "Deserteure"}
    record = listed(1)[0] | {"title_dcterms": titles}
    only = {"only": "E-10-2026-000001"}
    for languages, lang in ((("fr", "de"), "de"), (("fr", "pt"), "pt"), (("fr",), "de")):
        (item,) = talk(source(**only, languages=languages), give([record]))
        assert (item.lang, item.title) == (lang, titles[lang])


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("collection", "adopted-texts", "meps"),
        ("only", "2025-0059", "2025/0059(COD)"),
        ("year", "2026", "26"),
        ("type", "QUESTION_WRITTEN", "question"),
        ("newest", "800", "many"),
        ("languages", "en", "ENG"),
    ],
)
def test_options_are_checked(key: str, good: str, bad: str) -> None:
    assert KIND.options[key].check(good) is None
    assert bad in (KIND.options[key].check(bad) or "")


def real(name: str, **options: str | tuple[str, ...]) -> Item:
    path = SAMPLES / "europarl-opendata" / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded answers of the European Parliament are not here")
    text = path.read_text("utf-8")
    (item,) = talk(source(**options), lambda _, url: answer(text, "application/ld+json", url))
    return item


def test_real_documents_are_read() -> None:
    report = real(
        "odp-document_a-9-2024-0163", collection="plenary-documents", only="A-9-2024-0163"
    )
    assert report.title.startswith("REPORT on amendments to Parliament’s Rules of Procedure")
    assert str(report.published) == "2024-04-04 00:00:00+00:00"
    assert report.url == "https://www.europarl.europa.eu/doceo/document/A-9-2024-0163_EN.html"
    assert (report.document or "").endswith("/reds_iPlRp/A-9-2024-0163/A-9-2024-0163_en.pdf")
    assert "A9-0163/2024" in report.blocks
    motion = real(
        "odp-document_rc-9-2021-0068", collection="plenary-documents", only="RC-9-2021-0068"
    )
    assert motion.title.endswith("on the crackdown on the democratic opposition in Hong Kong")
    assert (motion.document or "").endswith("RC-9-2021-0068_en.xhtml")
    assert not any("<br" in block for block in motion.blocks)


@pytest.mark.parametrize(
    ("number", "label", "events"),
    [("2018-2070", "2018/2070(ACI)", 7), ("2025-0581", "2025/0581(CNS)", 8), ("2025-2691", "2025/2691(RSP)", 7)],
)  # fmt: skip
def test_real_procedures_are_read(number: str, label: str, events: int) -> None:
    item = real(f"odp-procedure_{number}", collection="procedures", only=number)
    assert item.title.endswith(f" – {label}")
    assert item.url == f"https://oeil.europarl.europa.eu/oeil/en/procedure-file?reference={label}"
    assert len(item.blocks) == events
    assert list(item.blocks) == sorted(item.blocks)


def test_a_new_translation_is_silent_and_an_answer_is_one_addition() -> None:
    asked = listed(1)[0] | {"title_dcterms": {"en": "Deserters"}, "document_date": "2026-03-02"}
    reply = {"identifier": "E-10-2026-000001-ASW", "title_dcterms": {"en": "Answer for question"}}
    later = asked | {"title_dcterms": {"de": "Deserteure", "en": "Deserters"}}
    only = source(only="E-10-2026-000001")
    first = talk(only, give([asked]))
    known = {item.id: mark(item) for item in first}
    assert triage(known, talk(only, give([later]))).is_quiet
    found = triage(known, talk(only, give([later | {"inverse_answers_to": [reply]}])))
    (change,) = compare(found, {}, complete=False)
    assert change.item.id == "E-10-2026-000001-ASW"

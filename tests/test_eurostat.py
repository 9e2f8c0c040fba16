"""Eurostat's cubes and SDMX-CSV: what is asked, what is read, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.adapters import ADAPTERS
from monitor.adapters.eurostat import API
from monitor.errors import ExtractError
from monitor.model import Item, Source
from tests.contract import PAYLOADS, SAMPLES, answer, talk

FOLDER = SAMPLES / "eurostat"
CUBE = json.loads((PAYLOADS / "eurostat" / "cube.json").read_text("utf-8"))


def a_source(dataset: str = "migr_asyappctzm", *filters: str, url: str = API) -> Source:
    options = {"dataset": (dataset,), "filters": filters}
    return Source("e", "E", "eurostat", url, lang="en", options=options)


def read(
    content: Any, source: Source | None = None, media: str = "application/json"
) -> tuple[Item, ...]:
    text = content if isinstance(content, str) else json.dumps(content)
    return talk(source or a_source(), lambda _, url: answer(text, media, url))


def test_the_query_names_filters_language_and_periods() -> None:
    request = next(ADAPTERS["eurostat"](a_source("x", "geo=DE", "geo=AT", "citizen=RU")))
    assert request.url == (f"{API}x?format=JSON&lang=en&geo=DE&geo=AT&citizen=RU&lastTimePeriod=12")


def test_a_cell_is_named_by_its_codes_whatever_the_order_of_the_cube() -> None:
    smaller = {**CUBE, "value": {"0": 10}, "status": {}, "size": [1, 1, 1, 1, 1, 1, 1, 1]}
    dimension = {**CUBE["dimension"]}
    dimension["geo"] = {"category": {"index": ["DE"], "label": {"DE": "Deutschland"}}}
    dimension["time"] = {"category": {"index": {"2026-10": 0}}}
    (one,) = read(smaller | {"dimension": dimension})
    assert one.id in {item.id for item in read(CUBE)}


def test_a_flag_of_provisional_figures_is_no_text_but_a_break_is() -> None:
    texts = {item.id[-7:] + item.id[-11:-8]: item.figure.text for item in read(CUBE) if item.figure}
    assert "1150" in texts.values()
    assert "86 b" in texts.values()
    assert "c" in texts.values()


def test_no_values_mean_that_codes_have_changed() -> None:
    with pytest.raises(ExtractError, match="lists of codes may have changed"):
        read({**CUBE, "value": {}, "status": {}})


def test_what_came_must_be_what_was_asked_for() -> None:
    with pytest.raises(ExtractError, match="asked for geo=DE but sent DE, EU27_2020"):
        read(CUBE, a_source("x", "geo=DE"))
    with pytest.raises(ExtractError, match="asked for asyl_app=FRST but sent None"):
        read(CUBE, a_source("x", "asyl_app=FRST"))


@pytest.mark.parametrize(
    "fault",
    [
        {"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE"}},
        {"error": [{"status": 404, "id": 100, "label": "no data set"}]},
    ],
)
def test_a_fault_with_status_200_is_told(fault: dict[str, Any]) -> None:
    with pytest.raises(ExtractError, match=r"Eurostat answered: .*(ASYNCHRONOUS|no data set)"):
        read(fault)


@pytest.mark.parametrize("lost", ["id", "size", "dimension", "value"])
def test_a_cube_that_lost_a_part_is_refused(lost: str) -> None:
    with pytest.raises(ExtractError, match="no JSON-stat data set"):
        read({key: value for key, value in CUBE.items() if key != lost})


def test_a_cube_beyond_reason_is_refused() -> None:
    codes = {"category": {"index": [str(n) for n in range(60_000)]}}
    with pytest.raises(ExtractError, match="60000 cells; narrow the filters"):
        read({"id": ["geo"], "size": [60_000], "dimension": {"geo": codes}, "value": {}})


@pytest.mark.parametrize("part", ["value", "status"])
def test_a_list_that_is_shorter_than_the_cube_is_cut_short(part: str) -> None:
    cells = 1
    for length in CUBE["size"]:
        cells *= length
    assert read(CUBE | {"value": list(range(cells))})
    with pytest.raises(ExtractError, match=f"{cells - 1} (values|flags) for {cells} cells"):
        read(CUBE | {part: ["1"] * (cells - 1)})


@pytest.mark.parametrize(
    "text",
    [
        '{"value": 1e99999999999999999999}',
        '{"error": {"status": 4.5}}',
        json.dumps(CUBE | {"value": 5}).replace('"DE"', '"x"'),
        json.dumps(CUBE).replace('"DE": 0', '"DE": 0.5'),
        "STRUCTURE,STRUCTURE_ID,TIME_PERIOD,OBS_VALUE\n" + "x" * 200_000,
    ],
    ids=["no number", "a decimal in a fault", "codes without a name", "half a place", "long field"],
)
def test_what_no_cube_may_hold_ends_in_a_sentence(text: str) -> None:
    with pytest.raises(ExtractError, match=r"Eurostat|SDMX-CSV"):
        read(text, a_source("x", "geo=AT"))


def test_csv_that_is_cut_short_is_refused() -> None:
    text = (PAYLOADS / "eurostat" / "bare.csv").read_text("utf-8")
    with pytest.raises(ExtractError, match="cut short"):
        read(text[:-20], media="text/csv")


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the samples are not here")
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("temporary_protection_beneficiaries_monthly.csv", 1100),
        ("asylum_applicants_total.csv", 700),
        ("eurostat-name_gpd_c-geo_IT.json", 20),
        ("eurostat-name_gpd_c-geo_IT_FR.json", 40),
        ("eurostat-name_gpd_c.json", 300),
    ],
)
def test_real_answers_are_read_whole(name: str, least: int) -> None:
    text = (FOLDER / name).read_text("utf-8")
    media = "text/csv" if name.endswith("csv") else "application/json"
    items = read(text, a_source("x", url="https://example.org/x"), media)
    figures = [item.figure for item in items if item.figure]
    assert len(items) >= least
    assert len({item.id for item in items}) == len(items)
    assert sum(figure.value is not None for figure in figures) > 0.3 * len(figures)
    assert all(figure.period for figure in figures)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the samples are not here")
def test_xml_is_refused_in_a_sentence() -> None:
    for name in ("footer.xml", "GOV_10Q_GGNFA.xml"):
        with pytest.raises(ExtractError, match="should answer in JSON, but"):
            read((FOLDER / name).read_text("utf-8"), media="application/xml")


def test_the_answer_of_a_documented_example_is_read() -> None:
    path = FOLDER / "eurostat-statistics-api-example.json"
    if not path.is_file():
        pytest.skip("the samples are not here")
    cube = json.loads(path.read_text("utf-8"))["examples"][0]["response"]
    with pytest.raises(ExtractError, match="geo has 4 codes, not 30"):
        read(cube)  # the example is made by hand and contradicts itself

"""Tables of statistics: headings, spans, notations, and what is refused."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from monitor.diff import Known, compare, mark, seen, triage
from monitor.errors import ExtractError
from monitor.model import ChangeKind, Item, Select, Source
from monitor.text.decode import decode
from tests.contract import PAYLOADS, SAMPLES, answer, talk

REPLAY = SAMPLES / "replays" / "bamf-asylgeschaeftsstatistik-monatlich"
ARTICLE = SAMPLES / "founding" / "001_8c26d1a90abee782.txt"
HTML = """<html lang="de"><h2>Asyl</h2><table>
<tr><th>Land</th><th>Anträge</th><th>Schutz</th></tr>
<tr><td>Russische Föderation</td><td>1.150</td><td>81</td></tr>
<tr><td>Belarus</td><td>21</td><td>6</td></tr></table></html>"""


def a_source(lang: str | None = "de", items: str | None = None, **options: Any) -> Source:
    given = {
        key: (text,) if isinstance(text, str) else tuple(text) for key, text in options.items()
    }
    return Source(
        "t",
        "T",
        "table",
        "https://example.org/t",
        lang=lang,
        select=Select(items=items),
        options=given,
    )


def read(
    content: str | bytes, source: Source | None = None, media: str = "text/html"
) -> tuple[Item, ...]:
    return talk(source or a_source(), lambda _, url: answer(content, media, url))


def values(items: tuple[Item, ...]) -> dict[str, str | None]:
    return {item.title: item.figure.value for item in items if item.figure}


def test_each_cell_is_an_item_that_says_what_it_counts() -> None:
    items = read(HTML)
    assert values(items) == {
        "Anträge, Russische Föderation": "1150",
        "Schutz, Russische Föderation": "81",
        "Anträge, Belarus": "21",
        "Schutz, Belarus": "6",
    }
    assert items[1].blocks == ("Schutz, Russische Föderation: 81",)


def test_a_cell_keeps_its_name_when_rows_and_columns_are_sorted_anew() -> None:
    turned = """<table><tr><th>Land</th><th>Schutz¹</th><th>Anträge</th></tr>
    <tr><td>BELARUS</td><td>6</td><td>21</td></tr>
    <tr><td>Russische Föderation *)</td><td>81</td><td>1.150</td></tr></table>"""
    assert {item.id for item in read(turned)} == {item.id for item in read(HTML)}


def changes(before: str, after: str, source: Source | None = None) -> list[tuple[ChangeKind, str]]:
    """What the second page tells to one who knows the first."""
    known = {item.id: item for item in read(before, source)}
    found = triage({id_: mark(item) for id_, item in known.items()}, read(after, source))
    told = compare(
        found, {id_: Known(item, seen(item)) for id_, item in known.items()}, complete=False
    )
    return [(change.kind, change.item.title) for change in told]


def test_a_changed_figure_is_an_edit_of_that_cell_alone() -> None:
    after = HTML.replace("<td>81</td>", "<td>11</td>")
    assert changes(HTML, after) == [(ChangeKind.EDITED, "Schutz, Russische Föderation")]


def test_a_new_column_adds_cells_and_changes_none() -> None:
    after = HTML.replace("<th>Schutz</th>", "<th>Schutz</th><th>2026</th>")
    after = after.replace("<td>81</td>", "<td>81</td><td>5</td>")
    assert [kind for kind, _ in changes(HTML, after)] == [ChangeKind.ADDED]


def test_a_revised_or_withheld_value_is_an_edit() -> None:
    assert changes(HTML, HTML.replace("<td>81</td>", "<td>81 r</td>")) != []
    assert changes(HTML, HTML.replace("<td>81</td>", "<td>*</td>")) != []


def test_a_share_that_is_withheld_keeps_its_name() -> None:
    shares = HTML.replace("<td>81</td>", "<td>81 %</td>")
    assert changes(shares, shares.replace("81 %", "–")) == [
        (ChangeKind.EDITED, "Schutz, Russische Föderation")
    ]


def test_spans_are_filled_down_and_across() -> None:
    items = read(
        """<table><thead><tr><th rowspan="2">Land</th><th colspan="2">2025</th><th colspan="2">2026</th></tr>
        <tr><th>Anträge</th><th>Schutz</th><th>Anträge</th><th>Schutz</th></tr></thead>
        <tr><td rowspan="2">Russland</td><td>1</td><td>2</td><td>3</td><td>4</td></tr>
        <tr><td>5</td><td>6</td><td>7</td><td>8</td></tr></table>"""
    )
    assert [(item.title, item.figure.value if item.figure else "") for item in items[:4]] == [
        ("Anträge, Russland, 2025", "1"),
        ("Schutz, Russland, 2025", "2"),
        ("Anträge, Russland, 2026", "3"),
        ("Schutz, Russland, 2026", "4"),
    ]
    assert items[4].id == f"{items[0].id}#2"


def test_a_number_that_cannot_be_read_is_shown_and_not_guessed() -> None:
    (item,) = read(
        "<table><tr><th>L</th><th>A</th></tr><tr><td>x</td><td>1.150</td></tr></table>",
        a_source(None),
    )
    assert item.figure is not None
    assert (item.figure.text, item.figure.value) == ("1.150", None)


def test_a_column_of_counts_tells_what_the_language_of_the_page_does_not() -> None:
    grouped = HTML.replace("</table>", "<tr><td>Iran</td><td>7</td><td>2</td></tr></table>")
    assert values(read(grouped, a_source("en")))["Anträge, Russische Föderation"] == "1150"


def test_several_tables_are_refused_until_one_is_chosen() -> None:
    two = HTML.replace("</html>", "") + HTML.replace("Asyl<", "Visa<").partition('"de">')[2]
    with pytest.raises(ExtractError, match=r"2 tables.*«Asyl», «Visa».*option `table`"):
        read(two)
    assert len(read(two, a_source(table="2"))) == 4
    assert len(read(two, a_source(table="Vis*"))) == 4
    with pytest.raises(ExtractError, match=r"No table .* is called «Steuer»"):
        read(two, a_source(table="Steuer"))
    both = read(two, a_source(items="table"))
    assert len({item.id for item in both}) == 8


def test_rows_and_columns_that_are_gone_are_named() -> None:
    with pytest.raises(ExtractError, match=r"rows are «Russische Föderation», «Belarus».*«Schutz»"):
        read(HTML, a_source(rows="Eritrea"))
    assert len(read(HTML, a_source(rows="*foederation", columns="schutz"))) == 1


def test_the_period_may_stand_in_a_column_a_heading_or_the_caption() -> None:
    by_row = "Monat;Anträge\n2026-09;120\nOktober 2026;98\n"
    assert [i.figure.period for i in read(by_row, media="text/csv") if i.figure] == [
        "2026-09",
        "2026-10",
    ]
    captioned = HTML.replace("Asyl<", "Asyl im Oktober 2026<")
    assert {item.figure.period for item in read(captioned) if item.figure} == {"2026-10"}
    fixed = read(HTML, a_source(period="2026-Q3"))
    assert {item.figure.period for item in fixed if item.figure} == {"2026-Q3"}


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = (
        delimiter.join(("Land", "Anträge", "Schutz")) + "\n" + delimiter.join(("Syrien", "9", "8"))
    )
    assert list(values(read(text, media="text/csv")).values()) == ["9", "8"]


def test_a_declared_encoding_is_used() -> None:
    content = "Земля;Заявки;Защита\nСирия;9;8\n".encode("cp1251")
    fetched = replace(answer(content, "text/csv"), text=decode(content, "text/csv")[0])
    items = talk(a_source("ru", encoding="windows-1251"), lambda *_: fetched)
    assert list(values(items)) == ["Заявки, Сирия", "Защита, Сирия"]


def test_a_broken_workbook_is_told() -> None:
    with pytest.raises(ExtractError, match="workbook cannot be read"):
        read(b"PK\x03\x04 broken", media="application/zip")
    empty = BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(ExtractError, match="no table with figures"):
        read(empty.getvalue(), media="application/zip")


def test_layout_tables_and_spans_beyond_reason_do_no_harm() -> None:
    wide = HTML.replace("<th>Schutz</th>", '<th colspan="99999999">Schutz</th>')
    assert len(read(wide)) == 4
    with pytest.raises(ExtractError, match="no table with figures"):
        read("<table><tr><td><p>Willkommen</p></td><td>Menü</td></tr></table><p>Text</p>")


def test_the_payload_of_a_month_has_every_form_of_missing_number() -> None:
    golden = json.loads((PAYLOADS / "table" / "monat.html.items.json").read_text("utf-8"))
    unread = [item["figure"]["text"] for item in golden if item["figure"]["value"] is None]
    assert unread == ["-", "*", "rund ein Drittel"]


# --- real ones -----------------------------------------------------------------------------------


@pytest.mark.skipif(not ARTICLE.is_file(), reason="the founding article is not here")
@pytest.mark.parametrize("lang", ["de", "en", None])
def test_the_table_of_the_founding_article_comes_out_as_numbers(lang: str | None) -> None:
    items = read(ARTICLE.read_text("utf-8"), a_source(lang), "text/plain")
    by_period: dict[str | None, list[str | None]] = {}
    for item in items:
        assert item.figure is not None
        by_period.setdefault(item.figure.period, []).append(item.figure.value)
    assert by_period == {
        "2022-02-24/2022-12-31": ["1150", "626", "361", "81", "123"],
        "2023-01-01/2023-08-31": ["2337", "904", "836", "11", "33"],
    }


def months() -> list[Path]:
    return sorted(REPLAY.glob("*.csv"))


def from_file(path: Path, source: Source) -> tuple[Item, ...]:
    return read(decode(path.read_bytes(), "text/csv")[0], source, "text/csv")


@pytest.mark.skipif(not REPLAY.is_dir(), reason="the replay is not here")
def test_each_month_of_the_bamf_has_the_figures_of_three_countries() -> None:
    source = a_source(key="LS", rows=("160", "166", "169"), columns=("ASYL*", "ENTSCH*", "ANH*"))
    periods: set[str | None] = set()
    for path in months():
        items = from_file(path, source)
        assert len(items) == 75, path
        assert all(item.figure and item.figure.value is not None for item in items), path
        periods |= {item.figure.period for item in items if item.figure}
        assert any("Russische" in item.title for item in items), path
    assert len(periods) == len(months())


@pytest.mark.skipif(not REPLAY.is_dir(), reason="the replay is not here")
def test_a_new_month_of_the_bamf_brings_additions_and_nothing_else() -> None:
    source = a_source(key="LS", rows="160")
    one, two = (decode(path.read_bytes(), "text/csv")[0] for path in months()[:2])
    known = {item.id: item for item in read(one, source, "text/csv")}
    found = triage({id_: mark(item) for id_, item in known.items()}, read(two, source, "text/csv"))
    assert (len(found.added), len(found.edited), len(found.renamed)) == (25, 0, 0)


@pytest.mark.skipif(not (SAMPLES / "unhcr").is_dir(), reason="the samples are not here")
@pytest.mark.parametrize(
    ("folder", "name", "options", "count"),
    [
        ("unhcr", "HDX_AsylumApplications.csv", {"columns": "Applications"}, 300),
        ("unhcr", "HDX_AsylumDecisions.csv", {}, 2004),
        ("bamf-statistics", "raw/2021/202111.csv", {"key": "LS"}, 3450),
        ("bamf-statistics", "cooked/2020_2021/Russische.csv", {"key": "LS"}, 575),
    ],
)
def test_real_tables_are_read_whole(
    folder: str, name: str, options: dict[str, str], count: int
) -> None:
    assert len(from_file(SAMPLES / folder / name, a_source("en", **options))) == count

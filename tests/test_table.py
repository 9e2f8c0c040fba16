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
from tests.conftest import Some
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
    with pytest.raises(
        ExtractError, match=r"fits «Eritrea» of the option `rows`.*rows are «Russische F.*«Belarus»"
    ):
        read(HTML, a_source(rows=("Belarus", "Eritrea")))
    with pytest.raises(
        ExtractError, match=r"«Klagen» of the option `columns`.*«Anträge», «Schutz»"
    ):
        read(HTML, a_source(rows="Belarus", columns=("Schutz", "Klagen")))
    hole = HTML.replace("<td>6</td>", "<td></td>")
    with pytest.raises(ExtractError, match="where they meet it is empty"):
        read(hole, a_source(rows="Belarus", columns="Schutz"))
    assert len(read(HTML, a_source(rows="*foederation", columns="schutz"))) == 1


def test_a_declared_key_or_period_that_is_gone_is_named() -> None:
    with pytest.raises(ExtractError, match=r"is called «LS», as the option `key`.*«Land», «Antr"):
        read(HTML, a_source(key="LS"))
    assert read(HTML.replace("Land<", "LS ¹<"), a_source(key="ls"))[0].id.startswith("russische")
    for period in ("Monat", "caption", "columns"):
        with pytest.raises(ExtractError, match=rf"names no period where .*`period: {period}`"):
            read(HTML, a_source(period=period))


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


def a_workbook(
    *rows: str, more: str = "", book: str = "", styles: str = "", strings: str = ""
) -> bytes:
    """A workbook with a sheet of these rows and an empty one, as ECMA-376 has it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        sheets = "".join(
            f'<sheet name="{name}" r:id="r{number}"/>' for number, name in ((1, "A"), (2, "Leer"))
        )
        links = "".join(
            f'<Relationship Id="r{number}" Target="worksheets/{number}.xml"/>' for number in (1, 2)
        )
        parts = {
            "workbook.xml": f'<workbook xmlns:r="r">{book}<sheets>{sheets}</sheets></workbook>',
            "_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>",
            "styles.xml": f"<styleSheet>{styles}</styleSheet>",
            "sharedStrings.xml": f"<sst>{strings}</sst>",
            "worksheets/1.xml": f"<worksheet><sheetData>{''.join(rows)}</sheetData>{more}</worksheet>",
            "worksheets/2.xml": "<worksheet><sheetData/></worksheet>",
        }
        for name, text in parts.items():
            archive.writestr(f"xl/{name}", text)
    return out.getvalue()


def said(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def row(*cells: str | int) -> str:
    made = (f"<c><v>{cell}</v></c>" if isinstance(cell, int) else said(cell) for cell in cells)
    return f"<row>{''.join(made)}</row>"


XLSX = "application/zip"
HEAD = row("Land", "Anträge", "Schutz")


def test_cells_without_a_place_follow_one_another() -> None:
    gap = '<row r="4"><c r="A4" t="str"><v>Iran</v></c><c r="C4"><v>3</v></c><c><v>9</v></c></row>'
    found = values(read(a_workbook(HEAD, row("Syrien", 1, 2), gap, row("Irak", 4, 5)), media=XLSX))
    assert found == {
        "Anträge, Syrien": "1", "Schutz, Syrien": "2", "Schutz, Iran": "3", "Anträge, Irak": "4",
        "Schutz, Irak": "5", "A, Iran": "9",
    }  # fmt: skip


def test_a_workbook_may_count_its_days_from_1904() -> None:
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    rows = (
        row("Tag", "Anträge"),
        *(f'<row><c s="1"><v>{day}</v></c><c><v>7</v></c></row>' for day in (44_562, 44_563)),
    )
    for book, days in (
        ("", ["2022-01-01", "2022-01-02"]),
        ('<workbookPr date1904="0"/>', ["2022-01-01", "2022-01-02"]),
        ('<workbookPr date1904="1"/>', ["2026-01-02", "2026-01-03"]),
        ('<workbookPr date1904="true"/>', ["2026-01-02", "2026-01-03"]),
    ):
        items = read(a_workbook(*rows, book=book, styles=styles), media=XLSX)
        assert [item.figure.period for item in items if item.figure] == days


def test_merged_cells_of_any_size_are_filled_within_the_sheet() -> None:
    body = [row("Asyl", "Land 1", 1)]
    body += [
        f'<row><c r="B{n}" t="str"><v>Land {n}</v></c><c><v>{n}</v></c></row>'
        for n in range(3, 3003)
    ]
    merges = '<mergeCells><mergeCell ref="A2:A1048576"/><mergeCell ref="D1:XFD1"/></mergeCells>'
    found = values(read(a_workbook(row("Thema", "Land", "Zahl"), *body, more=merges), media=XLSX))
    assert len(found) == 3001
    assert found["Zahl, Asyl, Land 3002"] == "3002"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([row("Land", *range(2_000))] * 2, "2000 columns"),
        ([row(*range(1_000))] * 301, "300000 cells"),
        ([row("Land", 1), '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'], "columns"),
        ([HEAD, '<row><c r="A1:B2"><v>1</v></c></row>'], "«A1:B2»"),
        ([HEAD, '<row r="x"><c><v>1</v></c></row>'], "row «x»"),
        ([HEAD, '<row><c s="x"><v>1</v></c></row>'], "style «x»"),
        ([HEAD, '<row><c t="s"><v>7</v></c></row>'], "text «7»"),
    ],
)
def test_a_sheet_too_large_or_damaged_is_refused_and_not_cut(
    rows: list[str], sentence: str
) -> None:
    with pytest.raises(ExtractError, match=rf"{sentence}.*\.$"):
        read(a_workbook(*rows), media=XLSX)


def test_of_several_sheets_only_the_chosen_one_must_be_readable() -> None:
    huge = a_workbook(row(*range(2_001)))
    with pytest.raises(ExtractError, match=r"«A».*option `sheet`"):
        read(huge, media=XLSX)
    for name in ("2", "Leer"):
        with pytest.raises(ExtractError, match=f"The table «{name}» at .* is empty"):
            read(huge, a_source(sheet=name), XLSX)


def test_odd_numbers_in_a_workbook_stay_text() -> None:
    cells = "".join(f"<c><v>{text}</v></c>" for text in ("NaN", "1E+400000"))
    items = read(
        a_workbook(
            row("Land", "Anträge", "Schutz"), row("Iran", 1, 2), f"<row>{said('Irak')}{cells}</row>"
        ),
        media=XLSX,
    )
    assert [item.figure.text for item in items if item.figure][2:] == ["NaN", "1E+400000"]


def test_a_damaged_workbook_is_told_wherever_it_is_damaged() -> None:
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(a_workbook(HEAD, row("Iran", 1, 2)))) as plain,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))
    whole, refused = out.getvalue(), 0
    for at in range(4, len(whole), 13):
        content = whole[:at] + b"\xff" * 9 + whole[at + 9 :]
        try:
            assert values(read(content, media=XLSX))
        except ExtractError:
            refused += 1
    assert refused > 20


def test_a_row_may_reach_down_to_the_end_of_its_group_and_no_further() -> None:
    items = read(
        """<table><thead><tr><th rowspan="3">Land</th><th>Anträge</th><th>Schutz</th></tr></thead>
        <tbody><tr><td rowspan="0">Iran</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>
        </tbody><tbody><tr><td>Irak</td><td>5</td><td>6</td></tr></tbody></table>"""
    )
    assert [(item.title, item.figure.value if item.figure else "") for item in items] == [
        ("Anträge, Iran", "1"), ("Schutz, Iran", "2"), ("Anträge, Iran", "3"),
        ("Schutz, Iran", "4"), ("Anträge, Irak", "5"), ("Schutz, Irak", "6"),
    ]  # fmt: skip


def test_tables_too_wide_or_too_large_are_refused_and_not_cut() -> None:
    spans = "<td colspan=500 rowspan=65000>1</td>" * 5
    with pytest.raises(ExtractError, match="2000 columns"):
        read(f"<table><tr>{spans}</tr></table>")
    with pytest.raises(ExtractError, match="2000 columns"):
        read("Land;" + ";".join(["1"] * 2_000) + "\nIran" + ";1" * 2_000, media="text/csv")
    with pytest.raises(ExtractError, match="3000000 cells"):
        read("Land" + ";1" * 1_999 + "\nIran;1;2" * 2_000, media="text/csv")


def test_only_line_ends_part_the_rows_of_a_csv() -> None:
    text = 'Land;Anträge;Schutz\nIran\u2028Teheran;1;2\n"Irak\x85\nBagdad";3;4\n'
    assert list(values(read(text, media="text/csv")).values()) == ["1", "2", "3", "4"]


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
def test_months_of_the_bamf_have_the_figures_of_three_countries(some: Some[Path]) -> None:
    source = a_source(key="LS", rows=("160", "166", "169"), columns=("ASYL*", "ENTSCH*", "ANH*"))
    periods: set[str | None] = set()
    chosen = some(months(), 12)
    for path in chosen:
        items = from_file(path, source)
        assert len(items) == 75, path
        assert all(item.figure and item.figure.value is not None for item in items), path
        periods |= {item.figure.period for item in items if item.figure}
        assert any("Russische" in item.title for item in items), path
    assert len(periods) == len(chosen)


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

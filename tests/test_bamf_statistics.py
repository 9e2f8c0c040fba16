"""The PDF of the BAMF: columns by place, sums, the newest month, and what is refused."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from monitor.adapters.bamf_statistics import COLUMNS
from monitor.errors import ExtractError
from monitor.model import Item, Select, Source
from tests.contract import SAMPLES, answer, talk

REPLAY = SAMPLES / "replays" / "bamf-asylgeschaeftsstatistik-monatlich"
PAGE = (
    "<html><body><a href='/Asylgeschaeftsstatistik/hkl-statistik-maerz-2026.pdf?v=2'>März</a>"
    "<a href='/Asylgeschaeftsstatistik/hkl-statistik-dezember-2025.pdf?v=1'>Dezember</a></body></html>"
)
RUSSIA = [
    "1.150",
    "1.100",
    "50",
    "453",
    "1",
    "26",
    "9",
    "8",
    "78",
    "331",
    "5.288",
    "789",
    "1",
    "25",
    "9",
    "5",
    "76",
    "210",
    "0",
    "1",
    "0",
    "3",
    "2",
    "29",
    "92",
]
BELARUS = [
    "17",
    "17",
    "0",
    "5",
    "0",
    "1",
    "0",
    "0",
    "0",
    "4",
    "128",
    "11",
    "0",
    "1",
    "0",
    "0",
    "0",
    "3",
    "0",
    "0",
    "0",
    "0",
    "0",
    "0",
    "1",
]
ROWS = [
    ["Russische Föderation", "160", *RUSSIA],
    ["Belarus", "169", *BELARUS],
    ["Ukraine", "166", *BELARUS],
]


def a_pdf(rows: Sequence[Sequence[str]], title: str = "Statistik", turned: bool = False) -> bytes:
    """Return a PDF with one line per row, numbers set flush right; `turned` lays it on its side."""
    out = BytesIO()
    wide = landscape(A4)
    canvas = Canvas(out, pagesize=A4 if turned else wide, invariant=1)
    for start in range(0, len(rows), 40):
        if turned:
            canvas.setPageRotation(90)
            canvas.translate(wide[1], 0)
            canvas.rotate(90)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(40, 560, title)
        for number, (name, key, *cells) in enumerate(rows[start : start + 40]):
            y = 520 - number * 12
            canvas.drawString(20, y, name)
            canvas.drawString(120, y, key)
            for column, cell in enumerate(cells):
                canvas.drawRightString(160 + column * 26, y, cell)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(
    pdf: bytes | str, page: str = PAGE, link: str | None = None, **options: Any
) -> tuple[Item, ...]:
    given = {key: tuple(texts) for key, texts in options.items()}
    source = Source(
        "b",
        "B",
        "bamf-statistics",
        "https://bamf.example/s.html",
        select=Select(link=link),
        options=given,
    )

    def give(number: int, url: str) -> Any:
        if number == 0:
            return answer(page, "text/html", url)
        return answer(pdf, "application/pdf" if isinstance(pdf, bytes) else "text/html", url)

    return talk(source, give)


def test_the_newest_month_is_read_and_the_countries_are_known_by_their_keys() -> None:
    items = read(a_pdf(ROWS))
    assert len(items) == 3 * len(COLUMNS)
    assert items[0].id == "160|asylantraege|2026-03|"
    assert (
        items[0].url
        == "https://bamf.example/Asylgeschaeftsstatistik/hkl-statistik-maerz-2026.pdf?v=2"
    )
    renamed = read(a_pdf([ROWS[0], ["Weißrussland", *ROWS[1][1:]], ROWS[2]]))
    assert [item.id for item in renamed] == [item.id for item in items]


def test_a_table_that_lies_on_its_side_reads_the_same() -> None:
    assert read(a_pdf(ROWS, turned=True)) == read(a_pdf(ROWS))


def test_columns_in_another_order_do_not_add_up() -> None:
    turned = [[name, key, *cells[3:], *cells[:3]] for name, key, *cells in ROWS]
    with pytest.raises(
        ExtractError, match=r"3 of 3 countries .* do not add up, first those for Russ"
    ):
        read(a_pdf(turned))


def test_one_slip_in_a_row_of_the_bamf_does_not_stop_the_rest() -> None:
    slip = [
        [
            "Malawi",
            "256",
            *(
                [
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "7",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                    "0",
                ]
            ),
        ]
    ]
    assert len(read(a_pdf([*ROWS, *slip]))) == 75


def test_another_number_of_columns_is_refused() -> None:
    with pytest.raises(ExtractError, match="24 columns of numbers where 25"):
        read(a_pdf([row[:-2] for row in ROWS]))


def test_a_page_without_pdf_and_a_pdf_that_is_none_are_told() -> None:
    with pytest.raises(ExtractError, match=r"Nothing on .* matches the selector"):
        read(a_pdf(ROWS), "<html><body><p>Wartung</p></body></html>")
    with pytest.raises(ExtractError, match="should be a PDF, but"):
        read("<html><title>Fehler</title><p>Fehler</p></html>")


def test_each_wanted_country_that_is_missing_is_named_beside_the_first_ones() -> None:
    with pytest.raises(ExtractError, match=r"«999», «Eritrea».*begins with 160 Russische Föderat"):
        read(a_pdf(ROWS), rows=("160", "999", "Belarus", "Eritrea"))
    with pytest.raises(ExtractError, match=r"«166»"):
        read(a_pdf(ROWS[:2]))


def test_a_month_may_be_told_by_the_words_of_a_link() -> None:
    newer = PAGE.replace("<body>", "<body><a href='/Asylgeschaeftsstatistik/neu.pdf'>{}</a>")
    items = read(a_pdf(ROWS, "Berichtsmonat: April 2026"), newer.format("Stand April 2026 (PDF)"))
    assert (items[0].url or "").endswith("/neu.pdf")
    assert "|2026-04|" in items[0].id


def test_a_link_without_a_month_among_others_may_be_the_newest() -> None:
    newer = PAGE.replace("<body>", "<body><a href='/Asylgeschaeftsstatistik/neu.pdf'>Neu</a>")
    with pytest.raises(ExtractError, match=r"1 of 3 links .*«Neu» .*/neu.pdf.*`select: {link: …}`"):
        read(a_pdf(ROWS), newer)
    assert read(a_pdf(ROWS), newer, 'a[href*="hkl-"]') == read(a_pdf(ROWS))


def test_a_pdf_without_any_month_is_refused() -> None:
    page = "<html><body><a class='p' href='/x.pdf'>Statistik</a></body></html>"
    with pytest.raises(ExtractError, match="stands neither in its name nor its text"):
        read(a_pdf(ROWS), page, "a.p")
    items = read(a_pdf(ROWS, "Berichtsmonat: Oktober 2026"), page, "a.p")
    assert {item.figure.period for item in items if item.figure} == {"2026-10"}


def test_other_tables_are_read_with_declared_columns() -> None:
    rows = [["Syrien", "", "2.102", "1.204"], ["Russische Föderation", "", "471", "*"]]
    items = read(a_pdf(rows), columns=("Erstanträge", "Folgeanträge"), rows=("Russische*",))
    assert [(item.title, item.figure.value if item.figure else "") for item in items] == [
        ("Erstanträge, Russische Föderation, 2026-03", "471"),
        ("Folgeanträge, Russische Föderation, 2026-03", None),
    ]


@pytest.mark.skipif(not REPLAY.is_dir(), reason="the replay is not here")
@pytest.mark.parametrize("name", ["0001.csv", "0024.csv", "0060.csv", "0083.csv"])
def test_real_months_set_as_pdf_come_back_number_for_number(name: str) -> None:
    with (REPLAY / name).open(encoding="utf-8", newline="") as file:
        real = [row[1:] for row in csv.reader(file)][1:]
    dotted = [
        [*row[:2], *(f"{int(cell or 0):,}".replace(",", ".") for cell in row[2:])] for row in real
    ]
    items = read(a_pdf(dotted))
    for key in ("160", "166", "169"):
        (expected,) = [row[2:] for row in real if row[1] == key]
        found = [
            item.figure.value for item in items if item.figure and item.id.startswith(f"{key}|")
        ]
        assert found == [str(int(cell or 0)) for cell in expected]

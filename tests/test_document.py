"""Documents: sections of a law, the main text of an article, the text of a PDF."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from monitor.adapters import document
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Select, Source

URL = "https://example.org/gesetz"
SOURCE = Source(id="x", name="Die Quelle", kind="document", url=URL)


def read(text: str, source: Source = SOURCE, media_type: str = "text/html") -> tuple[Item, ...]:
    return document.items_of(source, Fetched(URL, 200, media_type, text.encode(), text))


def read_pdf(content: bytes) -> Item:
    (item,) = document.items_of(SOURCE, Fetched(URL, 200, "application/pdf", content, ""))
    return item


def pdf(*pages: list[str], title: str = "", **options: Any) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, **options)
    canvas.setTitle(title)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 15 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_provision_keeps_its_id_when_its_heading_is_reworded() -> None:
    before = read("# G\n\n## § 3a – Antrag\n\nx\n\n## § 4\n\ny", media_type="text/markdown")
    after = read(
        "# G\n\n## § 3a – Antrag und Frist\n\nx\n\n## § 4\n\ny", media_type="text/markdown"
    )
    assert [item.id for item in before] == [item.id for item in after] == ["g", "§ 3a", "§ 4"]


def test_counts_and_dates_in_a_heading_are_no_part_of_its_id() -> None:
    before = read("# Panzer - 267, zerstört: 127\n\n# Lage (Stand: 1.11.2026)\n\nx", media_type="")
    after = read("# Panzer - 268, zerstört: 128\n\n# Lage (Stand: 2.11.2026)\n\nx", media_type="")
    assert (
        [item.id for item in before] == [item.id for item in after] == ["panzer-zerstört", "lage"]
    )


def test_headings_that_repeat_are_told_apart() -> None:
    items = read("# A\n\nx\n\n# A\n\ny\n\n# B\n\nz", media_type="text/markdown")
    assert [item.id for item in items] == ["a", "a-2", "b"]


def test_what_stands_before_the_first_heading_is_the_start() -> None:
    source = replace(SOURCE, select=Select(text="main"))
    items = read(
        "<html><title>Gesetz</title><body><main>Vom Mai<h2>§ 1</h2>eins<h2>§ 2</h2>zwei", source
    )
    assert [(item.id, item.title, item.blocks) for item in items] == [
        ("start", "Gesetz", ("Vom Mai",)),
        ("§ 1", "§ 1", ("eins",)),
        ("§ 2", "§ 2", ("zwei",)),
    ]


def test_a_line_that_only_cites_a_provision_is_no_heading() -> None:
    (item,) = read("§ 1 Grundsatz\n\n§ 3 Abs. 2 gilt\n\n§ 4 ist nicht anzuwenden.", media_type="")
    assert item.id == "document"


def test_a_declared_text_that_is_missing_is_an_error() -> None:
    with pytest.raises(ExtractError, match="`#gesetz`"):
        read("<html><body><p>x", replace(SOURCE, select=Select(text="#gesetz")))


def test_an_ignored_part_is_gone_before_the_main_text_is_sought() -> None:
    words = "<p>" + "Ein Satz über die Wehrpflicht, der lang genug ist. " * 8 + "</p>"
    page = (
        f"<html><body><article>{words}<p class=teilen>Jetzt auf allen Kanälen teilen</p></article>"
    )
    (item,) = read(page, replace(SOURCE, ignore_selectors=(".teilen",)))
    assert not any("teilen" in block for block in item.blocks)


def test_a_page_of_which_no_main_text_is_found_gives_all_that_is_seen() -> None:
    (item,) = read("<html><body><div>Kurz.</div><div>Noch kürzer.</div>")
    assert item.blocks == ("Kurz.", "Noch kürzer.")


def test_a_pdf_is_one_item_with_its_title_and_paragraphs() -> None:
    line = "Das Gericht hat entschieden, dass die Frist mit der Zustellung zu laufen"
    item = read_pdf(
        pdf([line, "beginnt.", "Die Berufung wird zugelassen."], ["Seite zwei."], title="Urteil")
    )
    assert (item.id, item.title) == ("document", "Urteil")
    assert item.blocks == (f"{line} beginnt.", "Die Berufung wird zugelassen.", "Seite zwei.")


def test_a_word_divided_in_a_pdf_stays_divided_at_its_line_end() -> None:
    item = read_pdf(
        pdf(
            [
                "Er beantragt die Anerkennung als Kriegsdienst-",
                "verweigerer vor dem Amt und begruendet das.",
            ]
        )
    )
    assert "Kriegsdienst-\nverweigerer" in item.blocks[0]


def test_a_pdf_without_title_is_named_by_its_first_line() -> None:
    out = read_pdf(pdf(["Kleine Anfrage", "der Abgeordneten"]))
    assert out.title in {"Kleine Anfrage", "Kleine Anfrage der Abgeordneten", "untitled"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pdf([]), r"no text in the PDF .*\(a scan\?\)"),
        (pdf(["geheim"], encrypt=StandardEncryption("passwort")), "protected by a password"),
        (pdf(["x"])[:300], "broken"),
        (b"%PDF-1.7 nothing else", "broken"),
        (b"", "nothing at all"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, words: str) -> None:
    with pytest.raises(ExtractError, match=words):
        read_pdf(content)


def test_a_page_that_comes_instead_of_a_pdf_is_an_error() -> None:
    with pytest.raises(ExtractError, match=r"should be a PDF.*«Anmeldung»"):
        read("<html><title>Anmeldung</title>", media_type="application/pdf")


def test_a_followed_pdf_is_an_attachment() -> None:
    content = pdf(["Ein Erlass zu Deserteuren."])
    fetched = Fetched(URL, 200, "application/pdf", content, "")
    assert document.read_attachment(fetched).blocks == ("Ein Erlass zu Deserteuren.",)


def test_a_followed_pdf_says_on_which_page_and_for_which_question_each_paragraph_stands() -> None:
    content = pdf(
        ["Antwort der Bundesregierung"],
        [
            "1. Wie viele Deserteure kamen?",
            "Im Sinne der Frage kamen nach Angaben des Bundesamtes 512 Personen.",
        ],
    )
    attachment = document.read_attachment(Fetched(URL, 200, "application/pdf", content, ""))
    assert dict(zip(attachment.blocks, attachment.places, strict=True)) == {
        "Antwort der Bundesregierung": "S. 1",
        "1. Wie viele Deserteure kamen?": "Frage 1, S. 2",
        "Im Sinne der Frage kamen nach Angaben des Bundesamtes 512 Personen.": "Frage 1, S. 2",
    }


def test_a_followed_page_has_no_places() -> None:
    html = "<article><h1>Titel</h1><p>Ein ganzer Absatz über Deserteure aus Belarus.</p></article>"
    assert (
        document.read_attachment(Fetched(URL, 200, "text/html", html.encode(), html)).places == ()
    )


def test_a_heading_that_ends_like_a_repeated_one_keeps_its_own_section() -> None:
    text = "# Foo\n\none\n\n# Foo\n\ntwo\n\n# Foo 2\n\nthree\n"
    items = read(text, media_type="text/markdown")
    assert len({item.id for item in items}) == len(items) == 3

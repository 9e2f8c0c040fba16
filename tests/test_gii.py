"""Acts from gesetze-im-internet.de: what is a section, what is news, and what is no act."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from monitor.adapters.gii import items_of
from monitor.diff import Known, compare, mark, seen, triage
from monitor.errors import ExtractError
from monitor.model import Change, ChangeKind, Item, Source
from tests.contract import PAYLOADS, SAMPLES, answer, talk

ACTS = SAMPLES / "gesetze-im-internet"
SOURCE = Source(
    "asylg",
    "AsylG",
    "gii",
    "https://www.gesetze-im-internet.de/asylvfg_1992/xml.zip",
    complete=True,
)
needs_samples = pytest.mark.skipif(not ACTS.is_dir(), reason="the sample acts are not here")


def act() -> str:
    return (PAYLOADS / "gii" / "act.xml").read_text(encoding="utf-8")


def read(text: str) -> tuple[Item, ...]:
    return items_of(SOURCE, answer(text, "application/xml"))


def packed(**files: str | bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return memory.getvalue()


def damaged(content: bytes) -> bytes:
    return content[:40] + b"\xff\xff\xff" + content[43:]


def changes(before: tuple[Item, ...], after: tuple[Item, ...]) -> tuple[Change, ...]:
    found = triage({item.id: mark(item) for item in before}, after)
    known = {item.id: Known(item, seen(item)) for item in before}
    return compare(found, known, complete=True)


def test_an_act_that_is_nested_beyond_reason_is_refused_in_a_sentence() -> None:
    deep = act().replace("<Content>", f"<Content>{'<P>' * 900}tief{'</P>' * 900}", 1)
    with pytest.raises(ExtractError, match="nested more than 200 levels deep"):
        read(deep)


def test_a_rebuild_with_new_stamps_and_notes_is_no_news() -> None:
    rebuilt = re.sub(r'builddate="\d+"', 'builddate="20991231235959"', act())
    rebuilt = re.sub(r'doknr="(\w+)"', r'doknr="\g<1>X"', rebuilt)
    rebuilt = re.sub(r"<standangabe.*?</standangabe>", "", rebuilt)
    assert rebuilt != act()
    assert changes(read(act()), read(rebuilt)) == ()


def test_a_repealed_section_comes_out_as_removed() -> None:
    repealed = re.sub(
        r"<enbez>§ 6a</enbez>(.*?)<Content>.*?</Content>",
        r"<enbez>§ 6a</enbez>\1<Content><P>(weggefallen)</P></Content>",
        act(),
    )
    (change,) = changes(read(act()), read(repealed))
    assert (change.kind, change.item.id) == (ChangeKind.REMOVED, "§ 6a")
    assert change.removed == ("Dieses Gesetz gilt auch für Soldatinnen & Soldaten.",)


def test_one_changed_point_of_a_list_is_one_added_block() -> None:
    changed = act().replace("geflohen ist, oder", "desertiert ist, oder")
    (change,) = changes(read(act()), read(changed))
    assert change.item.title == "§ 1 MustG – Verweigerung des Dienstes"
    assert change.added == ("b) desertiert ist, oder",)


def test_a_section_leads_to_its_own_page_and_an_annex_to_the_act() -> None:
    pages = {item.id: item.url for item in read(act())}
    act_url = "https://www.gesetze-im-internet.de/asylvfg_1992"
    assert pages["§ 6a"] == f"{act_url}/__6a.html"
    assert pages["Anlage II"] == f"{act_url}/index.html"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed(a_txt="no act"), "holds 0 XML files"),
        (packed(a_xml="<dokumente/>", b_xml="<dokumente/>"), "holds 2 XML files"),
        (packed(a_xml="<items/>"), "begins with <items>"),
        (packed(a_xml="<dokumente><norm/></dokumente>"), "names no abbreviation"),
        (packed(a_xml="<dokumente><norm>"), "broken or cut short"),
        (packed(a_xml="<dokumente>" + " " * 40_000_000), "more than 40 MB"),
        (packed(a_xml="<dokumente/>")[:-30], "cannot be read"),
        (damaged(packed(a_xml="<dokumente/>" * 99)), "cannot be read"),
        (b"PK\x03\x04 and then nothing", "cannot be read"),
    ],
    ids=["none", "two", "foreign", "nameless", "cut", "bomb", "truncated", "damaged", "nothing"],
)
def test_a_zip_file_without_one_whole_act_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(ExtractError, match=sentence):
        talk(SOURCE, lambda _, url: answer(content, "application/zip", url))


def test_an_act_whose_sections_are_all_repealed_is_refused() -> None:
    with pytest.raises(ExtractError, match="no section with a text"):
        read(re.sub(r"<Content>.*?</Content>", "<Content><P>-</P></Content>", act()))


# --- real acts -----------------------------------------------------------------------------------


def from_markdown(text: str) -> str:
    """A mirror's Markdown as the XML it was made from: later versions exist in no other form."""
    norms = ["<dokumente><norm><metadaten><jurabk>Act</jurabk></metadaten></norm>"]
    for part in re.split(r"(?m)^#+ ", text)[1:]:
        heading, _, body = part.partition("\n")
        name, _, title = heading.partition(" – ")
        blocks = "".join(f"<P>{escape(p)}</P>" for p in body.split("\n\n") if p.strip())
        norms.append(
            f"<norm><metadaten><enbez>{escape(name.strip())}</enbez><titel>{escape(title)}</titel>"
            f"</metadaten><textdaten><text><Content>{blocks}</Content></text></textdaten></norm>"
        )
    return "".join(norms) + "</dokumente>"


def real(path: Path) -> tuple[Item, ...]:
    if path.suffix == ".zip":
        return items_of(SOURCE, answer(path.read_bytes(), "application/zip"))
    text = path.read_text(encoding="utf-8")
    return read(from_markdown(text) if path.suffix == ".md" else text)


@needs_samples
def test_every_real_act_is_read_section_by_section() -> None:
    fewest = {
        "asyl": 117,
        "kdvg": 12,
        "rech": 29,
        "wehr": 53,
        "wstr": 47,
        "wstg": 47,
        "wpfl": 45,
        "oldp": 200,
    }
    files = [*ACTS.glob("*.xml"), *ACTS.glob("*.zip"), *ACTS.glob("kmein*/*.md")]
    for path in files:
        if path.name != "oldp_gii-toc.xml":
            items = real(path)
            assert len(items) >= min(fewest[path.name[:4]], 105 if path.suffix == ".md" else 999)
            assert all(item.blocks for item in items), path
    with pytest.raises(ExtractError, match="begins with <items>"):
        real(ACTS / "oldp_gii-toc.xml")


@needs_samples
def test_the_real_rebuilds_without_a_change_of_text_are_silent() -> None:
    silent, told = 0, 0
    for act_name in ("asylvfg_1992", "wehrpflg", "wstrg"):
        for before, after in pairwise(sorted(ACTS.glob(f"{act_name}__*.xml"))):
            assert before.read_bytes() != after.read_bytes()
            found = changes(real(before), real(after))
            silent, told = silent + (not found), told + bool(found)
    assert (silent, told) == (12, 9)


@needs_samples
def test_the_asylum_act_of_june_2026_tells_that_the_refusal_clause_is_gone() -> None:
    history = ACTS / "kmein-markdown-history"
    before, after = (real(history / f"asylg__2026-06-{day}.md") for day in ("09", "12"))
    found = changes(before, after)
    removed = {change.item.id for change in found if change.kind is ChangeKind.REMOVED}
    added = {change.item.id for change in found if change.kind is ChangeKind.ADDED}
    assert {"§ 3a", "§ 3b", "§ 3c", "§ 3d", "§ 3e", "§ 4", "§ 71a"} <= removed
    assert {"§ 12b", "§ 12c", "§ 13a", "§ 87e"} <= added
    assert (len(removed), len(added), len(found)) == (16, 12, 101)

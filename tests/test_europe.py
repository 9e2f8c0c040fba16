"""Real feeds and pages of European institutions that need no kind of their own."""

from __future__ import annotations

import pytest

from monitor.errors import ExtractError
from monitor.model import Item, Source
from monitor.text.decode import decode
from tests.contract import SAMPLES, answer, talk

pytestmark = pytest.mark.skipif(
    not (SAMPLES / "hudoc-rss").is_dir(), reason="the recorded feeds and pages are not here"
)


def read(kind: str, folder: str, name: str, media_type: str) -> tuple[Item, ...]:
    text = decode((SAMPLES / folder / name).read_bytes(), media_type)[0]
    source = Source("x", "X", kind, "https://example.org/x", lang="en")
    return talk(source, lambda _, url: answer(text, media_type, url))


@pytest.mark.parametrize(
    ("name", "items", "undated"),
    [
        ("commhr", 1345, 0),
        ("echr", 2000, 0),
        ("hudoccpt", 2000, 0),
        ("hudocecri", 857, 7),
        ("hudocesc", 1999, 32),
        ("hudocexec", 2000, 0),
        ("hudocfcnm", 1985, 1414),
    ],
)
def test_every_feed_of_hudoc_is_read_without_a_guid(name: str, items: int, undated: int) -> None:
    found = read("feed", "hudoc-rss", f"{name}.rss", "application/rss+xml")
    assert len(found) == len({item.id for item in found}) == items
    assert sum(item.published is None for item in found) == undated
    assert all(item.published or item.published_text for item in found)


def test_an_entry_of_eur_lex_is_read() -> None:
    (item,) = read("feed", "eurlex-rss", "rssid162-excerpt.xml", "application/rss+xml")
    assert item.title.startswith("CELEX:32026L1472: Directive (EU) 2026/1472")
    assert (item.url or "").endswith("/legal-content/AUTO/?uri=CELEX:32026L1472")


@pytest.mark.parametrize(
    ("folder", "name", "words"),
    [
        ("europarl-doceo", "document_a-9-2024-0163-en", "Gabriele Bischoff"),
        ("europarl-doceo", "document_rc-10-2025-0249-en", "forcibly transferred and deported"),
        ("europarl-press", "press-release_20221014IPR43206", "recharging"),
        ("europarl-press", "press-release_20241212IPR25960", "finance"),
        ("europarl-press", "press-release_20250204IPR26689", "Georgia"),
        ("oeil", "oeil-procedure-file_2021-2540-rsp", "Myanmar"),
        ("oeil", "oeil-procedure-file_2022-2852-rsp", "Schengen"),
        ("oeil", "oeil-procedure-file_2022_0377-nle", "Brazil"),
        ("oeil", "oeil-procedure-file_2024-0258-cod", "Moldova"),
        ("oeil", "oeil-document-summary_1864147", "Parliament"),
    ],
)
def test_pages_of_the_parliament_are_documents(folder: str, name: str, words: str) -> None:
    items = read("document", folder, f"{name}.html", "text/html")
    texts = [text for item in items for text in (item.title, *item.blocks)]
    assert any(words in text for text in texts)


@pytest.mark.parametrize("name", ["001-175180", "001-83979"])
def test_a_judgment_as_word_file_is_refused_and_not_read_as_noise(name: str) -> None:
    content = (SAMPLES / "hudoc-doc" / f"{name}.docx").read_bytes()
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    source = Source("x", "X", "document", "https://example.org/x")
    with pytest.raises(ExtractError, match="without text"):
        talk(source, lambda _, url: answer(content, media_type, url))

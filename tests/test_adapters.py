"""The contract that every adapter keeps, on payloads in the real formats; `--bless` renews goldens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from monitor.adapters import ADAPTERS, check_selector, single_page
from monitor.adapters.document import read_attachment
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from monitor.text.decode import decode
from tests.contract import PAYLOADS, SAMPLES, Case, answer, cases, plain, run, sample_source, talk

CASES = cases()
ENTRY = re.compile(
    r"<item\b.*?</item>|<entry\b.*?</entry>|<li class=\"erlass\">.*?</li>", re.DOTALL
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_payload_becomes_exactly_the_items_that_were_blessed(case: Case, bless: bool) -> None:
    found = plain(run(case))
    if bless:
        text = json.dumps(found, ensure_ascii=False, indent=1)
        case.golden.write_text(text + "\n", encoding="utf-8")
    assert found == json.loads(case.golden.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_items_have_lasting_unique_ids_titles_and_absolute_addresses(case: Case) -> None:
    items = run(case)
    assert items
    assert items == run(case)
    assert len({item.id for item in items}) == len(items)
    for item in items:
        assert item.id.strip()
        assert item.title.strip()
        assert item.url is None or item.url.startswith(("https://", "http://"))
        assert all(block.strip() for block in item.blocks)
        assert item.published is None or item.published.utcoffset() == timedelta(0)
        assert not (item.published and item.published_text)


def turned_round(text: str) -> str:
    if text.startswith("{"):
        feed = json.loads(text)
        return json.dumps(feed | {"items": feed["items"][::-1]})
    entries = [found.group() for found in ENTRY.finditer(text)]
    return ENTRY.sub(lambda _: entries.pop(), text)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.kind == "feed" or c.name == "listing.html"], ids=str
)
def test_an_entry_keeps_its_id_when_the_order_changes(case: Case) -> None:
    assert set(run(case)) == set(run(case, turned_round))


BROKEN = {
    "empty": ("", "text/html"),
    "blank": (" \r\n\t ", "text/html"),
    "nothing but NUL": ("\x00\x00", "text/plain"),
    "nothing but scripts": ("<html><title>Just a moment</title><script>x</script>", "text/html"),
    "hidden text": ("<html><body><p hidden>x</p></body></html>", "text/html"),
    "HTML that calls itself PDF": ("<html><body>Anmelden</body></html>", "application/pdf"),
    "nested entities": (
        '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel/></rss>',
        "application/xml",
    ),
    "an entity that is a file": (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        '<rss version="2.0"><channel><item><title>&a;</title></item></channel></rss>',
        "application/xml",
    ),
    "truncated XML": ("<?xml version='1.0'?><rss version='2.0'><channel><item><ti", "text/xml"),
    "deep JSON": ("[" * 100_000, "application/json"),
    "long number": ('{"version": ' + "1" * 5000 + "}", "application/json"),
}


@pytest.mark.parametrize("kind", ADAPTERS)
@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_ends_in_a_sentence_and_not_in_silence(kind: str, name: str) -> None:
    text, media_type = BROKEN[name]
    with pytest.raises(ExtractError, match=r"\w+ \w+.*[.?)]$"):
        talk(sample_source(kind), lambda _, url: answer(text, media_type, url))


def test_a_new_kind_is_one_function_of_source_and_answer() -> None:
    adapter = single_page(lambda source, fetched: [Item(id=source.id, title=fetched.text)])
    crawl = adapter(Source(id="a", name="A", kind="new", url="https://example.org/"))
    assert next(crawl).url == "https://example.org/"
    with pytest.raises(StopIteration) as stopped:
        crawl.send(answer("Hallo", "text/plain"))
    assert stopped.value.value == [Item(id="a", title="Hallo")]


@pytest.mark.parametrize("css", ["li.erlass", "main > p:not(.x)", "#a, .b", "a[href$='.pdf']"])
def test_a_good_selector_is_accepted(css: str) -> None:
    assert check_selector(css) is None


@pytest.mark.parametrize("css", ["li..a", "p:unknown-pseudo", "a[href", ">>", ""])
def test_a_bad_selector_is_named_in_a_sentence(css: str) -> None:
    assert f"`{css}`" in (check_selector(css) or "")


def test_a_followed_page_gives_its_main_text() -> None:
    page = (PAYLOADS / "document" / "article.html").read_text(encoding="utf-8")
    attachment = read_attachment(answer(page, "text/html", "https://example.org/a"))
    assert attachment.url == "https://example.org/a"
    assert any("breaches international law" in block for block in attachment.blocks)
    assert not any("Imprint" in block for block in attachment.blocks)


def test_a_followed_page_without_text_is_an_error() -> None:
    with pytest.raises(ExtractError, match="no visible text"):
        read_attachment(answer("<html><script>x</script></html>", "text/html"))


@pytest.mark.skipif(not (SAMPLES / "feeds").is_dir(), reason="the sample feeds are not here")
def test_every_sample_feed_is_read_or_refused_and_nothing_else(
    record_property: Callable[[str, object], None],
) -> None:
    files = [p for group in ("real", "edge") for p in (SAMPLES / "feeds" / group).glob("*/*")]
    source = Source(id="x", name="X", kind="feed", url="https://example.org/feed")
    counts = {"items": 0, "empty": 0, "refused": 0}
    for path in files:
        content = path.read_bytes()
        fetched = Fetched(source.url, 200, "application/xml", content, decode(content, None)[0])
        try:
            items = talk(source, partial(given, fetched))
        except ExtractError:
            counts["refused"] += 1
            continue
        counts["items" if items else "empty"] += 1
        assert len({item.id for item in items}) == len(items), path
        assert all(item.title for item in items), path
    for name, count in counts.items():
        record_property(name, count)
    assert counts["items"] >= 0.75 * len(files), counts
    assert counts["refused"] <= 0.06 * len(files), counts


def given(page: Fetched, number: int, url: str) -> Fetched:
    assert number == 0, "a feed is one request"
    return page

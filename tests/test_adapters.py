"""The contract that every adapter keeps, on payloads in the real formats; `--bless` renews goldens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.adapters import ADAPTERS, check_selector, single_page
from monitor.adapters.document import read_attachment
from monitor.adapters.wall import let_through
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from monitor.text.decode import decode
from tests.conftest import Some
from tests.contract import PAYLOADS, SAMPLES, Case, answer, cases, plain, run, sample_source, talk
from tests.paging import LONG, ONE_PAGE, read
from tests.reordering import ORDERS, TURNS, Order, emptied, longest_list, order_of, turned

CASES = cases()


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


ORDERED = [(case, order) for case in CASES if isinstance(order := order_of(case), Order)]


@pytest.mark.parametrize(("case", "order"), ORDERED, ids=[str(case) for case, _ in ORDERED])
@pytest.mark.parametrize("name", TURNS)
def test_records_keep_their_ids_and_their_content_in_any_order(
    case: Case, order: Order, name: str
) -> None:
    before, given = run(case), turned(case, order, TURNS[name])
    if order.refused:
        with pytest.raises(ExtractError, match=order.refused):
            run(case, given)
        return
    after = run(case, given)
    assert {item.id for item in after} == {item.id for item in before}
    if order.by_place:
        before, after = without_ids(before), without_ids(after)
    assert set(after) == set(before)


def without_ids(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(replace(item, id="") for item in items)


@pytest.mark.parametrize(("case", "order"), ORDERED, ids=[str(case) for case, _ in ORDERED])
def test_a_case_that_is_turned_round_has_something_to_turn(case: Case, order: Order) -> None:
    assert longest_list(case, order) > 1
    for turn in TURNS.values():
        assert turned(case, order, turn) != case.given()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_is_turned_round_or_somebody_said_why_not(case: Case) -> None:
    order = order_of(case)
    assert isinstance(order, Order) or (order and len(order.split()) > 5)


@pytest.mark.parametrize("kind", ADAPTERS)
def test_every_kind_has_a_case_that_is_turned_round(kind: str) -> None:
    assert [str(case) for case, _ in ORDERED if case.kind == kind]


def test_no_order_is_declared_for_a_case_that_is_gone() -> None:
    known = {f"{case.kind}/{case.name}" for case in CASES} | {case.kind for case in CASES}
    assert set(ORDERS) <= known


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("pages", [1, 2])
def test_a_long_list_is_read_page_by_page_to_its_end(kind: str, pages: int) -> None:
    long = LONG[kind]
    many = pages * long.page - 1
    source, given = long.pages(kind, range(many))
    assert len({item.id for item in read(source, given)}) == many


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("name", TURNS)
def test_a_long_list_in_another_order_is_the_same_list_or_refused(kind: str, name: str) -> None:
    long = LONG[kind]
    numbers = range(long.page + 5)
    before = read(*long.pages(kind, numbers))
    source, given = long.pages(kind, TURNS[name](numbers))
    if long.refused:
        with pytest.raises(ExtractError, match=long.refused):
            read(source, given)
    else:
        assert set(read(source, given)) == set(before)


@pytest.mark.parametrize("kind", [kind for kind in LONG if "most" in ADAPTERS[kind].options])
def test_what_is_left_out_of_a_list_is_the_oldest_or_the_list_is_refused(kind: str) -> None:
    long = LONG[kind]
    source, given = long.pages(kind, range(20))
    few = replace(source, options={**source.options, "most": ("5",)})
    assert [item.id[-2:] for item in read(few, given)] == ["00", "01", "02", "03", "04"]
    with pytest.raises(ExtractError, match=long.refused):
        read(few, long.pages(kind, range(20)[::-1])[1])


@pytest.mark.parametrize("kind", ADAPTERS)
def test_every_kind_has_three_cases_and_a_paged_one_or_a_reason(kind: str) -> None:
    mine = [case for case in CASES if case.kind == kind]
    assert len(mine) >= 3
    paged = kind in LONG or any(order.lists for case, order in ORDERED if case.kind == kind)
    assert paged != (len(ONE_PAGE.get(kind, "").split()) > 5)


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


@pytest.mark.parametrize(("case", "order"), ORDERED, ids=[str(case) for case, _ in ORDERED])
def test_a_list_without_any_record_is_refused_or_gives_nothing_made_up(
    case: Case, order: Order
) -> None:
    try:
        found = run(case, emptied(case, order))
    except ExtractError:
        found = ()
    assert len(found) < len(run(case))


BLOCKED = {
    "Cloudflare": (
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>www.example.org"
        "</h1><p>Verify you are human by completing the action below.</p><script>window._cf_chl_opt"
        "={cType:'managed'};</script><script src='/cdn-cgi/challenge-platform/h/b/orchestrate/"
        "chl_page/v1?ray=9'></script></body></html>"
    ),
    "Anubis": (
        "<!doctype html><html lang='en'><head><title>Making sure you're not a bot!</title>"
        "<script id='anubis_challenge' type='application/json'>{}</script></head><body><h1>Making "
        "sure you're not a bot!</h1><p>Protected by Anubis.</p></body></html>"
    ),
    "a page for members": (
        "<html lang='de'><head><title>Anmelden</title></head><body><h1>Anmelden</h1><form method="
        "'post'><label>Benutzername <input name='u'></label><label>Passwort <input type='password'"
        " name='p'></label><button>Anmelden</button></form></body></html>"
    ),
    "works on the server": (
        "<html lang='de'><head><title>Wartungsarbeiten</title></head><body><h1>Wartungsarbeiten"
        "</h1><p>Wegen Wartungsarbeiten ist diese Seite vorübergehend nicht erreichbar.</p></body>"
        "</html>"
    ),
}


@pytest.mark.parametrize("kind", ADAPTERS)
@pytest.mark.parametrize("name", BLOCKED)
def test_what_stands_in_the_way_is_never_read_as_the_source(kind: str, name: str) -> None:
    source = sample_source(kind)

    def give(number: int, url: str) -> Fetched:
        page = answer(BLOCKED[name], "text/html", url)
        let_through(page, source, url)  # as the pipeline does with every answer
        return page

    with pytest.raises(ExtractError, match=r"\w+ \w+.*[.?)]$"):
        talk(source, give)


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
    record_property: Callable[[str, object], None], some: Some[Path]
) -> None:
    files = some(
        sorted(p for group in ("real", "edge") for p in (SAMPLES / "feeds" / group).glob("*/*")), 5
    )
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

"""Pages: a listing by selectors, a whole page, or any other text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.adapters import page
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Select, Source

URL = "https://example.org/liste/"
SOURCE = Source(id="x", name="Die Quelle", kind="page", url=URL)
LISTING = replace(SOURCE, select=Select(items="li"))


def read(text: str, source: Source = SOURCE, media_type: str = "text/html") -> tuple[Item, ...]:
    return page.items_of(source, Fetched(URL, 200, media_type, text.encode(), text))


def test_a_selector_that_finds_nothing_is_named_together_with_the_page() -> None:
    with pytest.raises(ExtractError, match=r"«Umzug».*`li`"):
        read("<html><title>Umzug</title><body><p>Wir sind umgezogen", LISTING)


def test_a_text_selector_that_finds_nothing_is_no_silent_fallback() -> None:
    with pytest.raises(ExtractError, match="`#inhalt`"):
        read("<html><body><p>x", replace(SOURCE, select=Select(text="#inhalt")))


ROWS = "<html><body>" + "".join(
    f"<li><h2>Titel {n}</h2><a class=tag href='/tag'>Tag</a><a class=t href='/{n}'>mehr</a>"
    f"<i>{n}.5.2026</i><p>Text</p></li>"
    for n in (1, 2, 3)
)


@pytest.mark.parametrize("key", ["title", "link", "date", "text"])
def test_a_declared_selector_that_finds_nothing_in_any_entry_is_named(key: str) -> None:
    source = replace(SOURCE, select=Select(**{"items": "li", key: "b.gone"}))
    with pytest.raises(
        ExtractError, match=rf"`{key}: b.gone` finds nothing in any of the 3 .*`items: li`"
    ):
        read(ROWS, source)


def test_a_declared_link_without_any_address_is_named() -> None:
    source = replace(SOURCE, select=Select(items="li", link="p"))
    with pytest.raises(ExtractError, match=r"`link: p` finds nothing that leads to an address"):
        read(ROWS, source)


def test_one_or_two_entries_may_lack_a_date_and_a_text() -> None:
    source = replace(SOURCE, select=Select(items="li", date="i.d", text="p.t"))
    (item,) = read("<html><body><li><h2>T</h2>", source)
    assert (item.title, item.published) == ("T", None)


def test_an_entry_without_its_declared_link_is_not_named_by_the_first_of_several() -> None:
    source = replace(SOURCE, select=Select(items="li", link="a.t"))
    bare = "<li><h2>Ohne</h2><a href='/tag/{}'>x</a><a href='/tag/b'>y</a>"
    one, two = (read(ROWS + bare.format(tag), source)[-1] for tag in "ac")
    assert (one.url, one.id) == (None, two.id)
    (*_, only) = read(ROWS + "<li><h2>Nur</h2><a href='/einer'>x</a>", source)
    assert only.url == "https://example.org/einer"


def test_an_entry_may_itself_be_what_a_selector_declares() -> None:
    source = replace(SOURCE, select=Select(items="a.t", title="a", link="a.t"))
    (item,) = read('<html><body><a class="t" href="/b">Titel</a>', source)
    assert (item.url, item.title, item.blocks) == ("https://example.org/b", "Titel", ())


def test_selectors_find_nothing_in_what_is_not_html() -> None:
    with pytest.raises(ExtractError, match="answered with JSON"):
        read('{"a": 1}', LISTING, "application/json")


def test_an_element_can_itself_be_the_link() -> None:
    source = replace(SOURCE, select=Select(items="a.t"))
    (item,) = read('<html><body><a class="t" href="b?id=1">Titel</a>', source)
    assert (item.url, item.title, item.blocks) == ("https://example.org/liste/b?id=1", "Titel", ())


def test_a_declared_link_may_stand_inside_its_anchor() -> None:
    source = replace(SOURCE, select=Select(items="li", link="b"))
    (item,) = read('<html><body><li><a href="/1">eins</a><a href="/2"><b>zwei</b></a>', source)
    assert item.url == "https://example.org/2"


def test_a_declared_text_is_all_that_counts() -> None:
    source = replace(SOURCE, select=Select(items="li", text="p"))
    (item,) = read("<html><body><li><h2>T</h2><p>eins</p><i>12 Aufrufe</i><p>zwei</p>", source)
    assert item.blocks == ("eins", "zwei")


def test_a_date_that_cannot_be_read_is_shown_as_given() -> None:
    source = replace(SOURCE, select=Select(items="li", date="i"))
    (item,) = read("<html><body><li><h2>T</h2><i>vor 2 Tagen</i>", source)
    assert (item.published, item.published_text) == (None, "vor 2 Tagen")


def test_an_ignored_part_is_no_text() -> None:
    source = replace(SOURCE, ignore_selectors=(".zaehler", "#werbung"))
    (item,) = read(
        '<html><body><p>bleibt</p><p class="zaehler">99</p><div id="werbung">!</div>', source
    )
    assert item.blocks == ("bleibt",)


def test_navigation_stays_where_the_page_names_no_main_part() -> None:
    (item,) = read("<html><body><nav>Menü</nav><p>Text</p><footer>Fuß</footer>")
    assert item.blocks == ("Menü", "Text", "Fuß")


def test_a_page_with_no_visible_text_is_an_error() -> None:
    with pytest.raises(ExtractError, match=r"no visible text.*«Leer»"):
        read("<html><title>Leer</title><body><script>fill()</script>")


def test_adjacent_cells_are_not_one_word_and_layout_tables_are_no_rows() -> None:
    (item,) = read(
        "<html><body><table><tr><td>a</td><td>b</td></tr></table>"
        "<table><tr><td><h2>Titel</h2><p>Text</p></td><td>rechts</td></tr></table>"
    )
    assert item.blocks == ("a | b", "Titel", "Text", "rechts")


def test_a_soft_hyphen_stays_and_a_zero_width_space_goes() -> None:
    (item,) = read("<html><body><p>Kriegs&shy;dienst&#8203;verweigerer")
    assert item.blocks == ("Kriegs\u00addienstverweigerer",)


def test_json_values_are_named_by_their_path() -> None:
    (item,) = read('{"a": {"b": [1, {"c": "x"}]}, "d": null}', SOURCE, "application/json")
    assert item.blocks == ("a.b[0]: 1", "a.b[1].c: x")


def test_too_much_json_is_refused_and_not_cut() -> None:
    with pytest.raises(ExtractError, match="20000 values"):
        read(str(list(range(20_001))), SOURCE, "application/json")


def test_text_in_xml_stays_together_around_inline_elements() -> None:
    (item,) = read("<?xml version='1.0'?><a><t>eins</t><p>Ein <b>fettes</b> Wort</p></a>")
    assert item.blocks == ("eins", "Ein fettes Wort")


def test_deep_and_wide_pages_do_not_break_the_reader() -> None:
    assert read("<html><body>" + "<div><sup>" * 1000 + "x")[0].blocks == ("x",)
    with pytest.raises(ExtractError, match="nested more than 2000 levels deep"):
        read("<html><body>" + "<div><sup>" * 5000 + "x")
    assert read("<html><body>" + "<" * 100_000)


@pytest.mark.parametrize("text", ["https://example.org/a", "/etc/hostname.html", "a.htm"])
def test_a_text_that_looks_like_an_address_is_read_as_text(text: str) -> None:
    assert read(text)[0].blocks == (text,)

"""Lists behind search forms: what is sent, what counts as no hit, and what is neither."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from monitor.adapters.form import KIND
from monitor.diff import Known, compare, mark, seen, triage
from monitor.errors import ExtractError
from monitor.model import ChangeKind, Item, Request, Select, Source
from tests.contract import PAYLOADS, SAMPLES, answer

NRWE = Source(
    "nrwe",
    "NRWE",
    "form",
    "https://nrwesuche.justiz.nrw.de/index.php",
    lang="de",
    select=Select(items=".einErgebnis", title="a", link="a"),
    options={
        "field": ("q",),
        "button": ("absenden",),
        "fill": ("qSize=50",),
        "search": ("Wehrdienst Asyl",),
    },
)
BAYERN = replace(
    NRWE,
    url="https://www.gesetze-bayern.de/Search/Filter/DOKTYP/rspr",
    select=Select(items="li.hitlistItem", title=".hltitel", link=".hltitel a", text=".hlSubTitel"),
    options={"field": ("SearchFields.Content",), "search": ("Wehrdienst",)},
)


def recorded(case: str, number: int) -> str:
    return (PAYLOADS / "form" / case / f"{number:02}.html").read_text(encoding="utf-8")


def asked(source: Source, *pages: str) -> tuple[list[Request], tuple[Item, ...]]:
    """The requests of a whole conversation, and the items."""
    crawl = KIND(source)
    requests = [next(crawl)]
    for text in pages:
        page = answer(text, "text/html", requests[-1].url)
        page = replace(page, headers={"set-cookie": "sid=7; path=/"})
        try:
            requests.append(crawl.send(page))
        except StopIteration as stopped:
            return requests, tuple(stopped.value)
    raise AssertionError(f"{requests[-1].url} has no answer")


def test_only_the_wanted_button_is_pressed_and_only_the_chosen_radio_sent() -> None:
    requests, items = asked(NRWE, recorded("posted", 1), recorded("posted", 2))
    assert (requests[1].method, requests[1].url) == ("POST", NRWE.url)
    assert requests[1].headers["cookie"] == "sid=7"
    assert parse_qs((requests[1].body or b"").decode(), keep_blank_values=True) == {
        "gerichtsbarkeit": [""],
        "q": ["Wehrdienst Asyl"],
        "method": ["stem"],
        "qSize": ["50"],
        "x": [""],
        "absenden": ["Suchen"],
    }
    assert len(items) == 2


def test_a_form_that_is_fetched_carries_its_fields_in_the_address() -> None:
    source = replace(NRWE, options={"field": ("volltext",), "search": ("Wehrdienst",)})
    source = replace(source, select=Select(items="#r tbody tr", title="a", link="a"))
    requests, _ = asked(source, recorded("got", 1), recorded("got", 2))
    assert (requests[1].method, requests[1].body) == ("GET", None)
    sent = parse_qsl(urlsplit(requests[1].url).query)
    assert sent == [("volltext", "Wehrdienst"), ("page", "1")]


FORM = recorded("posted", 1)


def after(form: str, words: str) -> str:
    return form.replace("</form>", f"</form><p>{words}</p>")


@pytest.mark.parametrize(
    "words",
    [
        "Es wurden keine Dokumente gefunden.",
        "0 Treffer",
        "Treffer: 0",
        "No results",
        "Ничего не найдено",
    ],
)
def test_a_search_without_hits_that_says_so_is_no_fault(words: str) -> None:
    assert asked(NRWE, FORM, after(FORM, words))[1] == ()
    own = replace(NRWE, options={**NRWE.options, "none": ("Leider leer",)})
    assert asked(own, FORM, after(FORM, "Leider  leer."))[1] == ()


@pytest.mark.parametrize("words", ["", "10 Treffer", "Treffer: 012", "Seite 1"])
def test_no_hits_in_any_search_though_no_page_says_so_is_a_selector_out_of_date(words: str) -> None:
    with pytest.raises(
        ExtractError, match=r"«Wehrdienst Asyl» .* `items: \.einErgebnis` .* `none`"
    ):
        asked(NRWE, FORM, after(FORM, words))


def test_a_search_without_hits_is_believed_where_another_has_some() -> None:
    two = replace(NRWE, options={**NRWE.options, "search": ("Nichts", "Wehrdienst Asyl")})
    assert len(asked(two, FORM, FORM, recorded("posted", 2))[1]) == 2


def test_of_two_forms_the_one_with_all_that_is_named_is_filled_in() -> None:
    quick = '<form action="/schnell"><input name="q"></form>'
    page = FORM.replace("<body>", f"<body>{quick}")
    requests, _ = asked(NRWE, page, recorded("posted", 2))
    assert requests[1].url == NRWE.url
    twice = FORM.replace("</body>", FORM.partition("<body>")[2])
    assert (
        asked(NRWE, twice, recorded("posted", 2))[0] == asked(NRWE, FORM, recorded("posted", 2))[0]
    )


def test_two_forms_that_fit_alike_are_refused() -> None:
    quick = '<form action="/schnell"><input name="q"></form>'
    source = replace(NRWE, options={"field": ("q",), "search": ("Asyl",)})
    with pytest.raises(
        ExtractError, match=r"2 different search forms .*/schnell.* `fill` or `button`"
    ):
        asked(source, FORM.replace("<body>", f"<body>{quick}"))


def test_a_button_that_is_gone_is_named() -> None:
    with pytest.raises(ExtractError, match="has no field absenden any more"):
        asked(NRWE, FORM.replace('name="absenden"', ""))


def test_a_form_sends_what_a_browser_would() -> None:
    more = (
        '<input type="checkbox" name="gericht" value="VG" checked>'
        '<input type="checkbox" name="gericht" value="OVG" checked>'
        '<input type="checkbox" name="gericht" value="LG">'
        '<input type="checkbox" name="alle" checked><input name="aus" value="1" disabled>'
        '<select name="art"><option>Alle Arten</option></select>'
        '<select name="land" multiple><option selected>NW</option><option selected>BY</option>'
        '</select><select name="jahr" multiple><option>2025</option></select>'
    )
    source = replace(NRWE, options={**NRWE.options, "fill": ("qSize=50", "typ=a", "typ=b")})
    page = FORM.replace("</form>", f'{more}<input name="typ"></form>')
    requests, _ = asked(source, page, recorded("posted", 2))
    sent = parse_qs((requests[1].body or b"").decode(), keep_blank_values=True)
    assert (sent["gericht"], sent["alle"], sent["art"]) == (["VG", "OVG"], ["on"], ["Alle Arten"])
    assert (sent["land"], sent["typ"]) == (["NW", "BY"], ["a", "b"])
    assert not {"aus", "jahr"} & sent.keys()


@pytest.mark.parametrize(
    ("source", "pages", "sentence"),
    [
        (NRWE, ["<html><body>Wartung</body></html>"], "There is no search form"),
        (NRWE, [recorded("posted", 1).replace("qSize", "size")], "has no field qSize"),
        (NRWE, ["%PDF-1.4"], "A page was expected"),
        (NRWE, [recorded("posted", 1), "<html><body>Wartung</body></html>"], "Nothing on"),
        (replace(NRWE, select=Select()), [], "needs `select: {items: …}`"),
    ],
)
def test_what_is_neither_form_nor_hits_is_refused(
    source: Source, pages: list[str], sentence: str
) -> None:
    with pytest.raises(ExtractError, match=rf"{sentence}.*[.?)]$"):
        asked(source, *pages)


def test_searches_that_the_server_ignores_are_noticed() -> None:
    one = recorded("posted", 3).partition('<div class="einErgebnis">')[2]
    hits = "".join(
        f'<div class="einErgebnis">{one.replace("11 A 2", f"11 A {n}")}' for n in range(12)
    )
    twice = replace(NRWE, options={**NRWE.options, "search": ("Desertion", "Asyl")})
    with pytest.raises(ExtractError, match="it ignores them"):
        asked(twice, recorded("posted", 1), hits, hits)


@pytest.mark.parametrize("text", ["", "qSize", "=50"])
def test_a_field_to_fill_in_is_written_with_its_value(text: str) -> None:
    assert KIND.options["fill"].check(text)
    assert KIND.options["fill"].check("qSize=50") is None


@pytest.mark.parametrize(
    ("source", "folder", "news"),
    [(NRWE, "nrwe/nw", (2, 0)), (BAYERN, "gesetze-bayern/by", (8, 1))],
    ids=["nrwe", "bayern"],
)
def test_real_forms_are_found_and_their_real_hits_tell_only_decisions_and_new_titles(
    source: Source, folder: str, news: tuple[int, int]
) -> None:
    files = [SAMPLES / f"{folder}_search__2026-05-{day}.html" for day in ("16", "25")]
    if not all(map(Path.is_file, files)):
        pytest.skip("the sample pages are not here")
    pages = [file.read_text(encoding="utf-8") for file in files]
    before, after = (asked(source, page, page)[1] for page in pages)
    assert (len(before), len(after)) == (10, 10)
    found = triage({item.id: mark(item) for item in before}, after)
    changes = compare(found, {i.id: Known(i, seen(i)) for i in before}, complete=False)
    told = Counter(change.kind for change in changes)
    assert (told[ChangeKind.ADDED], told[ChangeKind.EDITED]) == news

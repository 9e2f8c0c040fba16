"""The decision database of asyl.net: its form, its lists, and pages that are neither."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from monitor.adapters.asylnet import KIND
from monitor.adapters.document import read_attachment
from monitor.errors import ExtractError
from monitor.model import Item, Request, Source
from tests.contract import PAYLOADS, SAMPLES, answer

CASE = PAYLOADS / "asylnet" / "searches"
DATABASE = "https://www.asyl.net/recht/entscheidungsdatenbank"
SOURCE = Source("a", "A", "asylnet", DATABASE, options={"search": ("Desertion",)})
ENTRY = SAMPLES / "asyl.net" / "asylnet_entry.html"


def recorded(number: int) -> str:
    return (CASE / f"{number:02}.html").read_text(encoding="utf-8")


def hits(count: int) -> str:
    """A page of different hits."""
    hit = re.search(r'<div class="rsdb_listitem" .*?M99834</div></div>', recorded(2), re.DOTALL)
    assert hit
    return "".join(hit.group().replace("M99834", f"M{n}") for n in range(count))


def asked(source: Source, *pages: str) -> tuple[list[Request], tuple[Item, ...]]:
    """The requests of a whole conversation, and the items."""
    crawl = KIND(source)
    requests = [next(crawl)]
    for text in pages:
        page = answer(text, "text/html", requests[-1].url)
        page = replace(page, headers={"set-cookie": "fe_typo_user=7; path=/; HttpOnly"})
        try:
            requests.append(crawl.send(page))
        except StopIteration as stopped:
            return requests, tuple(stopped.value)
    raise AssertionError(f"{requests[-1].url} has no answer")


def test_the_form_is_sent_back_as_it_came_with_the_words_filled_in() -> None:
    source = replace(SOURCE, options={**SOURCE.options, "country": ("Belarus",)})
    (page, search), _ = asked(source, recorded(1), recorded(2))
    assert not page.conditional
    assert (search.method, search.headers["cookie"]) == ("POST", "fe_typo_user=7")
    assert search.url == f"{DATABASE}?tx_ksrsdb_pi1%5Baction%5D=search&cHash=9f"
    sent = parse_qs((search.body or b"").decode(), keep_blank_values=True)
    assert (
        sent.items()
        >= {
            "fulltext": ["Desertion"],
            "country": ["Belarus"],
            "limit": ["100"],
            "newsearch": ["1"],
            "__referrer": ["abc"],
        }.items()
    )


def test_what_changes_at_every_visit_is_no_text() -> None:
    visited = re.sub(r"cHash=\w+|\?1774\d+|nonce=\"\w+\"", "x", recorded(2))
    assert visited != recorded(2)
    assert asked(SOURCE, recorded(1), visited)[1] == asked(SOURCE, recorded(1), recorded(2))[1]


def test_a_broken_link_is_mended_from_the_number() -> None:
    _, items = asked(SOURCE, recorded(1), recorded(2))
    assert 'href="/rsdb/m-1"' in recorded(2)
    assert [item.url for item in items if item.id == "M99106"] == [
        "https://www.asyl.net/rsdb/m99106"
    ]


def test_a_search_without_hits_is_no_fault() -> None:
    assert asked(SOURCE, recorded(1), recorded(1))[1] == ()


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        (["<html><body>Anmelden</body></html>"], "no search form"),
        (['{"a": 1}'], "A page was expected"),
        ([recorded(1).replace('name="keyword"', 'name="tags"')], "no field keyword"),
        ([recorded(1), "<html><body>Wartung</body></html>"], "neither hits nor the search form"),
        ([recorded(1), recorded(2).replace("asyl.net: M", "Nr. ")], "no footer that ends in"),
        ([recorded(1), recorded(2), "<html><body>Wartung</body></html>"], "neither hits nor"),
    ],
)
def test_what_is_neither_form_nor_list_is_refused(pages: list[str], sentence: str) -> None:
    source = replace(SOURCE, options={"search": ("Desertion",), "keyword": ("Militärdienst",)})
    with pytest.raises(ExtractError, match=rf"{sentence}.*[.?)]$"):
        asked(source, *pages)


def test_searches_that_the_server_ignores_are_noticed() -> None:
    twice = replace(SOURCE, options={"search": ("Desertion", "Asyl")})
    with pytest.raises(ExtractError, match="it ignores them"):
        asked(twice, recorded(1), hits(100), hits(100))


@pytest.mark.parametrize("most", ["5", "40"])
def test_ignored_searches_are_noticed_however_few_hits_are_wanted(most: str) -> None:
    twice = replace(SOURCE, options={"search": ("Desertion", "Asyl"), "most": (most,)})
    with pytest.raises(ExtractError, match="it ignores them"):
        asked(twice, recorded(1), hits(100), hits(100))


def test_two_searches_may_find_the_same_few_decisions() -> None:
    twice = replace(SOURCE, options={"search": ("Desertion", "Asyl"), "most": ("5",)})
    assert len(asked(twice, recorded(1), hits(7), hits(7))[1]) == 5


LINK = '<a href="?tx_ksrsdb_pi1%5BcurrentPage%5D={}">{}</a>'


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ([hits(3) + LINK.format(21, 21)], "speaks of 21 pages of hits, but there is no way"),
        ([hits(3) + LINK.format(2, 2), hits(3) + LINK.format(3, 3)], "same page of hits again"),
    ],
)
def test_a_list_that_cannot_be_read_on_is_an_error(pages: list[str], sentence: str) -> None:
    with pytest.raises(ExtractError, match=sentence):
        asked(SOURCE, recorded(1), *pages)


@pytest.mark.skipif(not ENTRY.is_file(), reason="the sample page is not here")
def test_a_real_decision_is_no_list_but_tells_headnote_keywords_and_norms_when_followed() -> None:
    text = Path(ENTRY).read_text(encoding="utf-8")
    with pytest.raises(ExtractError, match="neither hits nor the search form"):
        asked(SOURCE, recorded(1), text)
    blocks = read_attachment(answer(text, "text/html", "https://www.asyl.net/rsdb/m33861")).blocks
    for words in ("der asylrechtliche Vortrag der Wehrdienstentziehung", "Schlagwörter: Syrien"):
        assert any(words in block for block in blocks)
    assert any(block.startswith("Normen: AsylG § 30") for block in blocks)

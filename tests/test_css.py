"""Selectors: whichever way one is looked up, it finds what soupsieve finds."""

from __future__ import annotations

from pathlib import Path

import pytest
import soupsieve
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.html import Element, check_selector, drop, every, first_or_self, parse
from monitor.text.decode import decode

PAGES = sorted((Path(__file__).parent / "payloads").rglob("*.html"))
SMALL = (
    "<html lang=de><body class='a  b'><!-- c --><main id=m><ul class=l><li>1<li class='x y'>"
    "<a href='/1?p=2' rel='next up' TYPE=A>1</a><li data-no=7><p><b class=x>2</b><a name=n>3</a></p>"
    "</ul><template><a href=/t class=x>t</a></template><table><tr><td>a<td class=y>b</table>"
    "<div role=main><svg viewBox=1><path d=1></svg><a href=''></a></div></main></html><p class=x>z"
)
SIMPLE = (
    *("a", "A", "li a[href]", "main > ul > li", "h1, h2, h3", ".x", "li.x.y", "#m .l", "[href]"),
    *("a[href^='/1']", 'a[href$="2"]', "a[href*=p]", "[role=main] a", "[data-no='7'] b", ".x>a"),
    *("body a , td", "[name=n]", "div div a", "[rel]", "p b.x", "header, nav, footer, .content"),
)
ELABORATE = (
    *("li:first-child", "li:nth-child(2) a", "a:not([href])", "li + li", "ul ~ table", "*", "html"),
    *(
        ":is(ul, table) a",
        "[type=a]",
        "[rel~=up]",
        "a[href*='P' i]",
        "tr:has(td.y)",
        ":root > body",
    ),
    *("a:-soup-contains('3')", ":empty", "li:last-of-type", "[class='a b']", r"\61", "main *"),
)
PARTS = st.sampled_from(
    [*"abp*.#>+~, :[]=\"'^$i\\", "li", " ", ".x", ".a.b", "#m", "[href]", "[href^='/']", "[role=main]",
     ":not(", ")", "td", "ul", ", ", " > ", "[data-no]", "-x", "é", "1"]
)  # fmt: skip


def told(element: Element) -> tuple[str, dict[str, str]]:
    return element.tag, {name: _value(name, value) for name, value in element.attrib.items()}


def expected(text: str, selector: str) -> list[tuple[str, dict[str, str]]]:
    return [
        (tag.name, {name: _value(name, value) for name, value in tag.attrs.items()})
        for tag in soupsieve.select(selector, BeautifulSoup(text, "lxml"))
    ]


def _value(name: str, value: str | list[str]) -> str:
    """As both have it; lxml gives `checked` without a value its own name for one."""
    text = " ".join(value.split() if isinstance(value, str) else value)
    return "" if text == name else text


@pytest.mark.parametrize("selector", [*SIMPLE, *ELABORATE])
def test_a_selector_finds_what_soupsieve_finds_on_recorded_pages(selector: str) -> None:
    for file in PAGES[::4]:
        text = decode(file.read_bytes(), None)[0]
        assert [told(found) for found in every(parse(text), selector)] == expected(text, selector)


@pytest.mark.parametrize("selector", [*SIMPLE, *ELABORATE])
def test_a_selector_finds_what_soupsieve_finds_on_an_odd_page(selector: str) -> None:
    found = [told(element) for element in every(parse(SMALL), selector)]
    assert found == expected(SMALL, selector)


@given(parts=st.lists(PARTS, min_size=1, max_size=6))
def test_whatever_is_written_as_a_selector_means_what_soupsieve_says(parts: list[str]) -> None:
    selector = "".join(parts)
    if check_selector(selector) is None:
        found = [told(element) for element in every(parse(SMALL), selector)]
        assert found == expected(SMALL, selector)
    else:
        with pytest.raises((soupsieve.SelectorSyntaxError, NotImplementedError, ValueError)):
            every(parse(SMALL), selector)


@pytest.mark.parametrize("selector", ["a::before", "@media", "a[", "", ":nothing"])
def test_what_is_no_selector_is_told_in_a_sentence(selector: str) -> None:
    assert check_selector(selector)


def test_what_was_taken_out_is_found_by_no_selector_of_either_kind() -> None:
    page = parse(SMALL)
    assert every(page, "li:nth-child(2)")
    drop(page, ["li.x"])
    assert [told(found) for found in every(page, "li:nth-child(2)")] == [("li", {"data-no": "7"})]
    assert len(every(page, "li")) == 2


@pytest.mark.parametrize(("selector", "tag"), [("li", "li"), ("li:not(.z)", "li"), ("a", "a")])
def test_an_element_may_itself_be_what_is_sought(selector: str, tag: str) -> None:
    (element,) = every(parse(SMALL), "li.x")
    found = first_or_self(element, selector)
    assert found is not None
    assert found.tag == tag

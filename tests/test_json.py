"""JSON APIs whose structure is declared: paths, paging, figures, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.adapters.json_path import path_rule, text_at, texts_at, values_at
from monitor.errors import ExtractError
from monitor.model import Item, Select, Source
from tests.contract import SAMPLES, answer, talk

RECORD = {"a": {"b": [{"c": "x"}, {"c": 2}, {"d": None}]}, "list": ["p", "", "q"], "no": False}


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("a.b[*].c", ["x", "2"]),
        ("$.a.b[1].c", ["2"]),
        ("a.b[9].c", []),
        ("a.z.c", []),
        ("list", ["p", "q"]),
        ("list[*]", ["p", "q"]),
        ("no", []),
        ("a", []),
    ],
)
def test_a_path_leads_to_plain_values(path: str, texts: list[str]) -> None:
    assert texts_at(RECORD, path) == texts


def test_a_path_that_leads_nowhere_gives_nothing() -> None:
    assert text_at(RECORD, "") == ""
    assert values_at([1], "a") == []
    assert values_at(RECORD, "$") == [RECORD]


@pytest.mark.parametrize("path", ["a", "results[*]", "$", "$.a-b.c[0]", "a[*][*].ü"])
def test_a_good_path_is_accepted(path: str) -> None:
    assert path_rule(path) is None


@pytest.mark.parametrize("path", ["a..b", "a[", "a[x]", "[*]]", "a."])
def test_a_bad_path_is_named(path: str) -> None:
    assert f"`{path}`" in (path_rule(path) or "")


def a_source(select: dict[str, str] | None = None, **options: Any) -> Source:
    given = {
        key: (text,) if isinstance(text, str) else tuple(text) for key, text in options.items()
    }
    chosen = Select(**{"items": "items", **(select or {})})
    return Source(
        "j", "J", "json", "https://api.example/list?q=x", lang="de", select=chosen, options=given
    )


class Server:
    """Answers with one value after the other, and remembers what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = answers, list[str]()

    def items(self, source: Source) -> tuple[Item, ...]:
        def give(number: int, url: str) -> Any:
            self.asked.append(url)
            text = self.answers[min(number, len(self.answers) - 1)]
            text = text if isinstance(text, str) else json.dumps(text)
            return answer(text, "application/json", url)

        return talk(source, give)


def page(*numbers: int, **more: Any) -> dict[str, Any]:
    return {"items": [{"title": f"Nr. {n}", "url": f"/{n}"} for n in numbers], **more}


def test_pages_are_followed_by_address_cursor_page_and_offset() -> None:
    server = Server(page(1, next="/list?q=x&s=2"), page(2, next=None))
    assert len(server.items(a_source(next="next"))) == 2
    assert server.asked[1] == "https://api.example/list?q=x&s=2"
    server = Server(page(1, meta={"c": "a=/+"}), page(2, meta={"c": ""}))
    server.items(a_source(next="meta.c", cursor="cursor"))
    assert server.asked[1] == "https://api.example/list?q=x&cursor=a%3D%2F%2B"
    server = Server(page(1, 2), page(3))
    server.items(a_source(page="p", page_size="2"))
    assert server.asked[1:] == ["https://api.example/list?q=x&p=2"]
    server = Server(page(1, 2), page(3, 4), page())
    assert len(server.items(a_source(offset="start"))) == 4
    assert server.asked[1:] == [f"https://api.example/list?q=x&start={n}" for n in (2, 4)]


def test_paging_ends_at_a_bound_and_at_an_address_seen_before() -> None:
    server = Server(page(1))
    server.items(a_source(page="p", pages="3"))
    assert len(server.asked) == 3
    server = Server(page(1, next="/list?q=x"))
    server.items(a_source(next="next"))
    assert len(server.asked) == 1


def test_a_next_page_on_another_host_is_refused() -> None:
    with pytest.raises(ExtractError, match="another host"):
        Server(page(1, next="https://evil.example/")).items(a_source(next="next"))


def test_an_empty_list_is_no_fault_but_a_missing_one_is() -> None:
    assert Server(page()).items(a_source()) == ()
    with pytest.raises(ExtractError, match=r"Nothing lies at `items`.*`error`.*no such query"):
        Server({"error": "no such query"}).items(a_source())


def test_records_without_title_or_text_are_told() -> None:
    with pytest.raises(ExtractError, match=r"1 of 2 records .* neither a title nor a text"):
        Server({"items": [{"title": "a"}, {"name": "b"}]}).items(a_source())
    with pytest.raises(ExtractError, match="are no records"):
        Server({"items": ["a"]}).items(a_source())


THREE = {"items": [{"title": f"T{n}", "url": f"/{n}", "n": n} for n in (1, 2, 3)]}


@pytest.mark.parametrize("key", ["title", "link", "date", "text"])
def test_a_declared_path_that_leads_nowhere_in_any_record_is_named(key: str) -> None:
    source = a_source({"text": "title", key: "meta.gone"})
    with pytest.raises(
        ExtractError, match=rf"`{key}: meta.gone` .* none of the 3 records .*`title`, `url`, `n`"
    ):
        Server(THREE).items(source)


@pytest.mark.parametrize("key", ["id", "text", "row", "column", "period", "value"])
def test_so_is_an_option_that_leads_nowhere(key: str) -> None:
    given: dict[str, Any] = {"value": ("n",)} if key in {"row", "column", "period"} else {}
    source = a_source(None, **given, **{key: ("n", "gone") if key in {"row", "value"} else "gone"})
    with pytest.raises(ExtractError, match=rf"`{key}: gone` .* none of the 3 records"):
        Server(THREE).items(source)


def test_a_link_with_a_hole_is_none_and_one_that_never_fills_is_named() -> None:
    pattern = "https://x.example/{n}"
    items = Server({"items": [*THREE["items"], {"title": "T4"}]}).items(a_source(link=pattern))
    assert [item.url for item in items][2:] == ["https://x.example/3", None]
    with pytest.raises(ExtractError, match=r"`link: nr` .* none of the 3 records"):
        Server(THREE).items(a_source(link="https://x.example/{nr}"))


def test_what_some_records_lack_or_hold_empty_is_no_fault() -> None:
    records = [{"title": "a", "when": None}, {"title": "b"}, {"title": "c"}]
    assert len(Server({"items": records}).items(a_source({"date": "when"}))) == 3
    assert len(Server({"items": records[1:]}).items(a_source({"date": "when"}))) == 2


def test_a_number_beyond_reason_stays_text() -> None:
    for given in ("1e999999999999999999999", "1e400000", "-1.5e999", "NaN", "Infinity"):
        text = f'{{"items": [{{"land": "RU", "n": {given}}}]}}'
        (item,) = Server(text).items(a_source(value="n", row="land"))
        assert item.figure is not None
        assert (item.figure.text, item.figure.value) == (given, None)


def test_paging_counts_on_from_where_the_address_begins() -> None:
    source = replace(a_source(offset="start"), url="https://api.example/list?start=20")
    server = Server(page(1, 2), page(3), page())
    assert len(server.items(source)) == 3
    assert server.asked == [f"https://api.example/list?start={n}" for n in (20, 22, 23)]


@pytest.mark.parametrize("option", ["page", "offset"])
def test_an_address_that_begins_at_no_number_is_refused(option: str) -> None:
    source = replace(a_source(None, **{option: "p"}), url="https://api.example/list?p=zwei")
    with pytest.raises(ExtractError, match=r"`p=zwei`.*`" + option):
        Server(page(1)).items(source)


def test_names_last_when_the_order_turns_or_the_title_changes() -> None:
    source = a_source(id="id")
    one = Server({"items": [{"id": 1, "title": "a"}, {"id": 2, "title": "b"}]}).items(source)
    two = Server({"items": [{"id": 2, "title": "c"}, {"id": 1, "title": "a"}]}).items(source)
    assert [item.id for item in one] == [item.id for item in two][::-1]


def test_an_address_may_be_put_together() -> None:
    (item,) = Server({"items": [{"id": 7, "title": "a"}]}).items(
        a_source(link="https://x.example/{id}.html")
    )
    assert item.url == "https://x.example/7.html"


def test_numbers_are_exact_and_missing_values_are_told() -> None:
    source = a_source(value="n", row="land", period="year")
    text = '{"items": [{"land": "RU", "year": 2026, "n": 0.1}, {"land": "BY", "year": 2026, "n": "*"}]}'
    items = Server(text).items(source)
    assert [item.figure.value for item in items if item.figure] == ["0.1", None]
    with pytest.raises(ExtractError, match="option `value`"):
        Server({"items": [{"land": "RU"}]}).items(source)


def test_equal_names_on_two_pages_are_numbered_through() -> None:
    server = Server(
        {"items": [{"land": "RU", "n": 1}]}, {"items": [{"land": "RU", "n": 2}]}, page()
    )
    items = server.items(a_source(value="n", row="land", page="p"))
    assert [item.id for item in items] == ["ru|n||", "ru|n||#2"]


@pytest.mark.skipif(not (SAMPLES / "dip").is_dir(), reason="the samples are not here")
def test_real_answers_are_read_by_declared_paths() -> None:
    read = 0
    for path in sorted((SAMPLES / "dip").rglob("*.json")):
        text = path.read_text("utf-8", "replace")
        try:
            found = json.loads(text)
        except ValueError:
            continue
        if (
            isinstance(found, dict)
            and isinstance(found.get("documents"), list)
            and found["documents"]
        ):
            source = a_source({"items": "documents", "title": "titel", "date": "datum"}, id="id")
            items = Server(text).items(source)
            assert items, path
            assert len({item.id for item in items}) == len(items), path
            read += 1
    assert read

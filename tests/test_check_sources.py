"""`check-sources` visits every entry once, says what looks wrong, and stores nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.adapters.doubts import doubts, newest
from monitor.cli import visiting
from monitor.cli.app import app
from monitor.model import Expect, Fetched, Item, Select, Source
from tests.web import Answer, Page, Site, redirect, web

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://example.org/news"
LIST = Source("a", "A", "page", URL, select=Select(items="li"))


def an_item(number: int, **more: Any) -> Item:
    item = Item(
        str(number), f"Meldung {number}", f"{URL}/{number}", published=NOW - timedelta(days=number)
    )
    return replace(item, **more)


FINE = tuple(map(an_item, range(4)))


def said(
    items: tuple[Item, ...] = FINE, source: Source = LIST, page: str = "<html>", came: str = URL
) -> str:
    fetched = Fetched(came, 200, "text/html", page.encode(), page)
    return "; ".join(doubts(source, URL, fetched, items, NOW))


def test_of_a_sound_list_nothing_is_said() -> None:
    assert said() == ""


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (FINE[:1], "only 1 item"),
        (FINE[:2], "only 2 items"),
        (tuple(replace(i, published=None) for i in FINE), "no dates"),
        ((*FINE[:3], an_item(9, published=None)), "1 of 4 items undated"),
        (
            (*FINE[:3], an_item(9, published=None, published_text="neulich")),
            "1 dates not understood, such as «neulich»",
        ),
        (tuple(replace(i, published=NOW) for i in FINE), "all dates are the same"),
        ((*FINE, an_item(9, published=NOW + timedelta(days=400))), "lies in the future"),
        (tuple(an_item(n + 500) for n in range(4)), "nothing new for 500 days; is it still kept"),
        ((*FINE[:3], an_item(9, url=None)), "1 of 4 items without a link"),
        (tuple(replace(i, title="Mehr") for i in FINE), "all items are titled «Mehr»"),
        ((*FINE[:3], an_item(9, title="AsylverfÃ¤hren")), "letters look misread: «AsylverfÃ¤hren»"),
        ((*FINE[:3], an_item(9, title="Flucht\ufffdlinge")), "letters look misread"),
    ],
)
def test_what_looks_wrong_about_items_is_said(items: tuple[Item, ...], words: str) -> None:
    assert words in said(items)


def test_silence_is_measured_by_what_is_declared() -> None:
    source = replace(LIST, expect=Expect(max_silence=timedelta(days=30)))
    assert said(tuple(an_item(n + 40) for n in range(4)), source) == (
        "nothing new for 40 days; max_silence is 30 days"
    )


def test_one_document_needs_neither_entries_nor_dates() -> None:
    document = replace(LIST, kind="document", select=Select())
    assert said((an_item(1, published=None),), document) == ""


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ("https://www.example.org/news", ""),
        ("https://example.org/aktuelles", ""),
        ("https://parked.example/news", "leads to another host, parked.example"),
    ],
)
def test_another_host_is_told(came: str, words: str) -> None:
    assert said(came=came) == words


def test_a_page_of_scripts_is_told() -> None:
    page = "<html>" + "<script src=/a.js></script>" * 5
    assert "hardly any text beside 5 scripts: written by JavaScript?" in said(page=page)


def test_the_newest_is_the_latest_date() -> None:
    assert newest(FINE) == NOW
    assert newest(()) is None


# --- the command ---------------------------------------------------------------------------------

FEED = """<rss version="2.0"><channel><title>A</title>{}</channel></rss>"""
ENTRY = """<item><title>Asyl für Deserteure {0}</title><link>https://example.org/{0}</link>
<pubDate>Fri, {0} Nov 2026 08:00:00 GMT</pubDate></item>"""
YAML = """version: 1
topics: {{desertion: {{terms: [Deserteur*]}}}}
defaults: {{allow_private: true, delay: 0s}}
sources:
  - {{id: news, name: News, kind: feed, url: "{0}/feed"}}
  - {{id: old, name: Old, kind: page, url: "{0}/old/list", enabled: false}}
  - {{id: wall, name: Wall, kind: page, url: "{0}/wall"}}
  - {{id: shut, name: Shut, kind: page, url: "{0}/shut/list"}}
"""


@pytest.fixture
def site() -> Iterator[Site]:
    pages: dict[str, Answer] = {
        "/feed": Page(
            FEED.format("".join(ENTRY.format(day) for day in (18, 19, 20))),
            content_type="application/rss+xml",
        ),
        "/old/list": redirect("/"),
        "/": "<!doctype html><html><title>Amt</title><p>Willkommen</p>",
        "/wall": "<!doctype html><html><title>Just a moment...</title>",
        "/robots.txt": Page("User-agent: *\nDisallow: /shut", content_type="text/plain"),
    }
    with web(pages) as site:
        yield site


def run(site: Site, folder: Path, *arguments: str) -> Result:
    file = folder / "sources.yaml"
    file.write_text(YAML.format(site.url("").rstrip("/")), encoding="utf-8")
    database = f"sqlite:///{folder / 'x.db'}"
    common = ["--sources", str(file), "--database", database, "check-sources"]
    result = CliRunner().invoke(app, [*common, *arguments])
    assert result.exit_code == 0, result.output
    assert not (folder / "x.db").exists()
    return result


def test_every_enabled_source_is_visited_and_told_of(site: Site, tmp_path: Path) -> None:
    told = json.loads(run(site, tmp_path, "--json").stdout)["sources"]
    assert [each["id"] for each in told] == ["news", "wall", "shut"]
    news, wall, shut = told
    assert (news["state"], news["items"], news["newest"]) == ("ok", 3, "2026-11-20T08:00:00+00:00")
    assert news["topics"] == {"desertion": 3}
    assert (wall["state"], wall["items"]) == ("blocked", 0)
    assert shut["state"] == "robots"
    assert len(site.hits("/feed")) == 1


def test_all_means_the_disabled_ones_too(site: Site, tmp_path: Path) -> None:
    told = json.loads(run(site, tmp_path, "--all", "--json").stdout)["sources"]
    old = next(each for each in told if each["id"] == "old")
    assert not old["enabled"]
    assert old["state"] == "broken"
    assert "leads to this home page" in old["error"]


def test_a_named_source_is_visited_though_disabled(site: Site, tmp_path: Path) -> None:
    told = json.loads(run(site, tmp_path, "old", "--json").stdout)["sources"]
    assert [each["id"] for each in told] == ["old"]


def test_away_from_a_terminal_the_table_is_plain_text(site: Site, tmp_path: Path) -> None:
    lines = run(site, tmp_path, "--all").stdout.splitlines()
    assert lines[0].split("  ")[0] == "source"
    assert lines[2].startswith("news       feed  ok       3      2026-11-20")
    assert "desertion 3" in lines[2]
    assert lines[3].startswith("old (off)")
    assert lines[-1].startswith("4 visited: ")


def test_it_may_be_markdown(site: Site, tmp_path: Path) -> None:
    lines = run(site, tmp_path, "--markdown").stdout.splitlines()
    assert lines[0].startswith("| source | kind | state | items |")
    assert set(lines[1]) == set("| -")
    assert all(line.startswith("| ") and line.endswith(" |") for line in lines)


def test_the_command_is_part_of_the_program() -> None:
    assert visiting.check_entries.__doc__

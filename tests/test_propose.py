"""A new address gets an entry that works: guessed, tried with its adapter, ready to paste."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.adapters.guess import listing, records
from monitor.adapters.propose import propose
from monitor.cli import trying
from monitor.cli.app import app
from monitor.cli.entry import as_comment, entry_of, entry_text
from monitor.config import load
from monitor.model import Expect, Fetched, Select, Source
from monitor.text.decode import decode
from tests.conftest import Some
from tests.web import Page, Site, web

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
URL = "https://example.org/aktuelles/"
SOURCE = Source("a", "A", "page", URL)

TEXT = "Das Gericht hat entschieden, dass der Kläger als Flüchtling anzuerkennen ist. "


def page(body: str, title: str = "Amt – Aktuelles") -> Fetched:
    text = (
        f'<!doctype html><html lang="de"><head><title>{title}</title></head><body>'
        "<nav><ul>"
        + "".join(
            f'<li><a href="/thema/{n}">Ein Thema der Seite Nummer {n}</a></li>' for n in range(30)
        )
        + f"</ul></nav><main>{body}</main><footer><p>Impressum</p></footer></body></html>"
    )
    return Fetched(URL, 200, "text/html", text.encode(), text)


def repeated(entry: str, count: int = 6) -> str:
    return "".join(
        entry.format(n=n, title=f"Meldung Nummer {n} über Asyl", day=f"{n + 1:02}", text=TEXT)
        for n in range(count)
    )


LISTS = {
    "articles with headings and times": (
        '<article class="teaser"><h3><a href="/m/{n}">{title}</a></h3>'
        '<time datetime="2026-11-{day}">{day}. November</time><p>{text}</p></article>',
        Select("article.teaser", "h3", None, "time"),
    ),
    "list items with a date before the link": (
        '<li class="entry"><span class="date">{day}.11.2026</span> <a href="/m/{n}">{title}</a></li>',
        Select("li.entry", None, None, "span.date"),
    ),
    "a table": (
        '<tr><td class="when">{day}.11.2026</td><td><a href="/m/{n}">{title}</a></td></tr>',
        Select("main > tr", None, None, "td.when"),
    ),
    "a list of definitions": (
        '<dl class="entry"><dt><a href="/m/{n}">{title}</a></dt><dd>{day}.11.2026</dd></dl>',
        Select("dl.entry", None, None, "dd"),
    ),
    "cards that are links": (
        '<a class="card" href="/m/{n}"><h2>{title}</h2><p>{text}</p></a>',
        Select("a.card", "h2", None, None),
    ),
    "cards with a link in front": (
        '<div class="card"><a class="image" href="/m/{n}"><img src="/i.png" alt=""></a>'
        '<p class="meta">{day}. November 2026</p>'
        '<a class="headline" href="/m/{n}">{title}</a></div>',
        Select("div.card", "a.headline", "a.headline", "p.meta"),
    ),
    "entries each in a box of its own": (
        '<div class="row"><div class="col"><div class="news is-new"><h4><a href="/m/{n}">{title}</a>'
        "</h4><small>{day}. 11. 2026</small></div></div></div>",
        Select("div.row", "h4", None, "small"),
    ),
    "classes that a build makes up": (
        '<div class="Card_root__x7YaB"><h3><a href="/m/{n}">{title}</a></h3></div>',
        Select("main > div", "h3", None, None),
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_list_of_a_page_is_found(name: str) -> None:
    entry, _ = LISTS[name]
    found = listing(SOURCE, page(repeated(entry)))
    assert found is not None
    assert [item.title for item in found.items] == [
        f"Meldung Nummer {n} über Asyl" for n in range(6)
    ]
    assert [item.url for item in found.items] == [f"https://example.org/m/{n}" for n in range(6)]
    if "{day}" in entry:
        assert found.items[0].published is not None
        assert all(item.published for item in found.items)


@pytest.mark.parametrize("name", ["articles with headings and times", "cards that are links"])
def test_the_selectors_are_those_that_a_person_would_write(name: str) -> None:
    entry, select = LISTS[name]
    found = listing(SOURCE, page(repeated(entry)))
    assert found is not None
    assert found.select == select


@pytest.mark.parametrize(
    "body",
    [
        "<p>Nichts.</p>",
        repeated(LISTS["articles with headings and times"][0], 2),
        "<p>" + "".join(f'Siehe <a href="/m/{n}">das Urteil Nummer {n}</a>. ' for n in range(9)),
        "<ul>" + '<li><a href="/m">Immer dieselbe Meldung</a></li>' * 9 + "</ul>",
    ],
)
def test_what_is_no_list_is_not_made_one(body: str) -> None:
    assert listing(SOURCE, page(body)) is None


def test_a_list_is_proposed_with_what_it_should_hold() -> None:
    proposal = propose(SOURCE, page(repeated(LISTS["articles with headings and times"][0], 12)))
    assert (proposal.kind, proposal.min_items, proposal.warnings) == ("page", 4, ())
    assert (proposal.name, proposal.lang) == ("Amt – Aktuelles", "de")


def test_a_list_without_dates_is_warned_of() -> None:
    assert (
        "no dates were found in the list"
        in propose(SOURCE, page(repeated(LISTS["cards that are links"][0]))).warnings
    )


def test_a_long_text_is_a_document_though_a_list_stands_below() -> None:
    article = f"<article><h1>Urteil</h1>{f'<p>{TEXT * 4}</p>' * 12}</article>"
    related = repeated('<div class="more"><a href="/m/{n}">{title}</a></div>')
    assert propose(SOURCE, page(article)).kind == "document"
    assert propose(SOURCE, page(article + related)).kind == "document"


def test_a_pdf_is_a_document_and_a_feed_a_feed() -> None:
    pdf = Fetched(URL, 200, "application/pdf", b"%PDF-1.7", "")
    assert propose(SOURCE, pdf).kind == "document"
    text = "<?xml version='1.0'?><rss version='2.0'><channel/></rss>"
    assert propose(SOURCE, Fetched(URL, 200, "text/xml", text.encode(), text)).kind == "feed"


def test_feeds_are_those_that_the_page_names() -> None:
    body = (
        '<a href="/rss.xml">Abonnieren</a><a href="/service/abo">RSS</a><a href="/feedback">x</a>'
    )
    found = page(body)
    text = found.text.replace(
        "</head>", '<link rel="alternate" type="application/rss+xml" href="/feed"></head>'
    )
    assert propose(SOURCE, Fetched(URL, 200, "text/html", text.encode(), text)).feeds == (
        "https://example.org/feed",
        "https://example.org/rss.xml",
        "https://example.org/service/abo",
    )


def test_a_page_of_scripts_wants_a_browser() -> None:
    text = '<!doctype html><html><body><div id="root"></div><script src="/a.js"></script>'
    proposal = propose(SOURCE, Fetched(URL, 200, "text/html", text.encode(), text))
    assert proposal.browser
    assert "JavaScript" in proposal.warnings[0]


def test_a_wall_is_warned_of_and_wants_no_browser() -> None:
    text = "<html><title>Just a moment...</title>"
    proposal = propose(SOURCE, Fetched(URL, 200, "text/html", text.encode(), text))
    assert not proposal.browser
    assert "robots" in proposal.warnings[0]


# --- JSON ----------------------------------------------------------------------------------------

API = {
    "total": 4,
    "data": {
        "facets": [{"name": "Jahr"}],
        "documents": [
            {"uuid": f"u{n}", "Titel": f"Urteil {n}", "link": f"/u/{n}", "datum": f"2026-11-0{n}"}
            for n in range(1, 5)
        ],
    },
}


def as_json(value: object) -> Fetched:
    text = json.dumps(value)
    return Fetched(URL, 200, "application/json", text.encode(), text)


def test_the_records_of_an_api_are_found() -> None:
    proposal = propose(SOURCE, as_json(API))
    assert proposal.kind == "json"
    assert proposal.select == Select("data.documents", "Titel", "link", "datum", None)
    assert proposal.options == {"id": ("uuid",)}
    found = records(SOURCE, as_json(API))
    assert found is not None
    assert [item.url for item in found.items][:1] == ["https://example.org/u/1"]
    assert all(item.published for item in found.items)


def test_json_without_records_is_watched_as_a_page() -> None:
    assert propose(SOURCE, as_json({"total": 3})).kind == "page"


# --- the entry -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        SOURCE,
        Source("b", "Ein: Name – mit #allem", "page", URL + "?a=1&b=2", lang="no"),
        Source(
            "c",
            "123",
            "page",
            URL,
            select=Select("div > article.teaser", "h3", "h3 a[href^='/m']", "time"),
            expect=Expect(min_items=4),
            allow_private=True,
            browser=True,
        ),
        Source("d", "true", "json", URL, select=Select("$", "t"), options={"id": ("uuid",)}),
        Source("e", "E", "page", URL, select=Select("main > " * 12 + "li", "h3", "a.x", "time.y")),
    ],
)
def test_a_pasted_entry_is_the_source_again(source: Source, tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    entry = entry_text(entry_of(source), ("12 items,\n3 match",))
    file.write_text(f"version: 1\ntopics: {{a: {{terms: [b]}}}}\nsources:\n{entry}\n")
    loaded = load(file, None).sources[0]
    for key in ("id", "name", "kind", "url", "lang", "select", "browser", "allow_private"):
        assert getattr(loaded, key) == getattr(source, key), key
    assert loaded.expect.min_items == source.expect.min_items
    assert dict(loaded.options) == dict(source.options)
    assert all(line.startswith("  # ") for line in as_comment(entry).splitlines())


# --- the command ---------------------------------------------------------------------------------

RSS = Page(
    '<rss version="2.0"><channel><title>A</title>'
    + "".join(f"<item><title>Meldung {n}</title><link>/m/{n}</link></item>" for n in range(6))
    + "</channel></rss>",
    content_type="application/rss+xml",
)


@pytest.fixture
def site() -> Iterator[Site]:
    with web({"/feed": RSS}) as site:
        yield site


def tried(site: Site, path: str, folder: Path, *arguments: str) -> Result:
    file = folder / "sources.yaml"
    file.write_text(
        "version: 1\ntopics: {asylum: {terms: [Asyl]}}\n"
        "sources: [{id: x, name: X, kind: feed, url: 'https://example.org/'}]\n"
    )
    options = ["--sources", str(file), "--database", f"sqlite:///{folder / 'x.db'}"]
    command = ["try", site.url(path), "--allow-private", *arguments]
    return CliRunner().invoke(app, [*options, *command])


def answered(site: Site, path: str, folder: Path) -> dict[str, object]:
    result = tried(site, path, folder, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert isinstance(answer, dict)
    return answer


def with_feed(found: Fetched) -> str:
    return found.text.replace(
        "</head>", '<link rel="alternate" type="application/rss+xml" href="/feed"></head>'
    )


def test_a_list_becomes_an_entry_with_selectors(site: Site, tmp_path: Path) -> None:
    site.pages["/news"] = page(repeated(LISTS["articles with headings and times"][0])).text
    answer = answered(site, "/news", tmp_path)
    entry = answer["entry"]
    assert isinstance(entry, dict)
    assert entry["select"] == {"items": "article.teaser", "title": "h3", "date": "time"}
    assert entry["expect"] == {"min_items": 2}
    items, matches = answer["items"], answer["matches"]
    assert isinstance(items, list)
    assert isinstance(matches, list)
    assert len(items) == 6
    assert {match["topic"] for match in matches} == {"asylum"}
    assert [hit.path for hit in site.requests] == ["/robots.txt", "/news"]


def test_a_feed_of_the_same_entries_is_proposed_first(site: Site, tmp_path: Path) -> None:
    body = repeated(LISTS["articles with headings and times"][0])
    site.pages["/news"] = with_feed(page(body))
    answer = answered(site, "/news", tmp_path)
    entry, others = answer["entry"], answer["others"]
    assert isinstance(entry, dict)
    assert isinstance(others, list)
    assert (entry["kind"], entry["url"]) == ("feed", site.url("/feed"))
    assert [other["kind"] for other in others] == ["page"]


def test_a_feed_of_other_things_is_only_named(site: Site, tmp_path: Path) -> None:
    body = repeated(LISTS["articles with headings and times"][0]).replace("/m/", "/other/")
    site.pages["/news"] = with_feed(page(body))
    answer = answered(site, "/news", tmp_path)
    entry, others = answer["entry"], answer["others"]
    assert isinstance(entry, dict)
    assert isinstance(others, list)
    assert entry["kind"] == "page"
    assert [other["url"] for other in others] == [site.url("/feed")]


def test_no_more_than_three_feeds_are_tried(site: Site, tmp_path: Path) -> None:
    links = "".join(f'<a href="/{n}/feed">Abo</a>' for n in range(9))
    site.pages["/news"] = page(links).text
    answer = answered(site, "/news", tmp_path)
    assert len([hit for hit in site.requests if hit.path.endswith("/feed")]) == 3
    warnings = answer["warnings"]
    assert isinstance(warnings, list)
    assert sum("a feed that it names" in warning for warning in warnings) == 3


def test_an_app_is_proposed_with_a_browser(site: Site, tmp_path: Path) -> None:
    site.pages["/app"] = '<!doctype html><html><div id="app"></div><script src="/a.js"></script>'
    answer = answered(site, "/app", tmp_path)
    entry = answer["entry"]
    assert isinstance(entry, dict)
    assert entry["browser"] is True
    assert answer["items"] == []


def test_json_is_proposed_as_json(site: Site, tmp_path: Path) -> None:
    site.pages["/api"] = Page(json.dumps(API), content_type="application/json")
    answer = answered(site, "/api", tmp_path)
    entry, items = answer["entry"], answer["items"]
    assert isinstance(entry, dict)
    assert isinstance(items, list)
    assert (entry["kind"], entry["options"], len(items)) == ("json", {"id": "uuid"}, 4)


def test_people_get_yaml_with_comments(site: Site, tmp_path: Path) -> None:
    site.pages["/news"] = with_feed(page(repeated(LISTS["cards that are links"][0])))
    shown = tried(site, "/news", tmp_path).stdout
    assert "  # 6 items, 0 of them match\n  - id: " in shown
    assert "# or, as the page itself:" in shown
    assert "  # - id: " in shown
    assert not (tmp_path / "x.db").exists()


def test_what_robots_txt_forbids_is_said(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = Page("User-agent: *\nDisallow: /", content_type="text/plain")
    result = tried(site, "/news", tmp_path)
    assert result.exit_code == 1
    assert "does not let" in str(result.exception)


def test_the_command_says_what_it_does() -> None:
    assert "nothing is stored" in (trying.try_.__doc__ or "")


# --- recorded pages ------------------------------------------------------------------------------


def recorded(path: str) -> Fetched:
    file = SAMPLES / path
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return Fetched(URL, 200, "text/html", content, decode(content, "text/html")[0])


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded pages are not here")
@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("article-html/amnesty.de-waffensysteme.html", 10),
        ("fr.de/politik__2026-01-01.html", 20),
        ("nrwe/nw_search__2026-05-16.html", 10),
        ("voris-niedersachsen/ni_search__2026-05-16.html", 10),
        ("brandenburg/bb_search__2026-05-25.html", 20),
    ],
)
def test_a_recorded_list_is_found(path: str, count: int) -> None:
    found = listing(SOURCE, recorded(path))
    assert found is not None
    assert len({item.url for item in found.items}) >= min(count, 10)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded pages are not here")
def test_recorded_articles_are_documents(some: Some[Path]) -> None:
    articles = some(sorted(SAMPLES.glob("extraction/fundus/[ac]*/*.gz")), 4)
    kinds = [propose(SOURCE, recorded(str(path.relative_to(SAMPLES)))).kind for path in articles]
    assert kinds.count("document") >= 0.9 * len(kinds)

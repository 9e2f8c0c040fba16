"""What stands in place of a page is told from the page, and an ordinary page is never accused."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters import ADAPTERS
from monitor.adapters.html import parse, says_much
from monitor.adapters.wall import _look, let_through, wall
from monitor.errors import ExtractError, FetchError
from monitor.match import compile_vocabulary
from monitor.model import Expect, Fetched, Item, Request, Select, Source, Validators, Vocabulary
from monitor.pipeline import Checked, Outcome, check_source
from monitor.pipeline.following import debts, follow
from monitor.store import Store
from monitor.text.decode import decode
from tests.conftest import Some

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
URL = "https://example.org/aktuelles/meldungen.html"
SOURCE = Source("a", "A", "page", URL)
RULES = compile_vocabulary(Vocabulary({}, {}))

NAVIGATION = "<nav><ul>" + "".join(f'<li><a href="/{n}">Thema {n}</a></li>' for n in range(60))
FOOTER = "<footer><p>Bundesamt für Beispiele, 12345 Musterstadt. " + "Service. " * 80 + "</p>"


def layout(title: str, main: str) -> str:
    """A page in the usual frame of an authority's site."""
    return (
        f"<!doctype html><html lang=de><head><title>{title}</title></head><body><header>"
        f"<h1>Bundesamt für Beispiele</h1>{NAVIGATION}</ul></nav></header>"
        f"<main>{main}</main>{FOOTER}</footer></body></html>"
    )


def bare(title: str, body: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


BLOCKED = {
    "Cloudflare's wait": bare("Just a moment...", "<noscript>Enable JavaScript</noscript>"),
    "Cloudflare's block": bare(
        "Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>"
    ),
    "Cloudflare's wait in German": bare("Nur einen Moment…", "<p>www.example.org überprüft</p>"),
    "Cloudflare's script": bare("", "<script>window._cf_chl_opt={cvId:'3'}</script>"),
    "AWS": bare("", "<script>window.gokuProps={}</script><div id=challenge-container></div>"),
    "Akamai": bare(
        "Access Denied",
        "<h1>Access Denied</h1><p>You don't have permission to access this. "
        "Reference #18.4d3a1002.1700000000.a1b2</p>",
    ),
    "Akamai's check": bare("", '<iframe src="/_sec/verify?provider=interstitial"></iframe>'),
    "Imperva": bare("Pardon Our Interruption", "<p>Something about your browser.</p>"),
    "F5": bare("Request Rejected", "The requested URL was rejected. Your support ID is: 123"),
    "DataDome": bare("example.org", "<script src='https://ct.captcha-delivery.com/c.js'></script>"),
    "Anubis": bare("Making sure you're not a bot!", "<p>Loading...</p>"),
    "Enodia": bare("", "<script src='/.enodia/challenge.js'></script>"),
    "a captcha": bare(
        "Sicherheitsabfrage",
        "<form><p>Bitte bestätigen Sie, dass Sie kein Roboter sind.</p><input name=c></form>",
    ),
    "a captcha in an authority's layout": layout(
        "Bundesamt – Sicherheitsprüfung", "<h2>Sicherheitsprüfung</h2><input name=code>"
    ),
    "a slider": bare(
        "Rechtsprechung",
        "<h5>We have to check whether you are human:</h5>"
        "<p>Please rotate the inner part of the image.</p><input type=range>",
    ),
    "a refusal in German": layout("Zugriff verweigert", "<p>Wenden Sie sich an den Support.</p>"),
    "a refusal in Russian": bare("Доступ ограничен", "<h1>Доступ ограничен</h1>"),
    "a block of the address": bare(
        "Hinweis", "<p>Ihre IP-Adresse wurde wegen zu vieler Abrufe gesperrt.</p>"
    ),
    "a login": bare("Login", "<form><input name=u><input type=password name=p></form>"),
    "a login in an authority's layout": layout(
        "Anmelden | Bundesamt",
        "<h1>Anmelden</h1><form><input name=u><input type=password></form>",
    ),
    "a cookie wall": bare(
        "Die Zeitung",
        "<h2>Mit Werbung weiterlesen</h2><p>Mit Werbung und Tracking kostenlos nutzen.</p>",
    ),
    "a cookie wall in English": bare(
        "Before you continue", "<p>We use cookies and data to deliver our services.</p>"
    ),
    "a demand for cookies": bare("Portal", "<p>Ihr Browser akzeptiert keine Cookies.</p>"),
    "a shop": layout(
        "Modul Verwaltungsrecht | Shop",
        "<h2>Modul Verwaltungsrecht</h2><p>ab 12,90 € zzgl. MwSt.</p><button>In den Warenkorb",
    ),
    "a slip of the subscription": layout(
        "VG Hannover, 1 A 1/26",
        "<p>Dieses Dokument ist nicht in Ihrem Abonnement enthalten.</p>",
    ),
}
BROKEN = {
    "a soft 404 in an authority's layout": layout(
        "BA - Seite nicht gefunden", "<h1>Seite nicht gefunden</h1><p>Bitte suchen Sie.</p>"
    ),
    "an error page in a normal layout": layout(
        "Bundesamt für Beispiele - Fehlerseite",
        "<h1>Entschuldigung</h1><p>Die von Ihnen angeforderte Seite konnte leider nicht gefunden "
        "werden. Vielleicht helfen Ihnen die Suche oder die Inhaltsübersicht weiter.</p>",
    ),
    "a soft 404 only by its words": layout(
        "Bundesamt", "<p>Die aufgerufene Seite existiert nicht oder wurde verschoben.</p>"
    ),
    "Fehler 404": bare("DAS BLATT - Fehler 404", "<p>Leider gibt es die Seite nicht mehr.</p>"),
    "Page not found": layout("Page not found | Office", "<h1>Page not found</h1>"),
    "a 404 in Russian": bare("Страница не найдена", "<p>Вернуться на главную</p>"),
    "a 404 in Ukrainian": bare("Сторінку не знайдено", "<p>404</p>"),
    "a 404 in French": bare("Page introuvable", "<p>Retour</p>"),
    "repairs": bare("Wartungsarbeiten", "<h1>Wartungsarbeiten</h1><p>Bald wieder da.</p>"),
    "repairs in an authority's layout": layout(
        "Bundesamt",
        "<p>Aufgrund von Wartungsarbeiten steht das Portal vorübergehend nicht zur Verfügung.</p>",
    ),
    "repairs in English": bare("Office", "<h1>We'll be back soon!</h1><p>Sorry.</p>"),
    "repairs in Russian": bare("Сайт", "<p>На сайте ведутся технические работы.</p>"),
    "a fault of the server": bare("Fehler", "<p>Es ist ein interner Fehler aufgetreten.</p>"),
    "a gateway": bare("502 Bad Gateway", "<center><h1>502 Bad Gateway</h1></center>nginx"),
    "a lost database": bare("", "<h1>Error establishing a database connection</h1>"),
    "a signpost": (
        '<html><head><meta http-equiv="refresh" content="0; url=/neu"></head>'
        "<body><a href=/neu>Zur Seite</a></body></html>"
    ),
    "a page of scripts": bare("Portal", '<div id="root"></div><script src="/a.js"></script>'),
    "a page that loads": bare("Portal", "<app-root>Chargement en cours ...</app-root>"),
    "a wish for JavaScript": bare(
        "Portal", "<noscript>You need to enable JavaScript to run this app.</noscript>"
    ),
}
ARTICLE = "<p>" + "Das Gericht hat dem Deserteur aus Russland Schutz zuerkannt. " * 50 + "</p>"
LISTING = "".join(
    f"<article><h3><a href=/m/{n}>Meldung {n}</a></h3><time>2026-11-0{n}</time></article>"
    for n in range(1, 10)
)
ORDINARY = {
    "a short page": bare("Impressum", "<h1>Impressum</h1><p>Verein, Musterweg 1</p>"),
    "an empty list": layout("Meldungen", "<h1>Meldungen</h1><p>Zurzeit keine Meldungen.</p>"),
    "a list": layout("Meldungen", LISTING),
    "an article about a refusal": layout("Zugriff verweigert: wie das Amt schweigt", ARTICLE),
    "an article headed like a wall": layout("Zugriff verweigert", "<h1>Captcha</h1>" + ARTICLE),
    "an article on robots": layout("Kein Roboter", "<p>Ich bin kein Roboter.</p>" + ARTICLE),
    "a list with news of repairs": layout(
        "Meldungen", LISTING + "<article><h3><a href=/m>Wartungsarbeiten am Freitag</a></h3>"
    ),
    "a page with a login beside it": layout(
        "Meldungen", "<form><input type=password></form>" + LISTING
    ),
    "an article with a cookie banner": layout(
        "Urteil", "<div id=cookie-banner>Akzeptieren Sie alle Cookies?</div>" + ARTICLE
    ),
    "an app with its text": bare("Portal", f'<div id="root">{ARTICLE}</div>'),
    "a notice on JavaScript beside the text": bare(
        "Portal", f"<noscript>Bitte aktivieren Sie JavaScript.</noscript>{ARTICLE}"
    ),
    "a reference with 404 in it": layout("VG Köln, 404/26", "<p>Beschluss vom 1. 2. 2026.</p>"),
    "a page that reloads": (
        '<html><head><meta http-equiv="refresh" content="300"></head><body>'
        "<h1>Stand</h1><p>Drei Verfahren.</p></body></html>"
    ),
}


def page(text: str, url: str = URL, media_type: str = "text/html") -> Fetched:
    return Fetched(url, 200, media_type, text.encode(), text)


@pytest.mark.parametrize("name", BLOCKED)
def test_a_wall_is_blocked(name: str) -> None:
    found = wall(page(BLOCKED[name]), SOURCE, URL)
    assert found is not None
    assert found.state == "blocked", found


@pytest.mark.parametrize("name", BROKEN)
def test_an_error_page_is_broken(name: str) -> None:
    found = wall(page(BROKEN[name]), SOURCE, URL)
    assert found is not None
    assert found.state == "broken", found


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_page_is_let_through(name: str) -> None:
    assert wall(page(ORDINARY[name]), SOURCE, URL) is None


@pytest.mark.parametrize("text", [*BLOCKED.values(), *BROKEN.values()])
def test_a_page_with_all_that_is_declared_is_no_wall(text: str) -> None:
    declared = '<ul class="list"><li><a href="/1">Eins</a> <i>1. 2. 2026</i></li></ul>'
    source = replace(SOURCE, select=Select(items=".list li", link="a", date="i"))
    assert wall(page(text.replace("<body>", f"<body>{declared}")), source, URL) is None


def test_a_page_with_only_some_of_what_is_declared_may_be_a_wall() -> None:
    source = replace(SOURCE, select=Select(items="li", date=".date"))
    assert wall(page(BROKEN["Page not found"]), source, URL)


def test_a_kind_that_reads_the_frame_of_a_page_gets_it() -> None:
    portal = replace(SOURCE, kind="juris")
    assert wall(page(BROKEN["a page of scripts"]), portal, URL) is None
    assert wall(page(ORDINARY["a list"], "https://example.org/"), portal, URL) is None
    assert wall(page(BLOCKED["a captcha"]), portal, URL)


# --- where it came from --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "came", "state"),
    [
        (URL, "https://example.org/", "broken"),
        (URL, "https://www.example.org/de/", "broken"),
        (URL, "https://example.org/DE/Home/home_node.html", "broken"),
        (URL, "https://example.org/index.html", "broken"),
        (URL, "https://parked.example/startseite", "broken"),
        (URL, "https://example.org/fehler/404.html", "broken"),
        (URL, "https://example.org/login?next=/aktuelles", "blocked"),
        (URL, "https://sso.example.org/saml/continue", "blocked"),
        (URL, "https://example.org/presse/meldungen.html", None),
        (URL, "https://www.example.org/aktuelles/meldungen.html", None),
        ("https://example.org/", "https://www.example.org/de/", None),
        ("https://example.org/de", "https://example.org/", None),
        ("https://example.org/?page=news", "https://example.org/", "broken"),
        ("https://example.org/login/news", "https://example.org/login/news/", None),
    ],
)
def test_a_redirect_to_the_door_is_not_the_page(asked: str, came: str, state: str | None) -> None:
    found = wall(page(ORDINARY["a list"], came), replace(SOURCE, url=asked), asked)
    assert (found.state if found else None) == state


# --- other forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('{"error": "invalid api key", "status": 401}', "blocked"),
        ('{"error": {"code": 429, "message": "Too many requests"}}', "blocked"),
        ('{"code": 500, "message": "Internal error"}', "broken"),
        ('{"success": false, "message": "no such filter"}', "broken"),
        ('{"errors": [{"message": "Cannot query field"}], "data": null}', "broken"),
        ('{"status": 404, "title": "Not Found", "type": "about:blank"}', "broken"),
        ('{"error": null, "results": [{"id": 1}]}', None),
        ('{"error": "", "count": 0, "results": []}', None),
        ('{"errors": [{"message": "one of them"}], "data": {"a": 1}}', None),
        ('{"status": 200, "documents": []}', None),
        ('{"code": "800", "title": "Asyl"}', None),
        ('[{"error": "a row"}]', None),
        ('{"error": "cut', None),
    ],
)
def test_an_error_in_json_is_no_news(text: str, state: str | None) -> None:
    found = wall(page(text, media_type="application/json"), SOURCE, URL)
    assert (found.state if found else None) == state


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("<?xml version='1.0'?><rss><channel><title>404</title></channel></rss>", "text/html"),
        ("Seite nicht gefunden", "text/plain"),
        ("", "text/html"),
        ("%PDF-1.7", "application/pdf"),
    ],
)
def test_what_is_no_page_is_left_to_its_reader(text: str, media_type: str) -> None:
    assert wall(page(text, media_type=media_type), SOURCE, URL) is None


def test_the_sentence_says_where_what_and_how_to_go_on() -> None:
    with pytest.raises(ExtractError) as caught:
        let_through(page(BLOCKED["a shop"]), SOURCE, URL)
    assert str(caught.value) == (
        f"{URL} («Modul Verwaltungsrecht | Shop»): "
        "the text is for subscribers only; look for a free place."
    )
    assert caught.value.state == "blocked"


# --- in the pipeline -----------------------------------------------------------------------------


class Visit:
    """Answers every request with what stands in `text`."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def __call__(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched:
        return page(self.text, request.url)


def checked_once(source: Source, store: Store, visit: Visit) -> Checked:
    return asyncio.run(check_source(source, store=store, fetch=visit, rules=RULES, now=NOON))


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (BLOCKED["a captcha"], "blocked"),
        (BROKEN["a soft 404 in an authority's layout"], "broken"),
    ],
)
def test_a_wall_leaves_the_snapshot_alone_and_its_state_is_kept(
    sqlite_url: str, text: str, state: str
) -> None:
    with Store.open(sqlite_url) as store:
        outcomes = []
        for shown in (ORDINARY["a short page"], text, ORDINARY["a short page"]):
            visit = Visit(shown)
            checked = checked_once(SOURCE, store, visit)
            outcomes.append(checked.outcome)
            if checked.outcome is Outcome.FAILED:
                assert store.checks.state("a").error_state == state
        assert outcomes == [Outcome.BASELINE, Outcome.FAILED, Outcome.UNCHANGED]
        assert store.checks.state("a").error_state is None


def test_a_feed_that_is_a_wall_is_blocked_and_one_that_is_a_page_is_broken(
    sqlite_url: str,
) -> None:
    feed = replace(SOURCE, kind="feed", expect=Expect(min_items=0))
    with Store.open(sqlite_url) as store:
        for text, state in ((BLOCKED["AWS"], "blocked"), (ORDINARY["a list"], "broken")):
            checked_once(feed, store, Visit(text))
            assert store.checks.state("a").error_state == state


def test_a_wall_behind_a_link_is_no_text_of_the_item() -> None:
    source = replace(SOURCE, follow=True, select=Select(items="article"))
    items = [
        item for item in _items(source, ORDINARY["a list"]) if item.url and item.url.endswith("/1")
    ]
    followed = asyncio.run(follow(source, debts(source, items), Visit(BLOCKED["a slider"])))
    assert not followed.items
    assert len(followed.owed) == 1


def _items(source: Source, text: str) -> Iterator[Item]:
    crawl = ADAPTERS["page"](source)
    next(crawl)
    with pytest.raises(StopIteration) as done:
        crawl.send(page(text))
    yield from done.value.value


def test_trouble_has_a_state_whoever_raises_it() -> None:
    assert ExtractError("x").state == "broken"
    assert FetchError("x").state == "unreachable"


# --- recorded pages ------------------------------------------------------------------------------


def recorded(pattern: str) -> list[Path]:
    return sorted(SAMPLES.glob(pattern)) if SAMPLES.is_dir() else []


def found_in(path: Path) -> str | None:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text, _ = decode(content, "text/html")
    found = wall(Fetched(URL, 200, "text/html", content, text), SOURCE, URL)
    return found.state if found else None


needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded pages are not here")


@needs_samples
def test_every_recorded_wall_is_known() -> None:
    walls = [*recorded("blockpages/*.html"), *recorded("openjur/*.html")]
    assert walls
    assert {path.name: found_in(path) for path in walls} == {p.name: "blocked" for p in walls}


@needs_samples
@pytest.mark.parametrize(
    "pattern", ["extraction/**/*.html*", "article-html/*.html", "fr.de/*.html"]
)
def test_of_the_recorded_pages_none_is_accused(pattern: str, some: Some[Path]) -> None:
    pages = [path for path in recorded(pattern) if not path.name.startswith("openjur_")]
    pages = [*some(pages, 5)]
    assert pages
    assert [path.name for path in pages if found_in(path)] == []


# Looked at one by one: soft 404s, a signpost, and an app before its text.
NO_PAGES = {
    "de-spiegel-impressum",
    "en-ota-imprint",
    "fr-gouv-monespacesante-accessibilite",
}


@needs_samples
def test_of_the_recorded_histories_only_what_is_no_page_is_accused() -> None:
    histories = recorded("replays/*/0*.html")
    assert histories
    every_seventh = [p for p in histories[::7] if p.parent.name not in NO_PAGES]
    assert [str(path) for path in every_seventh if found_in(path)] == []
    signpost = SAMPLES / "replays" / "en-ota-imprint"
    assert [p.name for p in sorted(signpost.glob("*.html")) if found_in(p)] == ["0018.html"]


PIECES = [
    *("<p>", "</p>", "<div>", "</div>", "<a href=x>", "<a>", "</a>", "<nav>", "</nav>", "<li>"),
    *(
        "<header>",
        "</header>",
        "<main>",
        "</main>",
        "<table><tr><td>",
        "</table>",
        "<br>",
        "<sup>1",
    ),
    *("<div hidden>", "<p style='display:none'>", "<div role=navigation>", "<p id=cookie-bar>"),
    *("<script>var a = 1</script>", "<!-- x -->", "<h1>", "</h1>", "<select><option>", "</select>"),
    *(
        "Asylverfahren ",
        "  \n ",
        "\u200b",
        "&amp;",
        "&nbsp;",
        "ein Satz. ",
        "<pre>",
        "</pre>",
        "\x00",
    ),
    *("<body>", "</body>", "<template>", "</template>", "<dialog open>", "<svg>", "</svg>", "]]>"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.integers(0, 60))
def test_a_page_that_says_much_does_so_where_walls_are_looked_for(
    pieces: list[str], least: int
) -> None:
    page = f"<html><title>x</title>{''.join(pieces)}"
    if says_much(page, least):
        assert len(_look(parse(page)).prose) > least


def test_an_ordinary_page_is_known_to_say_much() -> None:
    text = "<p>Das Gericht hat entschieden, und das ist die Begründung. <b>Sie ist lang.</b></p>"
    assert says_much(f"<html><body><nav>{'<a>x</a>' * 500}</nav><main>{text * 50}</main>", 2500)
    assert not says_much(f"<html><body><header>{text * 50}</header><p>Bitte warten</p>", 2500)

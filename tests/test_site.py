"""The archive as pages: what it says, what it leaves alone, and that it is always whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from jinja2.exceptions import SecurityError

from monitor.daemon import Plan
from monitor.errors import MonitorError, RenderError
from monitor.model import Piece
from monitor.pipeline.publishing import HEALTH_EVERY, Keeper, publish
from monitor.publication import MEMORY
from monitor.render import Pages
from monitor.render.pages import Sandbox
from monitor.render.templates import environment
from monitor.shipped import shipped
from monitor.site.catalogue import SHEET, sheets
from monitor.site.charts import bars, series
from monitor.site.joining import join
from monitor.site.names import place, story_path, urn
from monitor.site.search import Gathering, Indexed, base36, folded, share, with_new, words
from monitor.site.telling import Watch, beside
from monitor.store import Store
from monitor.text.rewording import Fate
from tests.archive import DAY, HOSTILE, NOW, WATCH, Desk, edit, figure, fill, new, site, written
from tests.test_daemon import Service, a_plan, a_source, feed, in_loop
from tests.test_render import SITE, golden, links_in
from tests.web import web


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/state.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented archive, written once; nobody changes it."""
    folder = tmp_path_factory.mktemp("archive")
    with Store.open(f"sqlite:///{folder}/state.db") as opened:
        fill(opened)
        written(folder / "site", opened)
    return folder / "site"


class Html(HTMLParser):
    """What of a page counts here: its elements with their attributes, its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def pages(folder: Path) -> dict[str, Html]:
    return {
        str(path.relative_to(folder)): Html(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".policy-monitor.json"
    }


def page(folder: Path, path: str) -> Html:
    return Html((folder / path).read_text(encoding="utf-8"))


# --- names ---------------------------------------------------------------------------------------


def test_ids_are_never_paths() -> None:
    assert [place(id_) for id_ in ("bamf-news", "a.b", "42")] == ["bamf-news", "a.b", "42"]
    hostile = ("..", "../x", "a/b", "a..b", "A", "", ".hidden", "a.", "x" * 99, "ü", "\0")
    assert all(re.fullmatch("x-[0-9a-f]{16}", place(id_)) for id_ in hostile)
    assert len({place(id_) for id_ in hostile}) == len(hostile)


def test_names_of_feeds_are_uuids_of_the_fifth_version() -> None:
    name = "policy-monitor:story\nbamf\n1"
    assert urn("story", "bamf", "1") == uuid.uuid5(uuid.NAMESPACE_URL, name).urn


def test_what_mails_link_to_is_there(store: Store, tmp_path: Path) -> None:
    fill(store)
    written(tmp_path / "site", store)
    told = golden("sorts-de")
    for alert in store.archive.alerts_after(0):
        for lang in ("de", "en"):
            assert (tmp_path / "site" / lang / story_path(alert.id or 0)).is_file()
    assert {f"{SITE}/de/{story_path(n)}" for n in range(1, 8)} <= links_in(told.text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ piece.__class__ }}",
        "{{ piece._fields }}",
        "{{ line.__slots__ }}",
        "{% for each in 'ab' %}{{ loop.__init__ }}{% endfor %}",
        "{% macro told() %}{% endmacro %}{{ told.__call__ }}",
        "{% import 'site/macros.html' as show %}{{ show.kind.__init__.__globals__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ topics.clear() }}",
    ],
)
def test_the_short_way_through_the_sandbox_leads_to_nothing_hidden(text: str) -> None:
    env = environment(shipped("templates"), "en", "Europe/Berlin", Sandbox)
    with pytest.raises(SecurityError):
        env.from_string(text).render(piece=Piece("a", hit=True), line=WATCH, topics={"a": 1})


def test_a_fixed_sentence_is_escaped_where_it_stands_in_a_page() -> None:
    env = environment(shipped("templates"), "de", "Europe/Berlin", Sandbox)
    page = env.from_string("{{ _('Topics') }} {{ _('Before') }} {{ _('Topics') }}")
    assert page.render() == "Themen Vorher Themen"
    assert env.from_string("{{ _('Found %(n)s', n='<b>') }}").render() == "Found &lt;b&gt;"


# --- days to come ---------------------------------------------------------------------------------


def events(folder: Path) -> list[dict[str, str]]:
    """What the calendar file holds, by property."""
    text = (folder / "de" / "days.ics").read_bytes().decode().replace("\r\n ", "")
    return [
        dict(line.split(":", 1) for line in event.strip().split("\r\n")[:-1])
        for event in text.split("BEGIN:VEVENT")[1:]
    ]


def test_days_to_come_are_a_page_and_a_calendar(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "site"
    written(folder, store, url="https://archiv.example/politik")
    page = (folder / "de" / "days.html").read_text("utf-8")
    assert page.index("Donnerstag, 10. Dezember 2026") < page.index("1. Januar 2027")
    assert '<span class="hour">10:30</span>' in page
    assert "<b>Verhandlung</b>" in page
    assert "Die geänderte Dienstanweisung tritt am" in page
    hearing, force = events(folder)
    assert hearing["DTSTART"] == "20261210T093000Z"
    assert hearing["SUMMARY"] == "Verhandlung: Terminhinweis für die Kammer"
    assert hearing["URL"] == f"https://archiv.example/politik/de/{story_path(1)}"
    assert force["DTSTART;VALUE=DATE"] == "20270101"
    assert "Donnerstag, 10. Dezember 2026" in (folder / "de" / "index.html").read_text("utf-8")


def test_a_day_that_passed_is_named_no_more(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "site"
    written(folder, store)
    assert len(events(folder)) == 2
    written(folder, store, NOW + 18 * DAY)
    assert len(events(folder)) == 2  # the hearing is today
    written(folder, store, NOW + 19 * DAY)
    assert [event["DTSTART;VALUE=DATE"] for event in events(folder)] == ["20270101"]
    written(folder, store, NOW + 60 * DAY)
    assert events(folder) == []
    assert "Keine Meldung nennt einen Tag" in (folder / "de" / "days.html").read_text("utf-8")


def test_an_archive_of_an_older_release_learns_of_days(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "site"
    written(folder, store)
    memory = json.loads((folder / MEMORY).read_text("utf-8"))
    assert len(memory.pop("days")) == 2
    (folder / MEMORY).write_text(json.dumps(memory), encoding="utf-8")
    (folder / "de" / "days.ics").unlink()
    written(folder, store)
    assert len(events(folder)) == 2


# --- stories -------------------------------------------------------------------------------------


def test_stories_do_not_depend_on_how_often_they_were_sorted(store: Store) -> None:
    fill(store)
    alerts = tuple(store.archive.alerts_after(0))
    at_once = join(alerts, {}, {"law"})
    step_by_step: dict[int, int] = {}
    for number in range(1, len(alerts) + 1):
        step_by_step |= join(alerts[:number], step_by_step, {"law"})
    assert step_by_step == at_once
    assert set(at_once) == {alert.id for alert in alerts}


def test_what_two_sources_tell_is_one_story_for_90_days(store: Store) -> None:
    desk = Desk(store)
    title = "Gericht gewährt russischem Deserteur Schutz vor Abschiebung"
    for source, days in (("bamf", 0), ("press", 2), ("network", 100)):
        desk.check(source, NOW + days * DAY, (new("a", title, "Ein [Deserteur]."), "desertion"))
    assert join(store.archive.alerts_after(0), {}) == {1: 1, 2: 1, 3: 3}


def test_the_figures_of_a_check_are_one_story(store: Store) -> None:
    desk = Desk(store)
    for day in (0, 30):
        cells = (figure(f"Anträge {n}", "2026-10", f"{n}{day}") for n in range(3))
        desk.check(("counts", "law")[day > 0], NOW + day * DAY, *((c, "statistics") for c in cells))
    assert join(store.archive.alerts_after(0), {}) == {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4}


@pytest.mark.parametrize(
    "number", [0, 1, SHEET - 1, SHEET, 2 * SHEET - 1, 2 * SHEET, 5 * SHEET + 7]
)
def test_a_full_sheet_never_changes_its_stories(number: int) -> None:
    before, after = (
        list(sheets("topic", "a", range(1, count + 1))) for count in (number, number + 1)
    )
    assert [s for sheet in reversed(after) for s in sheet.stories] == list(range(number + 1, 0, -1))
    full = {sheet.number: sheet.stories for sheet in before if sheet.number}
    assert full.items() <= {sheet.number: sheet.stories for sheet in after}.items()
    assert all(len(sheet.stories) < 2 * SHEET for sheet in after)
    linked = {sheet.number: (sheet.older, sheet.newer) for sheet in after}
    for sheet, (older, newer) in linked.items():
        assert older is None or linked[older][1] == sheet
        assert newer is None or linked[newer][0] == sheet


# --- side by side --------------------------------------------------------------------------------


def test_what_became_of_a_passage_stands_beside_it() -> None:
    before = "Der Antrag ist binnen sechs Monaten schriftlich zu bescheiden."
    after = "Der Antrag ist binnen zwei Wochen schriftlich zu bescheiden."
    (one,), more = beside([before], [after])
    assert "".join(each.text for each in one.before) == before
    assert "".join(each.text for each in one.after) == after
    changed = [each.text.strip() for each in one.after if each.fate is Fate.CAME]
    assert (changed, more) == (["zwei Wochen"], 0)


def test_other_passages_stand_beside_each_other_and_long_edits_are_counted() -> None:
    rows, more = beside(["Altes Recht."], ["Ganz anderer Satz.", "Noch einer."])
    assert [(bool(row.before), bool(row.after)) for row in rows] == [(True, True), (False, True)]
    rows, more = beside([], [f"Satz {chr(65 + n)} für sich" for n in range(60)])
    assert len(rows) + more == 60
    assert more > 0


# --- charts --------------------------------------------------------------------------------------


def test_the_highest_bar_fills_the_box() -> None:
    chart = bars(("a", "b", "c"), (2, 8, 0))
    assert (chart.top, chart.total) == (8, 10)
    assert [(bar.y, bar.height) for bar in chart.bars] == [(30, 10), (0, 40), (40, 0)]
    assert bars((), ()).bars == ()
    assert [bar.height for bar in bars(("a",), (0,)).bars] == [0]


def test_figures_are_one_series_if_only_the_period_tells_them_apart() -> None:
    cells = [("2026-02", "200"), ("2026-01", "100"), ("2026-04", "150")]
    items = [figure("Anträge", period, text).item for period, text in cells]
    withheld = figure("Anträge", "2026-03", "*").item
    assert withheld.figure
    withheld = replace(withheld, figure=replace(withheld.figure, value=None))
    alone = figure("Klagen", "2026-01", "7").item
    (one,) = series([*items, withheld, alone])
    assert one.label == "Anträge"
    assert [dot.period for dot in one.dots] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert [dot.change for dot in one.dots] == ["", "+100 %", "", ""]
    assert one.path.count("M") == 2  # a line does not bridge what is withheld


# --- the search's files --------------------------------------------------------------------------


def test_words_are_folded_as_people_type_them() -> None:
    assert folded("Flüchtling STRASSE Straße ёлка naïve Łódź") == (
        "fluechtling strasse strasse елка naive łodz"
    )
    assert words("§ 3a AsylG; 33 K 114/26 A") == ["3a", "asylg", "33", "114", "26"]
    assert words("u\u0308ber й") == words("über й")


def test_a_share_is_that_of_fnv_1a() -> None:
    # http://www.isthe.com/chongo/tech/comp/fnv/: FNV-1a of «foob» is 0x3f5076ef
    assert share("foobar") == share("foob") == 0x3F5076EF % 512


def read(text: str) -> dict[str, list[int]]:
    """The numbers of a share, as the script reads them."""
    found = {}
    for line in text.splitlines():
        word, *gaps = line.split(" ")
        numbers = [int(gaps[0], 36)]
        for gap in gaps[1:]:
            numbers.append(numbers[-1] - int(gap, 36))
        found[word] = numbers
    return found


def test_new_alerts_are_written_in_front_and_only_once() -> None:
    text = with_new("", {"asyl": [2, 5, 90]})
    assert read(text) == {"asyl": [90, 5, 2]}
    text = with_new(text, {"asyl": [3000], "zeuge": [3001]})
    assert read(text) == {"asyl": [3000, 90, 5, 2], "zeuge": [3001]}
    assert with_new(text, {"asyl": [3000]}) == text
    assert with_new(text, {"asyl": [3001]}) == text
    assert base36(46_655) == "zzz"


def test_one_after_another_or_at_once_makes_the_same_files() -> None:
    found = [Indexed(n, frozenset({"asyl"}), frozenset({f"w{n % 3}", "recht"})) for n in (1, 4, 9)]
    at_once = Gathering()
    singly: dict[int, str] = {}
    for each in found:
        at_once.add(each)
        alone = Gathering()
        alone.add(each)
        for number, told in alone.shares():
            singly[number] = with_new(singly.get(number, ""), told)
    assert {number: with_new("", told) for number, told in at_once.shares()} == singly


# --- the whole -----------------------------------------------------------------------------------


def test_every_link_leads_to_a_page(built: Path) -> None:
    there = {str(path.relative_to(built)) for path in built.rglob("*") if path.is_file()}
    found = pages(built)
    ids = {path: {a["id"] for _, a in each.elements if "id" in a} for path, each in found.items()}
    links = 0
    for path, each in found.items():
        for name, attributes in each.elements:
            link = attributes.get("href") or (attributes.get("src") if name != "a" else None)
            if link and "://" not in link:
                links += 1
                target, _, mark = urljoin(path, link).partition("#")
                assert target in there, (path, link)
                assert not mark or mark in ids[target], (path, link)
    assert links > 500


def test_every_page_forbids_what_it_does_not_need(built: Path) -> None:
    for path, each in pages(built).items():
        metas = {
            meta.get("http-equiv") or meta.get("name"): meta["content"]
            for meta in each.all("meta")
            if "content" in meta
        }
        policy = metas["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        is_search = path.endswith("search.html")
        assert ("script-src" in policy) is is_search
        assert len(each.all("script")) == is_search
        assert "noindex" in metas["robots"]
        attributes = {name for _, given in each.elements for name in given}
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
        loaded = [a.get("src", "") for name, a in each.elements if name != "a"]
        loaded += [link["href"] for link in each.all("link")]
        assert [url for url in loaded if "://" in url] == []


def test_every_page_says_its_language_and_what_it_is(built: Path) -> None:
    for path, each in pages(built).items():
        lang = path.split("/")[0]
        assert each.all("html")[0]["lang"] == (lang if lang in {"de", "en"} else "de")
        assert len(each.all("h1")) == 1, path
        assert len(each.all("title")) >= 1
    assert "Gespeicherte Fassungen" in page(built, "de/alert/2.html").text
    assert "Stored versions" in page(built, "en/alert/2.html").text


def test_a_story_shows_its_edit_side_by_side_and_versions_that_raised_nothing(built: Path) -> None:
    text = (built / "de/alert/2.html").read_text(encoding="utf-8")
    assert "<del>sechs Monaten</del>" in text
    assert "<ins>zwei Wochen</ins>" in text
    assert "führte zu keiner Meldung" in text
    assert "wird<ins> stets</ins> angehört." in text


def test_figures_are_charts_with_their_numbers_beside(built: Path) -> None:
    found = page(built, "en/figures/counts.html")
    (chart,) = found.all("svg")
    assert chart["role"] == "img"
    assert chart["aria-label"] == "2026-04 to 2026-09: from 812 to 968"
    assert "2026-07 1.021 +9 %" in found.text


def test_what_is_hostile_is_only_text(built: Path) -> None:
    (path,) = (p for p in (built / "de/alert").iterdir() if HOSTILE[:8] in Html(p.read_text()).text)
    told = page(built, f"de/alert/{path.name}")
    assert HOSTILE in told.text
    assert told.all("img") == told.all("script") == []
    assert [a["href"] for a in told.all("a") if "javascript" in a["href"].lower()] == []
    assert "\u202e" not in path.read_text(encoding="utf-8")
    assert not list(built.parent.glob("evil*"))
    assert (
        HOSTILE
        in feedparser.parse((built / "de/topic/desertion/feed.xml").read_bytes())["entries"][0][
            "title_detail"
        ]["value"]
    )


def test_the_first_page_is_light(built: Path) -> None:
    first = built / "de" / "index.html"
    styles = sum(path.stat().st_size for path in (built / "assets").glob("*.css"))
    assert first.stat().st_size + styles < 60_000


def test_a_feed_has_what_its_standard_asks_for(built: Path) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feeds = sorted(built.rglob("feed.xml"))
    assert len(feeds) == 2 * 5
    for path in feeds:
        root = ElementTree.fromstring(path.read_bytes())
        assert root.tag == f"{atom}feed"
        for element in (root, *root.iter(f"{atom}entry")):
            for name in ("id", "title", "updated"):
                assert len(element.findall(f"{atom}{name}")) == 1
        ids = [entry.findtext(f"{atom}id") for entry in root.iter(f"{atom}entry")]
        assert len(set(ids)) == len(ids) > 0
        assert all(
            entry.find(f"{atom}author/{atom}name") is not None
            for entry in root.iter(f"{atom}entry")
        )
        for link in root.iter(f"{atom}link"):
            assert (path.parent / link.attrib["href"]).resolve().is_file()
        assert not feedparser.parse(path.read_bytes()).bozo


def test_a_feed_of_a_known_address_has_whole_links(store: Store, tmp_path: Path) -> None:
    fill(store)
    written(tmp_path / "site", store, url="https://example.org/archive")
    feed = feedparser.parse((tmp_path / "site/en/topic/desertion/feed.xml").read_bytes())
    links = [link["href"] for link in (*feed.feed.links, *(e.links[0] for e in feed.entries))]
    for link in links:
        assert link.startswith("https://example.org/archive/en/")
        assert (tmp_path / "site" / urlsplit(link).path.removeprefix("/archive/")).is_file()


def test_search_engines_are_let_in_when_asked(store: Store, tmp_path: Path) -> None:
    fill(store)
    written(tmp_path / "site", store, indexable=True)
    assert (tmp_path / "site/robots.txt").read_text() == "User-agent: *\nDisallow:\n"
    assert "noindex" not in (tmp_path / "site/de/index.html").read_text(encoding="utf-8")


def test_what_is_no_topic_any_more_keeps_its_page(store: Store, tmp_path: Path) -> None:
    fill(store)
    less = replace(WATCH, topics={}, sources={"bamf": WATCH.sources["bamf"]})
    publish(site(tmp_path / "site"), store, less, NOW)
    assert "desertion" in page(tmp_path / "site", "de/topic/desertion/index.html").text
    assert "press" in page(tmp_path / "site", "de/source/press/index.html").text


# --- up to date ----------------------------------------------------------------------------------


def test_brought_up_to_date_step_by_step_it_is_the_same_as_written_at_once(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    desk = Desk(store)
    step = tmp_path / "step"
    for day in range(1, 4):
        written(step, store, NOW + (day - 1) * DAY)
        more = new(f"m-{day}", f"Meldung {day} über einen Deserteur", "Ein [Deserteur].")
        desk.check("bamf", NOW + day * DAY, (more, "desertion"))
        desk.check(
            "bamf",
            NOW + day * DAY + timedelta(hours=1),
            (edit(more, "Ein [Deserteur].", "Zwei [Deserteure]."), "asylum_practice"),
        )
    written(step, store, NOW + 3 * DAY)
    written(tmp_path / "once", store, NOW + 3 * DAY)
    assert files(step) == files(tmp_path / "once")


def test_a_new_alert_touches_only_the_pages_it_belongs_to(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "site"
    written(folder, store)
    before = files(folder)
    again = written(folder, store)
    assert (again.written, again.new) == (0, 0)
    item = new("m", "Noch ein Deserteur", "Ein [Deserteur].")
    Desk(store).check("court", NOW, (item, "desertion"))
    done = written(folder, store)
    after = files(folder)
    changed = {path for path, content in after.items() if before.get(path) != content}
    number = store.archive.newest()
    told = {path for path in changed if not path.startswith("search/")}
    assert told == {
        f"{lang}/{path}"
        for lang in ("de", "en")
        for path in (
            *(f"alert/{number}.html", "index.html", "statistics.html", "month/index.html"),
            *("month/2026-11/index.html", "source/court/index.html", "source/index.html"),
            *("topic/desertion/index.html", "topic/desertion/feed.xml", "topic/index.html"),
        )
    }
    assert done.written < 40
    assert done.new == 1


def test_a_page_that_somebody_took_away_comes_back(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "site"
    written(folder, store)
    before = files(folder)
    (folder / "de/alert/2.html").unlink()
    (folder / "en/statistics.html").write_text("")  # as a power failure may leave it
    next((folder / "search/words").iterdir()).unlink()
    written(folder, store)
    assert files(folder) == before


def test_a_run_that_breaks_off_leaves_whole_pages_and_is_taken_up_again(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    folder, templates = tmp_path / "site", tmp_path / "templates"
    shutil.copytree(shipped("templates"), templates)
    (templates / "site/statistics.html").write_text("{{ nothing.there }}")
    broken = replace(site(folder), pages=Pages(templates, "Europe/Berlin"))
    with pytest.raises(RenderError, match=r"statistics\.html"):
        publish(broken, store, WATCH, NOW)
    there = pages(folder)
    assert len(there) > 20
    assert all("</html>" in (folder / path).read_text(encoding="utf-8") for path in there)
    written(folder, store)
    written(tmp_path / "once", store)
    assert files(folder) == files(tmp_path / "once")


def test_pages_of_alerts_that_a_restored_database_does_not_know_go(
    store: Store, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    with Store.open(f"sqlite:///{older}") as first:
        Desk(first).check(
            "court", NOW - DAY, (new("a", "Ein Deserteur", "[Deserteur]"), "desertion")
        )
        fill(store)
        folder = tmp_path / "site"
        written(folder, store)
        (folder / "own.txt").write_text("the webmaster's own")
        done = written(folder, first)
        assert done.removed > 50
        assert sorted(path.name for path in (folder / "de/alert").iterdir()) == ["1.html"]
        assert "Ein Deserteur" in page(folder, "de/alert/1.html").text
        assert (folder / "own.txt").exists()
        (folder / "own.txt").unlink()
        written(tmp_path / "once", first)
        assert files(folder) == files(tmp_path / "once")


def test_the_service_writes_at_once_what_is_new_and_health_now_and_then(
    store: Store, tmp_path: Path
) -> None:
    fill(store)
    keeper = Keeper(site(tmp_path / "site"), store)
    assert keeper.keep(WATCH, NOW)
    assert keeper.keep(WATCH, NOW + timedelta(minutes=1)) is None
    Desk(store).check("court", NOW, (new("m", "Deserteur", "Ein [Deserteur]."), "desertion"))
    done = keeper.keep(WATCH, NOW + timedelta(minutes=2))
    assert done
    assert done.new == 1
    assert keeper.keep(WATCH, NOW + timedelta(minutes=2) + HEALTH_EVERY)


@in_loop
async def test_the_service_keeps_pages_and_goes_on_where_it_cannot_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    tried: list[Plan] = []

    def archive(plan: Plan) -> None:
        tried.append(plan)
        with Store.open(f"sqlite:///{tmp_path / 'm.sqlite3'}") as store:
            watch = Watch({each.id: each for each in plan.sources}, plan.office.topics)
            publish(site(folder), store, watch, NOW)

    async with (
        web({"/feed.xml": feed("Haushalt")}) as server,
        Service(tmp_path, a_plan(a_source(server)), archive=archive) as service,
    ):
        await service.until(lambda: len(tried) >= 3)
        (folder / "letter.txt").unlink()
        await service.until((folder / "de/index.html").exists)
    said = capsys.readouterr()
    assert (said.out + said.err).count("archive not written") == 1


# --- the folder ----------------------------------------------------------------------------------


def test_a_folder_with_something_else_in_it_is_refused(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    with pytest.raises(MonitorError, match="holds something else"):
        written(folder, store)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_made_is_a_sentence(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MonitorError, match="cannot be written"):
        written(tmp_path / "file" / "site", store)


def test_a_damaged_memory_means_writing_anew(store: Store, tmp_path: Path) -> None:
    fill(store)
    written(tmp_path / "site", store)
    before = files(tmp_path / "site")
    for damage in ("[]", '{"pages": 3}', json.dumps({"stories": {"x": "y"}, "last": 1})):
        (tmp_path / "site/.policy-monitor.json").write_text(damage)
        written(tmp_path / "site", store)
        assert files(tmp_path / "site") == before


def test_everybody_may_read_what_is_published(store: Store, tmp_path: Path) -> None:
    fill(store)
    written(tmp_path / "site", store)
    modes = {
        path.stat().st_mode & 0o777 for path in (tmp_path / "site").rglob("*") if path.is_file()
    }
    assert modes == {0o644}


# --- the command ---------------------------------------------------------------------------------


def test_the_command_writes_pages_without_any_recipient(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "recipients.yaml").write_text(
        "version: 1\nlists:\n  - {id: secret-list, to: [somebody@secret.example]}\n"
    )
    (folder / "sources.yaml").write_text(
        "version: 1\ntopics:\n  desertion: {title: {de: Desertion}, terms: [Deserteur*]}\n"
        'sources:\n  - {id: court, name: Gericht, kind: page, url: "https://court.example/",'
        " note: secret-note}\n"
    )
    with Store.open(f"sqlite:///{folder}/state/policy-monitor.db") as store:
        Desk(store).check(
            "court", NOW, (new("a", "Ein Deserteur", "Ein [Deserteur]."), "desertion")
        )
    command = [sys.executable, "-m", "monitor", "site", "pages", "--json"]
    environ = {"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": ""}
    ran = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True)
    told = json.loads(ran.stdout)
    assert (told["alerts"], told["stories"], told["removed"]) == (1, 1, 0)
    assert told["folder"] == str(folder / "pages")
    content = b"".join(files(folder / "pages").values())
    assert b"Ein Deserteur" in content
    assert b"secret" not in content

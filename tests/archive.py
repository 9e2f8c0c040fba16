"""An invented archive for tests and pictures: five languages, edits, figures, trouble, hostility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from monitor.diff import mark, seen
from monitor.model import (
    Alert,
    Change,
    ChangeKind,
    Citation,
    Figure,
    Item,
    Match,
    Piece,
    Rank,
    Source,
    Tier,
    Topic,
)
from monitor.pipeline.alerting import identify
from monitor.pipeline.publishing import Published, Site, publish
from monitor.pipeline.remarking import remarks_of
from monitor.render import Pages
from monitor.shipped import shipped
from monitor.site.telling import Watch
from monitor.store import Saved, Store, Stored
from monitor.story import story_key

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)

SOURCES = (
    Source("bamf", "BAMF – Meldungen", "feed", "https://bamf.example/", lang="de", rank=Rank.AUTHORITY),
    Source("court", "Verwaltungsgericht Musterstadt", "page", "https://court.example/", lang="de", rank=Rank.COURT),
    Source("law", "Kriegsdienstverweigerungsgesetz", "gii", "https://law.example/kdvg", lang="de", complete=True, rank=Rank.LAW),
    Source("counts", "Asylgeschäftsstatistik", "table", "https://counts.example/", lang="de", rank=Rank.STATISTICS),
    Source("network", "Objectors’ Network", "feed", "https://network.example/", lang="en", rank=Rank.ORGANISATION),
    Source("press", "Мемориал", "feed", "https://press.example/", lang="ru", rank=Rank.MEDIA),
    Source("broken", "Landesamt – Hinweise", "page", "https://broken.example/", lang="de", rank=Rank.AUTHORITY),
)  # fmt: skip
TOPICS = {
    "desertion": Topic("desertion", {"de": "Desertion", "en": "Desertion"}, ()),
    "conscientious_objection": Topic(
        "conscientious_objection",
        {"de": "Kriegsdienstverweigerung", "en": "Conscientious objection"},
        (),
    ),
    "asylum_practice": Topic(
        "asylum_practice", {"de": "Asyl- und Visapraxis", "en": "Asylum and visa practice"}, ()
    ),
    "statistics": Topic("statistics", {"de": "Zahlen", "en": "Statistics"}, ()),
}
WATCH = Watch({source.id: source for source in SOURCES}, TOPICS)
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def site(folder: Path, **changes: object) -> Site:
    """Return an archive with the shipped templates."""
    return replace(Site(folder, shipped_pages()), **changes)  # type: ignore[arg-type]


@cache
def shipped_pages() -> Pages:
    """Return the shipped templates, read once."""
    return Pages(shipped("templates"), "Europe/Berlin")


def written(folder: Path, store: Store, now: datetime = NOW, **changes: object) -> Published:
    """Bring the archive in the folder up to date."""
    return publish(site(folder, **changes), store, WATCH, now)


class Desk:
    """Writes what checks found into a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(
        self, source: str, at: datetime, *changes: tuple[Change, str], tier: Tier = Tier.SURE
    ) -> None:
        """Store a check with these changes, each told under a topic unless that is empty."""
        state = self._store.checks.state(source)
        saved = Saved(
            replace(
                state,
                checks=state.checks + 1,
                first_checked=state.first_checked or at,
                last_checked=at,
                last_success=at,
                last_changed=at,
            ),
            added=tuple(_stored(c.item) for c, _ in changes if c.kind is ChangeKind.ADDED),
            edited=tuple(_stored(c.item) for c, _ in changes if c.kind is ChangeKind.EDITED),
            removed=tuple(c.item.id for c, _ in changes if c.kind is ChangeKind.REMOVED),
            alerts=tuple(_alert(source, c, topic, at, tier) for c, topic in changes if topic),
        )
        assert self._store.checks.save(saved)

    def fail(self, source: str, since: datetime, error: str) -> None:
        """Let a source have failed since then."""
        state = self._store.checks.state(source)
        failed = replace(
            state, checks=state.checks + 1, first_checked=since, last_checked=NOW, failing_since=since,
            failures=9, last_error=error, error_state="broken",
        )  # fmt: skip
        assert self._store.checks.save(Saved(failed))


def new(
    id_: str, title: str, *blocks: str, url: str | None = None, lang: str | None = None
) -> Change:
    """A new item; [brackets] in its text are words that match."""
    link = url if url is not None else f"https://www.example.org/{id_}"
    item = Item(id_, title, link, blocks, lang=lang)
    return Change(ChangeKind.ADDED, item, added=blocks, title_changed=True)


def edit(before: Change, old: str, now: str) -> Change:
    """The same item with one block replaced."""
    blocks = tuple(now if block == old else block for block in before.item.blocks)
    item = replace(before.item, blocks=blocks)
    return Change(ChangeKind.EDITED, item, before.item, (now,), (old,))


def gone(before: Change) -> Change:
    """The item withdrawn."""
    return Change(ChangeKind.REMOVED, before.item, before.item, (), before.item.blocks)


def figure(name: str, period: str, text: str) -> Change:
    """A number of a statistic."""
    label = f"{name}, {period}"
    number = Figure(text, text.replace(".", ""), label, period)
    item = Item(
        f"{name}|{period}",
        label,
        "https://counts.example/",
        (f"[{name}], {period}: {text}",),
        figure=number,
    )
    return Change(ChangeKind.ADDED, item, added=item.blocks)


def fill(store: Store, *, hostile: bool = True) -> None:
    """Write the archive: some twenty alerts of half a year, one of them hostile."""
    desk = Desk(store)
    leaflet = new(
        "leaflet",
        "Merkblatt zum Verfahren der Kriegsdienstverweigerung",
        "Wer den [Kriegsdienst] verweigert, stellt einen schriftlichen Antrag bei der Behörde.",
        "Der Antrag ist binnen sechs Monaten zu bescheiden; die Gründe sind schriftlich darzulegen.",
        "Ein [Kriegsdienstverweigerer] wird angehört, wenn die Behörde Zweifel hat.",
    )
    paragraphs = [
        new(f"§ {n}", f"§ {n} {name}", f"Der Antrag auf [Anerkennung] nach § {n} wird geprüft.")
        for n, name in enumerate(("Recht", "Antrag", "Fristen", "Anhörung", "Bescheid"), 1)
    ]
    desk.check("bamf", NOW - 170 * DAY, (leaflet, ""))
    desk.check("law", NOW - 170 * DAY, *((each, "") for each in paragraphs))
    months = [("2026-04", "812"), ("2026-05", "790"), ("2026-06", "934"), ("2026-07", "1.021")]
    desk.check(
        "counts", NOW - 100 * DAY, *((figure("Asylanträge, Russland", p, t), "") for p, t in months)
    )
    desk.check(
        "court",
        NOW - 160 * DAY,
        (
            new(
                "t-1",
                "Terminhinweis für die Kammer",
                "Es geht um einen [Deserteur].",
                "Die mündliche Verhandlung ist am 10. Dezember 2026 um 10:30 Uhr.",
            ),
            "desertion",
        ),
    )
    shorter = edit(
        leaflet,
        "Der Antrag ist binnen sechs Monaten zu bescheiden; die Gründe sind schriftlich darzulegen.",
        "Der Antrag ist binnen zwei Wochen zu bescheiden; die Gründe sind mündlich darzulegen.",
    )
    desk.check("bamf", NOW - 90 * DAY, (shorter, "conscientious_objection"))
    quiet = edit(
        shorter,
        "Ein [Kriegsdienstverweigerer] wird angehört, wenn die Behörde Zweifel hat.",
        "Ein [Kriegsdienstverweigerer] wird stets angehört.",
    )
    desk.check("bamf", NOW - 80 * DAY, (quiet, ""))
    desk.check("counts", NOW - 30 * DAY, *(
        (figure("Asylanträge, Russland", p, t), "statistics") for p, t in (("2026-08", "1.150"), ("2026-09", "968"))
    ))  # fmt: skip
    desk.check(
        "law",
        NOW - 20 * DAY,
        (
            edit(
                paragraphs[2],
                "Der Antrag auf [Anerkennung] nach § 3 wird geprüft.",
                "Über den Antrag auf [Anerkennung] nach § 3 ist in zwei Wochen zu entscheiden.",
            ),
            "conscientious_objection",
        ),
    )
    desk.check("law", NOW - 10 * DAY, (gone(paragraphs[4]), "conscientious_objection"))
    ruling = "VG Musterstadt, Urteil vom 3. November 2026 – 33 K 114/26 A"
    desk.check(
        "court",
        NOW - 9 * DAY,
        (
            new(
                "33-k-114",
                ruling,
                "Einem russischen [Deserteur] droht bei Rückkehr Strafe; ihm ist [Flüchtlingsschutz] zuzuerkennen (§ 3a Abs. 2 Nr. 5 AsylG).",
            ),
            "desertion",
        ),
    )
    desk.check(
        "network",
        NOW - 8 * DAY,
        (
            new(
                "n-1",
                "Court grants asylum to Russian deserter who refused to fight",
                "A court in Germany granted asylum to a [deserter] who [refused to serve]. Conscientious objection is a human right.",
                lang="en",
            ),
            "desertion",
        ),
    )
    desk.check(
        "press",
        NOW - 6 * DAY,
        (
            new(
                "p-1",
                "В Курске дезертира приговорили к семи годам колонии",
                "Гарнизонный суд признал солдата виновным в [дезертирстве]; он отказался вернуться в часть. Ёлка.",
                lang="ru",
            ),
            "desertion",
        ),
    )
    desk.check(
        "press",
        NOW - 5 * DAY,
        (
            new(
                "p-2",
                "Мобілізація: кому вручили повістку у Львові",
                "Військовозобов’язаним вручають [повістки] на вулиці.",
                lang="uk",
            ),
            "conscientious_objection",
        ),
    )
    desk.check(
        "network",
        NOW - 4 * DAY,
        (
            new(
                "n-2",
                "L’objecteur de conscience ukrainien est condamné à trois ans",
                "Le tribunal a condamné un [objecteur de conscience]; l’appel est attendu à l’été.",
                lang="fr",
            ),
            "conscientious_objection",
        ),
    )
    desk.check(
        "bamf",
        NOW - 3 * DAY,
        (
            new(
                "b-2",
                "Entscheidungspraxis zu russischen Kriegsdienstverweigerern überprüft",
                "Das Bundesamt prüft die [Entscheidungspraxis] zu [Kriegsdienstverweigerern] aus der Russischen Föderation. Anträge mit einem Einberufungsbescheid werden vorgezogen.",
                "Die geänderte Dienstanweisung tritt am 1. Januar 2027 in Kraft.",
            ),
            "asylum_practice",
        ),
    )
    desk.check(
        "network",
        NOW - 2 * DAY,
        (
            new(
                "n-3",
                "A reading about a man who left the army of his own life",
                "A novel about a [defector] of sorts.",
                lang="en",
            ),
            "desertion",
        ),
        tier=Tier.PERHAPS,
    )
    if hostile:
        desk.check(
            "network",
            NOW - DAY,
            (
                new(
                    "../../evil",
                    f"{HOSTILE} Deserter",
                    f"{HOSTILE} [deserter] \u202e{HOSTILE}",
                    url="javascript:alert(1)",
                    lang='en" onload="alert(1)',
                ),
                "desertion",
            ),
        )
    desk.fail(
        "broken",
        NOW - 12 * DAY,
        "a bot protection stands before this page; ask its owner for access",
    )


def _alert(source: str, change: Change, topic: str, at: datetime, tier: Tier) -> Alert:
    item = change.item
    matches = tuple(
        Match(topic, words, 0, len(words), words, pieces, tier)
        for block in change.added or change.removed
        for pieces in [_pieces(block)]
        for words in [piece.text for piece in pieces if piece.hit][:1]
    )
    cited = (
        Citation(
            "statute",
            "§ 3a AsylG",
            "§ 3a Abs. 2 Nr. 5 AsylG",
            url="https://www.gesetze-im-internet.de/asylvfg_1992/__3a.html",
        ),
    )
    plain = replace(change, item=replace(change.item, blocks=_plain(change.item.blocks)))
    remarks = remarks_of(plain, WATCH.sources[source], at)
    alert = Alert(
        source=source,
        item=item.id,
        kind=change.kind,
        title=item.title,
        url=item.url,
        detected_at=at,
        published=at - timedelta(hours=5) if change.kind is ChangeKind.ADDED else None,
        lang=item.lang or WATCH.sources[source].lang,
        matches=matches,
        citations=cited if "AsylG" in " ".join(change.added) else (),
        added=_plain(change.added),
        removed=_plain(change.removed),
        remarks=remarks,
        identity=identify(change),
    )
    return replace(alert, story=story_key(alert))


def _pieces(marked: str) -> tuple[Piece, ...]:
    parts = marked.replace("]", "[").split("[")
    return tuple(Piece(part, hit=bool(n % 2)) for n, part in enumerate(parts) if part)


def _plain(blocks: Sequence[str]) -> tuple[str, ...]:
    return tuple(block.replace("[", "").replace("]", "") for block in blocks)


def _stored(item: Item) -> Stored:
    plain = replace(item, blocks=_plain(item.blocks))
    return Stored(plain, mark(plain), seen(plain))

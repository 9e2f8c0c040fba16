"""Digests and reports for tests: invented news, realistic in length, language and spelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor.model import (
    Also,
    Appointment,
    Case,
    ChangeKind,
    Cited,
    Course,
    Coverage,
    Deadline,
    DeadlineKind,
    Digest,
    Earlier,
    Entry,
    Failing,
    Genre,
    Health,
    Highlight,
    Overview,
    Part,
    Piece,
    Remark,
    Repeat,
    Section,
    Side,
    Stage,
    TroubleReport,
    Weekly,
)

CUTOFF = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ALL_TOPICS = ("Desertion", "Kriegsdienstverweigerung", "Asylpraxis", "Statistik")


def pieces(marked: str) -> tuple[Piece, ...]:
    """Return an excerpt from a text in which [brackets] stand around what matched."""
    parts = marked.replace("]", "[").split("[")
    return tuple(Piece(part, hit=bool(index % 2)) for index, part in enumerate(parts) if part)


def an_entry(alert: int = 1, **changes: Any) -> Entry:
    """Return a new entry of an invented court, with the changes made."""
    entry = Entry(
        alert=alert,
        kind=ChangeKind.ADDED,
        title="Schutz für russische Deserteure: Gericht ändert seine Rechtsprechung",
        url=f"https://www.gericht.example/presse/2026/{alert:03}-deserteure",
        source="Verwaltungsgericht Musterstadt – Presse",
        source_id="vg-musterstadt",
        published=CUTOFF - timedelta(hours=20),
        published_text=None,
        detected_at=CUTOFF - timedelta(hours=2),
        topics=("Desertion",),
        terms=("Deserteure",),
        excerpts=(
            pieces(
                "… Nach Auffassung der Kammer droht russischen [Deserteuren] im Fall der Rückkehr "
                "eine Bestrafung, die über das hinausgeht, was § 3a AsylG zulässt. Die Revision "
                "wurde zugelassen …"
            ),
        ),
        removed=(),
        side=Side.ADDED,
        lang="de",
    )
    return replace(entry, **changes)


def a_digest(*sections: Section, **changes: Any) -> Digest:
    """Return a German digest of these sections, with the changes made."""
    digest = Digest(
        list_id="campaign",
        list_name="Kampagne",
        lang="de",
        timezone="Europe/Berlin",
        since=CUTOFF - timedelta(days=1),
        cutoff=CUTOFF,
        message_id="<campaign.20261122T060000.000000Z.0123456789abcdef@monitor.example>",
        sections=sections,
        perhaps=(),
        coverage=Coverage(total=61, checked=61, changed=4),
        alerts=tuple(entry.alert for section in sections for entry in section.entries),
        topics=ALL_TOPICS,
    )
    return replace(digest, **changes)


def a_report(**changes: Any) -> TroubleReport:
    """Return a German trouble report without trouble, with the changes made."""
    report = TroubleReport(
        list_id="ops",
        list_name="Betrieb",
        lang="de",
        timezone="Europe/Berlin",
        at=CUTOFF,
        message_id="<ops.20261122T060000.000000Z.0123456789abcdef@monitor.example>",
        broken=(),
        recovered=(),
    )
    return replace(report, **changes)


COURT = Failing(
    source="bvg",
    name="Bundesgericht – Termine",
    health=Health.FAILING,
    since=CUTOFF - timedelta(days=5),
    error="no item matches the selector `.termin` any more; the page has probably been rebuilt",
    url="https://bundesgericht.example/termine",
)
REGISTRY = Failing(
    source="drucksachen",
    name="Parlament – Drucksachen",
    health=Health.SILENT,
    since=CUTOFF - timedelta(days=33),
    error="nothing new for 33 days, at most 30 are expected",
    url="https://parlament.example/drucksachen",
)


def one() -> Digest:
    """One entry, nothing else."""
    return a_digest(Section("desertion", "Desertion", (an_entry(),)))


def empty() -> Digest:
    """All is well."""
    return a_digest(since=CUTOFF - timedelta(days=7))


def many() -> Digest:
    """Topics, an edit, a removal, the same news elsewhere, other scripts, a perhaps, trouble."""
    edited = an_entry(
        2,
        kind=ChangeKind.EDITED,
        title="Merkblatt zum Verfahren der Kriegsdienstverweigerung",
        url="https://www.amt.example/SharedDocs/Downloads/DE/Merkblaetter/kriegsdienstverweigerung.pdf?__blob=publicationFile&v=7",
        source="Bundesamt für Beispiele – Merkblätter",
        published=None,
        published_text="Stand: Herbst 26",
        topics=("Kriegsdienstverweigerung", "Desertion"),
        terms=("Kriegsdienstverweigerer", "Gewissensentscheidung"),
        excerpts=(
            pieces(
                "Der Antrag von [Kriegsdienstverweigerern] ist binnen zwei Wochen zu bescheiden; "
                "die [Gewissensentscheidung] ist schriftlich darzulegen."
            ),
        ),
        removed=("Der Antrag ist binnen sechs Monaten zu bescheiden.",),
        citations=(
            Cited("§ 2 KDVG", "https://www.gesetze-im-internet.de/kdvg_2003/__2.html"),
            Cited("Drs. 21/1234"),
        ),
    )
    withdrawn = an_entry(
        3,
        kind=ChangeKind.REMOVED,
        title="Country Policy and Information Note: military service",
        url="https://office.example/cpin/military-service",
        source="Office of Examples – guidance",
        published=None,
        topics=("Asylpraxis",),
        terms=("draft evaders", "desertion"),
        excerpts=(
            pieces("[Draft evaders] and those who committed [desertion] may be granted asylum …"),
        ),
        removed=("Draft evaders and those who committed desertion may be granted asylum.",),
        side=Side.REMOVED,
        lang="en",
    )
    russian = an_entry(
        4,
        title="Суд признал беженцем дезертира",
        url="https://новости.example/2026/11/дезертир",
        source="Новости права",
        terms=("дезертира",),
        excerpts=(pieces("Суд признал беженцем [дезертира], который отказался воевать."),),
        lang="ru",
        also=(
            Also("Beispielnachrichten", "https://nachrichten.example/a?x=1&y=2"),
            Also("Rundbrief", None),
        ),
    )
    arabic = an_entry(
        5,
        title="المحكمة تعترف بالفارين من الخدمة العسكرية",
        url="http://akhbar.example/5",
        source="Akhbar",
        published=None,
        topics=("Asylpraxis",),
        terms=("الفارين من الخدمة",),
        excerpts=(pieces("قررت المحكمة أن [الفارين من الخدمة] العسكرية يستحقون الحماية."),),
        lang="ar",
    )
    perhaps = an_entry(
        6,
        title="Fußball: Deserteur kehrt zum alten Verein zurück",
        source="Beispielnachrichten",
        excerpts=(pieces("Die Fans nennen ihn einen [Deserteur]."),),
        terms=("Deserteur",),
    )
    return a_digest(
        Section("desertion", "Desertion", (an_entry(), russian)),
        Section("conscientious_objection", "Kriegsdienstverweigerung", (edited,)),
        Section("asylum_practice", "Asylpraxis", (withdrawn, arabic)),
        perhaps=(perhaps,),
        coverage=Coverage(total=61, checked=59, changed=5, failing=(COURT, REGISTRY)),
    )


HOSTILE = (
    "a\r\nBcc: x@evil.example =?utf-8?q?b=0d=0aBcc:_y@evil.example?= "
    "=?utf-8?b?DQoNCkJPRFk=?= \"'>{{ 7*7 }}{% include 'x' %}<script>alert(1)</script>"
    "<img src=x onerror=alert(1)>\x00\x1b[31m\u202e\u2066\u2028\x0b\ud800 -- end"
)


def hostile() -> Digest:
    """Everything that strangers can write, written by a hostile one."""
    links = (
        "javascript:alert(1)",
        " jAvA\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "https://bund.example@evil.example/",
        "https://[broken/",
        'https://evil.example/"onmouseover="alert(1)\'><b>\r\nBcc: x@evil.example',
    )
    entries = tuple(
        an_entry(
            number,
            title=HOSTILE,
            url=link,
            source=HOSTILE,
            published=None,
            published_text=HOSTILE,
            terms=(HOSTILE,),
            excerpts=(pieces(HOSTILE.replace("[", "")), (Piece(HOSTILE, hit=True),)),
            removed=(HOSTILE, "x" * 3000),
            lang='de" onload="alert(1)',
            also=(Also(HOSTILE, link),),
            citations=(Cited(HOSTILE, f"javascript:{HOSTILE}"),),
        )
        for number, link in enumerate(links, start=1)
    )
    failing = Failing("x", HOSTILE, Health.FAILING, CUTOFF, HOSTILE, "javascript:alert(1)")
    return a_digest(
        Section("x", HOSTILE, entries),
        list_name=HOSTILE,
        topics=(HOSTILE,),
        coverage=Coverage(1, 0, 0, (failing,)),
    )


def crowd(count: int = 1000) -> Digest:
    """More news than a mail can hold, over three topics, some of them perhaps."""
    entries = tuple(
        an_entry(number, title=f"Meldung {number} über Deserteure und ihre Verfahren")
        for number in range(1, count + 1)
    )
    sections = tuple(
        Section(f"t{start}", title, entries[start : count * 9 // 10 : 3])
        for start, title in enumerate(ALL_TOPICS[:3])
    )
    return a_digest(*sections, perhaps=entries[count * 9 // 10 :])


def again() -> Digest:
    """More of a story that was told, other places with headlines of their own, and repeats."""
    first = Earlier(
        title="Gericht: Deserteure aus Russland erhalten Schutz",
        url="https://www.gericht.example/presse/2026/017",
        source="Verwaltungsgericht Musterstadt – Presse",
        at=CUTOFF - timedelta(days=19),
    )
    ruling = an_entry(
        1,
        title="VG Musterstadt, Urteil vom 3.11.2026 – 5 K 12/25.A",
        url="https://recht.example/document/5k12",
        source="Landesrecht – Entscheidungen",
        update_of=first,
        also=(
            Also("Rechtsprechungsdatenbank", "https://datenbank.example/5k12"),
            Also("Fachzeitschrift", "https://zeitschrift.example/9", "Wende bei Deserteuren"),
        ),
    )
    repeats = (
        Repeat(2, "Keine Rückkehr an die Front", "https://blatt.example/1", "Tageblatt", first),
        Repeat(3, "Court protects deserters", None, "Agency", first),
    )
    digest = a_digest(Section("desertion", "Desertion", (ruling,)), repeats=repeats)
    return replace(digest, alerts=(1, 2, 3))


def figures(count: int = 23) -> Digest:
    """Many numbers of one statistic, and one of another."""
    label = "Entscheidungen – Anerkennungen, Russische Föderation"
    many = (
        figure(label=f"{label}, 2026-10", before="81", after="11", change="−86 %"),
        figure(label=f"{label}, 2026-11", after="7"),
        figure(label="Anträge, Belarus, 2026-10", before="21", after="*"),
        figure(label="Anträge, Ukraine, 2026-10", before="1.150"),
        *(figure(label=f"Anträge, Land {n}, 2026-10", before="5", after="10", change="+100 %")
          for n in range(count - 4)),
    )  # fmt: skip
    entry = an_entry(
        1,
        kind=ChangeKind.EDITED,
        title="BAMF – Asylgeschäftsstatistik",
        source="BAMF – Asylgeschäftsstatistik",
        url="https://www.bamf.example/statistik",
        published=None,
        terms=("Russische Föderation",),
        excerpts=(pieces("… Anerkennungen, [Russische Föderation], 2026-10: 11 …"),),
        remarks=many,
    )
    one = replace(entry, alert=2, title=f"{label}, 2026-10", remarks=many[:1], excerpts=())
    return a_digest(Section("statistics", "Statistik", (entry, one)))


def figure(**said: str) -> Remark:
    """Return the remark on a figure."""
    return Remark("figure", tuple(said.items()))


def in_english(digest: Digest) -> Digest:
    """The same digest for a list that reads English."""
    return replace(digest, lang="en", list_name="Campaign")


def trouble() -> TroubleReport:
    """Two in trouble, one well again, a note."""
    return a_report(
        broken=(COURT, REGISTRY),
        recovered=(replace(COURT, name="Landtag – Protokolle", url="https://landtag.example/"),),
        notes=("2 mails have waited for the mail server since 04:10.",),
    )


def sorts() -> Digest:
    """A ruling, an answer, a question, a law, a notice, a statistic, with days to come."""
    ruling = an_entry(
        1,
        title="VG Musterstadt, Urteil vom 12.11.2026 – 5 K 12/25.A",
        source="Landesrecht – Entscheidungen",
        genre=Genre.RULING,
        case=Case("VG Musterstadt", "5 K 12/25.A", date(2026, 11, 12)),
        citations=(
            Cited("§ 3a AsylG", "https://www.gesetze-im-internet.de/asylvfg_1992/__3a.html"),
        ),
        also=(Also("Rechtsprechungsdatenbank", "https://datenbank.example/5k12"),),
        priority=0.9,
    )
    another = an_entry(
        2,
        title="OVG Musterland, Beschluss vom 16.11.2026 – 2 A 7/26",
        url="https://ovg.example/2a7",
        genre=Genre.RULING,
        case=Case("OVG Musterland", "2 A 7/26"),
        excerpts=(
            pieces("Die Berufung zur Frage der [Einberufung] von [Deserteuren] wird zugelassen."),
        ),
    )
    answer = an_entry(
        3,
        kind=ChangeKind.EDITED,
        title="Asylverfahren russischer Deserteure (Kleine Anfrage)",
        url="https://parlament.example/vorgang/3",
        source="Bundestag – Vorgänge",
        genre=Genre.FEDERAL_ANSWER,
        stage=Stage("advance"),
        remarks=(
            Remark("advance"),
            Remark("withheld", (("question", "3, 7"), ("words", "VS – NfD"))),
        ),
        excerpts=(pieces("Von 81 [Deserteuren] erhielten elf Schutz."),),
        places=("Frage 12, S. 7",),
    )
    question = an_entry(
        4,
        title="Kriegsdienstverweigerung in der Ukraine",
        url="https://parlament.example/vorgang/4",
        source="Bundestag – Vorgänge",
        genre=Genre.QUESTION,
        stage=Stage("asked", date(2026, 12, 4)),
    )
    law = an_entry(
        5,
        kind=ChangeKind.EDITED,
        title="§ 3 Dienstleistungspflicht",
        url="https://gesetze.example/wpflg/3",
        source="Wehrpflichtgesetz",
        genre=Genre.LAW,
        excerpts=(
            pieces(
                "… Lebensjahres die Pflicht, eine Genehmigung zum Verlassen des Landes einzuholen; "
                "[Kriegsdienstverweigerer] zeigen die Reise an …"
            ),
        ),
        added=(
            "Männliche Personen haben nach Vollendung des 17. Lebensjahres die Pflicht, eine "
            "Genehmigung zum Verlassen des Landes einzuholen; Kriegsdienstverweigerer zeigen die "
            "Reise an.",
        ),
        removed=(
            "Männliche Personen haben nach Vollendung des 18. Lebensjahres eine Genehmigung zum "
            "Verlassen des Landes einzuholen, wenn sie länger als drei Monate fort bleiben wollen.",
            "Absatz 2 wird aufgehoben.",
        ),
    )
    counted = an_entry(
        6,
        kind=ChangeKind.EDITED,
        title="BAMF – Asylgeschäftsstatistik",
        url="https://amt.example/statistik",
        source="BAMF – Asylgeschäftsstatistik",
        genre=Genre.STATISTIC,
        excerpts=(),
        remarks=(
            figure(label="Anträge, Russische Föderation, 2026-10", before="412", after="530",
                   change="+29 %", series="310 290 350 412 398 530",
                   periods="2026-05 2026-06 2026-07 2026-08 2026-09 2026-10"),
            figure(label="Schutzquote, Belarus, 2026-10", before="41,3 %", after="38,9 %"),
        ),
    )  # fmt: skip
    notice = an_entry(
        7,
        kind=ChangeKind.REMOVED,
        title="Hinweise für Angehörige der russischen Streitkräfte",
        url="https://amt.example/hinweise",
        genre=Genre.NOTICE,
        side=Side.REMOVED,
        excerpts=(pieces("[Deserteure] können sich an jede Außenstelle wenden."),),
    )
    return a_digest(
        Section("desertion", "Desertion", (ruling, another, answer, notice)),
        Section("objection", "Kriegsdienstverweigerung", (question, law)),
        Section("statistics", "Statistik", (counted,)),
        appointments=(
            appointment(question, date(2026, 12, 4), DeadlineKind.ANSWER, ""),
            appointment(
                ruling,
                date(2026, 12, 10),
                DeadlineKind.HEARING,
                "Die mündliche Verhandlung ist am 10. Dezember 2026 um 10:30 Uhr.",
                "10:30",
            ),
            appointment(
                law,
                date(2027, 1, 1),
                DeadlineKind.FORCE,
                "Dieses Gesetz tritt am 1. Januar 2027 in Kraft; § 3 gilt, was auch immer.",
            ),
        ),
        answers_to="monitor@example.org",
    )


def appointment(
    entry: Entry, day: date, kind: DeadlineKind, words: str, time: str = ""
) -> Appointment:
    """Return a day to come that the entry names."""
    return Appointment(
        Deadline(day, kind, words, time), entry.alert, entry.title, entry.url, entry.source
    )


def edits() -> Digest:
    """Texts that were reworded: a little, a lot, in other scripts; a law in many places."""
    texts = (
        ("Der Antrag ist binnen sechs Monaten zu bescheiden.",
         "Der Antrag ist binnen zwei Wochen zu bescheiden.", "de"),
        ("Дезертир подлежит выдаче.", "Дезертир не подлежит выдаче.", "ru"),
        ("يمنح الفارون من الخدمة اللجوء.", "لا يمنح الفارون من الخدمة اللجوء.", "ar"),
        ("Ganz anderer Text stand hier.", "Deserteure erhalten künftig Schutz.", "de"),
    )  # fmt: skip
    entries = tuple(
        an_entry(
            number,
            kind=ChangeKind.EDITED,
            title=f"Merkblatt {number}",
            genre=Genre.NOTICE,
            excerpts=((Piece(after, hit=False),),),
            added=(after,),
            removed=(before,),
            lang=lang,
        )
        for number, (before, after, lang) in enumerate(texts, start=1)
    )
    kinds = (ChangeKind.EDITED, ChangeKind.ADDED, ChangeKind.REMOVED)
    law = an_entry(
        9,
        kind=ChangeKind.EDITED,
        title="Aufenthaltsgesetz",
        genre=Genre.LAW,
        excerpts=(),
        parts=tuple(
            Part(kinds[n % 3], f"§ {n} Erteilung", f"https://gesetze.example/{n}")
            for n in range(1, 45)
        ),
    )
    return a_digest(Section("asylum", "Asylpraxis", (*entries, law)))


SCRIPTS = {
    "ru": "Суд признал [дезертира] беженцем.",
    "uk": "Суд визнав [дезертира] біженцем.",
    "ar": "قررت المحكمة منح [الفارين من الخدمة] الحماية.",
    "fa": "دادگاه به [سربازان فراری] پناهندگی می‌دهد.",
    "he": "בית המשפט העניק ל[עריקים] מקלט.",
    "el": "Το δικαστήριο προστατεύει τους [λιποτάκτες].",
    "ka": "სასამართლომ [დეზერტირს] თავშესაფარი მისცა.",
    "hy": "Դատարանը [դասալիքին] ապաստան տվեց։",
    "zh": "法院给予[逃兵]庇护。",
    "ja": "裁判所は[脱走兵]を保護した。",
    "ko": "법원은 [탈영병]을 보호했다.",
    "th": "ศาลให้ความคุ้มครอง[ทหารหนีทัพ]",
    "hi": "न्यायालय ने [भगोड़ों] को शरण दी।",
    "tr": "Mahkeme [asker kaçağı] için koruma verdi.",
    "fr": "La cour protège le [déserteur] « à l’étranger » – c’est sûr.",
}


def scripts() -> Digest:
    """The same news in many scripts, with emoji and joined letters."""
    entries = tuple(
        an_entry(
            number,
            title=text.replace("[", "").replace("]", "") + (" 👩‍👩‍👧" if lang == "fa" else ""),
            url=f"https://nachrichten.example/{lang}",
            source=f"Nachrichten ({lang})",
            terms=(text.partition("[")[2].partition("]")[0],),
            excerpts=(pieces(text),),
            lang=lang,
        )
        for number, (lang, text) in enumerate(SCRIPTS.items(), start=1)
    )
    return a_digest(Section("desertion", "Desertion", entries))


def an_overview(**changes: Any) -> Overview:
    """Return a German overview of a week, with the changes made."""
    overview = Overview(
        list_id="board",
        list_name="Vorstand",
        lang="de",
        timezone="Europe/Berlin",
        since=CUTOFF - timedelta(days=7),
        cutoff=CUTOFF,
        message_id="<board.20261122T060000.000000Z.0123456789abcdef@monitor.example>",
        count=19,
        before=11,
        topics=(
            Weekly("Desertion", (3, 0, 5, 4, 2, 2, 6, 1, 0, 3, 7, 9)),
            Weekly("Kriegsdienstverweigerung", (1, 1, 0, 0, 2, 1, 0, 3, 1, 0, 4, 10)),
            Weekly("Asylpraxis", (0,) * 12),
        ),
        courses=(
            Course("Anträge, Russische Föderation", "BAMF – Asylgeschäftsstatistik",
                   "https://amt.example/statistik", ("310", "290", "350", "412", "398", "1530"),
                   "2026-05", "2026-10", "1.530"),
        ),
        highlights=(
            Highlight(1, "VG Musterstadt, Urteil vom 12.11.2026 – 5 K 12/25.A",
                      "https://recht.example/5k12", "Landesrecht", CUTOFF - timedelta(days=3), "de"),
            Highlight(2, "Суд признал дезертира беженцем", None, "Новости права",
                      CUTOFF - timedelta(days=2), "ru"),
        ),
        site="https://archiv.example/politik",
    )  # fmt: skip
    return replace(overview, **changes)

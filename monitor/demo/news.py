"""What happens in the demo's world: every piece of news, written for it, and the day it appears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

# A Tuesday; long past, so that nothing in the demo depends on when it is played.
FIRST_DAY = date(2026, 3, 3)
LAST_DAY = 3


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news: it stands there from its `day` on, dated `age` days before that.

    `told` says whether a digest must hold it; day 1 is what stood there from the beginning.
    """

    day: int
    slug: str
    title: str
    text: str
    told: bool = False
    age: int = 1

    @property
    def published(self) -> date:
        """The date that the page shows."""
        return FIRST_DAY + timedelta(days=self.day - 1 - self.age)


def until(day: int, all_news: tuple[News, ...]) -> tuple[News, ...]:
    """Return what stands there on a day, the newest first."""
    there = (news for news in all_news if news.day <= day)
    return tuple(sorted(there, key=lambda news: (news.published, news.slug), reverse=True))


DOSSIER = "kurzinformation-ost"

FEED = (
    News(
        1,
        "integrationskurse",
        "Integrationskurse: neue Regeln für die Zulassung",
        "Wer einen Integrationskurs besuchen will, stellt seinen Antrag künftig online.",
        age=3,
    ),
    News(
        1,
        "entscheidungspraxis",
        "Entscheidungspraxis zu russischen Kriegsdienstverweigerern überprüft",
        "Das Bundesamt prüft, wie Asylanträge von Kriegsdienstverweigerern aus der Russischen "
        "Föderation zu bewerten sind. Anträge mit einem Einberufungsbescheid werden vorgezogen.",
        told=True,
        age=7,
    ),
    News(
        1,
        "beratung-deserteure",
        "Hinweise für die Beratung russischer Deserteure",
        "Wer aus der russischen Armee desertiert ist, sollte Befehle und Ausweise aufheben.",
        age=60,
    ),
    News(
        2,
        DOSSIER,
        "Länderkurzinformation Osteuropa, Ausgabe 2/2026",
        "Die neue Ausgabe steht zum Herunterladen bereit.",
        told=True,
    ),
    News(
        2,
        "foerderung",
        "Fördermittel: Mobilisierung zusätzlicher Ressourcen für Sprachkurse",
        "Bund und Länder wollen weitere Ressourcen und Kapital für Sprachkurse mobilisieren.",
    ),
    News(
        3,
        "belarus",
        "Militärdienstentziehung in Belarus: Leitsätze neu gefasst",
        "Wer sich in Belarus dem Militärdienst entzieht, muss mit Strafverfolgung rechnen. Die "
        "neuen Leitsätze nennen auch Reservisten.",
        told=True,
    ),
    News(
        3,
        "einbuergerungstest",
        "Einbürgerungstest: Termine im zweiten Quartal",
        "Die Volkshochschulen bieten wieder Termine an.",
    ),
)

THEMES = (
    News(
        1,
        "forschung",
        "Forschungsbericht: Erwerbstätigkeit von Geflüchteten",
        "Sechs von zehn Befragten haben nach sieben Jahren eine Arbeit.",
        age=12,
    ),
    News(
        1,
        "sprachmittlung",
        "Sprachmittlung im Asylverfahren",
        "Wie Dolmetscherinnen und Dolmetscher ausgewählt werden.",
        age=20,
    ),
    News(
        2,
        "ausstellung",
        "Ausstellung über Deserteure der Wehrmacht",
        "Die Ausstellung erinnert an Deserteure, die im Zweiten Weltkrieg hingerichtet wurden.",
    ),
    News(
        3,
        "kirchenasyl",
        "Kirchenasyl: Verfahren für russische Kriegsdienstverweigerer",
        "Befindet sich ein russischer Kriegsdienstverweigerer im Kirchenasyl, so ist das Dossier "
        "innerhalb von vier Wochen vorzulegen.",
        told=True,
    ),
    News(
        3,
        "lesung",
        "Lesung in Zirndorf: Der Überläufer",
        "Eine Autorin liest aus ihrem neuen Buch über einen Überläufer und seine Schwester.",
        told=True,
    ),
)

# The same news stands in the listing of the parliament and in the feed of the association.
PROTECTION = "Fraktion fragt nach dem Schutz für russische Deserteure"

PARLIAMENT = (
    News(
        1,
        "haushalt",
        "Ausschuss berät den Haushalt des Innern",
        "Berlin: (hib/STO) Der Innenausschuss hat am Mittwoch den Haushaltsentwurf beraten.",
        age=4,
    ),
    News(
        2,
        "deserteure",
        PROTECTION,
        "Berlin: (hib/STO) In einer Kleinen Anfrage (21/4312) erkundigen sich Abgeordnete nach "
        "Asylanträgen russischer Deserteure und danach, wie viele von ihnen abgelehnt wurden.",
        told=True,
    ),
    News(
        2,
        "buergergeld",
        "Bürgergeld: Regierung zieht Bilanz zu Totalverweigerern",
        "Berlin: (hib/CHE) Jobcenter haben Totalverweigerern das Bürgergeld gekürzt (21/4298).",
    ),
    News(
        3,
        "visa",
        "Humanitäre Visa für Russen und Belarussen bleiben ausgesetzt",
        "Berlin: (hib/STO) Humanitäre Visa für Menschen aus Russland und Belarus werden nur noch "
        "in Einzelfällen erteilt, antwortet die Bundesregierung (21/4377) auf eine Kleine Anfrage.",
        told=True,
    ),
    News(
        3,
        "kapital",
        "Anhörung zur Mobilisierung privaten Kapitals",
        "Berlin: (hib/HLE) Sachverständige begrüßen, dass mehr Kapital mobilisiert werden soll.",
    ),
)

COURT = (
    News(
        1,
        "4-k-310-25",
        "VG Potsdam, Urteil vom 10.02.2026 – 4 K 310/25",
        "Zur Zahlung eines Erschließungsbeitrags für eine Anliegerstraße.",
        age=15,
    ),
    News(
        1,
        "12-n-7-26",
        "OVG Berlin-Brandenburg, Beschluss vom 12.02.2026 – 12 N 7/26",
        "Zulassung der Berufung im Streit um eine Gaststättenerlaubnis.",
        age=13,
    ),
    News(
        2,
        "12-b-4-26",
        "OVG Berlin-Brandenburg, Urteil vom 26.02.2026 – 12 B 4/26",
        "Dem Kläger droht bei einer Rückkehr in die Russische Föderation die Einberufung zum "
        "Grundwehrdienst und damit der Einsatz im Krieg gegen die Ukraine; ihm ist "
        "subsidiärer Schutz zuzuerkennen (§ 3a Abs. 2 Nr. 5 AsylG, Art. 9 Abs. 2 Buchst. e RL "
        "2011/95/EU; Anschluss an EuGH, Urteil vom 19.11.2020 – C-238/19).",
        told=True,
    ),
    News(
        2,
        "5-k-88-25",
        "VG Cottbus, Urteil vom 24.02.2026 – 5 K 88/25",
        "Zum Abstand eines Carports von der Grundstücksgrenze.",
    ),
    News(
        3,
        "33-k-112-24-a",
        "VG Berlin, Urteil vom 27.02.2026 – 33 K 112/24 A",
        "Ein ukrainischer Kriegsdienstverweigerer kann auch während der Mobilmachung nicht darauf "
        "verwiesen werden, Ersatzdienst zu leisten, den es dort nicht gibt.",
        told=True,
    ),
)

ASSOCIATION = (
    News(
        1,
        "annual-report",
        "Our annual report is out",
        "Thank you to everybody who supported the work of the last year.",
        age=10,
    ),
    News(
        2,
        "anfrage",
        PROTECTION,
        "Die Antwort auf die Kleine Anfrage zu russischen Deserteuren erwarten wir bis Ostern.",
        told=True,
    ),
    News(
        2,
        "kursk",
        "В Курске дезертира приговорили к семи годам колонии",
        "Гарнизонный суд признал солдата виновным в дезертирстве: он отказался вернуться в часть "
        "после отпуска по ранению.",
        told=True,
    ),
    News(
        2,
        "sahara",
        "Crossing the desert: a travel diary from the Sahara",
        "Three weeks from oasis to oasis, past deserted villages and old wells.",
    ),
    News(
        3,
        "mobilisation-age",
        "Ukraine: mobilisation law leaves no way out for conscientious objectors",
        "Under the amended mobilisation law, conscientious objectors who refuse to serve in the "
        "army of Ukraine face up to five years in prison.",
        told=True,
    ),
    News(
        3,
        "resources",
        "Volunteers wanted: mobilising resources for our spring campaign",
        "We are looking for volunteer translators and for help with fundraising.",
    ),
)

# The house rules: sections by heading; their texts on a day.
RULES_TITLE = "Dienstanweisung Asyl: Militärdienst und Desertion"
EDITED = "§ 3 Kriegsdienstverweigerung, Russische Föderation"
EDITED_BEFORE = (
    "Russischen Kriegsdienstverweigerern ist in der Regel Flüchtlingsschutz zuzuerkennen."
)
EDITED_AFTER = (
    "Russischen Kriegsdienstverweigerern wird Schutz nur zuerkannt, wenn ihre Einberufung "
    "unmittelbar bevorsteht."
)
WITHDRAWN = "§ 4 Deserteure aus den russischen Streitkräften"
WITHDRAWN_TEXT = (
    "Wer aus den russischen Streitkräften desertiert ist, um nicht am Angriffskrieg "
    "teilzunehmen, wird als Flüchtling anerkannt."
)


def rules(day: int) -> dict[str, tuple[str, ...]]:
    """Return the sections of the house rules: § 3 is reworded on day 2, § 4 gone on day 3."""
    sections = {
        "§ 1 Geltung": ("Diese Dienstanweisung gilt für alle Entscheidungen über Asylanträge.",),
        "§ 2 Zuständigkeit": (
            "Zuständig ist die Außenstelle, in deren Bezirk der Antrag gestellt wurde.",
            "Zweifelsfragen sind der Zentrale vorzulegen.",
        ),
        EDITED: (EDITED_BEFORE if day < 2 else EDITED_AFTER,),
        WITHDRAWN: (WITHDRAWN_TEXT,),
        "§ 5 Inkrafttreten": (
            "Diese Dienstanweisung tritt am Tage nach ihrer Zeichnung in Kraft.",
        ),
    }
    if day >= 3:
        del sections[WITHDRAWN]
    return sections


DOSSIER_LINES = (
    "Russische Föderation: Militärdienst und Asyl",
    "",
    "Im Januar 2026 verurteilten russische Militärgerichte mehr als 900 Männer",
    "wegen Fahnenflucht oder unerlaubter Abwesenheit von der Truppe.",
    "Zurückgeführte Deserteure werden nach übereinstimmenden Berichten",
    "ohne Verfahren an die Front gebracht.",
    "",
    "Zahlen zu Belarus und zur Ukraine folgen in der nächsten Ausgabe.",
)

HINTS = (
    News(
        1,
        "termine",
        "Termine nur noch nach Vereinbarung",
        "Vorsprachen ohne Termin sind bis auf Weiteres nicht möglich.",
        age=5,
    ),
    News(
        1,
        "gebuehren",
        "Gebühren für elektronische Aufenthaltstitel",
        "Die Gebühren richten sich nach der Aufenthaltsverordnung.",
        age=8,
    ),
)

HAPPENS = {
    1: (
        "Seven sources are seen for the first time. That is the baseline, and silent,",
        "but for the feed's one relevant entry of last week (its source says backfill: 14d).",
    ),
    2: (
        "New: a court's judgment, a parliamentary question (also on the association's feed),",
        "a sentence against a deserter in Russian, and a dossier whose PDF alone is telling.",
        "§ 3 of the house rules is reworded. The office's page breaks with status 503.",
        "Beside it: Wehrmacht history, Bürgergeld, a desert, a mobilisation of resources.",
    ),
    3: (
        "New: guidelines on Belarus, church asylum, visas, a judgment, a law of Ukraine;",
        "§ 4 of the house rules is withdrawn. A reading about a defector is perhaps of interest.",
        "The office's page now answers 200, with a challenge page instead of its hints.",
        "Beside it: a citizenship test, private capital, volunteers for a campaign.",
    ),
}

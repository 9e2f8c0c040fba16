"""A citation leads where the institution publishes what is cited."""

from __future__ import annotations

import pytest

from monitor.match import cite

EUR_LEX = "https://eur-lex.europa.eu"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("§ 3a Abs. 2 Nr. 5 AsylG", "https://www.gesetze-im-internet.de/asylvfg_1992/__3a.html"),
        ("§ 60 AufenthG", "https://www.gesetze-im-internet.de/aufenthg_2004/__60.html"),
        ("Art. 4 Abs. 3 GG", "https://www.gesetze-im-internet.de/gg/art_4.html"),
        ("§ 2 KDVG", "https://www.gesetze-im-internet.de/kdvg_2003/__2.html"),
        ("§ 16 WStG", "https://www.gesetze-im-internet.de/wstrg/__16.html"),
        ("§ 3 WPflG", "https://www.gesetze-im-internet.de/wehrpflg/__3.html"),
        ("§ 109h StGB", "https://www.gesetze-im-internet.de/stgb/__109h.html"),
        ("Art. 9 Abs. 2 Buchst. e RL 2011/95/EU", f"{EUR_LEX}/eli/dir/2011/95/oj"),
        ("Article 9(2)(e) of Regulation (EU) 2024/1347", f"{EUR_LEX}/eli/reg/2024/1347/oj"),
        ("Verordnung (EU) Nr. 604/2013", f"{EUR_LEX}/eli/reg/2013/604/oj"),
        ("Richtlinie 92/43/EWG", f"{EUR_LEX}/eli/dir/1992/43/oj"),
        ("Dublin-III-Verordnung", f"{EUR_LEX}/eli/reg/2013/604/oj"),
        ("32011L0095", f"{EUR_LEX}/eli/dir/2011/95/oj"),
        ("C-238/19", f"{EUR_LEX}/legal-content/DE/TXT/?uri=CELEX:62019CJ0238"),
        ("C-350/96", f"{EUR_LEX}/legal-content/DE/TXT/?uri=CELEX:61996CJ0350"),
        ("62019CC0238", f"{EUR_LEX}/legal-content/DE/TXT/?uri=CELEX:62019CC0238"),
        ("52020PC0610", f"{EUR_LEX}/legal-content/DE/TXT/?uri=CELEX:52020PC0610"),
        ("ECLI:EU:C:2020:945", f"{EUR_LEX}/legal-content/DE/TXT/?uri=ecli:ECLI:EU:C:2020:945"),
        (
            "ECLI:NL:RVS:2023:3000",
            "https://deeplink.rechtspraak.nl/uitspraak?id=ECLI:NL:RVS:2023:3000",
        ),
        (
            "ECLI:CE:ECHR:2011:0707JUD002345903",
            "https://hudoc.echr.coe.int/eng#"
            "%7B%22ecli%22:%5B%22ECLI:CE:ECHR:2011:0707JUD002345903%22%5D%7D",
        ),
        (
            "ECLI:DE:OVGBEBB:2024:0822.12B17.23.00",
            "https://e-justice.europa.eu/ecli/ECLI:DE:OVGBEBB:2024:0822.12B17.23.00",
        ),
        ("001-105611", "https://hudoc.echr.coe.int/?i=001-105611"),
        (
            "Application no. 23459/03",
            "https://hudoc.echr.coe.int/eng#%7B%22appno%22:%5B%2223459%2F03%22%5D%7D",
        ),
        ("BT-Drs. 20/1234", "https://dserver.bundestag.de/btd/20/012/2001234.pdf"),
        ("BT-Drs. 21/75", "https://dserver.bundestag.de/btd/21/000/2100075.pdf"),
        ("BT-Drs. 9/13051", "https://dserver.bundestag.de/btd/09/130/0913051.pdf"),
        ("BT-PlPr. 20/12", "https://dserver.bundestag.de/btp/20/20012.pdf"),
        ("BGBl. 2026 I Nr. 12", "https://www.recht.bund.de/eli/bund/BGBl-1/2026/12"),
        ("M 32836", "https://www.asyl.net/rsdb/m32836"),
        ("[2018] UKUT 00241 (IAC)", "https://caselaw.nationalarchives.gov.uk/ukut/iac/2018/241"),
        ("[2021] EWCA Civ 1234", "https://caselaw.nationalarchives.gov.uk/ewca/civ/2021/1234"),
        ("[2022] UKSC 3", "https://caselaw.nationalarchives.gov.uk/uksc/2022/3"),
    ],
)
def test_it_is_linked(text: str, url: str) -> None:
    (citation,) = cite(f"Siehe {text}.")
    assert citation.url == url


@pytest.mark.parametrize(
    "text",
    [
        "§ 8 Abs. 1 AsylG 2005",
        "Art. 3 EMRK",
        "Art. 3 Abs. 3 AsylG",
        "ст. 337 УК РФ",
        "Art. 9 Abs. 2 Buchst. e",
        "2015/443/JI",
        "VG Berlin, 33 K 504/24 A",
        "Drucksache 19/13051",
        "LT-Drs. 16/3602",
        "BGBl. I S. 1234",
        "BGBl. I Nr. 61/2018",
        "[2026] UKUT 12 (IAC)",
        "D-1234/2019",
        "BeckRS 2023, 12345",
    ],
)
def test_without_a_known_address_there_is_no_link(text: str) -> None:
    (citation,) = cite(f"Siehe {text}.")
    assert citation.url is None

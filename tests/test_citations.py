"""Legal sources and document numbers as pages really write them."""

from __future__ import annotations

import timeit
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.match import cite

FORMS = [
    # German statutes
    ("statute", "§ 3a Abs. 2 Nr. 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3a Abs 2 Nr 5 AsylVfG 1992", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3a II Nr. 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3 a Abs. 2 Ziff. 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§3a Abs.2 Nr.5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3a (2) Nr. 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "AsylG § 3a Abs 2 Nr 5", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "Paragraph 3a Absatz 2 Nummer 5 des Asylgesetzes", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§\u00a03a Absatz 2 Nummer 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3a Abs. 2 Nr. 5\nAsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
    ("statute", "§ 3a ff. AsylG", "§ 3a AsylG"),
    ("statute", "§ 22 Satz 2 des Aufenthaltsgesetzes", "§ 22 S. 2 AufenthG"),
    ("statute", "§ 60 Abs 7 S 1 AufenthG 2004", "§ 60 Abs. 7 S. 1 AufenthG"),
    ("statute", "§ 60 Abs. 7 Satz 1 Hs. 2 AufenthG", "§ 60 Abs. 7 S. 1 Hs. 2 AufenthG"),
    ("statute", "Artikel 4 Absatz 3 des Grundgesetzes", "Art. 4 Abs. 3 GG"),
    ("statute", "Art. 4 III 1 GG", "Art. 4 Abs. 3 S. 1 GG"),
    ("statute", "GG Art 4 Abs 3", "Art. 4 Abs. 3 GG"),
    ("statute", "§ 2 Abs. 6 KDVG", "§ 2 Abs. 6 KDVG"),
    ("statute", "§ 3 Abs. 2 WPflG", "§ 3 Abs. 2 WPflG"),
    ("statute", "§ 16 Abs. 1 WStG", "§ 16 Abs. 1 WStG"),
    ("statute", "§ 109h StGB", "§ 109h StGB"),
    ("statute", "§ 18c Abs. 5 SGB 11", "§ 18c Abs. 5 SGB XI"),
    ("statute", "§ 2 Abs. 1 FreizügG/EU", "§ 2 Abs. 1 FreizügG/EU"),
    ("statute", "§ 53 Abs 1 SOG MV", "§ 53 Abs. 1 SOG MV"),
    # Austria, Switzerland, treaties
    ("statute", "AsylG 2005 §3 Abs1", "§ 3 Abs. 1 AsylG 2005"),
    ("statute", "§ 8 Abs. 1 Z 1 AsylG 2005", "§ 8 Abs. 1 Nr. 1 AsylG 2005"),
    ("statute", "B-VG Art133 Abs4", "Art. 133 Abs. 4 B-VG"),
    ("statute", "art. 83 al. 1 LAsi", "Art. 83 Abs. 1 LAsi"),
    ("statute", "Art. 3 EMRK", "Art. 3 EMRK"),
    ("statute", "Article 9 ECHR", "Art. 9 EMRK"),
    # Russia, Ukraine, Belarus
    ("statute", "ст. 337 УК РФ", "ст. 337 УК РФ"),
    ("statute", "ч. 5 ст. 337 УК РФ", "ст. 337 ч. 5 УК РФ"),
    ("statute", "часть 3.1 статьи 337 УК", "ст. 337 ч. 3.1 УК РФ"),
    ("statute", "статьёй 338 Уголовного кодекса Российской Федерации", "ст. 338 УК РФ"),
    ("statute", "ст. 332 ч. 2.1 УК РФ", "ст. 332 ч. 2.1 УК РФ"),
    ("statute", "ст. 352.1 УК РФ", "ст. 352.1 УК РФ"),
    ("statute", "ст. 435 УК РБ", "ст. 435 УК РБ"),
    ("statute", "ст. 446 УК", "ст. 446 УК РБ"),
    ("statute", "статтею 407 КК України", "ст. 407 КК України"),
    ("statute", "ст. 336 ККУ", "ст. 336 КК України"),
    ("statute", "ч. 4 ст. 408 КК", "ст. 408 ч. 4 КК України"),
    ("statute", "статті 409 Кримінального кодексу України", "ст. 409 КК України"),
    ("statute", "Art. 338 russ. StGB", "ст. 338 УК РФ"),
    ("statute", "Artikel 337 des russischen Strafgesetzbuches", "ст. 337 УК РФ"),
    ("statute", "Art. 337 Abs. 5 StGB der Russischen Föderation", "ст. 337 ч. 5 УК РФ"),
    ("statute", "Article 337(5) of the Russian Criminal Code", "ст. 337 ч. 5 УК РФ"),
    ("statute", "Article 328 of the Criminal Code of the Russian Federation", "ст. 328 УК РФ"),
    ("statute", "article 337 du code pénal russe", "ст. 337 УК РФ"),
    ("statute", "Artikel 336 des ukrainischen Strafgesetzbuchs", "ст. 336 КК України"),
    ("statute", "Article 407 of the Criminal Code of Ukraine", "ст. 407 КК України"),
    ("statute", "Art. 446 des belarussischen Strafgesetzbuchs", "ст. 446 УК РБ"),
    # articles of the Union
    ("eu-article", "Art. 9 Abs. 2 Buchst. e RL 2011/95/EU", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Art. 9 Abs. 2 Bst. e QualifikationsRL", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Art. 9 Abs. 2 lit. e Qualifikationsrichtlinie", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Artikel 9e der Qualifikationsrichtlinie", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Status-RL Art9 Abs2 lite", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Article 9(2)(e) of Directive 2011/95/EU", "Art. 9(2)(e) 2011/95"),
    ("eu-article", "Article 9(2)(e) of Council Directive 2004/83/EC", "Art. 9(2)(e) 2004/83"),
    ("eu-article", "Article 9(2)(e) of Regulation (EU) 2024/1347", "Art. 9(2)(e) 2024/1347"),
    (
        "eu-article",
        "Artikel 9 Absatz 2 Buchstabe e der Verordnung (EU) 2024/1347",
        "Art. 9(2)(e) 2024/1347",
    ),
    (
        "eu-article",
        "article 9, paragraphe 2, sous e), de la directive 2011/95/UE",
        "Art. 9(2)(e) 2011/95",
    ),
    (
        "eu-article",
        "artikel 9, tweede lid, onder e, van Richtlijn 2011/95/EU",
        "Art. 9(2)(e) 2011/95",
    ),
    ("eu-article", "Article 9(2)(e)", "Art. 9(2)(e)"),
    ("eu-article", "Art. 9 (2) (e)", "Art. 9(2)(e)"),
    ("eu-article", "Article 9(2e)", "Art. 9(2)(e)"),
    ("eu-article", "Art. 9 Abs. 2 Buchst. e", "Art. 9(2)(e)"),
    ("eu-article", "Art. 9 Abs. 2 lit. e", "Art. 9(2)(e)"),
    ("eu-article", "art. 9, par. 2, lett. e)", "Art. 9(2)(e)"),
    ("eu-article", "articolo 9, paragrafo 2, lettera e)", "Art. 9(2)(e)"),
    ("eu-article", "artikel 9, stk. 2, litra e)", "Art. 9(2)(e)"),
    ("eu-article", "artikel 9, lid 2, onder e)", "Art. 9(2)(e)"),
    ("eu-article", "artículo 9, apartado 2, letra e)", "Art. 9(2)(e)"),
    ("eu-article", "art. 9 ust. 2 lit. e)", "Art. 9(2)(e)"),
    ("eu-article", "artikel 9.2 e", "Art. 9(2)(e)"),
    ("eu-article", "e) du paragraphe 2 de l’article 9", "Art. 9(2)(e)"),
    ("eu-article", "Art9 Abs2 lite", "Art. 9(2)(e)"),
    ("eu-article", "Art. 9, § 2, e)", "Art. 9(2)(e)"),
    ("eu-article", "Art. 9 II lit. e", "Art. 9(2)(e)"),
    ("eu-article", "paragraphe 2 article 9 de la directive 2011/95/UE", "Art. 9(2) 2011/95"),
    ("eu-article", "Art 9 Nr 2 EURL 95/2011", "Art. 9(2) 2011/95"),
    ("eu-article", "Art. 15 Buchst. c RL 2011/95/EU", "Art. 15(c) 2011/95"),
    ("eu-article", "Art. 3 Abs. 2 Dublin-III-VO", "Art. 3(2) 604/2013"),
    ("eu-article", "Art. 9 Abs. 2 Buchst. g der DSGVO", "Art. 9(2)(g) 2016/679"),
    # acts and identifiers of the Union
    ("eu-act", "Richtlinie 2004/83/EG", "2004/83"),
    ("eu-act", "EURL 95/2011", "2011/95"),
    ("eu-act", "EURL 2016/800", "2016/800"),
    ("eu-act", "Regulation (EU) 2024/1347", "2024/1347"),
    ("eu-act", "Verordnung (EU) Nr. 604/2013", "604/2013"),
    ("eu-act", "2013/32/EU", "2013/32"),
    ("eu-act", "32011L0095", "2011/95"),
    ("eu-act", "32013R0604", "604/2013"),
    ("ecli", "ECLI:EU:C:2020:404", "ECLI:EU:C:2020:404"),
    ("ecli", "EU:C:2020:945", "ECLI:EU:C:2020:945"),
    ("ecli", "ECLI:DE:OVGBEBB:2024:0822.12B17.23.00", "ECLI:DE:OVGBEBB:2024:0822.12B17.23.00"),
    ("celex", "52020PC0610", "52020PC0610"),
    ("cjeu", "62013CJ0472", "C-472/13"),
    ("cjeu", "62019CC0238", "C-238/19"),
    ("cjeu", "C‑238/19", "C-238/19"),
    ("cjeu", "C- 472/13", "C-472/13"),
    ("cjeu", "C 238/19", "C-238/19"),
    ("cjeu", "C123/23", "C-123/23"),
    ("cjeu", "Rs. C 72/22 PPU", "C-72/22"),
    ("cjeu", "T-605/18", "T-605/18"),
    # Strasbourg
    ("ecthr", "Bayatyan v. Armenia, no. 23459/03", "23459/03"),
    ("ecthr", "EGMR, Urteil vom 7. Juli 2011 – 23459/03", "23459/03"),
    ("ecthr", "requête n° 23459/03", "23459/03"),
    ("ecthr", "Application no. 23459/03", "23459/03"),
    ("ecthr", "001-105611", "001-105611"),
    # file numbers of German courts
    ("file-number", "VG Berlin, 33 K 504/24 A", "33 K 504/24 A"),
    ("file-number", "VG 33 K 143.19 A", "33 K 143/19 A"),
    ("file-number", "VG Düsseldorf, 17 K 123/24.A", "17 K 123/24 A"),
    ("file-number", "VG Wiesbaden, 6 L 3034/25.WI.A", "6 L 3034/25 A"),
    ("file-number", "VG Regensburg, RO 11 K 25.32525", "RO 11 K 25.32525"),
    ("file-number", "VGH München, 13a B 14.30285", "13a B 14.30285"),
    ("file-number", "VGH Mannheim, A 4 S 1548/23", "A 4 S 1548/23"),
    ("file-number", "OVG 12 B 18/23", "12 B 18/23"),
    ("file-number", "OVG Weimar, 3 KO 12/20", "3 KO 12/20"),
    ("file-number", "OVG Greifswald, 4 LB 932/18", "4 LB 932/18"),
    ("file-number", "VG München, M 4 K 22.30123", "M 4 K 22.30123"),
    ("file-number", "BVerwG, 1 C 22.21", "1 C 22/21"),
    ("file-number", "BVerfG, 2 BvR 54/21", "2 BvR 54/21"),
    ("file-number", "BGH, 4 ARs 11/24", "4 ARs 11/24"),
    ("file-number", "BGH, XIII ZB 12/22", "XIII ZB 12/22"),
    ("file-number", "OLG Dresden, OAus 174/24", "OAus 174/24"),
    ("file-number", "LSG Hamburg, L 1 KR 65/24", "L 1 KR 65/24"),
    ("file-number", "SG Berlin, S 90 AY 5/24 ER", "S 90 AY 5/24"),
    # parliaments, gazettes, collections
    ("drucksache", "BT-Drs. 20/5963", "BT-Drs. 20/5963"),
    ("drucksache", "BT 20/5963", "BT-Drs. 20/5963"),
    ("drucksache", "Bundestagsdrucksache 20/5963", "BT-Drs. 20/5963"),
    ("drucksache", "Deutscher Bundestag Drucksache 20/5963", "BT-Drs. 20/5963"),
    ("drucksache", "BR-Drs. 777/25", "BR-Drs. 777/25"),
    ("drucksache", "Drucksache 567/23", "BR-Drs. 567/23"),
    ("drucksache", "LT-Drs. 16/3602", "LT-Drs. 16/3602"),
    ("drucksache", "Landtags-Drucksache 16/3181", "LT-Drs. 16/3181"),
    ("drucksache", "LT-DS 16/3308", "LT-Drs. 16/3308"),
    ("drucksache", "Drucksache 19/13051", "Drs. 19/13051"),
    ("drucksache", "Drucksache 08/3492", "Drs. 8/3492"),
    ("drucksache", "Drs.-Nr.: 6/1905", "Drs. 6/1905"),
    ("drucksache", "Drs. 17/13 032", "Drs. 17/13032"),
    ("drucksache", "Plenarprotokoll 20/12", "PlPr. 20/12"),
    ("drucksache", "BT-PlPr. 20/112", "BT-PlPr. 20/112"),
    ("bgbl", "BGBl. 2024 I Nr. 101", "BGBl. 2024 I Nr. 101"),
    ("bgbl", "BGBl. I 2024 Nr. 101", "BGBl. 2024 I Nr. 101"),
    ("bgbl", "BGBl I 2012 S. 1501", "BGBl. 2012 I S. 1501"),
    ("bgbl", "BGBl. I S. 1234", "BGBl. I S. 1234"),
    ("bgbl", "BGBl. I Nr. 61/2018", "BGBl. I Nr. 61/2018"),
    ("asylnet", "M 32836", "M32836"),
    ("asylnet", "asyl.net: M27109", "M27109"),
    ("beckrs", "BeckRS 2023, 12345", "BeckRS 2023, 12345"),
    # courts of other countries
    ("tribunal", "[2018] UKUT 00241 (IAC)", "[2018] UKUT 241 (IAC)"),
    ("tribunal", "[2021] EWCA Civ 1234", "[2021] EWCA Civ 1234"),
    ("tribunal", "[2003] UKHL 15", "[2003] UKHL 15"),
    ("tribunal", "PA/00296/2021", "PA/00296/2021"),
    ("tribunal", "D-1234/2019", "D-1234/2019"),
    ("tribunal", "E‑770/2024", "E-770/2024"),
    ("tribunal", "W114 2202885-1/17E", "W114 2202885-1"),
    ("tribunal", "Ra 2020/20/0195", "Ra 2020/20/0195"),
    ("tribunal", "VfGH E3529/2023", "E 3529/2023"),
    ("tribunal", "CNDA, n° 21068674", "CNDA 21068674"),
    ("tribunal", "справа № 280/4976/18", "№ 280/4976/18"),
]


@pytest.mark.parametrize(("kind", "text", "normal"), FORMS)
def test_each_form_has_one_normal_form(kind: str, text: str, normal: str) -> None:
    sentence = f"Siehe {text} und anderes."
    assert [(c.kind, c.id) for c in cite(sentence)] == [(kind, normal)]
    (citation,) = cite(sentence)
    assert sentence[citation.start : citation.end] == citation.text
    assert citation.text in text


def test_letter_lists_are_several_citations() -> None:
    ids = [c.id for c in cite("Art. 9 Abs. 2 Buchst. b, c, und e")]
    assert ids == ["Art. 9(2)(b)", "Art. 9(2)(c)", "Art. 9(2)(e)"]


def test_two_places_of_one_section_are_two_citations() -> None:
    ids = [c.id for c in cite("§ 3a Abs. 2 Nr. 5, Abs. 3 AsylG")]
    assert ids == ["§ 3a Abs. 2 Nr. 5 AsylG", "§ 3a Abs. 3 AsylG"]


def test_the_law_behind_a_list_belongs_to_all_its_sections() -> None:
    ids = [c.id for c in cite("§ 3 Abs. 1 und § 3a Abs. 2 AsylG")]
    assert ids == ["§ 3 Abs. 1 AsylG", "§ 3a Abs. 2 AsylG"]


def test_a_source_is_named_once_where_it_stands_first() -> None:
    (citation,) = cite("C-238/19, dazu nochmals C 238/19 und 62019CJ0238")
    assert citation.start == 0


LISTS = [
    ("§§ 3, 3a AsylG", ["§ 3 AsylG", "§ 3a AsylG"]),
    ("§§ 15 und 16 WStG", ["§ 15 WStG", "§ 16 WStG"]),
    ("§§ 3a bis 3c AsylG", ["§ 3a AsylG", "§ 3b AsylG", "§ 3c AsylG"]),
    ("§§ 3 bis 3b AsylG", ["§ 3 AsylG", "§ 3a AsylG", "§ 3b AsylG"]),
    ("§§ 29–31 AsylG", ["§ 29 AsylG", "§ 30 AsylG", "§ 31 AsylG"]),
    ("§ 60 Abs. 5 und 7 AufenthG", ["§ 60 Abs. 5 AufenthG", "§ 60 Abs. 7 AufenthG"]),
    ("§ 60 Abs. 5 und Abs. 7 Satz 1 AufenthG", ["§ 60 Abs. 5 AufenthG", "§ 60 Abs. 7 S. 1 AufenthG"]),
    ("§ 60 Abs. 5, § 60a Abs. 2 AufenthG", ["§ 60 Abs. 5 AufenthG", "§ 60a Abs. 2 AufenthG"]),
    ("§ 3 Abs. 1 i.V.m. § 3a Abs. 2 Nr. 1 und 5 AsylG",
     ["§ 3 Abs. 1 AsylG", "§ 3a Abs. 2 Nr. 1 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"]),
    ("§§ 15 Abs. 1 und 2, 16 WStG", ["§ 15 Abs. 1 WStG", "§ 15 Abs. 2 WStG", "§ 16 WStG"]),
    ("§ 708 Nr. 11, § 711 ZPO i.V.m. § 167 VwGO", ["§ 708 Nr. 11 ZPO", "§ 711 ZPO", "§ 167 VwGO"]),
    ("AsylG § 78 Abs 3 VwGO § 124 Abs 2", ["§ 78 Abs. 3 AsylG", "§ 124 Abs. 2 VwGO"]),
    ("Art. 337 und 338 des russischen Strafgesetzbuches", ["ст. 337 УК РФ", "ст. 338 УК РФ"]),
    ("ст. 337 и 338 УК РФ", ["ст. 337 УК РФ", "ст. 338 УК РФ"]),
    ("artikel 9, lid 2, onder b), c) en e)", ["Art. 9(2)(b)", "Art. 9(2)(c)", "Art. 9(2)(e)"]),
    ("Article 9(2)(b), (c) and (e)", ["Art. 9(2)(b)", "Art. 9(2)(c)", "Art. 9(2)(e)"]),
    ("32011L0095 Status-RL Art9 Abs2 lite", ["2011/95", "Art. 9(2)(e) 2011/95"]),
    ("Art. 40 Abs. 2 und Abs. 3 Richtlinie 2013/32/EU", ["Art. 40(2) 2013/32", "Art. 40(3) 2013/32"]),
    ("RL 2008/115/EG Art 2 Abs 2 lit b", ["Art. 2(2)(b) 2008/115"]),
    ("§ 51 des Bundesmeldegesetzes und § 5 der Approbationsordnung",
     ["§ 51 Bundesmeldegesetz", "§ 5 Approbationsordnung"]),
    ("StVO 1960 §18 Abs1", ["§ 18 Abs. 1 StVO 1960"]),
    ("EGMR, Urteile vom 2. Mai 2012 ‒ 30696/09 –, X. ./. Belgien, und vom 3. Mai 2013 ‒ 1234/10 –, Y. ./. Italien",
     ["30696/09", "1234/10"]),
    ("CASE OF EXAMPLE v. LITHUANIA 51914/19", ["51914/19"]),
    ("§ 5 Abs. 2 Nr. 3 Alt. 1 AufenthV", ["§ 5 Abs. 2 Nr. 3 Alt. 1 AufenthV"]),
    ("AsylG 2005 §35\nAsylG 2005 §7\nB-VG Art133 Abs4\nVwGVG §28 Abs3",
     ["§ 35 AsylG 2005", "§ 7 AsylG 2005", "Art. 133 Abs. 4 B-VG", "§ 28 Abs. 3 VwGVG"]),
    ("BGBl. Nr. 286/1971 und VfGH V258/2025", ["BGBl. Nr. 286/1971", "V 258/2025"]),
    ("LAG, 1 Ta 44/25", ["1 Ta 44/25"]),
    ("Antwort der Bundesregierung (21/8309(Dokument, öffnet ein neues Fenster))", ["Drs. 21/8309"]),
    ("Directive 2011/95/EU, Article 5(3)", ["Art. 5(3) 2011/95"]),
    ("Directive 2013/32/EU, Article 4(3) of Directive 2011/95/EU", ["2013/32", "Art. 4(3) 2011/95"]),
    ("Er fürchtet Artikel 328 des Strafgesetzbuches, da er aus Russland kam", ["ст. 328 УК РФ"]),
    ("ст. 337 УК РФ, далее ст. 332 и ст. 338", ["ст. 337 УК РФ", "ст. 332 УК РФ", "ст. 338 УК РФ"]),
    ("§§ 819 Abs. 1, 818 Abs. 4 BGB", ["§ 819 Abs. 1 BGB", "§ 818 Abs. 4 BGB"]),
    ("Artikel 3, Absatz 3 Asylgesetz", ["Art. 3 Abs. 3 AsylG"]),
    ("VertragsbedienstetenschutzG §73 Abs2\nMutterschutzG 1979 §1, §11\nVfGG §7 Abs1",
     ["§ 73 Abs. 2 VertragsbedienstetenschutzG", "§ 1 MutterschutzG 1979", "§ 11 MutterschutzG 1979",
      "§ 7 Abs. 1 VfGG"]),
    ("Bayatyan mod Armenien, sagsnummer 23459/03", ["23459/03"]),
    ("In Ukraine he was tried under Criminal Code Article 336", ["ст. 336 КК України"]),
    ("6/4617  Kleine Anfrage und Antwort", ["Drs. 6/4617"]),
    ("CAT/C/51/D/429/2010 and CCPR/C/88/D/1321-1322/2004",
     ["CAT/C/51/D/429/2010", "CCPR/C/88/D/1321-1322/2004"]),
    ("C-123/23 und C-202/23", ["C-123/23", "C-202/23"]),
    ("Anträge nos. 37685/10 and 22768/12", ["37685/10", "22768/12"]),
    ("Drucksachen 16/7748 und 16/7912", ["Drs. 16/7748", "Drs. 16/7912"]),
    ("Antwort auf die Kleine Anfrage der Fraktion (20/5963, 20/5185)", ["Drs. 20/5963", "Drs. 20/5185"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "ids"), LISTS)
def test_each_of_a_list_is_cited(text: str, ids: list[str]) -> None:
    assert [citation.id for citation in cite(f"Siehe {text}.")] == ids


@pytest.mark.parametrize(
    "text",
    [
        *("", "Um 9 Uhr kamen 20 Leute.", "§ 5", "M 123", "Kapitel 3/4", "12 Uhr 30/24"),
        "Das Spiel endete 3/22, gedruckt auf A4/80 g.",
        "Stand 02/2024, Heft 10/24, Wintersemester 2023/24",
        "zwei Drittel (2/3) oder 10/12 der Stimmen",
        "Tel. 030/12345, Nr. 12/24, Seite 12/24",
        "Art. 9 Abs. 2 der Satzung, Artikel 5 Buchstabe a",
        "Article 9(2)(e) of the Convention",
        "Art. 9, comma 2, lett. e), del d.lgs. n. 251 del 2007",
        "Law No. 146/90 and Act No. 1234/99",
        "ст. 4702; 2014, № 2, ст. 126",
        "3 RL 2011 und 5 MW 10/24",
        "Vitamin C 12/24, Anlage T 7/23",
        "Die Reihe M 12345-X und Zimmer E 12",
    ],
)
def test_other_numbers_are_no_citations(text: str) -> None:
    assert cite(text) == ()


@given(
    st.lists(
        st.sampled_from([text for _, text, _ in FORMS] + [" ", ",", " und ", "x", "§", "Art. "]),
        max_size=12,
    ).map("".join)
)
def test_offsets_hold_the_words(text: str) -> None:
    for citation in cite(text):
        assert text[citation.start : citation.end] == citation.text


@pytest.mark.parametrize("text", [text for _, text, _ in FORMS] + [text for text, _ in LISTS])
def test_an_id_is_its_own_normal_form(text: str) -> None:
    """An act, an application and a Ukrainian case say by context alone what their number means."""
    for citation in cite(text):
        again = {each.id for each in cite(f"Siehe {citation.id}.") if each.kind == citation.kind}
        bare = citation.kind in ("ecthr", "eu-act")
        assert again == {citation.id} or (bare and not again)


HOSTILE = [
    "§ 1 Abs. 1 ", "§§ 1, ", "§ 1, 2, 3 und ", "Art. 9 (2) ", "Art. 9(2)(a), (b), ", "ст. 337, 338, ",
    "EGMR ", "no. ", "v. A ", "v. ABC ", "A v. B ", "Drucksache 1/2, ", "Anfrage ( ", "BGBl. I ",
    "AsylG ", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "1 A 1 A ", "C-1/2 ", "1234/", "ч. 5 ст. 337 ",
    "Article 337, 338 and ", "ECLI:EU:", "Richtlinie (EU) ", "EuGH C ", "/", "12345/12; ", "§§§§", "\n \n",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_time_grows_with_the_text_and_not_with_its_square(hostile: str) -> None:
    def seconds(size: int) -> float:
        text = (hostile * (size // len(hostile) + 1))[:size]
        return min(timeit.repeat(lambda: cite(text), timer=process_time, number=1, repeat=2))

    assert seconds(40_000) < 8 * seconds(10_000) + 0.1

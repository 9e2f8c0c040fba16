"""A citation covers itself and what lies within it."""

from __future__ import annotations

import pytest

from monitor.match.citations import covers


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("§ 3a AsylG", "§ 3a AsylG"),
        ("§ 3a AsylG", "§ 3a Abs. 2 AsylG"),
        ("§ 3a AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
        ("§ 3a Abs. 2 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
        ("§ 60 Abs. 7 Nr. 2 AufenthG", "§ 60 Abs. 7 S. 1 Nr. 2 AufenthG"),
        ("§ 60 Abs. 7 AufenthG", "§ 60 Abs. 7 S. 1 AufenthG"),
        ("KDVG", "§ 2 Abs. 3 KDVG"),
        ("Art. 4 GG", "Art. 4 Abs. 3 S. 1 GG"),
        ("§ 9 SGB XII", "§ 9 Abs. 1 SGB XII"),
        ("ст. 337 УК РФ", "ст. 337 ч. 5 УК РФ"),
        ("Art. 9(2)(e)", "Art. 9(2)(e) 2011/95"),
        ("Art. 9(2)(e)", "Art. 9(2)(e) 2024/1347"),
        ("Art. 9(2)", "Art. 9(2)(e)"),
        ("Art. 9 2011/95", "Art. 9(2)(e) 2011/95"),
        ("2011/95", "Art. 9(2)(e) 2011/95"),
        ("C-238/19", "C-238/19"),
        ("Drs. 20/5963", "BT-Drs. 20/5963"),
        ("23459/03", "ECLI:CE:ECHR:2011:0707JUD002345903"),
    ],
)
def test_the_wide_covers_the_narrow(wide: str, narrow: str) -> None:
    assert covers(wide, narrow)
    assert wide == narrow or not covers(narrow, wide)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("§ 3 AsylG", "§ 3a AsylG"),
        ("§ 3 AsylG", "§ 30 AsylG"),
        ("§ 3 AsylG", "§ 3 AufenthG"),
        ("§ 9 SGB X", "§ 9 SGB XII"),
        ("§ 3a Nr. 5 AsylG", "§ 3a Abs. 2 Nr. 5 AsylG"),
        ("§ 3a Abs. 1 AsylG", "§ 3a Abs. 2 Nr. 1 AsylG"),
        ("Art. 4 GG", "§ 4 GG"),
        ("ст. 337 УК РФ", "ст. 337 УК РБ"),
        ("Art. 9(2)(e)", "Art. 9(2)(e) 2016/679"),
        ("Art. 9(2)(e) 2011/95", "Art. 9(2)(e) 2024/1347"),
        ("Art. 9(2)(e)", "Art. 9(2)(f)"),
        ("Art. 9(2)", "Art. 90(2)"),
        ("C-238/19", "C-238/1"),
        ("BT-Drs. 20/5963", "LT-Drs. 20/5963"),
        ("3459/03", "ECLI:CE:ECHR:2011:0707JUD002345903"),
        ("", "§ 3 AsylG"),
    ],
)
def test_others_do_not_cover_each_other(one: str, other: str) -> None:
    assert not covers(one, other)
    assert not covers(other, one)

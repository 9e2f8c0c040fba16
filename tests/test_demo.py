"""The demonstration, told by its mails alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from monitor.adapters import pdf
from monitor.demo import news
from monitor.demo.pdf import one_page
from monitor.demo.play import play_day, stage
from monitor.demo.world import BROKEN
from monitor.errors import MonitorError
from monitor.pipeline import Checked, Outcome
from tests.story import text_of

ALL_NEWS = (
    *news.FEED,
    *news.THEMES,
    *news.PARLIAMENT,
    *news.COURT,
    *news.ASSOCIATION,
    *news.HINTS,
)


@dataclass(frozen=True)
class Played:
    """A demo that is over: its mails, what it printed, and a second look at its last day."""

    folder: Path
    said: str
    again: tuple[Checked, ...]
    again_mails: tuple[Path, ...]

    def mails(self, list_id: str) -> list[EmailMessage]:
        """Return the mails of one list, oldest first."""
        parser = BytesParser(policy=policy.default)
        files = sorted((self.folder / "mails").glob(f"*-{list_id}-*.eml"))
        return [parser.parsebytes(file.read_bytes()) for file in files]

    def told(self, words: str, list_id: str = "campaign") -> int:
        """Return in how many mails of a list these words stand."""
        return sum(words in text_of(mail) for mail in self.mails(list_id))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo, played twice into the same folder, as people do."""
    folder = tmp_path_factory.mktemp("demo")
    _play(folder)
    return _play(folder)


def _play(folder: Path) -> Played:
    said: list[str] = []

    async def all_days() -> Played:
        async with stage(folder) as staged:
            for day in range(1, news.LAST_DAY + 1):
                await play_day(staged, day, said.append)
            staged.clock.set(news.LAST_DAY, time(23))
            again = await staged.check()
            mails = await staged.mail()
        return Played(folder, "\n".join(said), again, mails)

    return asyncio.run(all_days())


@pytest.mark.parametrize("one", [n for n in ALL_NEWS if n.told], ids=lambda n: n.slug)
def test_what_matters_is_in_exactly_one_digest(played: Played, one: news.News) -> None:
    assert played.told(one.title) == 1
    digest = played.mails("campaign")[one.day - 1]
    assert one.title in text_of(digest)


@pytest.mark.parametrize("one", [n for n in ALL_NEWS if not n.told], ids=lambda n: n.slug)
def test_what_does_not_matter_is_in_no_mail(played: Played, one: news.News) -> None:
    for list_id in ("campaign", "english-team", "ops"):
        assert played.told(one.title, list_id) == 0


@pytest.mark.parametrize("noise", ["Aufrufe", "Besucher heute", "mal gelesen", "Abgerufen am"])
def test_counters_and_time_stamps_are_in_no_mail(played: Played, noise: str) -> None:
    assert played.told(noise) == 0


def test_an_edit_shows_the_new_and_the_old_words(played: Played) -> None:
    digest = text_of(played.mails("campaign")[1])
    assert f"[geändert] {news.EDITED}" in digest
    assert news.EDITED_AFTER in digest
    before = digest.partition("Vorher:")[2]
    assert before.strip().startswith(f"- {news.EDITED_BEFORE}")


def test_a_withdrawn_section_is_told_as_removed(played: Played) -> None:
    digest = text_of(played.mails("campaign")[2])
    assert f"[entfernt] {news.WITHDRAWN}" in digest
    assert news.WITHDRAWN_TEXT in digest


def test_the_words_of_a_linked_pdf_are_quoted(played: Played) -> None:
    digest = text_of(played.mails("campaign")[1])
    assert "wegen Fahnenflucht oder unerlaubter Abwesenheit von der Truppe" in digest


def test_the_same_news_from_two_places_is_one_entry(played: Played) -> None:
    digest = played.mails("campaign")[1]
    assert text_of(digest).count(f"[neu] {news.PROTECTION}") == 1
    assert "Auch bei Objectors’ Network" in text_of(digest)


def test_a_doubtful_find_rides_along_below_the_certain_ones(played: Played) -> None:
    certain, _, doubtful = text_of(played.mails("campaign")[2]).partition("Vielleicht (1)")
    assert "Lesung in Zirndorf: Der Überläufer" in doubtful
    assert "Überläufer" not in certain


def test_the_english_team_gets_its_two_topics_only(played: Played) -> None:
    assert played.told("В Курске дезертира", "english-team") == 1
    assert played.told("Humanitäre Visa", "english-team") == 0


def test_the_broken_source_stands_in_the_coverage_and_in_one_operator_mail(played: Played) -> None:
    first, *later = played.mails("campaign")
    assert BROKEN not in text_of(first)
    assert all(BROKEN in text_of(digest) for digest in later)
    assert played.told(BROKEN, "ops") == 1
    assert len(played.mails("ops")) == 1


def test_looking_once_more_finds_nothing(played: Played) -> None:
    outcomes = {each.source: each.outcome for each in played.again}
    assert outcomes.pop("landesamt") is Outcome.FAILED
    assert set(outcomes.values()) == {Outcome.UNCHANGED}
    assert not any(each.alerts for each in played.again)
    assert played.again_mails == ()


def test_every_mail_lies_there_to_be_looked_at(played: Played) -> None:
    mails = sorted((played.folder / "mails").glob("*.eml"))
    assert len(mails) == 7
    for mail in mails:
        assert "<mark>" in mail.with_suffix(".html").read_text() or "-ops-" in mail.name
        assert mail.with_suffix(".txt").read_text()
        assert mail.name in played.said


def test_each_day_is_told_as_it_passes(played: Played) -> None:
    assert "Day 2, Wednesday 04 March 2026" in played.said
    assert "06:00  7 sources checked: 7 for the first time; alerts: 1" in played.said
    assert "06:00  7 sources checked: 6 changed, 1 failed" in played.said
    assert "12:00  mail to ops@example.org" in played.said


@pytest.mark.parametrize("name", ["notes.txt", "sources.yaml"])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.write_text("mine")
    with pytest.raises(MonitorError, match="was not made by a demo"):
        _play(tmp_path)
    assert mine.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [mine]


def test_a_file_that_somebody_put_among_the_mails_stops_the_next_demo(tmp_path: Path) -> None:
    async def open_stage() -> None:
        async with stage(tmp_path):
            pass

    asyncio.run(open_stage())
    (tmp_path / "mails" / "thesis.doc").write_text("mine")
    with pytest.raises(MonitorError, match=r"thesis\.doc"):
        asyncio.run(open_stage())
    assert (tmp_path / "sources.yaml").exists()


def test_the_hand_made_pdf_is_one_that_readers_understand() -> None:
    assert pdf.read(one_page(("Größe (in m²): \\ 4", "„Straße“"))).blocks == (
        "Größe (in m²): \\ 4 „Straße“",
    )

"""Readers answer «not relevant»; machines do not count."""

from __future__ import annotations

import json
import mailbox
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from monitor.cli import judging  # noqa: F401 – adds its commands to `app`
from monitor.cli.app import app
from monitor.feedback import Vote, judge, mark, vote
from monitor.model import Alert, ChangeKind, Match
from monitor.store import Store
from tests.digests import CUTOFF
from tests.story import feed, story, world
from tests.test_stories import DESERTERS, FEED, GARDEN


def alert(number: int, *terms: str, source: str = "news") -> Alert:
    matches = tuple(Match("desertion", term, 0, 1, term, ()) for term in terms)
    return Alert(
        source, str(number), ChangeKind.ADDED, f"Nr. {number}", None, CUTOFF, matches=matches,
        id=number,
    )  # fmt: skip


def mail(subject: str, sender: str = "Ada <ada@example.org>", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "news@example.org", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("Passt nicht.")
    return made


ANSWER = f"AW: Nicht wichtig: Satzung {mark(7)}"


def test_an_answer_is_known_by_its_mark() -> None:
    assert vote(mail(ANSWER)) == Vote(7, "ada@example.org", relevant=False)
    assert vote(mail(f"Wichtig {mark(7, relevant=True)}")) == Vote(
        7, "ada@example.org", relevant=True
    )
    assert vote(mail("Re: 3 Meldungen")) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
    ],
)
def test_what_a_machine_answers_does_not_count(headers: dict[str, str]) -> None:
    assert vote(mail(ANSWER, **headers)) is None


def test_a_person_may_say_that_the_mail_is_not_automatic() -> None:
    assert vote(mail(ANSWER, Auto_Submitted="no")) is not None


def test_the_last_answer_of_a_reader_counts_and_the_majority_of_readers() -> None:
    votes = [
        Vote(1, "ada", relevant=True), Vote(1, "ada", relevant=False),
        Vote(2, "ada", relevant=False), Vote(2, "bob", relevant=True),
        Vote(9, "bob", relevant=False),
    ]  # fmt: skip
    verdicts = judge(votes, [alert(1, "AWOL"), alert(2, "AWOL", "deserter"), alert(3, "deserter")])
    assert [each.id for each in verdicts.idle] == [1]
    assert verdicts.unknown == (9,)
    awol = verdicts.by_term["desertion", "AWOL"]
    assert (awol.alerts, awol.idle, awol.precision) == (2, 1, 0.5)
    assert verdicts.by_term["desertion", "deserter"].precision == 1
    assert next(iter(verdicts.by_term)) == ("desertion", "AWOL")
    assert verdicts.by_source["news"].alerts == 3


@story
async def test_the_link_in_a_mail_makes_the_answer_that_is_counted(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(GARDEN)})
        await w.day({"/news.xml": feed(DESERTERS, GARDEN)})
        [made] = w.mails()
        html = made.get_body(("html",))
        assert html is not None
        page = BeautifulSoup(html.get_content(), "html.parser")
        links = [str(a["href"]) for a in page.select('[data-alert] a[href^="mailto:"]')]
        [subject] = parse_qs(urlsplit(links[0]).query)["subject"]
        found = vote(mail(subject))
        assert found is not None
        [stored] = [a for a in w.store.history.alerts() if a.id == found.alert]
        assert stored.title == DESERTERS.title
        plain = made.get_body(("plain",))
        assert plain is not None
        assert mark(found.alert) in plain.get_content()


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "answers.mbox"
    kept = mailbox.mbox(path)
    for each in (mail(f"x {mark(1)}"), mail("Abwesend", Auto_Submitted="auto-replied")):
        kept.add(each)
    kept.close()
    return path


def test_the_command_reads_a_mailbox(tmp_path: Path, box: Path) -> None:
    (tmp_path / "sources.yaml").write_text("version: 1\nsources: []\n", "utf-8")
    url = f"sqlite:///{tmp_path / 'm.db'}"
    with Store.open(url):
        pass
    ran = CliRunner().invoke(
        app,
        ["--sources", str(tmp_path / "sources.yaml"), "--database", url, "feedback", str(box),
         "--json"],
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout) == {
        "answers": 1, "unknown": [1], "terms": [], "sources": [], "not_relevant": [],
    }  # fmt: skip


@pytest.mark.parametrize("what", ["missing.mbox", ".", "sources.yaml"])
def test_what_is_no_mailbox_is_told(tmp_path: Path, what: str) -> None:
    (tmp_path / "sources.yaml").write_text("version: 1\nsources: []\n", "utf-8")
    ran = CliRunner().invoke(
        app, ["--sources", str(tmp_path / "sources.yaml"), "feedback", str(tmp_path / what)]
    )
    assert ran.exit_code == 2

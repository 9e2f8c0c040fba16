"""What happens from day to day: pages change, mails arrive. See tests/story.py for the stage."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from monitor.deliver import mail_door
from monitor.demo.pdf import one_page
from monitor.model import (
    AlertOn,
    Health,
    MailingList,
    Schedule,
    Select,
)
from monitor.pipeline import Delivered, Outcome
from monitor.shipped import shipped
from tests.mailserver import Mailbox, mail_server
from tests.story import START, TEAM, News, document, feed, listing, source, story, text_of, world
from tests.web import Page, redirect

FEED = source("news", "feed", "/news.xml")
LIST = source("list", "page", "/list.html", select=Select(items="article"))
LAW = source("law", "document", "/law.html", complete=True, select=Select(text="main"))

OLD = News("Neues vom Amt", "Die Öffnungszeiten haben sich geändert.")
DESERTERS = News("Gericht schützt Deserteure aus Russland", "Das Urteil ist rechtskräftig.")
CALL_UP = News("Neue Regeln zur Einberufung in der Ukraine", "Das Parlament hat zugestimmt.")
DEFECTOR = News("Ein Überläufer erzählt", "Eine Lesung im Gemeindehaus.")
GARDEN = News("Tag der offenen Gärten", "Auch in diesem Jahr öffnen viele Gärten.")

SECTIONS = {
    "§ 1 Geltung": "Dieser Erlass gilt für alle Dienststellen.",
    "§ 2 Schutz": "Deserteure aus Russland erhalten Schutz.",
    "§ 3 Verfahren": "Anträge sind schriftlich zu stellen.",
    "§ 4 Inkrafttreten": "Der Erlass tritt morgen in Kraft.",
}


def without(heading: str) -> dict[str, str]:
    """Return the sections but one."""
    return {h: text for h, text in SECTIONS.items() if h != heading}


# --- what is told, and how often ------------------------------------------------------------------


@story
async def test_an_unchanged_site_raises_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, LIST, LAW) as w:
        await w.day(
            {
                "/news.xml": feed(DESERTERS, OLD),
                "/list.html": listing(CALL_UP, OLD),
                "/law.html": document(SECTIONS),
            }
        )
        for _ in range(2):
            checked = await w.day()
            assert {each.outcome for each in checked.values()} == {Outcome.UNCHANGED}
        assert w.mails() == []


@story
async def test_a_new_item_is_in_exactly_one_digest(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DESERTERS, OLD)})
        assert w.told(DESERTERS.title) == 1
        assert [each.state for each in await w.mail() if each.list_id == "team"] == []
        await w.day()
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(OLD, DESERTERS)})
        assert w.told(DESERTERS.title) == len(w.mails()) == 1


@story
async def test_what_concerns_nobody_is_in_no_digest(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD)})
        checked = await w.day({"/news.xml": feed(GARDEN, OLD)})
        assert checked["news"].outcome is Outcome.CHANGED
        assert w.mails() == []


@story
async def test_the_first_sight_is_silent(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, LIST) as w:
        pages = {"/news.xml": feed(DESERTERS), "/list.html": listing(CALL_UP)}
        checked = await w.day(pages)
        assert {each.outcome for each in checked.values()} == {Outcome.BASELINE}
        await w.day()
        assert w.mails() == []
        assert w.state("news").last_changed is None


@story
async def test_backfill_tells_what_is_recent_once(tmp_path: Path) -> None:
    def ago(days: int, title: str) -> News:
        return News(title, "Deserteure", published=START - timedelta(days=days))

    recent, old, ahead = ago(10, "Vor zehn Tagen"), ago(20, "Vor drei Wochen"), ago(-9, "Bald")
    undated = News("Ohne Datum", "Deserteure")
    backfilled = source("news", "feed", "/news.xml", backfill=timedelta(days=14))
    async with world(tmp_path, backfilled) as w:
        await w.day({"/news.xml": feed(recent, old, ahead, undated)})
        await w.day()
        assert [w.told(one.title) for one in (recent, old, ahead, undated)] == [1, 0, 0, 0]


@story
async def test_a_page_that_flips_between_two_states_is_told_once(tmp_path: Path) -> None:
    there = without("§ 3 Verfahren") | {"§ 3 Verfahren": "Deserteure stellen keinen Antrag."}
    page = source("page", "page", "/page.html", select=Select(text="main"))
    async with world(tmp_path, page) as w:
        for day in range(7):
            await w.day({"/page.html": document(there if day % 2 else SECTIONS)})
        assert w.told("Deserteure stellen keinen Antrag.") == len(w.mails()) == 1


@story
async def test_a_section_that_comes_and_goes_is_told_gone_once(tmp_path: Path) -> None:
    async with world(tmp_path, LAW) as w:
        for day in range(7):
            await w.day({"/law.html": document(without("§ 2 Schutz") if day % 2 else SECTIONS)})
        assert w.told("[entfernt] § 2 Schutz") == len(w.mails()) == 1


@story
async def test_words_that_come_and_go_are_told_once_each_way(tmp_path: Path) -> None:
    there = SECTIONS | {"§ 3 Verfahren": "Auch eine Einberufung ist anzugeben."}
    async with world(tmp_path, LAW) as w:
        for state in (SECTIONS, there, *[SECTIONS] * 3, there, *[SECTIONS] * 3):
            await w.day({"/law.html": document(state)})  # gone is what stays away for three looks
        come, gone = w.mails()
        assert "Nicht mehr da" not in text_of(come)
        assert "Nicht mehr da" in text_of(gone)


@story
async def test_an_edit_tells_new_and_old_words(tmp_path: Path) -> None:
    async with world(tmp_path, LAW) as w:
        await w.day({"/law.html": document(SECTIONS)})
        new = SECTIONS | {"§ 2 Schutz": "Deserteure erhalten nur noch eine Duldung."}
        await w.day({"/law.html": document(new)})
        digest = text_of(w.mails()[0])
        now, _, changed = digest.partition("[-weggefallen-]")
        assert "Deserteure erhalten nur noch eine Duldung." in now
        assert re.search(r"\[- ?aus Russland ?-\]", changed)
        assert "[-Schutz-]{+nur noch eine Duldung+}" in changed


@story
async def test_an_edit_quotes_the_old_words_only_as_old(tmp_path: Path) -> None:
    async with world(tmp_path, LAW) as w:
        before = "Wer desertiert ist und dessen Einberufung droht, erhält Schutz."
        await w.day({"/law.html": document(SECTIONS | {"§ 2 Schutz": before})})
        after = "Deserteure erhalten nur noch eine Duldung."
        await w.day({"/law.html": document(SECTIONS | {"§ 2 Schutz": after})})
        assert before not in text_of(w.mails()[0]).partition("Vorher:")[0]


@story
async def test_finds_that_stand_close_together_share_one_passage(tmp_path: Path) -> None:
    far = " ".join(["und"] * 200)
    text = f"Deserteure sprechen, Deserteure hören zu, die Einberufung droht. {far} Deserteure."
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(News("Bericht", text), OLD)})
        part = w.mails()[0].get_body(("plain",))
        assert part is not None
        shown = " ".join(part.get_content().split())
        assert shown.count("sprechen") == 1
        assert "*Deserteure* sprechen, *Deserteure* hören zu, die *Einberufung* droht." in shown
        assert "und und *Deserteure*." in shown


@story
async def test_every_change_is_told_where_that_is_asked_for(tmp_path: Path) -> None:
    strict = source("law", "document", "/law.html", alert=AlertOn.EVERY, select=Select(text="main"))
    async with world(tmp_path, strict) as w:
        await w.day({"/law.html": document(SECTIONS)})
        new = SECTIONS | {"§ 3 Verfahren": "Anträge sind mündlich zu stellen."}
        await w.day({"/law.html": document(new)})
        assert w.told("Anträge sind mündlich zu stellen.") == len(w.mails()) == 1


# --- noise ----------------------------------------------------------------------------------------


def _noise(number: int) -> str:
    return f"<footer>Besucher heute: {number} · {number:032x} · {number}:00 Uhr</footer>"


NOISES: dict[str, Callable[[int], Page]] = {
    "order": lambda n: listing(
        *([CALL_UP, OLD, GARDEN][n % 3 :] + [CALL_UP, OLD, GARDEN][: n % 3])
    ),
    "white space": lambda n: Page(listing(CALL_UP, OLD).content.replace(b" ", b" \n" * (n + 1))),
    "tracking parameters": lambda n: listing(News(CALL_UP.title, path=f"/a?utm_source={n}&id=7")),
    "session ids": lambda n: listing(
        News(CALL_UP.title, path=f"/a.html;jsessionid={n:032X}?nn={n}")
    ),
    "a nonce in the text": lambda n: listing(News(CALL_UP.title, f"Einberufung {n + 17**20:032x}")),
    "what stands around": lambda n: listing(CALL_UP, OLD, around=_noise(n)),
    "hyphens and quotes": lambda n: listing(
        News("Zur »Einberufung« – heute" if n % 2 else 'Zur "Einberufung" - heute', path="/a")
    ),
    "soft hyphens": lambda n: listing(
        News(CALL_UP.title, "Ein\u00adberufung" if n % 2 else "Einberufung")
    ),
}


@pytest.mark.parametrize("name", NOISES)
def test_noise_raises_nothing(tmp_path: Path, name: str) -> None:
    @story
    async def tell() -> None:
        async with world(tmp_path, LIST) as w:
            for day in range(4):
                checked = await w.day({"/list.html": NOISES[name](day + 1)})
                assert checked["list"].changes == ()
            assert w.mails() == []

    tell()


@story
async def test_ignored_elements_and_phrases_raise_nothing(tmp_path: Path) -> None:
    quiet = source(
        "page",
        "page",
        "/page.html",
        ignore_selectors=(".teaser",),
        ignore_patterns=(r"Stand: \d+",),
        alert=AlertOn.EVERY,
    )
    async with world(tmp_path, quiet) as w:
        for day in range(4):
            noise = f"<p class='teaser'>Deserteure {day}</p><p>Einberufung. Stand: {day}</p>"
            checked = await w.day({"/page.html": document(SECTIONS, noise)})
            assert checked["page"].changes == ()
        assert w.mails() == []


@story
async def test_a_feed_that_invents_new_ids_at_every_fetch_raises_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        for day in range(4):
            again = [News(n.title, n.text, guid=f"{n.title}-{day}") for n in (DESERTERS, OLD)]
            checked = await w.day({"/news.xml": feed(*again)})
            assert checked["news"].changes == ()
        assert w.mails() == []


# --- what is gone ---------------------------------------------------------------------------------


@story
async def test_what_is_gone_is_told_where_the_source_is_complete(tmp_path: Path) -> None:
    async with world(tmp_path, LAW) as w:
        await w.day({"/law.html": document(SECTIONS)})
        await w.day({"/law.html": document(without("§ 2 Schutz"))})
        await w.day()
        assert w.told("[entfernt] § 2 Schutz") == len(w.mails()) == 1


@story
async def test_what_scrolled_off_a_list_is_not_told(tmp_path: Path) -> None:
    async with world(tmp_path, LIST) as w:
        await w.day({"/list.html": listing(DESERTERS, OLD, GARDEN)})
        await w.day({"/list.html": listing(OLD, GARDEN)})
        await w.day({"/list.html": listing(DESERTERS, OLD, GARDEN)})
        assert w.mails() == []


@story
async def test_a_page_that_vanished_is_told_once_after_a_second_look(tmp_path: Path) -> None:
    async with world(tmp_path, LAW) as w:
        await w.day({"/law.html": document(SECTIONS)})
        await w.day({"/law.html": Page(status=404)})
        assert w.mails() == []
        await w.day()
        await w.day()
        assert w.told("[entfernt] § 2 Schutz") == len(w.mails()) == 1
        await w.day({"/law.html": document(SECTIONS)})
        assert len(w.mails()) == 1


@story
async def test_a_page_that_shrank_waits_for_a_second_look(tmp_path: Path) -> None:
    async with world(tmp_path, LAW) as w:
        await w.day({"/law.html": document(SECTIONS)})
        rest = {"§ 1 Geltung": SECTIONS["§ 1 Geltung"]}
        checked = await w.check({"/law.html": document(rest)})
        assert checked["law"].outcome is Outcome.HELD
        next_check = w.state("law").next_check
        assert next_check is not None
        assert next_check - w.now <= timedelta(minutes=30)
        await w.day({"/law.html": document(SECTIONS)})
        assert w.mails() == []
        await w.check({"/law.html": document(rest)})
        w.now += timedelta(minutes=30)
        await w.day()
        assert w.told("[entfernt] § 2 Schutz") == len(w.mails()) == 1


# --- linked documents -----------------------------------------------------------------------------

FOLLOWED = source("news", "feed", "/news.xml", follow=True)
DOSSIER = News("Neues Dossier", "Zum Herunterladen.", path="/dossier")
ARTICLE = Page(
    "<html><body><nav>Start</nav><article><h1>Neues Dossier</h1><p>Mehrere Deserteure haben "
    "im vergangenen Jahr Schutz gefunden, so das Dossier.</p></article></body></html>"
)
PDF = Page(one_page(("Mehrere Deserteure haben", "Schutz gefunden.")), content_type=None)


@pytest.mark.parametrize("page", [ARTICLE, PDF], ids=["HTML", "PDF"])
def test_a_linked_document_is_read_once_and_its_words_are_told(tmp_path: Path, page: Page) -> None:
    @story
    async def tell() -> None:
        async with world(tmp_path, FOLLOWED) as w:
            await w.day({"/news.xml": feed(OLD), "/dossier": page})
            for _ in range(3):
                await w.day({"/news.xml": feed(DOSSIER, OLD)})
            assert len(w.site.hits("/dossier")) == 1
            assert w.told("Mehrere Deserteure haben") == len(w.mails()) == 1

    tell()


@story
async def test_what_stood_there_at_first_sight_is_not_followed(tmp_path: Path) -> None:
    async with world(tmp_path, FOLLOWED) as w:
        await w.day({"/news.xml": feed(DOSSIER, OLD), "/dossier": PDF})
        await w.day()
        assert w.site.hits("/dossier") == []
        assert w.mails() == []


@story
async def test_a_document_that_could_not_be_read_is_tried_again_and_told_then(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, FOLLOWED) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DOSSIER, OLD), "/dossier": Page(status=500)})
        assert w.mails() == []
        await w.day({"/dossier": PDF})
        await w.day()
        assert w.told("Mehrere Deserteure haben") == len(w.mails()) == 1
        assert len(w.site.hits("/dossier")) == 2


@story
async def test_a_document_read_late_does_not_repeat_what_its_teaser_told(tmp_path: Path) -> None:
    async with world(tmp_path, FOLLOWED) as w:
        await w.day({"/news.xml": feed(OLD)})
        telling = News(DESERTERS.title, path="/dossier")
        await w.day({"/news.xml": feed(telling, OLD), "/dossier": Page(status=500)})
        await w.day({"/dossier": PDF})
        assert w.told(DESERTERS.title) == len(w.mails()) == 1


@story
async def test_a_document_read_late_is_told_where_it_matters_to_another_topic_than_its_teaser(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, FOLLOWED) as w:
        await w.day({"/news.xml": feed(OLD)})
        telling = News(CALL_UP.title, CALL_UP.text, path="/dossier")
        await w.day({"/news.xml": feed(telling, OLD), "/dossier": Page(status=500)})
        assert w.told("Mehrere Deserteure haben") == 0
        await w.day({"/dossier": PDF})
        assert w.told("Mehrere Deserteure haben") == 1


@story
async def test_a_document_is_still_owed_when_its_teaser_is_edited_meanwhile(tmp_path: Path) -> None:
    async with world(tmp_path, FOLLOWED) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DOSSIER, OLD), "/dossier": Page(status=500)})
        edited = replace(DOSSIER, text="Ein neuer Anrisstext.")
        await w.day({"/news.xml": feed(edited, OLD)})
        await w.day({"/dossier": PDF})
        assert w.told("Mehrere Deserteure haben") == len(w.mails()) == 1


@story
async def test_operators_hear_once_of_a_document_that_is_never_read(tmp_path: Path) -> None:
    async with world(tmp_path, FOLLOWED) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DOSSIER, OLD), "/dossier": Page(status=404)})
        await w.day()
        await w.day()
        (mail,) = w.mails("ops")
        assert "could not be read" in text_of(mail)
        assert "/dossier" in text_of(mail)


@story
async def test_a_document_behind_a_redirect_is_read(tmp_path: Path) -> None:
    async with world(tmp_path, FOLLOWED) as w:
        await w.day({"/news.xml": feed(OLD), "/file.pdf": PDF})
        await w.day({"/news.xml": feed(DOSSIER, OLD), "/dossier": redirect("/file.pdf")})
        assert w.told("Mehrere Deserteure haben") == 1


# --- trouble --------------------------------------------------------------------------------------


@story
async def test_a_source_that_fails_and_returns_floods_nobody(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(DESERTERS, OLD)})
        for broken in (Page(status=503), Page("<h1>Wartung</h1>"), Page(b""), Page(status=500)):
            checked = await w.day({"/news.xml": broken})
            assert checked["news"].outcome is Outcome.FAILED
        await w.day({"/news.xml": feed(CALL_UP, DESERTERS, OLD)})
        await w.day()
        assert w.told(DESERTERS.title) == 0
        assert w.told(CALL_UP.title) == len(w.mails()) == 1


@story
async def test_operators_hear_once_of_trouble_and_once_of_its_end(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, LIST) as w:
        await w.day({"/news.xml": feed(OLD), "/list.html": listing(OLD)})
        await w.day({"/news.xml": Page(status=500)})
        for _ in range(3):
            await w.day()
        assert [mail["Subject"] for mail in w.mails("ops")] == ["1 Quelle gestört: News"]
        for _ in range(3):
            await w.day({"/news.xml": feed(OLD)})
        assert [mail["Subject"] for mail in w.mails("ops")] == [
            "1 Quelle gestört: News",
            "1 Quelle wieder in Ordnung: News",
        ]
        assert w.state("news").told is Health.OK


@story
async def test_a_single_failure_troubles_no_operator(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.check({"/news.xml": feed(OLD)})
        await w.mail()
        w.now += timedelta(hours=6)
        await w.check({"/news.xml": Page(status=500)})
        await w.mail()
        w.now += timedelta(minutes=5)
        await w.check({"/news.xml": feed(OLD)})
        await w.mail()
        assert w.mails("ops") == []


@story
async def test_a_server_that_asks_to_wait_is_not_asked_sooner(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        busy = Page(status=503, headers={"Retry-After": "36000"})
        await w.check({"/news.xml": busy})
        next_check = w.state("news").next_check
        assert next_check is not None
        assert next_check - w.now >= timedelta(hours=10)


@story
async def test_other_selectors_make_a_new_baseline_and_no_flood(tmp_path: Path) -> None:
    async with world(tmp_path, LIST) as w:
        page = listing(DESERTERS, CALL_UP, OLD)
        await w.day({"/list.html": page})
        w.redefine("list", select=Select(items="article", title="p"))
        checked = await w.day()
        assert checked["list"].outcome is Outcome.BASELINE
        await w.day()
        assert w.mails() == []


@story
async def test_a_source_whose_first_check_failed_is_seen_for_the_first_time_later(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": Page(status=503)})
        checked = await w.day({"/news.xml": feed(DESERTERS, OLD)})
        assert checked["news"].outcome is Outcome.BASELINE
        assert w.mails() == []


@story
async def test_a_new_source_does_not_make_old_news_new(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD), "/list.html": listing(DESERTERS)})
        added = replace(LIST, url=w.site.url(LIST.url))
        w.office = replace(w.office, sources={**w.office.sources, "list": added})
        await w.day()
        await w.day()
        assert w.mails() == []


# --- mail -----------------------------------------------------------------------------------------


@story
async def test_a_greylisted_digest_is_sent_again_with_the_same_bytes(tmp_path: Path) -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port, world(tmp_path, FEED) as w:
        w.door = lambda: mail_door(f"smtp://127.0.0.1:{port}")
        await w.day({"/news.xml": feed(OLD)})
        await w.check({"/news.xml": feed(DESERTERS, OLD)})
        w.now += timedelta(hours=1)
        w.compose()
        (waiting,) = w.store.outbox.due()
        mailbox.answers = {"team@example.org": "451 4.7.1 greylisted, come back later"}
        assert await w.deliver() == Delivered(retry=1)
        mailbox.answers = {}
        assert await w.deliver() == Delivered()
        w.now += timedelta(minutes=6)
        assert await w.deliver() == Delivered(sent=1)
        w.now += timedelta(hours=6)
        await w.mail()
        (envelope,) = mailbox.envelopes
        assert envelope.original_content == waiting.mime


@story
async def test_operators_hear_once_of_a_recipient_that_is_refused_for_good(tmp_path: Path) -> None:
    mailbox = Mailbox({"team@example.org": "550 5.1.1 no such user"})
    async with mail_server(mailbox) as port, world(tmp_path, FEED) as w:
        w.door = lambda: mail_door(f"smtp://127.0.0.1:{port}")
        await w.day({"/news.xml": feed(OLD)})
        for day in range(4):
            await w.day({"/news.xml": feed(*[DESERTERS][: day + 1], OLD)})
        assert [envelope.rcpt_tos for envelope in mailbox.envelopes] == [["ops@example.org"]]
        assert b"no such user" in (mailbox.envelopes[0].original_content or b"")


@story
async def test_operators_hear_what_the_mail_server_has_against_a_mail(tmp_path: Path) -> None:
    mailbox = Mailbox({"team@example.org": "550 5.7.1 your host is on a list"})
    async with mail_server(mailbox) as port, world(tmp_path, FEED) as w:
        w.door = lambda: mail_door(f"smtp://127.0.0.1:{port}")
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DESERTERS, OLD)})
        await w.day()
        told = [text_of(read(envelope)) for envelope in mailbox.envelopes]
        assert any("team@example.org (team) is held back" in text for text in told)
        assert any("550 5.7.1 your host is on a list" in text for text in told)
        mailbox.answers = {}
        await w.day()
        assert [e.rcpt_tos for e in mailbox.envelopes].count(["team@example.org"]) == 1


@story
async def test_operators_hear_why_the_outbox_did_not_empty(tmp_path: Path) -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port, world(tmp_path, FEED) as w:
        w.door = lambda: mail_door(f"smtp://127.0.0.1:{port}?starttls=yes")
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DESERTERS, OLD)})
        await w.day()
        assert "STARTTLS" in (w.store.outbox.count().reply or "")
        (note, *_) = (m for m in w.store.outbox.due() if m.recipient == "ops@example.org")
        text = text_of(BytesParser(policy=policy.default).parsebytes(note.mime))
        assert "have been waiting for the mail server since" in text
        assert "STARTTLS" in text


def read(envelope: Envelope) -> EmailMessage:
    content = envelope.original_content
    assert content is not None
    return BytesParser(policy=policy.default).parsebytes(content)


@story
async def test_the_same_news_at_two_places_is_one_entry(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, LIST) as w:
        await w.day({"/news.xml": feed(OLD), "/list.html": listing(OLD)})
        there = News(DESERTERS.title, "Deserteure sind frei.", path="/anderswo")
        await w.day({"/news.xml": feed(DESERTERS, OLD), "/list.html": listing(there, OLD)})
        (digest,) = w.mails()
        assert text_of(digest).count(f"[neu] {DESERTERS.title}") == 1
        assert "Auch bei" in text_of(digest)


@story
async def test_an_edit_that_adds_nothing_relevant_is_not_told(tmp_path: Path) -> None:
    async with world(tmp_path, LAW) as w:
        await w.day({"/law.html": document(SECTIONS)})
        more = SECTIONS | {"§ 4 Inkrafttreten": "Der Erlass tritt heute in Kraft."}
        checked = await w.day({"/law.html": document(more)})
        assert len(checked["law"].changes) == 1
        assert w.mails() == []


@story
async def test_doubtful_finds_come_with_the_weekly_mail_at_the_latest(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD)})
        for _ in range(9):
            await w.day({"/news.xml": feed(DEFECTOR, OLD)})
        assert w.told(DEFECTOR.title) == len(w.mails()) == 1


@story
async def test_alerts_outlive_a_broken_template(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        body = tmp_path / "templates" / "digest" / "body.txt"
        body.write_text(body.read_text() + "{{ digest.no_such_thing }}")
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DESERTERS, OLD)})
        assert w.mails() == []
        assert w.told("no_such_thing", "ops") == 1
        shutil.copy(shipped("templates") / "digest" / "body.txt", body)
        await w.day()
        await w.day()
        assert w.told(DESERTERS.title) == len(w.mails()) == 1


@story
async def test_each_list_gets_its_own_topics_only(tmp_path: Path) -> None:
    lists = tuple(
        MailingList(topic, (f"{topic}@example.org",), (topic,), "en", TEAM.schedule, timezone="UTC")
        for topic in ("desertion", "mobilisation")
    )
    async with world(tmp_path, FEED, lists=lists) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DESERTERS, CALL_UP, OLD)})
        await w.day()
        for mailing_list, wanted in zip(lists, (DESERTERS, CALL_UP), strict=True):
            (mail,) = w.mails(mailing_list.id)
            assert [n for n in (DESERTERS, CALL_UP) if n.title in text_of(mail)] == [wanted]


@story
async def test_a_doubtful_find_waits_for_a_certain_one(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(DEFECTOR, OLD)})
        await w.day()
        assert w.mails() == []
        await w.day({"/news.xml": feed(DESERTERS, DEFECTOR, OLD)})
        await w.day()
        (digest,) = w.mails()
        certain, _, doubtful = text_of(digest).partition("Vielleicht (1)")
        assert DESERTERS.title in certain
        assert DEFECTOR.title not in certain
        assert DEFECTOR.title in doubtful


@story
async def test_a_week_without_news_ends_with_a_mail_that_all_is_well(tmp_path: Path) -> None:
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD)})
        for _ in range(14):
            await w.day()
        first, second = w.mails()
        assert "Nichts Neues" in first["Subject"]
        assert "1 Quelle geprüft" in text_of(first)
        assert "Nichts Neues" in second["Subject"]


@story
async def test_a_new_list_gets_the_alerts_of_the_last_day(tmp_path: Path) -> None:
    late = MailingList("late", ("late@example.org",), schedule=Schedule("immediately"))
    async with world(tmp_path, FEED) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.day({"/news.xml": feed(CALL_UP, OLD)})
        await w.check({"/news.xml": feed(DESERTERS, CALL_UP, OLD)})
        w.now += timedelta(hours=23)
        w.office = replace(w.office, lists=(*w.office.lists, late))
        await w.mail()
        w.now += timedelta(seconds=15)
        await w.mail()
        assert w.told(DESERTERS.title, "late") == len(w.mails("late")) == 1
        assert w.told(CALL_UP.title, "late") == 0


@story
async def test_urgent_news_do_not_wait_for_the_hour(tmp_path: Path) -> None:
    board = MailingList("board", ("board@example.org",), lang="en", urgent=0.3)
    calm = MailingList("calm", ("calm@example.org",), lang="en", urgent=1.0)
    async with world(tmp_path, FEED, lists=(board, calm)) as w:
        await w.day({"/news.xml": feed(OLD)})
        await w.mail()
        w.now += timedelta(hours=1)
        await w.check({"/news.xml": feed(DESERTERS, OLD)})
        await w.mail()
        assert (w.told(DESERTERS.title, "board"), w.told(DESERTERS.title, "calm")) == (1, 0)
        w.now += timedelta(days=1)
        await w.mail()
        assert (w.told(DESERTERS.title, "board"), w.told(DESERTERS.title, "calm")) == (1, 1)


# --- one story over the days ----------------------------------------------------------------------

LONG = (
    "Deserteure aus Russland dürfen nicht zurückgeschickt werden, entschied am Montag die Kammer. "
    "Ihnen drohe eine Strafe, die über das hinausgeht, was ein Rechtsstaat verlangen darf. Das "
    "Bundesamt kann binnen eines Monats die Zulassung der Berufung beantragen, hieß es weiter. "
    "Verbände nannten das Urteil wegweisend und forderten, auch andere Fälle neu zu prüfen."
)
REASONS = " ".join(f"Erwägung {n} trägt das Ergebnis nach Auffassung der Kammer." for n in range(9))
FIRST = News("Gericht schützt Deserteure", LONG)
AGAIN = News("Keine Rückkehr nach Russland", f"Köln (dpa) - {LONG}")
MORE = News("Die Entscheidung im Wortlaut", f"{LONG} {LONG[:60]} {REASONS}")
PORTAL = source("portal", "feed", "/portal.xml")


@story
async def test_what_was_told_is_not_news_again_when_another_source_has_it(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, PORTAL) as w:
        await w.day({"/news.xml": feed(OLD), "/portal.xml": feed(GARDEN)})
        await w.day({"/news.xml": feed(FIRST, OLD)})
        await w.day({"/portal.xml": feed(AGAIN, GARDEN)})
        assert len(w.mails()) == 1
        await w.day({"/news.xml": feed(CALL_UP, FIRST, OLD)})
        await w.day()
        _, second = map(text_of, w.mails())
        news, _, repeats = second.partition("Schon gemeldet (1)")
        assert CALL_UP.title in news
        assert AGAIN.title not in news
        assert f"{AGAIN.title} · Portal (gemeldet am 03.03.2026)" in repeats
        assert [alert.title for alert in w.store.history.alerts()] == [
            CALL_UP.title, AGAIN.title, FIRST.title,
        ]  # fmt: skip
        assert w.told(AGAIN.title) == 1


@story
async def test_the_full_text_from_elsewhere_is_told_as_an_update(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, PORTAL) as w:
        await w.day({"/news.xml": feed(OLD), "/portal.xml": feed(GARDEN)})
        await w.day({"/news.xml": feed(FIRST, OLD)})
        await w.day()
        await w.day({"/portal.xml": feed(MORE, GARDEN)})
        _, second = map(text_of, w.mails())
        assert MORE.title in second
        assert f"Mehr zu „{FIRST.title}“ (News), gemeldet am 03.03.2026" in second
        assert "Schon gemeldet" not in second


@story
async def test_what_one_list_was_told_says_nothing_about_another(tmp_path: Path) -> None:
    late = MailingList("late", ("late@example.org",), schedule=TEAM.schedule, timezone="UTC")
    async with world(tmp_path, FEED, PORTAL) as w:
        await w.day({"/news.xml": feed(OLD), "/portal.xml": feed(GARDEN)})
        await w.day({"/news.xml": feed(FIRST, OLD)})
        await w.day()
        await w.day()
        w.office = replace(w.office, lists=(*w.office.lists, late))
        await w.day({"/portal.xml": feed(AGAIN, GARDEN)})
        assert (w.told(AGAIN.title), w.told(AGAIN.title, "late")) == (0, 1)
        assert "Schon gemeldet" not in text_of(w.mails("late")[0])


@story
async def test_a_story_of_long_ago_is_news_again(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, PORTAL) as w:
        await w.day({"/news.xml": feed(OLD), "/portal.xml": feed(GARDEN)})
        await w.day({"/news.xml": feed(FIRST, OLD)})
        w.now += timedelta(days=91)
        await w.day({"/portal.xml": feed(AGAIN, GARDEN)})
        assert AGAIN.title in text_of(w.mails()[-1]).partition("Schon gemeldet")[0]


@story
async def test_a_repeat_survives_a_broken_template_as_one(tmp_path: Path) -> None:
    async with world(tmp_path, FEED, PORTAL) as w:
        await w.day({"/news.xml": feed(OLD), "/portal.xml": feed(GARDEN)})
        await w.day({"/news.xml": feed(FIRST, OLD)})
        body = tmp_path / "templates" / "digest" / "body.txt"
        body.write_text(body.read_text() + "{{ digest.no_such_thing }}")
        await w.day({"/portal.xml": feed(AGAIN, GARDEN), "/news.xml": feed(CALL_UP, FIRST, OLD)})
        assert len(w.mails()) == 1
        shutil.copy(shipped("templates") / "digest" / "body.txt", body)
        await w.day()
        await w.day()
        assert len(w.mails()) == 2
        assert AGAIN.title in text_of(w.mails()[1]).partition("Schon gemeldet (1)")[2]

"""Every golden mail against the rules of the craft: RFCs, HTML, contrast, size, the same facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cache

import html5lib
import pytest

from monitor.model import Digest
from tests import digests
from tests.looks import Document, Rule, colours, contrast, rules
from tests.mail_css import ATTRIBUTES, ELEMENTS, PROPERTIES, RULES
from tests.test_render import GOLDEN, golden, parsed, rendered, wire

LARGEST = 100_000  # bytes of a mail; Gmail cuts its HTML off near 102 kB
LARGEST_SHEET = 8192  # Gmail drops a longer style sheet
READABLE = 4.5  # WCAG 2.2, 1.4.3
PAGE = "https://example.org/leave?list={list}&to={to}"


@cache
def document(name: str) -> Document:
    return Document(golden(name).html)


def test_there_are_golden_mails_of_every_kind() -> None:
    kinds = {name.rpartition("-")[0] for name in GOLDEN}
    assert len(kinds) >= 12
    assert kinds >= {"empty", "one", "many", "huge", "edits", "figures", "scripts", "hostile"}


# --- the message ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN)
def test_headers_are_those_of_the_rfcs(name: str) -> None:
    content = wire(golden(name), unsubscribe=PAGE)
    mail = parsed(content)
    # RFC 5322, 3.6: these once, and dates and identifiers in form.
    for header in ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "List-Id"):
        assert len(mail.get_all(header, [])) == 1, header
    assert parsedate_to_datetime(mail["Date"]).tzinfo is not None
    assert re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", mail["Message-ID"])
    # RFC 2919, 3: the identifier stands in angle brackets at the end, a name before it.
    assert re.fullmatch(r"[^<>]*<[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+>", mail["List-Id"])
    # RFC 3834, 5; RFC 2369, 3.4.
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Post"] == "NO"
    # RFC 8058, 3.1: an HTTPS address among those of List-Unsubscribe, and exactly this.
    links = re.findall(r"<([^<>]+)>", mail["List-Unsubscribe"])
    assert links[0] == "https://example.org/leave?list=campaign&to=team%40example.org"
    assert links[1].startswith("mailto:monitor@example.org?subject=")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    head = content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert all(len(line) <= 78 or b"<" in line for line in head.split(b"\r\n"))


@pytest.mark.parametrize("name", GOLDEN)
def test_parts_are_those_of_the_rfcs(name: str) -> None:
    mail = parsed(wire(golden(name)))
    for part in mail.walk():
        assert isinstance(part, EmailMessage)
        assert part.defects == []
        if part.is_multipart():
            boundary = part.get_boundary()
            assert boundary is not None
            assert len(boundary) <= 70  # RFC 2046, 5.1.1
            continue
        assert part["Content-Transfer-Encoding"] in {"quoted-printable", "base64"}
        if part.get_content_maintype() == "text":
            assert part.get_content_charset() == "utf-8"
        lines = str(part.get_payload()).splitlines()
        assert max(map(len, lines)) <= 76  # RFC 2045, 6.7 and 6.8


@pytest.mark.parametrize("name", GOLDEN)
def test_a_mail_is_small(name: str) -> None:
    mail = golden(name)
    content = wire(mail)
    size = len(content) - sum(len(str(p.get_payload())) for p in parsed(content).iter_attachments())
    assert size < LARGEST
    if name != "huge-de":  # what no archive shows goes along as a file
        assert len(content) < LARGEST
    assert len(mail.subject) <= 180


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN)
def test_html_is_valid(name: str) -> None:
    reader = html5lib.HTMLParser(strict=False)
    reader.parse(golden(name).html)
    assert reader.errors == []
    elements = [each for each in document(name).root.everything() if each.tag]
    names = [each.attrs["id"] for each in elements if "id" in each.attrs]
    assert len(names) == len(set(names))
    targets = {str(each.attrs["href"])[1:] for each in elements
               if str(each.attrs.get("href")).startswith("#")}  # fmt: skip
    assert targets <= set(names)
    assert all(each.attrs.get("alt") for each in elements if each.tag == "img")
    assert all(re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", str(each.attrs["lang"]))
               for each in elements if "lang" in each.attrs)  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_only_what_mail_programs_know_is_used(name: str) -> None:
    page = document(name)
    elements = [each for each in page.root.everything() if each.tag]
    assert {each.tag for each in elements} <= set(ELEMENTS)
    assert {attr for each in elements for attr in each.attrs} <= set(ATTRIBUTES)
    inline = [each.attrs.get("style") or "" for each in elements]
    declared = {part.split(":")[0].strip() for style in inline for part in style.split(";") if part}
    sheet = list(rules(page.css))
    declared |= {prop for rule in sheet for prop in rule.declared}
    assert declared <= set(PROPERTIES)
    assert {rule.media for rule in sheet} - {""} <= set(RULES)
    parts = {part for rule in sheet for part in rule.selector}
    assert all(re.fullmatch(r"[a-z0-9]*(\.[a-z]+)?", part) for part in parts), parts
    sheets = ["".join(each.words) for each in elements if each.tag == "style"]
    assert all(len(each) < LARGEST_SHEET for each in sheets)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", GOLDEN)
def test_words_stand_out_from_what_is_behind_them(name: str, scheme: str) -> None:
    page = document(name)
    sheet = [rule for rule in rules(page.css) if not rule.media]
    if scheme == "dark":
        sheet += [rule for rule in rules(page.css) if "dark" in rule.media]
    faint = {
        (front, behind): round(contrast(front, behind), 2)
        for front, behind in set(_pairs(page, sheet))
        if contrast(front, behind) < READABLE
    }
    assert faint == {}


def _pairs(page: Document, sheet: list[Rule]) -> Iterator[tuple[str, str]]:
    seen: set[tuple[tuple[str, str | None], ...]] = set()
    for element in page.root.everything():
        if element.is_hidden() or not "".join(element.words).strip():
            continue
        kind = tuple((each.tag, each.attrs.get("class")) for each in element.path)
        if kind not in seen:
            seen.add(kind)
            yield colours(element, sheet)


# --- the same facts ------------------------------------------------------------------------------

LONGEST_WORD = 70  # what is longer is broken to fit a line of text, as the x of the hostile mail
# Words that one part needs and the other has no use for.
ONLY_HTML = {
    "de": "vorher jetzt Änderung Verlauf diese Woche Thema Nicht wichtig",
    "en": "before now change course this week Topic Not relevant",
}
ONLY_TEXT = {
    "de": "Was sich geändert hat weggefallen und neu Nicht wichtig Mit im Betreff antworten vorher "
    "Meldungen je Woche",
    "en": "What changed gone and new Not relevant Answer with in the subject before "
    "Reports per week",
}


def _words(text: str) -> set[str]:
    plain = re.sub(r"\[-|-\]|\{\+|\+\}", " ", text)
    return {
        word
        for word in re.findall(r"\w+", plain)
        if len(word) < LONGEST_WORD and "xxxx" not in word
    }


@pytest.mark.parametrize("name", GOLDEN)
def test_text_and_html_tell_the_same_facts(name: str) -> None:
    mail = golden(name)
    page = document(name)
    shown = [
        each for each in page.root.everything()
        if each.tag and not each.is_hidden() and not _is_address(each.attrs.get("class"))
    ]  # fmt: skip
    parts = [part for each in shown if not any(_is_address(p.attrs.get("class")) for p in each.path)
             for part in (*each.words, str(each.attrs.get("alt") or ""))]  # fmt: skip
    links = {str(each.attrs.get("href", "#")) for each in shown} - {"#"}
    links = {link for link in links if not link.startswith("#")}
    in_html = _words(" ".join(parts)) | _words(" ".join(links))
    text = mail.text.replace("\n", " ")
    in_text = _words(text)
    assert in_html - in_text - _words(ONLY_HTML[mail.lang]) == set()
    joined = _words("".join(parts))  # a word that a hit or a change divides
    assert in_text - in_html - joined - _words(ONLY_TEXT[mail.lang]) == set()


def _is_address(name: str | None) -> bool:
    return name == "address"


def test_a_checker_that_finds_nothing_is_no_checker() -> None:
    """Each rule above fails on a mail that breaks it."""
    assert contrast("#777777", "#ffffff") < READABLE < contrast("#59626a", "#ffffff")
    bad = Document("<div class='a'><p>x</p></div>")
    sheet = list(rules(".a p { color: #cccccc; } p { color: #000000; }"))
    assert list(_pairs(bad, sheet)) == [("#cccccc", "#ffffff")]
    reader = html5lib.HTMLParser(strict=False)
    reader.parse("<!DOCTYPE html><title>x</title><p><b>x</p>")
    assert reader.errors
    with pytest.raises(AssertionError):
        Document("<b><i></b></i>")
    assert {rule.media for rule in rules("@media (x) { a { b: c; } } p { d: e; }")} == {
        "",
        "@media (x)",
    }


def test_a_neutral_mail_gives_nothing_away_before_it_is_opened() -> None:
    mail = golden("neutral-de")
    assert mail.subject == "Kampagne – 22.11.2026"
    hidden = next(
        each for each in document("neutral-de").root.everything()
        if "display:none" in (each.attrs.get("style") or "")
    )  # fmt: skip
    assert "".join(hidden.words).strip() == "Kampagne, 21.11.2026, 07:00 bis 22.11.2026, 07:00"


def test_the_subject_says_what_happened() -> None:
    assert golden("sorts-de").subject == (
        "2 neue Entscheidungen, 1 Antwort der Bundesregierung, 1 Anfrage im Parlament, "
        "3 weitere – 22.11.2026"
    )
    assert golden("sorts-en").subject == (
        "2 new rulings, 1 answer of the federal government, 1 question in parliament, "
        "3 more – 22 Nov 2026"
    )


def test_days_to_come_go_along_as_a_calendar() -> None:
    (file,) = parsed(wire(golden("sorts-de"))).iter_attachments()
    assert file.get_filename() == "termine.ics"
    assert file.get_content_type() == "text/calendar"
    assert file.get_param("method") == "PUBLISH"
    lines = file.get_content().replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3
    assert "DTSTART;VALUE=DATE:20261204" in lines
    assert "DTSTART:20261210T093000Z" in lines  # 10:30 in Berlin
    assert "SUMMARY:Inkrafttreten: § 3 Dienstleistungspflicht" in lines
    assert any("in Kraft\\; § 3 gilt\\, was auch immer" in line for line in lines)
    raw = bytes(file.get_payload(decode=True))
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    again: Digest = digests.in_english(digests.sorts())
    uids = [line for line in lines if line.startswith("UID:")]
    (other,) = rendered(again).attached
    assert [x for x in other.content.decode().split("\r\n") if x.startswith("UID:")] == uids

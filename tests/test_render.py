"""Mails as people and mail programs see them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.config import load
from monitor.errors import ConfigError, RenderError
from monitor.model import Digest, Overview, Remark, Section, TroubleReport
from monitor.render import Rendered, Templates, check_templates, compose
from monitor.render.plain import address, one_line, safe_link, shown
from monitor.render.samples import REMARKS
from monitor.render.words import Words
from tests import digests

SHIPPED = Path(__file__).parents[1] / "templates"
MAILS = Path(__file__).parent / "mails"
Message = Digest | Overview | TroubleReport
HEADERS = {
    *("MIME-Version", "Content-Type", "Content-Language", "Message-ID", "Date", "From", "To"),
    *("Subject", "List-Id", "List-Unsubscribe", "List-Post", "Auto-Submitted", "Precedence"),
    "X-Auto-Response-Suppress",
}

SITE = "https://archiv.example/politik"
GOLDEN: dict[str, Callable[[], Message]] = {
    "sorts-de": lambda: replace(digests.sorts(), site=SITE),
    "sorts-en": lambda: digests.in_english(replace(digests.sorts(), site=SITE)),
    "neutral-de": lambda: replace(digests.sorts(), neutral=True, calendar=False),
    "edits-de": digests.edits,
    "scripts-de": digests.scripts,
    "huge-de": digests.crowd,
    "huge-archive-de": lambda: replace(digests.crowd(), site=SITE),
    "overview-de": digests.an_overview,
    "overview-en": lambda: digests.an_overview(lang="en", list_name="Board"),
    "one-de": digests.one,
    "many-de": digests.many,
    "many-en": lambda: digests.in_english(digests.many()),
    "empty-de": digests.empty,
    "empty-en": lambda: digests.in_english(digests.empty()),
    "hostile-de": digests.hostile,
    "perhaps-de": lambda: digests.a_digest(perhaps=digests.many().perhaps),
    "again-de": digests.again,
    "again-en": lambda: digests.in_english(digests.again()),
    "figures-de": digests.figures,
    "figures-en": lambda: digests.in_english(digests.figures()),
    "trouble-de": digests.trouble,
    "trouble-en": lambda: replace(digests.trouble(), lang="en", list_name="Operators"),
}


TEMPLATES = Templates(SHIPPED)


def rendered(message: Message, folder: Path = SHIPPED) -> Rendered:
    templates = TEMPLATES if folder == SHIPPED else Templates(folder)
    if isinstance(message, Digest):
        return templates.digest(message)
    if isinstance(message, Overview):
        return templates.overview(message)
    return templates.trouble(message)


@cache
def golden(name: str) -> Rendered:
    return rendered(GOLDEN[name]())


def wire(mail: Rendered, **changes: str) -> bytes:
    values = {
        "message_id": digests.one().message_id,
        "sender": "Policy Monitor <monitor@example.org>",
        "recipient": "team@example.org",
        "list_id": "campaign",
        "list_name": "Kampagne",
    }
    return compose(mail, date=digests.CUTOFF, **values | changes)


def parsed(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.strict)
    assert isinstance(mail, EmailMessage)
    return mail


def part(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    assert body is not None
    return str(body.get_content())


class Page(HTMLParser):
    """What a mail program makes of the HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]

    @property
    def links(self) -> set[str]:
        """Where the page leads, but for places of its own."""
        return {link for link in self.values("href") if not link.startswith("#")}


def links_in(text: str) -> set[str]:
    return set(re.findall(r"^ *(https?://\S+)$", text, re.MULTILINE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped templates, to be spoilt."""
    return shutil.copytree(SHIPPED, tmp_path / "templates")


# --- remarks and places --------------------------------------------------------------------------


def test_each_remark_has_words_in_both_parts_and_an_unknown_one_is_shown_as_it_is() -> None:
    values = (("question", "3 und 4"), ("words", "<keine> Erkenntnisse"))
    entry = digests.an_entry(
        places=("Frage 12, S. 7",),
        remarks=(Remark("advance"), Remark("withheld", values), Remark("<b>neu", values)),
    )
    mail = rendered(digests.a_digest(Section("desertion", "Desertion", (entry,))))
    for words in (
        "Die Antwort liegt als Vorabfassung vor",
        "Nicht offen beantwortet – Frage 3 und 4: „<keine> Erkenntnisse“",
        "<b>neu, question: 3 und 4, words: <keine> Erkenntnisse",
        "(Frage 12, S. 7)",
    ):
        assert words in " ".join(mail.text.split())
        assert escape(words, quote=False) in mail.html


def test_every_code_of_a_procedure_has_german_words() -> None:
    entry = digests.an_entry(remarks=tuple(Remark(code) for code in REMARKS))
    mail = rendered(digests.a_digest(Section("desertion", "Desertion", (entry,))))
    said = re.findall(r"^  ! (.*)$", mail.text, re.MULTILINE)
    assert len(said) == len(REMARKS)
    assert not set(said) & set(REMARKS)


# --- what people read ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN)
def test_a_mail_looks_as_it_did_when_someone_last_looked_at_it(name: str, bless: bool) -> None:
    mail = golden(name)
    for suffix, now in {
        "txt": f"Subject: {mail.subject}\n\n{mail.text}",
        "html": mail.html,
    }.items():
        path = MAILS / f"{name}.{suffix}"
        if bless:
            path.write_text(now, "utf-8")
        assert now == path.read_text("utf-8"), f"{path.name} differs; look at it, then --bless"


@pytest.mark.parametrize("name", GOLDEN)
def test_text_and_html_hold_the_same_links(name: str) -> None:
    mail = golden(name)
    assert Page(mail.html).links == links_in(mail.text)


@pytest.mark.parametrize("name", GOLDEN)
def test_text_fits_78_columns_except_for_addresses(name: str) -> None:
    lines = golden(name).text.splitlines()
    assert [line for line in lines if len(line) > 78 and "http" not in line] == []


@pytest.mark.parametrize("name", GOLDEN)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    mail = golden(name)
    html, page = mail.html, Page(mail.html)
    tags = {tag for tag, _ in page.tags}
    assert tags.isdisjoint({"script", "link", "iframe", "object", "form", "base", "video"})
    assert page.values("src") == [f"cid:{each.cid}" for each in mail.attached if each.cid]
    assert "url(" not in html
    assert "@import" not in html


def test_every_alert_is_an_element_and_every_hit_a_mark() -> None:
    html = rendered(digests.many()).html
    assert Page(html).values("data-alert") == ["1", "4", "2", "3", "5", "6"]
    assert re.findall(r"<mark><b>(.*?)</b></mark>", html)[:2] == ["Deserteuren", "дезертира"]


def test_quotations_name_their_language_and_headings_are_in_order() -> None:
    page = Page(rendered(digests.many()).html)
    assert {"ru", "ar", "en", "de"} == set(page.values("lang"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert [tag for tag, attrs in page.tags if attrs.get("role") == "main"] == ["div"]


def test_a_number_and_a_date_are_written_as_the_list_reads_them() -> None:
    german, english = Words.of("de", "Europe/Berlin"), Words.of("en", "Europe/Berlin")
    assert (german.number(1234), german.moment(digests.CUTOFF)) == ("1.234", "22.11.2026, 07:00")
    assert (english.number(1234), english.moment(digests.CUTOFF)) == ("1,234", "22 Nov 2026, 07:00")
    assert german.day(digests.COURT.since or digests.CUTOFF, digests.CUTOFF) == "Dienstag"


def test_dates_are_in_the_time_zone_of_the_list() -> None:
    late = replace(digests.one(), timezone="Pacific/Auckland")
    assert "22.11.2026, 19:00" in rendered(late).text


def test_a_thousand_entries_stay_below_the_size_that_mail_programs_cut() -> None:
    crowd = digests.crowd()
    (repeat, _) = digests.again().repeats
    many = tuple(replace(repeat, alert=2000 + n, title=f"Kopie {n}") for n in range(400))
    mail = rendered(replace(crowd, repeats=many, site="https://archiv.example/politik"))
    assert 70_000 < len(wire(mail)) < 100_000
    assert mail.attached == ()
    for part_of_it in (mail.html, " ".join(mail.text.split())):
        assert "weitere Meldungen im Archiv:" in part_of_it
        assert "https://archiv.example/politik" in part_of_it
    assert [section.count("<mark>") > 5 for section in mail.html.split("<h2 id=")[1:4]] == [
        True
    ] * 3


def test_without_an_archive_what_a_mail_has_no_room_for_is_in_a_file() -> None:
    crowd = digests.crowd()
    (repeat, _) = digests.again().repeats
    many = tuple(replace(repeat, alert=2000 + n, title=f"Kopie {n}") for n in range(400))
    mail = rendered(replace(crowd, repeats=many))
    (file,) = mail.attached
    everything = mail.text + file.content.decode()
    assert file.name == "weitere.txt"
    assert "in der angehängten Datei weitere.txt" in mail.html
    assert all(f"Meldung {n} über" in everything for n in range(1, 1001))
    assert all(f"Kopie {n} " in everything for n in range(400))
    (sent,) = parsed(wire(mail)).iter_attachments()
    assert (sent.get_filename(), sent.get_content()) == ("weitere.txt", file.content.decode())


def test_what_was_there_before_is_not_said_twice() -> None:
    html = rendered(digests.many()).html
    assert html.count("may be granted asylum") == 1


# --- what strangers write ------------------------------------------------------------------------


def test_hostile_text_stays_text() -> None:
    mail = rendered(digests.hostile())
    page = Page(mail.html)
    assert {url.split(":")[0] for url in page.links} == {"https"}
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "{{ 7*7 }}" in mail.html
    for everything in (mail.subject, mail.text, mail.html):
        assert "javascript:" not in everything
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800]", everything
        )


def test_a_title_never_becomes_a_header() -> None:
    for title in (
        "a\r\nBcc: x@evil.example",
        "=?utf-8?q?a=0d=0aBcc:_x@evil.example?=",
        "=?utf-8?q?=0d=0a=0d=0aBODY?=",
        "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=",
        digests.HOSTILE,
        "ж" * 10_000,
        "",
    ):
        entry = digests.an_entry(title=title)
        mail = rendered(digests.a_digest(Section("x", "Desertion", (entry,))))
        content = wire(
            mail, list_name=title, sender=f"{one_line(title)[:20]} <monitor@example.org>"
        )
        reread = parsed(content)
        assert sorted(reread.keys()) == sorted(HEADERS)
        assert reread["Subject"] == mail.subject
        assert "Bcc" not in reread


def test_only_web_addresses_become_links() -> None:
    assert safe_link("http://a.example/ä b?c=ü#d") == "http://a.example/%C3%A4%20b?c=%C3%BC#d"
    assert safe_link("https://a.example:8443/x") == "https://a.example:8443/x"
    assert safe_link("https://bünd.example") == "https://xn--bnd-hoa.example"
    for other in (
        None,
        "",
        "/relative",
        "javascript:alert(1)",
        " jAvA\tscript:alert(1)",
        "data:text/html,x",
        "mailto:a@b.example",
        "https://bund.example@evil.example/",
        "https://",
        "https://[broken/",
        "https://a.example:port/",
    ):
        assert safe_link(other) is None


def test_an_address_shows_its_whole_host() -> None:
    host = "a-very-long-host." * 6 + "example"
    assert address(f"https://{host}/and/a/path") == f"{host}/…"
    assert address("https://www.a.example/%D0%B4/") == "a.example/д"


def test_invisible_characters_are_removed_however_deep() -> None:
    entry = shown(digests.an_entry(terms=("a\u202eb", "c\x00d"), title="e\r\nf\u2028g\ud800"))
    assert (entry.terms, entry.title) == (("ab", "cd"), "e f g")


# --- on the wire ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN)
def test_the_same_mail_is_the_same_bytes(name: str) -> None:
    assert wire(golden(name)) == wire(rendered(GOLDEN[name]()))


@pytest.mark.parametrize("name", GOLDEN)
def test_the_bytes_say_what_was_rendered(name: str) -> None:
    mail = golden(name)
    reread = parsed(wire(mail))
    kinds = [p.get_content_type() for p in reread.walk() if not p.is_multipart()]
    assert kinds == ["text/plain", "text/html", *(each.media_type for each in mail.attached)]
    assert part(reread, "plain").replace("\r\n", "\n") == mail.text
    assert part(reread, "html").replace("\r\n", "\n").rstrip() == mail.html.rstrip()
    assert all(not p.defects for p in reread.walk())


@pytest.mark.parametrize("name", GOLDEN)
def test_lines_are_short_and_in_seven_bits(name: str) -> None:
    content = wire(golden(name), list_name="Kampagne für Überlänge " * 9)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    long = [line for line in content.split(b"\r\n") if len(line) > 78]
    assert all(re.fullmatch(rb"[\w-]+: <\S+>", line) for line in long), "only addresses are long"


def test_headers_tell_robots_and_mail_programs_what_this_is() -> None:
    mail = parsed(wire(rendered(digests.one())))
    assert mail["Message-ID"] == digests.one().message_id
    assert mail["Date"] == "Sun, 22 Nov 2026 06:00:00 +0000"
    assert mail["From"] == "Policy Monitor <monitor@example.org>"
    assert mail["To"] == "team@example.org"
    assert mail["List-Id"] == "Kampagne <campaign.example.org>"
    leave = "<mailto:monitor@example.org?subject=unsubscribe%20campaign>"
    assert mail["List-Unsubscribe"] == leave
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"


def test_a_long_unsubscribe_address_stays_one_word() -> None:
    long = "campaign-" + "x" * 200
    content = wire(rendered(digests.one()), list_id=long)
    leave = f"List-Unsubscribe: <mailto:monitor@example.org?subject=unsubscribe%20{long}>\r\n"
    assert leave.encode() in content


def test_names_with_umlauts_and_addresses_with_umlauts_arrive() -> None:
    content = wire(rendered(digests.one()), sender="Büro <m@bürger.example>", list_name="Für alle")
    assert parsed(content)["From"] == "Büro <m@xn--brger-kva.example>"
    assert parsed(content)["List-Id"].startswith("Für alle <campaign.")
    assert b"\r\nTo: team@example.org\r\n" in content


@pytest.mark.parametrize(
    "wrong",
    [
        {"recipient": "a@e.org>\r\nRCPT TO:<evil@x"},
        {"recipient": ""},
        {"recipient": "jürgen@e.org"},
        {"sender": "nobody"},
        {"message_id": "<a@b>\r\nBcc: x@y"},
        {"message_id": "no at sign"},
    ],
)
def test_a_wrong_address_makes_no_mail(wrong: dict[str, str]) -> None:
    with pytest.raises(RenderError, match="not a "):
        wire(rendered(digests.one()), **wrong)


# --- templates that people edit ------------------------------------------------------------------


def test_the_shipped_templates_have_no_problems() -> None:
    assert check_templates(SHIPPED) == ()


def test_an_undefined_name_stops_the_mail_and_is_named_with_its_line(folder: Path) -> None:
    body = folder / "digest" / "body.txt"
    body.write_text("fine\n{{ digest.titel }}\n", "utf-8")
    with pytest.raises(RenderError, match=r"body\.txt:2: .*titel") as caught:
        rendered(digests.one(), folder)
    assert caught.value.problem is not None
    assert caught.value.problem.line == 2


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("\n{{ digset.count }}", 2, "'digset' is undefined"),
        ("{% if false %}\n{{ nowhere }}{% endif %}", 2, "'nowhere' is undefined"),
        ("{{ digest.count }\n", 1, "unexpected '}'"),
        ("{% for x in y %}", 1, "for"),
        ("{{ 3|unknown }}", 1, "unknown"),
        ("\n\n{{ digest.count / 0 }}", 3, "division by zero"),
        ('{% include "digest/absent.txt" %}', 0, "this template is missing"),
        ('{{ _("A phrase nobody translated") }}', 1, "no translation in locale/de.po"),
        ('{{ "".__class__.__mro__ }}', 1, "unsafe"),
    ],
)
def test_lint_names_file_and_line_of_a_mistake(
    folder: Path, text: str, line: int, message: str
) -> None:
    (folder / "digest" / "body.txt").write_text(text, "utf-8")
    found = [p for p in check_templates(folder) if message in p.message and p.line == line]
    assert found, check_templates(folder)


def test_a_language_is_one_file(folder: Path) -> None:
    french = replace(digests.one(), lang="fr")
    with pytest.raises(RenderError, match=r"fr\.po"):
        rendered(french, folder)
    german = (folder / "locale" / "de.po").read_text("utf-8")
    (folder / "locale" / "fr.po").write_text(german.replace('"Begriffe:', '"Mots :'), "utf-8")
    assert "Mots : Deserteure" in rendered(french, folder).text
    assert check_templates(folder) == ()


def test_a_list_may_be_written_to_in_a_language_that_somebody_added(tmp_path: Path) -> None:
    (own := tmp_path / "templates" / "locale").mkdir(parents=True)
    german = (SHIPPED / "locale" / "de.po").read_text("utf-8")
    sources, lists = tmp_path / "sources.yaml", tmp_path / "recipients.yaml"
    sources.write_text(
        "version: 1\nsources:\n  - {id: a, name: A, kind: feed, url: https://a.example/}\n"
    )
    lists.write_text("version: 1\nlists:\n  - {id: b, to: [b@b.example], lang: fr}\n")
    with pytest.raises(
        ConfigError, match=r"no mails can be written in `fr`, only in de, en; .*fr\.po"
    ):
        load(sources, lists, own.parent)
    french = german.replace('"In dieser Mail"', '"Dans ce courriel"')
    (own / "fr.po").write_text(french.replace("Language: de", "Language: fr"), "utf-8")
    (read,) = load(sources, lists, own.parent).lists
    digest = replace(digests.sorts(), lang=read.lang)
    mail = rendered(digest, own.parent)
    assert "Dans ce courriel" in mail.text
    assert '<html lang="fr">' in mail.html
    assert "vendredi 4 décembre 2026" in mail.html
    assert parsed(wire(mail))["Content-Language"] == "fr"


def test_every_template_with_html_in_its_name_escapes(folder: Path) -> None:
    odd = replace(digests.one(), list_name="<b>")
    (folder / "digest" / "why.html").rename(folder / "digest" / "why.html.j2")
    body = folder / "digest" / "body.html"
    body.write_text(body.read_text("utf-8").replace("why.html", "why.html.j2"), "utf-8")
    assert rendered(odd, folder).html == rendered(odd).html
    assert rendered(odd).html.count("&lt;b&gt;") == 2
    assert "<b>" in rendered(odd).text


def test_an_unknown_time_zone_is_an_error_in_words() -> None:
    with pytest.raises(RenderError, match="no such time zone: 'Europe/Atlantis'"):
        rendered(replace(digests.one(), timezone="Europe/Atlantis"))


def test_mails_do_not_depend_on_the_hour_they_are_rendered() -> None:
    early = replace(digests.one(), cutoff=datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
    late = replace(early, cutoff=datetime(2026, 3, 29, 1, 1, tzinfo=UTC))
    assert "29.03.2026, 01:59" in rendered(early).text
    assert "29.03.2026, 03:01" in rendered(late).text

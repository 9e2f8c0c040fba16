"""Bytes become text whatever the server claims."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.decode import decode

LATIN = "Flüchtlinge – „Kriegsdienst“ kostet 5 €"
CYRILLIC = "Отказ от военной службы"


@pytest.mark.parametrize(
    ("content", "content_type", "text", "charset"),
    [
        (LATIN.encode(), "text/html; charset=utf-8", LATIN, "utf-8"),
        (LATIN.encode(), "text/html", LATIN, "utf-8"),
        (LATIN.encode(), None, LATIN, "utf-8"),
        (LATIN.encode("cp1252"), "text/html; charset=iso-8859-1", LATIN, "windows-1252"),
        (LATIN.encode("cp1252"), "text/html; charset=Windows-1252", LATIN, "windows-1252"),
        (LATIN.encode("cp1252"), "text/html", LATIN, "windows-1252"),
        (CYRILLIC.encode("cp1251"), 'text/html; charset="windows-1251"', CYRILLIC, "windows-1251"),
        (CYRILLIC.encode("koi8-r"), "text/html;charset=KOI8-R", CYRILLIC, "koi8-r"),
        (CYRILLIC.encode("iso8859-5"), "text/html; charset=ISO_8859-5", CYRILLIC, "iso8859-5"),
        ("žluť".encode("iso8859-2"), "text/html; charset=latin2", "žluť", "iso8859-2"),
        ("50 €".encode("iso8859-15"), "text/html; charset='iso-8859-15'", "50 €", "iso8859-15"),
        ("兵役拒否".encode("cp932"), "text/html; charset=Shift_JIS", "兵役拒否", "cp932"),
        ("联通".encode("gbk"), "text/html; charset=gb2312", "联通", "gb18030"),
        (LATIN.encode("utf-16-le"), "text/html; charset=utf-16", LATIN, "utf-16-le"),
        (LATIN.encode("utf-16"), "text/html; charset=utf-8", LATIN, "utf-16-le"),
        (codecs.BOM_UTF16_BE + LATIN.encode("utf-16-be"), None, LATIN, "utf-16-be"),
        (("<p>" + LATIN).encode("utf-16-le"), None, "<p>" + LATIN, "utf-16-le"),
        (codecs.BOM_UTF8 + LATIN.encode(), "text/html; charset=windows-1251", LATIN, "utf-8"),
    ],
)
def test_an_honest_label_is_followed(
    content: bytes, content_type: str | None, text: str, charset: str
) -> None:
    assert decode(content, content_type) == (text, charset)


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "us-ascii", "iso-8859-15"])
def test_utf8_sent_as_latin1_is_read_as_utf8(label: str) -> None:
    assert decode(LATIN.encode(), f"text/html; charset={label}") == (LATIN, "utf-8")


def test_a_label_that_flips_between_polls_changes_nothing() -> None:
    polls = [decode(LATIN.encode(), f"text/html; charset={c}")[0] for c in ("utf-8", "latin1", "")]
    polls.append(decode(LATIN.encode("cp1252"), "text/html; charset=utf-8")[0])
    assert set(polls) == {LATIN}


def test_one_damaged_byte_does_not_spoil_a_whole_utf8_page() -> None:
    page = (LATIN * 3).encode() + b" na\xefve"
    assert decode(page, "text/html; charset=utf-8") == (LATIN * 3 + " naïve", "utf-8")
    assert decode(page, "text/html; charset=iso-8859-1")[0].endswith("naïve")


def test_a_label_of_utf16_on_plain_text_is_not_believed() -> None:
    assert decode(b"<p>Asyl</p>!", "text/html; charset=utf-16")[0] == "<p>Asyl</p>!"


@pytest.mark.parametrize(
    "label",
    [
        *("utf-7", "base64", "zlib", "bz2", "hex", "uu", "rot13", "rot_13", "idna", "punycode"),
        *("undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "no-such", "", '""', "\0"),
        *("iso-8859-12", "iso-8859-99", "windows-1259", "utf-8;drop", "ü", "x" * 9999),
    ],
)
def test_no_label_reaches_what_is_no_text_encoding(label: str) -> None:
    for content in (b"+ADw-script+AD4- \\u003c aGVsbG8=", LATIN.encode(), LATIN.encode("cp1252")):
        text, charset = decode(content, f"text/html; charset={label}")
        assert text in ("+ADw-script+AD4- \\u003c aGVsbG8=", LATIN)
        assert charset in ("utf-8", "windows-1252")


@pytest.mark.parametrize(
    "markup",
    [
        '<meta charset="windows-1251">',
        "<META CHARSET=windows-1251 />",
        "<html><head><meta name='a' content='b'><meta charset = 'cp1251'>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        '<meta content="text/html; charset=windows-1251" http-equiv=content-type>',
        '<?xml version="1.0" encoding="windows-1251"?><rss>',
        "\n<?xml version='1.0' encoding='Windows-1251' standalone='yes'?>",
    ],
)
def test_the_page_itself_may_name_its_encoding(markup: str) -> None:
    page = markup + CYRILLIC
    assert decode(page.encode("cp1251"), "text/html; charset=utf-8") == (page, "windows-1251")


@pytest.mark.parametrize(
    "markup",
    [
        "<script>var x = '<meta charset=windows-1251>'</script>",
        "<!-- <meta charset=windows-1251> -->",
        "<script>'<meta charset=windows-1251>'",
        "<style>/* <meta charset=windows-1251> */</style>",
        "<p>charset=windows-1251</p>",
        '<meta name="description" content="how charset=windows-1251 came about">',
        "<p>text before</p><?xml version='1.0' encoding='windows-1251'?>",
        " " * 5000 + "<meta charset=windows-1251>",
        '<meta charset="utf-16">',
        '<meta charset="rot13">',
    ],
)
def test_only_a_real_declaration_counts(markup: str) -> None:
    page = markup + "für"
    assert decode(page.encode("cp1252"), None) == (page, "windows-1252")


def test_the_last_resort_keeps_every_byte_apart() -> None:
    text, charset = decode(bytes(range(1, 256)), None)
    assert charset == "windows-1252"
    assert len(set(text)) == 255
    assert text[0x80 - 1] == "€"
    assert text[0x81 - 1] == "\x81"


def test_nuls_are_kept_out() -> None:
    assert decode(b"As\0yl\0", "text/plain") == ("Asyl", "utf-8")


def test_an_odd_number_of_utf16_bytes_is_survived() -> None:
    assert decode(codecs.BOM_UTF16_LE + "Asyl".encode("utf-16-le") + b"x", None)[0][:4] == "Asyl"


def test_nothing_is_nothing() -> None:
    assert decode(b"", None) == ("", "utf-8")


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=60)))
def test_decoding_never_fails_and_its_text_can_be_stored(content: bytes, label: str | None) -> None:
    for header in (label, f"text/html; charset={label}"):
        text, _ = decode(content, header)
        assert "\0" not in text
        text.encode()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_utf8_always_comes_back_as_it_was(text: str) -> None:
    if not text.encode().startswith((b"<\0", b"\0<")):
        assert decode(text.encode(), "text/html; charset=utf-8")[0] == text

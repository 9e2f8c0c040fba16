"""Feeds: what came instead is said, what is cut short is refused, and what is given is kept."""

from __future__ import annotations

import json

import pytest

from monitor.adapters import feed
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source

URL = "https://example.org/feed"


def read(
    text: str, media_type: str = "application/rss+xml", source: Source | None = None
) -> tuple[Item, ...]:
    source = source or Source(id="x", name="X", kind="feed", url=URL)
    return feed.items_of(source, Fetched(URL, 200, media_type, text.encode(), text))


def rss(*items: str) -> str:
    entries = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'


def only(text: str) -> Item:
    (item,) = read(text)
    return item


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE html><html><title>Wartungsarbeiten</title></html>", "Wartungsarbeiten"),
        ("/etc/hostname", "/etc/hostname"),
        ("http://127.0.0.1:1/feed", "http://127.0.0.1:1/feed"),
        ('{"error": "no such feed"}', "no such feed"),
        ("<?xml version='1.0'?><gesetz><norm/></gesetz>", "gesetz"),
        ("<?xml version='1.0'?>", "xml"),
    ],
)
def test_another_thing_than_a_feed_is_named(text: str, words: str) -> None:
    with pytest.raises(ExtractError, match="A feed was expected") as error:
        read(text)
    assert words in str(error.value)


def test_a_valid_feed_without_entries_is_empty_and_no_error() -> None:
    assert read(rss()) == ()


def test_a_truncated_feed_is_refused_so_that_nothing_seems_removed() -> None:
    whole = rss("<title>eins</title>", "<title>zwei</title>", "<title>drei</title>")
    with pytest.raises(ExtractError, match="cut short after 2 entries"):
        read(whole[: whole.index("drei") - 20])


def test_a_faulty_feed_that_ends_properly_is_read() -> None:
    assert only(rss("<title>A &nbsp; & B</title><guid>1</guid>")).id == "1"


def test_a_truncated_json_feed_is_refused() -> None:
    whole = json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"id": "1"}] * 9})
    with pytest.raises(ExtractError, match="cut short"):
        read(whole[:-20], "application/feed+json")


def test_entries_that_show_nothing_are_an_error_if_there_are_no_others() -> None:
    with pytest.raises(ExtractError, match="2 entries"):
        read(rss("<guid/>", ""))


def test_the_declared_encoding_of_decoded_text_does_not_count() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + rss("<title>Müller</title>")
    assert only(text).title == "Müller"


def test_an_id_that_is_an_address_loses_session_scheme_and_tracking() -> None:
    one = rss("<title>t</title><guid>http://a.example/1;jsessionid=9?utm_source=x</guid>")
    two = rss("<title>t</title><guid>https://a.example/1</guid>")
    assert only(one).id == only(two).id


def test_without_id_and_link_title_and_date_name_the_entry() -> None:
    first, second = read(
        rss(
            "<title>Presseschau</title><pubDate>20.11.2026</pubDate>",
            "<title>Presseschau</title><pubDate>21.11.2026</pubDate>",
        )
    )
    assert first.id != second.id


def test_true_doubles_are_one_item() -> None:
    item = "<title>t</title><guid>1</guid><link>https://a.example/</link>"
    assert only(rss(item, item)).id == "1"


def test_a_german_feed_means_german_time() -> None:
    source = Source(id="x", name="X", kind="feed", url=URL, lang="de")
    (item,) = read(rss("<title>t</title><pubDate>21.07.2026 12:00</pubDate>"), source=source)
    assert item.published
    assert item.published.isoformat() == "2026-07-21T10:00:00+00:00"


def test_a_missing_or_odd_date_is_shown_and_not_guessed() -> None:
    item = only(rss("<title>t</title><pubDate>2026-13-45</pubDate>"))
    assert (item.published, item.published_text) == (None, "2026-13-45")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "http://[::1", "#"])
def test_an_address_that_nobody_should_click_is_dropped(link: str) -> None:
    assert only(rss(f"<title>t</title><link>{link}</link>")).url is None


def test_a_title_has_no_markup_no_controls_and_no_entities() -> None:
    title = "&lt;i&gt;A&lt;/i&gt; &amp;amp; B\u202e \u200b 1 &lt; 2 &#10;Bcc: x"
    assert only(rss(f"<title>{title}</title>")).title == "A & B 1 < 2 Bcc: x"


def test_the_fuller_of_summary_and_content_is_the_text() -> None:
    item = only(
        rss(
            "<title>t</title><description>Ein langer Auszug mit allem.</description>"
            '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            "kurz</content:encoded>"
        )
    )
    assert item.blocks == ("Ein langer Auszug mit allem.",)


def test_an_article_about_entities_is_no_attack() -> None:
    text = rss('<title>t</title><description><![CDATA[<!ENTITY a SYSTEM "x">]]></description>')
    assert only(text).title == "t"


@pytest.mark.parametrize("attachments", [7, "x", {"url": "/a"}, [1, None], True])
def test_odd_attachments_in_a_json_feed_are_passed_over(attachments: object) -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": True, "url": "/a", "title": "T", "attachments": attachments}
    ]}  # fmt: skip
    (item,) = read(json.dumps(feed), "application/feed+json")
    assert (item.id, item.url, item.title) == (
        "https://example.org/a",
        "https://example.org/a",
        "T",
    )

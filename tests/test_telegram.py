"""Telegram: what a channel's preview shows, and what is no channel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.adapters import telegram
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Source
from tests.contract import PAYLOADS, SAMPLES, answer, talk

CHANNEL = (PAYLOADS / "telegram" / "channel.html").read_text("utf-8")
SOURCE = Source("x", "X", "telegram", "https://t.me/s/ne_voyuyu", lang="ru")
REAL = SAMPLES / "telegram" / "B01-one-message-block.html"


def read(page: str, source: Source = SOURCE, url: str = SOURCE.url) -> tuple[Item, ...]:
    return talk(source, lambda number, asked: answer(page, "text/html", url))


def changed(page: str) -> list[str]:
    """The messages that differ from those of the channel as it was."""
    before = {item.id: item for item in read(CHANNEL)}
    return [item.id for item in read(page) if item != before.get(item.id)]


def test_views_and_reactions_are_no_change() -> None:
    later = CHANNEL.replace("1.2K", "16.3M").replace(">44<", ">19.8K<").replace("81%", "80%")
    assert later != CHANNEL
    assert changed(later.replace("12.4K", "12.5K").replace("MTc4NzQzMTQzNX0", "AAAA")) == []


def test_an_edited_message_keeps_its_name_and_only_its_new_words_differ() -> None:
    assert changed(CHANNEL.replace("к шести годам", "к семи годам")) == ["ne_voyuyu/101"]


def test_the_mark_of_an_edit_is_no_text() -> None:
    assert changed(CHANNEL.replace("edited &nbsp;", "")) == []


def test_what_a_message_answers_to_is_not_its_own_text() -> None:
    (reply,) = [item for item in read(CHANNEL) if item.id.endswith("/104")]
    assert (reply.title, reply.blocks) == ("Апелляция назначена на декабрь.", ())


def test_a_message_without_words_says_what_it_is() -> None:
    titles = {item.id.partition("/")[2]: item.title for item in read(CHANNEL)}
    assert titles["102"] == "Photo without text"
    assert titles["107"] == "File: Памятка призывнику.pdf"


def test_announcements_of_the_service_are_left_out() -> None:
    assert "pinned" in CHANNEL
    assert "ne_voyuyu/105" not in {item.id for item in read(CHANNEL)}


def test_a_channel_without_a_preview_is_told_from_an_empty_one() -> None:
    contact = "<html><title>Telegram: Contact @ne_voyuyu</title><body><div class='tgme_page'>"
    with pytest.raises(ExtractError, match=r"«Telegram: Contact @ne_voyuyu».*private, renamed"):
        read(contact, url="https://t.me/ne_voyuyu")
    empty = CHANNEL.replace('"tgme_widget_message ', '"tgme_empty ')
    assert empty != CHANNEL
    with pytest.raises(ExtractError, match="no message at all"):
        read(empty)


def test_a_message_without_a_number_is_another_format_and_is_not_left_out() -> None:
    with pytest.raises(ExtractError, match="shows a message «»"):
        read(CHANNEL.replace('data-post="ne_voyuyu/103"', ""))


def test_an_imposter_is_noticed_by_its_name() -> None:
    source = replace(SOURCE, options={"title": ("Я не воюю",)})
    with pytest.raises(ExtractError, match=r"«Не воюю» and not «Я не воюю».*imposter"):
        read(CHANNEL, source)


def test_messages_of_another_channel_are_an_error() -> None:
    with pytest.raises(ExtractError, match="none of this channel"):
        read(CHANNEL, replace(SOURCE, url="https://t.me/s/another"))


def test_a_channel_written_in_capitals_has_the_same_messages() -> None:
    shouting = CHANNEL.replace('data-post="ne_voyuyu', 'data-post="Ne_Voyuyu')
    assert changed(shouting) == []


def test_older_pages_are_asked_for_by_the_cursor_of_the_page() -> None:
    asked: list[str] = []

    def give(number: int, url: str) -> Fetched:
        asked.append(url)
        page = CHANNEL if number == 0 else CHANNEL.replace("ne_voyuyu/1", "ne_voyuyu/")
        return answer(page, "text/html", SOURCE.url)

    talk(replace(SOURCE, options={"pages": ("2",)}), give)
    assert asked == [SOURCE.url, f"{SOURCE.url}?before=101"]


def test_a_cursor_that_is_ignored_is_noticed() -> None:
    with pytest.raises(ExtractError, match="the same messages as the page before"):
        read(CHANNEL, replace(SOURCE, options={"pages": ("2",)}))


def test_the_newest_page_can_settle_a_check_and_older_ones_cannot() -> None:
    crawl = telegram.crawl(replace(SOURCE, options={"pages": ("2",)}))
    assert next(crawl).conditional
    assert not crawl.send(answer(CHANNEL, "text/html", SOURCE.url)).conditional


@pytest.mark.skipif(not REAL.exists(), reason="the sample message is not here")
def test_a_real_message_is_read_with_its_link_preview() -> None:
    block = REAL.read_text("utf-8")
    page = f"<html><body><div class='tgme_channel_info'></div>{block}"
    source = replace(SOURCE, url="https://t.me/s/durov", lang="en")
    (item,) = read(page, source)
    assert item.id == "durov/525"
    assert item.url == "https://t.me/durov/525"
    assert str(item.published) == "2026-06-12 19:15:19+00:00"
    assert item.title.endswith("Telegram’s new update is out. Lots of great new features.")
    assert [block[:12] for block in item.blocks] == [
        "😂 But most i",
        "Smartwatch A",
        "Today’s upda",
    ]
    assert not any("4.44K" in block or "open Telegram" in block for block in item.blocks)

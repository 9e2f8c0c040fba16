"""A public Telegram channel, read from its preview at t.me/s/CHANNEL (telegram.org/faq_channels).

The preview has no interface of its own: views, reactions and `data-view` change with every visit
and are left out; a channel without a preview redirects to t.me/CHANNEL, which answers 200 as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.adapters.api import number, number_up_to
from monitor.adapters.body import Form, form_of, what_came
from monitor.adapters.crawl import Crawl, Kind, Option, option
from monitor.adapters.html import (
    Element,
    absolute,
    every,
    first,
    outermost,
    parse,
    visible_blocks,
    visible_text,
)
from monitor.adapters.identity import shortened, unique
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.text.clean import clean
from monitor.text.dates import read_date

_CHANNEL = re.compile(r"/s/([A-Za-z]\w{3,31})/?")
_POST = re.compile(r"(\w{4,32})/(\d+)")
_ELSEWHERE = "Something that only the app shows"
_MEDIA = {  # what a message may consist of, if not of words
    ".tgme_widget_message_photo_wrap": "Photo",
    ".tgme_widget_message_video_player, .tgme_widget_message_video": "Video",
    ".tgme_widget_message_roundvideo": "Video message",
    ".tgme_widget_message_voice": "Voice message",
    ".tgme_widget_message_document": "File",
    ".tgme_widget_message_sticker, .tgme_widget_message_sticker_wrap": "Sticker",
    ".tgme_widget_message_poll": "Poll",
    ".tgme_widget_message_location_wrap, .tgme_widget_message_location": "Place",
    ".message_media_not_supported": _ELSEWHERE,
}
_EXTRAS = ", ".join(  # words beside the text; percentages and file sizes are not among them
    f".{name}"
    for name in (
        "tgme_widget_message_poll_question",
        "tgme_widget_message_poll_option_text",
        "tgme_widget_message_document_title",
        "link_preview_title",
        "link_preview_description",
    )
)


def crawl(source: Source) -> Crawl:
    """Yield the newest page of the channel and as many older ones as `pages` says."""
    url: str | None = source.url
    items: list[Item] = []
    for turn in range(number(source, "pages", 1)):
        if url is None:
            break
        fetched = yield Request(url, conditional=turn == 0)
        page = _preview(source, fetched)
        found = list(_messages(source, page))
        if found and {item.id for item in found} <= {item.id for item in items}:
            raise ExtractError(
                f"{url} shows the same messages as the page before it; the channel is paged in "
                "another way now."
            )
        items += found
        url = _older(page, fetched.url)
    if not items:
        raise ExtractError(
            f"The channel at {source.url} shows no message at all; it was emptied, or t.me shows "
            "its messages in another way now."
        )
    return unique(items)


def _preview(source: Source, fetched: Fetched) -> Element:
    """Return the page of the channel; ExtractError when it is not the one that is meant."""
    page = parse(fetched.text) if form_of(fetched) is Form.HTML else None
    info = first(page, ".tgme_channel_info") if page else None
    if page is None or info is None:
        raise ExtractError(
            f"A channel's messages were expected at {source.url}, but {what_came(fetched)} "
            f"came from {fetched.url}. The channel is private, renamed or gone, or has its preview "
            "switched off."
        )
    title = first(info, ".tgme_channel_info_header_title")
    name, wanted = visible_text(title) if title else "", option(source, "title")
    if wanted and clean(wanted).casefold() != name.casefold():
        raise ExtractError(
            f"The channel at {source.url} calls itself «{name}» and not «{wanted}». Make sure on "
            "the organisation's own site that it is no imposter, then correct `title`."
        )
    return page


def _messages(source: Source, page: Element) -> Iterator[Item]:
    """Yield the messages of a page, announcements of the service («pinned …») left out."""
    channel = _CHANNEL.fullmatch(urlsplit(source.url).path)
    for message in every(page, ".tgme_widget_message:not(.service_message)"):
        given = message.get("data-post", "")
        post = _POST.fullmatch(given)
        if not post or (channel and post[1].casefold() != channel[1].casefold()):
            raise ExtractError(
                f"{source.url} shows a message «{given}», which is none of this "
                "channel. The channel was renamed, or t.me names messages in another way now."
            )
        yield _message(source, message, f"{post[1].casefold()}/{post[2]}")


def _message(source: Source, message: Element, name: str) -> Item:
    words = _texts(outermost(every(message, ".js-message_text")))
    extras = _texts(every(message, _EXTRAS))
    title = shortened(words[0]) if words else _wordless(message, extras)
    time = first(message, ".tgme_widget_message_date time[datetime]")
    given = time.get("datetime") if time else ""
    published = read_date(given)
    blocks = dict.fromkeys([*words, *_forwarded(message), *extras])
    return Item(
        id=name,
        title=title,
        url=f"https://t.me/{name}",
        blocks=tuple(block for block in blocks if block != title),
        published=published,
        published_text=None if published else clean(given) or None,
        lang=source.lang,
    )


def _texts(parts: list[Element]) -> list[str]:
    return [block for part in parts for block in visible_blocks(part)]


def _forwarded(message: Element) -> Iterator[str]:
    for origin in every(message, ".tgme_widget_message_forwarded_from_name"):
        yield f"Forwarded from {visible_text(origin)}"


def _wordless(message: Element, extras: list[str]) -> str:
    """A title for a message without a text: what there is to see."""
    kinds = [name for selector, name in _MEDIA.items() if first(message, selector)]
    if len(kinds) > 1 and kinds[-1] == _ELSEWHERE:
        kinds.pop()  # stands beside many a video
    what = " and ".join(kinds).capitalize() or "Message"
    return shortened(f"{what}: {extras[0]}" if extras else f"{what} without text")


def _older(page: Element, base: str) -> str | None:
    """The address of the messages before these, as the page gives it; ids have gaps."""
    link = first(page, "a.tme_messages_more[data-before]")
    if link:
        return absolute(base, f"?before={link.get('data-before')}")
    head = first(page, 'link[rel="prev"][href]')
    return absolute(base, head.get("href")) if head else None


KIND = Kind(
    crawl,
    options={
        "title": Option("how the channel calls itself; another name is an error", "Медиазона"),
        "pages": Option("how many pages of about 20 messages to read", "2", number_up_to(10)),
    },
)

"""What other watchers lose or send twice: the mail server is away in the run that saw the news.

urlwatch loses such news for ever, webchanges and rss2email send it twice when the line drops after
the text. The script: a baseline, a run that sees news while the server is in trouble, two clean
runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.deliver import mail_door
from tests.mailserver import QUICK, odd_server
from tests.story import News, feed, source, story, world

FEED = source("news", "feed", "/news.xml")
OLD, NEWS = News("Haushalt beschlossen"), News("Deserteure erhalten Schutz")

# What the server does while the news is seen, and how many copies it then has in all. One that
# takes a mail and hangs up before it says so gets it again, as every mail server would send it: the
# same bytes under the same Message-ID.
SCRIPT: dict[str, tuple[Mapping[str, str] | None, int]] = {
    "closed": (None, 1),
    "450 to the recipient": ({"RCPT": "450 4.2.0 greylisted"}, 1),
    "450 to the sender": ({"MAIL": "450 later"}, 1),
    "drop after DATA": ({"DATA": "drop"}, 1),
    "drop within the text": ({"DATA": "354 go, drop"}, 1),
    "drop after the text, before 250": ({".": "drop"}, 2),
    "drop after 250": ({".": "250 queued, drop"}, 1),
}


@pytest.mark.parametrize("trouble", SCRIPT)
def test_news_seen_while_the_mail_server_is_in_trouble_is_one_mail(
    trouble: str, tmp_path: Path
) -> None:
    script, copies = SCRIPT[trouble]
    kept: list[tuple[str, bytes]] = []

    async def play(tmp_path: Path) -> None:
        async with AsyncExitStack() as stack:
            w = await stack.enter_async_context(world(tmp_path, FEED))
            port, _ = await stack.enter_async_context(odd_server({}, kept=kept))
            w.door = lambda: mail_door(f"smtp://127.0.0.1:{port}", timeouts=QUICK)
            await w.day({"/news.xml": feed(OLD)})
            good = w.door
            async with odd_server(script or {}, kept=kept) as (bad, _):
                w.door = lambda: mail_door(f"smtp://127.0.0.1:{bad}", timeouts=QUICK)
                if script is not None:
                    await w.check({"/news.xml": feed(NEWS, OLD)})
                    w.now += timedelta(hours=1)
                    await w.mail()
            if script is None:  # nobody listens there any more
                await w.check({"/news.xml": feed(NEWS, OLD)})
                w.now += timedelta(hours=1)
                await w.mail()
            w.now += timedelta(hours=23)
            w.door = good
            await w.day()
            await w.day()
            assert w.store.outbox.due() == ()

    story(play)(tmp_path=tmp_path)
    mails = [text for to, text in kept if to == "team@example.org"]
    assert len(mails) == copies
    assert len({sha256(text).digest() for text in mails}) == 1
    assert len({message_from_bytes(text)["Message-ID"] for text in mails}) == 1

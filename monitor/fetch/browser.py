"""Pages that scripts write, read with an installed Chromium; the only door to playwright.

The browser never speaks to the network: whatever a page wants is asked for by our own wire, with
its guard, its limits and its name. Pictures, fonts, films, sockets and workers are left out.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from monitor.errors import FetchError
from monitor.fetch.answers import redact
from monitor.fetch.body import MAX_BODY
from monitor.fetch.wire import Answer
from monitor.model import Fetched, Validators

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Route

NAMES = ("chromium", "chromium-browser", "google-chrome")

_SETTLED = 8_000  # milliseconds: pages that poll are never at rest
_MOST_REQUESTS = 150
_LEFT_OUT = {"image", "font", "media", "manifest", "texttrack", "eventsource", "websocket", "ping"}
_ALONE = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
)
_OURS = {"host", "connection", "accept-encoding", "content-length", "user-agent"}
_HOP = {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"}

Ask = Callable[[str, str, Mapping[str, str], bytes | None], Awaitable[Answer]]
"""Asks for an address with a method, headers and a body; raises FetchError."""


class Browser:
    """Starts anew for each page, so that nothing is kept and nothing grows; one page at a time.

    `named` is the program to run; without it the usual ones are looked for.
    """

    def __init__(self, named: str | None = None) -> None:
        self._named = named
        self.alone = Semaphore(1)

    async def render(self, page: Fetched, *, user_agent: str, ask: Ask) -> Fetched:
        """Return the page as it reads once its scripts have run, from where they led.

        Raises FetchError when there is no browser, or when it cannot make a page of it.
        """
        program = self.program()
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 - an extra

        with tempfile.TemporaryDirectory(
            prefix="policy-monitor-", ignore_cleanup_errors=True
        ) as at:
            try:
                async with async_playwright() as playwright:
                    browser = await playwright.chromium.launch(
                        executable_path=program,
                        args=_ALONE,
                        env={"PATH": os.defpath, "HOME": at},  # ours holds secrets
                        handle_sigint=False,
                        handle_sigterm=False,
                        handle_sighup=False,
                    )
                    try:
                        tab = await browser.new_page(user_agent=user_agent, service_workers="block")
                        return await _shown(tab, page, ask)
                    finally:
                        await browser.close()
            except Error as error:
                raise FetchError(
                    f"{redact(page.url)}: the browser could not show the page "
                    f"({error.message.splitlines()[0]})",
                    state="broken",
                ) from error

    def program(self) -> str:
        """Return the path of the browser; FetchError when it, or what steers it, is missing."""
        if find_spec("playwright") is None:
            raise FetchError(
                "`browser: true` needs playwright: pip install 'policy-monitor[browser]'",
                state="refused",
            )
        for name in (self._named,) if self._named else NAMES:
            if found := shutil.which(name):
                return found
        raise FetchError(
            f"`browser: true` needs a browser, and there is no {self._named or 'Chromium'}: "
            "apt install chromium, or name one in MONITOR_BROWSER",
            state="refused",
        )


async def _shown(tab: Page, page: Fetched, ask: Ask) -> Fetched:
    """Hand the page over, answer what its scripts ask, and take what has become of it."""
    from playwright.async_api import TimeoutError  # noqa: PLC0415 - an extra

    door = _Door(page, ask)
    await tab.route("**/*", door.answer)
    await tab.route_web_socket("**/*", lambda socket: socket.close())
    await tab.goto(page.url, wait_until="domcontentloaded", timeout=0)  # the caller's clock runs
    with suppress(TimeoutError):
        await tab.wait_for_load_state("networkidle", timeout=_SETTLED)
    html = await tab.content()
    content = html.encode("utf-8", "replace")
    if len(content) > MAX_BODY:
        raise FetchError(
            f"{redact(page.url)}: the page grows larger than {MAX_BODY / 1e6:g} MB in the browser, "
            "which is the most that is read",
            state="too-big",
        )
    # The validators belong to the page without its text.
    return replace(page, url=tab.url, content=content, text=html, validators=Validators())


class _Door:
    """The only way out of the tab: the page itself is there already, the rest is asked for."""

    def __init__(self, page: Fetched, ask: Ask) -> None:
        self._page: Fetched | None = page
        self._ask = ask
        self._asked = 0

    async def answer(self, route: Route, request: Request) -> None:
        """Answer one request of the tab, or let it fail."""
        from playwright.async_api import Error  # noqa: PLC0415 - an extra

        with suppress(Error):  # the tab may be closed before its answers come
            if (page := self._page) is not None and request.is_navigation_request():
                self._page = None
                await route.fulfill(
                    status=200, content_type="text/html; charset=utf-8", body=page.text
                )
            elif request.resource_type in _LEFT_OUT or self._asked >= _MOST_REQUESTS:
                await route.abort()
            else:
                self._asked += 1
                await self._pass_on(route, request)

    async def _pass_on(self, route: Route, request: Request) -> None:
        given = await request.all_headers()
        headers = {
            name: value
            for name, value in given.items()
            if name not in _OURS and not name.startswith((":", "sec-"))
        }
        try:
            found = await self._ask(request.url, request.method, headers, request.post_data_buffer)
        except FetchError:
            await route.abort()
            return
        kept = {name: value for name, value in found.headers.items() if name not in _HOP}
        await route.fulfill(status=found.status, headers=kept, body=found.content)

"""The one way out: asks politely, follows redirects by hand, and says what came back."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeAlias

import httpx2 as httpx

from monitor.adapters.html import looks_like_html
from monitor.errors import FetchError
from monitor.fetch import answers
from monitor.fetch.addresses import Resolve, resolve
from monitor.fetch.browser import Ask, Browser
from monitor.fetch.politeness import Politeness, Shared
from monitor.fetch.robots import MAX_FILE, Robots, Rules
from monitor.fetch.wire import Answer, Call, Wire, parse, redirected
from monitor.model import Fetched, NotModified, Request, Source, Validators
from monitor.text.decode import decode, is_text
from monitor.text.fingerprint import content_fingerprint

MAX_REDIRECTS = 5
# Decoding holds up everything else; a megabyte takes a tenth of a second at worst.
MAX_DECODED = 1_000_000  # bytes

# Parts belong to one visit; the pause between pages would use up the time of the page.
_BETWEEN_PARTS = timedelta(milliseconds=250)
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
_SECRET = re.compile(r"\$\{(MONITOR_\w+)\}")
_PRODUCT = re.compile(r"[A-Za-z_-]+")

Turn: TypeAlias = Callable[[Call], AbstractAsyncContextManager[None]]
"""Waits until the call may be made, and lasts as long as it does."""


class Fetcher:
    """Fetches for all sources, so that it knows every host's turns and rules.

    `resolve` looks up names and `tls` verifies servers; both default to the system's way.
    `secrets` are the values of the environment variables that requests may name, `browser` is the
    program for sources with `browser: true`, `shared` the turns of several machines.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        now: Callable[[], datetime],
        per_host: int = 1,
        total: int = 16,
        secrets: Mapping[str, str] | None = None,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        browser: str | None = None,
        shared: Shared | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._now = now
        self._secrets = secrets or {}
        self._wire = Wire(resolve, tls)
        self._politeness = Politeness(per_host, total, shared)
        self._robots = Robots()
        self._browser = Browser(browser)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._wire.aclose()

    async def fetch(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified:
        """Return the page, or that it is still the one `validators` belong to.

        Raises FetchError with a sentence about what happened, where, and what to do.
        """
        headers = self._headers(request, source)
        if not source.browser:  # of such a page the server knows only the frame
            headers |= _conditions(request, validators)
        call = Call(parse(request.url), headers, request.method, request.body, source.allow_private)
        answer = await self._follow(call, self._turns(source, obey_robots=source.robots))
        if answer.status in answers.REDIRECTS:
            raise FetchError(
                f"{call.where}: more than {MAX_REDIRECTS} redirects, now at "
                f"{answers.redact(answer.url)}",
                state="broken",
            )
        problem = self._problem(answer, conditional=not headers.keys().isdisjoint(_CONDITIONS))
        if problem:
            raise problem
        if answer.status == 304:
            return NotModified(answer.url, answers.validators(answer.headers, validators))
        if validators and validators.content == content_fingerprint(answer.content):
            return NotModified(answer.url, answers.validators(answer.headers))
        page = _fetched(answer, whole=source.browser)
        if answers.is_challenge(page.headers, page.text):
            raise FetchError(
                f"{answers.redact(page.url)}: a bot protection stands before this page; "
                "ask its owner for access",
                status=page.status,
                state="blocked",
            )
        if source.browser and request.method == "GET" and looks_like_html(page.text):
            return await self._rendered(page, source)
        return page

    async def _rendered(self, page: Fetched, source: Source) -> Fetched:
        """The page once its scripts have run."""
        agent = self._headers(Request(page.url), source)["user-agent"]
        async with self._browser.alone, self.parts(page, source) as ask:
            return await self._browser.render(page, user_agent=agent, ask=ask)

    @asynccontextmanager
    async def parts(self, page: Fetched, source: Source) -> AsyncIterator[Ask]:
        """Give the way out for what the scripts of a page fetch, as one turn with its host.

        Parts come one after the other, with a short pause instead of the one between pages: a page
        and its parts are one visit. Raises FetchError when the host wants to be left alone.
        """
        headers = self._headers(Request(page.url), source)
        first = Call(parse(page.url), headers, private=source.allow_private)
        gap, rules = source.delay, None
        if source.robots:
            gap = max(gap, await self._crawl_delay(first, source))
            rules = await self._rules(first, source)
        pause = min(gap, _BETWEEN_PARTS)

        @asynccontextmanager
        async def turn(call: Call) -> AsyncIterator[None]:
            if rules and call.host == first.host:
                rules.check(call, _product(headers["user-agent"]))
            async with self._politeness.part(call.host, pause, source.timeout, within=first.host):
                yield

        async def ask(url: str, method: str, more: Mapping[str, str], body: bytes | None) -> Answer:
            call = replace(
                first, url=parse(url), headers={**headers, **more}, method=method, body=body
            )
            return await self._follow(call, turn)

        clock = _Clock(source.timeout)
        async with self._politeness.turn(first.host, gap, source.timeout), clock.running(first):
            yield ask
            self._politeness.check(first.host)

    def _headers(self, request: Request, source: Source) -> dict[str, str]:
        language = {"accept-language": source.lang} if source.lang else {}
        return {
            "user-agent": source.user_agent or self._user_agent,
            "accept": "*/*",
            **language,
            **{name.lower(): self._filled(value) for name, value in request.headers.items()},
            "accept-encoding": "gzip",
        }

    def _filled(self, value: str) -> str:
        """The header value with its secrets."""
        return _SECRET.sub(lambda found: self._secret(found[1]), value)

    def _secret(self, name: str) -> str:
        try:
            return self._secrets[name]
        except KeyError:
            raise FetchError(
                f"this source needs a key; set {name} in the environment (see README)",
                state="refused",
            ) from None

    def _problem(self, answer: Answer, *, conditional: bool) -> FetchError | None:
        return answers.refusal(
            answer.status,
            answer.headers,
            answers.redact(answer.url),
            now=self._now(),
            conditional=conditional,
        )

    async def _follow(self, call: Call, turn: Turn) -> Answer:
        """The first answer that is no redirect, or the one that is a redirect too many."""
        cookies = httpx.Cookies()
        for hops in range(MAX_REDIRECTS + 1):
            async with turn(call):
                answer = await self._wire.ask(call, cookies)
                await self._obey(answer, call.host)
            if answer.status not in answers.REDIRECTS or hops == MAX_REDIRECTS:
                break
            call = redirected(call, answer)
        return answer

    def _turns(self, source: Source, *, obey_robots: bool) -> Turn:
        """The turns of one request of a source, and its time limit."""
        clock = _Clock(source.timeout)

        @asynccontextmanager
        async def turn(call: Call) -> AsyncIterator[None]:
            gap = source.delay
            if obey_robots:
                gap = max(gap, await self._crawl_delay(call, source))
            async with self._politeness.turn(call.host, gap, source.timeout), clock.running(call):
                yield

        return turn

    async def _obey(self, answer: Answer, host: str) -> None:
        """Leave a host alone that asks for it, before anyone else's turn comes."""
        if answer.status in (429, 503):
            problem = self._problem(answer, conditional=False)
            if problem and problem.retry_after:
                await self._politeness.leave_alone(host, problem.retry_after, problem.state)

    async def _crawl_delay(self, call: Call, source: Source) -> timedelta:
        """The pause that robots.txt asks for. Raises FetchError when it forbids the request."""
        agent = _product(call.headers["user-agent"])
        rules = await self._rules(call, source)
        rules.check(call, agent)
        return rules.crawl_delay(agent)

    async def _rules(self, call: Call, source: Source) -> Rules:
        if kept := self._robots.kept(call.origin):
            return kept
        file = parse("/robots.txt", call.url)

        async def fetch() -> Answer:
            headers = self._headers(Request(str(file)), source)
            ask = Call(file, headers, private=call.private, limit=MAX_FILE, cut=True)
            return await self._follow(ask, self._turns(source, obey_robots=False))

        return await self._robots.rules(call.origin, answers.redact(str(file)), fetch)


class _Clock:
    """A time limit that runs only while a request does, not while its turn is awaited."""

    def __init__(self, limit: timedelta) -> None:
        self._limit = limit
        self._left = limit.total_seconds()

    @asynccontextmanager
    async def running(self, call: Call) -> AsyncIterator[None]:
        """Raise FetchError (timeout) when the time is used up."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout(self._left):
                yield
        except TimeoutError as error:
            raise FetchError(
                f"{call.where}: no complete answer within {answers.spoken(self._limit)}",
                state="timeout",
            ) from error
        finally:
            self._left -= loop.time() - start


def _conditions(request: Request, kept: Validators | None) -> dict[str, str]:
    if kept is None or request.method != "GET":
        return {}
    named = {"if-none-match": kept.etag, "if-modified-since": kept.last_modified}
    return {name: value for name, value in named.items() if value}


def _product(user_agent: str) -> str:
    """The name that robots.txt knows a program by (RFC 9309, 2.2.1)."""
    found = _PRODUCT.match(user_agent)
    return found[0] if found else user_agent


def _fetched(answer: Answer, *, whole: bool) -> Fetched:
    """The page; a large one gets its text only where it is read, or is needed `whole` here."""
    kind = answers.media_type(answer.headers)
    text = ""
    if (whole or len(answer.content) <= MAX_DECODED) and is_text(kind, answer.content):
        text, _ = decode(answer.content, answer.headers.get("content-type"))
    return Fetched(
        url=answer.url,
        status=answer.status,
        media_type=kind,
        content=answer.content,
        text=text,
        headers=answer.headers,
        validators=answers.validators(answer.headers),
    )

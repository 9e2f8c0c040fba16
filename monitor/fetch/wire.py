"""One request and its answer, over the open or the guarded client; all failures are FetchErrors."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

import httpcore2 as httpcore
import httpx2 as httpx

from monitor.errors import FetchError
from monitor.fetch.addresses import Resolve
from monitor.fetch.answers import COMPLETE, UnreachedError, redact
from monitor.fetch.body import MAX_BODY, Body
from monitor.fetch.transport import PinnedBackend, Transport

_TIMEOUT = httpx.Timeout(30, connect=15, pool=None)  # seconds for each step, not for the whole
_FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    OSError,
    ValueError,  # headers that cannot be encoded
)

# Both write every address to the log, with the keys in it.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_HARMLESS = frozenset(
    {
        *("user-agent", "accept", "accept-encoding", "accept-language"),
        *("content-type", "connection", "if-none-match", "if-modified-since"),
    }
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way through redirects; header names are lower case."""

    url: httpx.URL
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes | None = None
    private: bool = False
    limit: int = MAX_BODY
    cut: bool = False

    @property
    def where(self) -> str:
        """The address as it may be shown."""
        return redact(str(self.url))

    @property
    def host(self) -> str:
        """Name and port: what is one server for politeness."""
        return f"{self.url.host}:{self.url.port or (443 if self.url.scheme == 'https' else 80)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `content` is empty unless the status promises a whole page."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes


class Wire:
    """Two clients, one TLS context. Nothing is taken from the environment: no proxy, no netrc."""

    def __init__(self, resolve: Resolve, context: ssl.SSLContext | None) -> None:
        context = context or httpx.create_ssl_context(trust_env=False)
        self._clients = {
            private: httpx.AsyncClient(
                transport=Transport(PinnedBackend(resolve, guarded=not private), context),
                trust_env=False,
                follow_redirects=False,
            )
            for private in (False, True)
        }

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def ask(self, call: Call, cookies: httpx.Cookies) -> Answer:
        """Return the answer to one request; `cookies` are sent and received. Raises FetchError."""
        client = self._clients[call.private]
        try:
            request = httpx.Request(
                call.method,
                call.url,
                headers=dict(call.headers),
                content=call.body,
                extensions={"timeout": _TIMEOUT.as_dict()},
            )
            cookies.set_cookie_header(request)
            response = await client.send(request, stream=True)
        except _FAILURES as error:
            raise _explained(error, call) from error
        try:
            cookies.extract_cookies(response)
            content = await _read(response, call) if response.status_code in COMPLETE else b""
        except _FAILURES as error:
            raise _cut_short(error, call.where) from error
        finally:
            client.cookies.clear()  # they belong to this fetch alone
            await response.aclose()
        return Answer(str(call.url), response.status_code, dict(response.headers), content)


async def _read(response: httpx.Response, call: Call) -> bytes:
    coding = response.headers.get("content-encoding", "")
    body = Body(call.where, coding, limit=call.limit, cut=call.cut)
    body.expect(response.headers.get("content-length"))
    async with aclosing(response.aiter_raw()) as chunks:
        async for chunk in chunks:
            body.feed(chunk)
            if body.full:
                break
    return body.finish()


def parse(address: str, relative_to: httpx.URL | None = None) -> httpx.URL:
    """Return the address of a page on the web. Raises FetchError for anything else."""
    try:
        url = relative_to.join(address) if relative_to else httpx.URL(address)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchError(f"`{redact(address)}` is no address", state="broken") from error
    if url.scheme not in ("http", "https"):
        raise FetchError(
            f"`{redact(address)}` is not fetched: only http and https addresses are",
            state="refused",
        )
    if not url.host or not 0 < (url.port or 80) < 65536:
        raise FetchError(
            f"`{redact(address)}` is no address: its host or port cannot be", state="broken"
        )
    return url


def redirected(call: Call, answer: Answer) -> Call:
    """Return the request that a redirect asks for. Raises FetchError when it must not be made.

    Methods change as in RFC 9110, 15.4. Another host gets no header that could hold a key.
    """
    target = answer.headers.get("location", "")
    if not target:
        raise FetchError(f"{call.where}: the server redirects to nowhere", state="broken")
    try:
        url = parse(target, call.url)
    except FetchError as error:
        raise FetchError(f"{call.where}: bad redirect: {error}", state=error.state) from error
    if call.url.scheme == "https" and url.scheme == "http":
        raise FetchError(
            f"{call.where}: the server redirects from https to unprotected http "
            f"({redact(str(url))})",
            state="refused",
        )
    headers, method, body = call.headers, call.method, call.body
    if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
        method, body = "GET", None
        headers = {name: value for name, value in headers.items() if name != "content-type"}
    if (url.host, url.port) != (call.url.host, call.url.port):
        headers = {name: value for name, value in headers.items() if name in _HARMLESS}
    return replace(call, url=url, headers=headers, method=method, body=body)


def _explained(error: Exception, call: Call) -> FetchError:
    """Why there was no answer at all."""
    where = call.where
    match error:
        case httpcore.ConnectError():
            return UnreachedError(f"{call.host}: {_no_connection(error)}")
        case httpcore.ConnectTimeout():
            return UnreachedError(f"{call.host}: no connection in time", state="timeout")
        case httpcore.TimeoutException():
            return FetchError(f"{where}: the server did not answer in time", state="timeout")
        case httpcore.RemoteProtocolError():
            return FetchError(f"{where}: the answer is no proper HTTP ({error})", state="broken")
        case httpcore.NetworkError() | OSError():
            return FetchError(f"{where}: the server broke off the connection")
        case _:  # its text may quote a header with a key
            return FetchError(
                f"{where}: this request cannot be sent ({type(error).__name__}); "
                "look for odd characters in its address and headers",
                state="broken",
            )


def _no_connection(error: BaseException) -> str:
    error = error.__context__ or error  # the pool drops the cause
    while error.__cause__:
        error = error.__cause__
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate cannot be trusted ({error.verify_message}); nothing was read"
        case ssl.SSLError():
            return f"no secure connection ({error.reason or error})"
        case OSError(errno=int(number)):
            return f"no connection ({os.strerror(number).lower()})"
        case _:
            return f"no connection ({error})"


def _cut_short(error: Exception, where: str) -> FetchError:
    """Why there was only a part of an answer."""
    if isinstance(error, httpcore.TimeoutException):
        return FetchError(f"{where}: the server stopped sending in mid-answer", state="timeout")
    return FetchError(f"{where}: the answer breaks off before its end ({error})", state="broken")

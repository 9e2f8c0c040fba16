"""One request and its answer, over a kept or a new connection; all failures are FetchErrors."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2 as httpx

from monitor.errors import FetchError
from monitor.fetch.addresses import Resolve
from monitor.fetch.answers import COMPLETE, UnreachedError, redact
from monitor.fetch.body import MAX_BODY, Body
from monitor.fetch.transport import Transport

_FAILURES = (
    httpx.TransportError,
    ValueError,  # headers that cannot be encoded
    httpx.InvalidURL,
)
# It logs whole addresses, and these may hold keys.
logging.getLogger("httpx2").setLevel(logging.WARNING)
_NO_LOGIN = httpx.Auth()  # what stands before the host in an address is not sent
# A short body is read even where nobody wants it: the connection can be used again then.
_SHORT = 20_000  # bytes
_SOON = 2.0  # seconds

_HARMLESS = frozenset(
    {
        *("user-agent", "accept", "accept-encoding", "accept-language"),
        *("content-type", "if-none-match", "if-modified-since"),
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
    def origin(self) -> str:
        """Scheme, name and port: what one robots.txt is for (RFC 9309, 2.3)."""
        return f"{self.url.scheme}://{self.host}"

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
    """One client of httpx, one TLS context. Nothing comes from the environment: no proxy, no netrc.

    The client adds no header and no login, follows no redirect, and keeps no cookie.
    """

    def __init__(self, resolve: Resolve, context: ssl.SSLContext | None) -> None:
        context = context or httpx.create_ssl_context(trust_env=False)
        self._client = httpx.AsyncClient(
            transport=Transport(resolve, context),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # the transport has a patience of its own
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def ask(self, call: Call, cookies: httpx.Cookies) -> Answer:
        """Return the answer to one request; `cookies` are sent and received. Raises FetchError."""
        try:
            request = _request(call, cookies)
            response = await self._client.send(request, stream=True, auth=_NO_LOGIN)
        except httpx.ConnectError as error:
            raise UnreachedError(f"{call.host}: {_no_connection(error.__cause__)}") from error
        except _FAILURES as error:
            raise _explained(error, call) from error
        try:
            cookies.extract_cookies(response)
            headers = _merged(response.headers)
            if response.status_code in COMPLETE:
                content = await _read(response, headers, call)
            else:
                content = b""
                await _read_past(response, headers)
        except _FAILURES as error:
            raise _cut_short(error, call.where) from error
        finally:
            await response.aclose()
        return Answer(str(call.url), response.status_code, headers, content)


def _request(call: Call, cookies: httpx.Cookies) -> httpx.Request:
    given = {"host": call.url.netloc.decode("ascii"), **call.headers}
    if call.body is not None:
        given["content-length"] = str(len(call.body))
    if len(cookies.jar):
        bare = httpx.Request(call.method, call.url)
        cookies.set_cookie_header(bare)
        given |= {name: value for name, value in bare.headers.items() if name == "cookie"}
    guarded = {"guarded": not call.private}
    return httpx.Request(
        call.method, call.url, headers=given, content=call.body, extensions=guarded
    )


def _merged(headers: httpx.Headers) -> dict[str, str]:
    """The headers with one value for each name (RFC 9110, 5.3); names are lower case.

    Values are ASCII; others are rare and wrong, and may be either of two.
    """
    found: dict[str, str] = {}
    for raw, given in headers.raw:
        name = raw.decode("ascii", "replace")
        try:
            value = given.decode("utf-8")
        except UnicodeDecodeError:
            value = given.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


async def _read(response: httpx.Response, headers: Mapping[str, str], call: Call) -> bytes:
    body = Body(call.where, headers.get("content-encoding", ""), limit=call.limit, cut=call.cut)
    body.expect(headers.get("content-length"))
    async with aclosing(response.aiter_raw()) as parts:
        async for part in parts:
            body.feed(part)
            if body.full:
                break
    return body.finish()


async def _read_past(response: httpx.Response, headers: Mapping[str, str]) -> None:
    """Read what nobody wants, if it is little and comes at once."""
    if len(length := headers.get("content-length", "0")) < 6 and int(length) <= _SHORT:
        try:
            async with asyncio.timeout(_SOON), aclosing(response.aiter_raw()) as parts:
                async for _ in parts:
                    pass
        except (TimeoutError, httpx.TransportError):
            return


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
        case httpx.TimeoutException():
            return FetchError(f"{where}: the server did not answer in time", state="timeout")
        case httpx.RemoteProtocolError():
            return FetchError(f"{where}: the answer is no proper HTTP ({error})", state="broken")
        case httpx.NetworkError():
            return FetchError(f"{where}: the server broke off the connection")
        case _:  # its text may quote a header with a key
            return FetchError(
                f"{where}: this request cannot be sent ({type(error).__name__}); "
                "look for odd characters in its address and headers",
                state="broken",
            )


def _no_connection(error: BaseException | None) -> str:
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
    if isinstance(error, httpx.TimeoutException):
        return FetchError(f"{where}: the server stopped sending in mid-answer", state="timeout")
    return FetchError(f"{where}: the answer breaks off before its end ({error})", state="broken")

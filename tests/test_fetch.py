"""What a server may send, on real sockets, and what becomes of it."""

from __future__ import annotations

import asyncio
import gzip
import logging
import resource
import ssl
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import FetchError
from monitor.fetch import Fetcher, redact
from monitor.fetch.answers import retry_after, spoken, validators
from monitor.fetch.body import MAX_BODY
from monitor.model import Fetched, NotModified, Request, Source, Validators
from tests.web import NO_TLS, Answer, Page, Site, redirect, web

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "blockpages"
NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
SOURCE = Source(
    "test", "Test", "page", "http://127.0.0.1/", allow_private=True, delay=timedelta(0),
    timeout=timedelta(seconds=20), robots=False,
)  # fmt: skip


def fetcher(per_host: int = 50, tls: ssl.SSLContext = NO_TLS) -> Fetcher:
    return Fetcher(
        user_agent="policy-monitor/0.1 (+mailto:ops@example.org)",
        now=lambda: NOW,
        per_host=per_host,
        tls=tls,
    )


async def get(
    site: Site,
    path: str = "/",
    source: Source = SOURCE,
    kept: Validators | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fetched | NotModified:
    async with fetcher() as door:
        return await door.fetch(Request(site.url(path), headers or {}), source, kept)


def fetched(page: Page | str, source: Source = SOURCE) -> Fetched:
    async def story() -> Fetched:
        async with web({"/": page}) as site:
            answer = await get(site, source=source)
            assert isinstance(answer, Fetched)
            return answer

    return asyncio.run(story())


def failure(page: Page | str, source: Source = SOURCE) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetched(page, source)
    assert "127.0.0.1" in str(caught.value)  # every sentence says where
    return caught.value


# --- good answers --------------------------------------------------------------------------------


def test_a_page_comes_with_its_text_type_and_validators() -> None:
    modified = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    page = fetched(
        Page(
            "<p>Flüchtlinge</p>".encode("latin-1"),
            content_type="Text/HTML; Charset=ISO-8859-1",
            conditional=True,
            last_modified=modified,
        )
    )
    assert page.text == "<p>Flüchtlinge</p>"
    assert page.media_type == "text/html"
    assert page.status == 200
    assert page.validators.etag
    assert page.validators.last_modified == "Fri, 20 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_gzip_and_chunks_are_undone(chunked: bool, packed: bool) -> None:
    text = "Asylverfahren " * 1000
    assert fetched(Page(text, gzip=packed, chunked=chunked)).text == text


def test_gzip_in_several_members_and_with_padding_is_read_whole() -> None:
    body = gzip.compress(b"Asyl") + gzip.compress(b"verfahren") + b"\0\0"
    assert fetched(Page(body, headers={"Content-Encoding": "x-gzip"})).text == "Asylverfahren"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"%PDF-1.7", "application/pdf"), (b"%PDF-1.7", "text/html"), (b"\0\1", "image/png")],
)
def test_what_is_no_text_has_none(body: bytes, content_type: str) -> None:
    page = fetched(Page(body, content_type=content_type))
    assert (page.text, page.content) == ("", body)


@pytest.mark.parametrize("body", ["", " \n", "\0\0"])
def test_an_empty_page_is_handed_on_as_it_is(body: str) -> None:
    assert fetched(Page(body)).content == body.encode()


@pytest.mark.parametrize("body", ["/etc/hostname", "file:///etc/hostname", "http://127.0.0.1/"])
def test_a_body_that_is_a_path_is_only_text(body: str) -> None:
    assert fetched(body).text == body


def test_odd_headers_are_survived() -> None:
    many = {f"X-{number}": "x" for number in range(90)}
    page = fetched(Page("ok", headers={**many, "X-Odd": "f\xfcr"}, content_type=None))
    assert (page.text, page.media_type) == ("ok", "")


def test_the_request_names_us_and_asks_for_gzip_alone() -> None:
    async def story() -> None:
        async with web({"/": "ok"}) as site:
            await get(site, headers={"X-Api-Key": "k", "Accept-Encoding": "br"})
            await get(site, source=replace(SOURCE, user_agent="other/1", lang="de"))
        first, second = (hit.headers for hit in site.requests)
        assert first["user-agent"] == "policy-monitor/0.1 (+mailto:ops@example.org)"
        assert first["accept-encoding"] == "gzip"
        assert first["x-api-key"] == "k"
        assert (second["user-agent"], second["accept-language"]) == ("other/1", "de")

    asyncio.run(story())


def test_a_body_can_be_posted() -> None:
    async def story() -> None:
        async with web({"/sparql": "ok"}) as site, fetcher() as door:
            ask = Request(site.url("/sparql"), {"Content-Type": "x/y"}, "POST", b"SELECT")
            await door.fetch(ask, SOURCE, Validators('"a"'))
        (hit,) = site.requests
        assert (hit.method, hit.body, hit.headers["content-type"]) == ("POST", b"SELECT", "x/y")
        assert "if-none-match" not in hit.headers

    asyncio.run(story())


def test_nothing_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))

    async def story() -> None:
        async with web({"/": "ok"}) as site:
            await get(site)
        assert "authorization" not in site.requests[0].headers

    asyncio.run(story())


# --- nothing new ---------------------------------------------------------------------------------


def test_an_unchanged_page_costs_one_304() -> None:
    async def story() -> None:
        async with web({"/": Page("eins", conditional=True)}) as site:
            first = await get(site)
            again = await get(site, kept=first.validators)
            assert again == NotModified(site.url(), first.validators)
            site.pages["/"] = Page("zwei", conditional=True)
            assert isinstance(await get(site, kept=first.validators), Fetched)

    asyncio.run(story())


def test_what_a_304_does_not_repeat_is_kept() -> None:
    async def story() -> None:
        kept = Validators('W/"1"', "Fri, 20 Nov 2026 08:00:00 GMT")
        async with web({"/": Page(status=304, headers={"ETag": 'W/"2"'})}) as site:
            answer = await get(site, kept=kept)
        assert answer.validators == Validators('W/"2"', kept.last_modified)
        assert site.requests[0].headers["if-none-match"] == 'W/"1"'
        assert site.requests[0].headers["if-modified-since"] == kept.last_modified

    asyncio.run(story())


def test_a_304_may_carry_a_body_against_all_rules() -> None:
    async def story() -> None:
        raw = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"
        async with web({"/": Page(raw=raw)}) as site:
            assert isinstance(await get(site, kept=Validators('"a"')), NotModified)

    asyncio.run(story())


def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    assert failure(Page(status=304)).state == "broken"


def test_a_page_without_validators_forgets_the_old_ones() -> None:
    async def story() -> None:
        async with web({"/": "neu"}) as site:
            assert (await get(site, kept=Validators('"a"'))).validators == Validators()

    asyncio.run(story())


def test_a_validator_that_cannot_be_sent_back_is_not_kept() -> None:
    assert validators({"etag": '"f\xfcr"', "last-modified": "x\x01"}) == Validators()


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((404, "gone"), (410, "gone"), (401, "blocked"), (403, "blocked"), (451, "blocked")),
        *((429, "blocked"), (400, "refused"), (405, "refused"), (418, "refused")),
        *((500, "unreachable"), (502, "unreachable"), (503, "unreachable"), (202, "blocked")),
        *((204, "broken"), (206, "broken"), (300, "broken"), (999, "broken"), (600, "broken")),
    ],
)
def test_every_status_has_a_state_and_a_sentence(status: int, state: str) -> None:
    error = failure(Page("no", status=status))
    assert (error.status, error.state, error.retry_after) == (status, state, None)


def test_a_page_passed_on_by_a_proxy_is_a_page() -> None:
    assert fetched(Page("ok", status=203)).text == "ok"


@pytest.mark.parametrize("header", ["cf-mitigated", "x-amzn-waf-action"])
def test_a_bot_challenge_is_no_page(header: str) -> None:
    assert failure(Page("Just a moment...", headers={header: "challenge"})).state == "blocked"


@pytest.mark.parametrize(
    "body",
    [
        "<!doctype html><html><head><title>Just a moment...</title></head></html>",
        "<script>window.gokuProps = {}; AwsWafIntegration.getToken()</script>",
        '<script id="anubis_challenge" type="application/json">{}</script>',
        '<iframe id="main-iframe" src="/_Incapsula_Resource?x=1"></iframe>',
    ],
)
def test_a_bot_challenge_is_known_by_its_words_too(body: str) -> None:
    assert failure(Page(body)).state == "blocked"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.html")) or [None])
def test_recorded_challenges_are_known(sample: Path | None) -> None:
    if sample is None:
        pytest.skip("the recorded block pages are not here")
    assert failure(Page(sample.read_bytes())).state == "blocked"


def test_a_long_page_that_speaks_of_challenges_is_a_page() -> None:
    assert fetched("<title>Just a moment...</title>" + "<p>Asyl</p>" * 3000).text


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("Sat, 21 Nov 2026 07:02:00 GMT", timedelta(minutes=2)),
        ("Saturday, 21-Nov-26 07:02:00 GMT", timedelta(minutes=2)),
        ("Sat Nov 21 07:02:00 2026", timedelta(minutes=2)),
        ("1000000000", timedelta(hours=24)),
        ("9" * 5000, timedelta(hours=24)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(hours=24)),
        ("Sat, 21 Nov 2026 06:59:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("-1", None),
        ("0", None),
        ("1e9", None),
        ("soon", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_and_bounded(value: str | None, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


@pytest.mark.parametrize(("status", "state"), [(429, "blocked"), (503, "unreachable")])
def test_a_host_that_asks_for_it_is_left_alone(status: int, state: str) -> None:
    async def story() -> None:
        busy = Page(status=status, headers={"Retry-After": "120"})
        async with web({"/busy": busy, "/other": "ok"}) as site, fetcher() as door:
            for path in ("/busy", "/other"):
                with pytest.raises(FetchError, match="2 minutes") as caught:
                    await door.fetch(Request(site.url(path)), SOURCE)
                assert caught.value.state == state
                assert caught.value.retry_after is not None
                assert timedelta(seconds=119) < caught.value.retry_after <= timedelta(minutes=2)
        assert len(site.requests) == 1

    asyncio.run(story())


def test_those_who_wait_for_their_turn_hear_of_it_too() -> None:
    async def story() -> None:
        busy = Page(status=429, headers={"Retry-After": "120"}, pause=0.05)
        async with web({"/": busy}) as site, fetcher(per_host=1) as door:
            asks = [door.fetch(Request(site.url()), SOURCE) for _ in range(3)]
            errors = await asyncio.gather(*asks, return_exceptions=True)
        assert all(isinstance(error, FetchError) and error.retry_after for error in errors)
        assert len(site.requests) == 1

    asyncio.run(story())


# --- sizes and codings ---------------------------------------------------------------------------


def _bomb(megabytes: int, times: int = 1) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(10**6)) for _ in range(megabytes)]
    body = b"".join([*parts, packer.flush()])
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body


def test_a_gzip_bomb_is_defused() -> None:
    bomb = _bomb(256)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = failure(Page(bomb, headers={"Content-Encoding": "gzip"}))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert error.state == "too-big"
    assert after - before < 100_000  # kB


@pytest.mark.parametrize(
    "coding", ["gzip, gzip", "gzip, gzip, gzip", "br", "zstd", "deflate", "foo", "gzip;q=1"]
)
def test_codings_nobody_asked_for_are_refused(coding: str) -> None:
    error = failure(Page(_bomb(1, times=3), headers={"Content-Encoding": coding}))
    assert error.state == "broken"
    assert "only gzip" in str(error)


def test_stacked_codings_in_two_headers_are_refused() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\nx"
    assert failure(Page(raw=raw)).state == "broken"


@pytest.mark.parametrize("keep", [0, 1, 9, 10, 40, -1])
def test_a_truncated_gzip_body_is_an_error_though_its_length_is_right(keep: int) -> None:
    body = gzip.compress(b"Asylverfahren " + bytes(range(256)))[:keep]
    assert failure(Page(body, headers={"Content-Encoding": "gzip"})).state == "broken"


def test_plain_text_that_claims_to_be_gzip_is_an_error() -> None:
    assert failure(Page("plain", headers={"Content-Encoding": "gzip"})).state == "broken"


def test_a_length_over_the_limit_is_not_even_read() -> None:
    error = failure(Page("tiny", length=10_000_000_000))
    assert error.state == "too-big"
    assert "20 MB" in str(error)


def test_an_endless_body_is_stopped_at_the_limit() -> None:
    raw = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(MAX_BODY + 1)
    assert failure(Page(raw=raw)).state == "too-big"


def test_a_body_of_just_the_limit_is_fine() -> None:
    assert len(fetched(Page(b"x" * MAX_BODY, content_type="application/pdf")).content) == MAX_BODY


# --- what breaks off, hangs or is nonsense -------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        Page("too short", length=1000),
        Page("x" * 5000, chunked=True, cut=1500),
        Page("x" * 5000, chunked=True, cut=-1),
        Page("x" * 5000, gzip=True, chunked=True, cut=10),
    ],
)
def test_half_an_answer_is_an_error(page: Page) -> None:
    assert failure(page).state == "broken"


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"<p>HTTP/0.9</p>", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc OK\r\n\r\n"),
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
)
def test_what_is_no_http_is_classified(raw: bytes) -> None:
    assert failure(Page(raw=raw)).state in ("broken", "unreachable")


@pytest.mark.parametrize(
    "page",
    [
        Page("x" * 1000, drip=0.02),
        Page(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000, drip=0.02),
        Page(hang=True),
    ],
)
def test_the_time_limit_holds_for_the_whole_answer(page: Page) -> None:
    error = failure(page, replace(SOURCE, timeout=timedelta(seconds=0.3)))
    assert error.state == "timeout"
    assert "1 second" in str(error)


def test_a_closed_port_is_unreachable() -> None:
    async def story() -> None:
        async with web() as site:
            pass
        with pytest.raises(FetchError, match="refused") as caught:
            await get(site)
        assert caught.value.state == "unreachable"

    asyncio.run(story())


# --- redirects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_the_last_address_is_told(status: int) -> None:
    async def story() -> None:
        pages: dict[str, Answer] = {"/a/b": redirect("../c?x=1", status), "/c": "ok"}
        async with web(pages) as site:
            assert (await get(site, "/a/b")).url == site.url("/c?x=1")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [
        (301, "GET", b""),
        (302, "GET", b""),
        (303, "GET", b""),
        (307, "POST", b"q"),
        (308, "POST", b"q"),
    ],
)
def test_a_redirected_post_keeps_its_body_only_where_it_may(
    status: int, method: str, body: bytes
) -> None:
    async def story() -> None:
        async with web({"/": redirect("/b", status), "/b": "ok"}) as site, fetcher() as door:
            await door.fetch(Request(site.url(), method="POST", body=b"q"), SOURCE)
        assert (site.requests[1].method, site.requests[1].body) == (method, body)

    asyncio.run(story())


def test_five_redirects_are_enough() -> None:
    async def story() -> None:
        steps = {f"/{n}": redirect(f"/{n + 1}") for n in range(6)}
        async with web(steps | {"/6": Page("ok")}) as site:
            assert isinstance(await get(site, "/1"), Fetched)
            with pytest.raises(FetchError, match="more than 5 redirects") as caught:
                await get(site, "/0")
            assert caught.value.state == "broken"
        assert len(site.requests) == 12

    asyncio.run(story())


@pytest.mark.parametrize(
    "target",
    [
        *("", "file:///etc/passwd", "data:text/html,x", "ftp://127.0.0.1/", "http://[::1"),
        *("http://", "javascript:alert(1)", "http://127.0.0.1:99999/", "http://x\x7fy/"),
    ],
)
def test_a_redirect_to_nowhere_is_classified(target: str) -> None:
    assert failure(redirect(target)).state in ("broken", "refused", "unreachable")


def test_a_cookie_set_on_the_way_is_sent_along_but_not_kept() -> None:
    async def story() -> None:
        pages: dict[str, Answer] = {"/": redirect("/b", headers={"Set-Cookie": "lb=1"}), "/b": "ok"}
        async with web(pages) as site, fetcher() as door:
            for _ in range(2):
                await door.fetch(Request(site.url()), SOURCE)
        assert [hit.headers.get("cookie") for hit in site.requests] == [None, "lb=1"] * 2

    asyncio.run(story())


def test_keys_do_not_travel_to_another_host() -> None:
    async def story() -> None:
        async with web({"/": "ok"}) as other, web({"/": redirect(other.url())}) as site:
            headers = {"X-Api-Key": "canary", "Authorization": "canary", "Accept": "text/html"}
            await get(site, headers=headers, kept=Validators('"a"'))
        assert site.requests[0].headers["x-api-key"] == "canary"
        assert "canary" not in str(other.requests[0])
        assert other.requests[0].headers["accept"] == "text/html"

    asyncio.run(story())


# --- addresses and secrets -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "/x", "file:///etc/passwd", "ftp://e.org/", "http://", "http://[::1"),
        *("http://e.org:x/", "http://\x00/", "http://e.org/\r\nX: y", "http://" + "x" * 70_000),
    ],
)
def test_an_address_that_is_none_is_said_to_be_none(url: str) -> None:
    async def story() -> None:
        async with fetcher() as door:
            with pytest.raises(FetchError):
                await door.fetch(Request(url), SOURCE)

    asyncio.run(story())


@pytest.mark.parametrize("value", ["f\xfcr", "ж", "a\r\nX: y", "a\0b"])
def test_a_header_that_cannot_be_sent_is_an_error_that_does_not_quote_it(value: str) -> None:
    async def story() -> None:
        async with web({"/": "ok"}) as site:
            with pytest.raises(FetchError) as caught:
                await get(site, headers={"X-Api-Key": "canary" + value})
            assert "canary" not in str(caught.value)

    asyncio.run(story())


@pytest.mark.parametrize(
    "text",
    [
        "https://user:canary@example.org/feed",
        "https://canary@example.org/feed",
        "https://e.org/?apikey=canary&x=1",
        "https://e.org/?x=1&api_key=canary",
        "https://e.org/?ACCESS_TOKEN=canary#top",
        "could not read https://e.org/a?key=canary and gave up",
        "https://e.org/?x-amz-signature=canary",
    ],
)
def test_secrets_in_addresses_are_not_shown(text: str) -> None:
    assert "canary" not in redact(text)
    assert "e" in redact(text)


@pytest.mark.parametrize(
    "text", ["https://e.org/a?q=monk&x=@b", "mail a@e.org", "https://e.org/@user/1"]
)
def test_other_addresses_are_shown_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_a_key_in_the_address_appears_in_no_error_and_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        async with web({"/": Page(status=500), "/r": redirect("http://[::1?key=canary")}) as site:
            for path in ("/?apikey=canary", "/r?token=canary"):
                with pytest.raises(FetchError) as caught:
                    await get(site, path)
                assert "canary" not in str(caught.value)
                assert "…" in str(caught.value)

    with caplog.at_level(logging.INFO):
        asyncio.run(story())
    assert "canary" not in caplog.text


def test_durations_are_spoken() -> None:
    words = [spoken(timedelta(seconds=s)) for s in (0.2, 45, 60, 100, 120, 3600, 5000, 86400)]
    assert words == [
        *("1 second", "45 seconds", "1 minute", "100 seconds", "2 minutes"),
        *("1 hour", "83 minutes", "24 hours"),
    ]


# --- TLS -----------------------------------------------------------------------------------------


def _server_tls(folder: Path, name: str) -> ssl.SSLContext:
    """A certificate that is its own authority, as `openssl` makes it."""
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "30", "-subj", "/CN=test", "-addext", f"subjectAltName={name}"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl could not make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(
    ("name", "trusted", "reason"),
    [
        ("IP:127.0.0.1", True, None),
        ("IP:127.0.0.1", False, "self-signed|self signed"),
        ("DNS:elsewhere.example", True, "mismatch"),
    ],
)
def test_a_server_must_prove_who_it_is(
    tmp_path: Path, name: str, trusted: bool, reason: str | None
) -> None:
    server = _server_tls(tmp_path, name)
    client = ssl.create_default_context(cafile=str(tmp_path / "cert.pem")) if trusted else NO_TLS

    async def story() -> Fetched | NotModified:
        async with web({"/": "ok"}, tls=server) as site, fetcher(tls=client) as door:
            return await door.fetch(Request(site.url()), SOURCE)

    if reason is None:
        assert isinstance(asyncio.run(story()), Fetched)
        return
    with pytest.raises(FetchError, match=f"certificate cannot be trusted .*({reason})") as caught:
        asyncio.run(story())
    assert caught.value.state == "unreachable"


def test_https_is_not_left_for_http(tmp_path: Path) -> None:
    server = _server_tls(tmp_path, "IP:127.0.0.1")
    client = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))

    async def story() -> None:
        async with (
            web({"/": "ok"}) as plain,
            web({"/": redirect(plain.url())}, tls=server) as site,
            fetcher(tls=client) as door,
        ):
            with pytest.raises(FetchError, match="unprotected") as caught:
                await door.fetch(Request(site.url()), SOURCE)
            assert caught.value.state == "refused"
        assert not plain.requests

    asyncio.run(story())


def test_the_test_server_also_lives_in_a_thread() -> None:
    with web({"/": "ok"}) as site:
        assert asyncio.run(get(site)).url == site.url()

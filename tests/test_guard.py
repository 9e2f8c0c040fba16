"""Nothing inside our own network is reached unless a source is allowed to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Cookies

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.addresses import Resolve, is_public, resolve
from monitor.fetch.wire import Call, Wire, parse, redirected
from monitor.model import Request, Source
from tests.web import NO_TLS, Page, redirect, web

GUARDED = Source(
    "test",
    "Test",
    "page",
    "http://example.org/",
    delay=timedelta(0),
    timeout=timedelta(seconds=10),
    robots=False,
)
OPEN = replace(GUARDED, allow_private=True)


def fetcher(names: Resolve = resolve) -> Fetcher:
    return Fetcher(
        user_agent="policy-monitor/0.1", now=lambda: datetime.now(UTC), resolve=names, tls=NO_TLS
    )


def leading_to(*addresses: str) -> Resolve:
    """A resolver that knows one answer for every name."""

    async def names(host: str, port: int) -> Sequence[str]:
        return addresses

    return names


async def get(url: str, source: Source, names: Resolve = resolve) -> None:
    async with fetcher(names) as door:
        await door.fetch(Request(url), source)


def refusal(url: str, names: Resolve = resolve, source: Source = GUARDED) -> FetchError:
    with pytest.raises(FetchError) as caught:
        asyncio.run(get(url, source, names))
    return caught.value


INNER = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.0.0.2"),
    *("127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1"),
    *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1"),
]
PUBLIC = ["8.8.8.8", "100.128.0.1", "172.32.0.1", "185.15.59.224", "2a00:1450:4001:82a::200e"]
PUBLIC += ["2620:0:862:ed1a::1", "2606:4700::6810:84e5", "192.0.1.1", "1.1.1.1"]


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_never_connected_to(address: str) -> None:
    assert not is_public(address)
    error = refusal("http://harmless.example/", leading_to(address))
    assert error.state == "refused"
    assert "allow_private: true" in str(error)
    assert "harmless.example" in str(error)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "example.org", "127.1", "0x7f000001", "1.2.3", "::1::"])
def test_what_is_no_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "0",
            "[::1]",
        ),
        *("0x7f.0.0.1", "0177.0.0.1", "localhost", "LOCALHOST", "localhost.", "[::ffff:127.0.0.1]"),
        *("[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]", "127。0。0。1"),
        *("①②⑦.⓪.⓪.①", "user@127.0.0.1", "169.254.169.254", "[fe80::1]", "[::127.0.0.1]"),
        *("0.0.0.0", "127.0.0.1."),
    ],
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    async def story() -> None:
        async with web({"/": "secret"}) as site, fetcher() as door:
            with pytest.raises(FetchError):
                await door.fetch(Request(f"http://{host}:{site.port}/"), GUARDED)
            assert not site.requests

    asyncio.run(story())


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    error = refusal("http://mixed.example/", leading_to("8.8.8.8", "10.0.0.1", "1.1.1.1"))
    assert (error.state, "10.0.0.1" in str(error)) == ("refused", True)


def test_a_name_is_looked_up_once_and_its_checked_address_is_connected_to() -> None:
    """Rebinding: what the name leads to afterwards does not matter."""
    asked: list[tuple[str, int]] = []

    async def story() -> None:
        async with web({"/": "ok"}) as site:

            async def names(host: str, port: int) -> Sequence[str]:
                asked.append((host, port))
                return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

            async with fetcher(names) as door:
                await door.fetch(Request(site.url(host="rebinding.example")), OPEN)
            assert site.requests[0].headers["host"] == f"rebinding.example:{site.port}"
            assert asked == [("rebinding.example", site.port)]

    asyncio.run(story())


def test_every_connection_is_checked_anew() -> None:
    """What another source was allowed to reach is not remembered for this one."""

    async def story() -> None:
        names = leading_to("127.0.0.1")
        async with web({"/": "secret"}) as site, fetcher(names) as door:
            await door.fetch(Request(site.url(host="inner.example")), OPEN)
            with pytest.raises(FetchError) as caught:
                await door.fetch(Request(site.url(host="inner.example")), GUARDED)
            assert caught.value.state == "refused"
            assert len(site.requests) == 1

    asyncio.run(story())


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async def story() -> None:
        async with web({"/": "ok"}) as site, fetcher(leading_to("127.0.0.99", "127.0.0.1")) as door:
            await door.fetch(Request(site.url(host="two.example")), OPEN)
        assert len(site.requests) == 1

    asyncio.run(story())


@pytest.mark.parametrize("robots", [True, False])
def test_the_robots_file_of_an_inner_host_is_not_asked_for_either(robots: bool) -> None:
    async def story() -> None:
        async with web({"/": "secret"}) as site:
            with pytest.raises(FetchError, match="allow_private"):
                await get(site.url(), replace(GUARDED, robots=robots))
            assert not site.requests

    asyncio.run(story())


def test_a_source_with_allow_private_may_be_redirected_within() -> None:
    async def story() -> None:
        async with web({"/": "ok"}) as inner, web({"/": redirect(inner.url())}) as site:
            await get(site.url(), OPEN)
            with pytest.raises(FetchError, match="allow_private"):
                await get(site.url(), GUARDED)
        assert (len(site.requests), len(inner.requests)) == (1, 1)

    asyncio.run(story())


@pytest.mark.parametrize(
    "target",
    [
        *("http://169.254.169.254/latest/", "http://[::1]/", "http://10.0.0.1/", "//127.0.0.2/"),
        *("http://[64:ff9b::a9fe:a9fe]/", "http://0x7f000001/", "http://inner.example/"),
    ],
)
def test_no_redirect_leads_from_a_public_page_inwards(target: str) -> None:
    """The page itself is on a host that counts as public here: only its name decides."""
    asked: list[str] = []

    async def names(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["10.1.2.3"] if host == "inner.example" else await resolve(host, port)

    async def story() -> None:
        async with web({"/": redirect(target)}) as site:
            wire, first = Wire(names, NO_TLS), Call(parse(site.url()), {}, private=True)
            onward = replace(redirected(first, await wire.ask(first, Cookies())), private=False)
            with pytest.raises(FetchError) as caught:
                await wire.ask(onward, Cookies())
            await wire.aclose()
            assert caught.value.state == "refused"
            assert [hit.path for hit in site.requests] == ["/"]

    asyncio.run(story())


async def _no_such_name(host: str, port: int) -> Sequence[str]:
    raise OSError(-2, "Name or service not known")


async def _no_end(host: str, port: int) -> Sequence[str]:
    await asyncio.Event().wait()
    return []


@pytest.mark.parametrize(
    ("names", "state"),
    [(leading_to(), "unreachable"), (_no_such_name, "unreachable"), (_no_end, "timeout")],
)
def test_a_name_that_leads_nowhere_is_classified(names: Resolve, state: str) -> None:
    hasty = replace(GUARDED, timeout=timedelta(seconds=0.1))
    error = refusal("http://nowhere.example/", names, hasty)
    assert error.state == state
    assert "nowhere.example" in str(error)


def test_the_system_resolver_gives_addresses() -> None:
    assert "127.0.0.1" in asyncio.run(resolve("127.0.0.1", 80))


def test_a_private_page_is_still_bounded_in_size() -> None:
    async def story() -> None:
        async with web({"/": Page("x", length=10**11)}) as site, fetcher() as door:
            with pytest.raises(FetchError) as caught:
                await door.fetch(Request(site.url()), OPEN)
            assert caught.value.state == "too-big"

    asyncio.run(story())

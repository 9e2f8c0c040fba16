"""Reading in processes of their own: the same items, bounded, and nothing else changes."""

from __future__ import annotations

import ast
import asyncio
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

import monitor.cli
from monitor.adapters.guarded import Guarded, items
from monitor.errors import ExtractError
from monitor.model import Fetched, Item, Request, Source
from monitor.reader import HERE, Apart, Ended, Limits, Reader
from monitor.text.decode import decode
from tests.contract import MEDIA_TYPES, Case, answer, cases, run

URL = "https://court.example/"
SOURCE = Source("court", "Court", "page", URL)
TEXT = (
    "<html><title>Erlass</title><body><main><p>Deserteure erhalten Asyl.</p></main></body></html>"
)
PAGE = answer(TEXT, "text/html", URL)
HASTY = Limits(seconds=0.4)


# Conversations that go wrong; at the top of a module, so that a reader can be told of them.


def dies() -> Guarded[str]:
    yield Request(URL)
    os.kill(os.getpid(), signal.SIGSEGV)
    return "alive"


def hangs() -> Guarded[str]:
    yield Request(URL)
    "a" * 40 == "b"  # noqa: B015
    sum(1 for _ in iter(int, 1))
    return "done"


def eats() -> Guarded[int]:
    yield Request(URL)
    return len(bytearray(400_000_000))


def stumbles() -> Guarded[str]:
    yield Request(URL)
    raise AssertionError("line one\nline two \x1b[31m")


class Told(NamedTuple):
    """What a reader knows of itself."""

    environment: dict[str, str]
    largest_file: int
    errors_to: str
    pid: int
    parent: int


def tells() -> Guarded[Told]:
    yield Request(URL)
    largest, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    errors = str(Path("/proc/self/fd/2").readlink())
    return Told(dict(os.environ), largest, errors, os.getpid(), os.getppid())


def asks() -> Guarded[list[str]]:
    pages = []
    for number in range(3):
        page = yield Request(f"{URL}{number}")
        pages.append(page.url)
    return pages


async def converse(reader: Reader, guarded: Callable[[], Guarded[object]]) -> object:
    """Hold a conversation in which every request is answered with the page."""
    async with reader.begin(guarded) as talk:
        step = await talk.tell(PAGE)
        while not isinstance(step, Ended):
            step = await talk.tell(Fetched(step.url, 200, "text/html", b"x", "x"))
    return step.value


def apart(*guarded: Callable[[], Guarded[object]], limits: Limits | None = None) -> list[object]:
    """Hold conversations one after the other, apart; errors are results."""

    async def story() -> list[object]:
        async with Apart(limits) as reader:
            return [await caught(reader, each) for each in guarded]

    return asyncio.run(story())


async def caught(reader: Reader, guarded: Callable[[], Guarded[object]]) -> object:
    try:
        return await converse(reader, guarded)
    except ExtractError as error:
        return error


def told_by(result: object) -> Told:
    assert isinstance(result, Told), result
    return result


def items_of(source: Source) -> Callable[[], Guarded[object]]:
    return partial(items, source, time.process_time)


def test_every_recorded_conversation_gives_the_same_items_apart() -> None:
    async def told(reader: Reader, case: Case) -> tuple[Item, ...]:
        given = iter(case.given())
        async with reader.begin(partial(items, case.source, time.process_time)) as talk:
            url = case.source.url
            for content, path in zip(given, case.answers, strict=True):
                step = await talk.tell(answer(content, MEDIA_TYPES[path.suffix], url))
                if isinstance(step, Ended):
                    return step.value
                url = step.url
        raise AssertionError(f"{case} asks for more than was recorded")

    async def story() -> None:
        async with Apart() as reader:
            for case in cases():
                assert await told(reader, case) == await told(HERE, case) == run(case), case

    asyncio.run(story())


def test_a_conversation_may_ask_again_and_again() -> None:
    assert apart(asks) == [[URL, f"{URL}1", f"{URL}2"]]


@pytest.fixture(scope="module")
def hard_day() -> list[object]:
    """What came of some bad conversations, and a good one after each of them."""
    after = items_of(SOURCE)
    bad = (hangs, eats, dies, stumbles)
    turns = [each for one in bad for each in (one, after)]
    limits = Limits(seconds=1, memory=200_000_000)
    results = apart(*turns, tells, tells, dies, tells, limits=limits)
    assert all(isinstance(found, tuple) for found in results[1:8:2])
    return [*results[:8:2], *results[8:]]


@pytest.mark.parametrize(
    ("number", "state", "sentence"),
    [
        (0, "too-big", "reading it took more than 1 s; look whether"),
        (1, "too-big", "reading it took more than 200 MB of memory; look whether"),
        (
            2,
            "too-big",
            "reading it ended the reader, for want of memory or by a fault of a parser;",
        ),
        (3, "broken", "the answer cannot be read (AssertionError: line one line two [31m)"),
    ],
)
def test_a_bad_answer_is_trouble_of_its_source_with_a_sentence(
    hard_day: list[object], number: int, state: str, sentence: str
) -> None:
    error = hard_day[number]
    assert isinstance(error, ExtractError)
    assert (error.state, str(error)[: len(URL) + 2 + len(sentence)]) == (
        state,
        f"{URL}: {sentence}",
    )


def test_a_reader_knows_no_secrets_writes_no_files_and_says_nothing(
    hard_day: list[object],
) -> None:
    told = told_by(hard_day[4])
    assert told.environment.keys() <= {"LC_CTYPE"}  # Python sets that one
    assert (told.largest_file, told.errors_to) == (0, os.devnull)


def test_readers_are_used_again_and_all_end_with_the_service(hard_day: list[object]) -> None:
    first, second, third = (told_by(hard_day[n]) for n in (4, 5, 7))
    assert first.pid == second.pid != third.pid
    for pid in (first.pid, third.pid, first.parent):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_forking_process_that_was_killed_is_started_anew() -> None:
    async def story() -> None:
        async with Apart() as reader:
            os.kill(told_by(await converse(reader, tells)).parent, signal.SIGKILL)
            assert isinstance(await caught(reader, dies), ExtractError)  # the one forked before
            assert isinstance(await converse(reader, items_of(SOURCE)), tuple)

    asyncio.run(story())


def test_a_slow_page_holds_up_neither_the_loop_nor_other_sources() -> None:
    async def story() -> None:
        done: list[object] = []

        async def hold(guarded: Callable[[], Guarded[object]], reader: Reader) -> None:
            done.append(await caught(reader, guarded))

        async with Apart(Limits(seconds=1)) as reader:
            await hold(items_of(SOURCE), reader)
            longest = asyncio.create_task(longest_gap(stop := asyncio.Event()))
            async with asyncio.TaskGroup() as group:
                group.create_task(hold(hangs, reader))
                for _ in range(5):
                    group.create_task(hold(items_of(SOURCE), reader))
            stop.set()
            assert await longest <= 0.25
        *others, last = done
        assert isinstance(last, ExtractError)
        assert [type(each) for each in others] == [tuple] * 6

    asyncio.run(story())


def test_many_conversations_have_no_more_processes_than_may_work_at_once() -> None:
    async def story() -> set[int]:
        async with Apart(Limits(at_once=2)) as reader, asyncio.TaskGroup() as group:
            tasks = [group.create_task(converse(reader, tells)) for _ in range(12)]
        return {told_by(task.result()).pid for task in tasks}

    assert len(asyncio.run(story())) <= 2


def test_as_many_conversations_as_are_open_wait_for_their_next_pages_and_no_more() -> None:
    async def story() -> list[object]:
        async with Apart(Limits(at_once=2, talks=3)) as reader, asyncio.TaskGroup() as group:
            tasks = [group.create_task(converse(reader, asks)) for _ in range(9)]
        return [task.result() for task in tasks]

    assert asyncio.run(story()) == [[URL, f"{URL}1", f"{URL}2"]] * 9


def test_nothing_is_fetched_while_too_much_waits_to_be_read() -> None:
    async def fetched(reader: Reader) -> float:
        async with reader.room():
            return time.monotonic()

    async def story() -> list[float]:
        limits = replace(HASTY, waiting=len(PAGE.content))
        async with Apart(limits) as reader, asyncio.TaskGroup() as group:
            reading = group.create_task(caught(reader, hangs))
            await asyncio.sleep(0)  # it waits to be read from now on
            begun = time.monotonic()
            tasks = [group.create_task(fetched(reader)) for _ in range(3)]
        assert isinstance(reading.result(), ExtractError)
        return [task.result() - begun for task in tasks]

    assert min(asyncio.run(story())) >= HASTY.seconds


async def longest_gap(stop: asyncio.Event) -> float:
    """The longest time that the loop worked without coming round; what others use is not ours."""
    longest, last = 0.0, time.thread_time()
    while not stop.is_set():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    return longest


def test_a_large_answer_gets_its_text_where_it_is_read() -> None:
    content = ("<html><body><main>" + "<p>Über Deserteure.</p>" * 3 + "</main>").encode("cp1252")
    bare = Fetched(URL, 200, "text/html", content, "", {"content-type": "text/html"})
    whole = Fetched(URL, 200, "text/html", content, decode(content, None)[0])

    def read(page: Fetched) -> object:
        conversation = items(SOURCE, time.process_time)
        next(conversation)
        with pytest.raises(StopIteration) as done:
            conversation.send(page)
        return done.value.value

    assert read(bare) == read(whole)


def test_patterns_that_may_take_for_ever_are_found_out_by_the_reader() -> None:
    slow = Source("s", "S", "page", URL, ignore_patterns=("(a+)+$",))
    page = answer(f"<html><body><main><p>{'a' * 40}!</p></main></body></html>", "text/html", URL)

    async def story() -> ExtractError:
        async with Apart(HASTY) as reader:
            with pytest.raises(ExtractError) as caught:
                async with reader.begin(partial(items, slow, time.process_time)) as talk:
                    await talk.tell(page)
        return caught.value

    assert "took more than 0.4 s" in str(asyncio.run(story()))


def test_patterns_that_take_their_time_are_named() -> None:
    seconds = iter((0.0, 2.0))
    slow = Source("s", "S", "page", URL, ignore_patterns=(r"\d+ Aufrufe",))
    conversation = items(slow, lambda: next(seconds))
    next(conversation)
    with pytest.raises(ExtractError, match="patterns of `ignore` take more than 1 second"):
        conversation.send(PAGE)


def test_more_than_can_be_compared_is_refused() -> None:
    entries = "<item><title>a</title></item>" * 1000
    many = f"<rss version='2.0'><channel><title>x</title>{entries}</channel></rss>"
    conversation = items(Source("f", "F", "feed", URL), time.process_time)
    next(conversation)
    with pytest.raises(StopIteration):
        conversation.send(answer(many, "application/rss+xml", URL))
    long = answer("Wort " * 2_100_000, "text/plain", URL)
    conversation = items(SOURCE, time.process_time)
    next(conversation)
    with pytest.raises(ExtractError, match="more than the 10 million") as caught:
        conversation.send(long)
    assert caught.value.state == "too-big"
    lines = answer("x\n\n" * 41_000, "text/plain", URL)
    conversation = items(SOURCE, time.process_time)
    next(conversation)
    with pytest.raises(ExtractError, match="41000 blocks of text, more than the 40000") as caught:
        conversation.send(lines)
    assert caught.value.state == "too-big"


def test_every_command_that_reads_does_so_apart() -> None:
    reading = {"check_sources", "visit_sources", "Daemon", "read"}

    def calls(file: Path) -> Iterator[tuple[str, bool]]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                named = {keyword.arg for keyword in node.keywords}
                if node.func.id in reading:
                    yield f"{file.stem}: {node.func.id}", "reader" in named

    files = Path(monitor.cli.__file__).parent.glob("*.py")
    found = [call for file in files for call in calls(file)]
    assert len(found) >= len(reading)
    assert [name for name, is_apart in found if not is_apart] == []

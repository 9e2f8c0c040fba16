"""Answers that nobody foresaw: recorded ones, broken at random. Items come out, or a sentence."""

from __future__ import annotations

import copy
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.adapters import ADAPTERS
from monitor.errors import SourceError
from monitor.model import Item
from tests.contract import MEDIA_TYPES, Case, Given, answer, cases

EXAMPLES = 40  # for each kind, always the same ones; some thousand find no more by now
_MOST_REQUESTS = 300


class Break(NamedTuple):
    """One thing done to an answer: where, what, and with which strange value."""

    place: int
    action: int
    value: int


Breaks: TypeAlias = Sequence[Break]

PLAIN: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2, 1.5, 1e308, float("nan"), 10**15, 10**40),
    *("", " ", "\x00", "x", "²", "٣", "-", "%", "[", "<p>", "\ud800", "9" * 5000, "1e99999999999"),
    *("0001-01-01", "9999-12-31T23:59:59-14:00", "31.02.2026", "00.00.0000", "2026-13-45"),
    *("http://[", "//[x", "http://a:99999999/", "javascript:x", "https://other.example/", "?a=%zz"),
)
NESTED: tuple[Any, ...] = ([], {}, [None], [[]], [{}], [3, "x"], {"a": None}, {"x": [1]}, [[["x"]]])
MARKUP = (
    *(
        "<p>",
        "</p>",
        "</div>",
        "<div>" * 300,
        "<a href='http://['>",
        "<a href='x'>",
        "<base href='//['>",
    ),
    *(
        "&#0;",
        "&x;",
        "&#xD800;",
        "<![CDATA[",
        "<!--",
        "<x:y z:w='1'/>",
        "<table><tr><td colspan=99999999>",
    ),
    *("<!DOCTYPE x [<!ENTITY a 'b'>]>", "\n", ",", ";", '"', "\t", "<time datetime='x'>"),
)
JSON_VALUES = (*PLAIN, *NESTED)
TEXTS = (
    *(text for value in PLAIN if (text := str(value)).isprintable() or text == "\x00"),
    *MARKUP,
)


# --- breaking -------------------------------------------------------------------------------------


def broken(content: Given, breaks: Breaks) -> Given:
    """Return the answer with each of these things done to it."""
    if isinstance(content, bytes):
        return (
            in_archive(content, breaks) if content.startswith(b"PK") else in_bytes(content, breaks)
        )
    if content.lstrip().startswith(("{", "[")):
        return in_json(content, breaks)
    for each in breaks:
        content = in_text(content, each)
    return content


def in_json(text: str, breaks: Breaks) -> str:
    holder = {"": json.loads(text)}
    for each in breaks:
        places = list(_places(holder))
        if each.action == 0 or not places:
            return json.dumps(holder[""])[: each.place % len(text)]
        above, key = places[each.place % len(places)]
        if each.action == 1 and above is not holder:
            del above[key]
        elif each.action == 2:
            other, other_key = places[each.value * 7 % len(places)]
            above[key] = copy.deepcopy(other[other_key])
        elif each.action == 3 and isinstance(above[key], list):
            above[key] = above[key] * 2
        elif each.action == 4 and isinstance(above[key], list | dict):
            above[key] = type(above[key])()
        else:
            above[key] = copy.deepcopy(JSON_VALUES[each.value % len(JSON_VALUES)])
    return json.dumps(holder[""])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Where values stand: what holds them and under which key."""
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key in keys:
        yield value, key
        yield from _places(value[key])


def in_text(text: str, each: Break) -> str:
    pieces = re.split(r"(<[^<>]*>|[\n,;])", text)
    number = each.place % len(pieces)
    value = TEXTS[each.value % len(TEXTS)]
    if each.action == 0:
        return "".join(pieces[:number])
    if each.action == 1:
        pieces[number] = ""
    elif each.action == 2:
        pieces[number] = pieces[each.value * 7 % len(pieces)]
    elif each.action == 3:
        pieces[number] *= 2
    elif each.action == 4:
        pieces[number] = re.sub(r"=\"[^\"]*\"", lambda _: f'="{value}"', pieces[number])
    elif each.action == 5:
        pieces[number] = re.sub(r"\d+", lambda _: value, pieces[number])
    elif each.action == 6:
        del pieces[number : number + each.value]
    else:
        pieces[number] = value
    return "".join(pieces)


def in_archive(content: bytes, breaks: Breaks) -> bytes:
    """Break a part of an archive, or the archive itself."""
    first, memory = breaks[0], io.BytesIO()
    if first.action == 0:
        return in_bytes(content, breaks)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(memory, "w") as new:
        names = old.namelist()
        for number, name in enumerate(names):
            text = old.read(name).decode("utf-8", "replace")
            if number == first.place % len(names):
                for each in breaks:
                    text = in_text(text, each)
            new.writestr(name, text.encode("utf-8", "replace"))
    return memory.getvalue()


def in_bytes(content: bytes, breaks: Breaks) -> bytes:
    for each in breaks:
        start = each.place % len(content)
        patch = bytes([each.value % 256]) * each.action
        content = content[:start] + patch + content[start + len(patch) :]
    return content[: breaks[0].place % len(content)] if breaks[0].action == 0 else content


# --- asking ---------------------------------------------------------------------------------------


def read(case: Case, answers: Sequence[Given]) -> tuple[Item, ...]:
    """Return the items; who asks for more than was recorded gets the last answer again."""
    crawl = ADAPTERS[case.kind](case.source)
    request = next(crawl)
    for number in range(_MOST_REQUESTS):
        place = min(number, len(answers) - 1)
        media_type = MEDIA_TYPES[case.answers[place].suffix]
        try:
            request = crawl.send(answer(answers[place], media_type, request.url))
        except StopIteration as stopped:
            return tuple(stopped.value)
    raise AssertionError(f"{case} asks for ever")


RECORDED = [(case, case.given()) for case in cases()]


@pytest.mark.parametrize("kind", ADAPTERS)
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_a_broken_answer_becomes_items_or_a_sentence(kind: str, data: st.DataObject) -> None:
    known = [(case, answers) for case, answers in RECORDED if case.kind == kind]
    case, recorded = known[data.draw(st.integers(0, len(known) - 1))]
    answers = list(recorded)
    which = data.draw(st.integers(0, len(answers) - 1))
    one = st.builds(Break, st.integers(0, 10**6), st.integers(0, 9), st.integers(0, 255))
    answers[which] = broken(answers[which], data.draw(st.lists(one, min_size=1, max_size=3)))
    try:
        items = read(case, answers)
    except SourceError:
        return
    assert len({item.id for item in items}) == len(items)
    for item in items:
        assert item.id.strip()
        assert item.title.strip()
        "".join((item.id, item.title, *item.blocks)).encode()
        assert item.url is None or item.url.startswith(("https://", "http://"))
        assert item.published is None or item.published.utcoffset() == timedelta(0)

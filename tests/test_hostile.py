"""Hostile answers through the whole check: a sentence, the old snapshot, everyone else on time."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.log import configure, log
from monitor.match import compile_vocabulary
from monitor.model import (
    Fetched,
    NotModified,
    Request,
    Select,
    Source,
    SourceState,
    Term,
    Topic,
    Validators,
    Vocabulary,
)
from monitor.pipeline import Checked, Outcome, check_source
from monitor.reader import Apart, Limits
from monitor.store import Store
from monitor.text.decode import decode, is_text
from tests.hostile import ATTACKS, URL, Attack, stealing
from tests.test_reader import longest_gap
from tests.web import web

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
TOPIC = Topic("desertion", {"de": "Desertion"}, (Term("Deserteur*", ("Deserteur*",)),))
RULES = compile_vocabulary(Vocabulary({TOPIC.id: TOPIC}, {}))
LIMITS = Limits(seconds=0.6, memory=300_000_000)
SELECT = {
    "page": Select(items="article", title="h2"),
    "json": Select(items="items", title="title", link="url", text="text"),
}
GOOD = {
    "page": ("text/html", "<html><body><article><h2>Deserteur</h2></article></body></html>"),
    "feed": (
        "application/rss+xml",
        "<rss version='2.0'><channel><title>x</title><item><title>Deserteur</title>"
        "<link>http://hostile.example/1</link></item></channel></rss>",
    ),
    "json": (
        "application/json",
        '{"items": [{"title": "Deserteur", "url": "http://x.example/", "text": ""}]}',
    ),
    "table": ("text/csv", "Land;Anträge\nBelarus;21\nRussland;1150\n"),
    "document": (
        "text/html",
        "<html><body><main><p>Deserteure erhalten Asyl.</p></main></body></html>",
    ),
}


@dataclass(frozen=True)
class Result:
    """What an attack came to, and what was remembered before and after."""

    checked: Checked
    before: object
    after: object
    state: SourceState


def named(kind: str, name: str) -> Source:
    select = SELECT.get(kind, Select())
    return Source(re.sub(r"\W+", "-", name), name, kind, URL, lang="de", select=select)


class Serving:
    """Answers with one thing, without a network."""

    def __init__(self, media_type: str, content: bytes | str) -> None:
        self._media_type = media_type
        self._content = content.encode() if isinstance(content, str) else content

    async def __call__(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified:
        kind, content = self._media_type, self._content
        small = len(content) <= 10**6 and is_text(kind, content)  # as the fetcher does it
        text = decode(content, kind)[0] if small else ""
        return Fetched(request.url, 200, kind, content, text, {"content-type": kind})


@dataclass(frozen=True)
class Siege:
    """All attacks at once, and what became of an ordinary source meanwhile."""

    results: Mapping[str, Result]
    meanwhile: tuple[Checked, ...]
    gap: float


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    file = tmp_path_factory.mktemp("hostile") / "monitor.sqlite3"
    with Store.open(f"sqlite:///{file}") as store:
        yield asyncio.run(_siege(store))


async def _siege(store: Store) -> Siege:
    results: dict[str, Result] = {}
    async with Apart(LIMITS) as reader:

        async def check(source: Source, answer: Serving, hour: int) -> Checked:
            now = START + timedelta(hours=hour)
            return await check_source(
                source, store=store, fetch=answer, rules=RULES, now=now, reader=reader
            )

        async def suffer(name: str, attack: Attack, answer: Serving) -> None:
            source = named(attack.kind, name)
            before = store.checks.marks(source.id, ())
            checked = await check(source, answer, 1)
            after = store.checks.marks(source.id, ())
            results[name] = Result(checked, before, after, store.checks.state(source.id))

        async def live() -> list[Checked]:
            source, seen = named("page", "ordinary"), []
            for hour in range(1, 6):
                seen.append(await check(source, Serving(*GOOD["page"]), hour))
            return seen

        for name, kind in (*((n, a.kind) for n, a in ATTACKS.items()), ("ordinary", "page")):
            first = await check(named(kind, name), Serving(*GOOD[kind]), 0)
            assert first.outcome is Outcome.BASELINE, (name, first.error)
        # Making the attacks is work too, and not that of the service.
        made = {name: Serving(a.media_type, a.content()) for name, a in ATTACKS.items()}
        gaps = asyncio.create_task(longest_gap(stop := asyncio.Event()))
        async with asyncio.TaskGroup() as group:
            for name, attack in ATTACKS.items():
                group.create_task(suffer(name, attack, made[name]))
            ordinary = group.create_task(live())
        stop.set()
        return Siege(results, tuple(ordinary.result()), await gaps)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_trouble_with_a_sentence_and_the_snapshot_stays(
    siege: Siege, name: str
) -> None:
    result = siege.results[name]
    assert result.checked.outcome is Outcome.FAILED, result.checked
    assert result.checked.alerts == ()
    assert result.before == result.after != {}
    assert result.state.failures == 1
    assert result.state.error_state in ("broken", "too-big")
    assert result.checked.error is not None
    assert 20 < len(result.checked.error) < 600
    assert result.checked.error.isprintable()


def test_meanwhile_an_ordinary_source_is_checked_and_the_loop_comes_round(siege: Siege) -> None:
    assert [each.outcome for each in siege.meanwhile] == [Outcome.UNCHANGED] * 5
    assert siege.gap <= 0.25


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_an_external_entity_is_not_fetched(tmp_path: Path, scheme: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Deserteursgeheimnis")
    with web({"/": "Deserteursgeheimnis"}) as site:
        feed = stealing(secret.as_uri() if scheme == "file" else site.url())

        async def story() -> Checked:
            with Store.open(f"sqlite:///{tmp_path / 'monitor.sqlite3'}") as store:
                return await check_source(
                    named("feed", "thief"),
                    store=store,
                    fetch=Serving("application/rss+xml", feed),
                    rules=RULES,
                    now=START,
                )

        checked = asyncio.run(story())
        assert not site.requests
    assert checked.alerts == ()
    assert "geheimnis" not in str(checked)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_title_writes_one_line_of_log_however_it_is_made(form: str) -> None:
    stream = io.StringIO()
    configure(form, stream)
    try:
        log.warning("source checked", error="a\nlevel=critical event='root' \x1b[2J\r\x00 \u202e")
    finally:
        configure("text")
    (line,) = stream.getvalue().splitlines()
    assert line.isascii() or "\u202e" in line
    assert not {"\x1b", "\r", "\0"} & set(line)

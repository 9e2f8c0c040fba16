"""Checks of one source in a row, with the answers as arguments."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.errors import FetchError
from monitor.match import compile_vocabulary
from monitor.model import (
    Fetched,
    NotModified,
    Request,
    Source,
    Term,
    Topic,
    Validators,
    Vocabulary,
)
from monitor.pipeline import Checked, Outcome, check_source
from monitor.reader import HERE, Apart, Reader
from monitor.store import Store

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
TOPIC = Topic("desertion", {"de": "Desertion"}, (Term("Deserteur*", ("Deserteur*",)),))
RULES = compile_vocabulary(Vocabulary({TOPIC.id: TOPIC}, {}))
SOURCE = Source("decree", "Decree", "page", "https://ministry.example/", complete=True)
PAGE = (
    "<html><title>Erlass</title><body><main><p>Deserteure erhalten Asyl.</p></main></body></html>"
)
GONE = FetchError("the page is gone (404)", status=404, state="gone")


class Answer:
    """Answers every request with one page, 304 to who knows it, or with an error."""

    def __init__(self, page: str | FetchError) -> None:
        self._page = page

    async def __call__(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified:
        if isinstance(self._page, FetchError):
            raise self._page
        known = Validators(etag=f'"{len(self._page)}"')
        if validators == known:
            return NotModified(request.url, known)
        content = self._page.encode()
        return Fetched(request.url, 200, "text/html", content, self._page, {}, known)


async def check(store: Store, page: str | FetchError, hour: int, reader: Reader = HERE) -> Checked:
    """Check in this hour, when the source shows the page."""
    now = START + timedelta(hours=hour)
    fetch = Answer(page)
    return await check_source(SOURCE, store=store, fetch=fetch, rules=RULES, now=now, reader=reader)


def checked(store: Store, *pages: str | FetchError) -> list[Checked]:
    """Check once an hour, each time with the next page."""
    return [asyncio.run(check(store, page, hour)) for hour, page in enumerate(pages)]


def test_a_page_that_was_gone_and_is_back_as_it_was_stands_in_the_snapshot_again(
    sqlite_url: str,
) -> None:
    with Store.open(sqlite_url) as store:
        results = checked(store, PAGE, GONE, GONE, PAGE)
        assert [len(each.alerts) for each in results] == [0, 0, 1, 0]
        assert results[3].outcome is not Outcome.FAILED
        assert [mark.present for mark in store.checks.marks("decree", ()).values()] == [True]
        assert store.history.state_at("decree", 3) == {}
        (item,) = store.history.state_at("decree", 4).values()
        assert item.blocks == ("Deserteure erhalten Asyl.",)


def test_a_page_that_is_gone_once_is_no_withdrawal(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        results = checked(store, PAGE, GONE, PAGE, GONE)
        assert [len(each.alerts) for each in results] == [0, 0, 0, 0]
        assert results[2].outcome is Outcome.UNCHANGED


def test_a_withdrawal_is_told_once_however_long_the_page_is_gone(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        results = checked(store, PAGE, *[GONE] * 5)
        assert [len(each.alerts) for each in results] == [0, 0, 1, 0, 0, 0]


def test_an_answer_that_an_adapter_did_not_foresee_is_trouble_and_not_the_end(
    tmp_path: Path,
) -> None:
    table = replace(SOURCE, kind="table", options={"table": ("1",)}, complete=False)
    fetch = Answer("<html><body><table></table></body></html>")
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}") as store:
        result = asyncio.run(check_source(table, store=store, fetch=fetch, rules=RULES, now=START))
    assert result.outcome is Outcome.FAILED
    assert "https://ministry.example/" in (result.error or "")


def test_a_check_that_another_one_overtook_is_not_called_unchanged(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:

        async def slow(
            request: Request, source: Source, validators: Validators | None = None
        ) -> Fetched | NotModified:
            """Answers only when another process has checked the source."""
            await check_source(SOURCE, store=store, fetch=Answer(PAGE), rules=RULES, now=START)
            return await Answer("y")(request, source, validators)

        late = check_source(SOURCE, store=store, fetch=slow, rules=RULES, now=START)
        assert asyncio.run(late).outcome is Outcome.OVERTAKEN
        assert store.checks.state(SOURCE.id).checks == 1


def test_what_is_compared_by_a_process_apart_comes_to_the_same(tmp_path: Path) -> None:
    lines = [f"Absatz {n} über Deserteure und ihr Verfahren vor Gericht." for n in range(250)]
    pages = [
        "<main>" + "".join(f"<p>{line}</p>" for line in version) + "</main>"
        for version in (lines, [*lines[:9], "Deserteure sind Flüchtlinge.", *lines[10:]], lines)
    ]

    async def apart(store: Store) -> list[Checked]:
        async with Apart() as reader:
            return [await check(store, page, hour, reader) for hour, page in enumerate(pages)]

    with (
        Store.open(f"sqlite:///{tmp_path / 'here.db'}") as one,
        Store.open(f"sqlite:///{tmp_path / 'apart.db'}") as other,
    ):
        here = checked(one, *pages)
        assert asyncio.run(apart(other)) == here
        assert one.checks.known("decree", one.checks.marks("decree", ())) == other.checks.known(
            "decree", other.checks.marks("decree", ())
        )
    assert [len(each.alerts) for each in here] == [0, 1, 0]
    (change,) = here[1].changes
    assert change.added == ("Deserteure sind Flüchtlinge.",)

"""A few of the random kills that `make kills` makes hundreds of."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from monitor.cli.app import EXIT_UNDONE
from tests import kills


def test_killed_at_random_moments_the_program_loses_no_news_and_repeats_only_the_same_mail(
    tmp_path: Path,
) -> None:
    result = asyncio.run(kills.play(tmp_path, kills=4, seed=7))
    assert result.kills == 4
    assert result.published >= 12
    assert result.lost == []
    assert result.told_twice == []
    assert result.different == 0
    assert result.repeats == result.excused


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
def test_of_two_services_started_at_once_on_one_database_the_second_is_refused(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(database)
    assert asyncio.run(kills.two_at_once(tmp_path, url)) == [EXIT_UNDONE, -signal.SIGKILL]

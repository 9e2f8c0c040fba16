"""Some weeks of a few sources, of the months of many that `make soak` lets pass."""

from __future__ import annotations

from pathlib import Path

from tests import clock, soak


def test_in_weeks_with_many_faults_no_news_is_lost_or_told_twice(tmp_path: Path) -> None:
    result = clock.run(soak.play(tmp_path, days=12, sources=3, faults=0.3, seed=4))
    assert result.faults >= 8
    assert result.mail_faults >= 2
    assert result.published >= 3
    assert result.lost == []
    assert result.doubled == []
    assert result.sizes[-1] < 2**20

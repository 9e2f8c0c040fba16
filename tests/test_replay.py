"""Recorded answers played through the pipeline."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import MonitorError
from monitor.match import compile_vocabulary
from monitor.model import Source, Term, Topic, Vocabulary
from monitor.pipeline import Checked, Outcome
from monitor.replay import FIRST_FETCH, PAUSE, recordings, replay
from monitor.store import Store

TOPIC = Topic("desertion", {"de": "Desertion"}, (Term("Deserteur*", ("Deserteur*",)),))
RULES = compile_vocabulary(Vocabulary({TOPIC.id: TOPIC}, {}))
SOURCE = Source("ministry", "Ministry", "page", "https://ministry.example/")

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder of recordings: files by name, and what meta.json says."""

    def made(files: dict[str, str | bytes], meta: Any = None) -> Path:
        home = tmp_path / "recordings"
        home.mkdir()
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (home / name).write_bytes(data)
        if meta is not None:
            text = meta if isinstance(meta, str) else json.dumps(meta)
            (home / "meta.json").write_text(text)
        return home

    return made


def page(*paragraphs: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f"<html><title>Erlass</title><body><main><h1>Erlass</h1>{body}</main></body></html>"


def test_without_times_recordings_are_a_day_apart_in_name_order(folder: Folder) -> None:
    found = recordings(folder({"b.html": "", "a.pdf": "", "c.xyz": "", "d.JSON": ""}))
    assert [(r.file.name, r.media_type) for r in found] == [
        ("a.pdf", "application/pdf"),
        ("b.html", "text/html"),
        ("c.xyz", "text/plain"),
        ("d.JSON", "application/json"),
    ]
    assert [r.at for r in found] == [FIRST_FETCH + n * PAUSE for n in range(4)]


def test_times_and_media_types_are_those_of_the_meta_file(folder: Folder) -> None:
    versions = [
        {"file": "1.html", "at": "2026-02-03T04:05:06+02:00", "media_type": "text/plain"},
        {"file": "2.html", "fetched_at": "2026-02-04T00:00:00Z"},
        {"file": "3.html", "commit_date": "2026-02-05"},
    ]
    found = recordings(folder({f"{n}.html": "" for n in range(1, 5)}, {"versions": versions}))
    assert [r.at for r in found] == [
        datetime(2026, 2, 3, 2, 5, 6, tzinfo=UTC),
        datetime(2026, 2, 4, tzinfo=UTC),
        datetime(2026, 2, 5, tzinfo=UTC),
        datetime(2026, 2, 6, tzinfo=UTC),
    ]
    assert [r.media_type for r in found] == ["text/plain", *["text/html"] * 3]


def test_time_only_goes_forward(folder: Folder) -> None:
    times = ["2026-02-02", "2026-02-01", "2026-02-02", "2026-03-01"]
    versions = [{"file": f"{n}.html", "at": at} for n, at in enumerate(times)]
    found = recordings(folder({f"{n}.html": "" for n in range(4)}, {"versions": versions}))
    second, start = timedelta(seconds=1), datetime(2026, 2, 2, tzinfo=UTC)
    later = datetime(2026, 3, 1, tzinfo=UTC)
    assert [r.at for r in found] == [start, start + second, start + 2 * second, later]


@pytest.mark.parametrize(
    "meta",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        {"versions": 5},
        {"versions": ["a.html"]},
        {"versions": [{"at": "2026-01-01"}]},
        {"versions": [{"file": ["a.html"]}]},
        {"versions": [{"file": "a.html", "at": "yesterday"}]},
        {"versions": [{"file": "a.html", "at": 5}]},
        {"versions": [{"file": "a.html", "media_type": 5}]},
    ],
)
def test_a_bad_meta_file_is_a_sentence(folder: Folder, meta: Any) -> None:
    with pytest.raises(MonitorError, match=r"meta\.json"):
        recordings(folder({"a.html": ""}, meta))


def test_a_folder_without_recordings_is_a_sentence(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(MonitorError, match="is no folder of recordings"):
        recordings(tmp_path / "missing")
    with pytest.raises(MonitorError, match="holds no recordings"):
        recordings(folder({}, {"versions": []}))


def played(source: Source, home: Path, database: str) -> list[Checked]:
    async def play() -> list[Checked]:
        with Store.open(database) as store:
            recorded = recordings(home)
            played = replay(source, recorded, store=store, rules=RULES)
            return [checked async for _, checked in played]

    return asyncio.run(play())


def test_a_sequence_is_checked_in_order_at_its_own_times(folder: Folder, sqlite_url: str) -> None:
    old = page("Wer flieht, wird registriert.")
    new = page("Wer flieht, wird registriert.", "Deserteure erhalten kein Asyl.")
    home = folder({"1.html": old, "2.html": old, "3.html": new, "4.html": new, "5.html": old})
    for number in (6, 7):
        (home / f"{number}.html").write_text(old)
    checked = played(SOURCE, home, sqlite_url)
    assert [each.outcome for each in checked] == [
        Outcome.BASELINE,
        Outcome.UNCHANGED,
        Outcome.CHANGED,
        Outcome.UNCHANGED,
        Outcome.HELD,  # an old copy, or withdrawn?
        Outcome.HELD,
        Outcome.CHANGED,
    ]
    assert [len(each.alerts) for each in checked][:4] == [0, 0, 1, 0]
    (alert,) = checked[2].alerts
    assert alert.detected_at == FIRST_FETCH + 2 * PAUSE
    assert alert.added == ("Deserteure erhalten kein Asyl.",)


def test_an_empty_recording_is_trouble_and_the_next_goes_on(
    folder: Folder, sqlite_url: str
) -> None:
    text = page("Ein Erlass für Soldaten, mit genügend Text für eine Seite.")
    home = folder({"1.html": text, "2.html": "", "3.html": text})
    outcomes = [each.outcome for each in played(SOURCE, home, sqlite_url)]
    assert outcomes == [Outcome.BASELINE, Outcome.FAILED, Outcome.UNCHANGED]


def test_bytes_of_another_charset_are_read_as_what_they_are(
    folder: Folder, sqlite_url: str
) -> None:
    latin = page("Wehrpflichtige müssen sich melden.").encode("latin-1")
    new = page("Wehrpflichtige müssen sich melden.", "Für Deserteure gilt § 16.").encode("cp1252")
    home = folder({"1.html": latin, "2.html": new})
    _, second = played(SOURCE, home, sqlite_url)
    assert second.alerts[0].added == ("Für Deserteure gilt § 16.",)


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59Z", "2200-01-01", "0001-01-01T00:00:00+14:00", "1969-12-31"]
)
def test_a_time_out_of_all_proportion_is_refused(folder: Folder, at: str) -> None:
    meta = {"versions": [{"file": "1.html", "at": at}]}
    with pytest.raises(MonitorError, match="lies outside the years 1970 to 2199"):
        recordings(folder({"1.html": page("x"), "2.html": page("y")}, meta))

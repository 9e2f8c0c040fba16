"""`preview`: what would be mailed, as pages to look at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli.main import app
from monitor.store import Saved, Store
from tests.test_commands import LISTS, YAML
from tests.test_store import an_alert, an_item, met, state, stored


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound configuration, and a store with one alert that waits."""
    (tmp_path / "sources.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "recipients.yaml").write_text(LISTS, encoding="utf-8")
    with Store.open(f"sqlite:///{tmp_path / 'x.db'}") as store:
        met(store, "team")
        store.checks.save(Saved(state(), added=(stored(an_item()),), alerts=(an_alert(),)))
    return tmp_path


def previewed(folder: Path, *arguments: str) -> Result:
    options = ["--sources", str(folder / "sources.yaml")]
    options += ["--database", f"sqlite:///{folder / 'x.db'}"]
    command = ["preview", "--no-open", "--folder", str(folder / "out"), *arguments]
    return CliRunner().invoke(app, [*options, *command])


def test_a_waiting_digest_is_written_and_stays_waiting(folder: Path) -> None:
    for _ in range(2):
        result = previewed(folder, "--list", "team", "--json")
        assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told == {"index": str(folder / "out" / "index.html"), "mails": ["team"]}
    index = (folder / "out" / "index.html").read_text("utf-8")
    assert 'href="team.html"' in index
    assert 'href="team.txt"' in index
    assert 'data-alert="1"' in (folder / "out" / "team.html").read_text("utf-8")


def test_samples_need_no_list_and_show_every_kind_of_mail(folder: Path) -> None:
    (folder / "recipients.yaml").unlink()
    result = previewed(folder, "--sample")
    assert result.exit_code == 0, result.output
    pages = {path.name for path in (folder / "out").glob("*.html")}
    assert {"digest-de-1.html", "digest-en-2.html", "trouble-de-3.html", "index.html"} <= pages
    assert all("cid:" not in (folder / "out" / name).read_text("utf-8") for name in pages)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--list", "tem"], "did you mean `team`?"),
        (["--list", "team", "--sample"], "leave out --list"),
    ],
)
def test_what_makes_no_sense_is_said(folder: Path, arguments: list[str], sentence: str) -> None:
    result = previewed(folder, *arguments)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


def test_without_any_list_the_way_to_samples_is_shown(folder: Path) -> None:
    (folder / "recipients.yaml").unlink()
    assert "`preview --sample` shows invented mails" in str(previewed(folder).exception)


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "out").write_text("taken")
    assert "cannot be written" in str(previewed(folder).exception)

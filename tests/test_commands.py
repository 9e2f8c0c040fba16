"""What a command says when something is in its way: a sentence and an exit status, no traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.shipped import shipped
from monitor.store import Saved, Store
from tests.test_store import an_alert, an_item, met, state, stored

YAML = """version: 1
topics:
  desertion: {title: {de: Desertion}, terms: [Deserteur*]}
sources:
  - {id: court, name: Court, kind: page, url: "https://court.example/"}
"""
LISTS = "version: 1\nlists:\n  - {id: team, to: [team@example.org]}\n"

Ran = subprocess.CompletedProcess[str]
Command = Callable[..., Ran]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Run the program as a process of its own in a folder with a sound configuration."""
    (tmp_path / "sources.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "recipients.yaml").write_text(LISTS, encoding="utf-8")
    (tmp_path / "state").mkdir()
    with Store.open(f"sqlite:///{tmp_path}/state/policy-monitor.db") as store:
        met(store, "team")
        store.checks.save(Saved(state(), added=(stored(an_item()),), alerts=(an_alert(),)))

    def run(*arguments: str, cwd: Path = tmp_path, **environ: str) -> Ran:
        return subprocess.run(
            [sys.executable, "-m", "monitor", *arguments],
            cwd=cwd,
            env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "", **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def said(ran: Ran, status: int) -> str:
    assert "Traceback" not in ran.stderr
    assert ran.returncode == status, ran
    return " ".join((ran.stdout + ran.stderr).split())


# --- digest --preview ----------------------------------------------------------------------------


def test_a_preview_onto_a_file_is_refused_in_words(command: Command, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert "taken cannot be written: File exists" in said(
        command("digest", "--preview", "taken"), 1
    )
    (tmp_path / "out" / "team.html").mkdir(parents=True)
    assert "Is a directory" in said(command("digest", "--preview", "out"), 1)


def test_a_preview_for_programs_names_what_it_wrote(command: Command, tmp_path: Path) -> None:
    ran = command("digest", "--preview", "out", "--json")
    assert said(ran, 0)
    (preview,) = json.loads(ran.stdout)["previews"]
    assert preview["list"] == "team"
    assert preview["alerts"] == 1
    names = ["team.eml", "team.html", "team.txt"]
    assert [Path(file).name for file in preview["files"]] == names
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names


def test_a_preview_does_not_wait_and_so_is_not_forced(command: Command, tmp_path: Path) -> None:
    told = said(command("digest", "--preview", "out", "--force"), 2)
    assert "--preview shows what would be mailed now; leave out --force" in told.replace(" │", "")
    assert not (tmp_path / "out").exists()


# --- templates -----------------------------------------------------------------------------------


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the templates that we ship."""
    for path in shipped("templates").rglob("*"):
        if path.is_file():
            copy = tmp_path / "t" / path.relative_to(shipped("templates"))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return tmp_path / "t"


@pytest.mark.parametrize("arguments", [("lint",), ("doctor",)])
def test_a_template_that_leads_nowhere_is_named(
    command: Command, templates: Path, arguments: tuple[str, ...]
) -> None:
    (templates / "digest" / "more.html").symlink_to("nowhere")
    (templates / "trouble" / "folder.html").mkdir()
    told = said(command(*arguments, MONITOR_TEMPLATES="t"), 78 if "lint" in arguments else 1)
    assert "more.html:0: cannot be read: No such file or directory" in told
    assert "folder.html:0: cannot be read: Is a directory" in told


def test_a_translation_that_is_no_file_is_named(command: Command, templates: Path) -> None:
    (templates / "locale" / "de.po").unlink()
    (templates / "locale" / "de.po").mkdir()
    told = said(command("lint", MONITOR_TEMPLATES="t"), 78)
    assert "de.po:0: cannot be read: Is a directory" in told


# --- where we are, and when ----------------------------------------------------------------------


def test_a_directory_that_was_deleted_is_told(command: Command, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    before = f"import os; os.rmdir({str(gone)!r}); "
    ran = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            before + "from monitor.cli.main import main; main()",
            "status",
        ],
        cwd=gone,
        env={"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the current directory is gone; change to another one" in said(ran, 1)


def test_without_a_file_of_sources_the_way_on_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").unlink()
    told = said(command("check"), 78)
    assert "there is no such file" in told
    assert "--sources" in told
    assert "policy-monitor demo" in told


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_no_clock_can_show_is_no_time(command: Command, since: str) -> None:
    assert "is no time" in said(command("alerts", "--since", since), 2)


def test_a_day_long_ago_is_a_time(command: Command) -> None:
    assert "1 alerts" in said(command("alerts", "--since", "0001-01-01"), 0)


def test_each_alert_says_which_others_tell_its_story(command: Command) -> None:
    (alert,) = json.loads(said(command("alerts", "--json"), 0))
    assert alert["story_members"] == [alert["id"]]
    assert isinstance(alert["story"], str)


def test_a_table_is_not_json(command: Command) -> None:
    told = said(command("check-sources", "--markdown", "--json"), 2)
    assert "--markdown and --json exclude each other" in told


# --- replay --------------------------------------------------------------------------------------


def test_a_recording_that_cannot_be_read_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / "1.html").symlink_to("nowhere")
    told = said(command("replay", "court", "recorded"), 1)
    assert "1.html cannot be read: No such file or directory" in told

"""`lint --watch`: again at each change, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

from typer.testing import CliRunner

from monitor.cli import linting
from monitor.cli.main import app

ROOT = Path(__file__).parents[1]
SOUND = """version: 1
topics: {asylum: {terms: [Asyl]}}
sources: [{id: a, name: A, kind: feed, url: 'https://a.example/'}]
"""


def up_to(word: str, out: IO[str]) -> str:
    """The lines up to the one that holds the word; it is waited for."""
    lines = []
    for line in out:
        lines.append(line)
        if word in line:
            return "".join(lines)
    raise AssertionError(f"{word!r} never came: {lines}")


def written(text: str, file: Path) -> None:
    """Put the text there in one step, as most editors do."""
    file.with_suffix(".new").write_text(text)
    file.with_suffix(".new").replace(file)


def test_a_mistake_is_told_when_it_is_made_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(SOUND)
    command = [sys.executable, "-m", "monitor", "--lang", "de", "lint", "--watch"]
    (tmp_path / "own").mkdir()
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "MONITOR_TEMPLATES": "own"}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout
        assert watching.stderr
        assert "keine Fehler; eingeschaltete Quellen: 1 von 1" in up_to(
            "warte auf", watching.stdout
        )
        written(SOUND.replace("feed", "fed"), file)
        assert "gemeint vielleicht `feed`?" in up_to("warte auf", watching.stdout)
        written(SOUND, file)
        assert "keine Fehler" in up_to("Fehler: 0; warte auf", watching.stdout)
        watching.send_signal(signal.SIGINT)
        assert watching.wait() == 0
        assert watching.stdout.read().strip() == ""
        assert watching.stderr.read() == ""


def test_what_looks_the_same_or_is_being_written_is_waited_for() -> None:
    first, emptied, filled = ({Path("a"): (n, 0, 0)} for n in range(3))
    looks = iter([first, first, emptied, filled, filled])
    waited: list[int] = []
    assert linting._next(lambda: next(looks), first, lambda: waited.append(1)) == filled
    assert len(waited) == 4
    assert linting._next(lambda: first, None, lambda: waited.append(1)) == first


def test_programs_do_not_watch(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(SOUND)
    asked = ["--sources", str(tmp_path / "sources.yaml"), "lint", "--watch", "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 2
    assert "leave out --json" in result.output

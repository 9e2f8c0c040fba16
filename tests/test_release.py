"""What is locked, and that the program runs in an odd environment (cases 152, 155)."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from monitor import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = [each for extra in PROJECT["optional-dependencies"].values() for each in extra]
DECLARED = {
    "requirements.txt": PROJECT["dependencies"],
    "requirements-all.txt": [*PROJECT["dependencies"], *EXTRAS],
}


def locked(file: str) -> list[tuple[Requirement, int]]:
    """Each locked release with the number of its hashes."""
    text = (ROOT / file).read_text(encoding="utf-8")
    entries = re.findall(r"(?m)^(\w[^\\\n]*?)((?: \\\n +--hash=sha256:[0-9a-f]{64})*)$", text)
    return [(Requirement(line), hashes.count("sha256:")) for line, hashes in entries]


@pytest.mark.parametrize("file", DECLARED)
def test_every_locked_release_has_hashes_and_no_address(file: str) -> None:
    assert len(locked(file)) >= len(DECLARED[file])
    assert [str(release) for release, hashes in locked(file) if not hashes] == []
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"://|--(index|extra-index|find-links|trusted-host)", text)


@pytest.mark.parametrize("file", DECLARED)
def test_what_is_declared_is_locked(file: str) -> None:
    releases: dict[str, list[str]] = {}
    for release, _ in locked(file):
        (exact,) = release.specifier
        assert exact.operator == "=="
        releases.setdefault(canonicalize_name(release.name), []).append(exact.version)
    stale = [
        declared
        for declared, wanted in ((text, Requirement(text)) for text in DECLARED[file])
        if not any(
            wanted.specifier.contains(version)
            for version in releases.get(canonicalize_name(wanted.name), ())
        )
    ]
    assert stale == [], "run `make requirements`"


def test_an_odd_environment_is_no_trouble() -> None:
    """No variables at all, a directory in which nobody can write, every warning an error."""
    ran = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-m", "monitor", "--version"],
        cwd="/proc",
        env={"LANG": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"policy-monitor {__version__}\n", "")

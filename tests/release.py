"""Build the wheel twice and try it where no checkout is, with nothing but the locked releases.

    python -m tests.release [PYTHON…]    such as python3.11 python3.13; this one if none is named

Two builds under another umask, time zone, language and directory must be the same bytes. Each Python
then gets a fresh environment from `requirements.txt`, in which every file must have a known hash,
and plays the demonstration from an empty directory. Ends with status 1 at the first broken promise.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from monitor import __version__

ROOT = Path(__file__).parents[1]
LOCKED = ROOT / "requirements.txt"
# What the bytes of a build must not depend on.
BUILDS = (
    (0o022, {"TZ": "UTC", "LC_ALL": "C"}),
    (0o077, {"TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8"}),
)


def run(
    *command: str | Path,
    cwd: Path = ROOT,
    umask: int = -1,
    environ: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Run a command and return what it says; its failure ends this with it."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        umask=umask,
        env={**os.environ, **environ},
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def built(folder: Path) -> Path:
    """The wheel, built twice; ends this unless both are the same bytes."""
    wheels: list[Path] = []
    committed = run("git", "log", "-1", "--format=%ct").strip()
    for number, (umask, environ) in enumerate(BUILDS):
        tree, to = folder / f"tree-{number}", folder / f"wheel-{number}"
        tracked = run("git", "ls-files", "-z").split("\0")
        for name in filter(None, tracked):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
        run(
            *(
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--wheel-dir",
                to,
                tree,
            ),
            umask=umask,
            environ={**environ, "SOURCE_DATE_EPOCH": committed},
        )
        wheels += to.iterdir()
    first, second = (sha256(wheel.read_bytes()).hexdigest() for wheel in wheels)
    if first != second:
        sys.exit(f"two builds differ: {first} {second}")
    sys.stdout.write(f"built twice, the same bytes: {wheels[0].name} sha256 {first}\n")
    return wheels[0]


def tried(python: str, wheel: Path, folder: Path) -> None:
    """Install the wheel beside the locked releases only, and run it away from the checkout."""
    environment, away = folder / f"environment-{python.replace('/', '-')}", folder / "away"
    run(python, "-m", "venv", environment)
    pip = (environment / "bin/python", "-m", "pip", "install", "--quiet")
    run(*pip, "--require-hashes", "--only-binary=:all:", "--requirement", LOCKED)
    run(*pip, "--no-deps", "--no-index", wheel)
    run(environment / "bin/python", "-m", "pip", "check")
    shutil.rmtree(away, ignore_errors=True)
    away.mkdir()
    command = environment / "bin/policy-monitor"
    version = run(command, "--version", cwd=away).strip()
    if version != f"policy-monitor {__version__}":
        sys.exit(f"{command} says {version}")
    run(environment / "bin/python", "-I", "-W", "error", "-m", "monitor", "--version", cwd=away)
    run(command, "demo", "output", cwd=away, environ={"LC_ALL": "C", "HOME": "/nonexistent"})
    mails = [*(away / "output/mails").glob("*.eml")]
    if not mails:
        sys.exit("the demonstration wrote no mail")
    where = run(environment / "bin/python", "-I", "-c", "import monitor; print(monitor.__file__)")
    sys.stdout.write(f"{python}: {version}, {len(mails)} mails of the demonstration, {where}")


def main(pythons: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        wheel = built(Path(folder))
        for python in pythons or [sys.executable]:
            tried(python, wheel, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])

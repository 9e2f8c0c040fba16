"""A file system of 700 kB at /mnt, in a mount namespace of its own, that a script fills."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_commands import Ran

MONITOR = f"{sys.executable} -m monitor --database sqlite:////mnt/policy-monitor.db"
FULL = "dd if=/dev/zero of=/mnt/filler bs=1k count=9999 status=none 2>/dev/null"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")


def on_a_small_disk(folder: Path, script: str) -> Ran:
    """Run a script of sh(1) in the folder, and return what came of it; skips where none may mount.

    The database of the folder lies there meanwhile, and what became of it is put back. 99 is how
    the script ends when there is no such file system.
    """
    begin = "mount -t tmpfs -o size=700k x /mnt || exit 99; cp state/* /mnt"
    end = "status=$?; cp /mnt/policy-monitor.db* state; exit $status"
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"{begin}; ({script}); {end}"],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if ran.returncode == 99 or "unshare:" in ran.stderr:
        pytest.skip(f"no mount is allowed here: {ran.stderr.strip()}")
    return ran

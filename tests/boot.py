"""Boot Debian 13 in a container and try the shipped unit under its systemd.

    python -m tests.boot [DIRECTORY]

Needs root, mmdebstrap, systemd-nspawn and openssl, and a network for the first time: the system is
kept in the directory. What is tried and why stands in `tests/booted.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
UNITS = HERE.parent / "systemd"
SUITE, PYTHON = "trixie", "3.13"
PACKAGES = "systemd,systemd-sysv,dbus,python3,python3-venv,procps"
ENVIRONMENT = """\
MONITOR_MAIL=smtps://monitor@localhost:465
MONITOR_MAIL_FROM=Policy monitor <monitor@example.org>
"""
TESTS = """\
[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /root/booted.py
ExecStopPost=/usr/bin/systemctl poweroff --force
"""
SENDMAIL = "#!/bin/sh\ncat > /var/lib/told.part && mv /var/lib/told.part /var/lib/told\n"


def run(*command: str | Path, **options: str | Path) -> None:
    """Run a command; its failure ends this."""
    subprocess.run([str(part) for part in command], check=True, **options)  # type: ignore[call-overload]


def install(root: Path) -> None:
    """Make the system, unless it is there, and put this checkout's wheel into it."""
    if not (root / "usr/bin/systemctl").exists():
        run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, root)
    wheels = root / "root/wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    pip = (sys.executable, "-m", "pip")
    run(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, HERE.parent)
    (wheel,) = wheels.iterdir()
    run(
        *(*pip, "download", "--quiet", "--only-binary=:all:", "--python-version", PYTHON),
        *("--dest", wheels, wheel),
    )
    chroot = ("chroot", root)
    run(*chroot, "python3", "-m", "venv", "--clear", "/opt/policy-monitor")
    run(
        *(*chroot, "/opt/policy-monitor/bin/pip", "install", "--quiet", "--no-index"),
        *("--find-links", "/root/wheels", "policy-monitor"),
    )
    shutil.rmtree(wheels)


def configure(root: Path) -> None:
    """Install the units with all their optional lines, a password, a certificate, and the tests."""
    units, etc = root / "etc/systemd/system", root / "etc/policy-monitor"
    etc.mkdir(exist_ok=True)
    for unit in UNITS.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^#(?=[A-Z]\w+=)", "", text)
        (units / unit.name).write_text(text, encoding="utf-8")
    (etc / "environment").write_text(ENVIRONMENT)
    (etc / "mail-password").write_text("geheim %s: ü\n", encoding="utf-8")
    (etc / "mail-password").chmod(0o600)
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", etc / "ca.key", "-out", etc / "ca.pem"),
    )
    sendmail = root / "usr/sbin/sendmail"
    sendmail.write_text(SENDMAIL)
    sendmail.chmod(0o755)
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    shutil.copy(HERE / "booted.py", root / "root/booted.py")
    (units / "tests.service").write_text(TESTS)
    wanted = units / "multi-user.target.wants"
    wanted.mkdir(exist_ok=True)
    (wanted / "tests.service").unlink(missing_ok=True)
    (wanted / "tests.service").symlink_to("../tests.service")
    for kept in ("var/lib/private/policy-monitor", "var/log/journal"):
        shutil.rmtree(root / kept, ignore_errors=True)
    for file in ("root/result", "var/lib/told"):
        (root / file).unlink(missing_ok=True)


def boot(root: Path) -> str:
    """Boot it, and return what the tests inside said."""
    log = root.with_name(f"{root.name}.log")
    with log.open("wb") as output:
        subprocess.run(
            [
                *("systemd-nspawn", "--register=no", "--keep-unit", "--private-network"),
                *("--directory", str(root), "--boot"),
            ],
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=900,
            check=False,
        )
    result = root / "root/result"
    return result.read_text() if result.exists() else f"it did not boot, see {log}\n"


def main(arguments: list[str]) -> int:
    root = Path(arguments[0] if arguments else f"{tempfile.gettempdir()}/policy-monitor-{SUITE}")
    if os.geteuid() != 0:
        sys.exit("only root can boot a system")
    install(root)
    configure(root)
    said = boot(root)
    sys.stdout.write(said)
    return int("FAILED" in said or not said.endswith("end\n"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

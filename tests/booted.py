"""The unit under a systemd that was booted: run by `tests/boot.py` inside, with nothing but Python.

Each case is a function that asserts and returns what it saw. The unit is the shipped one with all its
optional lines taken in; only the watchdog's patience and the pause before a restart are shorter.
"""

import asyncio
import base64
import json
import os
import signal
import ssl
import stat
import subprocess
import threading
import time
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

UNIT = "policy-monitor.service"
ETC = Path("/etc/policy-monitor")
STATE = Path("/var/lib/private/policy-monitor")
METRICS = Path("/run/policy-monitor/metrics.prom")
DROP_IN = Path(f"/run/systemd/system/{UNIT}.d/test.conf")
TOLD = Path("/var/lib/told")  # what the failure unit mailed
PASSWORD = "geheim %s: ü"
WATCHDOG = 40
HELD = 300  # seconds for which the slow page says nothing

SOURCES = """version: 1
topics:
  desertion: {title: {de: Desertion}, terms: [Deserteur*]}
sources:
  - {id: feed, name: Feed, kind: feed, url: "http://127.0.0.1:8080/feed.xml", every: 1h, lang: de,
     allow_private: true, delay: 0s}
"""
SLOW = """  - {id: slow, name: Slow, kind: feed, url: "http://127.0.0.1:8081/slow.xml", every: 1h, lang: de,
     allow_private: true, delay: 0s}
"""
LISTS = """version: 1
lists:
  - {id: team, to: [team@example.org], schedule: immediately}
"""
# As the head of the unit has it, so that this is tried too.
AS_SERVICE = (
    *("systemd-run", "--pipe", "--wait", "--collect", "-p", "DynamicUser=yes"),
    *("-p", "User=policy-monitor", "-p", "StateDirectory=policy-monitor"),
    *("-p", "WorkingDirectory=/var/lib/policy-monitor"),
    *("-p", "EnvironmentFile=-/etc/policy-monitor/environment"),
    *("-E", "MONITOR_SOURCES=/etc/policy-monitor/sources.yaml"),
    *("-p", "LoadCredential=mail-password:/etc/policy-monitor/mail-password"),
    "/opt/policy-monitor/bin/policy-monitor",
)

news = ["Haushalt"]
mails: list[tuple[str, str]] = []  # passwords and texts


# --- the world outside ---------------------------------------------------------------------------


class Site(BaseHTTPRequestHandler):
    """A feed, and a page that says nothing for long."""

    def do_GET(self) -> None:
        if self.path == "/slow.xml":
            time.sleep(HELD)
        items = "".join(
            f"<item><title>{title}</title><guid>{title}</guid>"
            f"<link>https://x.example/{number}</link></item>"
            for number, title in enumerate(news)
        )
        text = f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()
        is_feed = self.path == "/feed.xml"
        self.send_response(200 if is_feed else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


async def _mail_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of a mail server as it takes; who does not say the password gets nowhere."""
    said = ""
    writer.write(b"220 mx\r\n")
    while line := (await reader.readline()).decode():
        answer = "250 ok"
        match line.split():
            case ["EHLO", *_]:
                answer = "250-mx\r\n250 AUTH PLAIN"
            case ["AUTH", "PLAIN", token]:
                said = base64.b64decode(token).decode().split("\0")[2]
                answer = "235 welcome" if said == PASSWORD else "535 no"
            case ["MAIL", *_] if not said:
                answer = "530 who are you"
            case ["DATA"]:
                writer.write(b"354 go\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                mails.append((said, text))
            case ["QUIT"]:
                answer = "221 bye"
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()
    writer.close()


def _serve_mails() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(ETC / "ca.pem", ETC / "ca.key")

    async def serve() -> None:
        server = await asyncio.start_server(_mail_server, "127.0.0.1", 465, ssl=context)
        await server.serve_forever()

    asyncio.run(serve())


# --- looking -------------------------------------------------------------------------------------


def run(*command: str, check: bool = True) -> str:
    """Run a command and return what it says; its failure is one of the case."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    said = done.stdout + done.stderr
    assert not check or done.returncode == 0, f"{' '.join(command)}: {done.returncode} {said}"
    return said.strip()


def shown(name: str, unit: str = UNIT) -> str:
    return run("systemctl", "show", "--value", f"--property={name}", unit)


def until(happened: str, condition: object, patience: float = 60) -> float:
    """Wait until the condition holds, and return for how many seconds that was."""
    start = time.monotonic()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() - start < patience, f"not within {patience} s: {happened}"
        time.sleep(0.2)
    return time.monotonic() - start


def pid() -> int:
    """The process of the service, which must be there: to kill(2), 0 is everybody here."""
    number = int(shown("MainPID"))
    assert number > 1, "it does not run"
    return number


def runs_anew(before: int) -> bool:
    """Whether another process is active."""
    return is_running() and int(shown("MainPID")) not in (0, before)


def drop_in(*lines: str) -> None:
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    usual = ("[Service]", "Environment=SSL_CERT_FILE=/etc/policy-monitor/ca.pem", "RestartSec=1")
    DROP_IN.write_text("\n".join((*usual, f"WatchdogSec={WATCHDOG}", *lines)) + "\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "reset-failed", UNIT, check=False)


def configure(sources: str = SOURCES) -> None:
    (ETC / "sources.yaml").write_text(sources)
    (ETC / "recipients.yaml").write_text(LISTS)


def stays_down() -> bool:
    """Whether systemd gave up, as opposed to waiting for the next try."""
    return shown("SubState") == "failed" and shown("Job") == ""


def is_running() -> bool:
    return shown("ActiveState") == "active"


def told_by_failure_unit() -> str:
    """What the failure unit mailed last, once it has nothing more to tell."""
    until("the failure unit tells", TOLD.exists)
    until("it ends", lambda: shown("ActiveState", "policy-monitor-failed.service") != "activating")
    text = TOLD.read_text()
    TOLD.unlink()
    return text


# --- cases ---------------------------------------------------------------------------------------


def unit_is_sound() -> str:
    unit = f"/etc/systemd/system/{UNIT}"
    assert not run("systemd-analyze", "verify", unit)
    assert not run("systemd-analyze", "verify", "/etc/systemd/system/policy-monitor-failed.service")
    return run("systemd-analyze", "security", "--offline=true", "--threshold=11", unit)[-60:]


def starts() -> str:
    """READY=1 arrives: `systemctl start` returns only then."""
    start = time.monotonic()
    run("systemctl", "start", UNIT)
    took = time.monotonic() - start
    assert is_running()
    assert shown("StatusText") == "watching 1 sources"
    return f"active after {took:.1f} s: {shown('StatusText')}"


def is_confined() -> str:
    """Nobody's user, no rights, filtered; its state is its own."""
    status = dict(
        line.split(":\t", 1)
        for line in Path(f"/proc/{pid()}/status").read_text().splitlines()
        if ":\t" in line
    )
    uid, of_state = int(status["Uid"].split()[0]), STATE.stat().st_uid
    assert 61184 <= uid <= 65519, uid  # systemd's range for dynamic users
    assert status["CapEff"].strip("0") == "", status["CapEff"]
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    database = STATE / "policy-monitor.db"
    # Newer systemd gives the directory to nobody, and maps that to the user of the day.
    assert of_state in (uid, 65534), of_state
    assert stat.S_IMODE(STATE.stat().st_mode) == 0o700
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert "policy-monitor" not in Path("/etc/passwd").read_text()
    environ = Path(f"/proc/{pid()}/environ").read_bytes()
    assert PASSWORD.encode() not in environ
    return f"uid {uid}, no capabilities, seccomp; {database} 0600 in 0700"


def mails_news() -> str:
    """Told through TLS with the password from the credential; checked by the documented command."""
    until(
        "the baseline is there", lambda: '"last_checked": "' in run(*AS_SERVICE, "status", "--json")
    )
    news.insert(0, "Deserteure erhalten Schutz")
    run(*AS_SERVICE, "check", "feed")
    took = until("the mail is there", lambda: mails)
    ((said, text),) = mails
    assert said == PASSWORD
    assert "Deserteure erhalten Schutz" in text
    return f"a mail over TLS {took:.0f} s after the check, with the password of the credential"


def shows_figures() -> str:
    """Another user may read them, and the heart beats."""
    read = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat", str(METRICS))
    until("the mail is counted", lambda: 'outbox_mails{state="accepted"} 1' in run(*read), 90)
    text = run(*read)
    assert 'policy_monitor_source_state{source="feed",state="ok"} 1' in text
    return f"{len(text.splitlines())} lines, readable by nobody"


def reloads() -> str:
    configure(SOURCES + SLOW)
    before = pid()
    start = time.monotonic()
    run("systemctl", "reload", UNIT)
    until("it is taken over", lambda: shown("StatusText") == "watching 2 sources")
    took = time.monotonic() - start
    configure("sources: nonsense\n")
    run("systemctl", "reload", UNIT)
    until("it is refused", lambda: shown("StatusText").startswith("configuration refused"))
    refused = shown("StatusText")
    assert is_running()
    configure()
    for _ in range(50):
        run("systemctl", "reload", UNIT)
    until("it is taken over", lambda: shown("StatusText") == "watching 1 sources")
    assert pid() == before
    return f"after {took:.1f} s; broken: «{refused}»; then 50 times"


def is_restarted_when_killed() -> str:
    before = pid()
    os.kill(before, signal.SIGKILL)
    took = until("it runs again", lambda: runs_anew(before))
    return f"another process after {took:.1f} s"


def is_restarted_when_it_hangs() -> str:
    """A stopped process beats no more: the watchdog ends it."""
    before, restarts = pid(), int(shown("NRestarts"))
    start = time.monotonic()
    os.kill(before, signal.SIGSTOP)
    until("it runs again", lambda: runs_anew(before), WATCHDOG + 120)
    took = time.monotonic() - start
    journal = run("journalctl", "--unit", UNIT, "--no-pager", "--output=cat")
    assert "Watchdog timeout" in journal
    assert int(shown("NRestarts")) == restarts + 1
    with suppress(ProcessLookupError):
        os.kill(before, 0)
        raise AssertionError("the stopped process is still there")
    return (
        f"stopped with SIGSTOP, another process after {took:.0f} s of at most {WATCHDOG} + restart"
    )


def loses_and_repeats_nothing() -> str:
    """What came before and comes after is mailed once."""
    news.insert(0, "Deserteur vor Gericht")
    run(*AS_SERVICE, "check", "feed")
    until("the mail is there", lambda: len(mails) >= 2)
    time.sleep(35)  # two ticks more
    assert len(mails) == 2, len(mails)
    assert "Deserteur vor Gericht" in mails[1][1]
    return "2 pieces of news, 2 mails"


def writes_one_json_object_a_line() -> str:
    lines = run(
        *(
            "journalctl",
            "--unit",
            UNIT,
            "_EXE=" + os.path.realpath("/opt/policy-monitor/bin/python"),
        ),
        *("--no-pager", "--output=cat"),
    ).splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert {"started", "source checked", "configuration reloaded"} <= set(events)
    return f"{len(lines)} lines"


def stops_in_time() -> str:
    """Also while a page is awaited that does not come."""
    configure(SOURCES + SLOW)
    run("systemctl", "restart", UNIT)
    time.sleep(5)
    cgroup = Path("/sys/fs/cgroup/system.slice") / UNIT / "cgroup.procs"
    assert cgroup.read_text().split()
    start = time.monotonic()
    run("systemctl", "stop", UNIT)
    took = time.monotonic() - start
    assert took <= 30, took
    assert shown("Result") == "success", shown("Result")
    assert shown("ExecMainStatus") == "0"
    assert not cgroup.exists() or not cgroup.read_text()
    assert not METRICS.parent.exists()
    configure()
    return f"{took:.1f} s with a fetch under way, status 0, no process and no figures left"


def a_broken_configuration_is_not_restarted_and_told() -> str:
    configure("sources: nonsense\n")
    TOLD.unlink(missing_ok=True)
    run("systemctl", "start", UNIT, check=False)
    until("it failed", lambda: shown("ActiveState") == "failed")
    assert shown("ExecMainStatus") == "78"
    assert shown("NRestarts") == "0"
    told = told_by_failure_unit()
    assert "policy-monitor failed on" in told
    assert "ActiveState=failed" in told
    assert "sources.yaml" in told
    configure()
    return f"status 78, no restart, told: «{told.splitlines()[1]}»"


def a_missing_credential_is_told() -> str:
    password = ETC / "mail-password"
    kept = password.read_bytes()
    password.unlink()
    try:
        run("systemctl", "reset-failed", UNIT)
        run("systemctl", "start", UNIT, check=False)
        until("it stays down", stays_down, 90)
    finally:
        password.write_bytes(kept)
        password.chmod(0o600)
    status, restarts = shown("ExecMainStatus"), shown("NRestarts")
    told_by_failure_unit()
    assert status == "243", status
    return f"status {status}, down after {restarts} restarts, told"


def crashes_do_not_go_on_for_ever() -> str:
    drop_in("ExecStart=", "ExecStart=/bin/false")
    run("systemctl", "start", UNIT, check=False)
    until("it stays down", stays_down, 90)
    restarts = int(shown("NRestarts"))
    told_by_failure_unit()
    assert restarts <= 5, restarts
    drop_in()
    return f"down after {restarts} restarts, told"


PROBE = r"""
import ctypes, os, pathlib, socket, mmap, subprocess, sys
def refused(what, deed):
    try:
        deed()
    except (OSError, ValueError, subprocess.SubprocessError):
        return
    sys.exit(f"allowed: {what}")
for place in ("/etc/x", "/usr/x", "/opt/policy-monitor/x", "/var/lib/x", "/home/x", "/root/x"):
    refused(place, lambda: open(place, "w"))
refused("shadow", lambda: open("/etc/shadow").read())
refused("the configuration's password", lambda: open("/etc/policy-monitor/mail-password").read())
refused("raw sockets", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
refused("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
refused("packets", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
refused("priority", lambda: os.nice(-5))
refused("chroot", lambda: os.chroot("/tmp"))
refused("kill 1", lambda: os.kill(1, 0))
refused("writable code", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC))
refused("setuid", lambda: os.chmod("policy-monitor.db", 0o4755))
refused("host name", lambda: socket.sethostname("x"))
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000) == 0:
    sys.exit("allowed: namespaces")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    sys.exit("allowed: mount")
others = [name for name in os.listdir("/proc") if name.isdigit()]
if len(others) > 3:
    sys.exit(f"sees {len(others)} processes")
with open("mine", "w") as file:
    file.write("x")
os.unlink("mine")
"""


def what_is_refused() -> str:
    """A program in the unit's place can do nothing but what the unit allows."""
    probe = Path("/opt/policy-monitor/probe.py")
    probe.write_text(PROBE)
    probe.chmod(0o644)
    python = "/opt/policy-monitor/bin/python"
    drop_in("Type=exec", "Restart=no", "WatchdogSec=0", "ExecStart=", f"ExecStart={python} {probe}")
    run("systemctl", "start", UNIT, check=False)
    until("it ended", lambda: shown("ActiveState") in ("inactive", "failed"))
    said = run("journalctl", "--unit", UNIT, "--no-pager", "--output=cat", "--lines=8")
    assert shown("ActiveState") == "inactive", said
    drop_in()
    return "17 deeds refused, its own directory writable"


CASES = (
    unit_is_sound,
    starts,
    is_confined,
    mails_news,
    shows_figures,
    reloads,
    is_restarted_when_killed,
    is_restarted_when_it_hangs,
    loses_and_repeats_nothing,
    writes_one_json_object_a_line,
    stops_in_time,
    a_broken_configuration_is_not_restarted_and_told,
    a_missing_credential_is_told,
    crashes_do_not_go_on_for_ever,
    what_is_refused,
)


def main() -> None:
    """Try every case, and leave what was seen where the host finds it."""
    for port in (8080, 8081):
        site = ThreadingHTTPServer(("127.0.0.1", port), Site)
        threading.Thread(target=site.serve_forever, daemon=True).start()
    threading.Thread(target=_serve_mails, daemon=True).start()
    configure()
    drop_in()
    with Path("/root/result").open("w", buffering=1) as result:
        for case in CASES:
            name = case.__name__.replace("_", " ")
            try:
                result.write(f"ok: {name}: {case()}\n")
            except Exception:  # noqa: BLE001 – the next case is tried all the same
                said = run("journalctl", "--unit", UNIT, "--no-pager", "--lines=30", check=False)
                result.write(f"FAILED: {name}\n{traceback.format_exc()}\n{said}\n")
        result.write("end\n")


if __name__ == "__main__":
    main()

"""The commands that look after an installation: backup, restore, prune, doctor."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import examining, keeping
from monitor.cli.app import app
from monitor.errors import StoreError
from monitor.model import MailState, Receipt
from monitor.store import Saved, Store
from tests.mailserver import Mailbox, mail_server
from tests.test_store import a_filing, a_mail, an_alert, an_item, met, state, stored

YAML = """version: 1
contact: team@example.org
topics:
  desertion: {title: {de: Desertion}, terms: [Deserteur*]}
sources:
  - {id: court, name: Court, kind: page, url: "https://court.example/"}
"""
LISTS = """version: 1
lists:
  - {id: team, to: [team@example.org]}
  - {id: ops, to: [ops@example.org], receives: trouble}
"""
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in a directory with a sound configuration, a database and a mailbox."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_MAIL", f"file:{tmp_path / 'outbox'}")
    (tmp_path / "sources.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "recipients.yaml").write_text(LISTS, encoding="utf-8")
    with Store.open(database(tmp_path)) as store:
        store.checks.save(Saved(state(), added=(stored(an_item()),), alerts=(an_alert(),)))
        met(store, "team", at=LONG_AGO)
        store.digests.file(a_filing(cutoff=LONG_AGO), [a_mail()])
    return lambda *arguments: CliRunner().invoke(app, arguments)


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'state' / 'policy-monitor.db'}"


def findings(result: Result) -> dict[str, list[dict[str, Any]]]:
    """What the doctor found, by check."""
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(result.stdout)["checks"]:
        found.setdefault(finding["check"], []).append(finding)
    return found


def states(result: Result, check: str) -> set[str]:
    return {finding["state"] for finding in findings(result)[check]}


# --- backup, restore, prune ----------------------------------------------------------------------


def test_a_copy_is_made_and_put_back_and_what_follows_is_said(
    command: Command, tmp_path: Path
) -> None:
    made = command("backup", "copy.db")
    assert made.exit_code == 0, made.output
    assert "copy.db: 0." in made.stdout
    back = command("restore", "copy.db")
    assert back.exit_code == 0, back.output
    said = " ".join(back.stdout.split())
    assert "1 mails wait in the outbox and 1 alerts for a digest" in said
    assert "mailed again" in said
    assert len(list((tmp_path / "state").glob("*.before-restore-*"))) == 1


def test_a_copy_is_not_overwritten_by_accident(command: Command) -> None:
    assert command("backup", "copy.db").exit_code == 0
    refused = command("backup", "copy.db")
    assert isinstance(refused.exception, StoreError)
    assert command("backup", "copy.db", "--force").exit_code == 0


def test_a_trial_of_pruning_says_what_it_would_do(command: Command, tmp_path: Path) -> None:
    with Store.open(database(tmp_path)) as store:
        (mail,) = store.outbox.due()
        store.outbox.settle(mail, Receipt(MailState.ACCEPTED, "250"), LONG_AGO, None)
    trial = command("prune", "--dry-run")
    assert trial.stdout.startswith("1 mails would be emptied, 0 old texts forgotten")
    assert json.loads(command("prune", "--json", "--mails", "9000d").stdout)["mails"] == 0
    assert json.loads(command("prune", "--json").stdout) == {
        "mails": 1,
        "versions": 0,
        "digests": 0,
        "dry_run": False,
    }
    assert command("prune").stdout.startswith("0 mails were emptied")


def test_a_time_that_is_none_is_wrong_usage(command: Command) -> None:
    refused = command("prune", "--versions", "three years")
    assert refused.exit_code == 2
    assert "write it like" in refused.output


# --- doctor --------------------------------------------------------------------------------------


def test_of_a_sound_installation_nothing_is_bad(command: Command) -> None:
    result = command("doctor", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["healthy"]
    checks = ("configuration", "templates", "database", "disk", "clock", "sources")
    assert [states(result, check) for check in checks] == [{"ok"}] * len(checks)


def test_each_finding_is_a_line_that_says_what_to_do(command: Command) -> None:
    lines = command("doctor").stdout.splitlines()
    assert all(line[:6].strip() in {"ok", "warn", "fail"} for line in lines)
    (mail,) = (line for line in lines if "only written as files" in line)
    assert mail.startswith("warn")
    assert "set MONITOR_MAIL" in mail


def test_before_the_first_check_nothing_is_made(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE", f"sqlite:///{tmp_path / 'none' / 'x.db'}")
    result = command("doctor", "--json")
    assert (result.exit_code, states(result, "database")) == (0, {"warn"})
    assert not (tmp_path / "none").exists()


def test_a_mistake_in_the_configuration_is_told_and_the_rest_looked_at(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "sources.yaml").write_text(YAML.replace("kind: page", "kind: pgae"))
    result = command("doctor", "--json")
    assert result.exit_code == 1
    (finding,) = findings(result)["configuration"]
    assert "sources.yaml:6" in finding["message"]
    assert "lint" in finding["advice"]
    assert states(result, "database") == {"ok"}


def test_a_browser_that_a_source_needs_is_looked_for(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "browser" not in findings(command("doctor", "--json"))
    needing = YAML.replace("kind: page", "kind: page, browser: true")
    (tmp_path / "sources.yaml").write_text(needing)
    monkeypatch.setenv("MONITOR_BROWSER", "no-such-browser")
    result = command("doctor", "--json")
    (finding,) = findings(result)["browser"]
    assert (result.exit_code, finding["state"]) == (1, "fail")
    assert "`browser: true` needs" in finding["message"]


def test_a_list_for_trouble_is_missed(command: Command, tmp_path: Path) -> None:
    (tmp_path / "recipients.yaml").unlink()
    assert states(command("doctor", "--json"), "configuration") == {"ok", "warn"}


def test_a_flipped_bit_is_found(command: Command, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state" / "policy-monitor.db")) as raw:
        raw.execute("UPDATE version SET body = x'00ff'")
        raw.commit()
    result = command("doctor", "--json")
    (finding,) = findings(result)["database"]
    assert (result.exit_code, finding["state"]) == (1, "fail")
    assert "1 of 2 texts are damaged, first version 1 of court" in finding["message"]
    assert "policy-monitor restore FILE" in finding["advice"]


def test_a_file_that_is_no_database_is_told_with_the_way_back(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "state" / "policy-monitor.db").write_bytes(b"Dear diary, " * 1000)
    result = command("doctor", "--json")
    assert result.exit_code == 1
    assert "policy-monitor restore FILE" in findings(result)["database"][0]["message"]


def test_a_clock_behind_the_youngest_row_is_wrong(command: Command, tmp_path: Path) -> None:
    ahead = datetime.now(UTC) + timedelta(days=2)
    with Store.open(database(tmp_path)) as store:
        store.checks.save(Saved(state(2, last_checked=ahead)))
    assert states(command("doctor", "--json"), "clock") == {"fail"}


def test_mails_that_have_waited_long_are_told(command: Command) -> None:
    assert states(command("doctor", "--json"), "outbox") == {"warn"}


def test_the_mail_server_is_greeted_and_gets_no_mail(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_MAIL_FROM", "monitor@monitor.example")
    mailbox = Mailbox()

    async def examine() -> Result:
        async with mail_server(mailbox) as port:
            monkeypatch.setenv("MONITOR_MAIL", f"smtp://127.0.0.1:{port}")
            return await asyncio.to_thread(command, "doctor", "--json")

    assert states(asyncio.run(examine()), "mail") == {"ok"}
    assert mailbox.envelopes == []


def test_a_mail_server_that_is_not_there_fails(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_MAIL", "smtp://localhost:1")
    result = command("doctor", "--json")
    assert (result.exit_code, states(result, "mail")) == (1, {"fail"})


def test_a_folder_for_mails_that_cannot_be_written_fails(command: Command, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    result = command("doctor", "--json")
    assert (result.exit_code, states(result, "mail")) == (1, {"fail"})


def test_a_secret_that_everybody_can_read_fails(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "password"
    secret.write_text("canary")
    secret.chmod(0o644)
    monkeypatch.setenv("MONITOR_MAIL_PASSWORD_FILE", str(secret))
    result = command("doctor", "--json")
    assert states(result, "permissions") == {"fail"}
    assert "canary" not in result.output
    secret.chmod(0o600)
    assert states(command("doctor", "--json"), "permissions") == {"ok"}


def test_a_state_directory_that_everybody_can_read_is_told(
    command: Command, tmp_path: Path
) -> None:
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    (tmp_path / "state").chmod(0o755)
    (tmp_path / "state" / "policy-monitor.db").chmod(0o644)
    assert states(command("doctor", "--json"), "permissions") == {"warn"}


def test_the_commands_are_part_of_the_program() -> None:
    assert keeping.backup.__doc__
    assert examining.doctor.__doc__

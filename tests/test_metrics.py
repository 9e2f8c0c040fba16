"""How everything stands: for people, for programs, for Prometheus; and all three say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

import monitor.cli.standing  # noqa: F401 - adds its commands to `app`
from monitor import __version__
from monitor.cli.app import app
from monitor.daemon import Plan
from monitor.errors import ConfigError
from monitor.metrics import exposition, publish
from monitor.model import MailingList, Receives, Schedule, Source
from monitor.settings import read_settings
from monitor.standing import ListStanding, Standing, due_since, standing
from monitor.store import ListState, OutboxCount, Saved, Store
from tests.test_daemon import Service, a_plan, a_source, feed, in_loop
from tests.test_store import a_filing, a_mail, met, state
from tests.web import web

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEAM = MailingList("team", ("team@example.org",), schedule=Schedule("daily", 7), timezone="UTC")
COURT = Source("court", "Court", "page", "https://court.example/")
SEALED = Source("sealed", "Sealed", "page", "https://sealed.example/", enabled=False)

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """What Prometheus's own reader finds in a text."""
    found = {
        (
            sample.name.removeprefix("policy_monitor_"),
            frozenset(sample.labels.items()),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(found) == len(lines), "two samples with one name"
    return found


def at(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def a_world(folder: Path) -> Store:
    """A source that fails, one that is disabled, a list whose digest is late, a mail that waits."""
    store = Store.open(f"sqlite:///{folder / 'x.db'}")
    failing = state(
        failures=2,
        failing_since=NOW - 2 * HOUR,
        last_success=NOW - 3 * HOUR,
        last_changed=NOW - 50 * HOUR,
        next_check=NOW + HOUR,
        last_error="https://court.example/: 503",
    )
    assert store.checks.save(Saved(failing))
    met(store, "team", at=NOW - 30 * HOUR)
    store.digests.file(a_filing(cutoff=NOW - 29 * HOUR), [a_mail()])
    return store


def test_what_prometheus_reads_is_what_is_known(tmp_path: Path) -> None:
    with a_world(tmp_path) as store:
        found = samples(exposition(standing((COURT, SEALED), (TEAM,), store, NOW)))
        waiting = store.outbox.count().oldest_pending
    assert at(found, "info", version=__version__) == 1
    assert at(found, "heartbeat_timestamp_seconds") == NOW.timestamp()
    assert at(found, "source_state", source="court", state="failing") == 1
    assert at(found, "source_state", source="sealed", state="disabled") == 1
    assert at(found, "source_failures", source="court") == 2
    success = at(found, "source_last_success_timestamp_seconds", source="court")
    assert success == (NOW - 3 * HOUR).timestamp()
    assert at(found, "source_last_success_timestamp_seconds", source="sealed") is None
    changed = at(found, "source_last_change_timestamp_seconds", source="court")
    assert changed == (NOW - 50 * HOUR).timestamp()
    assert at(found, "outbox_mails", state="pending") == 1
    assert at(found, "outbox_mails", state="accepted") == 0
    assert waiting
    assert at(found, "outbox_oldest_timestamp_seconds") == waiting.timestamp()
    assert at(found, "paused_recipients") == 0
    cutoff = at(found, "list_last_cutoff_timestamp_seconds", list="team")
    assert cutoff == (NOW - 29 * HOUR).timestamp()
    due = at(found, "digest_due_timestamp_seconds", list="team")
    assert due == NOW.replace(hour=7).timestamp()


def test_a_list_is_due_when_a_cutoff_passed_without_a_digest() -> None:
    def due(mailing_list: MailingList | None, last: datetime) -> datetime | None:
        return due_since(mailing_list, ListState("team", last, 0, last, last), NOW)

    seven = NOW.replace(hour=7)
    assert due(TEAM, seven - HOUR) == seven
    assert due(TEAM, seven) is None
    assert due(None, seven - HOUR) is None
    at_once = MailingList("team", TEAM.to, schedule=Schedule("immediately"))
    assert due(at_once, seven - HOUR) is None
    operators = MailingList("team", TEAM.to, receives=Receives.TROUBLE, timezone="UTC")
    assert due(operators, seven - 99 * HOUR) is None


def test_any_label_is_read_as_it_was() -> None:
    odd = ListState('a"b\\c\nd\\', NOW, 0, NOW, NOW)
    shown = Standing(NOW, (), (ListStanding(odd, None),), OutboxCount(0, 0, 0, None), ())
    found = samples(exposition(shown))
    assert at(found, "list_last_mail_timestamp_seconds", list=odd.id) == NOW.timestamp()


def test_the_file_is_replaced_as_a_whole_and_everybody_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    file = folder / "metrics.prom"
    with a_world(tmp_path) as store:
        publish(file, standing((COURT,), (TEAM,), store, NOW))
        first = file.stat().st_ino
        publish(file, standing((COURT,), (TEAM,), store, NOW + HOUR))
    found = samples(file.read_text())
    assert at(found, "heartbeat_timestamp_seconds") == (NOW + HOUR).timestamp()
    assert file.stat().st_ino != first
    assert file.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in folder.iterdir()] == ["metrics.prom"]


def test_a_draft_that_cannot_take_its_place_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    (folder / "metrics.prom").mkdir(parents=True)
    with a_world(tmp_path) as store, pytest.raises(OSError, match=r"metrics\.prom"):
        publish(folder / "metrics.prom", standing((COURT,), (TEAM,), store, NOW))
    assert [each.name for each in folder.iterdir()] == ["metrics.prom"]


YAML = """version: 1
topics:
  desertion: {title: {de: Desertion}, terms: [Deserteur*]}
sources:
  - {id: court, name: Court, kind: page, url: "https://court.example/"}
"""
LISTS = """version: 1
lists:
  - {id: team, to: [team@example.org], schedule: daily 07:00, timezone: UTC}
"""


def test_status_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sources.yaml").write_text(YAML)
    (tmp_path / "recipients.yaml").write_text(LISTS)
    database = f"sqlite:///{tmp_path / 'x.db'}"
    with a_world(tmp_path) as store:
        figures = samples(exposition(standing((COURT,), (TEAM,), store, NOW)))
    ran = CliRunner().invoke(app, ["--database", database, "status", "--json"])
    status = json.loads(ran.stdout)
    (source,) = status["sources"]
    assert at(figures, "source_state", source="court", state=source["state"]) == 1
    assert at(figures, "source_failures", source="court") == source["failures"]
    next_check = at(figures, "source_next_check_timestamp_seconds", source="court")
    assert next_check == seconds(source["next_check"])
    assert at(figures, "outbox_mails", state="pending") == status["outbox"]["pending"]
    oldest = at(figures, "outbox_oldest_timestamp_seconds")
    assert oldest == seconds(status["outbox"]["oldest_pending"])
    (listed,) = status["lists"]
    cutoff = at(figures, "list_last_cutoff_timestamp_seconds", list="team")
    assert cutoff == seconds(listed["last_cutoff"])
    assert listed["due_since"] is not None
    assert (
        "a digest is due since"
        in CliRunner().invoke(app, ["--database", database, "status"]).stdout
    )


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


@in_loop
async def test_the_service_publishes_and_goes_on_where_it_cannot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "figures"
    tried: list[Plan] = []

    def measure(plan: Plan) -> None:
        tried.append(plan)
        with Store.open(f"sqlite:///{tmp_path / 'm.sqlite3'}") as store:
            shown = standing(plan.sources, plan.office.lists, store, datetime.now(UTC))
        publish(folder / "metrics.prom", shown)

    async with web({"/feed.xml": feed("Haushalt")}) as site:
        plan = a_plan(a_source(site))
        async with Service(tmp_path, plan, measure=measure) as service:
            await service.until(lambda: len(tried) >= 3)
            folder.mkdir()
            await service.until((folder / "metrics.prom").exists)
    said = capsys.readouterr()
    assert (said.out + said.err).count("metrics not written") == 1
    found = samples((folder / "metrics.prom").read_text())
    assert at(found, "source_state", source="court", state="ok") == 1


def test_a_file_that_nobody_would_read_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({"MONITOR_METRICS": "metrics.txt"}, tmp_path)
    assert caught.value.problems[0].message == "must end in .prom, not be `metrics.txt`"
    assert read_settings({"MONITOR_METRICS": "m.prom"}, tmp_path).metrics == tmp_path / "m.prom"


def test_the_rules_that_are_shipped_ask_for_what_is_published(tmp_path: Path) -> None:
    rules = (Path(__file__).parents[1] / "docs/examples/prometheus.rules.yml").read_text()
    asked = set(re.findall(r"policy_monitor_(\w+)", rules))
    with a_world(tmp_path) as store:
        published = samples(exposition(standing((COURT,), (TEAM,), store, NOW)))
    assert len(asked) >= 8
    assert asked - {name for name, _ in published} == set()

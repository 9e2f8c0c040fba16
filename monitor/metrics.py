"""How everything stands, as figures for Prometheus.

The format is its text format, version 0.0.4 (Prometheus documentation, «Exposition formats»), in a
file as the textfile collector of node_exporter reads them: replaced as a whole, without time stamps
of its own. It says nothing that `status --json` does not say, and names no address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from monitor import __version__
from monitor.standing import Standing

_PREFIX = "policy_monitor_"
_READABLE = 0o644  # node_exporter is another user
Sample = tuple[Mapping[str, str], float]


def exposition(standing: Standing) -> str:
    """Return the figures as text; times are seconds since 1970, and absent where there is none."""
    return "".join(
        f"# HELP {_PREFIX}{name} {told}\n# TYPE {_PREFIX}{name} gauge\n"
        + "".join(f"{_PREFIX}{name}{_labels(labels)} {value:.15g}\n" for labels, value in samples)
        for name, told, samples in _families(standing)
    )


def publish(file: Path, standing: Standing) -> None:
    """Replace the file as a whole by these figures; raises OSError, and then leaves the old one."""
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.write_text(exposition(standing), encoding="utf-8")
        draft.chmod(_READABLE)
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _families(standing: Standing) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    yield "info", "The release.", [({"version": __version__}, 1)]
    yield (
        "heartbeat_timestamp_seconds",
        "When the service wrote this, having read its database.",
        _moments([({}, standing.at)]),
    )
    yield from _of_sources(standing)
    yield from _of_mails(standing)


def _of_sources(standing: Standing) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    each = [({"source": row.source.id}, row.state, row.health) for row in standing.sources]
    yield (
        "source_state",
        "1 for the state of a source: new, ok, suspect, failing, silent or disabled.",
        [({**label, "state": health.value}, 1) for label, _, health in each],
    )
    yield (
        "source_failures",
        "Failed checks in a row.",
        [(label, state.failures) for label, state, _ in each],
    )
    yield (
        "source_last_success_timestamp_seconds",
        "When a source was last read.",
        _moments((label, state.last_success) for label, state, _ in each),
    )
    yield (
        "source_last_change_timestamp_seconds",
        "When a source last changed.",
        _moments((label, state.last_changed) for label, state, _ in each),
    )
    yield (
        "source_next_check_timestamp_seconds",
        "When a source is checked next.",
        _moments((label, state.next_check) for label, state, _ in each),
    )


def _of_mails(standing: Standing) -> Iterator[tuple[str, str, Iterable[Sample]]]:
    outbox = standing.outbox
    numbers = {
        "pending": outbox.pending,
        "accepted": outbox.accepted,
        "refused": outbox.refused,
    }
    yield (
        "outbox_mails",
        "Mails by state: pending, accepted or refused.",
        [({"state": state}, number) for state, number in numbers.items()],
    )
    yield (
        "outbox_oldest_timestamp_seconds",
        "When the oldest waiting mail was composed.",
        _moments([({}, outbox.oldest_pending)]),
    )
    yield "paused_recipients", "Recipients that get nothing.", [({}, len(standing.paused))]
    each = [({"list": row.state.id}, row) for row in standing.lists]
    yield (
        "list_last_cutoff_timestamp_seconds",
        "Up to when was composed for a list.",
        _moments((label, row.state.last_cutoff) for label, row in each),
    )
    yield (
        "list_last_mail_timestamp_seconds",
        "When a list last had a mail.",
        _moments((label, row.state.last_mail) for label, row in each),
    )
    yield (
        "digest_due_timestamp_seconds",
        "The cut-off that has passed without a digest.",
        _moments((label, row.due) for label, row in each),
    )


def _moments(moments: Iterable[tuple[Mapping[str, str], datetime | None]]) -> Iterator[Sample]:
    """Samples of those that there are."""
    return ((labels, moment.timestamp()) for labels, moment in moments if moment is not None)


def _labels(labels: Mapping[str, str]) -> str:
    """The labels of a sample; backslashes, quotes and line ends are escaped."""
    if not labels:
        return ""
    escaped = (
        (name, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n"))
        for name, value in labels.items()
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"

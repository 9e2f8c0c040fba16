"""Everything that survives a restart: every table, every SQL statement, every transaction.

Each hand-over between stages is one transaction, all or nothing: a check (snapshot, versions,
alerts, health), a digest (its row, its alerts, its mails), a delivery result.
"""

from monitor.store.checks import Checks, FollowUp
from monitor.store.digests import Digests, Filing, ListState
from monitor.store.history import History, VersionRow
from monitor.store.opening import Store
from monitor.store.outbox import Outbox, OutboxCount, OutboxMail
from monitor.store.saving import Saved, Settled, Stored

__all__ = [
    "Checks",
    "Digests",
    "Filing",
    "FollowUp",
    "History",
    "ListState",
    "Outbox",
    "OutboxCount",
    "OutboxMail",
    "Saved",
    "Settled",
    "Store",
    "Stored",
    "VersionRow",
]

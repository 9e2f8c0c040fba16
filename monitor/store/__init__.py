"""Everything that survives a restart: every table, every SQL statement, every transaction.

Each hand-over between stages is one transaction, all or nothing: a check (snapshot, versions,
alerts, health), a digest (its row, its alerts, its mails), a delivery result.
"""

from monitor.store.archive import AlertRow, Archive
from monitor.store.bounces import Bounce, Bounces, Pause, Sent
from monitor.store.checks import Checks, FollowUp, NeverRead
from monitor.store.copies import Restored, back_up, restore, verify
from monitor.store.digests import Digests, Filing, ListState
from monitor.store.history import History, ItemVersion, VersionRow
from monitor.store.opening import Store, database_file
from monitor.store.outbox import Outbox, OutboxCount, OutboxMail
from monitor.store.quiet import Outset, Quiet
from monitor.store.saving import GIVEN_UP, Saved, Settled, Stored
from monitor.store.upkeep import Pruned, Retention, Room

__all__ = [
    "GIVEN_UP",
    "AlertRow",
    "Archive",
    "Bounce",
    "Bounces",
    "Checks",
    "Digests",
    "Filing",
    "FollowUp",
    "History",
    "ItemVersion",
    "ListState",
    "NeverRead",
    "Outbox",
    "OutboxCount",
    "OutboxMail",
    "Outset",
    "Pause",
    "Pruned",
    "Quiet",
    "Restored",
    "Retention",
    "Room",
    "Saved",
    "Sent",
    "Settled",
    "Store",
    "Stored",
    "VersionRow",
    "back_up",
    "database_file",
    "restore",
    "verify",
]

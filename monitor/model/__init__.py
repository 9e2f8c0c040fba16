"""The value types that flow through the stages; standard library only.

All are frozen. Times are aware UTC. Texts are what the page says, never normalised: normalised
text exists only inside `text` and `match`.
"""

from monitor.model.alerts import Alert, Citation, Match, Piece, Side
from monitor.model.conditions import Coverage, Failing, Health, SourceState
from monitor.model.fetching import Fetched, NotModified, Request, Validators
from monitor.model.items import Attachment, Change, ChangeKind, Figure, Item, Remark
from monitor.model.mails import (
    Also,
    Digest,
    Entry,
    Mail,
    MailState,
    Part,
    Receipt,
    Section,
    TroubleReport,
)
from monitor.model.watching import (
    AlertOn,
    Expect,
    MailingList,
    Receives,
    Schedule,
    Select,
    Source,
    Term,
    Tier,
    Topic,
    Vocabulary,
)

__all__ = [
    "Alert",
    "AlertOn",
    "Also",
    "Attachment",
    "Change",
    "ChangeKind",
    "Citation",
    "Coverage",
    "Digest",
    "Entry",
    "Expect",
    "Failing",
    "Fetched",
    "Figure",
    "Health",
    "Item",
    "Mail",
    "MailState",
    "MailingList",
    "Match",
    "NotModified",
    "Part",
    "Piece",
    "Receipt",
    "Receives",
    "Remark",
    "Request",
    "Schedule",
    "Section",
    "Select",
    "Side",
    "Source",
    "SourceState",
    "Term",
    "Tier",
    "Topic",
    "TroubleReport",
    "Validators",
    "Vocabulary",
]

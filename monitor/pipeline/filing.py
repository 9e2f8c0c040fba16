"""From a rendered text to rows of the outbox: one mail per recipient, one transaction per list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.log import log
from monitor.model import Mail, MailingList, Source, Topic
from monitor.render import Rendered, Templates, compose
from monitor.store import Filing, Store


@dataclass(frozen=True, slots=True)
class Office:
    """What composing needs besides the store: who gets what, in which form, from whom.

    `site` is the address of the public archive, `unsubscribe` that of a page that takes a recipient
    off a list with one click.
    """

    lists: tuple[MailingList, ...]
    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    templates: Templates
    sender: str
    site: str | None = None
    unsubscribe: str | None = None

    @property
    def answers_to(self) -> str:
        """The address that answers go to."""
        return self.sender.rpartition("<")[2].rstrip(">")

    @property
    def domain(self) -> str:
        """The right side of Message-IDs."""
        return self.sender.rpartition("@")[2].rstrip(">")


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of a list's cut-off.

    `state` is `composed`, `nothing` (to tell), or `failed`, then with the reason in `error`.
    """

    list_id: str
    state: str
    message_id: str | None = None
    alerts: int = 0
    error: str | None = None


def mails(
    office: Office, mailing_list: MailingList, rendered: Rendered, message_id: str, now: datetime
) -> list[Mail]:
    """Return one mail per recipient: nobody sees the others, and each is retried alone."""
    return [
        Mail(
            list_id=mailing_list.id,
            recipient=recipient,
            message_id=message_id,
            mime=compose(
                rendered,
                message_id=message_id,
                date=now,
                sender=office.sender,
                recipient=recipient,
                list_id=mailing_list.id,
                list_name=mailing_list.name or mailing_list.id,
                unsubscribe=office.unsubscribe,
            ),
            created_at=now,
        )
        for recipient in mailing_list.to
    ]


def file(store: Store, filing: Filing, written: list[Mail]) -> Composed:
    """File the digest with its mails; `nothing` when another process was first."""
    if not store.digests.file(filing, written):
        log.warning("digest already composed by another process", list=filing.list_id)
        return Composed(filing.list_id, "nothing")
    log.info(
        "digest composed",
        list=filing.list_id,
        kind=filing.kind,
        alerts=len(filing.alerts),
        mails=len(written),
    )
    return Composed(filing.list_id, "composed", written[0].message_id, len(filing.alerts))

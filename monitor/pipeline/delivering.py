"""Send what is in the outbox, and remember each answer on its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.bounce import return_path
from monitor.due import LONGEST_RETRY, held_retry, mail_retry
from monitor.errors import DeliveryError
from monitor.log import log
from monitor.model import Mail, MailState, Receipt
from monitor.store import Store


class Door(Protocol):
    """Where mails leave: a mail server or a folder."""

    async def send(self, mail: Mail) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many mails were accepted, will be tried again, were refused for good."""

    sent: int = 0
    retry: int = 0
    failed: int = 0

    def plus(self, state: MailState) -> Delivered:
        """Return the count with one more mail of this state."""
        return Delivered(
            self.sent + (state is MailState.ACCEPTED),
            self.retry + (state is MailState.PENDING),
            self.failed + (state is MailState.REFUSED),
        )


async def deliver_pending(
    store: Store,
    door: Callable[[], AbstractAsyncContextManager[Door]],
    now: Callable[[], datetime],
    *,
    waiting_too: bool = False,
    bounces_to: str | None = None,
) -> Delivered:
    """Send the mails that are due; `waiting_too` those whose next attempt is still to come.

    What comes back goes to `bounces_to`, in which `*` is a signed mark; without it, to the sender.

    Each answer is committed before the next mail is sent: what a crash can repeat is one mail,
    with the same bytes and the same Message-ID.
    """
    delivered = Delivered()
    mails = list(store.outbox.due(None if waiting_too else now()))
    if not mails:
        return delivered
    if bounces_to:
        key = store.bounces.key()
        mails = [replace(m, sender=return_path(bounces_to, m.id or 0, key)) for m in mails]
    try:
        async with door() as opened:
            while mails:
                receipt = await opened.send(mails[0])
                delivered = delivered.plus(_settle(store, mails.pop(0), receipt, now()))
    except DeliveryError as error:
        log.error("mail server cannot be used", error=str(error))
        # Who knocks often with a wrong password is locked out.
        pause = LONGEST_RETRY if error.permanent else None
        for mail in mails:
            receipt = Receipt(MailState.PENDING, str(error))
            delivered = delivered.plus(_settle(store, mail, receipt, now(), pause))
    return delivered


def _settle(
    store: Store, mail: Mail, receipt: Receipt, now: datetime, pause: timedelta | None = None
) -> MailState:
    again = None
    if receipt.state is MailState.PENDING:
        usual = held_retry if receipt.reply.startswith("5") else mail_retry
        again = now + (pause or usual(mail.attempts + 1))
    store.outbox.settle(mail, receipt, now, again)
    # The recipient's address stays out of the log.
    log.info(
        "mail " + receipt.state.value,
        list=mail.list_id,
        message_id=mail.message_id,
        reply=receipt.reply,
    )
    return receipt.state

"""What a mail server's answer means for one mail: done, refused for good, or to be tried again."""

from __future__ import annotations

import re
from enum import Enum

from monitor.model import MailState

# Answers that speak of us or of the conversation, not of the recipient: unknown command, bad
# sequence (RFC 5321, 4.2.2; 501 and 553 do speak of an address), authentication (RFC 4954).
_OURS = {500, 502, 503, 504, 530, 534, 535, 538}
# Refusals that pass: mailbox full, relay without a route, policy (RFC 3463, 3.3, 3.5, 3.8).
_PASSING = re.compile(r"5\.2\.2\b|5\.4\.4\b|5\.7\.\d+")
# What is said after the text, and yet of the recipient (RFC 3463, 3.2 and 3.3; LMTP's habit).
_OF_RECIPIENT = re.compile(r"5\.1\.\d+|5\.2\.[01]\b")
_TOO_BIG = 552


class Phase(Enum):
    """How far a mail had got, in words for a receipt."""

    SENDER = "before the envelope"
    RECIPIENT = "before the recipient was answered"
    DATA = "before the text was handed over"
    CONTENT = "while the mail was handed over, it may have arrived"


def verdict(code: int, text: str, phase: Phase) -> MailState:
    """Return what an answer to this phase makes of the mail.

    What is temporary (4xx) is tried again; so is what the server holds against us, our sender or
    our text rather than against the recipient, until somebody has put it right. A mail that is too
    big stays so; but to a recipient 552 says no more than 452 (RFC 5321, 4.5.3.1.10).
    """
    if 200 <= code < 300 and phase is Phase.CONTENT:
        return MailState.ACCEPTED
    if not 500 <= code < 600 or code in _OURS or _PASSING.match(text):
        return MailState.PENDING
    if phase is Phase.RECIPIENT:
        final = code != _TOO_BIG
    else:
        final = code == _TOO_BIG or (phase is Phase.CONTENT and bool(_OF_RECIPIENT.match(text)))
    return MailState.REFUSED if final else MailState.PENDING

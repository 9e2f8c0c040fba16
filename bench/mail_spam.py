"""Scores the golden mails with SpamAssassin (Debian: spamassassin); run by `make mail-spam`.

Without network tests: what a filter makes of the mail itself. Mails as they arrive: with the
headers that a receiving server writes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

from tests.test_render import GOLDEN, golden, wire

MOST = 1.0
# From the service, logged in, to the mail server of its house, and from there to the receiver's.
_RECEIVED = b"""Return-Path: <monitor@example.org>
Received: from mail.example.org (mail.example.org [80.237.132.10])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
\t(No client certificate requested)
\tby mx.receiver.example (Postfix) with ESMTPS id 4XyZ123456z9rxL
\tfor <team@example.org>; Sun, 22 Nov 2026 06:00:07 +0000 (UTC)
Received: from monitor.example.org (monitor.example.org [80.237.132.20])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
\t(Authenticated sender: monitor@example.org)
\tby mail.example.org (Postfix) with ESMTPSA id 4XyZ0c1234z2y
\tfor <team@example.org>; Sun, 22 Nov 2026 06:00:05 +0000 (UTC)
""".replace(b"\n", b"\r\n")
_STATUS = re.compile(r"^X-Spam-Status: .*?score=(-?[\d.]+).*?tests=(.*?)(?:\s\w+=|$)", re.S | re.M)


def main() -> int:
    """Print the score of each mail with the rules that made it; 1 when one is above the limit."""
    if shutil.which("spamassassin") is None:
        print("spamassassin is not installed")
        return 1
    worst = -99.0
    for name in GOLDEN:
        mail = _RECEIVED + wire(golden(name))
        done = subprocess.run(
            ["spamassassin", "--local", "--test-mode"],
            input=mail.replace(b"\r\n", b"\n"),
            capture_output=True,
            check=False,
        )
        found = _STATUS.search(done.stdout.decode("utf-8", "replace").replace("\n\t", " "))
        if found is None:
            print(f"{name}: no score: {done.stderr.decode()[:300]}")
            return 1
        worst = max(worst, float(found[1]))
        print(f"{float(found[1]):5.1f}  {name}  {found[2].strip()}")
    print(f"highest score {worst}, at most {MOST}")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())

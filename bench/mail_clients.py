"""Looks up in the data of caniemail.com what mails use; run by `make mail-clients`.

npm pack caniemail && tar xf caniemail-*.tgz
python -m bench.mail_clients package/data/caniemail.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mail_css import KNOWN

FAMILIES = ("apple-mail", "gmail", "outlook", "thunderbird")


def newest(versions: dict[str, str]) -> str:
    """The verdict on the newest version: y, n, a (partly) or u (unknown), with notes."""
    return versions[
        max(versions, key=lambda v: [int(p) for p in v.replace("-", ".").split(".") if p.isdigit()])
    ]


def lacking(stats: dict[str, Any]) -> Iterator[str]:
    """Name the programs that know a feature not at all, or only partly."""
    for family in FAMILIES:
        for platform, versions in stats.get(family, {}).items():
            verdict = newest(versions)
            if not verdict.startswith("y"):
                yield f"{family} {platform} ({verdict})"


def main(file: Path) -> int:
    """Print each feature with who lacks it; 1 when one is unknown, or nothing says why it may."""
    data = {each["slug"]: each for each in json.loads(file.read_text("utf-8"))["data"]}
    bad = 0
    for group, features in KNOWN.items():
        for name, (slug, excuse) in features.items():
            if slug not in data:
                print(f"{group}: {name}: caniemail knows no {slug}")
                bad += 1
                continue
            lack = list(lacking(data[slug]["stats"]))
            if lack and not excuse:
                print(f"{group}: {name}: lacking in {', '.join(lack)}, and nothing says why it may")
                bad += 1
            elif lack:
                print(f"{group}: {name}: {len(lack)} programs lack it at least partly – {excuse}")
    print(f"{sum(map(len, KNOWN.values()))} features, {bad} without a reason")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

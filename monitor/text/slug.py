"""Names for machines from names for people."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64


def slug(text: str) -> str:
    """Return `[a-z0-9.-]` of a text, at most 64 characters, beginning with a letter or digit."""
    folded = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")[:LONGEST].rstrip("-.") or "source"

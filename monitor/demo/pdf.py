"""One page of text as a PDF, written by hand (ISO 32000-1): the demo needs no library for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_ESCAPED = str.maketrans({char: f"\\{char}" for char in "\\()"})


def one_page(lines: Sequence[str]) -> bytes:
    """Return an A4 page with these lines in Helvetica; umlauts by WinAnsiEncoding."""
    shown = b"".join(
        b"(%b) Tj T*\n" % line.translate(_ESCAPED).encode("cp1252", "replace") for line in lines
    )
    drawing = b"BT /F1 11 Tf 15 TL 56 780 Td\n" + shown + b"ET"
    return _file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing),
    )


def _file(*objects: bytes) -> bytes:
    """The objects, and the table of where each begins (7.5.4: lines of exactly 20 bytes)."""
    written = [b"%d 0 obj\n%b\nendobj\n" % (n, body) for n, body in enumerate(objects, start=1)]
    *starts, end = accumulate(map(len, written), initial=len(_HEAD))
    size = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    return b"".join(
        (
            _HEAD,
            *written,
            b"xref\n0 %d\n0000000000 65535 f \n" % size,
            table,
            b"trailer\n<< /Size %d /Root 1 0 R >>\n" % size,
            b"startxref\n%d\n%%%%EOF\n" % end,
        )
    )

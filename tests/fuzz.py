"""What strangers and maintainers may write, thrown at random at what reads it.

    python -m tests.fuzz TARGET SECONDS [SEED]    throw for so long; findings land in fuzz-findings/
    python -m tests.fuzz --guided TARGET [ARGUMENTS OF LIBFUZZER]    the same with atheris, which
        looks which lines an input reached; what led to new ones is kept in fuzz-findings/TARGET/

A target takes bytes and must come back soon, with a value or with one of the package's own errors.
`tests/test_fuzz.py` throws the same few dozen at each in every run.
"""

from __future__ import annotations

import gzip
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

from monitor.adapters.guarded import Guarded, attachment, items
from monitor.config import load
from monitor.errors import ConfigError, FetchError, SourceError
from monitor.fetch.answers import redact, retry_after
from monitor.fetch.body import Body
from monitor.fetch.wire import parse as parse_address
from monitor.match import (
    TermError,
    cite,
    compile_vocabulary,
    explain_spelling,
    find,
    parse_citation,
)
from monitor.model import Fetched, Item, Select, Source, Term, Topic, Vocabulary
from monitor.text.dates import read_date
from monitor.text.decode import decode, is_text
from monitor.text.numbers import change, decimal_mark, read_number, unit_of
from monitor.text.periods import read_period
from tests.contract import PAYLOADS

SLOWEST = 5.0  # seconds of work for one input
SLOWEST_APART = 30.0  # the same for what a reader does, who may be ended
LONGEST = 200_000  # bytes of one input
FINDINGS = Path("fuzz-findings")

_URL = "https://example.org/x"
_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_FEED = Source("feed", "Feed", "feed", _URL, lang="de")
_LIST = Source(
    "list", "List", "page", _URL, select=Select(items="li, article, tr", title="a, h2, h3, td")
)
_PAGE = Source("page", "Page", "page", _URL)
_DOCUMENT = Source("document", "Document", "document", _URL)


@dataclass(frozen=True)
class Target:
    """What is thrown at, what throwing begins with, and what is mixed in."""

    throw: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    words: Sequence[bytes] = ()
    seconds: float = SLOWEST


# --- what is thrown at ---------------------------------------------------------------------------


def _read(conversation: Guarded[object], page: Fetched) -> object:
    """What comes of one answer; None for trouble with a sentence, or a wish for more."""
    next(conversation)
    try:
        conversation.send(page)
    except StopIteration as done:
        return done.value
    except SourceError as error:
        _is_told(error)
    return None


def _is_told(error: Exception) -> None:
    assert str(error).strip()


def _answered(content: bytes, media_type: str) -> Fetched:
    text = decode(content, media_type)[0] if is_text(media_type, content) else ""
    return Fetched(_URL, 200, media_type, content, text, {"content-type": media_type})


def _items(content: bytes, source: Source, media_type: str) -> None:
    found = _read(items(source, time.process_time), _answered(content, media_type))
    if not isinstance(found, tuple):
        return
    assert len({item.id for item in found}) == len(found), "ids repeat"
    for item in found:
        _check(item)


def _check(item: Item) -> None:
    assert item.id.strip() and item.title.strip(), item  # noqa: PT018
    "".join((item.id, item.title, *item.blocks)).encode()
    assert item.url is None or item.url.startswith(("https://", "http://")), item.url
    assert item.published is None or item.published.utcoffset() == timedelta(0), item.published


def feed(content: bytes) -> None:
    _items(content, _FEED, "application/rss+xml")


def page(content: bytes) -> None:
    for source in (_LIST, _PAGE, _DOCUMENT):
        _items(content, source, "text/html")
    _read(attachment(_PAGE, _URL), _answered(content, "text/html"))


def pdf(content: bytes) -> None:
    _items(content, _DOCUMENT, "application/pdf")
    _read(attachment(_PAGE, _URL), _answered(content, "application/pdf"))


def date(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    for lang in (None, "de", "en", "fr", "ru", "uk"):
        moment = read_date(text, lang=lang)
        assert moment is None or moment.utcoffset() == timedelta(0)


def number(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    for lang in (None, "de", "en", "fr"):
        value = read_number(text, lang)
        assert value is None or value.is_finite()
    unit_of(text)
    decimal_mark(text.split("|"), "de")
    change(text, text[::-1], "de")
    read_period(text)


def citation(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    for cited in cite(text):
        assert cited.id.strip()
    try:
        parse_citation(text)
    except TermError as error:
        _is_told(error)


def spelling(content: bytes) -> None:
    written, _, text = content.decode("utf-8", "replace").partition("\n")
    try:
        explain_spelling(written)
    except TermError as error:
        _is_told(error)
        return
    topic = Topic("t", {"de": "T"}, (Term(written, (written,)),))
    rules = compile_vocabulary(Vocabulary({"t": topic}, {}))
    find(rules, text, title="")


def configuration(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sources.yaml"
        file.write_bytes(content)
        for files in ((file, None), (file, file)):
            try:
                load(*files)
            except ConfigError as error:
                _is_told(error)


def decoding(content: bytes) -> None:
    label, _, body = content.partition(b"\n")
    text, charset = decode(body, label.decode("latin-1"))
    assert "\0" not in text and charset  # noqa: PT018
    text.encode()


def answer(content: bytes) -> None:
    """Headers and body as a server may send them."""
    head, _, body = content.partition(b"\n")
    text = head.decode("latin-1")
    wait = retry_after(text, _NOON)
    assert wait is None or timedelta(0) < wait <= timedelta(days=1)
    redact(text)
    for coding in ("", "gzip", text):
        try:
            unpacked = Body("here", coding, limit=10**6)
            for start in range(0, len(body), 1000):
                unpacked.feed(body[start : start + 1000])
            assert len(unpacked.finish()) <= 10**6
        except FetchError as error:
            _is_told(error)
    try:
        assert parse_address(text, parse_address(_URL)).scheme in ("http", "https")
    except FetchError as error:
        _is_told(error)


# --- what throwing begins with -------------------------------------------------------------------


def _recorded(*patterns: str) -> list[bytes]:
    """The recorded answers of these kinds and forms."""
    files = (file for pattern in patterns for file in sorted(PAYLOADS.glob(pattern)))
    beside = (".items.json", ".source.json")
    found = [f.read_bytes() for f in files if f.is_file() and not f.name.endswith(beside)]
    return [content for content in found if len(content) < LONGEST]


def _texts(*lines: str) -> list[bytes]:
    return [line.encode() for line in lines]


_DATES = _texts(
    *("2026-11-21T14:30:00+01:00", "Sa, 21 Nov 2026", "21. November 2026, 14:30 Uhr", "20261121"),
    *("21 ноября 2026 г.", "le 5 août 2026 à 14h30", "30.10.23", "Stand: 1. März 2026", "2026-Q3"),
)
_NUMBERS = _texts(
    *("1.150", "12,5 %", "(1.150)", "1.2 million", "1.150¹⁾", "€ 1,150", "3 Tsd.", "1'150.5"),
    *("II. Quartal 2026", "Januar bis März 2026", "2026-03"),
)
_CITATIONS = _texts(
    *("§ 3a Abs. 2 Nr. 5 AsylG", "Art. 4 III 1 GG", "ч. 5 ст. 337 УК РФ", "BVerwG 1 C 22.21"),
    *("Drs. 20/12345", "C-472/13", "ECLI:EU:C:2020:945", "§§ 3, 4 und 60 Abs. 5 AufenthG"),
    *("Richtlinie 2011/95/EU Art. 9 Abs. 2 Buchst. e", "BT-Drs. 21/1", "BGBl. 2025 I Nr. 370"),
)
_SPELLINGS = _texts(
    *("Deserteur*\nDer Deserteur kam.", "Wehr(dienst|pflicht)*\nDie Wehrpflichtigen", "KDV\nKDV"),
    *(
        "Asyl* ~5 Deserteur*\nAsyl für Deserteure",
        "§ 36 Abs. 4\n§ 36 Absatz 4",
        "*flucht >3 Heer\n",
    ),
)
_CONFIGURATION = """\
version: 1
contact: it@example.org
defaults: {every: 6h, lang: de, delay: 5s, expect: {min_items: 2}}
words: {military: [Soldat*]}
topics:
  desertion:
    title: {de: Desertion}
    terms:
      - Deserteur*
      - {term: Fahnenflucht*, also: [x*], needs: [military], cites: [§ 16 WStG], yes: [a], no: [b]}
sources:
  - {id: a, name: A, kind: feed, url: "https://example.org/", every: 1h, topics: [desertion]}
  - id: page.two
    name: no
    kind: page
    url: http://example.org/list
    cron: "0 7 * * mon"
    select: {items: article, title: h3}
    ignore: [.banner, "Stand: *", '/\\d+ Aufrufe/']
"""
_LISTS = """\
lists:
  - {id: all, to: [team@bürger.de, A@example.org], topics: [desertion], lang: en}
  - {id: ops, to: [ops@example.org], receives: trouble, schedule: {cron: 0 7 1 * *}}
"""
_MARKUP = _texts(
    *("<!DOCTYPE x [<!ENTITY a 'b'>]>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0'?>"),
    *(
        "<div>",
        "</div>",
        "<table><tr><td colspan=99999999>",
        "<hi rend='uppercase'>",
        "&#0;",
        "&a;",
    ),
    *("<base href='//['>", "<a href='javascript:x'>", "<script>", "<style>", "<svg>", "<template>"),
    *("<noscript>", "<meta charset=utf-16>", "<link rel=alternate>", "xmlns:x='y'", "<x:y>", "<p"),
    *("<pubDate>", "<guid>", "<title>", "<item>", "<entry>", "<link/>", "<h1>", "<time datetime='"),
)
_ODD = (
    *_texts(
        "\u202e", "\u200b", "ß", "İ", "²", "٣", "e\u0301", "\ufeff", "🏳️", "9" * 400, "  ", "\t"
    ),
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\r\n", b"\x1b[31m", b"-", b"1e999", b"NaN", b"\x7f"),
)

TARGETS: Mapping[str, Target] = {
    "feed": Target(feed, partial(_recorded, "feed/*"), _MARKUP, SLOWEST_APART),
    "page": Target(
        page, partial(_recorded, "page/*", "document/*", "asylnet/*"), _MARKUP, SLOWEST_APART
    ),
    "pdf": Target(
        pdf,
        partial(_recorded, "*/*.pdf", "*/*/*.pdf"),
        _texts("/Page", "endobj", "stream", "/Filter /FlateDecode", "0 0 R", "xref", "/Kids", "<<"),
        SLOWEST_APART,
    ),
    "date": Target(
        date, lambda: _DATES, _texts("Uhr", "Nov", "2026", "31", "+99:99", "T", "Z", ".")
    ),
    "number": Target(
        number, lambda: _NUMBERS, _texts("%", "Mio.", ".", ",", "−", "(", ")", "*", "€")
    ),
    "citation": Target(
        citation,
        lambda: _CITATIONS,
        _texts("§", "Art.", "Abs.", "ff.", "i.V.m.", "und", "/", "ст."),
    ),
    "spelling": Target(
        spelling, lambda: _SPELLINGS, _texts("*", "|", "(", ")", "~5", ">3", "~", "\\", "\n", "((")
    ),
    "configuration": Target(
        configuration,
        lambda: [_CONFIGURATION.encode(), _LISTS.encode()],
        _texts(
            "&a ", "*a", "<<: *a", "!!python/x ", ": ", "- ", "[", "{", "~", "|", ">", "---\n", "\t"
        ),
    ),
    "decode": Target(
        decoding,
        lambda: [
            b"text/html; charset=utf-16\n<meta charset=utf-8>\xe4",
            "x\nЗаконопроєкт".encode("cp1251"),
            b"charset=gb18030\n\x81\x30\x81\x30",
            b'\n<?xml version="1.0" encoding="koi8-r"?>\xd0',
        ],
        (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"charset=", b"utf-7", b"<meta ", b"idna"),
    ),
    "answer": Target(
        answer,
        lambda: [
            b"120\n" + gzip.compress(b"Asyl" * 50, mtime=0),
            b"Wed, 21 Oct 2026 07:28:00 GMT\n\x1f\x8b",
            b"//user:pass@example.org:99999/?apikey=1\nx",
        ],
        (b"http://", b"[::1", b"%", b"@", b"//", b"gzip", b"\x1f\x8b\x08", b"99999999999"),
    ),
}


# --- throwing ------------------------------------------------------------------------------------


def mutated(content: bytes, words: Sequence[bytes], chance: random.Random) -> bytes:
    """Return the input with a few things done to it."""
    for _ in range(chance.choice((1, 1, 2, 3, 5, 9))):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((0, 1, 2, 5, 20, 200)))
        part = content[start:end]
        new = chance.choice(
            (
                b"",
                bytes([chance.randrange(256)]),
                chance.choice(_ODD),
                chance.choice(words or _ODD),
                part * chance.choice((2, 3, 50)),
                part[::-1],
                bytes(byte ^ (1 << chance.randrange(8)) for byte in part),
                chance.choice(words or _ODD) * chance.choice((2, 20, 300)),
            )
        )
        content = (content[:start] + new + content[end:])[:LONGEST]
    return content


def throw_for(name: str, seconds: float, seed: int) -> int:
    """Throw at a target for so long; return how many inputs were findings."""
    target, chance = TARGETS[name], random.Random(seed)
    pool = list(target.seeds())
    known: set[str] = set()
    thrown, slowest, end, begun = 0, 0.0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < end:
        content = mutated(chance.choice(pool), target.words, chance)
        start = time.process_time()
        if told := trouble(target, content):
            # Where it happened makes a finding, not what it was about.
            places = [line for line in told.splitlines() if line.startswith('  File "')]
            place = "\n".join(places[-3:])
            if place not in known:
                known.add(place)
                _keep(name, len(known), content, told)
        if (took := time.process_time() - start) > slowest:
            slowest = took
            _keep_slowest(name, content)
        thrown += 1
        if len(pool) < 200 and chance.random() < 0.02:
            pool.append(content)
    told = (
        f"{thrown} thrown in {time.process_time() - begun:.0f} s of work, {len(known)} findings, "
        f"the slowest took {slowest:.2f} s of work"
    )
    print(f"{name} (seed {seed}): {told}", flush=True)  # noqa: T201
    return len(known)


def trouble(target: Target, content: bytes) -> str | None:
    """Return how the target failed on an input, or None."""
    signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, target.seconds)
    try:
        target.throw(content)
    except Exception:  # noqa: BLE001 – whatever it is, it is what we look for
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _too_slow(_number: int, _frame: object) -> None:
    raise TimeoutError("it takes too long")


def _keep_slowest(name: str, content: bytes) -> None:
    FINDINGS.mkdir(exist_ok=True)
    (FINDINGS / f"{name}-slowest.bin").write_bytes(content)


def _keep(name: str, number: int, content: bytes, told: str) -> None:
    FINDINGS.mkdir(exist_ok=True)
    (FINDINGS / f"{name}-{number}.bin").write_bytes(content)
    (FINDINGS / f"{name}-{number}.txt").write_text(told, encoding="utf-8")
    print(f"{name}: finding {number} ({len(content)} bytes)\n{told}", flush=True)  # noqa: T201


def _guided(name: str, arguments: Sequence[str]) -> None:
    atheris = import_module("atheris")  # for those who have it
    for known in [each for each in sys.modules if each.partition(".")[0] == "monitor"]:
        del sys.modules[known]
    # Ours alone, for all that is loaded would take minutes to prepare.
    with atheris.instrument_imports(include=["monitor"]):
        target: Target = import_module("tests.fuzz").TARGETS[name]
    corpus = FINDINGS / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(content)
    words = FINDINGS / f"{name}.dict"
    written = ("".join(f"\\x{byte:02x}" for byte in word) for word in (*target.words, *_ODD))
    words.write_text("".join(f'"{word}"\n' for word in written), encoding="ascii")
    usual = f"-dict={words}", f"-artifact_prefix={FINDINGS}/{name}-", f"-max_len={LONGEST}"
    atheris.Setup([name, *usual, *arguments, str(corpus)], target.throw)
    atheris.Fuzz()


def main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["--guided", name, *rest] if name in TARGETS:
            _guided(name, rest)
            return 0
        case [name, seconds, *seed] if name in TARGETS:
            return min(throw_for(name, float(seconds), int(seed[0]) if seed else time.time_ns()), 1)
        case ["all", seconds]:
            shares = float(seconds) / len(TARGETS)
            return min(sum(throw_for(name, shares, time.time_ns()) for name in TARGETS), 1)
        case _:
            print(f"{__doc__}\nTARGET is one of: all {' '.join(TARGETS)}")  # noqa: T201
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The same records in another order: how each kind's recorded answers are turned round.

An `Order` says where the records of a case stand; a text instead of it says in words why a case has
no order that could change. `ORDERS` is keyed by `kind/case`, else by `kind` for all its cases.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from tests.contract import Case, Given

Turn: TypeAlias = Callable[[Sequence[Any]], list[Any]]


class Records(NamedTuple):
    """The records of an answer, and what makes an answer of others in their place."""

    found: list[Any]
    put: Callable[[Sequence[Any]], Given]


@dataclass(frozen=True)
class Order:
    """Where records stand, and which answers are pages of one list, so that records may move.

    Pages of some lists begin with the last record of the page before: they overlap by 1.
    `by_place` says why records that swap places swap their ids as well, where they do; `refused` is
    what the adapter says of another order, where the order is what was asked for.
    """

    records: Callable[[Given], Records]
    lists: tuple[tuple[int, ...], ...] = ()
    overlap: int = 0
    by_place: str = ""
    refused: str = ""

    def groups(self, answers: int) -> list[tuple[int, ...]]:
        """Return the numbers of the answers, those of one list together."""
        alone = [(n,) for n in range(answers) if not any(n in pages for pages in self.lists)]
        return [*self.lists, *alone]


def reversed_(records: Sequence[Any]) -> list[Any]:
    """The last record first."""
    return list(records)[::-1]


def rotated(records: Sequence[Any]) -> list[Any]:
    """The last record before all others: what a new entry does to those that were there."""
    return [*records[-1:], *records[:-1]]


TURNS: Mapping[str, Turn] = {"reversed": reversed_, "rotated": rotated}


def turned(case: Case, order: Order, turn: Turn) -> list[Given]:
    """Return the answers of a case with their records turned."""
    given = case.given()
    for pages in order.groups(len(given)):
        parts = [order.records(given[number]) for number in pages]
        left = turn(_whole(parts, order.overlap))
        start = 0
        for number, part in zip(pages, parts, strict=True):
            if part.found:
                end = start + len(part.found)
                given[number] = part.put(left[start:end])
                start = end - order.overlap
    return given


def emptied(case: Case, order: Order) -> list[Given]:
    """Return the answers of a case with no record in them."""
    return [order.records(given).put([]) for given in case.given()]


def longest_list(case: Case, order: Order) -> int:
    """Return how many records stand in the longest list of the case."""
    given = case.given()
    lists = ([order.records(given[n]) for n in pages] for pages in order.groups(len(given)))
    return max(len(_whole(parts, order.overlap)) for parts in lists)


def _whole(parts: Sequence[Records], overlap: int) -> list[Any]:
    first, *more = parts
    return [*first.found, *(record for part in more for record in part.found[overlap:])]


# --- where records stand --------------------------------------------------------------------------


def listed(*paths: str) -> Callable[[Given], Records]:
    """Records of JSON: the list at the first of the paths that there is."""

    def records(given: Given) -> Records:
        if not isinstance(given, str):
            return Records([], lambda _: given)
        whole = json.loads(given)
        for path in paths:
            *above, last = path.split(".")
            holder = whole if path else {"": whole}
            for key in above:
                holder = holder.get(key, {}) if isinstance(holder, dict) else {}
            if isinstance(holder, dict) and isinstance(holder.get(last), list):
                return Records(holder[last], partial(_put, whole, holder, last))
        return Records([], lambda _: given)

    return records


def _put(whole: Any, holder: dict[str, Any], key: str, records: Sequence[Any]) -> str:
    holder[key] = list(records)
    return json.dumps(whole if key else holder[key], ensure_ascii=False)


def written(pattern: str) -> Callable[[Given], Records]:
    """Records of a text: what the pattern finds one after the other."""
    shape = re.compile(pattern, re.DOTALL | re.MULTILINE)

    def records(given: Given) -> Records:
        if not isinstance(given, str):
            return Records([], lambda _: given)

        def put(others: Sequence[Any]) -> str:
            left = iter(others)
            return shape.sub(lambda _: next(left, ""), given)

        return Records([found.group() for found in shape.finditer(given)], put)

    return records


def packed(
    ending: str, inside: Callable[[Given], Records], mend: Callable[[str], str] = str
) -> Callable[[Given], Records]:
    """Records in the one file of an archive whose name ends so; `mend` numbers them anew."""

    def records(given: Given) -> Records:
        assert isinstance(given, bytes)
        with zipfile.ZipFile(io.BytesIO(given)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        name = next(name for name in files if name.endswith(ending))
        found = inside(files[name].decode())

        def put(others: Sequence[Any]) -> bytes:
            text = found.put(others)
            assert isinstance(text, str)
            packing = io.BytesIO()
            with zipfile.ZipFile(packing, "w") as archive:
                for path, content in files.items():
                    archive.writestr(path, mend(text) if path == name else content)
            return packing.getvalue()

        return Records(found.found, put)

    return records


def _renumbered(sheet: str) -> str:
    """A sheet names its rows and cells by their places, so rows that moved are named anew."""
    numbers = iter(range(1, 1000))

    def row(found: re.Match[str]) -> str:
        number = next(numbers)
        return re.sub(r'( r="[A-Z]*)\d+(?=")', rf"\g<1>{number}", found.group())

    return re.sub(r"<row .*?</row>", row, sheet, flags=re.DOTALL)


def cube(given: Given) -> Records:
    """The months of a JSON-stat cube, whose values are found by their position alone."""
    assert isinstance(given, str)
    whole = json.loads(given)
    time = whole["dimension"]["time"]["category"]
    width = whole["size"][-1]
    months = sorted(time["index"], key=time["index"].__getitem__)

    def put(others: Sequence[Any]) -> str:
        places = {time["index"][month]: place for place, month in enumerate(others)}
        for key in ("value", "status"):
            whole[key] = {
                str(int(at) // width * width + places[int(at) % width]): value
                for at, value in whole[key].items()
                if int(at) % width in places
            }
        time["index"] = {month: place for place, month in enumerate(others)}
        return json.dumps(whole)

    return Records(months, put)


_ONE_ENTRY = "one entry only, which has no order; its fellows in this folder have several"
_WHOLE = "the page is one item, and the order of its paragraphs is what it says"

_NORMS = written(r"(?<=</norm>\n)<norm .*?</norm>")
_ASYLNET = written(r'<div class="rsdb_listitem" .*?$')
_CNDA = written(r'<article class="card">.*?</article>|^<a href="https.*?$')
_MESSAGES = written(
    r'<div class="tgme_widget_message_wrap js-widget_message_wrap">.*?'
    r'(?=<div class="tgme_widget_message_wrap js-widget_message_wrap">|\s*</section>)'
)
_LINES = written(r"(?<=\n)[^\n]+\n")

ORDERS: Mapping[str, Order | str] = {
    "asylnet": Order(_ASYLNET),
    "asylnet/pages": Order(_ASYLNET, lists=((1, 2),)),
    "feed": Order(written(r"<item\b.*?</item>|<entry\b.*?</entry>")),
    "feed/jsonfeed.json": Order(listed("items")),
    "feed/rdf.xml": _ONE_ENTRY,
    "feed/rss091.xml": _ONE_ENTRY,
    "form": Order(written(r'<div class="einErgebnis">.*?</div>|<tr><td>.*?</tr>')),
    "form/token": "the search finds one decision, which has no order",
    "page": _WHOLE,
    "page/listing.html": Order(written(r'<li class="erlass">.*?</li>')),
    "document": _WHOLE,
    "document/law.html": Order(
        written(r"<h2>.*?(?=<h2>|</div>)"),
        by_place="two sections of one name are told apart by which of them comes first",
    ),
    "document/law.md": Order(written(r"^(?:§|Art\.) \d.*?(?=\n+Art|\n*\Z)")),
    "cellar": Order(listed("results.bindings"), refused="no longer sorts by date"),
    "cnda": Order(_CNDA),
    "cnda/paged": Order(_CNDA, lists=((0, 1),)),
    "dip": Order(listed("documents")),
    "dip/answered": Order(listed("documents"), lists=((0, 1),)),
    "europarl/procedures": Order(listed("data")),
    "europarl/questions": Order(listed("data"), lists=((0, 1),), overlap=1),
    "europarl/texts": Order(listed("data"), lists=((0, 1), (2, 3)), overlap=1),
    "gii": Order(_NORMS),
    "gii/packed.zip": Order(packed(".xml", _NORMS)),
    "govuk": Order(listed("details.attachments", "results", "links.documents")),
    "govuk/note.json": "a note attaches nothing; the order of its sections is what it says",
    "hudoc": Order(listed("results"), refused="no longer sorts by date"),
    "hudoc/french": Order(listed("results")),  # of one day
    "juris": Order(listed("resultList")),
    "juris/nothing-in-one": "each search finds one decision at most, which has no order",
    "neuris": Order(listed("member")),
    "neuris/directives": "one record is asked for (`most: 1`), and one has no order",
    "rechtspraak": Order(written(r"<entry\b.*?</entry>")),
    "ris-at": Order(listed("OgdSearchResult.OgdDocumentResults.OgdDocumentReference")),
    "ris-at/vfgh.json": "one hit, which RIS sends as an object and not as a list",
    "bamf-statistics": "the page links to one PDF; the rows of a PDF have a test of their own",
    "bamf-statistics/keyed": Order(written(r"<li><a.*?</li>")),
    "eurostat": Order(_LINES),
    "eurostat/cube.json": Order(cube),
    "json": Order(listed("objects", "items", "")),
    "json/paged": Order(listed("objects"), lists=((0, 1),)),
    "json/counted": Order(listed("items"), lists=((0, 1),)),
    "table": Order(_LINES),
    "table/jahre.csv": Order(written(r"^(?:Russ|Bela|Ukra)[^\n]+\n")),
    "table/article.txt": Order(written(r"^(?:Anträge|Schutz)\n\n[\d.]+\n\n[\d.]+\n\n")),
    "table/monat.html": Order(written(r'<tr><th colspan="5">.*?(?=<tr><th colspan|</tbody>)')),
    "table/mappe.xlsx": Order(
        packed("sheet2.xml", written(r'<row r="[45]">.*?</row>'), _renumbered)
    ),
    "telegram": Order(_MESSAGES),
    "telegram/paged": Order(_MESSAGES, lists=((0, 1),)),
}


def order_of(case: Case) -> Order | str | None:
    """Return how a case is turned round, why it cannot be, or None when nobody has said."""
    return ORDERS.get(f"{case.kind}/{case.name}") or ORDERS.get(case.kind)

"""The files of the search: only those are written whose words a new alert has."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.publication import Edition, Publication
from monitor.site.catalogue import Catalogue
from monitor.site.days import last_day
from monitor.site.plan import chunks
from monitor.site.search import Gathering, chunk, indexed, with_new
from monitor.store import Store

WORDS = "search/words.txt"
_SHARES = "search/words/"


def index(
    out: Publication,
    edition: Edition,
    store: Store,
    names: Mapping[str, str],
    start: int,
) -> dict[str, str]:
    """Take up the alerts after number `start`; 0 begins afresh. Return the days that they name.

    Of each alert that names any the last one. The same alert may be taken up twice: a run that was
    cut off is simply repeated.
    """
    kept = {path for path in out.memory.files if path.startswith(_SHARES) or path == WORDS}
    if not edition.there.issuperset(kept):
        start = 0
    gathering, days = Gathering(), {}
    for alert in store.archive.alerts_after(start):
        gathering.add(indexed(alert, names.get(alert.source, alert.source)))
        if day := last_day(alert):
            days[str(alert.id)] = day.isoformat()
    for number, found in gathering.shares():
        path = f"{_SHARES}{number:03}.txt"
        edition.write(path, with_new(out.read(path) if start else "", found))
    before = frozenset(out.read(WORDS).split("\n") if start else ())
    if not gathering.words() <= before or not start:
        edition.write(WORDS, "\n".join(sorted(before | gathering.words())))
    if start:
        edition.keep(kept)
    return days


def show(
    edition: Edition,
    store: Store,
    found: Catalogue,
    *,
    told: Mapping[int, str],
    stories: Mapping[int, int],
    names: Mapping[str, str],
) -> None:
    """Write what results of the search say of alerts, as far as that changed."""
    for page, members in chunks(found, told):
        if edition.is_stale(page.path, page.mark, [page.path]):
            alerts = store.archive.alerts(members)
            rows = (
                (alert, stories[number], names.get(alert.source, alert.source))
                for number, alert in alerts.items()
            )
            edition.write(page.path, chunk(rows))

"""Whether two alerts tell the same: by their own numbers, their addresses, their text, a title."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum

from monitor.model import Alert, Identity, Name, Remark
from monitor.story.courts import courts_agree
from monitor.story.names import DECISIONS
from monitor.text.fingerprint import canonical_url, fingerprint
from monitor.text.sketch import other_text, rare, same_text, sketch

# Shorter titles («Urteil», «Pressemitteilung Nr. 12») say nothing about sameness.
TELLING_WORDS = 5
# How long a story may be taken up again, and for how long one title means one story.
STORY_LASTS = timedelta(days=90)
TITLE_LASTS = timedelta(days=7)
# Codes of remarks: a number of a statistic, how far a procedure is, a day that a text names.
FIGURE = "figure"
STAGE = "stage"
DEADLINE = "deadline"


class Evidence(IntEnum):
    """Why two alerts are one story; the surer first."""

    NUMBER = 1
    LINK = 2
    TEXT = 3
    TITLE = 4


def story_key(alert: Alert) -> str:
    """Return the name of the alert's story: by its title if that is telling, else by its place.

    All figures of one source in one check are one story.
    """
    if figures(alert):
        return fingerprint(f"{FIGURE} {alert.source} {alert.detected_at.isoformat()}")
    if len(alert.title.split()) >= TELLING_WORDS:
        return fingerprint(alert.title.casefold())
    return fingerprint(canonical_url(alert.url) if alert.url else f"{alert.source} {alert.item}")


def figures(alert: Alert) -> tuple[Remark, ...]:
    """Return the remarks on figures, one for each figure that changed."""
    return tuple(remark for remark in alert.remarks if remark.code == FIGURE)


def identity(alert: Alert) -> Identity:
    """Return by what an alert is known; of one from an older release, what can be told of it."""
    if alert.identity is not None:
        return alert.identity
    links = (canonical_url(alert.url),) if alert.url else ()
    return Identity((), links, sketch(alert.added, alert.title))


def keys(alert: Alert) -> frozenset[str]:
    """Return short names; alerts that share none are not one story."""
    return frozenset(fingerprint(name) for name in shared_names(alert))


def shared_names(alert: Alert) -> frozenset[str]:
    """Return what `keys` are made of, which is quicker where nothing is stored."""
    known = identity(alert)
    told = {
        f"story {alert.story or story_key(alert)}",
        *(f"{name.kind} {name.number}" for name in known.names),
        *(f"link {link}" for link in known.links),
        *rare(known.text),
    }
    return frozenset(told)


def evidence(one: Alert, other: Alert) -> Evidence | None:
    """Return why two alerts of different items are one story, or None; both ways the same."""
    apart = abs(one.detected_at - other.detected_at)
    if apart > STORY_LASTS or figures(one) or figures(other):
        return None
    mine, theirs = identity(one), identity(other)
    if _one_number(mine.names, theirs.names, one.source == other.source):
        return Evidence.NUMBER
    if one.source == other.source or in_conflict(mine.names, theirs.names):
        return None
    if set(mine.links) & set(theirs.links):
        return Evidence.LINK
    return Evidence.TEXT if same_text(mine.text, theirs.text) else _by_title(one, other)


def _by_title(one: Alert, other: Alert) -> Evidence | None:
    """A telling title found in two places in one week, unless the texts below it are two."""
    same = (one.story or story_key(one)) == (other.story or story_key(other))
    near = abs(one.detected_at - other.detected_at) <= TITLE_LASTS
    if same and near and not other_text(identity(one).text, identity(other).text):
        return Evidence.TITLE
    return None


def in_conflict(mine: tuple[Name, ...], theirs: tuple[Name, ...]) -> bool:
    """Return whether both have a number of one kind, but none in common: two items for certain."""
    if any(_agree(one, other) for one in mine for other in theirs):
        return False
    sorts = (
        {"decision" if n.kind in DECISIONS else n.kind for n in each} for each in (mine, theirs)
    )
    return bool(set.intersection(*sorts))


def _one_number(mine: tuple[Name, ...], theirs: tuple[Name, ...], one_source: bool) -> bool:
    """Whether a number is that of both.

    A source that lists two items under one number may mean two steps of one matter: then all their
    numbers must be the same, as they are when a text is listed in two languages.
    """
    if one_source:
        return bool(mine) and set(mine) == set(theirs) and any(map(_is_telling, mine))
    pairs = [(one, other) for one in mine for other in theirs if _agree(one, other)]
    if any(_is_sure(one, other) for one, other in pairs):
        return not _another_ruling(mine, theirs)
    return False


def _another_ruling(mine: tuple[Name, ...], theirs: tuple[Name, ...]) -> bool:
    """Whether the surest numbers, those of single decisions, differ: two rulings in one case."""
    one, other = ({n.number for n in each if n.kind == "ecli"} for each in (mine, theirs))
    return bool(one and other and not one & other)


def _agree(one: Name, other: Name) -> bool:
    if (one.kind, one.number) != (other.kind, other.number):
        return False
    if one.date and other.date:
        # The codes of courts in an ECLI are abbreviations that not everybody would guess.
        by_code = one.court.isupper() != other.court.isupper()
        return one.date == other.date and (by_code or courts_agree(one.court, other.court))
    return courts_agree(one.court, other.court)


def _is_sure(one: Name, other: Name) -> bool:
    """Two courts may have the same file number: court or date must be known of both."""
    if one.kind != "file-number":
        return True
    return bool((one.court and other.court) or (one.date and other.date))


def _is_telling(name: Name) -> bool:
    return name.kind != "file-number" or bool(name.court or name.date)

"""From pending alerts and source health to a Digest: plain values for templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import (
    Alert,
    Also,
    ChangeKind,
    Coverage,
    Digest,
    Entry,
    Failing,
    MailingList,
    Match,
    Part,
    Piece,
    Remark,
    Section,
    Side,
    Source,
    Tier,
    Topic,
    TroubleReport,
)
from monitor.story import FIGURE, figures, stories
from monitor.text.excerpt import joined
from monitor.text.fingerprint import fingerprint

ALL_IS_WELL_EVERY = timedelta(days=7)
EXCERPTS_SHOWN = 3
BLOCKS_SHOWN = 6
TERM_WORDS = 5
# Section of changes that are told although no topic matched (`alert: every`).
OTHER = "other"
_OTHER_TITLES = {"de": "Weitere Änderungen", "en": "Other changes"}


def wanted(alert: Alert, mailing_list: MailingList) -> bool:
    """Return whether the alert belongs to one of the list's topics; one without topics always."""
    return (
        not mailing_list.topics
        or not alert.topics
        or bool(set(alert.topics) & set(mailing_list.topics))
    )


def for_list(alerts: Iterable[Alert], mailing_list: MailingList) -> list[Alert]:
    """Return the wanted alerts as the list sees them: with the matches of its own topics.

    What is sure for another list's topic may be doubtful for this one's.
    """
    chosen = [alert for alert in alerts if wanted(alert, mailing_list)]
    topics = mailing_list.topics
    if not topics:
        return chosen
    return [
        replace(alert, matches=tuple(match for match in alert.matches if match.topic in topics))
        for alert in chosen
    ]


def is_due(alerts: Sequence[Alert], last_mail: datetime, now: datetime) -> bool:
    """Return whether a mail is to be composed at all.

    A *perhaps* never makes a mail of its own; it waits for a sure alert, or for the weekly mail
    which also says that all is well.
    """
    sure = any(alert.tier is Tier.SURE for alert in alerts)
    return sure or now - last_mail >= ALL_IS_WELL_EVERY


def message_id(list_id: str, cutoff: datetime, domain: str) -> str:
    """Return the Message-ID that this list's mail for this cut-off has at every attempt."""
    moment = cutoff.strftime("%Y%m%dT%H%M%S.%fZ")
    return f"<{list_id}.{moment}.{fingerprint(list_id, moment)}@{domain}>"


def compose(
    mailing_list: MailingList,
    alerts: Sequence[Alert],
    *,
    sources: Mapping[str, Source],
    topics: Mapping[str, Topic],
    coverage: Coverage,
    since: datetime,
    cutoff: datetime,
    message_id: str,
) -> Digest:
    """Return the digest of these alerts: each story once, under the first of its wanted topics."""
    sections: dict[str, list[Entry]] = {}
    perhaps: list[Entry] = []
    whole = {source.id for source in sources.values() if source.complete}
    for story in stories(alerts, whole):
        entry, tier = _entry(story, mailing_list, sources, topics)
        if tier is Tier.PERHAPS:
            perhaps.append(entry)
        else:
            home = _home(story, mailing_list, topics)
            sections.setdefault(home, []).append(entry)
    return Digest(
        list_id=mailing_list.id,
        list_name=mailing_list.name or mailing_list.id,
        lang=mailing_list.lang,
        timezone=mailing_list.timezone,
        since=since,
        cutoff=cutoff,
        message_id=message_id,
        sections=tuple(
            Section(topic, _title(topic, topics, mailing_list.lang), tuple(sections[topic]))
            for topic in (*topics, OTHER)
            if topic in sections
        ),
        perhaps=tuple(perhaps),
        coverage=coverage,
        topics=tuple(
            _title(topic, topics, mailing_list.lang) for topic in mailing_list.topics or topics
        ),
        alerts=tuple(alert.id for alert in alerts if alert.id is not None),
    )


def _home(story: Sequence[Alert], mailing_list: MailingList, topics: Mapping[str, Topic]) -> str:
    """The section: the first topic, in the order of the vocabulary, that has a sure match."""
    for tier in Tier:
        found = {m.topic for alert in story for m in alert.matches if m.tier is tier}
        for topic in topics:
            if topic in found and topic in (mailing_list.topics or topics):
                return topic
    return OTHER


def _title(topic: str, topics: Mapping[str, Topic], lang: str) -> str:
    titles = topics[topic].title if topic in topics else _OTHER_TITLES
    return titles.get(lang) or next(iter(titles.values()), topic)


def _entry(
    story: Sequence[Alert],
    mailing_list: MailingList,
    sources: Mapping[str, Source],
    topics: Mapping[str, Topic],
) -> tuple[Entry, Tier]:
    """The entry of a story, led by its first sure alert, and the story's tier."""
    lead = next((alert for alert in story if alert.tier is Tier.SURE), story[0])
    parts = _parts(story, lead)
    told = [alert for alert in story if parts or _same_item(alert, lead)]
    matches = sorted(
        (match for alert in told for match in alert.matches),
        key=lambda match: match.tier is Tier.PERHAPS,
    )
    side = _side(lead)
    counted = tuple(dict.fromkeys(figure for alert in story for figure in figures(alert)))
    passages = _passages(match for match in matches if match.side is side)
    title = _name(lead.source, sources) if len(counted) > 1 or parts else lead.title
    entry = Entry(
        alert=lead.id or 0,
        kind=ChangeKind.EDITED if parts else lead.kind,
        title=title,
        url=lead.url,
        source=_name(lead.source, sources),
        source_id=lead.source,
        published=lead.published,
        published_text=lead.published_text,
        detected_at=lead.detected_at,
        topics=tuple(
            _title(topic, topics, mailing_list.lang)
            for topic in dict.fromkeys(topic for alert in told for topic in alert.topics)
        ),
        terms=tuple(dict.fromkeys(_in_short(match.words) for match in matches)),
        excerpts=tuple(_without_title(passage, title) for passage, _ in passages)
        or (() if counted or parts else _first_words(lead)),
        removed=() if counted or parts else _shown_removed(lead),
        side=side,
        lang=lead.lang,
        also=_also(story, lead, sources),
        citations=tuple(dict.fromkeys(citation.id for citation in lead.citations)),
        remarks=(*_remarks(told), *counted),
        places=tuple(place for _, place in passages) if any(p for _, p in passages) else (),
        title_pieces=_marked(title, {match.words for match in matches}),
        parts=parts,
    )
    return entry, lead.tier


def _parts(story: Sequence[Alert], lead: Alert) -> tuple[Part, ...]:
    """The places of a source that was rewritten; () for any other story."""
    own = [alert for alert in story if alert.source == lead.source and not figures(alert)]
    if len({alert.item for alert in own}) < 2:
        return ()
    return tuple(dict.fromkeys(Part(alert.kind, alert.title, alert.url) for alert in own))


def _same_item(one: Alert, other: Alert) -> bool:
    return (one.source, one.item) == (other.source, other.item)


def _name(source: str, sources: Mapping[str, Source]) -> str:
    return sources[source].name if source in sources else source


def _in_short(words: str) -> str:
    """The words of a match; of a long stretch between two distant words, its ends."""
    split = words.split()
    return words if len(split) <= TERM_WORDS else f"{split[0]} … {split[-1]}"


def _passages(matches: Iterable[Match]) -> list[tuple[tuple[Piece, ...], str]]:
    """The passages around the matches with their places; those that overlap are one."""
    passages: list[tuple[tuple[Piece, ...], list[str]]] = []
    for match in matches:
        for number, (passage, places) in enumerate(passages):
            if both := joined(passage, match.excerpt):
                passages[number] = both, [*places, match.place]
                break
        else:
            passages.append((match.excerpt, [match.place]))
    return [
        (passage, "; ".join(filter(None, dict.fromkeys(places))))
        for passage, places in passages[:EXCERPTS_SHOWN]
    ]


def _without_title(passage: tuple[Piece, ...], title: str) -> tuple[Piece, ...]:
    """The passage from behind the title, which stands above it, if there still is a hit."""
    rest, left = list(passage), f"{title} "
    while rest and left:
        text, hit = rest[0]
        if left.startswith(text):
            left = left[len(text) :]
            rest.pop(0)
        elif text.startswith(left):
            rest[0] = Piece(text[len(left) :], hit)
            left = ""
        else:
            return passage
    return tuple(rest) if any(piece.hit for piece in rest) else passage


def _marked(title: str, words: Iterable[str]) -> tuple[Piece, ...]:
    """The title with the words that matched in it marked; nothing when there are none."""
    longest_first = sorted((re.escape(each) for each in words if each in title), key=len)[::-1]
    if not longest_first:
        return ()
    parts = re.split(f"({'|'.join(longest_first)})", title)
    return tuple(Piece(part, hit=bool(number % 2)) for number, part in enumerate(parts) if part)


def _remarks(alerts: Iterable[Alert]) -> tuple[Remark, ...]:
    """What was remarked about an item, each once; its figures come by themselves."""
    remarks = (remark for alert in alerts for remark in alert.remarks if remark.code != FIGURE)
    return tuple(dict.fromkeys(remarks))


def _first_words(alert: Alert) -> tuple[tuple[Piece, ...], ...]:
    """What is new, for an alert without a match."""
    return tuple((Piece(block[:400], hit=False),) for block in alert.added[:EXCERPTS_SHOWN])


def _shown_removed(alert: Alert) -> tuple[str, ...]:
    """The replaced text of an edit, the withdrawn text of a removal."""
    return () if alert.kind is ChangeKind.ADDED else alert.removed[:BLOCKS_SHOWN]


def _side(alert: Alert) -> Side:
    """Whether the words came or went: gone only if every match is gone."""
    sides = {match.side for match in alert.matches}
    if alert.kind is ChangeKind.REMOVED or sides == {Side.REMOVED}:
        return Side.REMOVED
    return Side.ADDED


def _also(story: Sequence[Alert], lead: Alert, sources: Mapping[str, Source]) -> tuple[Also, ...]:
    others = (alert for alert in story if not _same_item(alert, lead) and not figures(alert))
    return tuple(dict.fromkeys(Also(_name(a.source, sources), a.url) for a in others))


def trouble_report(
    mailing_list: MailingList,
    *,
    broken: tuple[Failing, ...],
    recovered: tuple[Failing, ...],
    notes: tuple[str, ...] = (),
    at: datetime,
    message_id: str,
) -> TroubleReport:
    """Return what operators are told."""
    return TroubleReport(
        list_id=mailing_list.id,
        list_name=mailing_list.name or mailing_list.id,
        lang=mailing_list.lang,
        timezone=mailing_list.timezone,
        at=at,
        message_id=message_id,
        broken=broken,
        recovered=recovered,
        notes=notes,
    )

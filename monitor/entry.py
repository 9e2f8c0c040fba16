"""From the alerts of one story to the entry that a reader sees: plain values for templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from monitor.feedback import mark
from monitor.genre import case_of, genre_of, stage_of
from monitor.model import (
    Alert,
    Also,
    ChangeKind,
    Cited,
    Deadline,
    DeadlineKind,
    Earlier,
    Entry,
    MailingList,
    Match,
    Part,
    Piece,
    Remark,
    Side,
    Source,
    Tier,
    Topic,
)
from monitor.priority import priority
from monitor.story import DEADLINE, FIGURE, STAGE, News, Told, figures
from monitor.text.excerpt import CUT, joined
from monitor.text.fingerprint import fingerprint

EXCERPTS_SHOWN = 3
BLOCKS_SHOWN = 6
TERM_WORDS = 5
# Section of changes that are told although no topic matched (`alert: every`).
OTHER = "other"


def topic_title(topic: str, topics: Mapping[str, Topic], lang: str) -> str:
    """Return the heading of a topic in the language, or else in any; of `OTHER`, none."""
    if topic not in topics:
        return "" if topic == OTHER else topic
    titles = topics[topic].title
    return titles.get(lang) or next(iter(titles.values()), topic)


def earlier(before: Sequence[Told], sources: Mapping[str, Source]) -> Earlier | None:
    """Return how a story was first told, for certain if it ever was."""
    sure = [each for each in before if each.alert.tier is Tier.SURE]
    for first in (sure or before)[:1]:
        told = first.alert
        return Earlier(told.title, told.url, source_name(told.source, sources), first.at)
    return None


def entry_of(
    news: News,
    mailing_list: MailingList,
    sources: Mapping[str, Source],
    topics: Mapping[str, Topic],
) -> tuple[Entry, Tier]:
    """Return the entry of a story, led by its first sure alert, and the story's tier."""
    story = news.alerts
    lead = next((alert for alert in story if alert.tier is Tier.SURE), story[0])
    parts = _parts(story, lead, sources)
    told = [alert for alert in story if parts or _same_item(alert, lead)]
    matches = _matches(told, story)
    side = _side(lead)
    counted = tuple(dict.fromkeys(figure for alert in story for figure in figures(alert)))
    title = source_name(lead.source, sources) if len(counted) > 1 or parts else lead.title
    passages = _passages((match for match in matches if match.side is side), title)
    source = sources.get(lead.source)
    entry = Entry(
        alert=lead.id or 0,
        kind=ChangeKind.EDITED if parts else lead.kind,
        title=title,
        url=lead.url,
        source=source_name(lead.source, sources),
        source_id=lead.source,
        published=lead.published,
        published_text=lead.published_text,
        detected_at=lead.detected_at,
        topics=tuple(
            topic_title(topic, topics, mailing_list.lang)
            for topic in dict.fromkeys(topic for alert in (*told, *story) for topic in alert.topics)
        ),
        terms=_terms(matches),
        excerpts=tuple(passage for passage, _ in passages)
        or (() if counted or parts else _first_words(lead)),
        removed=() if counted or parts else _shown_removed(lead),
        side=side,
        lang=lead.lang,
        also=_also(story, lead, sources),
        citations=tuple({each.id: Cited(each.id, each.url) for each in lead.citations}.values()),
        remarks=(*_remarks(told), *counted),
        added=() if counted or parts else _shown_added(lead),
        genre=genre_of(lead, source),
        case=case_of(lead, source),
        stage=stage_of(lead),
        deadlines=_deadlines(story),
        places=tuple(place for _, place in passages) if any(p for _, p in passages) else (),
        title_pieces=_marked(title, {match.words for match in matches}),
        parts=parts,
        update_of=earlier(news.before, sources),
        priority=max(priority(alert, sources.get(alert.source)).value for alert in story),
        answer=mark(lead.id or 0),
    )
    return entry, lead.tier


def _matches(told: Iterable[Alert], story: Iterable[Alert]) -> list[Match]:
    """The matches of what is quoted, the sure ones first, and those that only other places have."""
    mine = [match for alert in told for match in alert.matches]
    known = {(match.topic, match.term) for match in mine}
    more = [
        match
        for alert in story
        for match in alert.matches
        if (match.topic, match.term) not in known
    ]
    return [*sorted(mine, key=lambda match: match.tier is Tier.PERHAPS), *more]


def _parts(story: Sequence[Alert], lead: Alert, sources: Mapping[str, Source]) -> tuple[Part, ...]:
    """The places of a source that was rewritten; () for any other story."""
    if lead.source not in sources or not sources[lead.source].complete:
        return ()
    own = [alert for alert in story if alert.source == lead.source and not figures(alert)]
    if len({alert.item for alert in own}) < 2:
        return ()
    return tuple(dict.fromkeys(Part(alert.kind, alert.title, alert.url) for alert in own))


def _same_item(one: Alert, other: Alert) -> bool:
    return (one.source, one.item) == (other.source, other.item)


def source_name(source: str, sources: Mapping[str, Source]) -> str:
    """Return what readers call a source; its id when it is no longer watched."""
    return sources[source].name if source in sources else source


def _terms(matches: Iterable[Match]) -> tuple[str, ...]:
    """The words that matched, but those that are part of others: «Asyl» beside «Asyl für»."""
    found = dict.fromkeys(_in_short(match.words) for match in matches)
    whole = {each: f" {each.casefold()} " for each in found}
    return tuple(
        each
        for each in found
        if not any(each is not other and whole[each] in whole[other] for other in found)
    )


def _in_short(words: str) -> str:
    """The words of a match; of a long stretch between two distant words, its ends."""
    split = words.split()
    return words if len(split) <= TERM_WORDS else f"{split[0]} … {split[-1]}"


def _passages(matches: Iterable[Match], title: str) -> list[tuple[tuple[Piece, ...], str]]:
    """The passages around the matches with their places; those that overlap are one."""
    passages: list[tuple[tuple[Piece, ...], list[str]]] = []
    for match in matches:
        excerpt = _without_title(match.excerpt, title)
        for number, (passage, places) in enumerate(passages):
            if both := joined(passage, excerpt):
                passages[number] = both, [*places, match.place]
                break
        else:
            passages.append((excerpt, [match.place]))
    return [
        (passage, "; ".join(filter(None, dict.fromkeys(places))))
        for passage, places in passages[:EXCERPTS_SHOWN]
    ]


def _without_title(passage: tuple[Piece, ...], title: str) -> tuple[Piece, ...]:
    """The passage from behind the title, or its beginning, which stands above; with a hit left."""
    whole = "".join(piece.text for piece in passage)
    head, cut, _ = whole.partition(CUT)
    if whole.startswith(f"{title} "):
        gone, mark = len(title) + 1, ""
    elif cut and head and title.startswith(head):
        gone, mark = len(head) + len(cut), CUT.lstrip()
    else:
        return passage
    rest = [Piece(mark, hit=False)] if mark else []
    for piece in passage:
        if left := piece.text[gone:]:
            rest.append(Piece(left, piece.hit))
        gone = max(0, gone - len(piece.text))
    return tuple(rest) if any(piece.hit for piece in rest) else passage


def _marked(title: str, words: Iterable[str]) -> tuple[Piece, ...]:
    """The title with the words that matched in it marked; nothing when there are none."""
    longest_first = sorted((re.escape(each) for each in words if each in title), key=len)[::-1]
    if not longest_first:
        return ()
    parts = re.split(f"({'|'.join(longest_first)})", title)
    return tuple(Piece(part, hit=bool(number % 2)) for number, part in enumerate(parts) if part)


def _remarks(alerts: Iterable[Alert]) -> tuple[Remark, ...]:
    """What was remarked about an item, each once, but for what has fields of its own."""
    apart = {FIGURE, STAGE, DEADLINE}
    remarks = (each for alert in alerts for each in alert.remarks if each.code not in apart)
    return tuple(dict.fromkeys(remarks))


def _deadlines(story: Iterable[Alert]) -> tuple[Deadline, ...]:
    """The days to come that the story names, each once, soonest first; an answer's from its stage.

    Several places name a day in words of their own; the first counts. How far a procedure is, only
    what was found last says: an answer that came is due no more.
    """
    told = sorted(story, key=lambda alert: alert.detected_at)
    stages = {(a.source, a.item): (a, stage) for a in told if (stage := stage_of(a))}
    found: dict[tuple[date, DeadlineKind], Deadline] = {}
    for alert, stage in stages.values():
        if stage.due and stage.due > alert.detected_at.date():
            due = Deadline(stage.due, DeadlineKind.ANSWER, "")
            found.setdefault((due.day, due.kind), due)
    for alert in told:
        for remark in alert.remarks:
            if remark.code == DEADLINE:
                day = _deadline(dict(remark.values))
                found.setdefault((day.day, day.kind), day)
    return tuple(sorted(found.values(), key=lambda each: (each.day, each.time)))


def _deadline(said: Mapping[str, str]) -> Deadline:
    day, kind = date.fromisoformat(said["day"]), DeadlineKind(said["kind"])
    return Deadline(day, kind, said.get("words", ""), said.get("time", ""))


def _first_words(alert: Alert) -> tuple[tuple[Piece, ...], ...]:
    """What is new, for an alert without a match."""
    return tuple((Piece(block[:400], hit=False),) for block in alert.added[:EXCERPTS_SHOWN])


def _shown_added(alert: Alert) -> tuple[str, ...]:
    """The text that an edit brought, to be held against what it replaced."""
    return alert.added[:BLOCKS_SHOWN] if alert.kind is ChangeKind.EDITED else ()


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
    return tuple(
        dict.fromkeys(
            Also(
                source_name(a.source, sources),
                a.url,
                "" if _alike(a.title, lead.title) else a.title,
            )
            for a in others
        )
    )


def _alike(one: str, other: str) -> bool:
    return fingerprint(one.casefold()) == fingerprint(other.casefold())

"""From pending alerts and source health to a Digest: plain values for templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.entry import OTHER, earlier, entry_of, source_name, topic_title
from monitor.model import (
    Alert,
    Appointment,
    Coverage,
    Digest,
    Entry,
    Failing,
    MailingList,
    Repeat,
    Section,
    Source,
    Subject,
    Tier,
    Topic,
    TroubleReport,
)
from monitor.priority import priority
from monitor.story import Sorted, Told, sort_out

ALL_IS_WELL_EVERY = timedelta(days=7)


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


def new_alerts(
    alerts: Sequence[Alert], told: Sequence[Told], sources: Mapping[str, Source]
) -> list[Alert]:
    """Return the alerts but those that only repeat what the list was told."""
    return [alert for news in _sorted(alerts, told, sources).news for alert in news.alerts]


def _sorted(alerts: Sequence[Alert], told: Sequence[Told], sources: Mapping[str, Source]) -> Sorted:
    return sort_out(alerts, told, {source.id for source in sources.values() if source.complete})


def is_due(alerts: Sequence[Alert], last_mail: datetime, now: datetime) -> bool:
    """Return whether a mail is to be composed at all.

    A *perhaps* never makes a mail of its own, nor does a repeat, which is none of `alerts`; they
    wait for a sure alert, or for the weekly mail which also says that all is well.
    """
    sure = any(alert.tier is Tier.SURE for alert in alerts)
    return sure or now - last_mail >= ALL_IS_WELL_EVERY


def message_id(list_id: str, cutoff: datetime, domain: str, key: bytes = b"") -> str:
    """Return the Message-ID that this list's mail for this cut-off has at every attempt.

    Who has the mail can report that it came back; without the `key` nobody else can guess it.
    """
    moment = cutoff.strftime("%Y%m%dT%H%M%S.%fZ")
    mark = blake2b(f"{list_id} {moment}".encode(), key=key, digest_size=8).hexdigest()
    return f"<{list_id}.{moment}.{mark}@{domain}>"


def compose(
    mailing_list: MailingList,
    alerts: Sequence[Alert],
    *,
    told: Sequence[Told] = (),
    sources: Mapping[str, Source],
    topics: Mapping[str, Topic],
    coverage: Coverage,
    since: datetime,
    cutoff: datetime,
    message_id: str,
    answers_to: str | None = None,
    site: str | None = None,
) -> Digest:
    """Return the digest of these alerts: each story once, under the first of its wanted topics.

    Within a topic what matters most comes first.

    Of a story that was told, more is told as an update, and what repeats it is listed as that.
    `site` is the address of the public archive, if there is one.
    """
    sections: dict[str, list[Entry]] = {}
    perhaps: list[Entry] = []
    found = _sorted(alerts, told, sources)
    for news in found.news:
        entry, tier = entry_of(news, mailing_list, sources, topics)
        if tier is Tier.PERHAPS:
            perhaps.append(entry)
        else:
            home = _home(news.alerts, mailing_list, topics)
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
            Section(topic, topic_title(topic, topics, mailing_list.lang), _ordered(sections[topic]))
            for topic in (*topics, OTHER)
            if topic in sections
        ),
        perhaps=_ordered(perhaps),
        coverage=coverage,
        topics=tuple(
            topic_title(topic, topics, mailing_list.lang) for topic in mailing_list.topics or topics
        ),
        alerts=tuple(alert.id for alert in alerts if alert.id is not None),
        repeats=tuple(_repeats(found, sources)),
        answers_to=answers_to,
        neutral=mailing_list.subject is Subject.NEUTRAL,
        site=site,
        appointments=_appointments(
            (entry for entries in sections.values() for entry in entries), sources, cutoff
        ),
        calendar=mailing_list.calendar,
    )


def _repeats(found: Sorted, sources: Mapping[str, Source]) -> Iterator[Repeat]:
    """What was found again, with how it was told first."""
    for repeat in found.repeats:
        if before := earlier(repeat.before, sources):
            for alert in repeat.alerts:
                name = source_name(alert.source, sources)
                yield Repeat(alert.id or 0, alert.title, alert.url, name, before)


def _appointments(
    entries: Iterable[Entry], sources: Mapping[str, Source], cutoff: datetime
) -> tuple[Appointment, ...]:
    """The days that the entries name and that are still to come, soonest first."""
    found = [
        Appointment(
            deadline, entry.alert, entry.title, entry.url, entry.source, _zone(entry, sources)
        )
        for entry in entries
        for deadline in entry.deadlines
        if deadline.day >= cutoff.date()
    ]
    return tuple(sorted(found, key=lambda each: (each.deadline.day, each.deadline.time)))


def _zone(entry: Entry, sources: Mapping[str, Source]) -> str:
    """The time zone of the place; the hours of its hearings are meant in it."""
    return sources[entry.source_id].timezone if entry.source_id in sources else "UTC"


def _ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What matters most first; of equals, what was found first."""
    return tuple(sorted(entries, key=lambda entry: -entry.priority))


def is_urgent(
    mailing_list: MailingList, alerts: Iterable[Alert], sources: Mapping[str, Source]
) -> bool:
    """Return whether one of the alerts is so important that the list gets its mail at once."""
    least = mailing_list.urgent
    return least is not None and any(
        alert.tier is Tier.SURE and priority(alert, sources.get(alert.source)).value >= least
        for alert in alerts
    )


def _home(story: Sequence[Alert], mailing_list: MailingList, topics: Mapping[str, Topic]) -> str:
    """The section: the first topic, in the order of the vocabulary, that has a sure match."""
    for tier in Tier:
        found = {m.topic for alert in story for m in alert.matches if m.tier is tier}
        for topic in topics:
            if topic in found and topic in (mailing_list.topics or topics):
                return topic
    return OTHER


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

"""The command that asks what today's topics would have made of the past: backtest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from monitor.backtest import Tally, tally
from monitor.backtest import backtest as play_back
from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.looking import since_when
from monitor.cli.root import Root
from monitor.match import Rules
from monitor.model import Alert
from monitor.model.told import Told
from monitor.store import Store


@app.command()
def backtest(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="Only changes found since: 90d, or 2026-11-01.")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Also what was there at first sight.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run today's topics over the stored versions: what would have been alerted.

    Change a term in sources.yaml and compare the numbers before it goes live. Nothing is stored or
    mailed.
    """
    root: Root = context.obj
    after = since_when(since)
    with root.store() as store, show.progress("matching", len(root.config.sources)) as advance:
        tallied = tally(
            alert
            for alert in past_alerts(root, store, advance, with_baseline=baseline)
            if after is None or alert.detected_at >= after
        )
    if as_json:
        show.as_json(_tally_json(tallied))
    else:
        _show_tally(root, tallied)


def past_alerts(
    root: Root,
    store: Store,
    advance: show.Advance,
    *,
    rules: Rules | None = None,
    also: str | None = None,
    with_baseline: bool = False,
) -> Iterator[Alert]:
    """Yield what the rules (the file's, unless others are given) would have alerted.

    Topic `also` is looked for in every source, whatever its entry says.
    """
    for each in root.config.sources:
        source = replace(each, topics=(*each.topics, also)) if also and each.topics else each
        first = None if with_baseline else store.history.first_version(source.id)
        versions = store.history.item_versions(source.id)
        yield from play_back(source, versions, rules or root.rules, baseline=first)
        advance(source.id)


def _tally_json(tallied: Tally) -> dict[str, Any]:
    terms: dict[str, int] = {}
    for (_, term), number in tallied.by_term.items():
        terms[term] = terms.get(term, 0) + number
    return {
        "alerts": tallied.alerts,
        "sure": tallied.sure,
        "by_topic": tallied.by_topic,
        "by_term": terms,
        "by_source": tallied.by_source,
    }


def _show_tally(root: Root, tallied: Tally) -> None:
    terms = {f"{term} ({topic})": number for (topic, term), number in tallied.by_term.items()}
    silent = [
        f"{term.name} ({topic.id})"
        for topic in root.config.vocabulary.topics.values()
        for term in topic.terms
        if (topic.id, term.name) not in tallied.by_term
    ]
    _show_numbers("topic", tallied.by_topic)
    _show_numbers("term", terms)
    _show_numbers("source", tallied.by_source)
    show.line(
        Told("{alerts} alerts, {sure} of them sure", alerts=tallied.alerts, sure=tallied.sure)
    )
    if silent:
        names = ", ".join(silent)
        show.line(Told("{count} terms found nothing: {names}", count=len(silent), names=names))


def _show_numbers(what: str, numbers: Mapping[str, int]) -> None:
    if numbers:
        show.table("", [what, "alerts"], [(name, str(n)) for name, n in numbers.items()])

"""Commands that judge the terms: what readers answered (feedback), what each term did (terms)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.backtesting import past_alerts
from monitor.cli.looking import since_when
from monitor.cli.root import Root
from monitor.cli.speaking import say
from monitor.errors import MailboxError
from monitor.feedback import Use, Verdicts, Vote, judge, vote
from monitor.inbox import letters
from monitor.match import Rules, TermError, compile_vocabulary
from monitor.model import Alert, Term, Topic, Vocabulary
from monitor.model.told import Told, reason
from monitor.terms import TermUse, term_uses

_TRIED = "tried"
_SHOWN = 20


@app.command()
def feedback(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.mbox", help="An mbox file, or a Maildir folder.")
    ],
    as_json: AsJson = False,
) -> None:
    """Turn readers' answers «not relevant» into the precision of each term and source.

    Every entry of a mail has a link for that answer. Nothing is stored, and nobody is tracked.
    """
    root: Root = context.obj
    votes = list(_votes(file))
    with root.store() as store:
        verdicts = judge(votes, store.history.alerts())
    if as_json:
        show.as_json(_verdicts_json(votes, verdicts))
    else:
        _show_verdicts(votes, verdicts)


def _votes(file: Path) -> Iterator[Vote]:
    for mail in _mails(file):
        if found := vote(mail):
            yield found


def _mails(file: Path) -> Iterator[Message]:
    parser = BytesParser(policy=policy.default)
    try:
        for letter in letters(file):
            yield parser.parsebytes(letter)
    except MailboxError as error:
        raise typer.BadParameter(str(error)) from error


def _verdicts_json(votes: list[Vote], verdicts: Verdicts) -> dict[str, Any]:
    return {
        "answers": len(votes),
        "unknown": list(verdicts.unknown),
        "terms": [
            {"topic": topic, "term": term, **_use_json(use)}
            for (topic, term), use in verdicts.by_term.items()
        ],
        "sources": [
            {"source": source, **_use_json(use)} for source, use in verdicts.by_source.items()
        ],
        "not_relevant": [alert.id for alert in verdicts.idle],
    }


def _use_json(use: Use) -> dict[str, Any]:
    return {
        "alerts": use.alerts,
        "relevant": use.relevant,
        "not_relevant": use.idle,
        "precision": round(use.precision, 4),
    }


def _show_verdicts(votes: list[Vote], verdicts: Verdicts) -> None:
    columns = ["alerts", "relevant", "not relevant", "precision at most"]
    terms = [(f"{topic}: {term}", use) for (topic, term), use in verdicts.by_term.items()]
    for title, rows in (("term", terms), ("source", list(verdicts.by_source.items()))):
        told = [(name, use) for name, use in rows if use.idle or use.relevant]
        show.table(f"By {title}", [title, *columns], [(name, *_cells(use)) for name, use in told])
    show.line(
        Told(
            "{votes} answers; {idle} alerts were not relevant",
            votes=len(votes),
            idle=len(verdicts.idle),
        )
    )
    if verdicts.unknown:
        show.line(
            Told(
                "{unknown} answers are about alerts that are not in this store",
                unknown=len(verdicts.unknown),
            )
        )


def _cells(use: Use) -> tuple[str, ...]:
    return (str(use.alerts), str(use.relevant), str(use.idle), f"{use.precision:.2f}")


@app.command()
def terms(
    context: typer.Context,
    since: Annotated[
        str, typer.Option(help="Only changes found since: 365d, or 2026-01-01.")
    ] = "365d",
    new: Annotated[
        list[str] | None,
        typer.Option("--new", help="A spelling not in the file: what would it have raised?"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell which terms never fire, which fire idly, and what a new one would have raised.

    Runs over the stored versions as `backtest` does; nothing is stored or mailed.
    """
    root: Root = context.obj
    vocabulary = root.config.vocabulary
    tried = _tried(vocabulary, new) if new else None
    after = since_when(since)
    with root.store() as store, show.progress("matching", len(root.config.sources)) as advance:
        found = [
            alert
            for alert in past_alerts(
                root, store, advance, rules=tried, also=_TRIED if tried else None
            )
            if after is None or alert.detected_at >= after
        ]
    raised = [alert for alert in found if _TRIED in alert.topics]
    uses = () if new else term_uses(vocabulary, found)
    if as_json:
        show.as_json({"terms": [_term_json(use) for use in uses], "new": _new_json(new, raised)})
    elif new:
        _show_new(new, raised)
    else:
        _show_uses(uses)


def _tried(vocabulary: Vocabulary, spellings: list[str]) -> Rules:
    """Rules with a topic of its own for the new spellings, beside all others."""
    term = Term(spellings[0], tuple(spellings))
    topic = Topic(_TRIED, {"en": "Tried"}, (term,))
    try:
        return compile_vocabulary(replace(vocabulary, topics={**vocabulary.topics, _TRIED: topic}))
    except TermError as error:
        told = reason(error)
        if error.suggestion:
            told = Told("{told} – did you mean `{near}`?", told=told, near=error.suggestion)
        raise typer.BadParameter(say(told)) from None


def _term_json(use: TermUse) -> dict[str, Any]:
    return {
        "topic": use.topic,
        "term": use.term,
        "line": use.line,
        "state": use.state,
        "alerts": use.alerts,
        "sure": use.sure,
        "alone": use.alone,
        "last": show.iso(use.last),
    }


def _new_json(new: list[str] | None, raised: list[Alert]) -> dict[str, Any] | None:
    if not new:
        return None
    only = [alert for alert in raised if alert.topics == (_TRIED,)]
    return {
        "spellings": new,
        "alerts": len(raised),
        "more": len(only),
        "examples": [
            {"source": alert.source, "title": alert.title, "url": alert.url}
            for alert in (only or raised)[:_SHOWN]
        ],
    }


def _show_new(new: list[str], raised: list[Alert]) -> None:
    only = [alert for alert in raised if alert.topics == (_TRIED,)]
    for alert in (only or raised)[:_SHOWN]:
        show.line(f"{show.moment(alert.detected_at)}  {alert.source}  {alert.title}")
        for match in alert.matches:
            if match.topic == _TRIED:
                show.line(show.excerpt(match.excerpt))
                break
    names = ", ".join(f"`{spelling}`" for spelling in new)
    show.line(
        Told(
            "{names} would have stood in {raised} alerts, {only} of which no term of the "
            "file raised",
            names=names,
            raised=len(raised),
            only=len(only),
        )
    )


def _show_uses(uses: tuple[TermUse, ...]) -> None:
    rows = [
        (use.state, f"{use.topic}: {use.term}", str(use.line), str(use.alerts), str(use.sure),
         str(use.alone), show.moment(use.last))
        for use in sorted(uses, key=lambda use: (use.state != "never", use.alerts))
    ]  # fmt: skip
    show.table("Terms", ["state", "term", "line", "alerts", "sure", "alone", "last"], rows)
    show.line(
        Told(
            "never: did not fire; idle: never surely; spare: never without another term; the "
            "rest is useful"
        )
    )

"""The command for mails that came back: bounces."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root, now
from monitor.cli.speaking import say
from monitor.cli.standing import paused_json, paused_line
from monitor.model.told import Told
from monitor.pipeline import Bounced, take_bounces
from monitor.store import Store


@app.command()
def bounces(
    context: typer.Context,
    resume: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Make mails for this paused address again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read what came back (MONITOR_MAIL_BOUNCES), and show which addresses get nothing and why.

    The service does so every hour. An address is paused when two mails within a week came back for
    good; what its lists found meanwhile and nobody got is mailed once it is resumed.
    """
    root: Root = context.obj
    with root.store() as store:
        if resume is not None:
            _resume(store, resume)
        returns = root.returns()
        read = returns.letters and take_bounces(store, returns.letters(), returns.to, now())
        paused = store.bounces.paused()
        counted = Counter((b.recipient, b.severity) for b in store.bounces.all())
    if as_json:
        show.as_json(
            {
                "read": _read_json(read) if read else None,
                "paused": [paused_json(each) for each in paused],
                "recipients": [
                    {
                        "recipient": name,
                        "hard": counted[name, "hard"],
                        "soft": counted[name, "soft"],
                    }
                    for name in sorted({name for name, _ in counted})
                ],
            }
        )
        return
    _show_read(read)
    for name in sorted({name for name, _ in counted}):
        show.line(
            Told(
                "{name}: {hard} hard, {soft} soft",
                name=name,
                hard=counted[name, "hard"],
                soft=counted[name, "soft"],
            )
        )
    for each in paused:
        show.line(paused_line(each), style="red")


def _resume(store: Store, address: str) -> None:
    if not store.bounces.resume(address, now()):
        paused = ", ".join(each.recipient for each in store.bounces.paused()) or "nobody"
        raise typer.BadParameter(
            say(Told("`{address}` is not paused; paused: {paused}", address=address, paused=paused))
        )


def _read_json(read: Bounced) -> dict[str, Any]:
    return {
        "new": read.new,
        "hard": read.hard,
        "soft": read.soft,
        "unknown": read.unknown,
        "others": read.others,
        "paused": list(read.paused),
    }


def _show_read(read: Bounced | None) -> None:
    if read is None:
        show.line(Told("MONITOR_MAIL_BOUNCES names no mailbox, so nothing is read"))
        return
    show.line(
        Told(
            "{count} mails came back ({hard} for good), {new} of them new; {unknown} reports "
            "are about no mail of ours, {others} mails are no reports",
            count=read.hard + read.soft,
            hard=read.hard,
            new=read.new,
            unknown=read.unknown,
            others=read.others,
        )
    )

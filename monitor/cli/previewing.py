"""The command `preview`: digests as pages in the browser, from stored alerts or invented ones."""

from __future__ import annotations

import tempfile
import webbrowser
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import show
from monitor.cli.app import AsJson, app
from monitor.cli.root import Root, now
from monitor.cli.speaking import languages, say
from monitor.errors import MonitorError
from monitor.model.told import Told
from monitor.pipeline import preview_digests
from monitor.render import Rendered, Templates
from monitor.render.samples import digests, reports

_STYLE = "body{font:16px/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail to look at; `name` is that of its files."""

    name: str
    rendered: Rendered


@app.command()
def preview(
    context: typer.Context,
    lists: Annotated[
        list[str] | None, typer.Option("--list", help="Only this list; may be repeated.")
    ] = None,
    *,
    sample: Annotated[
        bool, typer.Option("--sample", help="Invented mails with all that a mail may hold.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Where the files are written. [a new temporary folder]")
    ] = None,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Only write the files and say where they are.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show in the browser what each list would get now; nothing is mailed or stored.

    With --sample the mails are invented, in every language: for a look at changed templates.
    """
    root: Root = context.obj
    if sample and lists:
        raise typer.BadParameter(say(Told("--sample invents its own list; leave out --list")))
    only = [root.mailing_list(id_).id for id_ in lists or ()]
    shown = tuple(_samples(Templates(root.templates)) if sample else _waiting(root, only))
    if not shown:
        raise MonitorError(
            Told("there is no list that gets digests; `preview --sample` shows invented mails")
        )
    place = folder or Path(tempfile.mkdtemp(prefix="policy-monitor-"))
    index = _written(place, shown)
    if as_json:
        show.as_json({"index": str(index), "mails": [each.name for each in shown]})
    else:
        show.line(Told("{count} mails, to be seen in {index}", count=len(shown), index=index))
    if not no_open and not webbrowser.open(index.resolve().as_uri()):
        show.line(Told("no browser was found here; open the file yourself"))


def _waiting(root: Root, only: Sequence[str]) -> Iterator[Shown]:
    """What each list would get now."""
    with root.store() as store:
        for digest, rendered in preview_digests(root.office(), store, now(), only=only):
            yield Shown(digest.list_id, rendered)


def _samples(templates: Templates) -> Iterator[Shown]:
    for lang in languages():
        for number, digest in enumerate(digests(lang), start=1):
            yield Shown(f"digest-{lang}-{number}", templates.digest(digest))
        for number, report in enumerate(reports(lang), start=1):
            yield Shown(f"trouble-{lang}-{number}", templates.trouble(report))


# --- files ---------------------------------------------------------------------------------------


def _written(folder: Path, shown: Iterable[Shown]) -> Path:
    """Write each mail as HTML and text, and a page that leads to all; return that page."""
    index = folder / "index.html"
    files = {index: _index(shown)}
    for each in shown:
        files[folder / f"{each.name}.html"] = _with_pictures(each.rendered)
        files[folder / f"{each.name}.txt"] = each.rendered.text
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        where, why = error.filename or folder, error.strerror or error
        raise MonitorError(Told("{file} cannot be written: {why}", file=where, why=why)) from error
    return index


def _with_pictures(rendered: Rendered) -> str:
    """The HTML with the pictures that a mail program would take from the mail itself."""
    html = rendered.html
    for each in rendered.attached:
        if each.cid:
            data = f"data:{each.media_type};base64,{b64encode(each.content).decode()}"
            html = html.replace(f"cid:{each.cid}", data)
    return html


def _index(shown: Iterable[Shown]) -> str:
    rows = "".join(
        f'<li lang="{escape(each.rendered.lang)}"><a href="{escape(each.name)}.html">'
        f"{escape(each.rendered.subject)}</a> <small>{escape(each.name)} · "
        f'<a href="{escape(each.name)}.txt">Text</a></small></li>'
        for each in shown
    )
    title = say(Told("Preview"))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f"<!doctype html><html>{head}<h1>{title}</h1><ol>{rows}</ol></html>\n"

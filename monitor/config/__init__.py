"""sources.yaml and recipients.yaml: from text to values, or to every problem at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from monitor.config.adding import Known, NoPlaceError, Place, inserted, place_for, sources_in, usual
from monitor.config.build import build
from monitor.config.checks import (
    check_examples,
    check_languages,
    check_recipients,
    check_sources,
)
from monitor.config.ignoring import read_ignored
from monitor.config.reading import read
from monitor.config.schema import MODELINE, json_schema
from monitor.config.shape import RecipientsFile, SourcesFile
from monitor.config.tree import Note
from monitor.errors import ConfigError, Problem
from monitor.model import Config
from monitor.render import check_templates, languages

__all__ = [
    "MODELINE",
    "Config",
    "Known",
    "NoPlaceError",
    "Place",
    "inserted",
    "json_schema",
    "load",
    "place_for",
    "read_ignored",
    "sources_in",
    "usual",
]


def load(
    sources: Path,
    recipients: Path | None,
    templates: Path | None = None,
    *,
    examples: bool = True,
    drawn: bool = True,
) -> Config:
    """Return what the files say, with all defaults filled in.

    Without `recipients` there are no lists; with `templates` their languages are known, and if they
    are to be `drawn` the templates are checked too. To try the `examples` beside the terms takes a
    second or two for the shipped file.
    Raises ConfigError with every problem of all files at once.
    """
    watched, notes = read(SourcesFile, sources)
    receivers, more = read(RecipientsFile, recipients) if recipients else (None, [])
    if watched:
        lists_unknown = recipients is not None and receivers is None
        lists = receivers.lists if receivers else []
        notes += check_sources(watched, None if lists_unknown else lists)
        notes += check_examples(watched) if examples else ()
    if receivers:
        more += check_recipients(receivers, watched)
        more += check_languages(receivers, languages(templates)) if templates else ()
    problems = [
        *_problems(sources, notes),
        *(_problems(recipients, more) if recipients else ()),
        *(check_templates(templates) if templates and drawn else ()),
    ]
    if problems or watched is None:
        raise ConfigError(problems)
    return build(watched, receivers)


def _problems(file: Path, notes: Iterable[Note]) -> list[Problem]:
    """Each problem once: what an anchor brings to several places is one mistake."""
    return [Problem(file, *note) for note in dict.fromkeys(notes)]

"""The composition root: from arguments and environment to the parts that work together."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from monitor import __version__
from monitor.cli.remembering import folder_of, mark, recall, remember
from monitor.cli.speaking import say
from monitor.errors import ConfigError, MonitorError, Problem
from monitor.model import Config, MailingList, Source
from monitor.model.told import Told
from monitor.settings import Settings, read_settings
from monitor.shipped import shipped
from monitor.text.nearest import nearest

if TYPE_CHECKING:
    from monitor.daemon import Plan
    from monitor.fetch import Fetcher, Shared
    from monitor.match import Rules
    from monitor.pipeline import Door, Office, Returns
    from monitor.reader import Apart
    from monitor.render import Pages
    from monitor.store import Store

Named = TypeVar("Named")


def now() -> datetime:
    """The one clock of the program."""
    return datetime.now(UTC)


def settings_from(
    environ: Mapping[str, str],
    sources: Path | None = None,
    recipients: Path | None = None,
    database: str | None = None,
) -> Settings:
    """Return the settings of this process; raises MonitorError."""
    try:
        here = Path.cwd()
    except OSError as error:
        raise MonitorError(Told("the current directory is gone; change to another one")) from error
    return read_settings(
        environ,
        here,
        sources=sources,
        recipients=recipients,
        database=database,
        hostname=socket.getfqdn(),
    )


@dataclass(frozen=True)
class Root:
    """The parts, each imported and made when it is first needed: much needs only a few."""

    settings: Settings
    environ: Mapping[str, str]

    @cached_property
    def config(self) -> Config:
        """What the two files say; raises ConfigError."""
        return self.load()

    @cached_property
    def rules(self) -> Rules:
        """The compiled topics."""
        from monitor.match import compile_vocabulary

        return compile_vocabulary(self.config.vocabulary)

    @property
    def templates(self) -> Path:
        """The folder of the mail templates."""
        return self.settings.templates or shipped("templates")

    def load(self, *, thoroughly: bool = False, drawn: bool = True) -> Config:
        """Read the two files anew; a recipients file that nobody named may be missing.

        Thoroughly, the examples beside the terms are tried, and the templates `drawn`: for `lint`,
        and when the service starts. A command for a moment need not wait for that, and takes what
        was read of the same files before.
        """
        sources = self.settings.sources
        if not sources.exists():
            told = (
                "there is no such file; name yours with --sources FILE, or let "
                "`policy-monitor demo` show what it is about"
            )
            raise ConfigError([Problem(sources, 0, told)])
        recipients = self.settings.recipients
        named = recipients != sources.with_name("recipients.yaml")
        present = recipients if named or recipients.exists() else None
        files = (sources, present) if present else (sources,)
        folder, before = folder_of(self.settings.database), mark(files)
        if folder and before and not thoroughly and (kept := recall(folder, before)):
            return kept
        from monitor.config import load

        templates = self.templates if thoroughly else None
        config = load(sources, present, templates, examples=thoroughly, drawn=drawn)
        if folder and before and before == mark(files):
            remember(folder, before, config)
        return config

    def store(self) -> Store:
        """Open the store."""
        from monitor.store import Store

        return Store.open(self.settings.database)

    def fetcher(self, *, total: int = 16, shared: Shared | None = None) -> Fetcher:
        """Return the way out to the network; an asynchronous context manager.

        So many requests are under way in `total`; `shared` are the turns of several machines.
        """
        from monitor.fetch import Fetcher

        contact = f" (+{self.config.contact})" if self.config.contact else ""
        return Fetcher(
            user_agent=f"policy-monitor/{__version__}{contact}",
            now=now,
            secrets=self.settings.kind_secrets,
            browser=self.settings.browser,
            total=total,
            shared=shared,
        )

    def reader(self) -> Apart:
        """Return who reads what was fetched; an asynchronous context manager."""
        from monitor.reader import Apart

        return Apart()

    def door(self) -> Callable[[], AbstractAsyncContextManager[Door]]:
        """Return what opens the way out for mails."""
        from monitor.deliver import mail_door

        return lambda: mail_door(self.settings.mail, self.settings.mail_password)

    def pages(self) -> Pages:
        """Return what draws the pages of the archive."""
        from monitor.render import Pages

        return Pages(self.templates, "Europe/Berlin")

    def returns(self) -> Returns:
        """Return where mails come back to, and how they are read there."""
        from monitor.inbox import letters
        from monitor.pipeline import Returns

        box = self.settings.mail_bounces
        return Returns(self.settings.mail_return, (lambda: letters(box)) if box else None)

    def office(self, config: Config | None = None) -> Office:
        """Return what composing needs."""
        from monitor.pipeline import Office
        from monitor.render import Templates

        config = config or self.config
        return Office(
            lists=config.lists,
            sources={source.id: source for source in config.sources},
            topics=config.vocabulary.topics,
            templates=Templates(self.templates),
            sender=self.settings.mail_from,
            site=self.settings.site_url,
            unsubscribe=self.settings.mail_unsubscribe,
        )

    def plan(self) -> Plan:
        """Return what the daemon works by, read anew; raises ConfigError."""
        from monitor.daemon import Plan
        from monitor.match import compile_vocabulary

        # Shipped templates were drawn when they were made; that again takes a second or two.
        config = self.load(thoroughly=True, drawn=self.settings.templates is not None)
        rules, office = compile_vocabulary(config.vocabulary), self.office(config)
        return Plan(config.sources, rules, office, self.mark())

    def mark(self) -> str:
        """Return what is the same on all machines that have the same file of sources."""
        from monitor.text.fingerprint import content_fingerprint

        return content_fingerprint(self.settings.sources.read_bytes())

    def source(self, id_: str) -> Source:
        """Return a source by its id; wrong usage when there is none."""
        return _named(id_, {s.id: s for s in self.config.sources}, self.settings.sources)

    def mailing_list(self, id_: str) -> MailingList:
        """Return a list by its id; wrong usage when there is none."""
        return _named(id_, {each.id: each for each in self.config.lists}, self.settings.recipients)


def _named(id_: str, known: Mapping[str, Named], file: Path) -> Named:
    try:
        return known[id_]
    except KeyError:
        near = nearest(id_, known)
        told = Told("`{id}` is not in {file}", id=id_, file=file)
        if near:
            told = Told("{told} – did you mean `{near}`?", told=told, near=near)
        raise typer.BadParameter(say(told)) from None


def process_root(sources: Path | None, recipients: Path | None, database: str | None) -> Root:
    """Return the root of this process."""
    return Root(settings_from(os.environ, sources, recipients, database), os.environ)

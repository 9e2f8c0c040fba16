"""What the environment says: where things are, how mail leaves, and the secrets that no file holds.

A secret is given in one of three ways: MONITOR_X itself, MONITOR_X_FILE (a path), or a systemd
credential of the same name in small letters with hyphens (`LoadCredential=mail-password:…`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from monitor.deliver import SCHEMES, DoorError, read_door
from monitor.errors import ConfigError, Problem
from monitor.model.told import Told, reason
from monitor.text.address import AddressError, read_address
from monitor.text.nearest import nearest

_PREFIX = "MONITOR_"
# Keys of interfaces that some kinds of sources ask with; a test knows those of all kinds.
KIND_SECRETS = ("MONITOR_DIP_KEY",)
_SECRETS = ("MONITOR_DATABASE", "MONITOR_MAIL_PASSWORD", *KIND_SECRETS)
# Other names of credentials than the usual one, which is that of the variable: dip-key.
_CREDENTIALS = {"MONITOR_MAIL_PASSWORD": ("mail-password", "smtp-password")}
VARIABLES = (
    "MONITOR_SOURCES",
    "MONITOR_RECIPIENTS",
    "MONITOR_TEMPLATES",
    "MONITOR_MAIL",
    "MONITOR_MAIL_FROM",
    "MONITOR_MAIL_RETURN",
    "MONITOR_MAIL_BOUNCES",
    "MONITOR_MAIL_UNSUBSCRIBE",
    "MONITOR_SITE",
    "MONITOR_SITE_URL",
    "MONITOR_SITE_ROBOTS",
    "MONITOR_LOG",
    "MONITOR_LANG",
    "MONITOR_METRICS",
    "MONITOR_BROWSER",
    *_SECRETS,
    *(f"{name}_FILE" for name in _SECRETS),
)
_LARGEST_SECRET = 65_536
_WITHOUT_PASSWORD = re.compile(r"//([^:@/]+@)?[^:@/]+(:\d+)?/?")
_ONE_CLICK = re.compile(r"https://[!-;=?-~]*\{to\}[!-;=?-~]*")
_NAMED = re.compile(r"(?P<name>[^<>\x00-\x1f\x7f]*[^<>\s]) *<(?P<address>[^<>]*)>")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how mail leaves. Secrets do not show in the repr."""

    sources: Path
    recipients: Path
    database: str = field(repr=False)
    mail: str
    mail_from: str
    mail_password: str | None = field(repr=False)
    templates: Path | None
    log: str
    kind_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    browser: str | None = None
    mail_return: str | None = None
    mail_bounces: Path | None = None
    mail_unsubscribe: str | None = None
    site: Path | None = None
    site_url: str | None = None
    site_robots: str = "noindex"
    metrics: Path | None = None


def read_settings(
    environ: Mapping[str, str],
    cwd: Path,
    *,
    sources: Path | None = None,
    recipients: Path | None = None,
    database: str | None = None,
    hostname: str = "localhost",
) -> Settings:
    """Return the settings; arguments (from the command line) come before the environment.

    Relative paths count from `cwd`. A variable that is set to nothing counts as not set. Raises
    ConfigError with every problem, in which the name of the variable stands for the file.
    """
    reading = _Reading({name: value for name, value in environ.items() if value}, cwd, [])
    reading.check_names()
    sources = cwd / (sources or reading.path("MONITOR_SOURCES") or "sources.yaml")
    beside = sources.with_name("recipients.yaml")
    mail, mail_password = reading.mail()
    settings = Settings(
        sources=sources,
        recipients=cwd / (recipients or reading.path("MONITOR_RECIPIENTS") or beside),
        database=database or reading.database() or _default_database(environ, cwd),
        mail=mail,
        mail_from=reading.mail_from(hostname),
        mail_password=mail_password,
        templates=reading.folder("MONITOR_TEMPLATES"),
        log=reading.log(),
        kind_secrets={
            name: secret for name in KIND_SECRETS if (secret := reading.secret(name)) is not None
        },
        browser=reading.environ.get("MONITOR_BROWSER"),
        mail_return=reading.mail_return(),
        mail_bounces=reading.path("MONITOR_MAIL_BOUNCES"),
        mail_unsubscribe=reading.mail_unsubscribe(),
        site=reading.path("MONITOR_SITE"),
        site_url=reading.site_url(),
        site_robots=reading.site_robots(),
        metrics=reading.metrics(),
    )
    if reading.problems:
        raise ConfigError(reading.problems)
    return settings


def _default_database(environ: Mapping[str, str], cwd: Path) -> str:
    """STATE_DIRECTORY is set by systemd; with several, separated by colons, the first is ours."""
    first = environ.get("STATE_DIRECTORY", "").split(":")[0]
    return f"sqlite:///{cwd / (first or 'state') / 'policy-monitor.db'}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """The variables that are set, and what is wrong with them."""

    environ: Mapping[str, str]
    cwd: Path
    problems: list[Problem]

    def problem(self, name: str, message: str, suggestion: str | None = None) -> None:
        self.problems.append(Problem(Path(name), 0, message, suggestion))

    def check_names(self) -> None:
        for name in self.environ:
            if not name.startswith(_PREFIX) or name in VARIABLES:
                continue
            plain = name.removesuffix("_FILE")
            if plain in VARIABLES:
                message = Told("only secrets can stand in a file; set {plain} itself", plain=plain)
                self.problem(name, message, plain)
            else:
                self.problem(name, Told("there is no such setting"), nearest(name, VARIABLES))

    # --- plain values ----------------------------------------------------------------------------

    def path(self, name: str) -> Path | None:
        value = self.environ.get(name)
        return self.cwd / value if value else None

    def folder(self, name: str) -> Path | None:
        path = self.path(name)
        if path and not path.is_dir():
            self.problem(name, Told("there is no directory `{folder}`", folder=self.environ[name]))
        return path

    def site_url(self) -> str | None:
        """The address of the archive, without the slash at its end."""
        value = self.environ.get("MONITOR_SITE_URL")
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            plain = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            plain = False
        if not plain or parts.query or parts.fragment or "@" in parts.netloc:
            told = Told("must be an address such as https://example.org/archive")
            self.problem("MONITOR_SITE_URL", told)
        return value.rstrip("/")

    def site_robots(self) -> str:
        """Whether search engines may list the archive."""
        value = self.environ.get("MONITOR_SITE_ROBOTS", "noindex")
        if value not in ("noindex", "index"):
            near = nearest(value, ("noindex", "index"))
            told = Told("must be noindex or index, not `{value}`", value=value)
            self.problem("MONITOR_SITE_ROBOTS", told, near)
        return value

    def log(self) -> str:
        value = self.environ.get("MONITOR_LOG", "text")
        if value not in ("text", "json"):
            near = nearest(value, ("text", "json"))
            self.problem(
                "MONITOR_LOG", Told("must be text or json, not `{value}`", value=value), near
            )
        return value

    def metrics(self) -> Path | None:
        """The file of figures; node_exporter passes over files with another ending."""
        path = self.path("MONITOR_METRICS")
        if path and path.suffix != ".prom":
            value = self.environ["MONITOR_METRICS"]
            self.problem(
                "MONITOR_METRICS", Told("must end in .prom, not be `{value}`", value=value)
            )
        return path

    def mail(self) -> tuple[str, str | None]:
        """The door for mails and its password; a door that cannot be opened is a problem."""
        value = self.environ.get("MONITOR_MAIL", "file:outbox")
        before = len(self.problems)
        password = self.secret("MONITOR_MAIL_PASSWORD")
        if len(self.problems) == before or password is not None:
            try:
                read_door(value, password)
            except DoorError as error:
                self.problem("MONITOR_MAIL", reason(error), _other_scheme(value))
        return value, password

    def mail_from(self, hostname: str) -> str:
        value = self.environ.get("MONITOR_MAIL_FROM")
        if value is None:
            return f"policy-monitor@{hostname}"
        named = _NAMED.fullmatch(value)
        try:
            address = read_address(named["address"] if named else value)
        except AddressError as error:
            self.problem("MONITOR_MAIL_FROM", reason(error))
            return value
        return f"{named['name']} <{address}>" if named else address

    def mail_return(self) -> str | None:
        """The address of envelopes, in which one `*` may stand for the mark of a mail."""
        value = self.environ.get("MONITOR_MAIL_RETURN")
        if value is None:
            return None
        try:
            # The longest mark, whose number nobody's outbox reaches.
            read_address(value.replace("*", "9" * 12 + "-" + "f" * 16, 1))
        except AddressError as error:
            self.problem("MONITOR_MAIL_RETURN", reason(error))
            return value
        if "*" in value.partition("*")[2] or "*" in value.rpartition("@")[2]:
            self.problem(
                "MONITOR_MAIL_RETURN", Told("may hold one * before the @, as in bounces+*@…")
            )
        return value

    def mail_unsubscribe(self) -> str | None:
        """The page that takes a recipient off a list, which RFC 8058 wants by HTTPS."""
        name = "MONITOR_MAIL_UNSUBSCRIBE"
        value = self.environ.get(name)
        if value is not None and not _ONE_CLICK.fullmatch(value):
            told = Told(
                "must be an https address with {to} in it, such as "
                "https://example.org/leave?list={list}&to={to}",
                to="{to}",
                list="{list}",
            )
            self.problem(name, told)
        return value

    # --- secrets ---------------------------------------------------------------------------------

    def database(self) -> str | None:
        url = self.secret("MONITOR_DATABASE")
        if url is not None and "://" not in url:
            example = "sqlite:///state/policy-monitor.db"
            self.problem(
                "MONITOR_DATABASE",
                Told("must be a database URL such as {example}", example=example),
            )
        return url

    def secret(self, name: str) -> str | None:
        """The secret from the one place that has it; more than one place is a problem."""
        in_file = f"{name}_FILE"
        path, credential = self.path(in_file), self._credential(name)
        if path == credential:
            credential = None
        places = {name: name in self.environ, in_file: path, "a systemd credential": credential}
        given = [place for place, there in places.items() if there]
        if len(given) > 1:
            self.problem(
                name,
                Told("is given more than once, by {places}; keep one", places=" and ".join(given)),
            )
            return None
        if path or credential:
            return self._content(in_file if path else name, path or credential or Path())
        return self.environ[name].rstrip("\r\n") if given else None

    def _credential(self, name: str) -> Path | None:
        directory = self.path("CREDENTIALS_DIRECTORY")
        usual = (name.removeprefix(_PREFIX).lower().replace("_", "-"),)
        files = [directory / file for file in _CREDENTIALS.get(name, usual)] if directory else []
        return next((file for file in files if file.is_file()), None)

    def _content(self, name: str, path: Path) -> str | None:
        """What the file holds, without the line end that editors add."""
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST_SECRET + 1)
            text = content.decode("utf-8").rstrip("\r\n")
        except OSError as error:
            self.problem(
                name,
                Told(
                    "the file {path} cannot be read: {why}", path=path, why=error.strerror or error
                ),
            )
            return None
        except UnicodeDecodeError:
            self.problem(name, Told("the file {path} is not UTF-8 text", path=path))
            return None
        if not text.strip():
            self.problem(name, Told("the file {path} is empty", path=path))
        elif "\n" in text or len(content) > _LARGEST_SECRET:
            self.problem(name, Told("the file {path} holds more than one line", path=path))
        return text


def _other_scheme(url: str) -> str | None:
    """What was probably meant; text that may hold a password is never repeated."""
    scheme, colon, rest = url.partition(":")
    near = nearest(scheme, SCHEMES) if colon and scheme not in SCHEMES else None
    return f"{near}:{rest if _WITHOUT_PASSWORD.fullmatch(rest) else ''}" if near else None

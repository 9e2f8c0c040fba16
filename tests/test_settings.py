"""Settings from the environment: defaults, secrets, and what is said when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.adapters import ADAPTERS
from monitor.errors import ConfigError
from monitor.settings import KIND_SECRETS, Settings, read_settings


def complaints(environ: dict[str, str], cwd: Path = Path("/srv")) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_settings(environ, cwd)
    return [str(problem) for problem in caught.value.problems]


def test_without_any_variable_everything_is_in_the_current_directory() -> None:
    assert read_settings({}, Path("/srv")) == Settings(
        sources=Path("/srv/sources.yaml"),
        recipients=Path("/srv/recipients.yaml"),
        database="sqlite:////srv/state/policy-monitor.db",
        mail="file:outbox",
        mail_from="policy-monitor@localhost",
        mail_password=None,
        templates=None,
        log="text",
    )


def test_recipients_stand_beside_the_sources() -> None:
    settings = read_settings({"MONITOR_SOURCES": "/etc/pm/s.yaml"}, Path("/srv"))
    assert settings.recipients == Path("/etc/pm/recipients.yaml")


def test_arguments_come_before_the_environment() -> None:
    environ = {"MONITOR_SOURCES": "a.yaml", "MONITOR_DATABASE": "sqlite:///a.db"}
    settings = read_settings(
        environ, Path("/srv"), sources=Path("b.yaml"), database="sqlite:///b.db", hostname="h.org"
    )
    assert settings.sources == Path("/srv/b.yaml")
    assert settings.database == "sqlite:///b.db"
    assert settings.mail_from == "policy-monitor@h.org"


def test_systemd_says_where_the_state_is() -> None:
    settings = read_settings({"STATE_DIRECTORY": "/var/lib/pm:/var/lib/other"}, Path("/srv"))
    assert settings.database == "sqlite:////var/lib/pm/policy-monitor.db"


def test_a_variable_set_to_nothing_counts_as_not_set() -> None:
    empty = {"MONITOR_MAIL": "", "MONITOR_LOG": "", "MONITOR_MAIL_PASSWORD": ""}
    assert read_settings(empty, Path("/srv")) == read_settings({}, Path("/srv"))


def test_a_secret_may_stand_in_a_file_whose_last_line_end_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" top secret \n")
    environ = {"MONITOR_MAIL_PASSWORD_FILE": str(tmp_path / "secret")}
    assert read_settings(environ, tmp_path).mail_password == " top secret "


def test_where_mails_come_back_to_and_where_they_are_read() -> None:
    environ = {"MONITOR_MAIL_RETURN": "bounces+*@example.org", "MONITOR_MAIL_BOUNCES": "in/bounces"}
    settings = read_settings(environ, Path("/srv"))
    assert settings.mail_return == "bounces+*@example.org"
    assert settings.mail_bounces == Path("/srv/in/bounces")
    assert read_settings({}, Path("/srv")).mail_return is None


def test_a_page_that_takes_recipients_off_a_list_is_reached_by_https_and_told_whom() -> None:
    page = "https://example.org/leave?list={list}&to={to}"
    read = read_settings({"MONITOR_MAIL_UNSUBSCRIBE": page}, Path("/srv"))
    assert read.mail_unsubscribe == page
    for wrong in (
        "http://example.org/{to}",
        "https://example.org/leave",
        "mailto:{to}",
        "https://{to} ",
    ):
        with pytest.raises(ConfigError, match=r"must be an https address with \{to\} in it"):
            read_settings({"MONITOR_MAIL_UNSUBSCRIBE": wrong}, Path("/srv"))


@pytest.mark.parametrize("name", ["mail-password", "smtp-password"])
def test_a_secret_may_be_a_systemd_credential(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("xyz\r\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_settings(environ, tmp_path).mail_password == "xyz"
    environ["MONITOR_MAIL_PASSWORD_FILE"] = str(tmp_path / name)
    assert read_settings(environ, tmp_path).mail_password == "xyz"


def test_the_database_may_be_a_secret_too(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql+psycopg://u:p@h/d\n")
    settings = read_settings({"MONITOR_DATABASE_FILE": "database"}, tmp_path)
    assert settings.database == "postgresql+psycopg://u:p@h/d"


def test_secrets_do_not_show(tmp_path: Path) -> None:
    environ = {"MONITOR_MAIL_PASSWORD": "hunter2", "MONITOR_DATABASE": "sqlite:///hunter2"}
    assert "hunter2" not in repr(read_settings(environ, tmp_path))


@pytest.mark.parametrize("scheme", ["smtp", "smpt", "http"])
def test_a_wrong_mail_door_does_not_show_its_password(scheme: str) -> None:
    (complaint,) = complaints({"MONITOR_MAIL": f"{scheme}://u:hunter2@h:25"})
    assert "hunter2" not in complaint


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a@bürger.de", "a@xn--brger-kva.de"),
        ("Policy monitor <monitor@example.org>", "Policy monitor <monitor@example.org>"),
    ],
)
def test_the_sender_may_have_a_name(value: str, kept: str) -> None:
    assert read_settings({"MONITOR_MAIL_FROM": value}, Path("/srv")).mail_from == kept


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MONITOR_MIAL", "x", "there is no such setting – did you mean `MONITOR_MAIL`?"),
        ("MONITOR_LOG", "jsn", "must be text or json, not `jsn` – did you mean `json`?"),
        ("MONITOR_LOG_FILE", "x", "only secrets can stand in a file; set MONITOR_LOG itself – did you mean `MONITOR_LOG`?"),
        ("MONITOR_MAIL", "smpt://u@h", "must be smtp://user@host:587, smtps://user@host or file:DIRECTORY – did you mean `smtp://u@h`?"),
        ("MONITOR_MAIL", "outbox", "must be smtp://user@host:587, smtps://user@host or file:DIRECTORY"),
        ("MONITOR_MAIL", "file:", "must name a directory, as in file:outbox"),
        ("MONITOR_MAIL", "smtp://", "must name a mail server, as in smtp://user@host:587"),
        ("MONITOR_MAIL", "smtp:mail.org", "must name a mail server, as in smtp://user@host:587"),
        ("MONITOR_MAIL", "smtp://u@h:port", "must be like smtp://user@host:587; the port must be a number"),
        ("MONITOR_MAIL", "smtp://u@h", "names the user `u`, but there is no password; put it in MONITOR_MAIL_PASSWORD_FILE"),
        ("MONITOR_MAIL", "smtp://h?tls=1", "may hold only starttls=yes or starttls=no after the question mark"),
        ("MONITOR_MAIL", "smtp://h?starttls=maybe", "may hold only starttls=yes or starttls=no after the question mark"),
        ("MONITOR_MAIL", "smtp://h/inbox", "must end after the host or its port; there is no `/inbox` on a mail server"),
        ("MONITOR_MAIL", "smtp://[::1", "must be like smtp://user@host:587; the port must be a number"),
        ("MONITOR_MAIL", "smtp://u:p@h", "must not hold the password; put it in MONITOR_MAIL_PASSWORD_FILE"),
        ("MONITOR_MAIL_FROM", "me", "must be an address such as team@example.org, not `me`"),
        ("MONITOR_MAIL_RETURN", "me", "must be an address such as team@example.org, not `me`"),
        ("MONITOR_MAIL_RETURN", "b+*+*@example.org", "may hold one * before the @, as in bounces+*@…"),
        ("MONITOR_MAIL_RETURN", "b@*.example.org", "may hold one * before the @, as in bounces+*@…"),
        ("MONITOR_TEMPLATES", "gone", "there is no directory `gone`"),
        ("MONITOR_DATABASE", "state.db", "must be a database URL such as sqlite:///state/policy-monitor.db"),
        ("MONITOR_MAIL_PASSWORD_FILE", "/gone", "the file /gone cannot be read: No such file or directory"),
        ("MONITOR_MAIL_PASSWORD_FILE", "/", "the file / cannot be read: Is a directory"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_name_of_the_variable(
    name: str, value: str, message: str
) -> None:
    assert complaints({name: value}) == [f"{name}:0: {message}"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("smtp://u@h?starttls=no", "a password is never sent in clear; remove starttls=no"),
        ("smtp://h", "names no user for the password; write smtp://user@host:587"),
    ],
)
def test_a_password_must_fit_the_mail_server(url: str, message: str) -> None:
    environ = {"MONITOR_MAIL": url, "MONITOR_MAIL_PASSWORD": "hunter2"}
    assert complaints(environ) == [f"MONITOR_MAIL:0: {message}"]


def test_a_password_that_cannot_be_read_is_not_missed_a_second_time() -> None:
    environ = {"MONITOR_MAIL": "smtp://u@h", "MONITOR_MAIL_PASSWORD_FILE": "/gone"}
    assert complaints(environ) == [
        "MONITOR_MAIL_PASSWORD_FILE:0: the file /gone cannot be read: No such file or directory"
    ]


@pytest.mark.parametrize(
    "url", ["file:outbox", "smtp://h:25", "smtp://h?starttls=yes", "smtps://h"]
)
def test_without_user_and_password_mail_may_leave_too(url: str) -> None:
    assert read_settings({"MONITOR_MAIL": url}, Path("/srv")).mail == url


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"a\nb\n", "holds more than one line"),
        (b"\xff\n", "is not UTF-8 text"),
    ],
)
def test_a_secret_file_must_hold_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    assert complaints({"MONITOR_MAIL_PASSWORD_FILE": str(path)}) == [
        f"MONITOR_MAIL_PASSWORD_FILE:0: the file {path} {message}"
    ]


def test_a_secret_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mail-password").write_text("a")
    environ = {"MONITOR_MAIL_PASSWORD": "a", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert complaints(environ) == [
        "MONITOR_MAIL_PASSWORD:0: is given more than once, by MONITOR_MAIL_PASSWORD and "
        "a systemd credential; keep one"
    ]


def test_all_problems_are_told_at_once() -> None:
    found = complaints({"MONITOR_LOG": "xml", "MONITOR_MAIL": "x", "MONITOR_NOPE": "1"})
    assert [line.split(":")[0] for line in found] == [
        "MONITOR_LOG",
        "MONITOR_MAIL",
        "MONITOR_NOPE",
    ]


def test_where_the_archive_lies_and_where_others_find_it() -> None:
    environ = {"MONITOR_SITE": "www", "MONITOR_SITE_URL": "https://example.org/archive/"}
    settings = read_settings(environ, Path("/srv"))
    assert settings.site == Path("/srv/www")
    assert settings.site_url == "https://example.org/archive"
    assert settings.site_robots == "noindex"


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://a@b.org",
        "https://[",
        "https://a.org/?x",
    ],
)
def test_the_address_of_the_archive_is_one_of_the_web(address: str) -> None:
    (problem,) = complaints({"MONITOR_SITE_URL": address})
    assert "must be an address such as https://example.org/archive" in problem


def test_what_robots_are_told_is_one_of_two_words() -> None:
    (problem,) = complaints({"MONITOR_SITE_ROBOTS": "indx"})
    assert "did you mean `index`?" in problem


def test_the_secrets_of_all_kinds_are_known() -> None:
    assert set(KIND_SECRETS) == {name for kind in ADAPTERS.values() for name in kind.secrets}

"""`add`: one more source in the file, and not one other byte changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from monitor.cli.main import app
from monitor.config import NoPlaceError, inserted, place_for, sources_in, usual
from monitor.errors import ConfigError, MonitorError
from monitor.shipped import shipped
from tests.web import Page, Site, web

ENTRY = ("- id: new", "  kind: feed", "  url: https://new.example/")
FILE = """# what we watch
version: 1   # for ever
topics: {asylum: {terms: [Asyl]}}

sources:
  # --- courts ---

  - id: court
    kind: feed
    url: https://www.court.example/feed   # the official one
    note: >-
      # no comment, but a note

  # every: 1h

  # --- press ---
  - id: paper
    kind: feed
    url: https://paper.example/
    # select: {}
    every:   2h


# the end
"""


def place_of(text: str, url: str, below: str | None = None) -> tuple[int, str | None]:
    place = place_for(text.encode(), url, below)
    return place.line, place.below


def test_a_source_comes_to_stand_below_the_last_one_of_its_site() -> None:
    assert place_of(FILE, "https://court.example/news") == (12, "court")
    assert place_of(FILE, "https://press.court.example/") == (12, "court")
    assert place_of(FILE, "https://other.test/") == (21, "paper")
    assert place_of(FILE, "https://other.test/", "court") == (12, "court")


def test_only_the_entry_is_new() -> None:
    place = place_for(FILE.encode(), "https://court.example/x")
    made = inserted(FILE.encode(), place, ENTRY).decode()
    entry = "".join(f"  {line}\n" for line in ENTRY)
    assert made == FILE.replace("but a note\n", f"but a note\n\n{entry}")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "\n", "\n# bye", "\n...\n", "\nwords: {}\n"])
@pytest.mark.parametrize("indent", ["", "  ", "      "])
def test_a_file_keeps_its_ends_of_lines_marks_and_indents(
    end: str, mark: str, last: str, indent: str
) -> None:
    text = f"{mark}version: 1\nsources:\n{indent}- id: a\n{indent}  url: https://a.example/{last}"
    content = text.replace("\n", end).encode()
    place = place_for(content, "https://b.example/")
    made = inserted(content, place, ENTRY)
    assert [each.id for each in sources_in(made)] == ["a", "new"]
    assert made.decode().count(end) == made.decode().count("\n") if end == "\r\n" else True
    kept = made.decode().replace(end + end.join(indent + line for line in ENTRY), "", 1)
    assert kept == content.decode()


def test_the_shipped_file_keeps_its_bytes_and_groups() -> None:
    content = shipped("sources.yaml").read_bytes()
    place = place_for(content, "https://www.verfassungsblog.de/x")
    assert place.below == "verfassungsblog"
    made = inserted(content, place, ("- id: new",))
    assert made.replace(b"\n  - id: new\n", b"", 1) == content
    at = made.index(b"\n  - id: new\n")
    assert made.index(b"- id: verfassungsblog") < at < made.index(b"- id: strasbourg-observers")


_LINES = st.sampled_from(["", "  # c", "      # own", "      every: 1h", "# far", "      note: b"])


@given(st.lists(st.lists(_LINES, max_size=4), min_size=1, max_size=4), st.integers(0, 3))
def test_whatever_stands_between_sources_stays(bodies: list[list[str]], number: int) -> None:
    text = "version: 1\nsources:\n"
    for index, body in enumerate(bodies):
        keys = [line for n, line in enumerate(body) if line not in body[:n] or "#" in line]
        text += "\n".join([f"  -   id: a{index}", *keys]) + "\n"
    below = min(number, len(bodies) - 1)
    place = place_for(text.encode(), "https://b.example/", f"a{below}")
    made = inserted(text.encode(), place, ("- id: new",)).decode()
    block = f"{chr(10) if place.gap else ''}  - id: new\n"
    assert made.replace(block, "", 1) == text
    ids = [f"a{index}" for index in range(len(bodies))]
    ids.insert(below + 1, "new")
    assert [each.id for each in sources_in(made.encode())] == ids


def test_the_first_source_needs_a_line_to_stand_below() -> None:
    text = "version: 1\nsources:   # none yet\n"
    place = place_for(text.encode(), "https://a.example/")
    assert inserted(text.encode(), place, ENTRY[:1]).decode() == f"{text}  - id: new\n"
    with pytest.raises(NoPlaceError, match="begin one with a line `sources:`"):
        place_for(b"version: 1\n", "https://a.example/")


def test_a_list_in_one_line_is_left_to_people() -> None:
    text = b"version: 1\nsources: [{id: a, url: 'https://a.example/'}]\n"
    with pytest.raises(NoPlaceError, match="paste the entry yourself"):
        place_for(text, "https://b.example/")


def test_what_is_usual_need_not_be_written() -> None:
    assert usual(b"version: 1\ndefaults: {every: 6h, topics: [a]}\n") == {"every": "6h"}
    assert usual(FILE.encode()) == {}


# --- the command ---------------------------------------------------------------------------------

RSS = Page(
    '<rss version="2.0"><channel><title>A</title>'
    + "".join(f"<item><title>Meldung {n}</title><link>/m/{n}</link></item>" for n in range(6))
    + "</channel></rss>",
    content_type="application/rss+xml",
)
LOCAL = """version: 1
defaults: {every: 6h}
topics: {asylum: {terms: [Asyl]}}   # more to come
sources:
- {id: x, name: X, kind: feed, url: "https://example.org/feed"}
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with web({"/feed": RSS}) as site:
        yield site


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "sources.yaml").write_text(LOCAL)
    return tmp_path / "sources.yaml"


def added(file: Path, url: str, *arguments: str) -> Result:
    command = ["--sources", str(file), "add", url, "--allow-private", *arguments]
    return CliRunner().invoke(app, command)


def test_what_try_proposes_is_written(site: Site, file: Path) -> None:
    file.chmod(0o640)
    url = site.url("/feed")
    result = added(file, url, "--id", "new", "--topic", "asylum", "--name", "N: x")
    assert result.exit_code == 0, result.output
    assert file.read_text() == (
        f'{LOCAL}- id: new\n  name: "N: x"\n  kind: feed\n  url: "{url}"\n'
        "  topics: [asylum]\n  allow_private: true\n"
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]

    again = added(file, f"{url}#top")
    assert isinstance(again.exception, MonitorError)
    assert "is a source already: `new` in line 6" in str(again.exception)


def test_a_dry_run_writes_nothing_and_programs_are_told(site: Site, file: Path) -> None:
    result = added(file, site.url("/feed"), "--dry-run", "--json")
    told = json.loads(result.stdout)
    assert (told["written"], told["line"], told["below"], told["items"]) == (False, 6, "x", 6)
    assert told["entry"]["id"] == "127.0.0.1-feed"
    assert file.read_text() == LOCAL


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--id", "x"], "the id `x` stands already in line 5"),
        (["--id", "X y"], "must be 1 to 64 of a–z"),
        (["--topic", "asylm"], "there is no topic `asylm` – did you mean `asylum`?"),
        (["--below", "y"], "there is no source `y`"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_fetched(
    file: Path, arguments: list[str], sentence: str
) -> None:
    result = added(file, "https://never.example/", *arguments)
    told = " ".join(f"{result.output} {result.exception}".replace("│", "").split())
    assert sentence in told
    assert result.exit_code
    assert file.read_text() == LOCAL


def test_an_address_that_is_watched_is_not_even_fetched(file: Path) -> None:
    result = added(file, "http://example.org:80/feed?utm_source=x")
    assert "is a source already: `x` in line 5" in str(result.exception)


def test_the_first_source_of_all_can_be_added(site: Site, file: Path) -> None:
    nothing = "version: 1\ntopics: {asylum: {terms: [Asyl]}}\nsources:   # to come\n"
    file.write_text(nothing)
    result = added(file, site.url("/feed"), "--id", "new", "--topic", "asylum")
    assert result.exit_code == 0, result.output
    assert file.read_text().startswith(f"{nothing}  - id: new\n")
    file.write_text(nothing.replace("sources:   # to come\n", ""))
    assert "begin one with a line `sources:`" in str(added(file, site.url("/feed")).exception)


def test_a_file_with_mistakes_is_mended_first(file: Path) -> None:
    file.write_text(LOCAL.replace("kind: feed", "kind: fed"))
    result = added(file, "https://never.example/")
    assert isinstance(result.exception, ConfigError)
    assert "did you mean `feed`?" in str(result.exception)

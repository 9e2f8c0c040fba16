"""The configuration that is kept: as good as the files, or not looked at."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.cli import remembering
from monitor.cli.remembering import NAME, Mark, folder_of, mark, recall, remember
from monitor.cli.root import Root, settings_from
from monitor.errors import ConfigError
from monitor.model import Config

SOURCES = """version: 1
topics:
  desertion: {title: {de: Desertion}, terms: [Deserteur*, {term: Armee*, lang: de}]}
sources:
  - {id: court, name: Court, kind: feed, url: 'https://court.example/', every: 2d, alert: every}
"""
RECIPIENTS = "lists: [{id: team, to: [a@example.org], schedule: weekly mon 07:00}]\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with both files, and one for the database that nobody else may write to."""
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "recipients.yaml").write_text(RECIPIENTS, encoding="utf-8")
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path


def root(place: Path) -> Root:
    """What a command begins with."""
    database = f"sqlite:///{place / 'state' / 'x.db'}"
    return Root(settings_from({}, place / "sources.yaml", database=database), {})


def marked(place: Path) -> Mark:
    """What tells the files as they are from all others."""
    made = mark([place / "sources.yaml", place / "recipients.yaml"])
    assert made is not None
    return made


def kept(place: Path) -> Config | None:
    """What would be recalled for the files as they are."""
    return recall(place / "state", marked(place))


def test_what_is_recalled_is_what_was_read(place: Path) -> None:
    read = root(place).config
    assert kept(place) == read
    assert root(place).config == read


def test_what_is_kept_is_looked_at(place: Path) -> None:
    other = Config((), (), root(place).config.vocabulary)
    remember(place / "state", marked(place), other)
    assert root(place).config == other


def test_lint_and_the_service_read_the_files_themselves(place: Path) -> None:
    read = root(place).config
    remember(place / "state", marked(place), Config((), (), read.vocabulary))
    assert root(place).load(thoroughly=True) == read


@pytest.mark.parametrize("name", ["sources.yaml", "recipients.yaml"])
def test_another_text_of_a_file_is_read_anew(place: Path, name: str) -> None:
    before = root(place).config
    file = place / name
    look = file.stat()
    changed = file.read_text(encoding="utf-8").replace("weekly mon", "weekly tue")
    file.write_text(changed.replace("Court", "Hof__"), encoding="utf-8")
    os.utime(file, ns=(look.st_atime_ns, look.st_mtime_ns))  # and of the same length
    assert kept(place) is None
    assert root(place).config != before


def test_without_its_recipients_it_is_another_configuration(place: Path) -> None:
    assert len(root(place).config.lists) == 1
    (place / "recipients.yaml").unlink()
    assert root(place).config.lists == ()


def test_a_mistake_is_told_though_a_good_file_is_remembered(place: Path) -> None:
    assert root(place).config
    (place / "sources.yaml").write_text(SOURCES + "topcis: {}\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"sources\.yaml:6: unknown key `topcis`"):
            assert root(place).config


def test_a_file_changed_back_is_another_but_its_text_is_the_same(place: Path) -> None:
    """What was read between two changes belongs to neither text."""
    before = marked(place)
    text = (place / "sources.yaml").read_bytes()
    (place / "draft").write_bytes(text)
    (place / "draft").replace(place / "sources.yaml")
    assert marked(place) != before
    assert marked(place).contents == before.contents


def _shared(folder: Path) -> None:
    folder.chmod(0o770)


def _shared_file(folder: Path) -> None:
    (folder / NAME).chmod(0o666)


def _linked(folder: Path) -> None:
    (folder / NAME).rename(folder / "elsewhere")
    (folder / NAME).symlink_to("elsewhere")


def _cut(folder: Path) -> None:
    (folder / NAME).write_bytes((folder / NAME).read_bytes()[:-1])


def _emptied(folder: Path) -> None:
    (folder / NAME).write_bytes(b"")


@pytest.mark.parametrize("spoil", [_shared, _shared_file, _linked, _cut, _emptied])
def test_what_others_could_have_written_or_a_crash_left_is_not_looked_at(
    place: Path, spoil: Callable[[Path], None]
) -> None:
    read = root(place).config
    assert kept(place)
    spoil(place / "state")
    assert kept(place) is None
    assert root(place).config == read


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_does_not_believe_what_another_user_left(place: Path) -> None:
    assert root(place).config
    os.chown(place / "state" / NAME, 65534, 65534)
    assert kept(place) is None


class _Order:
    """What would leave a file behind when it is unpickled."""

    def __init__(self, left: Path) -> None:
        self.left = left

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, (str(self.left),)


def test_nothing_but_values_is_made_of_it(place: Path) -> None:
    assert root(place).config
    values = pickle.dumps(_Order(place / "left"))
    seal = remembering._sealed(marked(place), values)
    (place / "state" / NAME).write_bytes(seal + values)
    with pytest.raises(pickle.UnpicklingError, match="no part of a configuration"):
        kept(place)
    assert not (place / "left").exists()


def test_where_it_cannot_be_kept_all_goes_on(place: Path) -> None:
    (place / "state" / NAME).mkdir()
    read = root(place).config
    assert root(place).config == read
    assert [each.name for each in (place / "state").iterdir()] == [NAME]


@pytest.mark.parametrize(
    "database", ["postgresql+psycopg://u@h/d", "sqlite:////no/such/folder/x.db"]
)
def test_without_a_folder_of_a_database_nothing_is_kept(database: str) -> None:
    assert folder_of(database) is None


def test_status_reads_the_files_once_and_then_needs_none_of_what_reads_them(place: Path) -> None:
    said = [_status(place) for _ in range(2)]
    assert "court" in said[0].stdout
    assert said[0].stdout == said[1].stdout
    imported = [
        {line.rpartition("|")[2].strip() for line in each.stderr.splitlines()} for each in said
    ]
    slow = {"ruamel.yaml", "monitor.config", "monitor.adapters"}
    assert slow <= imported[0]
    slow |= {"alembic", "apscheduler", "jinja2", "monitor.pipeline", "monitor.match"}
    assert imported[1].isdisjoint(slow)


def _status(place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "monitor", "status"],
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )

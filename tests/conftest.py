"""Options and fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest
from hypothesis import settings

SERVER = "127.0.0.1:5432"
# Set to `require`, the absence of PostgreSQL is a failure instead of a skip.
POSTGRES = os.environ.get("POLICY_MONITOR_TEST_POSTGRES", "")

T = TypeVar("T")
# Returns every so many of a sequence, or all of them in a thorough run.
Some = Callable[[Sequence[T], int], Sequence[T]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bless", action="store_true", help="rewrite golden files, then read the diff"
    )
    parser.addoption(
        "--thorough", action="store_true", help="try all of the cases that are many, not a part"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Try half as many examples as Hypothesis would, or three times as many in a thorough run."""
    many = 300 if config.getoption("--thorough") else 50
    settings.register_profile("ours", settings.default, max_examples=many)
    settings.load_profile("ours")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--bless"))


@pytest.fixture
def some(request: pytest.FixtureRequest) -> Some[Any]:
    """Thin out cases that are too many for every run: `some(cases, 4)` is each fourth."""
    thorough = bool(request.config.getoption("--thorough"))

    def thinned(cases: Sequence[T], each: int) -> Sequence[T]:
        return cases if thorough else cases[::each]

    return thinned


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'monitor.sqlite3'}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[tuple[Any, str]]:
    """A connection to a database of this test run, dropped afterwards, and its name."""
    try:
        import psycopg  # noqa: PLC0415 – an extra, absent where only SQLite is used
    except ImportError:
        _absent("psycopg is not installed (extra `postgres`)")
    name = f"policy_monitor_test_{os.getpid()}"
    try:
        root = psycopg.connect(_address("postgres"), autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        _absent(f"no PostgreSQL that trusts user postgres at {SERVER}: {error}".splitlines()[0])
    with root:
        root.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        try:
            with psycopg.connect(_address(name), autocommit=True) as connection:
                yield connection, name
        finally:
            root.execute(f"DROP DATABASE {name} WITH (FORCE)")


_schemas = count(1)


@pytest.fixture
def postgres_url(postgres_server: tuple[Any, str]) -> Iterator[str]:
    """The URL of an empty PostgreSQL schema."""
    connection, name = postgres_server
    schema = f"test_{next(_schemas)}"
    connection.execute(f"CREATE SCHEMA {schema}")
    yield f"postgresql+psycopg://postgres@{SERVER}/{name}?options=-csearch_path%3D{schema}"
    connection.execute(f"DROP SCHEMA {schema} CASCADE")


def _address(database: str) -> str:
    return f"postgresql://postgres@{SERVER}/{database}"


def _absent(why: str) -> NoReturn:
    if POSTGRES == "require":
        pytest.fail(f"POLICY_MONITOR_TEST_POSTGRES=require, but {why}")
    pytest.skip(f"PostgreSQL is not tested here: {why}")

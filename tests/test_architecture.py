"""The house rules that a machine can check, read from the source itself."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

import monitor

PACKAGE = Path(monitor.__file__).parent
TESTS = Path(__file__).parent
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60

# They decide; what they decide on is handed to them.
PURE = (
    "adapters",
    "backtest",
    "bounce",
    "diff",
    "digest",
    "due",
    "errors",
    "health",
    "match",
    "model",
    "procedure",
    "story",
    "text",
)

# One third-party library, one door.
DOORS = {
    "backports": {"store.compress"},
    "compression": {"store.compress"},
    "ahocorasick_rs": {"match.scan"},
    "aiosmtplib": {"deliver.smtp"},
    "playwright": {"fetch.browser"},
    "alembic": {"store"},
    "apscheduler": {"due", "daemon"},
    "babel": {"render"},
    "bs4": {"adapters.css"},
    "dateparser": {"text.dates"},
    "feedparser": {"adapters.feed"},
    "h11": {"fetch.connection"},
    "httpx2": {"fetch"},
    "idna": {"text.address"},
    "jinja2": {"render"},
    "lxml": {"adapters.tree", "adapters.xml"},
    "procrastinate": {"queue.jobs"},
    "protego": {"fetch.robots"},
    "pydantic": {"config"},
    "pydantic_core": {"config"},
    "pypdfium2": {"adapters.pdf"},
    "rich": {"cli"},
    "ruamel": {"config.tree"},
    "soupsieve": {"adapters.css"},
    "sqlalchemy": {"store"},
    "structlog": {"log"},
    "trafilatura": {"adapters.article"},
    "typer": {"cli"},
}

NAMELESS = {"base", "common", "handler", "helper", "helpers", "info", "manager", "misc"}
NAMELESS |= {"processor", "service", "util", "utils"}

CLOCKS = {
    *(f"datetime.{name}" for name in ("now", "utcnow", "today")),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    *("date.today", "datetime.date.today", "time.time", "time.time_ns"),
    *("time.localtime", "time.gmtime", "time.strftime", "time.ctime"),
}


def name_of(file: Path) -> str:
    """The module of a file, below `monitor`."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in MODULES.items()}
DECIDING = {name: tree for name, tree in TREES.items() if name.split(".")[0] in PURE}
TEST_TREES = {
    file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(TESTS.rglob("*.py"))
}


def stands_in(name: str, places: set[str]) -> bool:
    """Whether the module is one of the places or within one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def imports(tree: ast.AST) -> Iterator[str]:
    """The full names of all that is imported, wherever in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """All names with dots, such as `datetime.now`, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node), node.lineno


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What is called by its last name, a method with a dot before it, with the lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            _, dot, name = ast.unparse(node.func).rpartition(".")
            yield dot + name, node.lineno


Finds = Callable[[ast.AST], Iterable[object]]


def found(trees: Mapping[str, ast.AST], what: Finds) -> dict[str, list[object]]:
    """What was found where; modules without a find are left out."""
    finds = {name: list(what(tree)) for name, tree in trees.items()}
    return {name: listed for name, listed in finds.items() if listed}


# --- layers that only decide ---------------------------------------------------------------------


def test_what_decides_waits_for_nothing() -> None:
    waits = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    assert found(DECIDING, lambda t: (n.lineno for n in ast.walk(t) if isinstance(n, waits))) == {}


def test_what_decides_touches_no_file() -> None:
    # A method `open` may be that of an archive in memory; what a Path does is named by its own.
    touching = {"open", ".read_text", ".read_bytes", ".write_text", ".write_bytes", ".mkdir"}
    assert found(DECIDING, lambda t: (call for call in calls(t) if call[0] in touching)) == {}


def test_what_decides_knows_no_environment_no_chance_no_log_and_no_network() -> None:
    forbidden = {"asyncio", "httpx2", "logging", "os", "random", "secrets", "socket", "structlog"}
    forbidden |= {"subprocess", "threading", "uuid", "monitor.log", "monitor.notify"}
    assert (
        found(DECIDING, lambda t: (full for full in imports(t) if stands_in(full, forbidden))) == {}
    )


def test_what_decides_writes_no_log() -> None:
    written = {"print", *(f".{level}" for level in ("debug", "info", "warning", "error"))}
    assert found(DECIDING, lambda t: (call for call in calls(t) if call[0] in written)) == {}


# --- the whole package ---------------------------------------------------------------------------


def test_the_clock_is_read_in_one_place() -> None:
    read = found(TREES, lambda t: (clock for clock, _ in dotted(t) if clock in CLOCKS))
    assert read == {"cli.root": ["datetime.now"]}


def test_the_environment_is_read_in_the_command_line_only() -> None:
    environment = {"os.environ", "os.getenv"}
    read = found(TREES, lambda t: (full for full, _ in dotted(t) if full in environment))
    assert {name for name in read if not name.startswith("cli.")} == set()


def test_chance_is_nowhere() -> None:
    chance = {"random", "secrets", "uuid"}
    assert found(TREES, lambda t: (full for full in imports(t) if stands_in(full, chance))) == {}


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    users = found(TREES, lambda t: (full for full in imports(t) if stands_in(full, {library})))
    assert {name for name in users if not stands_in(name, DOORS[library])} == set()


def test_every_library_has_its_door() -> None:
    used = {full.split(".")[0] for tree in TREES.values() for full in imports(tree)}
    assert used - {"monitor", "__future__"} - sys.stdlib_module_names - set(DOORS) == set()


def test_modules_can_be_overlooked() -> None:
    lengths = {name: file.read_text(encoding="utf-8").count("\n") for name, file in MODULES.items()}
    too_long = {n: lines for n, lines in lengths.items() if lines > LONGEST_MODULE}
    assert too_long == {}


def test_functions_can_be_overlooked() -> None:
    def long_ones(tree: ast.AST) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    yield f"{node.name}: {lines} lines"

    # A migration is one list of tables.
    code = {name: tree for name, tree in TREES.items() if "migrations.versions" not in name}
    assert found(code, long_ones) == {}


def test_modules_have_names_that_say_something() -> None:
    assert {name for name in MODULES if NAMELESS & set(name.split("."))} == set()


def test_modules_say_what_they_are_for() -> None:
    assert {n for n, tree in TREES.items() if tree.body and not ast.get_docstring(tree)} == set()


def test_all_errors_are_caught_in_one_place_at_most() -> None:
    def broad(tree: ast.AST) -> Iterator[int]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                names = {n.id for n in ast.walk(node.type or node) if isinstance(n, ast.Name)}
                if node.type is None or names & {"Exception", "BaseException"}:
                    yield node.lineno

    assert sum(map(len, found(TREES, broad).values())) <= 1


def test_nothing_in_the_program_knows_that_it_is_tested() -> None:
    switches = re.compile(r"pytest|unittest|IN_TEST|TESTING|CRASH_AT")
    texts = {name: file.read_text(encoding="utf-8") for name, file in MODULES.items()}
    assert {
        name: switches.findall(text) for name, text in texts.items() if switches.search(text)
    } == {}


# --- the tests -----------------------------------------------------------------------------------


def test_tests_use_no_mocks() -> None:
    mocks = {"unittest", "mock", "pytest_mock"}
    assert (
        found(TEST_TREES, lambda t: (full for full in imports(t) if stands_in(full, mocks))) == {}
    )


def test_tests_change_no_code() -> None:
    """Only the environment may be patched: it is not ours."""
    code = {"setattr", "delattr", "setitem", "delitem"}

    def patched(tree: ast.AST) -> Iterator[str]:
        return (full for full, _ in dotted(tree) if full in {f"monkeypatch.{c}" for c in code})

    assert found(TEST_TREES, patched) == {}


def test_tests_wait_for_events_not_for_time_to_pass() -> None:
    # What is tried in a booted system has no events for us: systemd is asked again and again.
    trees = {name: tree for name, tree in TEST_TREES.items() if name != "booted"}
    assert found(trees, lambda t: (full for full, _ in dotted(t) if full == "time.sleep")) == {}

"""The only door to YAML: a file becomes maps, lists and texts that know their lines.

Every scalar stays the text that was typed: `no`, `012` and `12:30` mean what they say (YAML 1.1
made False, 10 and 750 of them). What a scalar means is decided where its key is known, in `shape`.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.model.told import Told, form

MAX_BYTES = 5_000_000
MAX_DEPTH = 50
MAX_NODES = 200_000

_STANDARD = "tag:yaml.org,2002:"
_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "merge", "map", "seq"}
_NOT_ALLOWED = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Note(NamedTuple):
    """A problem whose file is known from the context."""

    line: int
    message: str
    suggestion: str | None = None


class Unreadable(Exception):  # noqa: N818 – a state of the file, caught one level up
    """The text is no usable YAML at all; carries the one note that says why."""

    def __init__(self, line: int, message: str) -> None:
        self.note = Note(line, message)
        super().__init__(message)


class Text(str):
    """A scalar as typed; nothing, `~` and `null` without quotes are the empty text."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> Text:
        made = super().__new__(cls, text)
        made.line = line
        return made

    def __getnewargs__(self) -> tuple[str, int]:  # type: ignore[override]
        return str(self), self.line  # what copies are made with


class Map(dict[Text, Any]):
    """A mapping; `line` is the line of its key, or its first line inside a list.

    `settled` are keys whose absence needs no word, because there is a note about them already;
    `hurt` are keys below which something wrong was cut out.
    """

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.settled: set[str] = set()
        self.hurt: set[str] = set()

    def key_line(self, key: str) -> int:
        """Return the line in which the key stands."""
        return next((known.line for known in self if known == key), self.line)


class Seq(list[Any]):
    """A list; `line` is the line of its key, or its first line inside a list."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


Tree = Text | Map | Seq


def parse(content: bytes) -> tuple[Map, tuple[Note, ...]]:
    """Return the mapping that a YAML file holds, and what is wrong with its keys.

    Raises Unreadable when the text cannot be used at all.
    """
    root = _compose(_decode(content))
    if root is None:
        raise Unreadable(1, Told("the file is empty; begin with `version: 1`"))
    reader = _Reader()
    tree = reader.read(root, _line(root))
    if not isinstance(tree, Map):
        what = Told("a list") if isinstance(tree, Seq) else Told("a single text")
        raise Unreadable(
            _line(root), Told("the file must hold `key: value` lines, not {what}", what=what)
        )
    return tree, tuple(reader.notes)


# --- bytes to nodes ------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Unreadable(0, Told("the file is larger than 5 MB; is it the right one?"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            line, Told("this is not UTF-8; save the file in the encoding UTF-8")
        ) from error
    if found := _NOT_ALLOWED.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Unreadable(
            line,
            Told("the invisible character U+{code:04X} must not stand here", code=ord(found[0])),
        )
    return text


def _compose(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = MAX_DEPTH
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # YAML allows it: the last counts
            root: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        raise _explained(error, text) from error
    except (YAMLError, RecursionError, ValueError, AssertionError) as error:
        reason = " ".join(str(error).split())
        raise Unreadable(
            0, Told("the file cannot be read as YAML: {reason}", reason=reason)
        ) from error
    return root


# What the YAML parser says -> what people can act upon; "opened" points at where it began.
_SENTENCES = (
    (r"found character '\\t'", form("a tab stands where only spaces may; indent with spaces")),
    (r"found character '(.)'", form("a text must not begin with `{sign}`; put it in quotes")),
    (r"another document", form("a second document begins here (`---`); a file must hold only one")),
    (
        r"undefined alias '(.*)'",
        form("`*{sign}` refers to an anchor `&{sign}` that is not defined above"),
    ),
    (
        r"unknown escape character '(.*)'",
        form("`\\{sign}` means nothing in double quotes; use '…' instead"),
    ),
    (r"maximum depth", form("the values are nested more than {most} levels deep")),
    (
        r"mapping values",
        form("a `:` is not expected here; check the indentation, or quote the text"),
    ),
    (r"sequence entries", form("a `-` is not expected here; begin the list on a new line")),
    (r"could not find expected ':'", form("a key without `:`; check the indentation of this line")),
    (r"expected <block end>", form("the indentation of this line does not fit the lines above")),
)
_NEVER_CLOSED = {
    "while scanning a quoted scalar": form("a quotation mark opens here and is never closed"),
    "while scanning a double-quoted scalar": form(
        "a quotation mark opens here and is never closed"
    ),
    "while parsing a flow sequence": form("a `[` opens here and is never closed"),
    "while parsing a flow mapping": form("a `{{` opens here and is never closed"),
}


def _explained(error: MarkedYAMLError, text: str) -> Unreadable:
    problem = str(error.problem or error.context or "")
    line = error.problem_mark.line + 1 if error.problem_mark else 0
    if _has_hard_space(text, line) or _has_hard_space(text, line - 1):
        line = line if _has_hard_space(text, line) else line - 1
        return Unreadable(
            line, Told("a non-breaking space (U+00A0) stands here; type a plain space")
        )
    for pattern, sentence in _SENTENCES:
        if found := re.search(pattern, problem):
            sign = found[1] if found.groups() else ""
            return Unreadable(line, Told(sentence, sign=sign, most=MAX_DEPTH))
    if error.context in _NEVER_CLOSED and error.context_mark:
        return Unreadable(error.context_mark.line + 1, Told(_NEVER_CLOSED[error.context]))
    return Unreadable(line, Told("this cannot be read as YAML: {problem}", problem=problem))


def _has_hard_space(text: str, line: int) -> bool:
    lines = text.split("\n")
    return 0 < line <= len(lines) and re.search(r":\xa0|^ *\xa0", lines[line - 1]) is not None


# --- nodes to a tree -----------------------------------------------------------------------------


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


@dataclass
class _Reader:
    """Expands aliases while it counts, so that a small file cannot become a huge tree."""

    notes: list[Note] = field(default_factory=list)
    count: int = 0
    open: list[Node] = field(default_factory=list)

    def read(self, node: Node, line: int) -> Tree:
        self.count += 1
        if self.count > MAX_NODES:
            raise Unreadable(
                line,
                Told("the file unfolds to more than {most:,} values", most=MAX_NODES),
            )
        if len(self.open) >= MAX_DEPTH:
            raise Unreadable(
                line,
                Told("the values are nested more than {most} levels deep", most=MAX_DEPTH),
            )
        if any(node is outer for outer in self.open):
            raise Unreadable(_line(node), Told("`*{anchor}` contains itself", anchor=node.anchor))
        self._check_tag(node)
        self.open.append(node)
        tree = self._unfold(node, line)
        self.open.pop()
        return tree

    def _unfold(self, node: Node, line: int) -> Tree:
        if isinstance(node, MappingNode):
            return self._map(node, line)
        if isinstance(node, SequenceNode):
            items = Seq(line)
            items.extend(self.read(item, _line(item)) for item in node.value)
            return items
        assert isinstance(node, ScalarNode)
        return _text(node)

    def _check_tag(self, node: Node) -> None:
        tag = str(node.tag)
        if tag.removeprefix(_STANDARD) not in _TAGS:
            shown = tag.replace(_STANDARD, "!!")
            self.notes.append(
                Note(_line(node), Told("the tag `{shown}` is not allowed; remove it", shown=shown))
            )

    def _map(self, node: MappingNode, line: int) -> Map:
        own, inherited = Map(line), []
        for key_node, value_node in node.value:
            if key_node.tag == f"{_STANDARD}merge":
                inherited += self._bases(value_node)
            elif not isinstance(key_node, ScalarNode):
                self.notes.append(Note(_line(key_node), Told("a key must be a plain word")))
            else:
                self._add(own, _text(key_node), value_node)
        for base in inherited:
            for key, value in base.items():
                own.setdefault(key, value)
        return own

    def _add(self, own: Map, key: Text, value_node: Node) -> None:
        value = self.read(value_node, key.line)
        if value == "":  # the parser places an absent value at whatever comes next
            value = Text("", key.line)
        if key in own:
            first = own.key_line(key)
            self.notes.append(
                Note(
                    key.line,
                    Told("`{key}` is given twice, first in line {first}", key=key, first=first),
                )
            )
        else:
            own[key] = value

    def _bases(self, node: Node) -> list[Map]:
        """The maps that `<<` takes over: one alias or a list of them."""
        tree = self.read(node, _line(node))
        bases = tree if isinstance(tree, Seq) else [tree]
        maps = [base for base in bases if isinstance(base, Map)]
        if len(maps) < len(bases):
            self.notes.append(
                Note(_line(node), Told("`<<` must name a mapping, such as `<<: *defaults`"))
            )
        return maps


def _text(node: ScalarNode) -> Text:
    plain = node.style in (None, "")
    typed = "" if plain and node.value in ("~", "null") else str(node.value)
    return Text(typed, _line(node))

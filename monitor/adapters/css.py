"""What CSS selectors find on a page; the only door to BeautifulSoup and soupsieve.

Selectors made of names, ids, classes and attributes are looked up in the page's own tree. For any
other the page is built once more for BeautifulSoup, where soupsieve says what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import contains, eq
from typing import NamedTuple

import soupsieve
from bs4 import BeautifulSoup, Tag

from monitor.adapters import tree
from monitor.adapters.tree import Element
from monitor.errors import ExtractError
from monitor.model.told import Told

# Of these attributes the values are one text, and are compared letter by letter (HTML, 4.16.2).
_VALUED = r"href|src|id|name|value|role|property|itemprop|datetime|(?:data|aria)-[a-z-]+"
_NAME = r"[A-Za-z_][\w-]*"
_PART = re.compile(
    rf"""(?P<between>\s*[>,]\s*|\s+)
    |(?P<tag>[A-Za-z][A-Za-z0-9-]*)
    |\#(?P<id>{_NAME})
    |\.(?P<class>{_NAME})
    |\[\s*(?P<there>[A-Za-z][A-Za-z0-9-]*)\s*\]
    |\[\s*(?P<name>{_VALUED})\s*(?P<how>[*^$]?)=\s*
      (?:(?P<word>{_NAME})|"(?P<text>[^"\\\n]+)"|'(?P<words>[^'\\\n]+)')\s*\]""",
    re.VERBOSE | re.ASCII,
)
_HOW: dict[str, Callable[[str, str], bool]] = {
    "": eq,
    "*": contains,
    "^": str.startswith,
    "$": str.endswith,
}


class _Test(NamedTuple):
    attribute: str
    holds: Callable[[str, str], bool]
    value: str = ""


class _Step(NamedTuple):
    """What one element must be, and what its parent or an ancestor."""

    tag: str | None
    tests: tuple[_Test, ...]
    before: _Step | None = None
    parent: bool = False


def every(root: Element, selector: str) -> list[Element]:
    """Return all elements that the selector finds inside `root`, in page order."""
    return list(_found(root, selector))


def first(root: Element, selector: str) -> Element | None:
    """Return the first element that the selector finds inside `root`, or None."""
    return next(_found(root, selector), None)


def first_or_self(element: Element, selector: str) -> Element | None:
    """Return the first element inside that the selector finds, else the element if it fits."""
    return first(element, selector) or (element if _matches(element, selector) else None)


def drop(root: Element, selectors: Iterable[str]) -> None:
    """Take out of the tree everything that the selectors find."""
    for selector in selectors:
        for found in every(root, selector):
            remove(found)


def remove(element: Element) -> None:
    """Take an element out of its tree; the text behind it stays."""
    if _copy.cache_info().currsize and (tag := _copy(_page(element)).tags.get(element)):
        tag.extract()
    tree.remove(element)


def at_least_one(root: Element, selector: str, where: str) -> list[Element]:
    """Return what the selector finds, in page order; ExtractError if that is nothing."""
    found = every(root, selector)
    if not found:
        raise ExtractError(
            f"Nothing on {where} matches the selector `{selector}`. "
            "Either the page was rebuilt or this is not the page it should be."
        )
    return found


def check_selector(css: str) -> str | None:
    """Return what is wrong with a CSS selector as a sentence, or None."""
    try:
        soupsieve.compile(css)
    except (soupsieve.SelectorSyntaxError, NotImplementedError, ValueError, TypeError) as error:
        return Told(
            "`{css}` is no CSS selector: {error}", css=css, error=str(error).splitlines()[0]
        )
    return None


def selector_rule(css: str) -> str | None:
    """Return how a CSS selector breaks the rules, as the rest of a sentence, or None."""
    problem = check_selector(css)
    return Told("must be a CSS selector: {problem}", problem=problem) if problem else None


def _found(root: Element, selector: str) -> Iterator[Element]:
    steps = _plain(selector)
    if steps is None:
        copy = _copy(_page(root))
        tags = soupsieve.iselect(selector, copy.tags[root])
        yield from (copy.elements[id(tag)] for tag in tags)
        return
    names = [step.tag for step in steps]
    known: dict[tuple[int, Element], bool] = {}
    for element in root.iter(*names) if all(names) else root.iter("*"):
        for step in steps:
            if _fits(element, step, known) and element is not root:
                yield element
                break


def _matches(element: Element, selector: str) -> bool:
    steps = _plain(selector)
    if steps is None:
        return soupsieve.match(selector, _copy(_page(element)).tags[element])
    return any(_fits(element, step, {}) for step in steps)


# --- selectors of names, ids, classes and attributes ---------------------------------------------


@lru_cache(maxsize=1000)
def _plain(css: str) -> tuple[_Step, ...] | None:
    """What each alternative of a selector asks for; None for one that is not so simple."""
    css = css.strip()
    steps: list[_Step] = []
    step, at, begun = _Step(None, ()), 0, False
    while at < len(css):
        part = _PART.match(css, at)
        if part is None or (begun if part["tag"] else part["between"] and not begun):
            return None
        at = part.end()
        if between := part["between"]:
            if "," in between:
                steps.append(step)
                step = _Step(None, ())
            else:
                step = _Step(None, (), step, ">" in between)
            begun = False
        else:
            step, begun = _with(step, part), True
    return (*steps, step) if begun else None


def _with(step: _Step, part: re.Match[str]) -> _Step:
    """The step, asking for one thing more."""
    if name := part["tag"]:
        return step._replace(tag=name.lower())
    if name := part["class"]:
        test = _Test("class", _has_word, name)
    elif name := part["id"]:
        test = _Test("id", eq, name)
    elif name := part["there"]:
        test = _Test(name.lower(), _is_there)
    else:
        value = part["word"] or part["text"] or part["words"]
        test = _Test(part["name"], _HOW[part["how"]], value)
    return step._replace(tests=(*step.tests, test))


def _has_word(words: str, word: str) -> bool:
    return word in words.split()


def _is_there(_value: str, _nothing: str) -> bool:
    return True


def _fits(element: Element, step: _Step, known: dict[tuple[int, Element], bool]) -> bool:
    """Whether an element is what is asked for; `known` keeps what was found of those around."""
    if step.tag and element.tag != step.tag:
        return False
    for attribute, holds, value in step.tests:
        had = element.get(attribute)
        if had is None or not holds(had, value):
            return False
    if step.before is None:
        return True
    key = id(step), element
    if key not in known:
        around = element.iterancestors()
        nearest = next(around, None)
        known[key] = nearest is not None and (
            _fits(nearest, step.before, known)
            or (not step.parent and any(_fits(each, step.before, known) for each in around))
        )
    return known[key]


# --- all other selectors -------------------------------------------------------------------------


class _Copy:
    """A page as BeautifulSoup has it, and which of its tags is which element."""

    def __init__(self, page: Element) -> None:
        soup = BeautifulSoup("", "lxml")
        self.tags: dict[Element, Tag] = {page: soup}
        for element in page.iter("*"):
            tag = self.tags[element]
            if element.text:
                tag.append(element.text)
            for child in element:
                self.tags[child] = soup.new_tag(child.tag, attrs=dict(child.attrib))
                tag.append(self.tags[child])
                if child.tail:
                    tag.append(child.tail)
        self.elements = {id(tag): element for element, tag in self.tags.items()}


@lru_cache(maxsize=1)
def _copy(page: Element) -> _Copy:
    return _Copy(page)


def _page(element: Element) -> Element:
    """The whole tree that an element stands in."""
    return next(element.iterancestors(tree.PAGE), element)

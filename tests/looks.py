"""How a mail looks: which rules of its style sheets hold where, and how well its words stand out.

As much of CSS as mails use: selectors of types and classes, one within another, and colours as
#rrggbb. Contrast is that of WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_RULE = re.compile(r"\s*([^{}]+?)\s*\{([^{}]*)\}")
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}")
VOID = frozenset({"br", "img", "meta", "hr", "link", "input"})
SILENT = frozenset({"style", "title", "head", "script"})


@dataclass(frozen=True)
class Rule:
    """A selector as its parts from outside to inside, and what it declares."""

    media: str
    selector: tuple[str, ...]
    declared: dict[str, str]

    @property
    def weight(self) -> tuple[int, int]:
        """How much it counts: classes before types."""
        parts = "".join(self.selector)
        return parts.count("."), sum(not each.startswith(".") for each in self.selector)


def rules(css: str) -> Iterator[Rule]:
    """Yield every rule of a style sheet, those for a medium with its condition."""
    for block in _MEDIA.findall(css):
        media, _, inner = block.partition("{")
        yield from _rules(inner, media.strip())
    yield from _rules(_MEDIA.sub("", css), "")


def _rules(css: str, media: str) -> Iterator[Rule]:
    for selectors, body in _RULE.findall(css):
        pairs = (each.split(":", 1) for each in body.split(";") if ":" in each)
        declared = {name.strip(): value.strip() for name, value in pairs}
        for selector in selectors.split(","):
            yield Rule(media, tuple(selector.split()), declared)


@dataclass
class Element:
    """An element, what holds in it, and the words that stand in it itself."""

    tag: str
    attrs: dict[str, str | None]
    parent: Element | None
    words: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def path(self) -> list[Element]:
        """From this element outwards."""
        return [self, *(self.parent.path if self.parent else [])]

    def is_hidden(self) -> bool:
        """Whether nobody sees it: a style sheet, the preheader."""
        return any(
            each.tag in SILENT or "display:none" in (each.attrs.get("style") or "")
            for each in self.path
        )

    def everything(self) -> Iterator[Element]:
        """Yield the element and all within it, in order."""
        yield self
        for child in self.children:
            yield from child.everything()


class Document(HTMLParser):
    """A page as a tree; `css` are its style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("", {}, None)
        self._here = self.root
        self.feed(html)
        self.css = "\n".join(
            "".join(each.words) for each in self.root.everything() if each.tag == "style"
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), self._here)
        self._here.children.append(element)
        if tag not in VOID:
            self._here = element

    def handle_endtag(self, tag: str) -> None:
        assert self._here.tag == tag, f"</{tag}> closes <{self._here.tag}>"
        self._here = self._here.parent or self.root

    def handle_data(self, data: str) -> None:
        self._here.words.append(data)


def _fits(part: str, element: Element) -> bool:
    tag, _, name = part.partition(".")
    classes = (element.attrs.get("class") or "").split()
    return (not tag or tag == element.tag) and (not name or name in classes)


def holds(rule: Rule, element: Element) -> bool:
    """Say whether the rule's selector means the element."""
    if not _fits(rule.selector[-1], element):
        return False
    outer = element.path[1:]
    for part in reversed(rule.selector[:-1]):
        while outer and not _fits(part, outer[0]):
            outer.pop(0)
        if not outer:
            return False
        outer.pop(0)
    return True


def value(element: Element, name: str, sheet: list[Rule]) -> str | None:
    """Return what an element itself declares, by the rule that counts most."""
    found = [
        (rule.weight, number, rule.declared[name])
        for number, rule in enumerate(sheet)
        if name in rule.declared and holds(rule, element)
    ]
    return max(found)[2] if found else None


def colours(element: Element, sheet: list[Rule]) -> tuple[str, str]:
    """Return the colour of an element's words, and of what is behind them."""
    front = next((c for e in element.path if (c := value(e, "color", sheet))), "#000000")
    behind = next(
        (c for e in element.path if (c := value(e, "background-color", sheet))), "#ffffff"
    )
    return front, behind


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    assert re.fullmatch("#[0-9a-f]{6}", colour), colour
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

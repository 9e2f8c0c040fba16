"""Search forms of HTML pages: found by their fields, sent back as they came (HTML, 4.10.22)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple, TypeAlias
from urllib.parse import urlencode

from monitor.adapters.body import Form as Shape
from monitor.adapters.body import form_of, what_came
from monitor.adapters.html import Element, absolute, every, parse, text_of
from monitor.errors import ExtractError
from monitor.model import Fetched, Request
from monitor.text.clean import clean

Values: TypeAlias = str | Sequence[str]
"""What one field sends: a text, or several."""

_PRESSED = frozenset({"submit", "button", "image", "reset", "file"})
_CHOSEN = frozenset({"radio", "checkbox"})


class Form(NamedTuple):
    """Where a form goes to, what it sends as it stands, and the values of its buttons."""

    action: str
    method: str
    sends: Mapping[str, Values]
    buttons: Mapping[str, str]

    def filled(self, fields: Mapping[str, Values], button: str = "", cookie: str = "") -> Request:
        """Return the request that sends the form with these fields filled in."""
        pressed = {button: self.buttons[button]} if button in self.buttons else {}
        query = urlencode({**self.sends, **pressed, **fields}, doseq=True)
        headers = {"cookie": cookie} if cookie else {}
        if self.method == "GET":
            address = f"{self.action.partition('?')[0]}?{query}"
            return Request(address, headers, conditional=False)
        headers["content-type"] = "application/x-www-form-urlencoded"
        return Request(self.action, headers, "POST", query.encode(), conditional=False)


def page_of(fetched: Fetched) -> Element:
    """Return an answer as a page; ExtractError when anything but HTML came."""
    if form_of(fetched) is not Shape.HTML:
        raise ExtractError(f"A page was expected at {fetched.url}, but {what_came(fetched)} came.")
    return parse(fetched.text)


def form_with(page: Element, field: str, needed: Set[str], url: str) -> Form:
    """Return the form that has the field and all that is needed besides.

    ExtractError when there is none, or when several are there that do not do the same.
    """
    having = [form for form in every(page, "form") if field in _names(form)]
    if not having:
        raise ExtractError(f"There is no search form (field `{field}`) at {url} any more.")
    missing = min((needed - _names(form) for form in having), key=len)
    if missing:
        raise ExtractError(
            f"The search form at {url} has no field {', '.join(sorted(missing))} any more."
        )
    found = [_form(form, url) for form in having if needed <= _names(form)]
    if any(other != found[0] for other in found):
        raise ExtractError(
            f"There are {len(found)} different search forms with the field `{field}` at {url}; "
            f"they lead to {', '.join(dict.fromkeys(form.action for form in found))}. "
            "Name with `fill` or `button` something that only the right one has."
        )
    return found[0]


def _form(form: Element, url: str) -> Form:
    action = absolute(url, form.get("action")) or url
    tags = every(form, "input[name], select[name], textarea[name], button[name]")
    sends, buttons = _values(tag for tag in tags if "disabled" not in tag.attrib)
    method = "POST" if form.get("method", "").lower() == "post" else "GET"
    return Form(action.partition("#")[0], method, sends, buttons)


def has_field(page: Element, field: str) -> bool:
    """Say whether the form is still there, as it is beside a list without hits."""
    return any(field in _names(form) for form in every(page, "form"))


def _names(form: Element) -> set[str]:
    return {tag.get("name") for tag in every(form, "[name]")}


def _values(tags: Iterable[Element]) -> tuple[dict[str, Values], dict[str, str]]:
    """What each field sends as it stands (HTML, 4.10.22.4), and the values of the buttons."""
    sends: dict[str, list[str]] = {}
    buttons: dict[str, str] = {}
    for tag in tags:
        name, kind = tag.get("name"), tag.get("type", "").lower()
        if tag.tag == "button" or kind in _PRESSED:
            buttons[name] = tag.get("value", "")
        elif kind == "radio" and "checked" in tag.attrib:
            sends[name] = [_value(tag)]
        elif kind not in _CHOSEN or "checked" in tag.attrib:
            sends.setdefault(name, []).extend(_sent(tag))
    return {name: tuple(values) for name, values in sends.items() if values}, buttons


def _sent(tag: Element) -> Iterator[str]:
    if tag.tag == "textarea":
        yield text_of(tag)
    elif tag.tag == "select":
        chosen = every(tag, "option[selected]")
        if "multiple" not in tag.attrib:
            chosen = (chosen or every(tag, "option"))[:1]
        yield from map(_value, chosen)
    else:
        yield _value(tag)


def _value(tag: Element) -> str:
    """The value, or what stands for one that is not declared."""
    if tag.tag == "option":
        return str(tag.get("value", clean(text_of(tag))))
    chosen = tag.get("type", "").lower() in _CHOSEN
    return str(tag.get("value", "on" if chosen else ""))

"""Search forms of HTML pages: found by their fields, sent back as they came (HTML, 4.10.22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple
from urllib.parse import urlencode

from monitor.adapters.body import Form as Shape
from monitor.adapters.body import form_of, what_came
from monitor.adapters.html import Element, absolute, every, first, parse
from monitor.errors import ExtractError
from monitor.model import Fetched, Request

_PRESSED = frozenset({"submit", "button", "image", "reset", "file"})
_CHOSEN = frozenset({"radio", "checkbox"})


class Form(NamedTuple):
    """Where a form goes to, what it sends as it stands, and the values of its buttons."""

    action: str
    method: str
    sends: Mapping[str, str]
    buttons: Mapping[str, str]

    def filled(self, fields: Mapping[str, str], button: str = "", cookie: str = "") -> Request:
        """Return the request that sends the form with these fields filled in."""
        pressed = {button: self.buttons[button]} if button in self.buttons else {}
        query = urlencode({**self.sends, **pressed, **fields})
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
    """Return the form that has the field; ExtractError when there is none or others are missing."""
    form = next((form for form in every(page, "form") if field in _names(form)), None)
    if form is None:
        raise ExtractError(f"There is no search form (field `{field}`) at {url} any more.")
    if missing := needed - _names(form):
        raise ExtractError(
            f"The search form at {url} has no field {', '.join(sorted(missing))} any more."
        )
    action = absolute(url, str(form.get("action", ""))) or url
    sends, buttons = _values(every(form, "input[name], select[name], textarea[name], button[name]"))
    method = "POST" if str(form.get("method", "")).lower() == "post" else "GET"
    return Form(action.partition("#")[0], method, sends, buttons)


def has_field(page: Element, field: str) -> bool:
    """Say whether the form is still there, as it is beside a list without hits."""
    return any(field in _names(form) for form in every(page, "form"))


def _names(form: Element) -> set[str]:
    return {str(tag["name"]) for tag in every(form, "[name]")}


def _values(tags: Iterable[Element]) -> tuple[dict[str, str], dict[str, str]]:
    sends: dict[str, str] = {}
    buttons: dict[str, str] = {}
    for tag in tags:
        name, value, kind = str(tag["name"]), str(tag.get("value", "")), str(tag.get("type", ""))
        if tag.name == "button" or kind.lower() in _PRESSED:
            buttons[name] = value
        elif tag.name == "select":
            chosen = first(tag, "option[selected]") or first(tag, "option")
            sends[name] = str(chosen.get("value", "")) if chosen else ""
        elif kind.lower() not in _CHOSEN or tag.has_attr("checked"):
            sends[name] = tag.get_text() if tag.name == "textarea" else value
    return sends, buttons

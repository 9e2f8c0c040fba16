"""A sentence for people that can be said in another language later, where somebody reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Told(str):
    """A sentence in English, and how it was made: `Told("`{key}` is missing", key="url")`.

    It is the English text and behaves as such; `form` is what catalogues translate, and `values`
    are filled in (as in `str.format`), sentences and errors among them in the same language.
    """

    __slots__ = ("form", "values")
    form: str
    values: dict[str, Any]

    def __new__(cls, form: str, **values: Any) -> Told:
        values = {
            name: reason(value) if isinstance(value, BaseException) else value
            for name, value in values.items()
        }
        made = super().__new__(cls, form.format(**values))
        made.form, made.values = form, values
        return made

    def __reduce__(self) -> tuple[Callable[..., Told], tuple[str, dict[str, Any]]]:
        return _again, (self.form, self.values)


def _again(form: str, values: dict[str, Any]) -> Told:
    return Told(form, **values)


def form(text: str) -> str:
    """Return the text: marks a form that is told elsewhere, so that catalogues know of it."""
    return text


def reason(error: BaseException) -> str:
    """Return what an error says, still translatable where it was told so."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Told) else str(error)


def retold(text: str, translate: Callable[[str], str]) -> str:
    """Return a sentence in the language that `translate` brings forms to; plain texts as is."""
    if not isinstance(text, Told):
        return str(text)
    values = {
        name: retold(value, translate) if isinstance(value, Told) else value
        for name, value in text.values.items()
    }
    return translate(text.form).format(**values)

"""Trouble is stored as English sentences; here they are said again for who reads another language.

The catalogue has the forms that such sentences were made of. A sentence is recognised by its form,
what was filled in is kept; one that nobody translated stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, partial

# Letters that a form has of its own; those with fewer would fit anything.
_TELLING = 10
_VALUE = re.compile(r"\{(\w+)[^{}]*\}")
# An address before what is wrong there, and what a server said behind it.
_AROUND = re.compile(r"(\S+://\S+: )?(.+?)( \([^()]*\))?", re.DOTALL)


class Retelling:
    """Says sentences again, by a catalogue of English forms with their translations."""

    def __init__(self, catalogue: Callable[[], Mapping[str, str]]) -> None:
        self._catalogue = catalogue

    @cached_property
    def _forms(self) -> Mapping[str, str]:
        return self._catalogue()

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Those with values in them, the most telling first."""
        found = [(len(_words(form)), form) for form in self._forms if _VALUE.search(form)]
        ordered = sorted(each for each in found if each[0] >= _TELLING)[::-1]
        return [(_pattern(form), self._forms[form]) for _, form in ordered]

    def __call__(self, text: str) -> str:
        """Return a sentence in the language of the catalogue, or as it is."""
        around = _AROUND.fullmatch(text)
        before, told, after = around.groups("") if around else ("", text, "")
        for head, core, tail in (
            ("", text, ""),
            (before, f"{told}{after}", ""),
            ("", f"{before}{told}", after),
            (before, told, after),
        ):
            if said := self._known(core):
                return f"{head}{said}{tail}"
        return text

    def _known(self, text: str) -> str | None:
        if text in self._forms:
            return self._forms[text]
        for pattern, said in self._patterns:
            if hit := pattern.fullmatch(text):
                return _VALUE.sub(partial(self._filled, hit), said)
        return None

    def _filled(self, hit: re.Match[str], place: re.Match[str]) -> str:
        return self(hit[f"v{place[1]}"])


def _words(form: str) -> str:
    return "".join(filter(str.isalpha, _VALUE.sub("", form)))


def _pattern(form: str) -> re.Pattern[str]:
    """What a sentence of this form looks like; a value that stands twice is the same both times."""
    words, names = _VALUE.split(form)[::2], _VALUE.findall(form)
    pattern = re.escape(words[0])
    for number, (name, rest) in enumerate(zip(names, words[1:], strict=True)):
        again = name in names[:number]
        pattern += f"(?P=v{name})" if again else f"(?P<v{name}>.+?)"
        pattern += re.escape(rest)
    return re.compile(pattern, re.DOTALL)

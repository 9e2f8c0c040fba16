"""The command line in German: every sentence has a translation, and says the same."""

from __future__ import annotations

import re
import string
from contextvars import copy_context
from pathlib import Path

import pytest

from monitor.cli import speaking
from monitor.config import load
from monitor.errors import ConfigError, Problem
from monitor.model.told import Told, reason, retold
from monitor.render.words import translations
from monitor.shipped import shipped
from tests.forms import forms, untold

GERMAN = translations(shipped("templates"), "de").gettext

# Words that German shares.
SAME = {"version"}

WRONG = r"""version: 2
defaults: {evry: 3h, id: x}
words: {lone: [Heer*]}
topics:
  desertion:
    title: {de: Desertion}
    terms:
      - Deserteur.*
      - "a|b"
      - {term: Flucht*, needs: [armee], weak: nein}
      - {term: Flucht*, cites: [AsylG]}
      - {term: "die * Flucht"}
sources:
  - id: court_x
    name:
    kind: fed
    every: 6 Stunden
    topics: [desertio]
    follow: ja
    url: www.x.de
    lang: deutsch
    expect: [1]
    ignore: "*"
    cron: "0 7 * * *"
    options: {a: b}
  - {id: b, name: B, kind: json, url: "https://a@b.example/", options: {pgae: "1", pages: many}}
  - {id: b, name: B, kind: eurostat, select: {items: h3}}
  - {name: C, kind: page, url: "https://c.example/", select: {items: "h3 >"}, delay: 3h}
"""


def values(form: str) -> set[tuple[str, str]]:
    """The values that a form wants filled in, and how they are written."""
    parts = string.Formatter().parse(form)
    return {(name, f"{spec}{conversion}") for _, name, spec, conversion in parts if name}


def is_words(form: str) -> bool:
    """Whether there is anything to translate."""
    return any(re.search(r"[^\W\d_]{2}", part) for part, *_ in string.Formatter().parse(form))


def test_every_sentence_has_german_that_fills_in_the_same() -> None:
    known = forms()
    assert len(known) > 150
    lacking = [form for form in sorted(known - SAME) if is_words(form) and GERMAN(form) == form]
    assert lacking == [], "add them to templates/locale/de.po"
    assert [form for form in known if values(GERMAN(form)) != values(form)] == []


def test_no_problem_is_a_text_that_nobody_can_translate() -> None:
    assert untold() == []


def test_a_wrong_file_is_told_in_german(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(WRONG, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "sources.yaml", None)
    problems = caught.value.problems
    assert len(problems) >= 20
    assert [p.message for p in problems if retold(p.message, GERMAN) == p.message] == []
    told = [retold(p.told, GERMAN).partition("sources.yaml:")[2] for p in problems]
    assert "16: `kind` muss" in "\n".join(told)
    assert "17: `every` muss eine Dauer wie 6h, 30m oder 14d sein, nicht `6 Stunden`" in "\n".join(
        told
    )
    assert "2: unbekannter Schlüssel `evry` – gemeint vielleicht `every`?" in told


def test_a_sentence_is_its_english_text_and_knows_how_it_was_made() -> None:
    cause = ValueError(Told("must be {what}", what=Told("a list")))
    told = Told("`{key}` {cause}", key="to", cause=cause)
    assert told == "`to` must be a list"
    assert reason(cause) == "must be a list"
    assert reason(ValueError("plain")) == "plain"
    assert retold(told, GERMAN) == "`to` must be eine Liste"
    assert retold("plain", GERMAN) == "plain"


def test_a_problem_without_suggestion_guesses_nothing() -> None:
    told = Problem(Path("a"), 3, Told("`{key}` is missing", key="id")).told
    assert retold(told, GERMAN) == "a:3: `id` fehlt"


@pytest.mark.parametrize(
    ("arguments", "environ", "lang"),
    [
        ((), {}, "en"),
        ((), {"LANG": "de_DE.UTF-8"}, "de"),
        ((), {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ((), {"LANG": "C", "LANGUAGE": "fr:de"}, "de"),
        ((), {"LANG": "de_AT", "MONITOR_LANG": "en"}, "en"),
        (("--lang", "de", "lint"), {}, "de"),
        (("--sources", "--lang", "--lang=de", "lint"), {"LANG": "en_GB"}, "de"),
        (("explain", "--lang", "de"), {}, "en"),
        (("--lang",), {"LANG": "de_DE"}, "de"),
    ],
)
def test_the_language_is_the_one_that_was_asked_for(
    arguments: tuple[str, ...], environ: dict[str, str], lang: str
) -> None:
    assert speaking.language(arguments, environ) == lang


def test_what_is_spoken_is_german_once_it_was_chosen() -> None:
    def spoken(lang: str) -> str:
        speaking.speak(lang)
        return speaking.say(Told("`{key}` is missing", key="url"))

    assert copy_context().run(spoken, "de") == "`url` fehlt"
    assert copy_context().run(spoken, "en") == "`url` is missing"

"""Trouble that was stored in English is said in German, and no form in the catalogue is made up."""

from __future__ import annotations

import re

import pytest

from monitor.render.retelling import Retelling
from monitor.render.words import sentences
from monitor.shipped import shipped
from tests.forms import raised

GERMAN = Retelling(lambda: sentences(shipped("templates"), "de"))


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (
            "the server is overloaded or being repaired (503 Service Unavailable)",
            "der Server ist überlastet oder wird gewartet (503 Service Unavailable)",
        ),
        (
            "https://a.example/x: a bot protection stands before this page; ask its owner for access",
            "https://a.example/x: vor dieser Seite steht ein Schutz gegen Maschinen; den Betreiber um "
            "Zugang bitten",
        ),
        (
            "https://a.example/: the answer cannot be read (KeyError)",
            "https://a.example/: die Antwort lässt sich nicht lesen (KeyError)",
        ),
        (
            "3 items found where at least 5 are expected (expect: min_items)",
            "3 Einträge gefunden, mindestens 5 werden erwartet (expect: min_items)",
        ),
        (
            "A feed was expected at https://a.example/, but HTML came.",
            "Unter https://a.example/ wurde ein Feed erwartet, es kam HTML.",
        ),
        (
            "bad redirect: `ftp://x` is not fetched: only http and https addresses are",
            "falsche Weiterleitung: `ftp://x` wird nicht abgerufen: nur Adressen mit http und https",
        ),
    ],
)
def test_what_is_known_is_said_in_german(stored: str, said: str) -> None:
    assert GERMAN(stored) == said


@pytest.mark.parametrize("text", ["", "x", "Fehler 7 (x)", "{0}", "https://a.example/: odd (1)"])
def test_what_nobody_translated_stays_as_it_is(text: str) -> None:
    assert GERMAN(text) == text


def test_english_stays_english() -> None:
    english = Retelling(lambda: sentences(shipped("templates"), "en"))
    assert english("the server did not answer in time") == "the server did not answer in time"


def test_every_way_in_which_fetching_fails_has_german() -> None:
    """Those of the institutions' own adapters may stay English."""
    told = [text for file, text in raised() if file.startswith(("fetch/", "pipeline/", "reader/"))]
    assert len(told) > 30
    examples = [re.sub("^{}: ", "https://a.example/: ", text).replace("{}", "x") for text in told]
    lacking = [text for text in examples if GERMAN(text) == text]
    assert [text for text in lacking if text != "https://a.example/: x"] == []

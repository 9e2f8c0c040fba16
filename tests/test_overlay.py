"""Templates that people change one at a time: the rest are the shipped ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import RenderError
from monitor.render import Rendered, Templates, check_templates
from monitor.render.samples import digests, reports
from monitor.render.words import languages
from monitor.shipped import shipped

SHIPPED = shipped("templates")
ONE = digests("de")[0]


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def drawn(folder: Path, lang: str = "de") -> Rendered:
    return Templates(folder).digest(replace(ONE, lang=lang))


def test_one_own_template_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    put(tmp_path, "digest/subject.txt", "{{ digest.list_name }}: {{ digest.topics|join }}")
    own, ours = drawn(tmp_path), drawn(SHIPPED)
    assert own.subject == "Sample: Desertion"
    assert own.text == ours.text
    assert Templates(tmp_path).trouble(reports("de")[1]) == Templates(SHIPPED).trouble(
        reports("de")[1]
    )
    assert check_templates(tmp_path) == ()


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    assert drawn(tmp_path) == drawn(SHIPPED)


def test_an_own_template_may_use_others_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "digest/subject.txt", "{% include 'own/words.txt' %}")
    put(tmp_path, "own/words.txt", "{{ digest.list_name }}")
    assert drawn(tmp_path).subject == "Sample"


def test_one_own_sentence_is_enough(tmp_path: Path) -> None:
    shipped_po = (SHIPPED / "locale" / "de.po").read_text("utf-8")
    head = shipped_po[: shipped_po.index("\n\n")]
    put(tmp_path, "locale/de.po", f'{head}\n\nmsgid "new"\nmsgstr "frisch"\n')
    assert "frisch" in drawn(tmp_path).text
    assert "frisch" not in drawn(SHIPPED).text


def test_a_third_language_is_one_own_file(tmp_path: Path) -> None:
    german = (SHIPPED / "locale" / "de.po").read_text("utf-8")
    french = german.replace("Language: de", "Language: fr")
    put(tmp_path, "locale/fr.po", french.replace('msgstr "neu"', 'msgstr "nouveau"'))
    assert languages(tmp_path) == ("en", "de", "fr")
    assert "nouveau" in drawn(tmp_path, "fr").text
    with pytest.raises(RenderError, match=r"it\.po.*this translation is missing"):
        drawn(tmp_path, "it")


def linted(folder: Path) -> set[str]:
    told = map(str, check_templates(folder))
    return {each.removeprefix(f"{folder}/") for each in told if each.startswith(str(folder))}


def test_lint_names_the_value_that_was_probably_meant(tmp_path: Path) -> None:
    put(tmp_path, "digest/subject.txt", "\n{{ digest.list_nam }}")
    put(tmp_path, "trouble/subject.txt", "{{ report.list_id }}{{ report.brokn|length }}")
    assert linted(tmp_path) == {
        "digest/subject.txt:2: Digest has no value `list_nam` – did you mean `list_name`?",
        "trouble/subject.txt:1: TroubleReport has no value `brokn` – did you mean `broken`?",
    }


def test_lint_names_the_name_and_the_template_that_were_probably_meant(tmp_path: Path) -> None:
    put(tmp_path, "digest/body.txt", "{% include 'own/used.txt' %}{{ digst.list_name }}")
    put(tmp_path, "own/used.txt", "")
    put(tmp_path, "digest/bdoy.html", "x")
    assert linted(tmp_path) == {
        "digest/body.txt:1: 'digst' is undefined – did you mean `digest`?",
        "digest/bdoy.html:0: no mail or page uses a template of this name – did you mean "
        "`digest/body.html`?",
    }

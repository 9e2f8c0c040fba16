"""Configuration: good files become values, bad ones a list of all problems with their lines."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import Config, load
from monitor.config.ignoring import read_ignored
from monitor.config.tree import MAX_BYTES
from monitor.errors import ConfigError, Problem
from monitor.model import AlertOn, Expect, Receives, Schedule, Select, Tier

GOOD = """\
version: 1
contact: it@example.org
defaults: {every: 6h, lang: de, delay: 5s, expect: {min_items: 2}}
words:
  military: [Soldat*]
  history: [Wehrmacht]
topics:
  desertion:
    title: {de: Desertion, en: Desertion}
    unless: [history]
    terms:
      - Deserteur*
      - term: Fahnenflucht*
        also: [fahnenflüchtig*]
        lang: de
        needs: [military]
        otherwise: nothing
        yes: [Der Soldat beging Fahnenflucht.]
        no: [Fahnenflucht im Kino]
  objection:
    terms: [Kriegsdienstverweiger*]
sources:
  - id: feed
    name: 012
    kind: feed
    url: https://example.org/rss.xml
    every: 1h
    topics: [desertion]
    ignore: [.banner, "Stand: *", '/\\d+ Aufrufe/']
    expect: {max_silence: 30d}
  - id: page.two
    name: no
    kind: page
    url: http://example.org/list
    cron: "0 7 * * mon"
    alert: every
    enabled: false
    select: {items: article, title: h3}
    note: 12:30
"""
LISTS = """\
lists:
  - id: campaign
    to: [team@bürger.de, Anna@example.org]
    topics: [desertion]
    lang: en
    schedule: {cron: 0 7 1 * *}
  - id: ops
    to: [ops@example.org]
    receives: trouble
"""


def loaded(folder: Path, sources: str | bytes, lists: str | bytes | None = None) -> Config:
    return load(_written(folder, "sources.yaml", sources), _written(folder, "lists.yaml", lists))


def _written(folder: Path, name: str, text: str | bytes | None) -> Path:
    path = folder / name
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(folder: Path, sources: str | bytes, lists: str | None = None) -> list[Problem]:
    path = _written(folder, "sources.yaml", sources)
    with pytest.raises(ConfigError) as caught:
        load(path, _written(folder, "lists.yaml", lists) if lists else None)
    return list(caught.value.problems)


def said(found: list[Problem]) -> list[str]:
    """`LINE: message` of each problem, with the file where it is the second one."""
    return [str(p).removeprefix(f"{p.file.parent}/").removeprefix("sources.yaml:") for p in found]


# --- good files ----------------------------------------------------------------------------------


def test_a_source_has_its_own_values_and_the_defaults_for_the_rest(tmp_path: Path) -> None:
    feed, page = loaded(tmp_path, GOOD, LISTS).sources
    assert (feed.id, feed.kind, feed.url) == ("feed", "feed", "https://example.org/rss.xml")
    assert (feed.every, feed.delay, feed.lang) == (timedelta(hours=1), timedelta(seconds=5), "de")
    assert feed.topics == ("desertion",)
    assert feed.expect == Expect(min_items=2, max_silence=timedelta(days=30))
    assert feed.ignore_selectors == (".banner",)
    assert feed.ignore_patterns == (r"(?i:Stand:[\s\S]*)", r"\d+ Aufrufe")
    assert feed.line == 23
    assert page.cron == "0 7 * * mon"
    assert page.alert is AlertOn.EVERY
    assert page.select == Select(items="article", title="h3")
    assert not page.enabled


def test_what_was_read_can_go_to_the_processes_that_read_answers(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD, LISTS)
    assert pickle.loads(pickle.dumps(config)) == config


def test_texts_stay_what_was_typed(tmp_path: Path) -> None:
    feed, page = loaded(tmp_path, GOOD, LISTS).sources
    assert (feed.name, page.name, page.note) == ("012", "no", "12:30")
    assert type(feed.name) is str


def test_the_vocabulary_keeps_citations_and_weak_terms(tmp_path: Path) -> None:
    more = GOOD.replace(
        "otherwise: nothing", "otherwise: nothing\n        weak: true\n        cites: [§ 16 WStG]"
    )
    short, long = loaded(tmp_path, more, LISTS).vocabulary.topics["desertion"].terms
    assert (short.cites, short.weak) == ((), False)
    assert (long.cites, long.weak) == (("§ 16 WStG",), True)


def test_a_term_may_stand_beside_topics_and_in_latin_letters(tmp_path: Path) -> None:
    more = GOOD.replace(
        "otherwise: nothing", "otherwise: nothing\n        beside: [desertion]\n        latin: true"
    )
    short, long = loaded(tmp_path, more, LISTS).vocabulary.topics["desertion"].terms
    assert (short.beside, short.latin) == ((), False)
    assert (long.beside, long.latin) == (("desertion",), True)


def test_the_vocabulary_keeps_conditions_and_examples(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD, LISTS)
    short, long = config.vocabulary.topics["desertion"].terms
    assert (short.name, short.spellings, short.otherwise) == (
        "Deserteur*",
        ("Deserteur*",),
        Tier.PERHAPS,
    )
    assert short.unless == (("history",),)
    assert long.spellings == ("Fahnenflucht*", "fahnenflüchtig*")
    assert (long.needs, long.otherwise, long.lang) == ((("military",),), None, "de")
    assert config.vocabulary.words["military"] == ("Soldat*",)
    assert config.contact == "it@example.org"


def test_lists_have_ascii_addresses_and_a_schedule(tmp_path: Path) -> None:
    campaign, ops = loaded(tmp_path, GOOD, LISTS).lists
    assert campaign.to == ("team@xn--brger-kva.de", "Anna@example.org")
    assert campaign.schedule == Schedule("cron", cron="0 7 1 * *")
    assert campaign.lang == "en"
    assert ops.receives is Receives.TROUBLE
    assert ops.schedule == Schedule("daily", hour=7)


def test_without_a_file_of_recipients_there_are_no_lists(tmp_path: Path) -> None:
    text = GOOD.replace("enabled: false", "enabled: true")
    assert load(_written(tmp_path, "sources.yaml", text), None).lists == ()


def test_an_interval_of_a_source_replaces_the_cron_of_the_defaults(tmp_path: Path) -> None:
    text = GOOD.replace("every: 6h", 'cron: "0 5 * * *"')
    feed, page = loaded(tmp_path, text, LISTS).sources
    assert (feed.cron, feed.every) == (None, timedelta(hours=1))
    assert page.cron == "0 7 * * mon"


@pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD + "...\n"])
def test_byte_order_marks_line_ends_and_an_end_mark_do_no_harm(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text, LISTS).sources[0].line == 23


def test_anchors_and_merge_keys_may_be_used(tmp_path: Path) -> None:
    text = GOOD.replace("  - id: feed", "  - &one\n    id: feed") + (
        "  - <<: *one\n    id: third\n    every: 2d\n"
    )
    third = loaded(tmp_path, text, LISTS).sources[2]
    assert (third.id, third.name, third.every) == ("third", "012", timedelta(days=2))


@pytest.mark.parametrize(
    ("entry", "selector", "pattern"),
    [
        (".cookie", ".cookie", None),
        ("#nav a", "#nav a", None),
        ("[data-ad]", "[data-ad]", None),
        ("nav", "nav", None),
        ("ul.menu > li", "ul.menu > li", None),
        ("table of contents", None, r"(?i:table\s+of\s+contents)"),
        ("Heute ist *.", None, r"(?i:Heute\s+ist[\s\S]*?\.)"),
        (r"/^Stand: .*$/", None, "^Stand: .*$"),
        (r"\d+ Leser", None, r"\d+ Leser"),
    ],
)
def test_what_is_ignored_is_a_selector_a_pattern_or_a_phrase(
    entry: str, selector: str | None, pattern: str | None
) -> None:
    assert read_ignored(entry) == (selector, pattern)


# --- files that are no YAML ----------------------------------------------------------------------

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{this}: &{this} [{','.join([f'*{last}'] * 9)}]\n"
    for last, this in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "1: the file is empty; begin with `version: 1`"),
        (b"# nothing\n", "1: the file is empty; begin with `version: 1`"),
        (b"- a\n- b\n", "1: the file must hold `key: value` lines, not a list"),
        (b"hello\n", "1: the file must hold `key: value` lines, not a single text"),
        (b"a: 1\n\tb: 2\n", "2: a tab stands where only spaces may; indent with spaces"),
        (b"a: 1\n---\nb: 2\n", "2: a second document begins here (`---`); a file must hold only one"),
        (b"a: 1\nb: \xe4\n", "2: this is not UTF-8; save the file in the encoding UTF-8"),
        (b"a: \x01", "1: the invisible character U+0001 must not stand here"),
        (b"a: 'x\nb: 2\n", "1: a quotation mark opens here and is never closed"),
        (b"a: [1, 2\nb: 2\n", "1: a `[` opens here and is never closed"),
        (b'a: "\\d"\n', "1: `\\d` means nothing in double quotes; use '…' instead"),
        (b"a: @x\n", "1: a text must not begin with `@`; put it in quotes"),
        (b"a: b: c\n", "1: a `:` is not expected here; check the indentation, or quote the text"),
        (b"a:\n  b: 1\n c: 2\n", "3: the indentation of this line does not fit the lines above"),
        (b"a: *gone\n", "1: `*gone` refers to an anchor `&gone` that is not defined above"),
        (b"a: &a [*a]\n", "1: `*a` contains itself"),
        (b"a:\n" + b"[" * 500, "2: the values are nested more than 50 levels deep"),
        (BOMB.encode(), "1: the file unfolds to more than 200,000 values"),
        ("a:\u00a06h\nb: 1\n".encode(), "1: a non-breaking space (U+00A0) stands here; type a plain space"),
        (b"#" * (MAX_BYTES + 1), "0: the file is larger than 5 MB; is it the right one?"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_yaml_gives_one_problem(
    tmp_path: Path, text: bytes, message: str
) -> None:
    assert said(problems(tmp_path, text)) == [message]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml:0: the file cannot be read: No such"):
        load(tmp_path / "nowhere.yaml", None)
    with pytest.raises(ConfigError, match=r"nobody\.yaml:0: the file cannot be read: No such"):
        load(_written(tmp_path, "sources.yaml", GOOD), tmp_path / "nobody.yaml")


# --- single mistakes -----------------------------------------------------------------------------

IGNORE = "ignore: [.banner, \"Stand: *\", '/\\d+ Aufrufe/']"
CLOCK = "must be a duration such as 6h, 30m or 14d, not"
ID = "must be 1 to 64 of a–z, 0–9, `.` and `-`, beginning with a letter or digit, not"
NAME = "must be 1 to 64 of a–z, 0–9, `_`, `.` and `-`, beginning with a letter or digit, not"
SWITCH = "`follow` must be true or false, not"
EMPTY = "has no value; fill it in or remove the line"
WEB = "`url` must begin with http:// or https://, not"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("every: 1h", "every: 6 hourz", f"27: `every` {CLOCK} `6 hourz` – did you mean `6h`?"),
        ("every: 1h", "every: 6", f"27: `every` {CLOCK} `6`"),
        ("every: 1h", "every: 5s", "27: `every` must be at least 1m and at most 366d, not `5s`"),
        ("every: 1h", "every:", f"27: `every` {EMPTY}"),
        ("every: 1h", "every: ~", f"27: `every` {EMPTY}"),
        ("every: 1h", "every: [1h]", "27: `every` must be a single text, not a list or a group of keys"),
        ("every: 1h", "every: 1h\n    cron: 0 7 * * *", "28: `every` and `cron` are both given; keep one of them"),
        ("every: 1h", "evry: 1h", "27: unknown key `evry` – did you mean `every`?"),
        ("every: 1h", "follow: no", f"27: {SWITCH} `no` – did you mean `false`?"),
        ("every: 1h", "follow: YES", f"27: {SWITCH} `YES` – did you mean `true`?"),
        ("every: 1h", "follow: True", f"27: {SWITCH} `True` – did you mean `true`?"),
        ("every: 1h", "lang: ua", "27: `lang` must be a two-letter language code such as de, en or uk, not `ua` – did you mean `uk`?"),
        ("every: 1h", "timezone: Berlin", "27: `timezone` must be a time zone such as Europe/Berlin, not `Berlin` – did you mean `Europe/Berlin`?"),
        ("every: 1h", "alert: evry", "27: `alert` must be every or matching, not `evry` – did you mean `every`?"),
        ("every: 1h", "backfill: 2 weeks", f"27: `backfill` {CLOCK} `2 weeks` – did you mean `2w`?"),
        ("every: 1h", "select: {items: a}", "27: `select` has no effect for the kind feed"),
        ("every: 1h", "every: 1h\n    every: 2h", "28: `every` is given twice, first in line 27"),
        ("every: 1h", "user_agent: \"a\\bb\"", "27: `user_agent` holds the invisible character U+0008; use '…' instead of \"…\""),
        ("every: 1h", "note: !!python/name:os.system x", "27: the tag `!!python/name:os.system` is not allowed; remove it"),
        (IGNORE, "ignore: [/(/]", "29: `ignore` must be a regular expression: missing ), unterminated subpattern at position 0"),
        (IGNORE, "ignore: ['*']", "29: `ignore` must not be `*` alone: nothing would ever count as a change"),
        (IGNORE, "ignore: []", "29: `ignore` is an empty list; fill it in or remove it"),
        (IGNORE, "ignore: nav", "29: `ignore` must be a list, such as [nav]"),
        ("kind: feed", "kind: fed", None),
        ("id: feed", "id: -rf", f"23: `id` {ID} `-rf` – did you mean `rf`?"),
        ("id: feed", "id: ../../etc/x", f"23: `id` {ID} `../../etc/x` – did you mean `etc-x`?"),
        ("id: feed", "id: page.two", "31: the id `page.two` stands already in line 23"),
        ("  - id: feed\n    name", "  - name", "23: `id` is missing"),
        ("name: 012", "nmae: 012", "24: unknown key `nmae` – did you mean `name`?"),
        ("name: 012", "name: |\n      a\n      b", "24: `name` must be a single line"),
        ("https://example.org/rss.xml", "htps://example.org/", f"26: {WEB} `htps://example.org/` – did you mean `https://example.org/`?"),
        ("https://example.org/rss.xml", "file:///etc/passwd", f"26: {WEB} `file:///etc/passwd`"),
        ("https://example.org/rss.xml", "https:///rss", "26: `url` must name a host, as in https://example.org/, not `https:///rss`"),
        ("https://example.org/rss.xml", "https://u:p@h.org/", "26: `url` must not contain a user name or password"),
        ("https://example.org/rss.xml", "https://h.org/a b", "26: `url` must not contain blanks; write %20 for a blank"),
        ("https://example.org/rss.xml", "https://h.org:99999/", "26: `url` must be a web address, not `https://h.org:99999/`"),
        ("topics: [desertion]", "topics: [desertoin]", "28: there is no topic `desertoin` – did you mean `desertion`?"),
        ("topics: [desertion]", "topics: []", "28: `topics` is an empty list; fill it in or remove it"),
        ("max_silence: 30d", "max_silense: 30d", "30: unknown key `max_silense` – did you mean `max_silence`?"),
        ("max_silence: 30d", "min_items: many", "30: `min_items` must be a whole number such as 1, not `many`"),
        ("cron: \"0 7 * * mon\"", "cron: 0 7 * *", None),
        ("items: article", "items: 'a['", None),
        ("{items: article, title: h3}", "article", "38: `select` must hold `key: value` lines, not `article`"),
        ("version: 1", "version: 2", "1: `version` must be 1, the only version there is, not `2` – did you mean `1`?"),
        ("version: 1\n", "", "1: `version` is missing"),
        ("contact: it@example.org", "contact: nobody", f"2: `contact` {WEB[6:]} `nobody`"),
        ("contact: it@example.org", "secrets: {}", "2: unknown key `secrets`; known at the top of the file: version, contact, defaults, words, topics, sources"),
        ("delay: 5s", "url: x", "3: `url` belongs to each single source, not to `defaults`"),
        ("delay: 5s", "delay: -5s", f"3: `delay` {CLOCK} `-5s`"),
        ("delay: 5s", "<<: 5", "3: `<<` must name a mapping, such as `<<: *defaults`"),
        ("military: [Soldat*]", "military: Soldat*", "5: `military` must be a list, such as [Soldat*]"),
        ("military: [Soldat*]", "Military: [Soldat*]\n  military: [Armee*, Soldat*]", f"5: a key in `words` {NAME} `Military` – did you mean `military`?"),
        ("history: [Wehrmacht]", "history: [Wehrmacht]\n  asylum: [Asyl*]", "7: the group of words `asylum` is used by no term"),
        ("needs: [military]", "needs: [militery]", "16: there is no group of words `militery` – did you mean `military`?"),
        ("needs: [military]", "needs: [military, military +]", "16: `needs` must join names of word groups with `+`, not `military +`"),
        ("needs: [military]", "neds: [military]", "16: unknown key `neds` – did you mean `needs`?"),
        ("otherwise: nothing", "cites: [§ 3a]", "17: `cites` cannot be searched for: `§ 3a` is not read as one citation: write it as in § 3a Abs. 2 Nr. 5 AsylG, or as a spelling"),
        ("otherwise: nothing", "cites: [zu § 3a AsylG]", "17: `cites` cannot be searched for: `zu § 3a AsylG` is not read as one citation, only `§ 3a AsylG` is – did you mean `§ 3a AsylG`?"),
        ("- Deserteur*", "- {term: Deserteur*, weak: true}", "12: the term `Deserteur*` is weak, so it needs other words: name them in `needs`"),
        ("otherwise: nothing", "otherwise: nothing\n        perhaps: [military]", "17: the term `Fahnenflucht*` has `perhaps`, which says what it is without its needs: remove `otherwise`"),
        ("- Deserteur*", "- {term: Deserteur*, perhaps: [military]}", "12: the term `Deserteur*` is sure without needs, so `perhaps` says nothing: name its `needs`"),
        ("otherwise: nothing", "perhaps: [militery]", "17: there is no group of words `militery` – did you mean `military`?"),
        ("otherwise: nothing", "otherwise: never", "17: `otherwise` must be nothing or perhaps, not `never`"),
        ("yes: [Der Soldat beging Fahnenflucht.]", "yes: [Er lief davon.]", "18: the term `Fahnenflucht*` does not match «Er lief davon.»"),
        ("no: [Fahnenflucht im Kino]", "no: [Soldat auf Fahnenflucht]", "19: the term `Fahnenflucht*` matches «Soldat auf Fahnenflucht»"),
        ("terms: [Kriegsdienstverweiger*]", "title: {de: X}", "20: `terms` is missing"),
        ("terms: [Kriegsdienstverweiger*]", "terms: []", "21: `terms` is an empty list; fill it in or remove it"),
        ("terms: [Kriegsdienstverweiger*]", "terms: [(Krieg]", None),
        ("term: Fahnenflucht*", "tern: Fahnenflucht*", "13: unknown key `tern` – did you mean `term`?"),
        ("title: {de: Desertion, en", "title: {de: Desertion, xx", "9: a key in `title` must be a two-letter language code such as de, en or uk, not `xx`"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem_on_its_line(
    tmp_path: Path, old: str, new: str, message: str | None
) -> None:
    assert GOOD.count(old) == 1 or old.startswith(("version", "every"))
    found = said(problems(tmp_path, GOOD.replace(old, new, 1), LISTS))
    assert len(found) == 1, found
    assert message is None or found == [message]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Anna@example.org", "Anna <a@example.org>", "3: `to` must be a bare address without a name – did you mean `a@example.org`?"),
        ("Anna@example.org", "jürgen@e.org", "3: `to` must have only plain letters (a–z) before the @, not `jürgen`"),
        ("Anna@example.org", '"a@e.org>\\r\\nRCPT TO:<x@evil"', "3: `to` holds the invisible character U+000D; use '…' instead of \"…\""),
        ("Anna@example.org", "''", f"3: `to` {EMPTY}"),
        ("Anna@example.org", "anna", "3: `to` must be an address such as team@example.org, not `anna`"),
        ("Anna@example.org", "a..b@e.org", "3: `to` must be an address such as team@example.org, not `a..b@e.org`"),
        ("Anna@example.org", "a@org", "3: `to` must end in a full name such as example.org, not `org`"),
        ("Anna@example.org", "TEAM@Bürger.de", "3: the address `TEAM@xn--brger-kva.de` stands already in line 3"),
        ("[team@bürger.de, Anna@example.org]", "[]", "3: `to` is an empty list; fill it in or remove it"),
        ("    to: [team@bürger.de, Anna@example.org]\n", "", "2: `to` is missing"),
        ("topics: [desertion]", "topics: [objections]", "4: there is no topic `objections` – did you mean `objection`?"),
        ("lang: en", "lang: french", "5: `lang` must be a two-letter language code such as de, en "
         "or uk, not `french`"),
        ("id: ops", "id: campaign", "7: the id `campaign` stands already in line 2"),
        ("receives: trouble", "receives: troubel", "9: `receives` must be digest, overview or trouble, not `troubel` – did you mean `trouble`?"),
        ("{cron: 0 7 1 * *}", "{corn: 0 7 1 * *}", "6: `schedule` must be a text such as `daily 07:00`, or have the one key `cron`"),
        ("{cron: 0 7 1 * *}", "dayly 07:00", None),
        ("lang: en", "timezone: Europe/Berln", "5: `timezone` must be a time zone such as Europe/Berlin, not `Europe/Berln` – did you mean `Europe/Berlin`?"),
    ],
)  # fmt: skip
def test_one_mistake_in_the_lists_is_one_problem(
    tmp_path: Path, old: str, new: str, message: str | None
) -> None:
    assert LISTS.count(old) == 1
    found = said(problems(tmp_path, GOOD, LISTS.replace(old, new)))
    assert len(found) == 1, found
    assert message is None or found == [f"lists.yaml:{message}"]


def test_a_misspelt_kind_suggests_the_right_one(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("kind: feed", "kind: fed"), LISTS)
    assert (problem.line, problem.suggestion) == (25, "feed")


def test_a_misspelt_schedule_suggests_the_right_one(tmp_path: Path) -> None:
    lists = LISTS.replace("{cron: 0 7 1 * *}", "dayly 07:00")
    (problem,) = problems(tmp_path, GOOD, lists)
    assert (problem.line, problem.suggestion) == (6, "daily 07:00")


# --- what does not fit together ------------------------------------------------------------------


def test_a_topic_that_nobody_looks_for_and_nobody_reads_is_a_problem(tmp_path: Path) -> None:
    text = GOOD.replace("defaults: {", "defaults: {topics: [desertion], ")
    lists = LISTS.replace("    receives", "    topics: [desertion]\n    receives")
    assert said(problems(tmp_path, text, lists)) == [
        "20: the topic `objection` is used by no enabled source and no list"
    ]


def test_a_list_whose_topics_no_source_yields_is_a_problem(tmp_path: Path) -> None:
    assert said(problems(tmp_path, GOOD, LISTS.replace("[desertion]", "[objection]"))) == [
        "lists.yaml:4: no enabled source looks for any topic of this list"
    ]


def test_a_broken_entry_still_defines_its_name(tmp_path: Path) -> None:
    text = GOOD.replace("    title: {de: Desertion, en: Desertion}\n", "    titel: 5\n")
    assert said(problems(tmp_path, text, LISTS)) == [
        "9: unknown key `titel` – did you mean `title`?"
    ]


def test_what_an_anchor_repeats_is_one_problem(tmp_path: Path) -> None:
    text = GOOD.replace("every: 1h", "select: &s {titel: h1}").replace(
        "select: {items: article, title: h3}", "select: *s"
    )
    found = said(problems(tmp_path, text.replace("kind: feed", "kind: page"), LISTS))
    assert found == ["27: unknown key `titel` – did you mean `title`?"]


def test_ten_mistakes_are_ten_problems(tmp_path: Path) -> None:
    text = """\
version: 2
contcat: it@example.org
defaults: {every: 6 hourz}
words:
  military: [Soldat*]
topics:
  desertion:
    terms:
      - term: Fahnenflucht*
        needs: [militery]
sources:
  - id: one two
    name: One
    kind: fed
    url: ftp://example.org/
    follow: no
  - id: two
    kind: feed
    url: https://example.org/
    topics: [desertoin]
"""
    lists = "lists:\n  - {id: a, to: [Team <a@b.org>], lang: xx}\n"
    found = problems(tmp_path, text, lists)
    assert [(p.file.name, p.line) for p in found] == [
        ("lists.yaml", 2),
        ("lists.yaml", 2),
        *(("sources.yaml", line) for line in (1, 2, 3, 10, 12, 14, 15, 16, 17, 20)),
    ]


def test_problems_of_both_files_and_of_templates_come_together(tmp_path: Path) -> None:
    text = GOOD.replace("every: 1h", "evry: 1h")
    _written(tmp_path, "stray.html", "{{ nowhere }}")
    with pytest.raises(ConfigError) as caught:
        load(_written(tmp_path, "s.yaml", text), _written(tmp_path, "l.yaml", ""), tmp_path)
    named = {problem.file.name for problem in caught.value.problems}
    assert {"s.yaml", "l.yaml", "stray.html"} <= named


def test_selectors_and_options_among_the_defaults_are_checked_too(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(
        "version: 1\n"
        "defaults: {options: {bogus: 1}, select: {items: 'li['}}\n"
        "topics: {a: {terms: [Deserteur*]}}\n"
        "sources: [{id: a, name: A, kind: page, url: 'https://x.example/'}]\n"
    )
    with pytest.raises(ConfigError) as wrong:
        load(file, None)
    said = [problem.message for problem in wrong.value.problems]
    assert len(said) == 2
    assert said[0].startswith("`items` must be a CSS selector")
    assert said[1] == "unknown option `bogus`"


def test_a_needed_option_may_stand_among_the_defaults(tmp_path: Path) -> None:
    sources = (
        "version: 1\n"
        "topics: {desertion: {terms: [desert*]}}\n"
        "defaults: {options: {application: Bvwg}}\n"
        "sources:\n"
        "  - {id: ris, name: RIS, kind: ris-at}\n"
    )
    (source,) = load(_written(tmp_path, "sources.yaml", sources), None).sources
    assert source.options == {"application": ("Bvwg",)}
    (problem,) = problems(tmp_path, sources.replace("{application: Bvwg}", "{since: EinemMonat}"))
    assert "`options` needs `application`" in problem.message

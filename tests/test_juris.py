"""The juris portals: the conversation, what counts as noise, and answers that are none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.juris import KIND
from monitor.adapters.session import cookies
from monitor.diff import Known, compare, mark, seen, triage
from monitor.errors import ExtractError
from monitor.model import Change, ChangeKind, Fetched, Item, Request, Source
from tests.contract import SAMPLES, answer

PORTALS = SAMPLES / "juris-landesrecht"
INIT = {"csrfToken": "abc.jp80"}
SOURCE = Source(
    "vg", "VG", "juris", "https://gesetze.muster.example", options={"portal": ("bsmu",)}
)
SEARCH = replace(SOURCE, options={"portal": ("bsmu",), "search": ("Desertion",), "most": ("120",)})


def hit(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "docId": f"NJRE{number:09}",
        "date": f"{28 - number // 10:02}.05.2026",
        "titleList": ["VG Muster", f"{number} K 1/26"],
        "subtitleList": ["Urteil", "Desertion", "§ 3a AsylVfG 1992, ..."],
        "categoryId": "Rechtsprechung",
        **fields,
    }


def hits(*results: dict[str, Any], of: int) -> dict[str, Any]:
    return {"resultList": list(results), "hits": of}


def asked(source: Source, *answers: dict[str, Any]) -> tuple[list[Request], tuple[Item, ...]]:
    """The requests of a whole conversation, and the items."""
    crawl = KIND(source)
    requests = [next(crawl)]
    for found in answers:
        page = answer(json.dumps(found), "application/json", requests[-1].url)
        page = replace(
            page, headers={"set-cookie": "JSESSIONID=1.jp80; Path=/; Secure, up=x; Path=/"}
        )
        try:
            requests.append(crawl.send(page))
        except StopIteration as stopped:
            return requests, tuple(stopped.value)
    raise AssertionError(f"{requests[-1].url} has no answer")


def changes(before: tuple[Item, ...], after: tuple[Item, ...]) -> tuple[Change, ...]:
    found = triage({item.id: mark(item) for item in before}, after)
    return compare(found, {i.id: Known(i, seen(i)) for i in before}, complete=False)


def test_the_token_and_the_session_are_handed_back_with_every_search() -> None:
    requests, _ = asked(SEARCH, INIT, hits(hit(1), of=1))
    assert [r.url.rpartition("/")[2] for r in requests] == ["init", "search"]
    assert all(r.method == "POST" and not r.conditional for r in requests)
    assert requests[0].headers["cookie"] == 'r3autologin="bsmu"'
    sent = requests[1].headers
    assert sent["x-csrf-token"] == "abc.jp80"
    assert sent["cookie"] == 'r3autologin="bsmu"; JSESSIONID=1.jp80; up=x'
    assert sent["origin"] == "https://gesetze.muster.example"
    body = json.loads(requests[1].body or b"")
    assert body["searches"] == [{"id": "Text", "value": "Desertion"}]
    assert body["filters"] == {"CATEGORY": ["Rechtsprechung"]}


def test_hits_are_read_page_by_page_up_to_the_limit() -> None:
    pages = [hits(*(hit(n) for n in range(s, s + 50)), of=700) for s in (0, 50, 100)]
    requests, items = asked(SEARCH, INIT, *pages)
    bodies = [json.loads(r.body or b"") for r in requests[1:]]
    assert [b["searchTasks"]["RESULT_LIST"]["start"] for b in bodies] == [1, 51, 101]
    assert len(items) == 120


def test_what_only_the_portal_counts_is_no_news() -> None:
    noise = {"score": 9.9, "visited": True, "iconId": "juris_rs", "iconAltText": "… durch juris"}
    before, after = hits(hit(1), hit(2), of=2), hits(hit(2), hit(1, **noise), of=2)
    assert changes(asked(SEARCH, INIT, before)[1], asked(SEARCH, INIT, after)[1]) == ()


def test_norms_that_are_filled_in_later_are_the_only_new_text() -> None:
    norms = {"subtitleList": ["Urteil", "Desertion", "§ 4 AsylVfG 1992, § 3a AsylVfG 1992"]}
    (change,) = changes(
        asked(SEARCH, INIT, hits(hit(1), of=1))[1],
        asked(SEARCH, INIT, hits(hit(1, **norms), of=1))[1],
    )
    assert (change.kind, change.added) == (ChangeKind.EDITED, ("§ 4 AsylVfG 1992",))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ([{"msgId": "security_notAuthenticated"}], "gave no csrfToken"),
        ([INIT, {"msgId": "security_notAuthenticated"}], "A list of hits was expected"),
        ([INIT, {"resultList": {}, "hits": 1}], "A list of hits was expected"),
        ([INIT, hits(hit(1), of=29_065)], "finds 29065 decisions"),
        ([INIT, hits(hit(1, categoryId="Gesetze"), of=1)], "the filter is ignored"),
        ([INIT, hits(hit(1, docId=" "), of=1)], "lacks docId, titleList"),
        ([INIT, hits(hit(1, titleList=[]), of=1)], "lacks docId, titleList"),
        ([INIT, hits(hit(1, subtitleList="Urteil"), of=1)], "lacks docId, titleList"),
        ([INIT, hits(hit(1), of=9), hits(hit(1), of=9)], "same page of hits again"),
        ([INIT, hits(hit(1), of=9), hits(of=9)], "announced 9 and sent 1"),
        ([INIT, hits(hit(30), hit(1), of=99)], "not sorted by date"),
    ],
)
def test_an_answer_that_does_not_fit_the_question_is_refused(
    answers: list[dict[str, Any]], sentence: str
) -> None:
    with pytest.raises(ExtractError, match=rf"{sentence}.*[.?)]$"):
        asked(SEARCH, *answers)


@pytest.mark.parametrize("name", ["bs", "berlin", "BSBE", "bsbe "])
def test_a_portal_has_a_name_of_four_letters(name: str) -> None:
    assert KIND.options["portal"].check(name)
    assert KIND.options["portal"].check("bsbe") is None


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        ("a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/, b=2; HttpOnly", "a=1; b=2"),
        ("a=1, a=3", "a=3"),
        ("a=; Max-Age=0", "a="),
        ("", ""),
    ],
)
def test_cookies_come_out_of_one_joined_header(header: str, sent: str) -> None:
    page = Fetched("https://x.example/", 200, "text/html", b"", "", {"set-cookie": header})
    assert cookies(page) == sent


# --- real answers --------------------------------------------------------------------------------


def real(path: Path) -> tuple[Item, ...]:
    source = replace(SOURCE, options={"portal": (f"bs{path.name[:2]}",), "most": ("10",)})
    return asked(source, INIT, json.loads(path.read_text(encoding="utf-8")))[1]


@pytest.mark.skipif(not PORTALS.is_dir(), reason="the sample answers are not here")
def test_every_real_portal_is_read_and_tells_only_decisions_and_new_words() -> None:
    kinds = dict.fromkeys(ChangeKind, 0)
    for before in sorted(PORTALS.glob("*__2026-05-16.json")):
        old, new = real(before), real(before.with_name(before.name.replace("-16", "-25")))
        assert (len(old), len(new)) == (10, 10)
        assert all(item.published for item in (*old, *new))
        for change in changes(old, new):
            kinds[change.kind] += 1
            assert change.added or change.item.blocks == ()
    assert kinds == {ChangeKind.ADDED: 32, ChangeKind.EDITED: 15, ChangeKind.REMOVED: 0}

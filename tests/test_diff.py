"""What is new, what is gone, what only moved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.diff import (
    Known,
    Mark,
    Triage,
    compare,
    differences,
    mark,
    marked,
    remember,
    seen,
    shrinkage,
    triage,
)
from monitor.model import Change, ChangeKind, Item
from monitor.text.prints import Prints

ADDED, EDITED, REMOVED = ChangeKind


def an_item(id_: str = "a", *blocks: str, title: str = "", url: str | None = "") -> Item:
    url = f"https://x.example/{id_}" if url == "" else url
    return Item(id_, title or f"title of {id_}", url, blocks or (f"text of {id_}",))


class Memory:
    """What a store remembers, in a dictionary: the snapshot after each look."""

    def __init__(self, *items: Item, ignore: tuple[re.Pattern[str], ...] = ()) -> None:
        self.prints = Prints(ignore)
        self.marks: dict[str, Mark] = marked(items, self.prints)
        self.known = {i.id: Known(i, seen(i, self.prints)) for i in items}

    def look(self, *items: Item, complete: bool = False) -> tuple[Change, ...]:
        """Compare with what is known and remember it."""
        named = {i.id for i in items}
        known = {id_: m for id_, m in self.marks.items() if m.present or id_ in named}
        found = triage(known, items, marked(items, self.prints))
        changes = compare(found, self.known, complete=complete, prints=self.prints)
        for new, old in found.renamed.items():
            self.marks[new], self.known[new] = self.marks.pop(old), self.known.pop(old)
        for id_ in found.missing:
            self.marks[id_] = replace(self.marks[id_], present=False)
        for item in items:
            before = self.known.get(item.id)
            said = seen(item, self.prints) | (before.seen if before else frozenset())
            self.marks[item.id] = found.marks[item.id]
            self.known[item.id] = Known(item, said)
        return changes


# --- added, edited, removed ----------------------------------------------------------------------


def test_a_new_item_is_added_with_all_its_text() -> None:
    new = an_item("b", "one", "two")
    (change,) = Memory(an_item("a")).look(an_item("a"), new)
    assert change == Change(ADDED, new, added=("one", "two"), title_changed=True)


def test_an_edit_holds_only_the_new_and_the_lost_blocks() -> None:
    before, after = an_item("a", "one", "two", "three"), an_item("a", "one", "2", "three", "four")
    (change,) = Memory(before).look(after)
    assert change == Change(EDITED, after, before, added=("2", "four"), removed=("two",))


def test_a_new_title_is_an_edit() -> None:
    before, after = an_item("a", title="Entwurf"), an_item("a", title="Gesetz")
    (change,) = Memory(before).look(after)
    assert change == Change(EDITED, after, before, title_changed=True)


def test_a_new_address_alone_tells_nothing_new() -> None:
    assert Memory(an_item("a")).look(an_item("a", url="https://x.example/moved")) == ()


def test_a_missing_item_is_removed_only_from_a_complete_source() -> None:
    a, b = an_item("a"), an_item("b", "one", "two")
    assert Memory(a, b).look(a) == ()
    (change,) = Memory(a, b).look(a, complete=True)
    assert change == Change(REMOVED, b, b, removed=("one", "two"))


def test_nothing_at_all_is_added_to_nothing() -> None:
    assert Memory().look() == ()
    assert triage({}, []).is_quiet


# --- what is no news -----------------------------------------------------------------------------


def test_an_item_that_scrolls_back_is_not_announced_again() -> None:
    a, b = an_item("a"), an_item("b")
    memory = Memory(a, b)
    assert memory.look(a) == ()
    assert memory.look(a, b) == ()


def test_an_item_that_scrolls_back_changed_is_an_edit() -> None:
    memory = Memory(an_item("a", "one"))
    memory.look()
    (change,) = memory.look(an_item("a", "one", "two"))
    assert (change.kind, change.added) == (EDITED, ("two",))


def test_a_page_that_flips_between_two_states_tells_each_once() -> None:
    one, other = an_item("a", "always", "banner one"), an_item("a", "always", "banner two")
    memory = Memory(one)
    news = [change.added for _ in range(5) for change in memory.look(other) + memory.look(one)]
    assert [block for added in news for block in added] == ["banner two"]


def test_an_item_as_at_first_sight_tells_by_itself_what_it_was_seen_with() -> None:
    first = an_item("a", "Stand: 3. Mai 2026", "Die Frist endet.", "Seite 1 von 3", title="Erlass")
    edits = [
        an_item("a", "Stand: 4. Mai 2026", "Die Frist endet.", "Seite 1 von 3", title="Erlass"),
        an_item("a", "Die Frist endet.", "Neu ist das.", title="Erlass"),
        an_item("a", "Stand: 3. Mai 2026", title="Erlass"),
    ]
    for item in edits:
        found = triage(marked([first]), [item])
        assert found.edited
        kept, derived = (
            differences(found, {"a": Known(first, told)}, complete=False)
            for told in (remember(first, None), frozenset[str]())
        )
        assert kept == derived


def test_the_order_of_blocks_tells_nothing() -> None:
    assert Memory(an_item("a", "one", "two")).look(an_item("a", "two", "one")) == ()


def test_white_space_and_typography_tell_nothing() -> None:
    before = an_item("a", "Stand  2014–2024: „ja“", title="Der   Titel")
    after = an_item("a", 'Stand 2014-2024:\n"ja"', title="Der Titel\u200b")
    assert Memory(before).look(after) == ()


def test_what_is_to_be_ignored_tells_nothing() -> None:
    ignore = (re.compile(r"\d+ Aufrufe"),)
    before, after = an_item("a", "Text. 12 Aufrufe"), an_item("a", "Text. 13 Aufrufe")
    assert Memory(before, ignore=ignore).look(after) == ()
    plain = an_item("a", "Text. 12 Akten"), an_item("a", "Text. 13 Akten")
    assert len(Memory(plain[0]).look(plain[1])) == 1


def test_a_session_in_the_address_tells_nothing() -> None:
    before = an_item("a", url="https://x.example/a;jsessionid=1?utm_source=rss")
    assert triage({"a": mark(before)}, [an_item("a", url="https://x.example/a")]).is_quiet


# --- names that change ---------------------------------------------------------------------------


def test_a_feed_that_invents_new_ids_has_no_new_items() -> None:
    def at(time: int) -> list[Item]:
        return [replace(an_item(page), id=f"{page}-{time}") for page in "abc"]

    memory = Memory(*at(0))
    assert [memory.look(*at(time), complete=True) for time in range(1, 4)] == [(), (), ()]


def test_a_renamed_item_that_also_changed_is_an_edit() -> None:
    before, after = an_item("a", "one"), replace(an_item("a", "one", "two"), id="a2")
    found = triage({"a": mark(before)}, [after])
    assert found.renamed == {"a2": "a"}
    (change,) = Memory(before).look(after, complete=True)
    assert (change.kind, change.added, change.before) == (EDITED, ("two",), before)


def test_a_present_item_is_not_renamed_away() -> None:
    one = an_item("a")
    twin = replace(one, id="b", blocks=("another text",))
    (change,) = Memory(one).look(one, twin)
    assert (change.kind, change.item) == (ADDED, twin)


def test_items_without_address_are_not_taken_for_one_another() -> None:
    before, after = an_item("a", url=None), replace(an_item("a", url=None), id="b")
    found = triage({"a": mark(before)}, [after])
    assert (found.renamed, found.added, found.missing) == ({}, (after,), ("a",))


def test_a_section_with_another_heading_is_an_edit() -> None:
    before = an_item("s1", "(1) Text", "(2) Text", title="§ 3 Asyl", url=None)
    after = an_item("s9", "(1) Text", "(2) Text", title="§ 3 Flüchtlinge", url=None)
    (change,) = Memory(before).look(after, complete=True)
    assert change == Change(EDITED, after, before, title_changed=True)


def test_a_section_with_another_heading_and_text_is_a_removal_and_an_addition() -> None:
    before, after = an_item("s1", "old", url=None), an_item("s9", "new", url=None)
    changes = Memory(before).look(after, complete=True)
    assert [change.kind for change in changes] == [ADDED, REMOVED]


# --- shrinkage -----------------------------------------------------------------------------------


def shrunk(before: Sequence[Item], after: Sequence[Item], *, complete: bool = False) -> str | None:
    memory = Memory(*before)
    return shrinkage(triage(memory.marks, after), memory.known, complete=complete)


def test_more_than_half_of_a_complete_source_missing_is_suspicious() -> None:
    items = [an_item(letter) for letter in "abcdef"]
    assert shrunk(items, items[:3], complete=True) is None
    assert shrunk(items, items[:2], complete=True) == "4 of 6 items are missing"
    assert shrunk(items, items[:2], complete=False) is None


def test_new_items_do_not_hide_that_old_ones_are_missing() -> None:
    items = [an_item(letter) for letter in "abcdef"]
    news = [an_item(letter) for letter in "uvwxyz"]
    assert shrunk(items, [items[0], *news], complete=True) == "5 of 6 items are missing"


def test_a_long_page_that_lost_most_of_its_text_is_suspicious() -> None:
    long, half, rest = (an_item("a", "x" * length) for length in (1000, 400, 399))
    assert shrunk([long], [half]) is None
    assert shrunk([long], [rest]) == "the text shrank from 1000 to 399 characters"


def test_a_short_page_may_lose_its_text() -> None:
    assert shrunk([an_item("a", "x" * 600)], [an_item("a", "x")]) is None


# --- laws ----------------------------------------------------------------------------------------

words = st.sampled_from(["Asyl", "Soldat", "2026", "nein", "Straße 3", "а", "§ 3"])
blocks = st.lists(st.lists(words, min_size=1, max_size=3).map(" ".join), max_size=4).map(tuple)
some_items = st.builds(
    Item,
    id=st.sampled_from("abcdefgh"),
    title=words,
    url=st.none() | st.sampled_from([f"https://x.example/{n}" for n in range(4)]),
    blocks=blocks,
)
snapshots = st.lists(some_items, max_size=6, unique_by=lambda item: item.id)
completeness = st.booleans()


@given(snapshots, completeness)
def test_a_snapshot_compared_with_itself_is_quiet(items: list[Item], complete: bool) -> None:
    memory = Memory(*items)
    assert triage(memory.marks, items).is_quiet
    assert memory.look(*items, complete=complete) == ()


def kinds(changes: Iterable[Change]) -> set[tuple[str, ChangeKind, frozenset[str], frozenset[str]]]:
    return {(c.item.id, c.kind, frozenset(c.added), frozenset(c.removed)) for c in changes}


def has_twins(items: Iterable[Item]) -> bool:
    """Whether two items look the same to who does not know their ids."""
    listed = list(items)
    same_place = {(i.url, i.title) for i in listed if i.url}
    return len({i.blocks for i in listed}) < len(listed) or len(same_place) < sum(
        i.url is not None for i in listed
    )


@given(snapshots, snapshots, st.randoms())
def test_the_order_of_items_and_blocks_does_not_matter(
    before: list[Item], after: list[Item], chance: object
) -> None:
    # Blocks of several words can be cut anew, and then their order is what the text says.
    before, after = (
        [replace(i, blocks=tuple(block.split()[0] for block in i.blocks)) for i in items]
        for items in (before, after)
    )
    assume(not has_twins(before) and not has_twins(after))

    def shuffled(items: Sequence[Item]) -> list[Item]:
        mixed = [replace(i, blocks=tuple(sorted(i.blocks, reverse=True))) for i in items]
        chance.shuffle(mixed)  # type: ignore[attr-defined]
        return mixed

    straight = Memory(*before).look(*after)
    mixed = Memory(*shuffled(before)).look(*shuffled(after))
    assert kinds(mixed) == kinds(straight)


@given(snapshots, snapshots)
def test_every_block_that_is_there_was_known_or_is_new(
    before: list[Item], after: list[Item]
) -> None:
    memory = Memory(*before)
    known = dict(memory.known)
    found = triage(memory.marks, after)
    text = "".join("".join(each.item.blocks) for each in known.values()).replace(" ", "")
    changes = {change.item.id: change for change in memory.look(*after)}
    for item in after:
        former = found.renamed.get(item.id, item.id)
        said = known[former].seen if former in known else frozenset()
        told = set(changes[item.id].added) if item.id in changes else set()
        for block in item.blocks:
            same_words = "".join(block.split()) in text  # in another item, or divided otherwise
            assert block in told or seen(Item("", block)) <= said or same_words


@given(snapshots, snapshots)
def test_every_item_is_sorted_into_exactly_one_heap(before: list[Item], after: list[Item]) -> None:
    found = triage(Memory(*before).marks, after)
    assert set(found.marks) == {item.id for item in after}
    new = {item.id for item in found.added}
    assert new.isdisjoint(found.renamed)
    assert new | set(found.renamed) == set(found.marks) - {item.id for item in before}
    stayed = {item.id for item in before} & set(found.marks)
    assert set(found.missing) | stayed | set(found.renamed.values()) == {i.id for i in before}
    assert set(found.missing).isdisjoint(stayed | set(found.renamed.values()))


@given(st.lists(snapshots, max_size=5))
def test_no_block_of_an_item_is_ever_told_twice(history: list[list[Item]]) -> None:
    memory = Memory()
    told: dict[str, list[str]] = {}
    for items in history:
        found = triage(_visible(memory.marks, items), items)
        for new, old in found.renamed.items():
            told[new] = told.pop(old, [])
        for change in memory.look(*items):
            told.setdefault(change.item.id, []).extend(dict.fromkeys(change.added))
    for blocks_told in told.values():
        assert len(blocks_told) == len(set(blocks_told))


def _visible(marks: Mapping[str, Mark], items: Iterable[Item]) -> dict[str, Mark]:
    named = {item.id for item in items}
    return {id_: m for id_, m in marks.items() if m.present or id_ in named}


@pytest.mark.parametrize("quiet", [Triage({}), Triage({"a": mark(an_item("a"))})])
def test_marks_alone_are_nothing_to_store(quiet: Triage) -> None:
    assert quiet.is_quiet

"""Old texts are kept as differences, and every one of them can be read again."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from monitor.model import Item
from monitor.store import Retention, Saved, Store, tables
from monitor.store.codec import write_item
from monitor.store.compress import DamagedError, compress, decompress
from monitor.store.texts import LONGEST_WAY
from tests.test_store import DAY, HOUR, NOW, an_alert, an_item, raw, state, stored

LONG = tuple(f"Absatz {n}: {random.Random(n).getrandbits(900):x}" for n in range(60))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each kind in turn."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


def edition(number: int) -> Item:
    """A long text in which each edition has another sentence."""
    return an_item("a", *LONG[:30], f"Der Satz der {number}. Fassung.", *LONG[30:])


def edit(store: Store, editions: int) -> None:
    """Save a text and edit it, once an hour."""
    assert store.checks.save(Saved(state(1), added=(stored(edition(1)),)))
    for number in range(2, editions + 1):
        assert store.checks.save(Saved(state(number), edited=(stored(edition(number)),)))


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_a_text_and_a_difference_come_back(text: bytes, other: bytes) -> None:
    assert decompress(compress(text)) == text
    assert decompress(compress(text, other), other) == text


def test_what_an_older_release_compressed_is_read() -> None:
    assert decompress(zlib.compress(b"Ein Satz.", 6)) == b"Ein Satz."


def test_damage_and_the_wrong_text_to_compare_with_show() -> None:
    text, other = b"\n".join(map(str.encode, LONG)), "\n".join(LONG[1:]).encode()
    body = compress(text, other)
    assert len(body) < len(compress(text)) / 5
    with pytest.raises(DamagedError):
        decompress(body, other.replace(b"Absatz 7", b"Absatz X"))
    with pytest.raises(DamagedError):
        decompress(bytes([*body[:-2], body[-2] ^ 1, body[-1]]), other)


def test_every_edition_can_be_read_again(store: Store) -> None:
    count = LONGEST_WAY + 20
    edit(store, count)
    for number in (1, 2, 19, 20, 21, LONGEST_WAY, count - 1, count):
        assert store.history.state_at("court", number) == {"a": edition(number)}
    bodies = [version.body for version in store.history.item_versions("court")]
    assert bodies == [edition(number) for number in range(1, count + 1)]
    assert store.checks.known("court", ["a"])["a"].item == edition(count)
    assert not any(damaged for _, damaged in store.upkeep.unreadable())


def test_an_edition_takes_little_room(store: Store, url: str) -> None:
    edit(store, 40)
    length = func.length(tables.version.c.body)
    with raw(url) as engine, engine.connect() as connection:
        *older, newest = connection.execute(select(length).order_by(tables.version.c.id)).scalars()
    assert newest == len(compress(write_item(edition(40))))
    assert max(older) < 100 < newest / 20


def test_a_text_that_is_another_stays_whole(store: Store, url: str) -> None:
    other = an_item("a", *(block[::-1] for block in LONG))
    store.checks.save(Saved(state(1), added=(stored(edition(1)),)))
    store.checks.save(Saved(state(2), edited=(stored(other),)))
    with raw(url) as engine, engine.connect() as connection:
        assert connection.execute(select(tables.version.c.base)).scalars().all() == [None, None]
    assert store.history.state_at("court", 1) == {"a": edition(1)}


def test_a_renamed_item_keeps_its_past(store: Store) -> None:
    edit(store, 3)
    new = an_item("b", *edition(4).blocks)
    store.checks.save(Saved(state(4), edited=(stored(new),), renamed={"b": "a"}))
    past = [store.history.state_at("court", number)["b"].blocks for number in range(1, 5)]
    assert past == [edition(number).blocks for number in range(1, 5)]


def test_what_is_forgotten_takes_nothing_with_it(store: Store) -> None:
    """Of five editions the second raised an alert: it is read by way of none that is forgotten."""
    edit(store, 5)
    alert = an_alert(at=NOW + HOUR)
    store.checks.save(Saved(state(6, last_checked=NOW + 9 * DAY), alerts=(alert,)))
    pruned = store.upkeep.prune(NOW + 10 * DAY, Retention(versions=DAY))
    assert pruned.versions == 3
    kept = {v.number: v.body for v in store.history.item_versions("court") if v.body}
    assert kept == {2: edition(2), 5: edition(5)}
    assert not any(damaged for _, damaged in store.upkeep.unreadable())
    assert store.upkeep.prune(NOW + 10 * DAY, Retention(versions=DAY)).versions == 0


def test_a_trial_of_forgetting_changes_nothing(store: Store) -> None:
    edit(store, 4)
    retention = Retention(versions=DAY)
    assert store.upkeep.prune(NOW + 10 * DAY, retention, dry_run=True).versions == 3
    assert store.history.state_at("court", 1) == {"a": edition(1)}


def test_an_edition_whose_way_is_damaged_is_told(store: Store, url: str) -> None:
    edit(store, 3)
    version = tables.version.c
    with raw(url) as engine, engine.begin() as connection:
        connection.execute(
            update(tables.version).where(version.id == 3).values(body=compress(b"x"))
        )
    assert [damaged for _, damaged in store.upkeep.unreadable()] == [True, True, True]


def test_work_goes_on_from_texts_of_an_older_release(sqlite_url: str) -> None:
    """They stand whole, in another format; the first edit makes a difference of the newest."""
    with Store.open(sqlite_url) as store:
        store.checks.save(Saved(state(1), added=(stored(edition(1)),)))
        old = zlib.compress(write_item(edition(1)), 6)
        with raw(sqlite_url) as engine, engine.begin() as connection:
            connection.execute(update(tables.version).values(body=old))
        assert store.checks.known("court", ["a"])["a"].item == edition(1)
        store.checks.save(Saved(state(2), edited=(stored(edition(2)),)))
        assert store.history.state_at("court", 1) == {"a": edition(1)}
        with raw(sqlite_url) as engine, engine.connect() as connection:
            query = select(func.length(tables.version.c.body)).order_by(tables.version.c.id)
            assert connection.execute(query).scalars().first() < 100  # type: ignore[operator]

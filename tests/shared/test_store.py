"""The event store: what was saved comes back, alone or in a group, and a person can be made unreadable."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import RecordConflictError
from pydantic import SecretStr

from shared.context import Context, current
from shared.events import ERASED
from shared.ids import new_id
from shared.keys import KeyDatabase, Keys
from shared.problems import ChangedMeanwhile, Erased, NotFound, OutOfSpace
from shared.receipts import Expected, Receipt, expected
from shared.sealing import Wire, open_all
from shared.store import EventStore, UnsafeDatabase
from shared.store.sqlite import SqliteEngine
from tests.shared.sample import Card

MASTER = secrets.token_bytes(32)


@pytest.fixture
async def keys(tmp_path: Path) -> AsyncIterator[tuple[KeyDatabase, Keys]]:
    database = KeyDatabase(tmp_path / "keys.db", MASTER)
    yield database, Keys(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> SecretStr | None:
    """Where the store is: each test is about both engines, apart from those that take `file_store`."""
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else None


@pytest.fixture
async def store(tmp_path: Path, keys: tuple[KeyDatabase, Keys], url: SecretStr | None) -> AsyncIterator[EventStore]:
    opened = EventStore("tests", tmp_path, [Card], keys[1], url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def file_store(tmp_path: Path, keys: tuple[KeyDatabase, Keys]) -> AsyncIterator[EventStore]:
    opened = EventStore("tests", tmp_path, [Card], keys[1])
    await opened.open()
    yield opened
    await opened.close()


def card(name: str = "Zoé", holder: UUID | None = None, box: UUID | None = None) -> Card:
    return Card(id=new_id(), holder=holder or new_id(), box=box, name=name, lines=[{"a": 1}], colour="red")


async def wires(store: EventStore) -> list[Wire]:
    return [
        Wire("tests", n.id, n.topic, str(n.originator_id), n.originator_version, n.state)
        for n in await store.notifications(0, 1000)
    ]


async def test_what_was_saved_comes_back_after_a_restart(
    tmp_path: Path, store: EventStore, keys: tuple[KeyDatabase, Keys], url: SecretStr | None
) -> None:
    saved = card(box=new_id())
    saved.rename("Anaïs")
    accepted = await store.save(saved)
    again = EventStore("tests", tmp_path, [Card], Keys(keys[0]), url)
    await again.open()
    loaded = await again.load(Card, saved.id)
    assert (loaded.name, loaded.lines, loaded.holder, loaded.version) == ("Anaïs", [{"a": 1}], saved.holder, 2)
    assert (accepted.id, accepted.version, accepted.position) == (saved.id, 2, "tests=2")
    assert again.last == 2
    await again.close()


async def test_nothing_personal_can_be_read_in_the_files(tmp_path: Path, file_store: EventStore) -> None:
    saved = card("Canari-4711")
    saved.lend(new_id(), "Remarque-4712")
    await file_store.save(saved)
    for path in tmp_path.rglob("*.db*"):
        content = path.read_bytes()
        assert b"Canari-4711" not in content
        assert b"Remarque-4712" not in content


async def test_a_destroyed_key_reads_as_a_placeholder_and_touches_nobody_else(
    store: EventStore, keys: tuple[KeyDatabase, Keys]
) -> None:
    database, ring = keys
    gone, kept = card("gone"), card("kept")
    gone.lend(kept.holder, "seen by the other")
    await store.save(gone, kept)
    await database.destroy(str(gone.holder), "2026-01-01T00:00:00Z")
    ring.forget(str(gone.holder))
    events = await open_all(await wires(store), ring)
    assert [(e.topic, e.data.get("name"), e.erased) for e in events] == [
        ("tests.card.created", ERASED, True),
        ("tests.card.lent", None, False),
        ("tests.card.created", "kept", False),
    ]
    assert events[0].data["lines"] == []
    assert events[1].data["remark"] == "seen by the other"


async def test_nothing_more_is_recorded_about_an_erased_person(
    store: EventStore, keys: tuple[KeyDatabase, Keys]
) -> None:
    holder = new_id()
    await keys[0].destroy(str(holder), "2026-01-01T00:00:00Z")
    with pytest.raises(Erased):
        await store.save(card(holder=holder))
    assert await store.notifications(0, 10) == []


async def test_events_say_who_caused_them_and_to_which_dossier_they_belong(
    store: EventStore, keys: tuple[KeyDatabase, Keys]
) -> None:
    box, member = new_id(), new_id()
    context = Context(kind="member", id=member, request="r-1", address="192.0.2.1", causation="MakeCard")
    token = current.set(context)
    await store.save(card(box=box))
    current.reset(token)
    (event,) = await open_all(await wires(store), keys[1])
    assert event.scope == str(box)
    assert (event.meta.actor_kind, event.meta.actor_id) == ("member", str(member))
    assert (event.meta.causation, event.meta.correlation, event.meta.address) == ("MakeCard", "r-1", "192.0.2.1")


async def test_of_two_who_change_the_same_version_one_is_told_of_the_conflict(store: EventStore) -> None:
    saved = card()
    await store.save(saved)
    first, second = await store.load(Card, saved.id), await store.load(Card, saved.id)
    first.rename("first")
    second.rename("second")
    results = await asyncio.gather(store.save(first), store.save(second), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Accepted", "IntegrityError"]
    assert (await store.load(Card, saved.id)).version == 2


async def test_what_another_process_wrote_is_seen(
    tmp_path: Path, store: EventStore, keys: tuple[KeyDatabase, Keys], url: SecretStr | None
) -> None:
    other = EventStore("tests", tmp_path, [Card], keys[1], url)
    await other.open()
    saved = card("first")
    await store.save(saved)  # which keeps it in memory
    theirs = await other.load(Card, saved.id)
    theirs.rename("theirs")
    await other.save(theirs)
    assert (await store.peek(Card, saved.id)).name == "theirs"
    theirs = await other.load(Card, saved.id)
    theirs.rename("theirs again")
    await other.save(theirs)
    await store.save(card("ours, later"))  # the last number is ours again
    assert (await store.load(Card, saved.id)).name == "theirs again"
    await other.close()


async def test_an_aggregate_that_was_looked_at_is_not_older_than_what_was_saved_meanwhile(store: EventStore) -> None:
    saved = card("before")
    await store.save(saved)
    changed = await store.load(Card, saved.id)
    changed.rename("after")
    await asyncio.gather(store.save(changed), *(store.peek(Card, saved.id) for _ in range(20)))
    assert (await store.load(Card, saved.id)).name == "after"


async def test_a_conflict_in_a_group_fails_nobody_else(store: EventStore) -> None:
    saved = card()
    await store.save(saved)
    stale = await store.load(Card, saved.id)
    fresh = await store.load(Card, saved.id)
    fresh.rename("fresh")
    await store.save(fresh)
    stale.rename("stale")
    others = [card(f"n{number}") for number in range(50)]
    results = await asyncio.gather(store.save(stale), *(store.save(c) for c in others), return_exceptions=True)
    assert isinstance(results[0], RecordConflictError)
    assert not [result for result in results[1:] if isinstance(result, BaseException)]
    assert len(await store.notifications(0, 100)) == 52


async def test_positions_follow_the_order_of_the_log(store: EventStore) -> None:
    cards = [card(f"n{number}") for number in range(40)]
    accepted = await asyncio.gather(*(store.save(c) for c in cards))
    by_id = {str(n.originator_id): n.id for n in await store.notifications(0, 100)}
    assert all(answer.position == f"tests={by_id[str(answer.id)]}" for answer in accepted)


async def test_a_refused_decision_leaves_no_trace_in_memory(store: EventStore) -> None:
    saved = card("before")
    await store.save(saved)
    loaded = await store.load(Card, saved.id)
    loaded.name = "spoilt"
    with pytest.raises(NotFound):
        loaded.rename("refused")
    assert (await store.load(Card, saved.id)).name == "before"


async def test_an_id_of_another_kind_is_not_found(store: EventStore) -> None:
    saved = card()
    await store.save(saved)
    with pytest.raises(NotFound):
        await store.load(Receipt, saved.id)
    with pytest.raises(NotFound):
        await store.load(Card, new_id())


async def test_if_match_objects_to_another_version(store: EventStore) -> None:
    saved = card()
    await store.save(saved)
    token = current.set(Context(if_match=7, target=saved.id))
    with pytest.raises(ChangedMeanwhile):
        await store.load(Card, saved.id)
    current.set(Context(if_match=1, target=saved.id))
    assert (await store.load(Card, saved.id)).version == 1
    current.reset(token)


async def test_a_receipt_is_saved_with_the_command_and_answers_the_same(store: EventStore) -> None:
    saved, key = card(), new_id()
    token = expected.set(Expected(key, "hash", None))
    answer = await store.save(saved)
    expected.reset(token)
    receipt = await store.load(Receipt, key)
    assert await store.answered(receipt.answer) == answer
    topics = [n.topic for n in await store.notifications(0, 10)]
    assert topics == ["tests.card.created", "shared.receipt.created"]


async def test_a_full_disk_is_said_to_be_one_and_the_store_goes_on_afterwards(
    file_store: EventStore,
) -> None:
    assert isinstance(file_store._engine, SqliteEngine)
    recorder = file_store._engine.recorder
    with recorder.datastore.get_connection(commit=True) as connection:
        pages = connection._sqlite_conn.execute("PRAGMA page_count").fetchone()[0]
        connection._sqlite_conn.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(OutOfSpace):
        await asyncio.gather(*(file_store.save(card("x" * 500)) for _ in range(200)))
    with recorder.datastore.get_connection(commit=True) as connection:
        connection._sqlite_conn.execute("PRAGMA max_page_count=1000000")
    assert (await file_store.save(card())).version == 1


async def test_every_acknowledged_event_is_synced_to_disk(file_store: EventStore) -> None:
    assert isinstance(file_store._engine, SqliteEngine)
    with file_store._engine.recorder.datastore.get_connection(commit=True) as connection:
        database: sqlite3.Connection = connection._sqlite_conn
        assert database.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


@pytest.mark.parametrize("prefix", ["", "TESTS_"])
async def test_the_unsafe_functions_of_postgresql_are_refused(
    tmp_path: Path, keys: tuple[KeyDatabase, Keys], monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    monkeypatch.setenv(f"{prefix}POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(UnsafeDatabase):
        EventStore("tests", tmp_path / "other", [Card], keys[1], SecretStr("postgresql:///never-asked"))


async def test_a_sealed_part_moved_to_another_event_does_not_open(
    store: EventStore, keys: tuple[KeyDatabase, Keys]
) -> None:
    from cryptography.exceptions import InvalidTag

    holder = new_id()
    await store.save(card("one", holder), card("two", holder))
    one, two = await wires(store)
    forged = Wire(two.service, two.number, two.topic, two.id, two.version, one.state)
    with pytest.raises(InvalidTag):
        await open_all([forged], keys[1])


async def test_a_position_never_names_a_receipt(
    tmp_path: Path, store: EventStore, keys: tuple[KeyDatabase, Keys], url: SecretStr | None
) -> None:
    saved = card("same")
    await store.save(saved)
    token = expected.set(Expected(new_id(), "hash", None))
    await store.save(saved)
    expected.reset(token)
    again = EventStore("tests", tmp_path, [Card], keys[1], url)
    await again.open()
    assert (again.last, (await again.save(await again.load(Card, saved.id))).position) == (2, "tests=1")
    await again.close()

"""What holds of the MongoDB adapter alone: its journal, processes that come late, its server's troubles."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from shared.problems import Unavailable
from shared.readstore import open_store
from shared.readstore.interface import Collection, ReadStore, Superseded
from shared.readstore.mongo import MongoReadStore
from shared.readstore.mongo_fields import TooLarge
from shared.settings import Settings
from tests.mongo import FERRETDB_BULK, Mongo
from tests.shared.test_readstore.oracle import THINGS
from tests.waiting import eventually

NOTES = Collection("notes", fields=("number",))
Opener = Callable[[], MongoReadStore]


@pytest.fixture
async def opener(mongo_settings: Settings, mongo_database: str) -> AsyncIterator[Opener]:
    """Opens one and the same database, each time as another process would."""
    assert mongo_settings.read_url
    url = mongo_settings.read_url.get_secret_value()
    opened: list[MongoReadStore] = []

    def open_again() -> MongoReadStore:
        opened.append(MongoReadStore(url, mongo_database, bulk=mongo_settings.read_bulk))
        return opened[-1]

    yield open_again
    for store in opened:
        await store.close()


class Ended(Exception):
    """The process is no more."""


async def end(*_: Any) -> None:
    raise Ended


async def put(store: ReadStore, number: int, *ids: str) -> None:
    async with store.batch() as batch:
        for id in ids:
            batch.put(NOTES, id, {"number": number, "text": "x" * 200})
        batch.checkpoint("reader", {"notes": number})


async def numbers(store: ReadStore) -> dict[str, int]:
    return {id: document["number"] for id, document in await store.scan(NOTES)}


@pytest.mark.parametrize("piece", [10, 500, 4_000_000])  # bytes; the smaller ones have the journal stored in pieces
@pytest.mark.parametrize(("ended", "kept"), [("_turn", False), ("_apply", True), ("_end", True)])
async def test_a_batch_cut_off_anywhere_is_finished_or_dropped_by_who_claims_next(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, piece: int, ended: str, kept: bool
) -> None:
    first, second = opener(), opener()
    first._journal.piece = piece
    await first.declare(NOTES)
    await put(first, 1, "a", "b", "gone")

    async def last() -> None:
        async with first.batch() as batch:
            batch.delete(NOTES, "gone")
            batch.put(NOTES, "a", {"number": 2, "text": "y" * 200})
            batch.put(NOTES, "new", {"number": 2})
            batch.checkpoint("reader", {"notes": 2})

    monkeypatch.setattr(first._journal, ended, end)
    with pytest.raises(Ended):
        await last()
    assert await second.checkpoint("reader") == {"notes": 1}  # nobody is told of what is not all there
    await second.claim()
    assert await numbers(second) == ({"a": 2, "b": 1, "new": 2} if kept else {"a": 1, "b": 1, "gone": 1})
    assert await second.checkpoint("reader") == {"notes": 2 if kept else 1}
    await put(second, 3, "new", "a")
    assert (await numbers(second))["new"] == 3
    assert await second._database["journal"].count_documents({"batch": {"$lte": 1 + kept}}) == 0


@pytest.mark.parametrize(("ended", "kept"), [("_turn", False), ("_apply", True)])
async def test_who_does_not_know_whether_its_batch_is_kept_goes_on_only_if_it_is_not(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, ended: str, kept: bool
) -> None:
    store = opener()
    await store.declare(NOTES)
    await put(store, 1, "a")
    with monkeypatch.context() as patch:
        patch.setattr(store._journal, ended, end)
        with pytest.raises(Ended):
            await put(store, 2, "a")
    if kept:
        for _ in range(2):
            with pytest.raises(Superseded):
                await put(store, 2, "a")
        await store.claim()
        assert await store.checkpoint("reader") == {"notes": 2}
    await put(store, 3, "a")
    assert await numbers(store) == {"a": 3}


async def test_a_process_that_wakes_up_amid_its_batch_changes_nothing_that_came_later(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = opener(), opener()
    await first.declare(NOTES)
    await put(first, 1, "changed", "gone", "back", "deleted")
    asleep, wake = asyncio.Event(), asyncio.Event()
    apply = first._journal._apply

    async def held_up(*args: Any) -> None:
        asleep.set()
        await wake.wait()
        await apply(*args)

    async def sleeping() -> None:
        monkeypatch.setattr(first._journal, "_apply", held_up)
        async with first.batch() as batch:
            for id in ("changed", "gone", "back", "fresh"):
                batch.put(NOTES, id, {"number": 2})
            batch.delete(NOTES, "deleted")

    task = asyncio.create_task(sleeping())
    await asleep.wait()
    await second.claim()
    assert await numbers(second) == {"changed": 2, "gone": 2, "back": 2, "fresh": 2}
    async with second.batch() as batch:
        for id in ("gone", "back", "fresh"):
            batch.delete(NOTES, id)
    await put(second, 3, "changed", "back", "deleted")
    wake.set()
    with pytest.raises(Superseded):
        await task
    assert await numbers(second) == {"changed": 3, "back": 3, "deleted": 3}
    with pytest.raises(Superseded):
        await put(first, 4, "changed")


async def test_who_reads_a_checkpoint_finds_everything_up_to_it(opener: Opener) -> None:
    writer, reader = opener(), opener()
    await writer.declare(NOTES)
    ids = [f"{n:02}" for n in range(40)]  # more than one command takes, where the test server is FerretDB
    await put(writer, 0, *ids)
    done = asyncio.Event()

    async def write() -> None:
        for number in range(1, 6):
            await put(writer, number, *ids)
        done.set()

    task = asyncio.create_task(write())
    seen = set()
    while not done.is_set():
        reached = (await reader.checkpoint("reader"))["notes"]
        found = await numbers(reader)
        assert len(found) == len(ids)
        assert min(found.values()) >= reached
        seen.add(reached)
    await task
    assert len(seen) > 1


async def test_places_made_for_documents_that_never_came_are_none(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opener()
    await store.declare(NOTES)
    await put(store, 1, "a")

    with monkeypatch.context() as patch:
        patch.setattr(store._journal, "_turn", end)
        with pytest.raises(Ended):
            await put(store, 2, "never")
    assert await store.get(NOTES, "never") is None
    assert await store.get_raw(NOTES, "never") is None
    assert await store.get_many(NOTES, ["a", "never"]) == {"a": {"number": 1, "text": "x" * 200}}
    assert await store.count(NOTES) == 1
    await store.scrub()
    await put(store, 2, "b")
    await store.scrub()
    assert await store._database["d_notes"].count_documents({}) == 2


async def test_a_task_that_is_cancelled_ends(opener: Opener) -> None:
    store = opener()
    await store.declare(NOTES)
    await put(store, 1, "a")

    async def ask() -> None:
        while True:
            await store.get(NOTES, "a")

    for turns in range(60):
        await store.get(NOTES, "a")  # there is a connection: each cancelled question has closed its own
        task = asyncio.create_task(ask())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=10)
        assert task.cancelled()
    await put(store, 2, "a")


async def test_what_is_too_large_is_refused_before_anything_is_stored(opener: Opener) -> None:
    store = opener()
    await store.declare(NOTES)

    async def too_large() -> None:
        async with store.batch() as batch:
            batch.put(NOTES, "small", {"number": 1})
            batch.put(NOTES, "large", {"number": 1, "text": "x" * 17_000_000})

    with pytest.raises(TooLarge, match="large"):
        await too_large()
    await put(store, 2, "other")
    assert await numbers(store) == {"other": 2}


async def test_indexes_are_as_declared_and_keep_their_names(opener: Opener) -> None:
    store = opener()
    for _ in range(2):
        await store.declare(THINGS)
    known = await store._database["d_things"].index_information()
    assert {name: [field for field, _ in index["key"]] for name, index in known.items()} == {
        "_id_": ["_id"],
        "f_kind,f_at,_id": ["f_kind", "f_at", "_id"],
        "f_at,_id": ["f_at", "_id"],
        "l_tags": ["l_tags"],
        "l_seen": ["l_seen"],
        "t": ["t"],
    }


class Counting:
    """Adds one to some documents a number of times, as a projection does: on from where it stands after a failure."""

    def __init__(self, store: ReadStore, until: int) -> None:
        self.store, self.until, self.number = store, until, 0

    async def run(self) -> None:
        claimed = False
        while self.number < self.until:
            try:
                if not claimed:
                    await self.store.claim()
                    self.number, claimed = (await self.store.checkpoint("reader")).get("notes", 0), True
                await self.add(self.number + 1)
                self.number += 1
            except Unavailable:
                await asyncio.sleep(0)
            except Superseded:  # by its own last batch, of which it has not heard
                claimed = False

    async def add(self, number: int) -> None:
        async with self.store.batch() as batch:
            for id in "abc":
                held = await batch.get(NOTES, id) or {"number": 0}
                batch.put(NOTES, id, {"number": held["number"] + 1})
            batch.checkpoint("reader", {"notes": number})


async def test_a_server_that_is_killed_loses_nothing_and_repeats_nothing(own_mongo: Mongo) -> None:
    store = MongoReadStore(own_mongo.url, "killed", bulk=FERRETDB_BULK)
    await store.declare(NOTES)
    counting = Counting(store, 60)
    task = asyncio.create_task(counting.run())
    for number in (15, 35):
        await eventually(lambda at=number: counting.number >= at, seconds=60)  # type: ignore[misc]
        own_mongo.kill()
        with pytest.raises(Unavailable):
            await store.get(NOTES, "a")
        own_mongo.start()
    await task
    assert await numbers(store) == dict.fromkeys("abc", 60)
    await store.close()


async def test_settings_choose_the_engine_and_the_database(mongo_settings: Settings) -> None:
    names = []
    for name in ("read", "reactions"):
        store = open_store(mongo_settings, "contacts", name)
        assert isinstance(store, MongoReadStore)
        names.append(store._database.name)
        await store.close()
    assert names == ["dossier_contacts", "dossier_contacts_reactions"]

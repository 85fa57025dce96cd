"""One collection takes another's place; all documents of a collection, in order."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.readstore.conditions import Eq, Has, Matches
from shared.readstore.interface import Collection, Order, ReadStore

LIVE = Collection("notes", ("kind",), ("tags",), "text", (("kind",),), folded=("kind",), hot=True)
BESIDE = Collection("notes__beside_a", ("kind",), ("tags",), "text", (("kind",),), folded=("kind",), hot=True)
Opener = Callable[[], ReadStore]


def note(kind: str, text: str) -> dict[str, object]:
    return {"kind": kind, "tags": [kind], "text": text, "sort": text}


async def filled(store: ReadStore, beside: Collection = BESIDE) -> None:
    await store.declare(LIVE, beside)
    async with store.batch() as batch:
        batch.put(LIVE, "1", note("old", "alpha"))
        batch.put(beside, "1", note("new", "omega"))
        batch.put(beside, "2", note("new", "omicron"))


async def test_who_asks_finds_the_one_that_was_put_in_place(opener: Opener) -> None:
    store, elsewhere = opener(), opener()
    await filled(store)
    assert (await elsewhere.get(LIVE, "1") or {})["kind"] == "old"
    async with store.batch() as batch:
        batch.replace(LIVE, BESIDE)
        batch.checkpoint("notes-1", {"contacts": 7})
    for asked in (store, elsewhere):
        assert (await asked.get(LIVE, "1") or {})["kind"] == "new"
        assert len((await asked.find(LIVE, Eq("kind", "new"), order=(Order("kind"),))).documents) == 2
        assert await asked.count(LIVE, Has("tags", "new")) == 2
        assert [hit.id for hit in await asked.search(LIVE, "omi")] == ["2"]
        assert await asked.count(LIVE, Matches("alpha")) == 0
        assert await asked.checkpoint("notes-1") == {"contacts": 7}
    assert await store.collections() == ["notes"]


async def test_it_can_be_written_to_and_replaced_again(store: ReadStore) -> None:
    for number in range(3):
        beside = replace(BESIDE, name=f"notes__beside_{'abc'[number]}")
        await filled(store, beside)
        async with store.batch() as batch:
            batch.replace(LIVE, beside)
        async with store.batch() as batch:
            batch.put(LIVE, "2", note("changed", f"theta {number}"))
            batch.delete(LIVE, "1")
        assert [hit.id for hit in await store.search(LIVE, f"theta {number}")] == ["2"]
        assert await store.search(LIVE, "omicron") == []
        assert await store.count(LIVE) == 1
    await store.declare(LIVE)  # its shape is known


async def test_a_batch_that_fails_replaces_nothing(store: ReadStore) -> None:
    await filled(store)

    async def fail() -> None:
        async with store.batch() as batch:
            batch.replace(LIVE, BESIDE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await store.get(LIVE, "1") or {})["kind"] == "old"
    assert await store.collections() == ["notes", "notes__beside_a"]


async def test_every_document_is_met_once_in_the_order_of_ids(store: ReadStore) -> None:
    await store.declare(LIVE)
    async with store.batch() as batch:
        for id in ("b", "a", "é", "Z", "aa"):
            batch.put(LIVE, id, note("x", id))
    met, after = [], ""
    while page := await store.scan(LIVE, after, limit=2):
        met += [(id, document["text"]) for id, document in page]
        after = page[-1][0]
    assert met == [(id, id) for id in ("Z", "a", "aa", "b", "é")]

"""Units of work: all or nothing, and what they see of themselves."""

import asyncio

import pytest

from shared.readstore.conditions import Eq, Has
from shared.readstore.interface import Batch, Collection, ReadStore, ShapeChanged
from tests.shared.test_readstore.oracle import THINGS, fill

OTHERS = Collection("others", fields=("kind",))


class Interrupted(Exception):
    """Something goes wrong within a batch."""


async def test_documents_come_back_as_they_were_put(store: ReadStore) -> None:
    document = {"kind": "a", "more": {"list": [1, 2.5, None, True, "é\u2028"]}, "big": 2**60}
    await fill(store, {"one": document, "two": {}})
    assert await store.get(THINGS, "one") == document
    assert await store.get(THINGS, "none") is None
    assert await store.get_raw(THINGS, "two") == b"{}"
    assert await store.get_raw(THINGS, "none") is None
    assert await store.get_many(THINGS, ["two", "none", "one", "one", "t\0"]) == {"one": document, "two": {}}


async def test_everything_in_a_batch_is_stored_or_nothing(store: ReadStore) -> None:
    await store.declare(OTHERS)
    await fill(store, {"a": {"kind": "old", "tags": ["x"], "title": "ancien"}})

    async def change_and_fail() -> None:
        async with store.batch() as batch:
            batch.put(THINGS, "a", {"kind": "new"})
            batch.put(OTHERS, "b", {"kind": "new"})
            batch.checkpoint("reader", {"accounts": 7})
            assert await batch.count(THINGS, Eq("kind", "new")) == 1  # it has been written by now
            raise Interrupted

    with pytest.raises(Interrupted):
        await change_and_fail()
    assert (await store.get(THINGS, "a") or {})["kind"] == "old"
    assert [hit.id for hit in await store.search(THINGS, "ancien")] == ["a"]
    assert await store.count(OTHERS) == 0
    assert await store.checkpoint("reader") == {}


async def test_a_checkpoint_is_stored_with_the_documents_and_can_be_forgotten(store: ReadStore) -> None:
    await store.declare(OTHERS)
    async with store.batch() as batch:
        batch.put(OTHERS, "b", {})
        batch.checkpoint("reader", {"accounts": 7, "contacts": 2})
        assert await store.checkpoint("reader") == {}
    assert await store.checkpoint("reader") == {"accounts": 7, "contacts": 2}
    async with store.batch() as batch:
        batch.checkpoint("reader", {})
    assert await store.checkpoint("reader") == {}


async def test_a_batch_reads_its_own_writes_and_others_do_not_until_its_end(store: ReadStore) -> None:
    await fill(store, {"a": {"kind": "old"}, "b": {"kind": "old"}})
    async with store.batch() as batch:
        assert await batch.get(THINGS, "c") is None
        batch.put(THINGS, "a", {"kind": "new"})
        batch.put(THINGS, "c", {"kind": "new"})
        batch.delete(THINGS, "b")
        assert await batch.get(THINGS, "b") is None
        assert await batch.get_many(THINGS, ["a", "b", "c"]) == {"a": {"kind": "new"}, "c": {"kind": "new"}}
        found = await batch.find(THINGS, Eq("kind", "new"))
        assert found.documents == [{"kind": "new"}, {"kind": "new"}]
        assert await store.get(THINGS, "a") == {"kind": "old"}
        assert await store.get(THINGS, "b") == {"kind": "old"}
        batch.put(THINGS, "b", {"kind": "back"})
    assert await store.get_many(THINGS, ["a", "b", "c"]) == {
        "a": {"kind": "new"},
        "b": {"kind": "back"},
        "c": {"kind": "new"},
    }


async def test_a_batch_finds_in_lists_what_it_has_changed(store: ReadStore) -> None:
    await fill(store, {id: {"kind": "old", "tags": ["x"]} for id in "abcd"})
    async with store.batch() as batch:
        batch.put(THINGS, "a", {"kind": "new", "tags": ["x", "y"]})
        batch.put(THINGS, "b", {"kind": "new", "tags": ["y"]})
        batch.put(THINGS, "e", {"kind": "new", "tags": ["x"]})
        batch.delete(THINGS, "c")
        for _ in range(2):
            found = await batch.find(THINGS, Has("tags", "x"))
            assert [document["kind"] for document in found.documents] == ["new", "old", "new"]
            assert found.next is None
        first = await batch.find(THINGS, Has("tags", "x"), limit=2)
        rest = await batch.find(THINGS, Has("tags", "x"), after=first.next, limit=2)
        assert [document["kind"] for document in (*first.documents, *rest.documents)] == ["new", "old", "new"]
    assert await store.count(THINGS, Has("tags", "y")) == 2


async def test_a_batch_finds_in_lists_what_changed_since_it_was_asked_before(store: ReadStore) -> None:
    await fill(store, {id: {"kind": id, "tags": ["x"]} for id in "abc"})

    async def found(batch: Batch) -> list[str]:
        return [document["kind"] for document in (await batch.find(THINGS, Has("tags", "x"))).documents]

    async with store.batch() as batch:
        batch.put(THINGS, "a", {"kind": "a", "tags": ["y"]})
        assert await found(batch) == ["b", "c"]
        batch.put(THINGS, "a", {"kind": "a", "tags": ["x", "y"]})
        batch.put(THINGS, "b", {"kind": "b", "tags": []})
        batch.put(THINGS, "d", {"kind": "d", "tags": ["x"]})
        assert await found(batch) == ["a", "c", "d"]
        assert await batch.count(THINGS) == 4
        batch.put(THINGS, "b", {"kind": "b", "tags": ["x"]})
        batch.delete(THINGS, "d")
        assert await found(batch) == ["a", "b", "c"]


async def test_a_deleted_document_can_come_back_with_another_list_and_text(store: ReadStore) -> None:
    await fill(store, {"a": {"tags": ["x"], "title": "un"}, "z": {"tags": ["x"], "title": "un"}})
    async with store.batch() as batch:
        batch.delete(THINGS, "z")
        assert await batch.count(THINGS) == 1
        batch.put(THINGS, "new", {"tags": ["y"], "title": "deux"})
    assert [hit.id for hit in await store.search(THINGS, "un")] == ["a"]
    assert [hit.id for hit in await store.search(THINGS, "deux")] == ["new"]


async def test_batches_of_one_store_wait_for_each_other(store: ReadStore) -> None:
    await fill(store, {"n": {"at": 0}})

    async def add() -> None:
        async with store.batch() as batch:
            document = await batch.get(THINGS, "n") or {}
            await asyncio.sleep(0)
            batch.put(THINGS, "n", {"at": document["at"] + 1})

    await asyncio.gather(*(add() for _ in range(20)))
    assert await store.get(THINGS, "n") == {"at": 20}


async def test_a_cancelled_batch_leaves_nothing_and_blocks_nobody(store: ReadStore) -> None:
    await store.declare(OTHERS)
    inside = asyncio.Event()

    async def hang() -> None:
        async with store.batch() as batch:
            batch.put(OTHERS, "a", {})
            await batch.count(OTHERS)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.batch() as batch:
        assert await batch.get(OTHERS, "a") is None


async def test_what_no_field_can_hold_is_refused_and_nothing_is_stored(store: ReadStore) -> None:
    await store.declare(OTHERS)

    async def put() -> None:
        async with store.batch() as batch:
            batch.put(OTHERS, "a", {})
            batch.put(OTHERS, "b", {"kind": ["a", "list"]})

    with pytest.raises(TypeError):
        await put()
    assert await store.count(OTHERS) == 0


async def test_declaring_again_changes_nothing_and_another_shape_is_refused(store: ReadStore) -> None:
    await fill(store, {"a": {"kind": "x"}})
    await store.declare(THINGS, OTHERS)
    assert await store.count(THINGS) == 1
    assert await store.collections() == ["others", "things"]
    with pytest.raises(ShapeChanged, match="others"):
        await store.declare(Collection("fresh"), Collection("others", fields=("kind",), lists=("tags",)))
    assert await store.collections() == ["others", "things"]


async def test_a_dropped_collection_is_gone_and_its_neighbours_are_not(store: ReadStore) -> None:
    near = Collection("things_data", fields=("kind",), lists=("tags",), text="title")
    await store.declare(near)
    await fill(store, {"a": {"tags": ["x"], "title": "un"}})
    async with store.batch() as batch:
        batch.put(near, "n", {"tags": ["x"], "title": "un"})
    await store.drop(THINGS)
    await store.drop("things")
    assert await store.collections() == ["things_data"]
    assert [hit.id for hit in await store.search(near, "un")] == ["n"]
    await store.declare(THINGS)
    assert await store.count(THINGS) == 0
    assert await store.search(THINGS, "un") == []


@pytest.mark.parametrize("name", ["", "Up", "a-b", "a b", "a;drop", "é", 'a"', "a1"])
def test_names_that_are_not_plain_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Collection(name)
    if name != "a1":
        with pytest.raises(ValueError, match="name"):
            Collection("fine", fields=(name,))

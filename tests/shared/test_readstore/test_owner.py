"""One store, several processes: one writes, all read what it wrote."""

import pytest

from shared.readstore.interface import Collection, ReadStore, Superseded
from tests.shared.test_readstore.conftest import Opener

NOTES = Collection("notes", fields=("kind",), lists=("tags",))
RIGHTS = Collection("rights", hot=True)


async def put(store: ReadStore, id: str, kind: str) -> None:
    async with store.batch() as batch:
        batch.put(NOTES, id, {"kind": kind})
        batch.checkpoint("reader", {"accounts": len(kind)})


async def test_who_claimed_earlier_changes_nothing_any_more(opener: Opener) -> None:
    first, second = opener(), opener()
    await first.declare(NOTES)
    await first.claim()
    await put(first, "a", "one")
    await second.claim()
    for _ in range(2):
        with pytest.raises(Superseded):
            await put(first, "a", "late")
    with pytest.raises(Superseded):
        await first.drop(NOTES)
    with pytest.raises(Superseded):
        await first.declare(RIGHTS)
    assert await second.collections() == ["notes"]
    for store in (first, second):
        assert await store.get(NOTES, "a") == {"kind": "one"}
        assert await store.checkpoint("reader") == {"accounts": 3}


async def test_a_batch_that_was_under_way_when_another_claimed_leaves_nothing(opener: Opener) -> None:
    first, second = opener(), opener()
    await first.declare(NOTES)
    await put(first, "a", "one")

    async def overtaken() -> None:
        async with first.batch() as batch:
            batch.put(NOTES, "a", {"kind": "late"})
            await second.claim()
            await put(second, "b", "two")

    with pytest.raises(Superseded):
        await overtaken()
    assert await second.get_many(NOTES, ["a", "b"]) == {"a": {"kind": "one"}, "b": {"kind": "two"}}


async def test_the_first_batch_claims_and_a_claim_can_be_taken_back(opener: Opener) -> None:
    first, second = opener(), opener()
    await first.declare(NOTES)
    await put(first, "a", "one")
    await put(second, "a", "two")
    with pytest.raises(Superseded):
        await put(first, "a", "late")
    await first.claim()
    await put(first, "a", "three")
    with pytest.raises(Superseded):
        await put(second, "a", "late")
    assert await second.get(NOTES, "a") == {"kind": "three"}


async def test_what_another_process_wrote_is_seen_at_once_in_hot_collections_too(opener: Opener) -> None:
    writer, reader = opener(), opener()
    await writer.declare(RIGHTS)
    for number in range(3):
        async with writer.batch() as batch:
            batch.put(RIGHTS, "zoe", {"number": number})
        assert await reader.get(RIGHTS, "zoe") == {"number": number}
    async with writer.batch() as batch:
        batch.delete(RIGHTS, "zoe")
    assert await reader.get(RIGHTS, "zoe") is None

"""Conditions, orders and pages."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared.readstore.conditions import Condition, Contains, Eq, Has, In, Matches, Range
from shared.readstore.interface import Collection, Document, Order, ReadStore, UnknownField
from tests.shared.test_readstore.oracle import THINGS, conditions, documents, fill, in_order, meets, orders

same_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)


@same_store
@given(documents(), st.lists(conditions(), max_size=2), orders(), st.integers(1, 5))
async def test_pages_of_any_size_yield_exactly_the_sorted_documents(
    store: ReadStore,
    exact: Callable[[object], bool],
    held: dict[str, Document],
    asked: list[Condition],
    order: tuple[Order, ...],
    limit: int,
) -> None:
    assume(exact(asked))
    await fill(store, held)
    expected = in_order({id: d for id, d in held.items() if all(meets(d, part) for part in asked)}, order)
    page = await store.find(THINGS, *asked, order=order, limit=limit)
    found = page.documents
    while page.next is not None:
        assert len(page.documents) == limit
        page = await store.find(THINGS, *asked, order=order, after=page.next, limit=limit)
        found += page.documents
    assert found == expected
    assert await store.count(THINGS, *asked) == len(expected)


@same_store
@given(documents(), documents(), st.lists(conditions(), max_size=2), orders())
async def test_a_batch_finds_what_it_has_changed_itself(
    store: ReadStore,
    exact: Callable[[object], bool],
    old: dict[str, Document],
    new: dict[str, Document],
    asked: list[Condition],
    order: tuple[Order, ...],
) -> None:
    assume(exact(asked))
    await fill(store, old)
    async with store.batch() as batch:
        for id, document in new.items():
            batch.put(THINGS, id, document)
        for id in list(old)[::3]:
            batch.delete(THINGS, id)
        now = {id: d for id, d in (old | new).items() if id not in list(old)[::3]}
        expected = in_order({id: d for id, d in now.items() if all(meets(d, part) for part in asked)}, order)
        assert (await batch.find(THINGS, *asked, order=order)).documents == expected
        assert await batch.count(THINGS, *asked) == len(expected)
    assert (await store.find(THINGS, *asked, order=order)).documents == expected


async def test_hundreds_of_values_and_of_words_are_no_difficulty(store: ReadStore) -> None:
    words = [f"w{n}" for n in range(3000)]
    await fill(store, {"a": {"kind": "k2999", "title": " ".join(words)}, "b": {"kind": None, "title": "w1"}})
    found = await store.find(THINGS, In("kind", [f"k{n}" for n in range(40_000)]))
    assert [d["kind"] for d in found.documents] == ["k2999"]
    assert await store.count(THINGS, In("kind", [None, *words])) == 1
    assert await store.count(THINGS, Matches(" ".join(words))) == 1
    assert await store.count(THINGS, Matches(" ".join([*words, "absent"]))) == 0


async def test_a_field_that_is_not_declared_cannot_be_asked_for(store: ReadStore) -> None:
    plain = Collection("plain", fields=("kind",))
    await store.declare(plain)
    for condition in (Eq("no", 1), Range("no", ge=1), Contains("no", ""), Has("kind", "x"), Matches("x")):
        with pytest.raises(UnknownField):
            await store.find(plain, condition)
    with pytest.raises(UnknownField):
        await store.find(plain, order=(Order("no"),))
    with pytest.raises(UnknownField):
        await store.search(plain, "x")


async def test_a_page_of_no_documents_is_not_asked_for(store: ReadStore) -> None:
    await store.declare(THINGS)
    with pytest.raises(ValueError, match="room"):
        await store.find(THINGS, limit=0)

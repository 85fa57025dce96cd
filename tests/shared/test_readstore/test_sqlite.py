"""What holds of the SQLite adapter alone: its file, its troubles, its use of indexes."""

import sqlite3
from pathlib import Path

import pytest

from shared.problems import OutOfSpace, Unavailable
from shared.readstore.conditions import Condition, Eq, Has, HasAny, Not, Range
from shared.readstore.interface import Collection, Document, Order
from shared.readstore.sqlite import SqliteReadStore
from shared.readstore.sqlite_query import shape
from shared.readstore.sqlite_statements import find_sql
from tests.shared.test_readstore.oracle import THINGS, fill, in_order


async def test_what_was_stored_is_there_after_reopening(tmp_path: Path) -> None:
    store = SqliteReadStore(tmp_path / "read.db")
    await fill(store, {"a": {"title": "texte", "tags": ["x"]}})
    await store.close()
    again = SqliteReadStore(tmp_path / "read.db")
    await again.declare(THINGS)
    assert [hit.id for hit in await again.search(THINGS, "texte")] == ["a"]
    await again.close()


async def test_what_is_held_in_memory_is_never_older_than_the_last_commit(tmp_path: Path) -> None:
    hot = Collection("hot", hot=True)
    store = SqliteReadStore(tmp_path / "read.db")
    await store.declare(hot)
    assert await store.get(hot, "a") is None
    for number in range(3):
        async with store.batch() as batch:
            batch.put(hot, "a", {"number": number})
            assert await store.get(hot, "a") == ({"number": number - 1} if number else None)
        assert await store.get(hot, "a") == {"number": number}
    with pytest.raises(ZeroDivisionError):
        async with store.batch() as batch:
            batch.put(hot, "a", {"number": 1 / 0})
    (await store.get(hot, "a") or {}).clear()  # what is returned is the caller's
    assert await store.get(hot, "a") == {"number": 2}
    async with store.batch() as batch:
        batch.delete(hot, "a")
    assert await store.get(hot, "a") is None
    await store.close()


async def test_a_file_held_by_another_process_is_unavailable_for_writing_and_readable(tmp_path: Path) -> None:
    store = SqliteReadStore(tmp_path / "read.db", patience=0.01)
    await fill(store, {"a": {"kind": "old"}})
    other = sqlite3.connect(tmp_path / "read.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        async with store.batch() as batch:
            batch.put(THINGS, "a", {"kind": "new"})
    assert await store.get(THINGS, "a") == {"kind": "old"}
    other.execute("ROLLBACK")
    other.close()
    async with store.batch() as batch:
        batch.put(THINGS, "a", {"kind": "new"})
    assert await store.get(THINGS, "a") == {"kind": "new"}
    await store.close()


async def test_a_full_disk_is_out_of_space_and_the_store_goes_on_when_there_is_room(tmp_path: Path) -> None:
    store = SqliteReadStore(tmp_path / "read.db")
    await fill(store, {"a": {"title": "ancien"}})
    (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages + 2}")  # SQLite answers as it does when the disk is full

    async def put() -> None:
        async with store.batch() as batch:
            batch.put(THINGS, "b", {"title": "long " * 20_000})
            batch.checkpoint("reader", {"accounts": 1})

    with pytest.raises(OutOfSpace):
        await put()
    assert await store.checkpoint("reader") == {}
    assert await store.get(THINGS, "b") is None
    store._writer.execute("PRAGMA max_page_count = 1000000")
    await put()
    assert [hit.id for hit in await store.search(THINGS, "long")] == ["b"]
    await store.close()


async def test_after_scrubbing_no_byte_of_what_was_deleted_or_replaced_is_on_disk(tmp_path: Path) -> None:
    store = SqliteReadStore(tmp_path / "read.db")
    secret = {"name": "zqcanaryname", "kind": "zqcanarykind", "tags": ["zqcanarytag"], "title": "zqcanarytitle " * 600}
    await fill(store, {str(n): secret for n in range(50)} | {f"k{n}": {"title": f"reste {n}"} for n in range(50)})
    async with store.batch() as batch:
        for n in range(50):
            if n % 2:
                batch.delete(THINGS, str(n))
            else:
                batch.put(THINGS, str(n), {"name": "erased", "title": "erased"})
    await store.scrub()
    for path in tmp_path.iterdir():
        content = path.read_bytes().lower()
        assert b"canary" not in content, path.name
        assert b"zqc" not in content, path.name
    assert len(await store.search(THINGS, "reste", limit=100)) == 50
    await store.close()


@pytest.mark.parametrize(
    ("asked", "order", "index"),
    [
        ((Eq("kind", "a"),), (Order("at"),), "i_things$kind$at (f_kind=? AND (f_at,id)>(?,?))"),
        ((Eq("kind", "a"),), (Order("at", descending=True),), "i_things$kind$at (f_kind=? AND (f_at,id)<(?,?))"),
        ((), (Order("at", descending=True),), "i_things$at ((f_at,id)<(?,?))"),
        ((Eq("kind", None), Range("at", ge=1)), (), "i_things$kind$at (f_kind=? AND f_at>?)"),
    ],
)
async def test_pages_begin_in_an_index_at_the_right_place(
    tmp_path: Path, asked: tuple[Condition, ...], order: tuple[Order, ...], index: str
) -> None:
    store = SqliteReadStore(tmp_path / "read.db")
    await store.declare(THINGS)
    shapes = tuple(shape(condition, []) for condition in asked)
    statement = find_sql(THINGS, shapes, order, bool(order))
    plan = store._reader.execute(f"EXPLAIN QUERY PLAN {statement}", [1] * statement.count("?")).fetchall()
    assert plan[0][3] == f"SEARCH d USING INDEX {index}"
    if order:
        assert len(plan) == 1
    await store.close()


async def test_a_rare_value_and_a_common_value_of_a_list_give_the_same_order(tmp_path: Path) -> None:
    store = SqliteReadStore(tmp_path / "read.db")
    held: dict[str, Document] = {
        f"{n:04}": {"at": n % 7, "tags": ["all", *(["few"] if n % 100 == 0 else [])]} for n in range(700)
    }
    await fill(store, held)
    order = (Order("at", descending=True),)
    for value in ("all", "few"):
        wanted = {id: d for id, d in held.items() if value in d["tags"]}
        many = [value, *(f"nobody{n}" for n in range(20))]
        for condition in (Has("tags", value), HasAny("tags", many)):
            page = await store.find(THINGS, condition, order=order, limit=1000)
            assert page.documents == in_order(wanted, order)
            assert await store.count(THINGS, Not(condition)) == len(held) - len(wanted)
    await store.close()


async def test_many_stored_collections_do_not_disturb_each_other(tmp_path: Path) -> None:
    store = SqliteReadStore(tmp_path / "read.db")
    kinds = [Collection("a", lists=("b_c",)), Collection("a_b", lists=("c",)), Collection("a_b_c", text="c")]
    await store.declare(*kinds)
    async with store.batch() as batch:
        for kind in kinds:
            batch.put(kind, "x", {"b_c": ["v"], "c": "texte" if kind.text else ["v"]})
    assert [await store.count(kind) for kind in kinds] == [1, 1, 1]
    await store.drop("a")
    assert await store.collections() == ["a_b", "a_b_c"]
    await store.close()

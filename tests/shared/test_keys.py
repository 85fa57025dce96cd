"""Keys of personal data: made once, kept wrapped, destroyed for good, and never confused with keys out of reach."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client

from shared.keys import DESTROYED, KeyDatabase, Keys, RemoteKeys, follow_destroyed, serve_keys
from shared.problems import Unavailable
from tests.waiting import eventually

MASTER = secrets.token_bytes(32)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[KeyDatabase]:
    opened = KeyDatabase(tmp_path / "keys.db", MASTER)
    yield opened
    opened.close()


async def test_a_subject_keeps_the_key_it_got(database: KeyDatabase) -> None:
    first = await database.get(["a", "b"], create=True)
    assert await database.get(["b", "a"], create=True) == first
    assert first["a"] != first["b"]


async def test_a_key_is_not_made_by_asking_for_it(database: KeyDatabase) -> None:
    assert await database.get(["nobody"], create=False) == {}


async def test_a_destroyed_key_never_comes_back(tmp_path: Path, database: KeyDatabase) -> None:
    await database.get(["a"], create=True)
    await database.destroy("a", "2026-01-01T00:00:00Z")
    assert await database.get(["a"], create=True) == {"a": None}
    again = KeyDatabase(tmp_path / "keys.db", MASTER)
    assert await again.get(["a"], create=True) == {"a": None}
    again.close()


async def test_keys_on_disk_are_useless_without_the_master_key(tmp_path: Path, database: KeyDatabase) -> None:
    key = (await database.get(["a"], create=True))["a"]
    assert key
    assert all(key not in path.read_bytes() for path in tmp_path.glob("keys.db*"))


async def test_keys_are_had_over_the_broker_by_many_at_once(connection: Client, database: KeyDatabase) -> None:
    await serve_keys(connection, database)
    keys = Keys(RemoteKeys(connection))
    await asyncio.gather(*(keys.ensure([f"s{n % 7}", f"t{n}"], create=True) for n in range(200)))
    assert all(keys.cipher(f"t{n}") for n in range(200))


async def test_a_key_service_that_is_away_is_an_error_never_a_placeholder(connection: Client) -> None:
    keys = Keys(RemoteKeys(connection))
    with pytest.raises(Unavailable):
        await keys.ensure(["a"], create=False)


async def test_a_key_that_was_never_made_is_an_error(database: KeyDatabase) -> None:
    with pytest.raises(Unavailable):
        await Keys(database).ensure(["lost"], create=False)


async def test_a_destroyed_key_leaves_every_memory(connection: Client, database: KeyDatabase) -> None:
    await serve_keys(connection, database)
    keys = Keys(RemoteKeys(connection))
    await follow_destroyed(connection, keys)
    await keys.ensure(["a"], create=True)
    await database.destroy("a", "2026-01-01T00:00:00Z")
    await connection.publish(DESTROYED, b"a")

    async def erased() -> bool:
        await keys.ensure(["a"], create=False)
        return keys.cipher("a") is None

    await eventually(erased)

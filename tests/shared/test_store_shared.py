"""Several processes on one event store: nothing is lost, passed over, or decided on what is no longer true."""

import asyncio
import secrets
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import RecordConflictError
from nats.aio.client import Client
from pydantic import SecretStr

from shared.ids import new_id
from shared.keys import KeyDatabase, Keys
from shared.problems import Unavailable
from shared.relay import Relay
from shared.store import EventStore
from tests.broker import stored
from tests.shared.history import running
from tests.shared.sample import Card
from tests.waiting import eventually

MASTER = secrets.token_bytes(32)
WRITERS, ROUNDS, AT_ONCE = 8, 20, 8


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> SecretStr | None:
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else None


@asynccontextmanager
async def opened(folder: Path, url: SecretStr | None) -> AsyncIterator[EventStore]:
    """A store as a process of its own has it: with its own connections, memory and event loop."""
    keys = KeyDatabase(folder / "keys.db", MASTER)
    store = EventStore("tests", folder, [Card], Keys(keys), url)
    await store.open()
    yield store
    await store.close()
    keys.close()


async def at_once(count: int, work: Callable[[], Awaitable[None]]) -> None:
    """Run it in so many threads that begin together."""
    gate = threading.Barrier(count)

    async def begin() -> None:
        gate.wait()
        await work()

    with ThreadPoolExecutor(count) as threads:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(threads, lambda: asyncio.run(begin())) for _ in range(count)))


def card() -> Card:
    card = Card(id=new_id(), holder=new_id(), box=None, name="Zoé", lines=[], colour="red")
    card.rename("Anaïs")
    return card


async def test_who_reads_the_log_while_many_write_misses_nothing(tmp_path: Path, url: SecretStr | None) -> None:
    written: set[UUID] = set()

    async def write() -> None:
        async with opened(tmp_path, url) as store:
            for _ in range(ROUNDS):
                cards = [card() for _ in range(AT_ONCE)]
                await asyncio.gather(*(store.save(c) for c in cards))
                written.update(c.id for c in cards)

    async with opened(tmp_path, url) as reader:
        writing = asyncio.create_task(at_once(WRITERS, write))
        read: list[tuple[int, UUID, int]] = []
        last_look = False
        while not last_look:
            last_look = writing.done()
            while rows := await reader.notifications(read[-1][0] if read else 0, 100):
                read += [(row.id, UUID(str(row.originator_id)), row.originator_version) for row in rows]
            await asyncio.sleep(0)
        await writing
        assert reader.last == read[-1][0]
    assert [number for number, _, _ in read] == sorted({number for number, _, _ in read})
    assert {(id, version) for _, id, version in read} == {(id, version) for id in written for version in (1, 2)}
    assert len(written) == WRITERS * ROUNDS * AT_ONCE


async def test_changes_of_one_aggregate_by_many_are_all_made(tmp_path: Path, url: SecretStr | None) -> None:
    saved = card()

    async def change() -> None:
        async with opened(tmp_path, url) as store:
            for number in range(5):
                while True:
                    theirs = await store.load(Card, saved.id)
                    theirs.rename(f"{theirs.name}{number}")
                    try:
                        await store.save(theirs)
                        break
                    except RecordConflictError:
                        continue

    async with opened(tmp_path, url) as store:
        await store.save(saved)
        await at_once(4, change)
        end = await store.load(Card, saved.id)
    assert (end.version, len(end.name)) == (2 + 20, len("Anaïs") + 20)


async def test_a_command_that_changes_nothing_answers_a_position_that_shows_what_it_found(
    tmp_path: Path, url: SecretStr | None
) -> None:
    saved = card()
    async with opened(tmp_path, url) as store, opened(tmp_path, url) as other:
        await store.save(saved)
        changed = await store.save(await _renamed(store, saved.id))
        assert await other.save(await other.load(Card, saved.id)) == changed


async def _renamed(store: EventStore, id: UUID) -> Card:
    card = await store.load(Card, id)
    card.rename("else")
    return card


async def test_those_who_open_a_new_store_together_share_it(tmp_path: Path, url: SecretStr | None) -> None:
    async def save() -> None:
        async with opened(tmp_path, url) as store:
            await store.save(card())

    await at_once(6, save)
    async with opened(tmp_path, url) as store:
        assert len(await store.notifications(0, 100)) == 12


async def test_what_an_instance_stored_before_it_died_is_published_by_another(
    tmp_path: Path, url: SecretStr | None, connection: Client
) -> None:
    async with opened(tmp_path, url) as store:
        relay = Relay(store, connection)
        async with running(relay):
            await store.save(card())
            await eventually(lambda: relay.published == 2)
            async with opened(tmp_path, url) as other:
                await other.save(card())
            await eventually(lambda: relay.published == 4)
    assert await stored(connection, "tests") == [1, 2, 3, 4]


async def test_a_file_that_somebody_holds_is_waited_for_a_while_and_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.store.recorder._LOCKED", 1)
    async with opened(tmp_path, None) as store:
        with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable):
                await store.save(card())
            assert await store.notifications(0, 10) == []
        assert (await store.save(card())).position == "tests=2"

"""What a rebuild refuses, and what it leaves alone, asked of a runner over a real broker and a real store."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.aio.client import Client

import shared.parking
from shared.control import NotPossible
from shared.events import Recorded
from shared.position import Progress
from shared.readstore.interface import Batch, Collection
from shared.readstore.sqlite import SqliteReadStore
from shared.relay import Relay
from shared.runner import Runner
from shared.runner.rebuilding import Rebuilds
from tests.shared.history import Log, running
from tests.waiting import eventually

SEEN = Collection("seen", ("number",))


class Keyless:
    """Keys of nobody."""

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        return

    def cipher(self, subject: str) -> AESGCM | None:
        return None


class Seeing:
    """Keeps a document per event; `poison` are numbers that it fails on. Told of what was stored."""

    name = "seeing-1"
    services = frozenset({"contacts"})
    collections = (SEEN,)

    def __init__(self) -> None:
        self.poison: set[int] = set()
        self.told: list[int] = []

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.number in self.poison:
            raise ZeroDivisionError
        batch.put(SEEN, event.id, {"number": event.number})

    async def committed(self, events: Iterable[Recorded]) -> None:
        self.told += [event.number for event in events]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteReadStore]:
    opened = SqliteReadStore(tmp_path / "read.db")
    yield opened
    await opened.close()


@pytest.fixture
async def at_work(connection: Client, store: SqliteReadStore) -> AsyncIterator[tuple[Log, Seeing, Runner]]:
    """A runner that has applied everything in a log."""
    log, seeing = Log(), Seeing()
    log.add(1_200)
    runner = Runner("projections", store, connection, Keyless(), [seeing], Progress({"contacts": 0}))
    async with running(Relay(log, connection)):
        task = asyncio.create_task(runner.run())
        await runner.progress.wait({"contacts": log.last}, seconds=10)
        yield log, seeing, runner
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def phase(rebuilds: Rebuilds) -> str:
    [shown] = await rebuilds.describe()
    return str(shown["rebuild"]["phase"]) if shown["rebuild"] else ""


async def ready(rebuilds: Rebuilds) -> bool:
    return await phase(rebuilds) == "ready"


async def test_what_is_made_anew_follows_what_happens_and_tells_nobody_of_what_is_old(
    at_work: tuple[Log, Seeing, Runner], store: SqliteReadStore
) -> None:
    log, seeing, runner = at_work
    rebuilds = Rebuilds(runner)
    await rebuilds.begin("seeing-1")
    log.add(3)
    await eventually(lambda: ready(rebuilds))
    log.add(3)
    await runner.progress.wait({"contacts": log.last}, seconds=10)
    await rebuilds.compare("seeing-1")
    await eventually(lambda: ready(rebuilds))
    [shown] = await rebuilds.describe()
    assert shown["rebuild"]["comparison"]["equal"] is True
    assert shown["rebuild"]["comparison"]["collections"][0]["documents"] == 1_206
    await rebuilds.swap("seeing-1")
    log.add()
    await runner.progress.wait({"contacts": log.last}, seconds=10)
    assert await store.count(SEEN) == 1_207
    assert seeing.told == log.public
    assert await store.collections() == ["parked_events", "seen"]


async def test_one_that_failed_on_an_event_is_not_put_in_place(
    at_work: tuple[Log, Seeing, Runner], store: SqliteReadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared.parking, "DELAYS", (0.01, 0.02, 0.03, 0.04))
    _, seeing, runner = at_work
    rebuilds = Rebuilds(runner)
    seeing.poison = {7}
    await rebuilds.begin("seeing-1")
    await eventually(lambda: ready(rebuilds))
    with pytest.raises(NotPossible, match="failed on events"):
        await rebuilds.swap("seeing-1")
    [parked] = await runner.parked()
    seeing.poison = set()
    assert await runner.replay(parked.key)
    await rebuilds.swap("seeing-1")
    assert await store.count(SEEN) == 1_200


async def test_one_that_is_given_up_or_begun_anew_leaves_nothing(
    at_work: tuple[Log, Seeing, Runner], store: SqliteReadStore
) -> None:
    _, _, runner = at_work
    rebuilds = Rebuilds(runner)
    await rebuilds.begin("seeing-1")
    await rebuilds.begin("seeing-1")
    assert len(await store.collections()) == 3
    assert await rebuilds.give_up("seeing-1")
    assert not await rebuilds.give_up("seeing-1")
    assert await store.collections() == ["parked_events", "seen"]
    with pytest.raises(NotPossible, match="was not rebuilt"):
        await rebuilds.swap("seeing-1")
    with pytest.raises(NotPossible, match="no projection nobody-1"):
        await rebuilds.begin("nobody-1")

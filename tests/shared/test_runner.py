"""Projections run against a real broker and a real read store."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.aio.client import Client

import shared.parking
from shared.broker import declare_streams
from shared.events import Recorded
from shared.position import Progress
from shared.problems import OutOfSpace, Unavailable
from shared.readstore.interface import Batch, Collection
from shared.readstore.sqlite import SqliteReadStore
from shared.relay import Relay
from shared.runner import Projection, Runner, ServicesChanged
from tests.broker import NatsServer
from tests.shared.history import Log, publish, running
from tests.waiting import eventually


class Keyless:
    """Keys of nobody; they can be out of reach."""

    away = False

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        if self.away:
            raise Unavailable

    def cipher(self, subject: str) -> AESGCM | None:
        return None


class Listing:
    """Keeps, per aggregate, the numbers of its events in the order in which they were applied."""

    def __init__(self, name: str = "listing-1", services: Iterable[str] = ("contacts",)) -> None:
        self.name = name
        self.services = frozenset(services)
        self.collections = (Collection(name.rpartition("-")[0]),)
        self.poison: set[int] = set()
        self.calls: Counter[int] = Counter()
        self.error: type[Exception] = ZeroDivisionError

    async def apply(self, event: Recorded, batch: Batch) -> None:
        self.calls[event.number] += 1
        key = f"{event.service}:{event.id}"
        known = await batch.get(self.collections[0], key) or {"numbers": []}
        batch.put(
            self.collections[0],
            key,
            {"first": f"{event.service}:{event.number}"} | known | {"numbers": [*known["numbers"], event.number]},
        )
        if event.number in self.poison:
            raise self.error


class Forewarned(Listing):
    """Fails on an event that it was not told of beforehand."""

    def __init__(self) -> None:
        super().__init__("forewarned-1")
        self.told: set[int] = set()

    async def prepare(self, events: Sequence[Recorded], batch: Batch) -> None:
        self.told |= {event.number for event in events}

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.number not in self.told:
            raise LookupError
        await super().apply(event, batch)


class Announcing(Listing):
    def __init__(self) -> None:
        super().__init__("announcing-1")
        self.heard: list[int] = []

    async def committed(self, events: Sequence[Recorded]) -> None:
        self.heard += [event.number for event in events]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteReadStore]:
    opened = SqliteReadStore(tmp_path / "read.db")
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared.parking, "DELAYS", (0.01, 0.02, 0.03, 0.04))


def runner(store: SqliteReadStore, connection: Client, *projections: Projection, keys: Keyless | None = None) -> Runner:
    progress = Progress({service: 0 for projection in projections for service in projection.services})
    return Runner("projections", store, connection, keys or Keyless(), projections, progress)


@asynccontextmanager
async def run(*runners: Runner) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(runner.run()) for runner in runners]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [error for error in ended if not isinstance(error, asyncio.CancelledError)] == []


async def listed(store: SqliteReadStore, projection: Listing) -> dict[str, list[int]]:
    found = {}
    after = None
    while True:
        async with store.batch() as batch:
            page = await batch.find(projection.collections[0], after=after, limit=500)
        for document in page.documents:
            found[document["first"]] = document["numbers"]
        if (after := page.next) is None:
            return found


async def applied(store: SqliteReadStore, projection: Listing) -> list[int]:
    return sorted(number for numbers in (await listed(store, projection)).values() for number in numbers)


async def test_everything_is_applied_once_and_its_position_is_known(connection: Client, store: SqliteReadStore) -> None:
    log, listing = Log(), Listing()
    log.add(900)
    subject = runner(store, connection, listing)
    async with running(Relay(log, connection)), run(subject):
        await subject.progress.wait({"contacts": 900}, seconds=10)
        log.add()
        await subject.progress.wait({"contacts": 901}, seconds=10)
        assert await applied(store, listing) == log.public
        assert (await store.checkpoint("listing-1"))["contacts"] == 901
    assert set(listing.calls.values()) == {1}


async def test_a_projection_may_look_ahead_at_what_a_batch_brings(connection: Client, store: SqliteReadStore) -> None:
    log, forewarned = Log(), Forewarned()
    log.add(300)
    subject = runner(store, connection, forewarned)
    async with running(Relay(log, connection)), run(subject):
        await subject.progress.wait({"contacts": 300}, seconds=10)
        assert await applied(store, forewarned) == log.public
    assert await subject.parked() == []


async def test_a_restarted_runner_goes_on_where_it_was(connection: Client, store: SqliteReadStore) -> None:
    log, listing = Log(), Listing()
    for _ in range(3):
        log.add(300)
        await publish(connection, log)
        subject = runner(store, connection, listing)
        async with run(subject):
            await subject.progress.wait({"contacts": log.last}, seconds=10)
    assert await applied(store, listing) == log.public
    assert set(listing.calls.values()) == {1}


async def test_a_new_projection_catches_up_beside_the_others_and_joins_them(
    connection: Client, store: SqliteReadStore
) -> None:
    log, other, old, new = Log(), Log("files"), Listing("old-1"), Listing("new-1", ["contacts", "files"])
    other.add(40)
    log.add(3000)
    await publish(connection, other)
    await publish(connection, log)
    first = runner(store, connection, old)
    async with run(first):
        await first.progress.wait({"contacts": 3000}, seconds=10)
    second = runner(store, connection, old, new)
    async with running(Relay(log, connection), Relay(other, connection)), run(second):
        log.add(5)
        await eventually(lambda: not second.behind and second.progress.covers({"contacts": 3005}))
        log.add(5)
        other.add(5)
        await second.progress.wait({"contacts": 3010, "files": 45}, seconds=10)
        assert await applied(store, old) == log.public
        assert await applied(store, new) == sorted(log.public + other.public)
    assert set(old.calls.values()) == {1}


async def test_a_quiet_service_does_not_keep_a_new_projection_from_joining(
    connection: Client, store: SqliteReadStore
) -> None:
    quiet, busy = Log("firm"), Log()
    quiet.add(2)
    busy.add(2500)
    await publish(connection, quiet)
    await publish(connection, busy)
    old, new = Listing("old-1"), Listing("new-1", ["firm"])
    first = runner(store, connection, old)
    async with run(first):
        await first.progress.wait({"contacts": 2500}, seconds=10)
    second = runner(store, connection, old, new)
    async with run(second):
        await eventually(lambda: second.progress.covers({"firm": 2}) and not second.behind)
        assert await applied(store, new) == [1, 2]


async def test_a_projection_that_reads_other_services_needs_another_name(
    connection: Client, store: SqliteReadStore
) -> None:
    log = Log()
    log.add()
    await publish(connection, log)
    first = runner(store, connection, Listing())
    async with run(first):
        await first.progress.wait({"contacts": 1}, seconds=10)
    with pytest.raises(ServicesChanged):
        await runner(store, connection, Listing(services=["contacts", "files"])).run()


def same_aggregate(log: Log, *numbers: int) -> None:
    """Let these events belong to one aggregate."""
    first = log.rows[numbers[0] - 1]
    for version, number in enumerate(numbers, 1):
        row = log.rows[number - 1]
        log.rows[number - 1] = type(row)(first.originator_id, version, row.topic, row.state, row.id)


async def test_a_poison_event_parks_its_aggregate_and_nobody_else(connection: Client, store: SqliteReadStore) -> None:
    log, listing, healthy = Log(), Listing(), Listing("healthy-1")
    listing.poison = {5}
    log.add(10)
    same_aggregate(log, 3, 5, 7, 9)
    subject = runner(store, connection, listing, healthy)
    async with running(Relay(log, connection)), run(subject):
        await subject.progress.wait({"contacts": 10}, seconds=10)
        assert await applied(store, listing) == [1, 2, 3, 4, 6, 8, 10]
        assert await applied(store, healthy) == log.public
        assert [parked.key for parked in await subject.parked()] == [f"listing-1:contacts:{n}" for n in (5, 7, 9)]

        async def given_up() -> bool:
            return [(p.tries, p.next_try) for p in await subject.parked()] == [(5, None), (0, None), (0, None)]

        await eventually(given_up)
        assert listing.calls[5] == 6  # once in the batch that was undone, and five tries
        assert "ZeroDivisionError in apply (test_runner.py:" in ((await subject.parked())[0].error or "")

        listing.poison = set()
        assert await subject.replay("listing-1:contacts:5")
        assert await subject.parked() == []
        assert (await listed(store, listing))["contacts:3"] == [3, 5, 7, 9]
        log.add()
        await subject.progress.wait({"contacts": 11}, seconds=10)
    assert await applied(store, listing) == log.public


async def test_a_failure_that_passes_heals_by_itself(connection: Client, store: SqliteReadStore) -> None:
    log, listing = Log(), Listing()
    listing.poison = {2}
    log.add(4)
    same_aggregate(log, 2, 3)
    subject = runner(store, connection, listing)
    async with running(Relay(log, connection)), run(subject):
        await eventually(lambda: listing.calls[2] >= 3)
        listing.poison = set()

        async def healed() -> bool:
            return await applied(store, listing) == [1, 2, 3, 4]

        await eventually(healed)
        assert await subject.parked() == []


async def test_parked_events_outlive_the_process_and_can_be_skipped(connection: Client, store: SqliteReadStore) -> None:
    log, listing = Log(), Listing()
    listing.poison = {1, 3}
    log.add(4)
    same_aggregate(log, 1, 2)
    same_aggregate(log, 3, 4)
    await publish(connection, log)
    first = runner(store, connection, listing)
    async with run(first):
        await first.progress.wait({"contacts": 4}, seconds=10)
    second = runner(store, connection, listing)
    async with run(second):

        async def given_up() -> bool:
            return [p.tries for p in await second.parked() if p.next_try is None and p.tries] == [5, 5]

        await eventually(given_up)
        assert await second.skip("listing-1:contacts:1")
        assert not await second.replay("listing-1:contacts:4")
        with pytest.raises(KeyError):
            await second.skip("listing-1:contacts:1")
        assert await applied(store, listing) == [2]
        assert sorted(parked.event.number for parked in await second.parked()) == [3, 4]


@pytest.mark.parametrize("error", [Unavailable, OutOfSpace, ConnectionError])
async def test_what_passes_by_itself_is_waited_for_and_parks_nothing(
    connection: Client, store: SqliteReadStore, error: type[Exception]
) -> None:
    log, listing = Log(), Listing()
    listing.error, listing.poison = error, {7}
    log.add(20)
    subject = runner(store, connection, listing)
    async with running(Relay(log, connection)), run(subject):
        await eventually(lambda: listing.calls[7] >= 3)
        assert not subject.progress.covers({"contacts": 20})
        listing.poison = set()
        await subject.progress.wait({"contacts": 20}, seconds=10)
        assert await subject.parked() == []
    assert await applied(store, listing) == log.public


async def test_events_wait_while_their_keys_are_out_of_reach(connection: Client, store: SqliteReadStore) -> None:
    log, listing, keys = Log(), Listing(), Keyless()
    keys.away = True
    log.add(5)
    subject = runner(store, connection, listing, keys=keys)
    relay = Relay(log, connection)
    async with running(relay), run(subject):
        await eventually(lambda: relay.published == 5)
        await asyncio.sleep(0)
        assert not listing.calls
        keys.away = False
        await subject.progress.wait({"contacts": 5}, seconds=10)
        assert await subject.parked() == []


async def test_a_projection_hears_of_what_was_stored_in_order(connection: Client, store: SqliteReadStore) -> None:
    log, announcing = Log(), Announcing()
    announcing.poison = {3}
    log.add(6)
    same_aggregate(log, 3, 5)
    subject = runner(store, connection, announcing)
    async with running(Relay(log, connection)), run(subject):
        await eventually(lambda: announcing.heard == [1, 2, 4, 6])
        announcing.poison = set()
        await eventually(lambda: announcing.heard == [1, 2, 4, 6, 3, 5])


async def test_a_broker_that_is_killed_and_one_that_lost_everything_change_nothing(
    own_broker: NatsServer, own_connection: Client, store: SqliteReadStore
) -> None:
    log, listing = Log(), Listing()
    subject = runner(store, own_connection, listing)
    async with running(Relay(log, own_connection)), run(subject):
        log.add(1500)
        await subject.progress.wait({"contacts": 1000}, seconds=10)
        own_broker.kill()
        log.add(10)
        own_broker.start()
        await subject.progress.wait({"contacts": 1510}, seconds=20)
        own_broker.kill()
        own_broker.forget()
        reconnects = own_connection.stats["reconnects"]
        own_broker.start()
        await eventually(lambda: own_connection.stats["reconnects"] > reconnects and own_connection.is_connected)
        await declare_streams(own_connection)
        log.add(10)
        await subject.progress.wait({"contacts": 1520}, seconds=20)
    assert await applied(store, listing) == log.public
    assert set(listing.calls.values()) == {1}

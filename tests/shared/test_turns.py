"""Several instances of a service: one of them runs the projections, the others know how far it is and take over."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from nats.aio.client import Client

from shared.broker import options
from shared.lease import Lease, Lost
from shared.parking import DELAYS, PARKED, Parked, Parking
from shared.position import Progress
from shared.readstore.sqlite import SqliteReadStore
from shared.relay import Relay
from shared.runner import Runner
from shared.sealing import Wire
from tests.broker import NatsServer, connected
from tests.shared.history import Log, running
from tests.shared.test_runner import Keyless, Listing, applied
from tests.waiting import eventually


class Instance:
    """One process's share: a connection, a store over the common file, a runner."""

    def __init__(self, name: str, connection: Client, store: SqliteReadStore) -> None:
        self.connection, self.store, self.listing = connection, store, Listing()
        self.progress = Progress({"contacts": 0})
        lease = Lease(connection, "contacts", "projections", name)
        parts = [self.listing]
        self.runner = Runner("projections", store, connection, Keyless(), parts, self.progress, lease)
        self.task = asyncio.create_task(self.runner.run())

    async def reads(self, number: int) -> None:
        await self.progress.wait({"contacts": number}, seconds=10)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class Machine:
    """Instances that share a file."""

    def __init__(self, server: NatsServer, folder: Path, stack: AsyncExitStack) -> None:
        self._server, self._folder, self._stack = server, folder, stack

    async def start(self, name: str) -> Instance:
        connection = await connected(self._server.url, **self._options())
        self._stack.push_async_callback(connection.close)
        store = SqliteReadStore(self._folder / "read.db")
        self._stack.push_async_callback(store.close)
        instance = Instance(name, connection, store)
        self._stack.push_async_callback(instance.stop)
        return instance

    def _options(self) -> dict[str, object]:
        chosen = options(self._server.settings(), "test", on_close=None)
        return {name: value for name, value in chosen.items() if name != "servers"}


@pytest.fixture
async def machine(nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Machine]:
    async with AsyncExitStack() as stack:
        yield Machine(nats_server, tmp_path, stack)


async def test_one_works_and_the_others_know_how_far_it_is(machine: Machine, connection: Client) -> None:
    log = Log()
    log.add(300)
    first, second = await machine.start("one"), await machine.start("two")
    async with running(Relay(log, connection)):
        await first.reads(300)
        await second.reads(300)
        log.add(topic="contacts.contact.unknown")
        await asyncio.gather(first.reads(301), second.reads(301))
    assert sorted(instance.runner.working for instance in (first, second)) == [False, True]
    assert sum((first.listing.calls + second.listing.calls).values()) == 301
    assert await applied(first.store, first.listing) == log.public


async def test_a_position_that_nobody_stores_is_known_to_the_others_at_once(
    machine: Machine, connection: Client
) -> None:
    log = Log()
    first, second = await machine.start("one"), await machine.start("two")
    for instance in (first, second):
        instance.listing.topics = {"contacts.contact.merged"}  # type: ignore[attr-defined]
    async with running(Relay(log, connection)):
        log.add(3)  # passed over: the checkpoint is stored later
        await asyncio.gather(first.reads(3), second.reads(3))


async def test_who_leaves_hands_over_at_once_and_every_event_is_applied_once(
    machine: Machine, connection: Client
) -> None:
    log = Log()
    first = await machine.start("one")
    await eventually(lambda: first.runner.working)
    second = await machine.start("two")
    async with running(Relay(log, connection)):
        log.add(50)
        await first.reads(50)
        await first.stop()
        await eventually(lambda: second.runner.working, seconds=2)
        log.add(50)
        await second.reads(100)
    assert await applied(second.store, second.listing) == log.public
    assert sum((first.listing.calls + second.listing.calls).values()) == 100


async def test_who_dies_is_replaced_and_comes_back_under_its_name_at_once(machine: Machine, connection: Client) -> None:
    log = Log()
    first = await machine.start("one")
    await eventually(lambda: first.runner.working)
    async with running(Relay(log, connection)):
        await first.connection.close()  # it can give nothing back
        await first.stop()
        first = await machine.start("one")
        log.add(10)
        await first.reads(10)
        await eventually(lambda: first.runner.working, seconds=2)
        second = await machine.start("two")
        await first.connection.close()
        await first.stop()
        log.add(10)
        await second.reads(20)
    assert second.runner.working
    assert await applied(second.store, second.listing) == log.public


async def test_who_was_replaced_without_noticing_changes_nothing_and_steps_back(
    machine: Machine, connection: Client
) -> None:
    log = Log()
    asleep = await machine.start("one")
    await eventually(lambda: asleep.runner.working)
    other = SqliteReadStore(asleep.store._path)  # the same file
    await other.claim()
    async with running(Relay(log, connection)):
        log.add(5)
        await asleep.reads(5)  # by starting over, as a new owner
    assert await applied(asleep.store, asleep.listing) == log.public
    await other.close()


async def test_a_lease_is_lost_to_who_took_it_meanwhile(connection: Client) -> None:
    first, again = (Lease(connection, "contacts", "work", "one") for _ in range(2))
    await first.take()
    await again.take()
    with pytest.raises(Lost):
        await first.keep()
    second = Lease(connection, "contacts", "work", "two")
    waiting = asyncio.create_task(second.take())
    await again.give_back()
    await asyncio.wait_for(waiting, 1)


async def test_an_event_parked_by_a_machine_whose_clock_is_ahead_is_tried_soon(tmp_path: Path) -> None:
    store = SqliteReadStore(tmp_path / "read.db")
    await store.declare(PARKED)
    event = Wire("contacts", 1, "contacts.contact.renamed", "c1", 1, b"{}")
    parked = Parked("listing-1", event, time.time(), tries=1, next_try=time.time() + 3_600)
    async with store.batch() as batch:
        Parking.put(batch, parked)
    parking = Parking(store)
    await parking.load(["listing-1"])
    assert parking.seconds() is not None
    assert (parking.seconds() or 0) <= DELAYS[-1]
    await store.close()

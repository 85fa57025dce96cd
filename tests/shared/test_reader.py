"""The ordered reader against a real broker."""

import asyncio

import pytest
from nats.aio.client import Client

from shared.broker import EVENTS, ask, declare_streams
from shared.reader import Mark, Reader
from shared.relay import Relay
from shared.sealing import Wire
from tests.broker import NatsServer
from tests.shared.history import Log, publish, running
from tests.waiting import eventually


async def take(reader: Reader, count: int, seconds: float = 15) -> list[Wire]:
    events: list[Wire] = []
    async with asyncio.timeout(seconds):
        while len(events) < count:
            events += await reader.batch()
    return events


def numbers(events: list[Wire]) -> list[int]:
    return [event.number for event in events]


async def no_consumer(connection: Client) -> bool:
    return not (await ask(connection, f"$JS.API.CONSUMER.NAMES.{EVENTS}"))["consumers"]


async def delete_consumers(connection: Client) -> int:
    names = (await ask(connection, f"$JS.API.CONSUMER.NAMES.{EVENTS}"))["consumers"]
    for name in names:
        await ask(connection, f"$JS.API.CONSUMER.DELETE.{EVENTS}.{name}")
    return len(names)


async def test_events_come_as_they_were_stored(connection: Client) -> None:
    log = Log()
    log.add(3)
    await publish(connection, log)
    reader = Reader(connection, ["contacts"])
    events = await take(reader, 3)
    await reader.close()
    row = log.rows[1]
    assert events[1] == Wire("contacts", row.id, row.topic, str(row.originator_id), 1, row.state)


async def test_only_the_services_asked_for_are_read(connection: Client) -> None:
    for service in ("contacts", "accounts", "files"):
        log = Log(service)
        log.add(20)
        await publish(connection, log)
    reader = Reader(connection, ["contacts", "files"])
    events = await take(reader, 40)
    await reader.close()
    assert {event.service for event in events} == {"contacts", "files"}


async def test_a_long_history_comes_in_large_batches_and_a_single_event_at_once(connection: Client) -> None:
    log = Log()
    log.add(5000)
    relay = Relay(log, connection)
    async with running(relay):
        await eventually(lambda: relay.published == 5000)
        reader = Reader(connection, ["contacts"], size=1000)
        sizes = []
        seen: list[int] = []
        while len(seen) < 5000:
            batch = await reader.batch()
            sizes.append(len(batch))
            seen += numbers(batch)
        assert seen == log.public
        assert max(sizes) <= 1000
        log.add()
        assert numbers(await reader.batch()) == [5001]
        await reader.close()


async def test_without_waiting_the_end_of_the_stream_is_told(connection: Client) -> None:
    quiet, busy = Log("firm"), Log()
    quiet.add(2)
    busy.add(300)
    await publish(connection, quiet)
    await publish(connection, busy)
    reader = Reader(connection, ["firm"])
    assert numbers(await reader.batch(wait=False)) == [1, 2]
    assert await reader.batch(wait=False) == []
    await reader.close()
    last = (await ask(connection, f"$JS.API.STREAM.INFO.{EVENTS}"))["state"]["last_seq"]
    assert reader.mark.sequence == last


async def test_a_reader_goes_on_from_a_mark(connection: Client) -> None:
    log = Log()
    log.add(10)
    await publish(connection, log)
    first = Reader(connection, ["contacts"], size=4)
    assert numbers(await first.batch()) == [1, 2, 3, 4]
    await first.close()
    second = Reader(connection, ["contacts"], first.mark)
    assert numbers(await take(second, 6)) == [5, 6, 7, 8, 9, 10]
    await second.close()


async def test_a_mark_of_another_stream_means_the_beginning(connection: Client) -> None:
    log = Log()
    log.add(3)
    await publish(connection, log)
    reader = Reader(connection, ["contacts"], Mark(stream=1, sequence=2))
    assert numbers(await take(reader, 3)) == [1, 2, 3]
    await reader.close()


async def test_a_consumer_that_is_deleted_is_made_again(connection: Client) -> None:
    log = Log()
    relay = Relay(log, connection)
    reader = Reader(connection, ["contacts"])
    async with running(relay):
        log.add(10)
        assert len(await take(reader, 10)) == 10
        for _ in range(3):
            waiting = asyncio.create_task(take(reader, 2))
            await eventually(lambda: delete_consumers(connection))
            log.add(2)
            assert numbers(await waiting) == log.public[-2:]
    await reader.close()


async def test_a_rewound_reader_reads_again_with_other_services(connection: Client) -> None:
    for service in ("contacts", "files"):
        log = Log(service)
        log.add(5)
        await publish(connection, log)
    reader = Reader(connection, ["contacts"])
    assert len(await take(reader, 5)) == 5
    waiting = asyncio.create_task(take(reader, 10))
    await asyncio.sleep(0)
    reader.rewind(Mark(), ["contacts", "files"])
    assert {event.service for event in await waiting} == {"contacts", "files"}
    assert reader.generation == 1
    await reader.close()


async def test_closed_readers_leave_nothing_behind(connection: Client) -> None:
    log = Log()
    log.add()
    await publish(connection, log)
    reader = Reader(connection, ["contacts"])
    await take(reader, 1)
    await reader.close()
    await eventually(lambda: no_consumer(connection))


async def test_every_event_is_read_once_though_the_broker_is_killed_again_and_again(
    own_broker: NatsServer, own_connection: Client
) -> None:
    log = Log()
    relay = Relay(log, own_connection)
    reader = Reader(own_connection, ["contacts"])
    seen: list[int] = []

    async def read() -> None:
        while len(seen) < 3003:
            seen.extend(numbers(await reader.batch()))

    reading = asyncio.create_task(read())
    async with running(relay):
        for _ in range(3):
            log.add(1000)
            await eventually(lambda: len(seen) > log.last - 500)
            own_broker.kill()
            log.add(1)
            own_broker.start()
        await asyncio.wait_for(reading, 20)
    await reader.close()
    assert seen == log.public


async def test_a_stream_made_again_is_read_from_its_beginning_without_repeating_events(
    own_broker: NatsServer, own_connection: Client
) -> None:
    log = Log()
    relay = Relay(log, own_connection)
    reader = Reader(own_connection, ["contacts"])
    async with running(relay):
        log.add(50)
        assert len(await take(reader, 50)) == 50
        before = reader.mark
        own_broker.kill()
        own_broker.forget()
        own_broker.start()
        await eventually(lambda: own_connection.stats["reconnects"] and own_connection.is_connected)
        await declare_streams(own_connection)
        waiting = asyncio.create_task(take(reader, 1))
        await eventually(lambda: relay.published == 50)
        log.add()
        assert numbers(await waiting) == [51]
    await reader.close()
    assert reader.mark.stream > before.stream


async def test_a_reader_tries_less_and_less_often_while_the_broker_is_away(
    own_broker: NatsServer, own_connection: Client
) -> None:
    reader = Reader(own_connection, ["contacts"])
    waiting = asyncio.create_task(reader.batch())
    own_broker.kill()
    begun = asyncio.get_running_loop().time()
    await eventually(lambda: reader.failures >= 4)
    assert asyncio.get_running_loop().time() - begun > 0.05 + 0.1 + 0.2  # half of what lies between four tries
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await reader.close()

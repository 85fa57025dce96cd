"""The relay against a real broker: what is stored arrives, in order, once."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import nats
import pytest
from nats.aio.client import Client

from shared.broker import EVENTS, ask, declare_streams, options
from shared.relay import Relay
from tests.broker import NatsServer, stored
from tests.shared.history import SCOPE, Log, running
from tests.waiting import eventually


def reaches(relay: Relay, number: int) -> Callable[[], bool]:
    return lambda: relay.published == number


async def test_events_reach_the_stream_in_order_and_once(connection: Client) -> None:
    log = Log()
    log.add(700)
    relay = Relay(log, connection)
    async with running(relay):
        await eventually(reaches(relay, 700))
        for _ in range(5):
            log.add(1, step=3)
            await eventually(reaches(relay, log.last))
    assert await stored(connection, "contacts") == log.public
    assert relay.lag == 0


async def test_an_event_is_a_cloud_event_under_a_subject_that_names_service_dossier_and_aggregate(
    connection: Client,
) -> None:
    log = Log()
    log.add()
    row = log.rows[0]
    listener = await connection.subscribe(f"evt.*.{SCOPE}.>")
    relay = Relay(log, connection)
    async with running(relay):
        message = await listener.next_msg(timeout=5)
    assert message.subject == f"evt.contacts.{SCOPE}.{row.originator_id}"
    assert message.data == row.state
    headers = message.headers or {}
    wanted = {
        "ce-specversion": "1.0",
        "ce-id": "contacts:1",
        "ce-type": "contacts.contact.renamed",
        "ce-source": "/contacts",
        "ce-subject": str(row.originator_id),
        "ce-time": "2026-11-23T09:00:00+00:00",
        "content-type": "application/json",
        "traceparent": "00-ab-cd-01",
        "Dossier-Number": "1",
        "Dossier-Version": "1",
        "Dossier-Actor": "member:m1",
        "Dossier-Causation": "RenameContact",
        "Dossier-Correlation": "r1",
    }
    assert wanted.items() <= headers.items()


async def test_receipts_stay_private(connection: Client) -> None:
    log = Log()
    log.add(2)
    log.add(3, topic="shared.receipt.issued")
    log.add(1)
    log.add(300, topic="shared.receipt.issued")
    relay = Relay(log, connection)
    async with running(relay):
        await eventually(lambda: relay.published == 6 and relay.lag == 0)
    assert await stored(connection, "contacts") == [1, 2, 6]


async def test_a_new_relay_goes_on_where_the_last_one_stopped(connection: Client) -> None:
    log = Log()
    for _ in range(2):
        log.add(10)
        relay = Relay(log, connection)
        async with running(relay):
            await eventually(reaches(relay, log.last))
            log.add()
            await eventually(reaches(relay, log.last))
    assert await stored(connection, "contacts") == log.public


async def test_two_relays_on_one_store_neither_duplicate_nor_reorder(
    connection: Client, nats_server: NatsServer
) -> None:
    log = Log()
    other = await nats.connect(**options(nats_server.settings(), "other", on_close=None))
    relays = [Relay(log, connection), Relay(log, other)]
    async with running(*relays):
        while log.last < 2000:
            log.add(1 if log.last % 3 else 7)
            await eventually(lambda: log.last - max(relay.published for relay in relays) < 20)
        await eventually(lambda: max(relay.published for relay in relays) == log.last)
    await other.close()
    assert await stored(connection, "contacts") == log.public


async def test_relays_of_different_services_do_not_disturb_each_other(connection: Client) -> None:
    logs = [Log("contacts"), Log("accounts")]
    relays = [Relay(log, connection) for log in logs]
    async with running(*relays):
        for log in logs * 20:
            log.add(5)
        for log, relay in zip(logs, relays, strict=True):
            await eventually(reaches(relay, log.last))
    for log in logs:
        assert await stored(connection, log.service) == log.public


class Dying(Relay):
    """Announces an event and dies before it is sent."""

    async def _publish(self, subject: str, payload: bytes, headers: dict[str, str]) -> int:
        if subject.startswith("evt."):
            raise asyncio.CancelledError
        return await super()._publish(subject, payload, headers)


async def test_an_event_that_was_announced_but_never_sent_is_sent_by_the_next_relay(connection: Client) -> None:
    log = Log()
    log.add()
    with pytest.raises(asyncio.CancelledError):
        await Dying(log, connection).run()
    assert await stored(connection, "contacts") == []
    relay = Relay(log, connection)
    async with running(relay):
        await eventually(reaches(relay, 1))
    assert await stored(connection, "contacts") == [1]


class Slow(Relay):
    """Announces an event, and sends it when it is let."""

    def __init__(self, log: Log, connection: Client) -> None:
        super().__init__(log, connection)
        self.announced, self.let = asyncio.Event(), asyncio.Event()

    async def _publish(self, subject: str, payload: bytes, headers: dict[str, str]) -> int:
        if subject.startswith("evt."):
            self.announced.set()
            await self.let.wait()
        return await super()._publish(subject, payload, headers)


async def test_an_event_sent_late_by_a_relay_that_hung_is_refused(connection: Client) -> None:
    log = Log()
    log.add()
    slow, quick = Slow(log, connection), Relay(log, connection)
    async with running(slow):
        await slow.announced.wait()
        async with running(quick):
            await eventually(reaches(quick, 1))
        slow.let.set()
        await eventually(reaches(slow, 1))
        log.add()
        await eventually(reaches(slow, 2))
    assert await stored(connection, "contacts") == [1, 2]


async def test_nothing_is_lost_or_doubled_when_the_broker_is_killed_in_the_middle(
    own_broker: NatsServer, own_connection: Client
) -> None:
    log = Log()
    relay = Relay(log, own_connection)
    async with running(relay):
        for _ in range(3):
            log.add(2000)
            await eventually(lambda: relay.published > log.last - 1500)
            own_broker.kill()
            log.add(1)
            own_broker.start()
        await eventually(reaches(relay, log.last), 20)
    assert await stored(own_connection, "contacts") == log.public


async def test_a_broker_whose_store_was_deleted_is_filled_again(own_broker: NatsServer, own_connection: Client) -> None:
    log = Log()
    log.add(600)
    relay = Relay(log, own_connection)
    async with running(relay):
        await eventually(reaches(relay, 600))
        own_broker.kill()
        own_broker.forget()
        own_broker.start()
        await eventually(lambda: own_connection.stats["reconnects"] and own_connection.is_connected)
        await declare_streams(own_connection)
        await eventually(reaches_again(own_connection, 600), 15)
        log.add()
        await eventually(reaches(relay, 601))
    assert await stored(own_connection, "contacts") == log.public


def reaches_again(connection: Client, count: int) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return len(await stored(connection, "contacts")) == count

    return check


async def test_a_store_that_was_put_back_publishes_nothing_under_numbers_already_given(
    connection: Client, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log()
    log.add(10)
    relay = Relay(log, connection)
    async with running(relay):
        await eventually(reaches(relay, 10))
    restored = Log()
    restored.add(12)
    async with running(Relay(restored, connection)):
        await eventually(lambda: "the store does not" in caplog.text)
    assert await stored(connection, "contacts") == list(range(1, 11))


async def test_ids_are_those_of_the_aggregates(connection: Client) -> None:
    log = Log()
    log.add(3)
    relay = Relay(log, connection)
    async with running(relay):
        await eventually(reaches(relay, 3))
    info = await ask(connection, f"$JS.API.STREAM.INFO.{EVENTS}", {"subjects_filter": "evt.>"})
    assert {UUID(subject.rpartition(".")[2]) for subject in info["state"]["subjects"]} == {
        row.originator_id for row in log.rows
    }

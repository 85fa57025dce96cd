"""Schedules on a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from nats.aio.client import Client

import shared.schedules
from shared.broker import SCHEDULES, ask
from shared.schedules import Due, Schedules
from tests.broker import NatsServer
from tests.waiting import eventually


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


class Handler:
    def __init__(self) -> None:
        self.came: list[Due] = []
        self.failing = 0

    async def __call__(self, due: Due) -> None:
        self.came.append(due)
        if self.failing:
            self.failing -= 1
            raise ZeroDivisionError

    @property
    def keys(self) -> list[str]:
        return [due.key for due in self.came]


@asynccontextmanager
async def handling(schedules: Schedules, handler: Handler) -> AsyncIterator[None]:
    task = asyncio.create_task(schedules.due(handler))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def planned(connection: Client) -> list[str]:
    info = await ask(connection, f"$JS.API.STREAM.INFO.{SCHEDULES}", {"subjects_filter": "schedule.>"})
    return sorted(info["state"].get("subjects") or {})


async def test_a_message_falls_due_at_its_moment_and_not_before(connection: Client) -> None:
    schedules, handler = Schedules(connection, "notifications"), Handler()
    moment = later(0.5)
    await schedules.at("message.a", moment, b"remind")
    async with handling(schedules, handler):
        await eventually(lambda: handler.came)
        assert datetime.now(UTC) >= moment - timedelta(milliseconds=1)
    assert handler.came == [Due("message.a", b"remind", 1)]
    assert await planned(connection) == []


async def test_what_is_past_falls_due_at_once(connection: Client) -> None:
    schedules, handler = Schedules(connection, "notifications"), Handler()
    await schedules.at("a", later(-86400))
    async with handling(schedules, handler):
        await eventually(lambda: handler.keys == ["a"])


async def test_a_schedule_replaces_the_earlier_one_of_its_key(connection: Client) -> None:
    schedules, handler = Schedules(connection, "notifications"), Handler()
    await schedules.at("a", later(3600), b"first")
    await schedules.at("a", later(0.2), b"second")
    assert await planned(connection) == ["schedule.notifications.a"]
    async with handling(schedules, handler):
        await eventually(lambda: handler.came)
    assert [due.payload for due in handler.came] == [b"second"]


async def test_a_schedule_can_be_taken_back(connection: Client) -> None:
    schedules, handler = Schedules(connection, "notifications"), Handler()
    await schedules.at("a", later(0.3))
    await schedules.at("b", later(0.6))
    assert await schedules.cancel("a")
    assert not await schedules.cancel("a")
    async with handling(schedules, handler):
        await eventually(lambda: handler.came)
    assert handler.keys == ["b"]


async def test_a_handler_that_fails_gets_its_message_again_and_the_others_do_not_wait(
    connection: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared.schedules, "_SECOND", 100_000_000)
    schedules, handler = Schedules(connection, "notifications"), Handler()
    handler.failing = 1
    await schedules.at("a", later(-1))
    async with handling(schedules, handler):
        await eventually(lambda: handler.came)
        await schedules.at("b", later(-1))
        await eventually(lambda: sorted(handler.keys) == ["a", "a", "b"])
    assert max(due.tries for due in handler.came if due.key == "a") == 2


async def test_only_the_own_service_hears_of_it(connection: Client) -> None:
    ours, theirs, handler = Schedules(connection, "notifications"), Schedules(connection, "files"), Handler()
    await theirs.at("a", later(-1))
    await ours.at("b", later(-1))
    async with handling(ours, handler):
        await eventually(lambda: handler.came)
    assert handler.keys == ["b"]


async def test_schedules_outlive_the_broker_and_the_service(own_broker: NatsServer, own_connection: Client) -> None:
    schedules, handler = Schedules(own_connection, "notifications"), Handler()
    moment = later(1)
    await schedules.at("before", moment)
    async with handling(schedules, handler):
        own_broker.kill()
        await eventually(lambda: datetime.now(UTC) > moment)
        own_broker.start()
        await eventually(lambda: handler.keys == ["before"])
        await eventually(lambda: own_connection.is_connected)
        await schedules.at("after", later(-1))
        await eventually(lambda: handler.keys == ["before", "after"])
    await schedules.at("away", later(-1))
    async with handling(schedules, handler):
        await eventually(lambda: handler.keys == ["before", "after", "away"])


async def test_who_is_stopped_finishes_what_it_has_in_hand(connection: Client) -> None:
    schedules = Schedules(connection, "notifications")
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(due: Due) -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    await schedules.at("message.a", later(-1))
    task = asyncio.create_task(schedules.due(slow))
    await asyncio.wait_for(begun.wait(), 10)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()

    async def acknowledged() -> bool:
        info = await ask(connection, f"$JS.API.CONSUMER.INFO.{SCHEDULES}.due-notifications")
        return bool(info["num_ack_pending"] == 0 and info["num_pending"] == 0)

    await eventually(acknowledged)

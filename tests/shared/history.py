"""A service's history for tests of what comes after the store: relays, readers, projections."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from uuid import uuid4

import orjson
from eventsourcing.persistence import Notification
from nats.aio.client import Client

from shared.events import Meta
from shared.relay import Relay
from shared.signal import Signal
from tests.waiting import eventually

SCOPE = "018f0000-0000-7000-8000-000000000001"


class Log:
    """A store's notification log in memory: numbers with gaps, as rolled back transactions leave them."""

    def __init__(self, service: str = "contacts") -> None:
        self.service = service
        self.saved = Signal()
        self.last = 0
        self.rows: list[Notification] = []

    def add(self, count: int = 1, topic: str = "contacts.contact.renamed", step: int = 1) -> None:
        for _ in range(count):
            self.last += step
            meta = asdict(Meta("member", "m1", "RenameContact", "r1", "127.0.0.1", "00-ab-cd-01"))
            state = {"at": "2026-11-23T09:00:00+00:00", "data": {"n": self.last}, "scope": SCOPE, "meta": meta}
            self.rows.append(Notification(uuid4(), 1, topic, orjson.dumps(state), self.last))
        self.saved.set()

    @property
    def public(self) -> list[int]:
        return [row.id for row in self.rows if not row.topic.startswith("shared.")]

    async def notifications(self, after: int, limit: int) -> Sequence[Notification]:
        return [row for row in self.rows if row.id > after][:limit]


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def publish(connection: Client, log: Log) -> None:
    """Have everything in the log on the stream."""
    relay = Relay(log, connection)
    async with running(relay):
        await eventually(lambda: relay.published == log.public[-1])

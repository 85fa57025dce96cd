"""When: each promise to send is put on the broker's schedule, and put there again if the broker has lost it."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson

from services.notifications.projections.outbox import OUTBOX
from shared.events import Recorded
from shared.readstore.conditions import Eq
from shared.readstore.interface import Batch, Collection, Key, Order, ReadStore
from shared.schedules import Schedules

_DUE = {
    "notifications.message.queued": "due",
    "notifications.message.attempt-failed": "next",
    "notifications.message.requeued": "due",
}
_LOOK = 1.0  # seconds between two looks at the connection
_AGAIN = 150  # looks after which what is overdue is scheduled again, whether or not something seemed lost
_IN_HAND = timedelta(minutes=2)  # a message that has just fallen due is being sent, or about to be
_log = logging.getLogger(__name__)


class Scheduling:
    """Has a message fall due when it was promised. The payload says which events must be known before it is sent."""

    name = "scheduling-1"
    services = frozenset({"notifications"})
    collections: tuple[Collection, ...] = ()

    def __init__(self, schedules: Schedules) -> None:
        self._schedules = schedules

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if field := _DUE.get(event.topic):
            payload = {"number": event.number, "request": event.meta.correlation, "trace": event.meta.trace}
            await self._schedules.at(event.id, datetime.fromisoformat(event.data[field]), orjson.dumps(payload))


class Promises:
    """Makes the schedules again from the outbox: at the start and whenever the broker was away."""

    def __init__(self, schedules: Schedules, read: ReadStore, reconnects: Callable[[], int]) -> None:
        self._schedules, self._read, self._reconnects = schedules, read, reconnects

    async def keep(self) -> None:
        """Run until cancelled."""
        known, looks = -1, 0
        while True:
            present = self._reconnects()
            if present != known or looks >= _AGAIN:
                try:
                    await self.remake(overdue_only=present == known)
                    known, looks = present, 0
                except Exception as error:  # noqa: BLE001  # whatever it is, the next try may go well
                    _log.warning("schedules not made again yet: %s", str(error) or type(error).__name__)
            await asyncio.sleep(_LOOK)
            looks += 1

    async def remake(self, *, overdue_only: bool) -> None:
        """Schedule every message that waits, or is overdue; never one that has just fallen due."""
        after: Key | None = None
        order = (Order("queued_at"),)
        while True:
            page = await self._read.find(OUTBOX, Eq("state", "queued"), order=order, after=after, limit=200)
            now = datetime.now(UTC)
            for message in page.documents:
                due = datetime.fromisoformat(message["due"])
                if due < now - _IN_HAND or (due > now and not overdue_only):
                    await self._schedules.at(message["id"], due)
            after = page.next
            if after is None:
                return

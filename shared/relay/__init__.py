"""The relay: what a service has recorded goes to the stream EVENTS, in order, each event once, whoever else tries.

Two instances of a service can run at once; no leader is elected. A literal subject per service, `relay.<service>`,
holds the mark: how far publishing has come. Whoever publishes moves the mark under JetStream's guard ("the last message
on this subject still has sequence n"), so that the second one is refused, reads the mark again and goes on from there.

- Several events: the mark and the events are one atomic batch.
- While events come one upon the other, they are published a hundred times a second, not one by one: each wakes every
  reader, which costs more than to apply it (docs/performance.md). A lonely event goes at once.
- A single event, the usual case when little happens: the mark announces it, then the event follows under the guard of
  that very mark. This is three times as quick as a batch of two. If the event never came, the next one who reads the
  mark sees that, moves the mark (which shuts out a late event) and publishes it.

Why not the guard over `evt.<service>.>` itself: the broker looks through every subject that it matches, 28 ms for each
message published at 100,000 aggregates (nats-server 2.15.1); that of a literal subject costs the same at any size.
"""

import asyncio
import base64
import logging
import random
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import uuid4

import orjson
from eventsourcing.persistence import Notification
from nats.aio.client import Client

from shared.broker import EVENTS, BrokerRefused, ask, send
from shared.receipts import PRIVATE
from shared.relay.wire import Mark, Message, message
from shared.signal import Signal
from shared.telemetry import counter, span

BATCH = 256  # events
PACE = 0.01  # seconds before the next events are published, if there are some already: then they go, and cost, together
_BATCH_BYTES = 4 * 1024 * 1024
_NO_MESSAGE = 10037
_WRONG_LAST = 10071
_IDLE_CHECKS = 15  # polls (one a second) after which the mark is read again: the stream may have been made afresh
_log = logging.getLogger(__name__)
_published = counter("messaging.client.sent.messages", "{message}", "Events published.")

_STREAM = {"messaging.system": "nats", "messaging.operation.name": "publish", "messaging.destination.name": EVENTS}
_GUARD = "Nats-Expected-Last-Subject-Sequence"
_GUARDED = "Nats-Expected-Last-Subject-Sequence-Subject"


class Store(Protocol):
    """What the relay needs of `shared.store.EventStore`."""

    service: str

    @property
    def saved(self) -> Signal: ...

    @property
    def last(self) -> int: ...

    async def notifications(self, after: int, limit: int) -> Sequence[Notification]: ...


class AnotherHistory(Exception):
    """The stream holds events that the store does not: the store was put back to an earlier state.

    Nothing is published then, because numbers would be given out twice. Delete the broker's store, or the stream
    EVENTS: it is filled again from the event stores.
    """


def _within(size: int, rows: Sequence[Notification]) -> Sequence[Notification]:
    """As many of the rows as fit into `size` bytes; at least one."""
    total = 0
    for place, row in enumerate(rows):
        total += len(row.state)
        if total > size and place:
            return rows[:place]
    return rows


def _pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: growing, and never the same for two relays."""
    longest: float = min(5.0, 0.02 * 2.0 ** min(failures, 10))
    return random.uniform(0.5, 1) * longest  # noqa: S311


class Relay:
    """Publishes a store's events for as long as it runs. Whatever goes wrong, it says so and tries again."""

    def __init__(self, store: Store, connection: Client) -> None:
        self.published = 0  # number of the last event known to be on the stream
        self._store = store
        self._connection = connection
        self._marks = f"relay.{store.service}"
        self._guard: int | None = None  # sequence of the last mark; None: it must be read
        self._read = 0  # number up to which the store has been read
        self._reconnects = 0

    @property
    def lag(self) -> int:
        """About how many stored events are not yet on the stream."""
        return max(0, self._store.last - self._read)

    async def run(self) -> None:
        """Publish until cancelled."""
        failures = idle = 0
        while True:
            try:
                if self._connection.stats["reconnects"] != self._reconnects or idle >= _IDLE_CHECKS:
                    self._guard, idle = None, 0
                moved = await self._step()
                failures = 0
            except Exception as error:  # noqa: BLE001  # whatever it is, the next try may go well
                self._guard = None
                failures += 1
                self._report(error, failures)
                await asyncio.sleep(_pause(failures))
                continue
            if not moved:
                idle = 0 if await self._store.saved.wait(1.0) else idle + 1
            elif moved < BATCH and self._store.last > self._read:
                await asyncio.sleep(PACE)

    def _report(self, error: Exception, failures: int) -> None:
        if isinstance(error, BrokerRefused) and error.code == _WRONG_LAST:
            _log.info("another relay of %s was quicker", self._store.service)
        elif failures in (1, 10) or failures % 60 == 0:
            _log.warning("cannot publish events (%d times): %s", failures, str(error) or type(error).__name__)

    async def _step(self) -> int:
        """Publish the next events; how many rows of the store were read for that."""
        if not self._connection.is_connected:
            raise ConnectionError("the broker is away")
        if self._guard is None:
            await self._recover()
        rows = _within(_BATCH_BYTES, await self._store.notifications(self._read, BATCH))
        if not rows:
            return 0
        # Topics of `shared` (receipts) are the service's own affair: stepped over.
        events = [message(self._store.service, row) for row in rows if not row.topic.startswith(PRIVATE)]
        if events:
            with span("publish", events[0].headers.get("traceparent"), events=len(events)):
                await (self._single(events[0]) if len(events) == 1 else self._batch(events))
            _published(len(events), **_STREAM)
        self._read = rows[-1].id
        return len(rows)

    async def _single(self, event: Message) -> None:
        mark = Mark(self.published, event.number, event.event, event.subject)
        guard = await self._move(mark)
        await self._publish(event.subject, event.payload, event.headers | {_GUARD: str(guard), _GUARDED: self._marks})
        self._guard, self.published = guard, event.number

    async def _batch(self, events: list[Message]) -> None:
        batch = uuid4().hex
        mark = Mark(self.published, events[-1].number, events[-1].event)
        first = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": "1", _GUARD: str(self._guard)}
        await self._connection.publish(self._marks, mark.encode(), headers=first)
        for place, event in enumerate(events[:-1], 2):
            headers = event.headers | {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(place)}
            await self._connection.publish(event.subject, event.payload, headers=headers)
        last = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(events) + 1), "Nats-Batch-Commit": "1"}
        sequence = await self._publish(events[-1].subject, events[-1].payload, events[-1].headers | last)
        self._guard, self.published = sequence - len(events), events[-1].number

    async def _move(self, mark: Mark) -> int:
        """Put a mark in place of the one known; its sequence. Refused if somebody else has moved it."""
        return await self._publish(self._marks, mark.encode(), {_GUARD: str(self._guard)})

    async def _publish(self, subject: str, payload: bytes, headers: dict[str, str]) -> int:
        return int((await send(self._connection, subject, payload, headers))["seq"])

    async def _recover(self) -> None:
        """Read from the stream where publishing stands."""
        self._reconnects = self._connection.stats["reconnects"]
        self._guard, mark = await self._last_mark()
        reached = mark.number
        if mark.subject and not await self._arrived(mark):
            self._guard = await self._move(mark)  # from here on the announced event can no longer come by itself
            reached = mark.number if await self._arrived(mark) else mark.before
        if reached == mark.number:
            await self._check(mark)
        self.published = self._read = reached

    async def _check(self, mark: Mark) -> None:
        if mark.number:
            rows = await self._store.notifications(mark.number - 1, 1)
            if not rows or f"{rows[0].originator_id}/{rows[0].originator_version}" != mark.event:
                raise AnotherHistory(f"the stream has event {mark.number} of {self._store.service}, the store does not")

    async def _last_mark(self) -> tuple[int, Mark]:
        found = await self._last(self._marks)
        if found is None:
            return 0, Mark(0, 0, "")
        return found["seq"], Mark(**orjson.loads(base64.b64decode(found["data"])))

    async def _arrived(self, mark: Mark) -> bool:
        assert mark.subject
        found = await self._last(mark.subject)
        if found is None:
            return False
        lines = base64.b64decode(found["hdrs"]).decode().split("\r\n")
        number = next(line for line in lines if line.startswith("Dossier-Number:"))
        return int(number.partition(":")[2]) >= mark.number

    async def _last(self, subject: str) -> dict[str, Any] | None:
        """The last message on a literal subject, asked of the stream's leader."""
        try:
            answer = await ask(self._connection, f"$JS.API.STREAM.MSG.GET.{EVENTS}", {"last_by_subj": subject})
        except BrokerRefused as refused:
            if refused.code == _NO_MESSAGE:
                return None
            raise
        message: dict[str, Any] = answer["message"]
        return message

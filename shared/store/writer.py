"""The one writer of an event store in a process: everything that waits at the same moment is saved by one fsync."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from eventsourcing.persistence import StoredEvent

from shared.problems import Refusal
from shared.signal import Signal
from shared.store.engine import Engine
from shared.telemetry import histogram

_group = histogram("dossier.store.group", "{command}", "Commands saved by one transaction.")
_seconds = histogram("db.client.operation.duration", "s", "One transaction of the event store, with its fsync.")
GROUP = 128  # commands that one transaction carries at most


@dataclass(slots=True)
class _Waiting:
    events: list[StoredEvent]
    done: asyncio.Future[Sequence[int]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Writer:
    """Inserts events in the order in which they were given. A conflict in a group fails nobody else."""

    def __init__(self, engine: Engine) -> None:
        self.saved = Signal()
        self.last = 0
        """Number of the last event that this process knows to have been stored, receipts included."""
        self.strangers = 0
        """Times that another process was seen to have written."""
        self._engine = engine
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self.last = await self._engine.last()
        self._task = asyncio.create_task(self._write())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def insert(self, events: list[StoredEvent]) -> Sequence[int]:
        """Store all of them or none, fsynced; their numbers."""
        waiting = _Waiting(events)
        self._queue.put_nowait(waiting)
        return await waiting.done

    def _queued(self, most: int) -> list[_Waiting]:
        return [self._queue.get_nowait() for _ in range(min(most, self._queue.qsize()))]

    async def _write(self) -> None:
        while True:
            group = [await self._queue.get(), *self._queued(GROUP - 1)]
            _group(len(group))
            await self._record(group)
            self.saved.set()

    async def _record(self, group: list[_Waiting]) -> None:
        events = [event for waiting in group for event in waiting.events]
        began = perf_counter()
        try:
            numbers = await self._engine.insert(events, alone=len(group) == 1)
        except Refusal as refusal:
            # Nobody would fare better alone. Who came meanwhile is told at once: waiting in line takes as long again.
            _fail([*group, *self._queued(self._queue.qsize())], refusal)
        except Exception as error:  # noqa: BLE001 - it goes to whoever waits; the writer survives everything
            if len(group) == 1:
                _fail(group, error)
            else:
                for waiting in group:
                    await self._record([waiting])
        else:
            _seconds(perf_counter() - began, **{"db.system.name": self._engine.system, "db.operation.name": "INSERT"})
            self._recorded(group, numbers)

    def _recorded(self, group: list[_Waiting], numbers: Sequence[int]) -> None:
        if numbers[0] != self.last + 1:
            self.strangers += 1
        self.last = max(self.last, numbers[-1])
        taken = 0
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_result(numbers[taken : taken + len(waiting.events)])
            taken += len(waiting.events)


def _fail(group: Iterable[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)

"""The one writer of an event store: everything that waits at the same moment is saved by one fsync."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, cast

from eventsourcing.persistence import StoredEvent

from shared.signal import Signal
from shared.store.recorder import refusal
from shared.telemetry import histogram

_group = histogram("dossier.store.group", "{command}", "Commands saved by one transaction.")
GROUP = 128  # commands that one transaction carries at most
QUICK = 0.002  # seconds: a disk that took longer for the last transaction is waited for in a thread


@dataclass(slots=True)
class _Waiting:
    events: list[StoredEvent]
    done: asyncio.Future[Sequence[int]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Writer:
    """Inserts events in the order in which they were given. A conflict in a group fails nobody else."""

    def __init__(self, recorder: Any) -> None:
        self.saved = Signal()
        self.last = 0
        """Number of the last event, receipts included."""
        self.strangers = 0
        """Times that another process was seen to have written."""
        self._recorder = recorder
        self._thread = ThreadPoolExecutor(1, "events")
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._took = 0.0

    def open(self) -> None:
        self.last = self._recorder.max_notification_id() or 0
        self._task = asyncio.create_task(self._write())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown()

    async def insert(self, events: list[StoredEvent]) -> Sequence[int]:
        """Store all of them or none, fsynced; their numbers."""
        waiting = _Waiting(events)
        self._queue.put_nowait(waiting)
        return await waiting.done

    async def _write(self) -> None:
        while True:
            group = [await self._queue.get()]
            while not self._queue.empty() and len(group) < GROUP:
                group.append(self._queue.get_nowait())
            _group(len(group))
            await self._record(group)
            self.saved.set()

    async def _record(self, group: list[_Waiting]) -> None:
        try:
            numbers = await self._store([event for waiting in group for event in waiting.events], len(group))
        except Exception as error:  # noqa: BLE001 - it goes to whoever waits; the writer survives everything
            if len(group) > 1:
                for waiting in group:
                    await self._record([waiting])
            elif not group[0].done.done():
                group[0].done.set_exception(refusal(error))
            return
        if numbers[0] != self.last + 1:
            self.strangers += 1
        self.last = max(self.last, numbers[-1])
        taken = 0
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_result(numbers[taken : taken + len(waiting.events)])
            taken += len(waiting.events)

    async def _store(self, events: list[StoredEvent], commands: int) -> Sequence[int]:
        """One transaction: in a thread, unless a single command waits for a quick disk, which the hop would slow."""
        if commands == 1 and self._took < QUICK:
            return self._insert(events)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._insert, events)

    def _insert(self, events: list[StoredEvent]) -> Sequence[int]:
        began = perf_counter()
        try:
            return cast("Sequence[int]", self._recorder.insert_events(events))
        finally:
            self._took = perf_counter() - began

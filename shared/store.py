"""The event store of one service: aggregates in, aggregates out, everything that waits saved by one fsync.

The recorders are those of the `eventsourcing` library as they are (SQLite by default). Commands that wait at the same
moment share a transaction; a conflict in such a group is found again one by one, so that it fails nobody else.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.persistence import (
    InfrastructureFactory,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.sqlite import SQLiteApplicationRecorder
from eventsourcing.utils import Environment

from shared.context import current
from shared.messages import Accepted
from shared.problems import ChangedMeanwhile, Erased, NotFound, OutOfSpace, Unavailable
from shared.receipts import PRIVATE, Answer, Receipt, expected
from shared.sealing import KeyDestroyed, Keyring, Origin, SealingMapper, header, shapes_of, subjects_of
from shared.signal import Signal

A = TypeVar("A", bound=Aggregate)
GROUP = 128  # commands that one transaction carries at most
CACHED = 5_000  # aggregates kept in memory


class UnsafeDatabase(RuntimeError):
    """`POSTGRES_ENABLE_DB_FUNCTIONS` drops the table lock: readers then miss events (83 of 6,000 when measured)."""


@dataclass(slots=True)
class _Waiting:
    events: list[StoredEvent]
    done: asyncio.Future[Sequence[int]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class EventStore:
    """Loads and saves the aggregates of one service. One instance per process; `open` before use."""

    def __init__(self, service: str, folder: Path, aggregates: Sequence[type[Aggregate]], keyring: Keyring) -> None:
        if os.environ.get("POSTGRES_ENABLE_DB_FUNCTIONS"):
            raise UnsafeDatabase
        self.service = service
        self.saved = Signal()
        self.last = 0  # number of the last event, receipts included
        self._told = 0  # number of the last one that others hear of: what a position may name
        kinds: list[type[Aggregate]] = [*aggregates, Receipt]
        shapes = {topic: shape for kind in kinds for topic, shape in shapes_of(kind).items()}
        self._keyring = keyring
        self._mapper = SealingMapper(shapes, keyring)
        self._recorder = _recorder(service, folder)
        self._thread = ThreadPoolExecutor(1, "events")
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._idle: dict[UUID, Aggregate] = {}
        self._strangers = 0  # times that another process was seen to have written
        self._look = _look(self._recorder)
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self.last = self._recorder.max_notification_id() or 0
        self._told = self._last_told()
        self._writer = asyncio.create_task(self._write())

    async def close(self) -> None:
        if self._writer:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        self._thread.shutdown()

    def _last_told(self) -> int:
        start = self.last
        while start > 0:
            rows = self._recorder.select_notifications(max(1, start - GROUP + 1), GROUP, stop=start)
            if told := [row.id for row in rows if not row.topic.startswith(PRIVATE)]:
                return int(told[-1])
            start -= GROUP
        return 0

    async def load(self, kind: type[A], id: UUID) -> A:
        """The aggregate. `NotFound` if there is none of this kind, `ChangedMeanwhile` if `If-Match` objects."""
        known = self._idle.pop(id, None)
        aggregate = await self._replay(known, id)
        if not isinstance(aggregate, kind):
            raise NotFound
        context = current.get()
        if context.if_match is not None and context.target == id and context.if_match != aggregate.version:
            raise ChangedMeanwhile
        return aggregate

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """As `load`, None where there is nothing."""
        try:
            return await self.load(kind, id)
        except NotFound:
            return None

    async def _replay(self, aggregate: Aggregate | None, id: UUID) -> Aggregate | None:
        if aggregate is not None and self._look() == self.last:
            return aggregate  # nobody else has written since we did
        stored = self._recorder.select_events(id, gt=aggregate.version if aggregate else None)
        if stored:
            await self._keyring.ensure(subjects_of(header(event.state) for event in stored), create=False)
        for event in stored:
            aggregate = self._mapper.to_domain_event(event).mutate(aggregate)
        return aggregate

    async def peek(self, kind: type[A], id: UUID) -> A:
        """The aggregate to look at, not to change. Raises `NotFound`."""
        strangers = self._strangers
        aggregate = await self._replay(self._idle.pop(id, None), id)
        if not isinstance(aggregate, kind):
            raise NotFound
        if strangers == self._strangers:
            self._remember(aggregate)
        return aggregate

    async def save(self, *aggregates: Aggregate, answer: UUID | None = None) -> Accepted:
        """Record what the aggregates decided, all or nothing, fsynced; answer for the first of them.

        `answer` is the id to answer with, for a thing that was made inside the first aggregate.

        Raises `RecordConflictError` when somebody else was quicker, `OutOfSpace` or `Unavailable` when the store is.
        """
        changed = [aggregate for aggregate in aggregates if aggregate.pending_events]
        events = await self._seal(aggregates)
        first, position = aggregates[0], self._told
        answer = answer or first.id
        private = self._receipt(answer, first.version, events)
        if events or private:
            waiting = _Waiting([*events, *private])
            self._waiting.put_nowait(waiting)
            numbers = await waiting.done
            position = numbers[len(events) - 1] if events else position
            self._told = max(self._told, position)
        for aggregate in changed:  # the others may have become old meanwhile
            self._remember(aggregate)
        return Accepted(id=answer, version=first.version, position=f"{self.service}={position}")

    def _receipt(self, answer: UUID, version: int, events: list[StoredEvent]) -> list[StoredEvent]:
        awaited = expected.get()
        if awaited is None:
            return []
        last_id, last_version = (str(events[-1].originator_id), events[-1].originator_version) if events else (None, 0)
        receipt = awaited.issue(Answer(awaited.body, str(answer), version, last_id, last_version, number=self._told))
        return [self._mapper.seal(event, _origin(receipt)) for event in receipt.collect_events()]

    async def answered(self, answer: Answer) -> Accepted:
        """What `save` answered when the receipt was issued."""
        number = answer.number if answer.last_id is None else self._number(UUID(answer.last_id), answer.last_version)
        return Accepted(id=UUID(answer.subject), version=answer.version_reached, position=f"{self.service}={number}")

    async def _seal(self, aggregates: Sequence[Aggregate]) -> list[StoredEvent]:
        pending = []
        for aggregate in aggregates:
            origin = _origin(aggregate)
            for event in aggregate.collect_events():
                own = self._mapper.shape(event).subject
                subject = str(getattr(event, own)) if own else origin.subject
                pending.append((event, Origin(subject, origin.scope, origin.meta)))
        subjects = {o.subject for e, o in pending if o.subject and self._mapper.shape(e).personal}
        await self._keyring.ensure(subjects, create=True)
        try:
            return [self._mapper.seal(event, origin) for event, origin in pending]
        except KeyDestroyed:
            raise Erased from None

    def _remember(self, aggregate: Aggregate) -> None:
        while len(self._idle) >= CACHED:
            self._idle.pop(next(iter(self._idle)))
        self._idle[aggregate.id] = aggregate

    async def _write(self) -> None:
        while True:
            group = [await self._waiting.get()]
            while not self._waiting.empty() and len(group) < GROUP:
                group.append(self._waiting.get_nowait())
            await self._record(group)
            self.saved.set()

    async def _record(self, group: list[_Waiting]) -> None:
        try:
            numbers = await self._insert([event for waiting in group for event in waiting.events])
        except Exception as error:  # noqa: BLE001 - it goes to whoever waits; the writer survives everything
            if len(group) > 1:
                for waiting in group:
                    await self._record([waiting])
            elif not group[0].done.done():
                group[0].done.set_exception(_refusal(error))
            return
        if numbers[0] != self.last + 1:
            self._strangers += 1
            self._idle.clear()
        self.last = max(self.last, numbers[-1])
        taken = 0
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_result(numbers[taken : taken + len(waiting.events)])
            taken += len(waiting.events)

    async def _insert(self, events: list[StoredEvent]) -> Sequence[int]:
        loop = asyncio.get_running_loop()
        numbers = await loop.run_in_executor(self._thread, self._recorder.insert_events, events)
        return cast("Sequence[int]", numbers)

    async def notifications(self, after: int, limit: int) -> Sequence[Notification]:
        """Stored events in the order of their numbers, from `after` on (exclusive), at most `limit`."""
        return cast("Sequence[Notification]", self._recorder.select_notifications(after + 1, limit))

    def _number(self, id: UUID, version: int) -> int:
        recorder = self._recorder
        table = recorder.events_table_name
        statement = f"SELECT rowid FROM {table} WHERE originator_id=? AND originator_version=?"  # noqa: S608
        with recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute(statement, (id.hex, version))
            return int(cursor.fetchone()[0])


def _look(recorder: Any) -> Callable[[], int | None]:
    """What tells the number of the last stored event: in 5 µs where the recorder takes 50 to look for newer events.

    None, which is never the last number, for other databases than SQLite.
    """
    if not isinstance(recorder, SQLiteApplicationRecorder):
        return lambda: None
    connection = sqlite3.connect(recorder.datastore.pool.db_name, uri=True, isolation_level=None)
    statement = f"SELECT coalesce(max(rowid), 0) FROM {recorder.events_table_name}"  # noqa: S608
    return lambda: int(connection.execute(statement).fetchone()[0])


def _origin(aggregate: Aggregate) -> Origin:
    """`SUBJECT` and `SCOPE` name the aggregate's attributes that hold the person's id and the dossier's id."""
    values = []
    for name in ("SUBJECT", "SCOPE"):
        attribute = getattr(aggregate, name, None)
        value = getattr(aggregate, attribute) if attribute else None
        values.append(None if value is None else str(value))
    return Origin(values[0], values[1], current.get().meta())


def _refusal(error: Exception) -> Exception:
    """What a failed insert means to the command that waits for it."""
    if isinstance(error, OperationalError):
        cause = error.__cause__
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return OutOfSpace()
        return Unavailable()
    return error


def _recorder(service: str, folder: Path) -> Any:
    """The library's recorder by its own environment variables; an SQLite file in the service's folder by default."""
    defaults = {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SQLITE_DBNAME": str(folder / "events.db"),
        "SQLITE_LOCK_TIMEOUT": "10",
    }
    factory = InfrastructureFactory.construct(Environment(service, {**defaults, **os.environ}))
    return factory.application_recorder()

"""An event store in a PostgreSQL database, a schema per service, which many machines can share.

The library's recorder takes a lock on the table for each transaction, so that numbers are in the order of commits and
nobody who reads the log passes over an event that is committed later.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from inspect import unwrap
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    InternalError,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg.sql import SQL, Identifier

from shared.postgres import patiently
from shared.store.postgres_recorder import READERS

T = TypeVar("T")
_FAILURES = (OperationalError, InterfaceError, InternalError)
# Where all of the events stand as they are given, their numbers; else fewer rows.
_FOUND = """\
SELECT stored.notification_id FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[])
WITH ORDINALITY AS given (id, version, state, place) JOIN {table} AS stored
ON originator_id = given.id AND originator_version = given.version AND stored.state = given.state ORDER BY place"""
_NUMBER = "SELECT notification_id FROM {table} WHERE originator_id = %s AND originator_version = %s"


class PostgresEngine:
    """All of it in threads, for it waits for a network; see `Engine`."""

    system = "postgresql"

    def __init__(self, recorder: PostgresApplicationRecorder) -> None:
        self.recorder = recorder
        self._table = Identifier(recorder.datastore.schema, recorder.events_table_name)
        self._writing = ThreadPoolExecutor(1, "events")
        self._reading = ThreadPoolExecutor(READERS, "reading")

    async def insert(self, events: Sequence[StoredEvent], *, alone: bool) -> Sequence[int]:
        return await _within(self._writing, lambda: self._insert(events))

    def _insert(self, events: Sequence[StoredEvent]) -> Sequence[int]:
        """Once. A conflict may be one with ourselves: a transaction whose commit was never heard of."""
        try:
            return _once(self.recorder.insert_events)(events)  # type: ignore[no-any-return]
        except IntegrityError:
            numbers = self._found(events)
            if len(numbers) < len(events):
                raise
            return numbers

    def _found(self, events: Sequence[StoredEvent]) -> Sequence[int]:
        """Stored states are unique: they hold the moment, the request and, where sealed, random bytes."""
        columns = zip(*((e.originator_id, e.originator_version, e.state) for e in events), strict=True)
        return self._numbers(_FOUND, [list(column) for column in columns])

    def _numbers(self, statement: str, values: list[Any]) -> list[int]:
        with self.recorder.datastore.cursor() as cursor:
            cursor.execute(SQL(statement).format(table=self._table), values)
            return [row["notification_id"] for row in cursor.fetchall()]

    async def events(self, id: UUID, after: int | None) -> Sequence[StoredEvent]:
        return await self._read(lambda: _once(self.recorder.select_events)(id, gt=after))

    async def notifications(self, after: int, limit: int) -> Sequence[Notification]:
        return await self._read(lambda: _once(self.recorder.select_notifications)(after + 1, limit))

    async def number_of(self, id: UUID, version: int) -> int:
        return (await self._read(lambda: self._numbers(_NUMBER, [id, version])))[0]

    async def last(self) -> int:
        return await self._read(lambda: _once(self.recorder.max_notification_id)()) or 0

    def look(self) -> int | None:
        return None

    async def _read(self, call: Callable[[], T]) -> T:
        return await _within(self._reading, call)

    def close(self) -> None:
        self._writing.shutdown()
        self._reading.shutdown()
        self.recorder.datastore.close()


async def _within(threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, patiently, call, _FAILURES)


def _once(method: Callable[..., Any]) -> Callable[..., Any]:
    """The recorder's method without the library's ten tries, which take a minute before anybody is told."""
    function: Callable[..., Any] = unwrap(method).__get__(getattr(method, "__self__", None))
    return function

"""An event store in an SQLite file, which the processes of one machine can share."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import cast
from uuid import UUID

from eventsourcing.persistence import Notification, OperationalError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

from shared.problems import OutOfSpace, Unavailable
from shared.process import distrusted

QUICK = 0.002  # seconds: a disk that took longer for the last transaction is waited for in a thread


class SqliteEngine:
    """Reads on the event loop, where they take microseconds; see `Engine`."""

    system = "sqlite"

    def __init__(self, recorder: SQLiteApplicationRecorder) -> None:
        self.recorder = recorder
        self._table = recorder.events_table_name
        self._thread = ThreadPoolExecutor(1, "events")
        self._took = 0.0
        self._failed = False
        self._looking = sqlite3.connect(recorder.datastore.pool.db_name, isolation_level=None)
        # What the log holds may be in memory only, and count as written there, if a sync failed before the last end.
        self._looking.execute("PRAGMA wal_checkpoint").fetchone()
        self._look = f"SELECT coalesce(max(rowid), 0) FROM {self._table}"  # noqa: S608

    async def insert(self, events: Sequence[StoredEvent], *, alone: bool) -> Sequence[int]:
        """In a thread, unless a single command waits for a quick disk, which the hop would slow."""
        if alone and self._took < QUICK:
            return self._insert(events)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._insert, events)

    def _insert(self, events: Sequence[StoredEvent]) -> Sequence[int]:
        if self._failed:
            raise Unavailable
        began = perf_counter()
        try:
            with _translated():
                return cast("Sequence[int]", self.recorder.insert_events(events))
        except Unavailable as error:
            self._failed = distrusted(_cause(error.__cause__))
            raise
        finally:
            self._took = perf_counter() - began

    async def events(self, id: UUID, after: int | None) -> Sequence[StoredEvent]:
        with _translated():
            return self.recorder.select_events(id, gt=after)

    async def notifications(self, after: int, limit: int) -> Sequence[Notification]:
        with _translated():
            return self.recorder.select_notifications(after + 1, limit)

    async def number_of(self, id: UUID, version: int) -> int:
        statement = f"SELECT rowid FROM {self._table} WHERE originator_id=? AND originator_version=?"  # noqa: S608
        with _translated(), self.recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute(statement, (id.hex, version))
            return int(cursor.fetchone()[0])

    async def last(self) -> int:
        with _translated():
            return self.recorder.max_notification_id() or 0

    def look(self) -> int | None:
        """In 5 µs, where the recorder takes 50 to look for newer events."""
        try:
            return int(self._looking.execute(self._look).fetchone()[0])
        except sqlite3.Error:
            return None  # whoever reads next is told

    def close(self) -> None:
        self._thread.shutdown()
        self._looking.close()
        self.recorder.datastore.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the file as the refusals that callers get for them."""
    try:
        yield
    except OperationalError as error:
        cause = _cause(error)
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise OutOfSpace from error
        raise Unavailable from error


def _cause(error: BaseException | None) -> BaseException | None:
    """SQLite's own error behind one that the library passes on."""
    return error.__cause__ if error else None

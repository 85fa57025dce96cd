"""The recorder of the `eventsourcing` library as it is, and the few questions that it has no words for."""

import os
import sqlite3
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory, OperationalError
from eventsourcing.sqlite import SQLiteApplicationRecorder
from eventsourcing.utils import Environment

from shared.problems import OutOfSpace, Unavailable


class UnsafeDatabase(RuntimeError):
    """`POSTGRES_ENABLE_DB_FUNCTIONS` drops the table lock: readers then miss events (83 of 6,000 when measured)."""


def make_recorder(service: str, folder: Path) -> Any:
    """The library's recorder by its own environment variables; an SQLite file in the service's folder by default."""
    if os.environ.get("POSTGRES_ENABLE_DB_FUNCTIONS"):
        raise UnsafeDatabase
    defaults = {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "SQLITE_DBNAME": str(folder / "events.db"),
        "SQLITE_LOCK_TIMEOUT": "10",
    }
    factory = InfrastructureFactory.construct(Environment(service, {**defaults, **os.environ}))
    return factory.application_recorder()


class Look:
    """Tells the number of the last stored event, in 5 µs where the recorder takes 50 to look for newer events.

    None, which is never the last number, for other databases than SQLite.
    """

    def __init__(self, recorder: Any) -> None:
        self._connection: sqlite3.Connection | None = None
        if isinstance(recorder, SQLiteApplicationRecorder):
            name = recorder.datastore.pool.db_name
            self._connection = sqlite3.connect(name, uri=True, isolation_level=None)
            self._statement = f"SELECT coalesce(max(rowid), 0) FROM {recorder.events_table_name}"  # noqa: S608

    def __call__(self) -> int | None:
        return int(self._connection.execute(self._statement).fetchone()[0]) if self._connection else None

    def close(self) -> None:
        if self._connection:
            self._connection.close()


def number_of(recorder: Any, id: UUID, version: int) -> int:
    """The number of one event."""
    table = recorder.events_table_name
    statement = f"SELECT rowid FROM {table} WHERE originator_id=? AND originator_version=?"  # noqa: S608
    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute(statement, (id.hex, version))
        return int(cursor.fetchone()[0])


def refusal(error: Exception) -> Exception:
    """What a failed insert means to the command that waits for it."""
    if isinstance(error, OperationalError):
        cause = error.__cause__
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return OutOfSpace()
        return Unavailable()
    return error

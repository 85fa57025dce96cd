"""The recorders of the `eventsourcing` library as they are, made for one service."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from eventsourcing.persistence import OperationalError
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteFactory
from eventsourcing.utils import Environment, retry
from pydantic import SecretStr

_LOCKED = 4  # seconds for which another process's lock on an SQLite file is waited for: less than callers wait
_UNSAFE = "POSTGRES_ENABLE_DB_FUNCTIONS"


class UnsafeDatabase(RuntimeError):
    """`POSTGRES_ENABLE_DB_FUNCTIONS` drops the table lock: readers then miss events (83 of 6,000 when measured)."""


def refuse_unsafe(service: str) -> None:
    """Raises `UnsafeDatabase` if the environment says so."""
    for name in (_UNSAFE, f"{service.upper()}_{_UNSAFE}"):  # the library reads both
        if os.environ.get(name):
            raise UnsafeDatabase(f"{name} is set: take it out of the environment")


def make_recorder(service: str, folder: Path, url: SecretStr | None = None) -> Any:
    """On the service's schema in the PostgreSQL database of that URL; without one, on the folder's `events.db`."""
    refuse_unsafe(service)
    if url is None:
        return _sqlite(service, folder / "events.db")
    # psycopg wants libpq, which a machine with files alone need not have.
    from shared.store.postgres_recorder import postgres_recorder

    return postgres_recorder(service, url)


@retry((OperationalError, sqlite3.OperationalError), max_attempts=40, wait=0.05)
def _sqlite(service: str, path: Path) -> SQLiteApplicationRecorder:
    """Who opens a new file beside another process finds it locked for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    environment = {"SQLITE_DBNAME": str(path), "SQLITE_LOCK_TIMEOUT": str(_LOCKED)}
    recorder = SQLiteFactory(Environment(service, environment)).application_recorder()
    assert isinstance(recorder, SQLiteApplicationRecorder)
    return recorder

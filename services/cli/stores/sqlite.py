"""The stores of the embedded engine: an SQLite file each."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from services.cli.stores.rows import Event, Key
from shared.keys import KeyDatabase
from shared.store.recorder import make_recorder

_EVENTS = "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events ORDER BY rowid"
_KEYS = "SELECT subject, wrapped, destroyed_at FROM keys ORDER BY subject"


@dataclass(frozen=True)
class SqliteEvents:
    """The event store of one service: `events.db` in the service's folder."""

    service: str
    folder: Path

    @contextmanager
    def reading(self) -> Iterator[Iterator[Event]]:
        """All events as they stand at this moment, in order; read at leisure while others write."""
        with _snapshot(self.folder / "events.db", "stored_events", _EVENTS) as rows:
            yield (Event(number, UUID(id), version, topic, _bytes(state)) for number, id, version, topic, state in rows)

    def write(self, events: Iterable[Event]) -> None:
        """Store all of them under their numbers, or none. The store must be empty."""
        self.folder.mkdir(parents=True, exist_ok=True)
        recorder = make_recorder(self.service, self.folder)
        statement = (
            f"INSERT INTO {recorder.events_table_name} (rowid, originator_id, originator_version, topic, state) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?)"
        )
        try:
            with recorder.datastore.transaction(commit=True) as cursor:
                cursor.executemany(statement, ((e.number, e.aggregate.hex, *e[2:]) for e in events))
        finally:
            recorder.datastore.close()

    def __str__(self) -> str:
        return str(self.folder / "events.db")

    def sound(self) -> bool:
        """Whether the file is what SQLite wrote: its own integrity check."""
        path = self.folder / "events.db"
        if not path.exists():
            return True
        try:
            with closing(_open(path)) as db:
                return bool(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False


@dataclass(frozen=True)
class SqliteKeys:
    """The key database: one file, which is made with the master key at hand."""

    path: Path

    @contextmanager
    def reading(self) -> Iterator[Iterator[Key]]:
        """All rows as they stand at this moment, in the order of their subjects."""
        with _snapshot(self.path, "keys", _KEYS) as rows:
            yield (Key(*row) for row in rows)

    def write(self, keys: Iterable[Key]) -> None:
        """Store all rows or none. The database must be empty."""
        KeyDatabase(self.path, bytes(32)).close()  # makes the table; nothing is wrapped here
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db, db:
            db.execute("PRAGMA synchronous=FULL")
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO keys (subject, wrapped, destroyed_at) VALUES (?, ?, ?)", keys)

    def __str__(self) -> str:
        return str(self.path)


def _bytes(state: bytes | str) -> bytes:
    """SQLite keeps whatever it was given, in whatever column."""
    return state.encode() if isinstance(state, str) else state


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)


@contextmanager
def _snapshot(path: Path, table: str, statement: str) -> Iterator[Iterator[Any]]:
    """The rows of a statement at this moment; none where there is no file or table yet."""
    if not path.exists():
        yield iter(())
        return
    with closing(_open(path)) as db:
        db.execute("BEGIN")  # the first read, here and now, fixes what all later ones see
        found = db.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        yield db.execute(statement) if found else iter(())

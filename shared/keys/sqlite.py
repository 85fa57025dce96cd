"""Wrapped keys in an SQLite file."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.problems import OutOfSpace, Unavailable
from shared.process import distrusted

_SCHEMA = "CREATE TABLE IF NOT EXISTS keys (subject TEXT PRIMARY KEY, wrapped BLOB, destroyed_at TEXT) WITHOUT ROWID"
_LOCKED = 4  # seconds for which another process's lock on the file is waited for: less than callers wait


class SqliteTable:
    """See `shared.keys.database.Table`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=_LOCKED)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute(_SCHEMA)
        self._db.execute("PRAGMA wal_checkpoint")  # see `distrusted`
        self._failed = False
        path.chmod(0o600)

    def find(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        statement = "SELECT subject, wrapped FROM keys WHERE subject=?"
        with _translated():
            rows = [self._db.execute(statement, (subject,)).fetchone() for subject in subjects]
        return {row[0]: row[1] for row in rows if row}

    def add(self, wrapped: Mapping[str, bytes]) -> None:
        with self._transaction():
            self._db.executemany("INSERT OR IGNORE INTO keys (subject, wrapped) VALUES (?, ?)", list(wrapped.items()))

    def destroy(self, subject: str, at: str) -> None:
        with self._transaction():
            self._db.execute(
                "INSERT INTO keys VALUES (?, NULL, ?) ON CONFLICT (subject) DO UPDATE SET wrapped=NULL, destroyed_at=?",
                (subject, at, at),
            )
        with _translated():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._failed:
            raise Unavailable
        try:
            with _translated(), self._db:
                self._db.execute("BEGIN IMMEDIATE")
                yield
        except Unavailable as error:
            self._failed = distrusted(error.__cause__)
            raise

    def close(self) -> None:
        self._db.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the file as the refusals that callers get for them."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise OutOfSpace from error
        raise Unavailable from error

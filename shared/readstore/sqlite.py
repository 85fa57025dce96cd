"""The read store in one SQLite file: the process that claimed it writes, others read."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from collections.abc import Collection as Values
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import orjson

from shared.problems import Unavailable
from shared.readstore.conditions import Condition
from shared.readstore.interface import Batch, Collection, Document, Hit, Key, Order, Page
from shared.readstore.sqlite_batch import SqliteBatch, checkpoint
from shared.readstore.sqlite_find import Questions
from shared.readstore.sqlite_owner import check, others, take
from shared.readstore.sqlite_schema import STORE, declare, drop, problem, rows

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",  # a power cut may undo the last batches with their checkpoints: they are read again
    "PRAGMA secure_delete = OFF",  # some SQLites are built with it: `scrub` does the same, once, when it is needed
    "PRAGMA wal_autocheckpoint = 8000",  # pages: what is written over again and again is carried over once
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384",  # KiB
    "PRAGMA journal_size_limit = 67108864",  # bytes
)


class SqliteReadStore:
    """`ReadStore` on SQLite. Calls do not leave the event loop's thread: they take microseconds.

    `patience`: seconds to wait for another process that holds the file, before `Unavailable`.
    """

    def __init__(self, path: Path | str, *, patience: float = 1.0) -> None:
        self._path, self._patience = path, patience
        self._writer = _connect(path, patience)
        self._reader = _connect(path, patience)
        self._lock = asyncio.Lock()
        try:
            self._writer.executescript(STORE)
        except sqlite3.OperationalError as error:
            raise problem(error) from error
        rows(self._reader, "PRAGMA query_only = ON")
        self._read, self._write = Questions(self._reader), Questions(self._writer)
        self._owner: int | None = None
        self._hot: dict[str, dict[str, bytes]] = {}
        self._seen = 0

    async def claim(self) -> None:
        async with self._lock:
            self._claim()

    def _claim(self) -> None:
        with self._transaction():
            owner = take(self._writer)
        self._owner = owner

    async def declare(self, *collections: Collection) -> None:
        async with self._lock:
            with self._transaction():
                check(self._writer, self._owner)
                for collection in collections:
                    declare(self._writer, collection)

    async def drop(self, collection: Collection | str) -> None:
        async with self._lock:
            with self._transaction():
                check(self._writer, self._owner)
                name = collection if isinstance(collection, str) else collection.name
                drop(self._writer, name)
                self._hot.pop(name, None)

    async def collections(self) -> list[str]:
        return [name for (name,) in rows(self._reader, "SELECT name FROM collection ORDER BY name")]

    async def get(self, collection: Collection, id: str) -> Document | None:
        if not collection.hot:
            return self._read.get(collection, id)
        held = self._fresh().setdefault(collection.name, {})
        if id not in held and (stored := self._read.raw(collection, id)) is not None:
            held[id] = stored
        return orjson.loads(held[id]) if id in held else None

    def _fresh(self) -> dict[str, dict[str, bytes]]:
        """The documents in memory; none, if another process has written: its own writes the writer does not count."""
        seen = others(self._writer)
        if seen != self._seen:
            self._hot.clear()
            self._seen = seen
        return self._hot

    async def scan(self, collection: Collection, after: str = "", limit: int = 1_000) -> list[tuple[str, Document]]:
        sql = f"SELECT id, document FROM d_{collection.name} WHERE id > ? ORDER BY id LIMIT ?"
        return [(id, orjson.loads(document)) for id, document in rows(self._reader, sql, (after, limit))]

    async def get_raw(self, collection: Collection, id: str) -> bytes | None:
        return self._read.raw(collection, id)

    async def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        return self._read.get_many(collection, ids)

    async def find(
        self,
        collection: Collection,
        *conditions: Condition,
        order: Sequence[Order] = (),
        after: Key | None = None,
        limit: int = 50,
    ) -> Page:
        return self._read.find(collection, conditions, order, after, limit)

    async def count(self, collection: Collection, *conditions: Condition) -> int:
        return self._read.count(collection, conditions)

    async def search(self, collection: Collection, query: str, *conditions: Condition, limit: int = 50) -> list[Hit]:
        return self._read.search(collection, query, conditions, limit)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        async with self._lock:
            if self._owner is None:
                self._claim()
            batch = SqliteBatch(self._write, self._owner)
            try:
                yield batch
                batch.commit()
            finally:
                batch.rollback()  # nothing is left to undo after a commit
                for name in batch.touched & self._hot.keys():
                    del self._hot[name]

    async def checkpoint(self, name: str) -> dict[str, int]:
        return checkpoint(self._reader, name)

    async def scrub(self) -> None:
        async with self._lock:  # batches wait, reading goes on
            await asyncio.to_thread(_scrub, self._path, self._patience)

    async def close(self) -> None:
        self._reader.close()
        self._writer.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        rows(self._writer, "BEGIN IMMEDIATE")
        try:
            yield
            rows(self._writer, "COMMIT")
        finally:
            if self._writer.in_transaction:
                self._writer.rollback()


def _connect(path: Path | str, patience: float) -> sqlite3.Connection:
    connection = _open(path, patience)
    for setting in _SETTINGS:
        rows(connection, setting)
    return connection


def _open(path: Path | str, patience: float) -> sqlite3.Connection:
    try:
        return sqlite3.connect(path, timeout=patience, isolation_level=None, cached_statements=512)
    except sqlite3.OperationalError as error:
        raise problem(error) from error


def _scrub(path: Path | str, patience: float) -> None:
    """Free pages and gaps within pages keep what was deleted, and so do the trigrams until they are merged."""
    with closing(_open(path, patience)) as connection:
        for (index,) in rows(connection, "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'"):
            rows(connection, f'INSERT INTO "{index}" ("{index}") VALUES (\'optimize\')')
        rows(connection, "VACUUM")
        if rows(connection, "PRAGMA wal_checkpoint(TRUNCATE)")[0][0]:  # the log still holds pages as they were
            raise Unavailable

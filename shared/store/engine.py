"""What an event store is kept in: a recorder of the `eventsourcing` library, and questions that it has no words for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from pydantic import SecretStr

from shared.store.recorder import make_recorder
from shared.store.sqlite import SqliteEngine


class Engine(Protocol):
    """One service's log on disk. All methods raise `Unavailable` when the store cannot be reached now."""

    system: str
    """As OpenTelemetry names it."""

    async def insert(self, events: Sequence[StoredEvent], *, alone: bool) -> Sequence[int]:
        """Store all of them or none, on disk before this returns; their numbers, which are in the order of commits.

        `alone`: a single command waits for it. Raises `RecordConflictError` when a version is taken, `OutOfSpace`.
        """

    async def events(self, id: UUID, after: int | None) -> Sequence[StoredEvent]:
        """An aggregate's events from version `after` on (exclusive)."""

    async def notifications(self, after: int, limit: int) -> Sequence[Notification]:
        """Events in the order of their numbers, from `after` on (exclusive)."""

    async def number_of(self, id: UUID, version: int) -> int:
        """The number of one event, which must exist."""

    async def last(self) -> int:
        """The number of the last event, 0 if there is none."""

    def look(self) -> int | None:
        """As `last` where that can be said in microseconds; None, which is never the last number, elsewhere."""

    def close(self) -> None: ...


async def open_engine(service: str, folder: Path, url: SecretStr | None) -> Engine:
    """Over the recorder that `make_recorder` makes, for which a server that is not there yet is waited for."""
    if url is None:
        return SqliteEngine(make_recorder(service, folder))
    # psycopg wants libpq, which a machine with files alone need not have.
    from shared.postgres import once_there
    from shared.store.postgres import PostgresEngine

    return PostgresEngine(await asyncio.to_thread(once_there, lambda: make_recorder(service, folder, url)))

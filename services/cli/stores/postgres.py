"""The stores on PostgreSQL: a schema for each service and one for the keys. Imported late: psycopg wants libpq."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click import ClickException
from psycopg import Connection, Error, IsolationLevel, connect
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier
from pydantic import SecretStr

from services.cli.stores.rows import Event, Key
from shared.keys import KeyDatabase
from shared.postgres import NotPostgres, parameters
from shared.store.recorder import make_recorder

_EVENTS = (
    "SELECT notification_id, originator_id, originator_version, topic, state FROM {table} ORDER BY notification_id"
)
_COPY_EVENTS = "COPY {table} (notification_id, originator_id, originator_version, topic, state) FROM STDIN"
_NEXT_NUMBER = (
    "SELECT setval(pg_get_serial_sequence(%s, 'notification_id'), max(notification_id)) FROM {table} "
    "HAVING count(*) > 0"
)
_KEYS = 'SELECT subject, wrapped, destroyed_at FROM {table} ORDER BY subject COLLATE "C"'
_COPY_KEYS = "COPY {table} (subject, wrapped, destroyed_at) FROM STDIN"
_AT_ONCE = 1_000  # rows that travel together


@dataclass(frozen=True)
class PostgresEvents:
    """The event store of one service: its schema."""

    service: str
    url: SecretStr

    @property
    def _name(self) -> str:
        return f"{self.service}.{self.service}_events"

    @contextmanager
    def reading(self) -> Iterator[Iterator[Event]]:
        """All events as they stand at this moment, in order; read at leisure while others write."""
        with _snapshot(self.url, self._name, _EVENTS) as rows:
            yield (Event(number, id, version, topic, bytes(state)) for number, id, version, topic, state in rows)

    def write(self, events: Iterable[Event]) -> None:
        """Store all of them under their numbers, or none. The store must be empty."""
        with _told():
            make_recorder(self.service, Path(), self.url).datastore.close()  # makes the table
        with _all_or_nothing(self.url) as connection:
            _copy(connection, _sql(_COPY_EVENTS, self._name), events)
            connection.execute(_sql(_NEXT_NUMBER, self._name), [self._name])

    def __str__(self) -> str:
        return f"The event store of {self.service} on PostgreSQL"


@dataclass(frozen=True)
class PostgresKeys:
    """The key database."""

    url: SecretStr

    @contextmanager
    def reading(self) -> Iterator[Iterator[Key]]:
        """All rows as they stand at this moment, in the order of their subjects."""
        with _snapshot(self.url, "keys.keys", _KEYS) as rows:
            yield (Key(subject, None if wrapped is None else bytes(wrapped), at) for subject, wrapped, at in rows)

    def write(self, keys: Iterable[Key]) -> None:
        """Store all rows or none. The database must be empty."""
        with _told():
            KeyDatabase(Path(), bytes(32), self.url).close()  # makes the table; nothing is wrapped here
        with _all_or_nothing(self.url) as connection:
            _copy(connection, _sql(_COPY_KEYS, "keys.keys"), keys)

    def __str__(self) -> str:
        return "The key database on PostgreSQL"


def _sql(statement: str, name: str) -> Composed:
    return SQL(statement).format(table=Identifier(*name.split(".")))


@contextmanager
def _told() -> Iterator[None]:
    """What the server or its address is to blame for, as a message."""
    try:
        yield
    except (Error, NotPostgres) as error:
        raise ClickException(f"PostgreSQL: {error}".strip()) from error


@contextmanager
def _snapshot(url: SecretStr, name: str, statement: str) -> Iterator[Iterator[Any]]:
    with _told(), connect(**parameters(url, "copy")) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        # The first statement, here and now, fixes what all later ones see.
        found = connection.execute("SELECT to_regclass(%s)", [name]).fetchone()
        if not found or found[0] is None:
            yield iter(())
            return
        with connection.cursor(name="copy") as cursor:
            cursor.itersize = _AT_ONCE
            yield iter(cursor.execute(_sql(statement, name)))


@contextmanager
def _all_or_nothing(url: SecretStr) -> Iterator[Connection[TupleRow]]:
    with _told(), connect(**parameters(url, "copy")) as connection, connection.transaction():
        yield connection


def _copy(connection: Connection[TupleRow], statement: Composed, rows: Iterable[Event | Key]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)

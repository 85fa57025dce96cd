"""Wrapped keys in a PostgreSQL database."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from psycopg import Connection, OperationalError, connect
from psycopg.rows import TupleRow
from pydantic import SecretStr

from shared.postgres import Impatient, parameters, patiently

_log = logging.getLogger(__name__)
T = TypeVar("T")
_FIND = "SELECT subject, wrapped FROM keys.keys WHERE subject = ANY(%s)"
_ADD = "INSERT INTO keys.keys (subject, wrapped) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_DESTROY = """\
INSERT INTO keys.keys (subject, destroyed_at) VALUES (%s, %s)
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at"""
_TABLE = "CREATE TABLE keys.keys (subject text PRIMARY KEY, wrapped bytea, destroyed_at text)"


class PostgresTable:
    """See `shared.keys.database.Table`. One connection, made again when the server has been away."""

    def __init__(self, url: SecretStr) -> None:
        self._server = parameters(url, "keys")
        self._connection: Connection[TupleRow] | None = None
        self._made = False
        try:
            self._make()
        except OperationalError as error:
            _log.warning("the key database is not there yet: %s", error)

    def _make(self) -> None:
        with connect(**self._server, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext('dossier.keys'))")  # until the connection ends
            seen = connection.execute("SELECT to_regnamespace('keys'), to_regclass('keys.keys')").fetchone()
            schema, table = seen or (None, None)
            # What is there already is left alone: a role that may only read and write is enough for it.
            if not schema:
                connection.execute("CREATE SCHEMA keys")
            if not table:
                connection.execute(_TABLE)
        self._made = True

    def find(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        return dict(self._with(lambda c: c.execute(_FIND, [list(subjects)]).fetchall()))

    def add(self, wrapped: Mapping[str, bytes]) -> None:
        def insert(connection: Connection[TupleRow]) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(_ADD, sorted(wrapped.items()))  # in one order everywhere: no deadlock

        self._with(insert)

    def destroy(self, subject: str, at: str) -> None:
        """The table is written afresh, without what was in it before. The server's own log and backups pass away."""
        self._with(lambda c: c.execute(_DESTROY, [subject, at]))
        self._with(lambda c: c.execute("VACUUM FULL keys.keys"))

    def _with(self, call: Callable[[Connection[TupleRow]], T]) -> T:
        def attempt() -> T:
            if not self._made:
                self._make()
            if self._connection is None or self._connection.closed:
                self._connection = Impatient[TupleRow].connect(**self._server, autocommit=True)
            return call(self._connection)

        return patiently(attempt)

    def close(self) -> None:
        if self._connection:
            self._connection.close()

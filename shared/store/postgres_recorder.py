"""The library's recorder on PostgreSQL, made for one service. Imported where there is a URL: psycopg wants libpq."""

from typing import Any

from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresFactory
from eventsourcing.utils import Environment
from psycopg import connect
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr

from shared.postgres import Impatient, parameters

READERS = 3  # loads and tails of a process that the server answers at the same moment
_TUNING = {
    "POSTGRES_LOCK_TIMEOUT": "3",  # seconds
    "POSTGRES_POOL_SIZE": "1",
    "POSTGRES_MAX_OVERFLOW": str(READERS),
    "POSTGRES_CONNECT_TIMEOUT": "1",  # seconds until the pool says that it has no connection
}


def postgres_recorder(service: str, url: SecretStr) -> PostgresApplicationRecorder:
    """Over the service's schema, which is made if it is not there. Raises psycopg's `Error` if that cannot be."""
    server = parameters(url, service)
    with connect(**server, autocommit=True) as connection:
        # Instances of a service that start together make the same things: one after the other. It ends with the lock.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [f"dossier.{service}"])
        names = [service, f"{service}.{service}_events"]
        schema, table = connection.execute("SELECT to_regnamespace(%s), to_regclass(%s)", names).fetchone() or (0, 0)
        if not schema:
            connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(service)))
        # What is there already is left alone: a role that may only read and write is enough for it.
        made = {"POSTGRES_SCHEMA": service, "CREATE_TABLE": "no" if table else "yes"}
        factory = PostgresFactory(Environment(service, made | _TUNING | _named(server)))
        _connecting(factory.datastore, server)
        recorder = factory.application_recorder()
    assert isinstance(recorder, PostgresApplicationRecorder)
    return recorder


def _named(server: dict[str, Any]) -> dict[str, str]:
    """The parameters that the library must be told one by one, or does not start."""
    names = ("dbname", "host", "port", "user", "password")
    return {f"POSTGRES_{name.upper()}": str(server.get(name, "")) for name in names}


def _connecting(datastore: PostgresDatastore, server: dict[str, Any]) -> None:
    """Connections by everything that the URL says, and tried for when they are needed, not after growing pauses."""
    pool: Any = datastore.pool
    pool.kwargs = {"row_factory": pool.kwargs["row_factory"], **server}
    pool.connection_class = Impatient[DictRow]
    pool.reconnect_timeout = 0

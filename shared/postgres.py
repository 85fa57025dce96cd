"""PostgreSQL as everything here reaches it: by URL, never waiting for long, each commit on disk before its answer."""

import logging
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, TypeVar

from psycopg import Connection, ProgrammingError
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import DiskFull, OperationalError
from psycopg_pool import PoolTimeout
from pydantic import SecretStr

from shared.problems import OutOfSpace, Refusal, Unavailable

_log = logging.getLogger(__name__)
T = TypeVar("T")
Row = TypeVar("Row")
SILENCE = 4.0  # seconds without the end of an answer after which a server counts as away: less than callers wait
PATIENCE = 0.9  # seconds in which a server that went away is tried again before the caller is told
STARTING = 30.0  # seconds in which a server may start after those who need it
_BETWEEN = 0.5  # seconds between looks whether it is there
_PAUSE = 0.05  # seconds between such tries
_CONNECTING = 2  # seconds
_LOST = ("08", "57P0")  # beginnings of the SQLSTATEs that leave open what became of a transaction


class NotPostgres(ValueError):
    """A URL that is none of PostgreSQL. The message does not repeat it: it holds a password."""


def parameters(url: SecretStr, name: str) -> dict[str, Any]:
    """The URL as libpq reads it, TLS and all, with `name` for whoever looks at the server's connections."""
    try:
        given = conninfo_to_dict(url.get_secret_value())
    except ProgrammingError:
        raise NotPostgres("the URL of a store does not read postgresql://user:password@host:port/database") from None
    # A firm's server may be set to answer a commit before it is on disk; what is acknowledged here must not be lost.
    options = f"{given.pop('options', '')} -c synchronous_commit=on".strip()
    quick = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 5_000}
    return {"connect_timeout": _CONNECTING, "application_name": f"dossier-{name}", **quick, **given, "options": options}


class Impatient(Connection[Row]):
    """A connection that gives up on a server that says nothing, as a cut network lets it look for ever."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, SILENCE if timeout is None else timeout)
        except OperationalError as error:
            if timeout is None and error.sqlstate is None:
                self.pgconn.finish()  # its answer could come later, and be taken for another's
            raise


def once_there(make: Callable[[], T]) -> T:
    """What is made when a service starts, which may be before its server. Blocks: for a thread.

    Raises psycopg's error in the end: then the process ends and is started again, and its log says why.
    """
    deadline = monotonic() + STARTING
    while True:
        try:
            return make()
        except OperationalError as error:
            if monotonic() > deadline:
                raise
            _log.warning("PostgreSQL is not there yet: %s", error)
        sleep(_BETWEEN)


def patiently(call: Callable[[], T], failures: tuple[type[Exception], ...] = (OperationalError,)) -> T:
    """The call's result; it is made again for a short while if the server goes away under it. Blocks: for a thread.

    `failures` are the errors, of psycopg or caused by one of its, that the server or the way there is to blame for.
    Raises `OutOfSpace` or `Unavailable` for them; after the latter, what was to be stored may be stored nevertheless.
    """
    deadline: float | None = None
    while True:
        try:
            return call()
        except failures as error:
            cause = error.__cause__ or error
            deadline = deadline or monotonic() + PATIENCE
            if not _lost(cause) or monotonic() > deadline:
                raise _refusal(cause) from error
        sleep(_PAUSE)


def _lost(error: BaseException) -> bool:
    """Whether nobody can say what became of the transaction, and another try may tell.

    Otherwise the server has said that it undid it, or the pool has tried long enough to reach the server.
    """
    state = getattr(error, "sqlstate", None)
    return not isinstance(error, PoolTimeout) and (state is None or state.startswith(_LOST))


def _refusal(error: BaseException) -> Refusal:
    return OutOfSpace() if isinstance(error, DiskFull) else Unavailable()

"""A real PostgreSQL server for tests: fsynced, on a free port of 127.0.0.1, killed and started at will."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from pydantic import SecretStr

from tests.broker import free_port
from tests.servers import Server, needed

_SMALL = ("shared_buffers=16MB", "max_connections=60", "min_wal_size=32MB", "max_wal_size=128MB")
_UNPRIVILEGED = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=KILL")


class Postgres(Server):
    """One server. It keeps its port and data over `kill` and `start`."""

    def __init__(self, folder: Path, *settings: str) -> None:
        programs = needed("initdb").resolve().parent
        as_whom: list[str | Path] = (
            [needed("setpriv"), *_UNPRIVILEGED[1:]] if os.geteuid() == 0 else []
        )  # root is refused
        if as_whom:
            shutil.chown(folder, "nobody", "nogroup")
        data, port = folder / "data", free_port()
        made = run(
            [
                *as_whom,
                programs / "initdb",
                "-D",
                data,
                "-U",
                "dossier",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ],
            capture_output=True,
            cwd=folder,
        )
        assert made.returncode == 0, made.stderr.decode()
        places = (f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
        chosen = [word for setting in (*places, *_SMALL, *settings) for word in ("-c", setting)]
        super().__init__(
            port, [*as_whom, programs / "postgres", "-D", data, *chosen], folder.parent / f"{folder.name}.log"
        )
        self.data = data
        self.small = False

    def url(self, port: int | None = None) -> SecretStr:
        """Where its database is; through another `port` where something stands in between."""
        return SecretStr(f"postgresql://dossier:any@127.0.0.1:{port or self.port}/postgres")

    def empty(self) -> None:
        """Forget what was stored, whoever is still connected. Cheaper than a new database, which is 7 MB of files."""
        with self.connected() as connection:
            others = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            connection.execute(f"SELECT pg_terminate_backend(pid) {others}")
            made = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|public$|information_schema$)'"
            for (schema,) in connection.execute(made).fetchall():
                connection.execute(f"DROP SCHEMA {schema} CASCADE")

    def connected(self) -> Any:
        """A connection of psycopg's that commits each statement. Imported late: it wants libpq."""
        from psycopg import connect

        return connect(self.url().get_secret_value(), autocommit=True, connect_timeout=2)

    def _answers(self) -> bool:
        from psycopg import OperationalError

        try:
            self.connected().close()
        except OperationalError:
            return False
        return True

    def kill(self) -> None:
        """As by `kill -9` of all its processes: those that outlive the first one keep the next from starting."""
        if self._process is None or self._process.poll() is not None:
            return
        pid = self._process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        super().kill()
        for worker in map(int, workers):
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        while any(_runs(worker) for worker in workers):
            time.sleep(0.01)


def _runs(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return not state.startswith("Z")  # ended, though nobody has asked how


def _unmount(folder: Path) -> None:
    run(["umount", folder], check=True)


@contextmanager
def running(*settings: str, room: int = 0) -> Iterator[Postgres]:
    """A server with nothing in it, gone without a trace afterwards.

    `room`: megabytes of a file system of its own, where the machine lets a test mount one: `Postgres.small` says so.
    """
    pytest.importorskip("psycopg", exc_type=ImportError)
    # Not below pytest's own folder, which nobody but its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="dossier-postgres-"))
    with ExitStack() as stack:
        stack.callback(folder.with_name(f"{folder.name}.log").unlink, missing_ok=True)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        small = bool(room) and not run(["mount", "-t", "tmpfs", "-o", f"size={room}m", "none", folder]).returncode
        if small:
            stack.callback(_unmount, folder)
        server = Postgres(folder, *settings)
        server.small = small
        stack.callback(server.kill)
        server.start()
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run; tests that kill it use `own_postgres`."""
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> SecretStr:
    """A database with nothing in it."""
    postgres.empty()
    return postgres.url()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that this test alone uses, and may kill."""
    with running() as server:
        yield server

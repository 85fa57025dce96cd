"""A real server of MongoDB's protocol for tests: FerretDB over SQLite files, killed and started at will.

`DOSSIER_TEST_MONGODB` names a MongoDB to use instead; tests that kill their server have FerretDB in any case.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from shared.settings import Settings
from tests.broker import free_port
from tests.servers import Server, needed

FERRETDB_BULK = 25
"""Updates in one command, each of which holds a connection until its end: at 40 all wait for another one."""


class Mongo(Server):
    """One FerretDB. It keeps its port and data over `kill` and `start`."""

    def __init__(self, folder: Path, *backend: str) -> None:
        """Over SQLite files in the folder, if not told of another backend."""
        data = folder / "data"
        data.mkdir()
        port = free_port()
        where = [f"--listen-addr=127.0.0.1:{port}", f"--state-dir={folder}"]
        quiet = ["--telemetry=disable", "--debug-addr=-", "--log-level=error"]
        kept = backend or ("--handler=sqlite", f"--sqlite-url=file:{data}/")
        super().__init__(port, [needed("ferretdb"), *kept, *where, *quiet], folder / "ferretdb.log")

    @property
    def url(self) -> str:
        return f"mongodb://{self.address}/"


@contextmanager
def mongo(folder: Path) -> Iterator[Mongo]:
    """A running server with nothing in it; skips the test where there is none."""
    server = Mongo(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def mongo_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that name one server for the whole run; tests that kill it use `own_mongo`."""
    if given := os.environ.get("DOSSIER_TEST_MONGODB"):
        yield Settings(read_url=given)
        return
    with mongo(tmp_path_factory.mktemp("mongo")) as server:
        yield Settings(read_url=server.url, read_bulk=FERRETDB_BULK)


@pytest.fixture
def mongo_database(mongo_settings: Settings) -> Iterator[str]:
    """The name of a database that is not there yet, and will not be there afterwards."""
    name = f"dossier_test_{uuid4().hex[:12]}"
    yield name
    assert mongo_settings.read_url
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_settings.read_url.get_secret_value())
    with client:
        client.drop_database(name)


@pytest.fixture
def own_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo]:
    """A server that this test alone uses, and may kill."""
    with mongo(tmp_path_factory.mktemp("own-mongo")) as server:
        yield server

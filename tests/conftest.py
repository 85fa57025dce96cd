"""Fixtures for every test: a real broker, and a connection to it with both streams empty."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import Phase, settings
from nats.aio.client import Client

from shared.broker import options
from tests.broker import NatsServer, connected, fresh_streams
from tests.mongo import mongo_database, mongo_settings, own_mongo
from tests.postgres import own_postgres, postgres, postgres_url

__all__ = ["mongo_database", "mongo_settings", "own_mongo", "own_postgres", "postgres", "postgres_url"]

# A failing example is shown as it was found: making it smaller takes minutes where an example is a whole history.
settings.register_profile("plain", phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.target], deadline=None)
settings.load_profile("plain")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="Faults and fuzzing in their long forms (`make faults`).")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether there is time for the long form of a test."""
    return bool(request.config.getoption("--long"))


def _options(server: NatsServer) -> dict[str, Any]:
    """As a service connects."""
    chosen = options(server.settings(), "test", on_close=None)
    return {name: value for name, value in chosen.items() if name != "servers"}


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """One broker for the whole run; tests that kill it use `own_broker`."""
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def nats_server(shared_broker: NatsServer) -> NatsServer:
    """The broker, with both streams empty."""
    connection = await connected(shared_broker.url)
    await fresh_streams(connection)
    await connection.close()
    return shared_broker


@pytest.fixture
async def connection(nats_server: NatsServer) -> AsyncIterator[Client]:
    """A service's connection to `nats_server`."""
    client = await connected(nats_server.url, **_options(nats_server))
    yield client
    await client.close()


@pytest.fixture
async def own_broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsServer]:
    """A broker that this test alone uses, and may kill."""
    server = NatsServer(tmp_path_factory.mktemp("own-nats"))
    server.start()
    client = await connected(server.url)
    await fresh_streams(client)
    await client.close()
    yield server
    server.kill()


@pytest.fixture
async def own_connection(own_broker: NatsServer) -> AsyncIterator[Client]:
    """A service's connection to `own_broker`."""
    client = await connected(own_broker.url, **_options(own_broker))
    yield client
    await client.close()

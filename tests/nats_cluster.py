"""Three brokers that make one, as they are deployed: TLS, a password per user, streams kept by each of the three."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from services.cli.broker_config import EVERYONE, password_variable, server
from shared.broker import BrokerClient, ask, options
from shared.settings import Settings
from tests.broker import BINARY, free_port
from tests.certificates import certificate
from tests.servers import Server

NAMES = ("one", "two", "three")


def password(user: str) -> str:
    return f"secret-of-{user}"


class Cluster:
    """The three servers by name. What is deployed to a machine each runs here on three pairs of ports."""

    def __init__(self, folder: Path) -> None:
        self.authority, key = certificate(folder)
        for name, source in (("tls.crt", self.authority), ("ca.crt", self.authority), ("tls.key", key)):
            (folder / name).write_bytes(source.read_bytes())
        routes = {name: free_port() for name in NAMES}
        self.servers = {name: self._server(folder, name, routes) for name in NAMES}

    def _server(self, folder: Path, name: str, routes: dict[str, int]) -> Server:
        port = free_port()
        text = server(name, tuple(f"127.0.0.1:{other}" for other in routes.values()), folder)
        here = {
            "port: 4222": f'listen: "127.0.0.1:{port}"',
            "port: 6222": f'listen: "127.0.0.1:{routes[name]}"',
            'http: "127.0.0.1:8222"': "",
            '"/data"': f'"{folder / name}"',
        }
        for deployed, tested in here.items():
            assert deployed in text
            text = text.replace(deployed, tested)
        config = folder / f"{name}.conf"
        config.write_text(text)
        environment = {password_variable(user): password(user) for user in EVERYONE}
        return Server(port, [BINARY, "-c", config], folder / f"{name}.log", environment)

    def settings(self, user: str, **more: Any) -> Settings:
        """As a process of this name is told to reach the cluster."""
        urls = ",".join(f"nats://{one.address}" for one in self.servers.values())
        mine = {"nats_user": user, "nats_password": password(user)}
        return Settings(nats_url=urls, nats_ca=self.authority, nats_replicas=len(NAMES), **mine | more)

    async def connected(self, user: str, /, **more: Any) -> Client:
        client = BrokerClient()
        await client.connect(**options(self.settings(user), user) | more)
        return client


async def leader(connection: Client, stream: str) -> str | None:
    """The server that leads a stream; None while there is none."""
    found = (await ask(connection, f"$JS.API.STREAM.INFO.{stream}"))["cluster"]
    name: str | None = found.get("leader")
    return name


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A running cluster."""
    made = Cluster(folder)
    try:
        for one in made.servers.values():
            one.start()
        yield made
    finally:
        for one in made.servers.values():
            one.kill()

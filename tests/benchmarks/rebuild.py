"""How fast a projection is made again from the first event on, beside the running firm."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from services.cli.credentials import Credentials, load_or_make
from services.cli.layout import Layout
from services.dossier.app import projections
from shared.broker import connect
from shared.keys import Keys, RemoteKeys
from shared.position import Position, Progress
from shared.readstore.sqlite import SqliteReadStore
from shared.runner import Projection, Runner
from shared.runner.rebuilding import Rebuilds
from shared.settings import Settings

_PATIENCE = 300.0
_FEW = 1_000  # events: fewer tell nothing


@dataclass(frozen=True)
class Rebuilt:
    """One projection: how many events of its services there are, and how many a second were taken in."""

    name: str
    events: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


async def rebuild(data: Path, scratch: Path, reached: Position) -> list[Rebuilt]:
    """Each projection of the dossier service in a store of its own, one after the other, from the running broker.

    It is brought to what was `reached` first, and then, timed, made anew beside that, as an operator would have it.
    """
    many = [one for one in projections() if sum(reached.get(service, 0) for service in one.services) >= _FEW]
    return [await _one(_settings(data), scratch / projection.name, projection, reached) for projection in many]


async def _one(settings: Settings, folder: Path, projection: Projection, reached: Position) -> Rebuilt:
    folder.mkdir(parents=True)
    connection = await connect(settings, "dossier")
    store = SqliteReadStore(folder / "read.db")
    progress = Progress(dict.fromkeys(projection.services, 0))
    runner = Runner("rebuild", store, connection, Keys(RemoteKeys(connection)), [projection], progress)
    rebuilds = Rebuilds(runner)
    work = asyncio.create_task(runner.run())
    try:
        await progress.wait(reached, seconds=_PATIENCE)
        began = time.perf_counter()
        await rebuilds.begin(projection.name)
        while runner.behind:
            await asyncio.sleep(0.01)
        seconds = time.perf_counter() - began
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await store.close()
        await connection.close()
    return Rebuilt(projection.name, sum(progress.reached.values()), seconds)


def _settings(data: Path) -> Settings:
    """What the firm's own dossier service is told."""
    layout, chosen = Layout(data.resolve()), Settings(data=data)
    secrets: Credentials = load_or_make(layout, chosen)
    port = _port(layout)
    password = SecretStr(secrets.nats["dossier"])
    return Settings(data=data, nats_url=f"nats://127.0.0.1:{port}", nats_user="dossier", nats_password=password)


def _port(layout: Layout) -> int:
    port: int = json.loads(layout.ports.read_text())["nats"]
    return port

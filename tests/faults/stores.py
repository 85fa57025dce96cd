"""What is really stored: the services' events, the documents of a read model, the e-mails."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import orjson

from services.dossier.app import projections
from services.dossier.projections import SERVICES
from shared.broker import QuickClient, options
from shared.keys import Keys, RemoteKeys
from shared.parking import PARKED
from shared.position import Position, Progress
from shared.readstore.sqlite import SqliteReadStore
from shared.receipts import PRIVATE
from shared.runner import Runner
from shared.settings import Settings
from tests.waiting import eventually

USER = "dossier"
Documents = dict[str, dict[str, Any]]
"""By collection, by id."""
Rows = Iterable[tuple[int, str, Any, bytes]]


@dataclass(frozen=True, slots=True)
class Stored:
    """An event in its service's own store."""

    service: str
    number: int
    topic: str
    id: str
    data: dict[str, Any]
    scope: str | None

    @property
    def key(self) -> str:
        return f"{self.service}:{self.number}"


class Kept(Protocol):
    """What a firm has stored, read past the firm itself."""

    def events(self) -> list[Stored]:
        """Every event that services tell each other of."""

    def documents(self) -> Documents:
        """The read models of the dossier service."""


class InFiles:
    """What lies in a data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def events(self) -> list[Stored]:
        return [event for service in sorted(SERVICES) for event in shared(service, self._rows(service))]

    def _rows(self, service: str) -> Rows:
        with closing(_open(self._data / service / "events.db")) as store:
            return store.execute("SELECT rowid, topic, originator_id, state FROM stored_events ORDER BY 1").fetchall()

    def documents(self) -> Documents:
        return documents(self._data / "dossier" / "read.db")


def shared(service: str, rows: Rows) -> Iterator[Stored]:
    """What others are told of, of a service's own store: number, topic, aggregate and state of each event."""
    for number, topic, id, state in rows:
        if not topic.startswith(PRIVATE):
            parsed = orjson.loads(state)
            yield Stored(service, number, topic, str(UUID(str(id))), parsed["data"], parsed["scope"])


def position(found: list[Stored]) -> Position:
    """How far these events go."""
    reached = Position()
    for event in found:
        reached.advance(event.service, event.number)
    return reached


def documents(path: Path) -> Documents:
    """All documents of a read store, but for what only tells how it is being kept."""
    with closing(_open(path)) as store:
        names = [name for (name,) in store.execute("SELECT name FROM collection") if name != PARKED.name]
        return {name: {id: orjson.loads(text) for id, text in _documents(store, name)} for name in names}


def _documents(store: sqlite3.Connection, name: str) -> list[tuple[str, bytes]]:
    return store.execute(f"SELECT id, document FROM d_{name}").fetchall()


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)


def delivered(data: Path) -> Counter[tuple[str, str]]:
    """How often each e-mail lies in the mailbox, by address and Message-ID."""
    parser = BytesHeaderParser()
    found: Counter[tuple[str, str]] = Counter()
    for file in (data / "mailbox" / "new").glob("*"):
        with file.open("rb") as content:
            headers = parser.parse(content)
        found[headers["Delivered-To"], headers["Message-ID"]] += 1
    return found


async def rebuilt(data: Path, path: Path, reached: Position) -> Documents:
    """The dossier service's read models, made afresh from the broker's stream as far as `reached`."""
    password = orjson.loads((data / "secrets.json").read_bytes())["nats"][USER]
    port = orjson.loads((data / "run" / "ports.json").read_bytes())["nats"]
    settings = Settings(data=path, nats_url=f"nats://127.0.0.1:{port}", nats_user=USER, nats_password=password)
    connection = QuickClient()
    await connection.connect(**options(settings, USER))
    store = SqliteReadStore(path / "read.db")
    runner = Runner(
        "rebuilt", store, connection, Keys(RemoteKeys(connection)), projections(), Progress(dict.fromkeys(SERVICES, 0))
    )
    try:
        await _run_until(runner, reached)
    finally:
        await store.close()
        await connection.close()
    return documents(path / "read.db")


async def _run_until(runner: Runner, reached: Position) -> None:
    running = asyncio.create_task(runner.run())
    try:
        await eventually(lambda: running.done() or runner.progress.covers(reached), 30)
        assert not running.done(), running
        assert not await runner.parked()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

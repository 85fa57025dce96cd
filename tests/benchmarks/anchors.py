"""What this machine gives bare, without a firm: what the paths are compared with."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import nats
import orjson
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from tests.benchmarks.connection import Connection
from tests.benchmarks.load import closed, note
from tests.benchmarks.sample import Sample
from tests.broker import NatsServer
from tests.run.machine import free_port

ROWS = 100_000
DOCUMENT = orjson.dumps({"id": "0" * 36, "name": "Boulangerie Lefèvre", "tags": ["TVA"], "text": "x" * 700})
"""About as large as an overview's parts: 800 bytes."""


class Thing(Aggregate):
    """The smallest aggregate there is."""

    class Made(Aggregate.Created):
        name: str

    @event(Made)
    def __init__(self, name: str) -> None:
        self.name = name


class Anchors:
    """The bare measurements, made ready once, taken again in each round."""

    def __init__(self, folder: Path, broker: NatsServer, web: int) -> None:
        self._broker, self._web = broker, web
        environment = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "saves.db")}
        self._application: Application[UUID] = Application(env=environment)
        self._rows = sqlite3.connect(folder / "rows.db", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=NORMAL")
        self._rows.execute("CREATE TABLE IF NOT EXISTS d (id TEXT PRIMARY KEY, document BLOB)")
        self._ids = [str(uuid4()) for _ in range(ROWS)]
        self._upserts(self._ids)

    def save(self, seconds: float) -> Sample:
        """`Application.save` of an aggregate with one event, fsynced, one at a time."""
        return _timed(lambda: self._application.save(Thing("Boulangerie Lefèvre")), seconds)

    def point_read(self, seconds: float) -> Sample:
        """One row of a hundred thousand by its key, 800 bytes, read as JSON."""
        ids = iter(self._ids * 100)
        sql = "SELECT document FROM d WHERE id=?"
        return _timed(lambda: orjson.loads(self._rows.execute(sql, (next(ids),)).fetchone()[0]), seconds)

    def upserts(self, seconds: float) -> Sample:
        """Rows of 800 bytes, anywhere among a hundred thousand, a thousand to a transaction; the rate counts rows."""
        begun, done = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            self._upserts(random.sample(self._ids, 1_000))
            done += 1_000
        each = (time.perf_counter() - begun) / done
        return Sample([each] * done, each * done)

    def _upserts(self, ids: list[str]) -> None:
        rows = [(id, DOCUMENT) for id in ids]
        self._rows.execute("BEGIN")
        sql = "INSERT INTO d VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET document=excluded.document"
        self._rows.executemany(sql, rows)
        self._rows.execute("COMMIT")

    async def request_reply(self, seconds: float) -> Sample:
        """nats-py's request to a responder in another process, 300 bytes with one header, one at a time."""
        connection = await nats.connect(self._broker.url)
        latencies = []
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            await connection.request("bare", b"x" * 300, headers={"Dossier-Context": "{}"})
            latencies.append(time.perf_counter() - began)
        await connection.close()
        return Sample(latencies, sum(latencies))

    async def litestar(self, seconds: float, at_once: int = 8) -> Sample:
        """A Litestar handler under granian, in another process, that answers 800 bytes it holds."""
        request = b"GET /bare HTTP/1.1\r\nHost: localhost\r\n\r\n"
        return await closed(self._web, lambda: request, at_once=at_once, seconds=seconds, pids={})


def _timed(work: Callable[[], Any], seconds: float) -> Sample:
    latencies = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        work()
        latencies.append(time.perf_counter() - began)
    return Sample(latencies, sum(latencies))


@contextmanager
def ready(folder: Path) -> Iterator[Anchors]:
    """A broker, a responder and a web server of their own; they end with the block."""
    folder.mkdir(parents=True)
    broker, web = NatsServer(folder), free_port()
    broker.start()
    command = [sys.executable, "-m", "tests.benchmarks.bare", broker.url, str(web)]
    child = subprocess.Popen(command)
    try:
        asyncio.run(_until_up(web))
        yield Anchors(folder, broker, web)
    finally:
        child.terminate()
        child.wait()
        broker.kill()


async def _until_up(web: int) -> None:
    sample = Sample([], 0.0)
    deadline = time.monotonic() + 20
    while not sample.latencies:
        try:
            connection = await Connection.to(web)
            note(sample, await connection.ask(b"GET /bare HTTP/1.1\r\nHost: localhost\r\n\r\n"), 0.0)
            connection.close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)

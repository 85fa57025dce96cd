"""The engines that several machines share: PostgreSQL, MongoDB's protocol and S3, for one firm that really runs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.settings import Settings
from tests.mongo import Mongo
from tests.postgres import Postgres
from tests.postgres import running as postgres
from tests.s3 import S3, s3

_ROOM = 300
"""Megabytes that the events have, where that can be limited."""


class Documents(Mongo):
    """FerretDB over a PostgreSQL of its own, killed and started together.

    Over SQLite files each update reads all documents of its collection: a hundred notes took half a minute.
    """

    def __init__(self, folder: Path, below: Postgres) -> None:
        url = below.url().get_secret_value().replace("postgresql:", "postgres:")
        super().__init__(folder, "--handler=postgresql", f"--postgresql-url={url}")
        self._below = below

    def kill(self) -> None:
        super().kill()
        self._below.kill()

    def start(self) -> None:
        self._below.start()
        super().start()


@dataclass(frozen=True)
class Engines:
    """Running servers with nothing in them at first."""

    postgres: Postgres
    mongo: Mongo
    s3: S3

    def settings(self, ports: Mapping[str, int] | None = None) -> dict[str, str]:
        """What a firm is told, to be reached by these ports where something stands in between."""
        where = {"postgres": self.postgres.port, "mongo": self.mongo.port, "s3": self.s3.port, **(ports or {})}
        database = self.postgres.url(where["postgres"]).get_secret_value()
        given = self.s3.settings(f"127.0.0.1:{where['s3']}") | {
            "events_url": database,
            "keys_url": database,
            "read_url": f"mongodb://127.0.0.1:{where['mongo']}/",
        }
        assert given.keys() <= Settings.model_fields.keys()
        return {f"DOSSIER_{name.upper()}": str(value) for name, value in given.items()}


@contextmanager
def engines(folder: Path) -> Iterator[Engines]:
    """All of them; skips the test, with the reason, where one is not there."""
    with postgres(room=_ROOM) as events, postgres() as below, s3(folder) as objects:
        mongo = Documents(folder, below)
        below.kill()
        mongo.start()
        try:
            yield Engines(events, mongo, objects)
        finally:
            mongo.kill()

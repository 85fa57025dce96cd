"""The stores that keep the contract; each test runs against all of them."""

import os
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from shared.readstore.interface import ReadStore
from shared.readstore.mongo import MongoReadStore
from shared.readstore.sqlite import SqliteReadStore
from shared.settings import Settings

Opener = Callable[[], ReadStore]


def _sqlite(request: pytest.FixtureRequest) -> Opener:
    folder: Path = request.getfixturevalue("tmp_path")
    return lambda: SqliteReadStore(folder / "read.db")


def _mongodb(request: pytest.FixtureRequest) -> Opener:
    settings: Settings = request.getfixturevalue("mongo_settings")
    database: str = request.getfixturevalue("mongo_database")
    assert settings.read_url
    url = settings.read_url.get_secret_value()
    return partial(MongoReadStore, url, database, bulk=settings.read_bulk)


@pytest.fixture(params=[_sqlite, _mongodb], ids=["sqlite", "mongodb"])
def engine(request: pytest.FixtureRequest) -> Opener:
    opener: Opener = request.param(request)
    return opener


@pytest.fixture
def exact(engine: Opener) -> Callable[[object], bool]:
    """Whether a store answers these conditions as it should.

    FerretDB takes `$elemMatch` for the whole list: for `HasOther`, a list of which no entry is among the values.
    """
    taken_whole = isinstance(engine, partial) and "DOSSIER_TEST_MONGODB" not in os.environ
    return lambda asked: not (taken_whole and "HasOther(" in repr(asked))


@pytest.fixture
async def opener(engine: Opener) -> AsyncIterator[Opener]:
    """Opens one and the same store, each time as another process would."""
    opened: list[ReadStore] = []

    def open_again() -> ReadStore:
        opened.append(engine())
        return opened[-1]

    yield open_again
    for store in opened:
        await store.close()


@pytest.fixture
def store(opener: Opener) -> ReadStore:
    return opener()

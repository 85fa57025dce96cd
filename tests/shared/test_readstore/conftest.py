"""The stores that keep the contract; each test runs against all of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.readstore.interface import ReadStore
from shared.readstore.sqlite import SqliteReadStore


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReadStore]:
    store = SqliteReadStore(tmp_path / "read.db")
    yield store
    await store.close()

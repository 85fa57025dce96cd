"""The firm service, running, with one owner."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.running import System, running


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    async with running(tmp_path=tmp_path) as system:
        yield system

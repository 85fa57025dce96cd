"""A history to be told, and the read models of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.dossier.events import History
from tests.dossier.reading import Reading, reading

Read = Callable[[History], Awaitable[Reading]]


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
async def read(tmp_path: Path) -> AsyncIterator[Read]:
    """`await read(history)`: the handlers over what the history says."""
    async with AsyncExitStack() as stack:

        async def take_in(history: History) -> Reading:
            return await stack.enter_async_context(reading(history, tmp_path))

        yield take_in

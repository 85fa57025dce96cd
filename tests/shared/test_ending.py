"""A service that is told to end ends, whatever its parts are waiting for."""

import asyncio

import pytest

from shared import service


async def test_a_part_that_loses_its_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `asyncio.wait_for` does in Python 3.11, where the answer that it waits for comes at the same moment."""
    answer = asyncio.get_running_loop().create_future()

    async def part() -> None:
        await asyncio.wait_for(answer, 60)
        await asyncio.Event().wait()

    monkeypatch.setattr(service, "_ASKED_AGAIN", 0.05)
    task = asyncio.create_task(part())
    await asyncio.sleep(0)
    answer.set_result(None)
    async with asyncio.timeout(10):
        await service._cancel([task])
    assert task.cancelled()

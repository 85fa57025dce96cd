"""Waiting for something to become true, without guessing how long it takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(check: Callable[[], Awaitable[T]], seconds: float = 10) -> T: ...
@overload
async def eventually(check: Callable[[], T], seconds: float = 10) -> T: ...
async def eventually(check: Callable[[], Any], seconds: float = 10) -> Any:
    """The first true value that `check` (plain or async) returns; fails when `seconds` have passed without one."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        found = await answer if isinstance(answer, Awaitable) else answer
        if found:
            return found
        assert time.monotonic() < deadline, f"not true within {seconds} s: {getattr(check, '__name__', check)}"
        await asyncio.sleep(0.01)

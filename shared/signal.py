"""A latch between tasks of one event loop."""

import asyncio


class Signal:
    """Says that something happened since the last look; several `set` before one `wait` count once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Return True once set since the last `wait`, False after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

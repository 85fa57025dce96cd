"""What files do by themselves: bytes of uploads that came to nothing are removed (reliability B1)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

from obstore.exceptions import BaseError

from services.files.projections import PublishedBlobs
from shared.blobs import Blobs
from shared.broker import PASSING
from shared.readstore.interface import Superseded

FIRST = 300.0
"""Seconds after the start of the service until the first sweep: there is more urgent work then."""
EVERY = 3_600.0
_GROUP = 500
_log = logging.getLogger(__name__)


class Sweeper:
    """Removes uploads older than `age` that no document speaks of. `works`: whether it is for this instance to do."""

    def __init__(
        self, blobs: Blobs, published: PublishedBlobs, age: timedelta, works: Callable[[], bool] = lambda: True
    ) -> None:
        self._blobs, self._published, self._age, self._works = blobs, published, age, works

    async def run(self) -> None:
        """Sweep once an hour; what goes wrong once may go well an hour later."""
        await asyncio.sleep(FIRST)
        while True:
            try:
                if self._works():
                    await self.sweep()
            except Superseded:
                _log.info("another instance sweeps now")
            except (*PASSING, OSError, BaseError):
                _log.exception("orphaned uploads could not be swept")
            await asyncio.sleep(EVERY)

    async def sweep(self) -> int:
        """Remove the orphans that there are now; returns how many."""
        removed = 0
        await self._published.catch_up()
        async for group in self._groups():
            suspects = await self._published.unknown(group)
            if suspects:
                await self._published.catch_up()
            for name in await self._published.unknown(suspects):
                await self._blobs.delete(name)
                removed += 1
        if removed:
            _log.info("removed orphaned uploads", extra={"count": removed})
        return removed

    async def _groups(self) -> AsyncIterator[list[str]]:
        group: list[str] = []
        async for name in self._blobs.uploads(self._age):
            group.append(name)
            if len(group) == _GROUP:
                yield group
                group = []
        if group:
            yield group

"""Parked events tried again: by the clock, and by an operator."""

import asyncio
import logging
from collections.abc import Mapping
from time import time

from shared.broker import PASSING
from shared.parking import Parked, Parking
from shared.runner.applying import Applier
from shared.runner.followers import Follower

_log = logging.getLogger(__name__)


class Retries:
    """Works the queues of parked events of one runner, in turns with it."""

    def __init__(
        self, applier: Applier, parking: Parking, followers: Mapping[str, Follower], turn: asyncio.Lock
    ) -> None:
        self._applier = applier
        self._parking = parking
        self._followers = followers
        self._turn = turn

    async def run(self) -> None:
        """Try again what is due, until cancelled."""
        while True:
            await self._parking.changed.wait(self._parking.seconds())
            for queue in self._parking.due():
                try:
                    await self._drain(queue)
                except PASSING:
                    self._parking.schedule(queue, time() + 1)

    async def _drain(self, queue: str) -> bool:
        """Try what waits in a queue, in order; False if something still waits."""
        while True:
            async with self._turn:
                head = await self._parking.head(queue)
                if head is None:
                    self._parking.release(queue)
                    return True
                if not await self._applier.again(self._followers[head.projection], head):
                    return False

    async def replay(self, key: str) -> bool:
        """Try a parked event and all that waits with it, now; True if nothing of its aggregate waits any more.

        Raises KeyError for a key under which nothing is parked.
        """
        return await self._now((await self._find(key)).queue)

    async def skip(self, key: str) -> bool:
        """Give a parked event up: its projection will never have seen it. The ones behind it are tried; as `replay`."""
        parked = await self._find(key)
        async with self._turn:
            await self._parking.remove(key)
        _log.warning("%s was given up", key)
        return await self._now(parked.queue)

    async def _now(self, queue: str) -> bool:
        self._parking.schedule(queue, time())  # the clock goes on with it, should this try be cut short
        return await self._drain(queue)

    async def _find(self, key: str) -> Parked:
        parked = await self._parking.get(key)
        if parked is None or parked.projection not in self._followers:
            raise KeyError(key)
        return parked

"""Whose turn it is: of several instances of a service one runs the projections, and tells the others how far it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.broker import PASSING, request
from shared.lease import Lease
from shared.position import Progress

_OFTEN, _SELDOM = 0.02, 1.0  # seconds between two questions while somebody waits for a position, and while nobody does


class Turns:
    """One instance's turns at a runner's work. `progress` follows the instance whose turn it is."""

    def __init__(self, lease: Lease, connection: Client, progress: Progress) -> None:
        self._lease = lease
        self._connection = connection
        self._progress = progress
        self._subject = f"progress.{lease.work}"

    async def wait(self) -> None:
        """Return when it is our turn; until then know how far the others have come."""
        following = asyncio.create_task(self._follow())
        try:
            await self._lease.take()
        finally:
            following.cancel()
            await asyncio.wait({following})

    @asynccontextmanager
    async def ours(self) -> AsyncIterator[None]:
        """While it is our turn: tell the others how far we are, renew the lease; at the end give it back.

        Raises an `ExceptionGroup` with `Lost` when the turn has passed to somebody else.
        """

        async def tell(message: Msg) -> None:
            await message.respond(orjson.dumps(self._progress.reached))

        asked = await self._connection.subscribe(self._subject, cb=tell)
        try:
            async with asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(self._lease.keep())
                yield
                keeping.cancel()
        finally:
            if not self._connection.is_closed:
                await asked.unsubscribe()
            await self._lease.give_back()

    async def _follow(self) -> None:
        while True:
            try:
                answer = await request(self._connection, self._subject, b"", seconds=1)
                self._progress.advance(orjson.loads(answer.data))
            except (*PASSING, NatsError):
                pass  # nobody is at work at this moment: nobody's progress to be known
            await self._progress.sought.wait(_OFTEN if self._progress.waiting else _SELDOM)

"""Keeps the broker's streams declared: at the start, and when the broker comes back, perhaps with an empty store."""

import asyncio
import logging
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.cli.room import watch_room
from shared.broker import BrokerClient, declare_streams, options
from shared.control.watching import watch_broker
from shared.permissions import ADMIN
from shared.process import heartbeat, until_stopped
from shared.settings import Settings
from shared.signal import Signal

log = logging.getLogger(__name__)
LONGEST_PAUSE = 5.0


async def run(settings: Settings) -> None:
    """Declare, then sleep until the connection was lost and found again. Runs until told to stop."""
    returned = Signal()
    returned.set()
    stopped = asyncio.create_task(until_stopped())
    keeping: asyncio.Future[Any] = asyncio.gather(_keep(settings, returned), watch_room(settings))
    await asyncio.wait({stopped, keeping}, return_when=asyncio.FIRST_COMPLETED)
    if keeping.done():
        keeping.result()  # raises: the supervisor starts us again
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def _keep(settings: Settings, returned: Signal) -> None:
    async def came_back() -> None:
        returned.set()

    client = BrokerClient()
    async with heartbeat(settings.heartbeat, lambda: client.is_connected):
        await client.connect(**options(settings, ADMIN, client.closed), reconnected_cb=came_back)
        watch_broker(client)
        try:
            while True:
                await returned.wait()
                await _declare(client, settings.nats_replicas)
        finally:
            await client.close()


async def _declare(connection: Client, replicas: int) -> None:
    """Try until the broker takes it: just after its start it answers before its storage is ready."""
    pause = 0.1
    while True:
        try:
            await declare_streams(connection, replicas=replicas)
        except (NatsError, OSError) as error:  # OSError: it went away again, or did not answer in time
            log.warning("streams not declared yet: %s", str(error) or type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            log.info("streams declared")
            return

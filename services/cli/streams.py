"""Keeps the broker's streams declared: at the start, and when the broker comes back, perhaps with an empty store."""

import asyncio
import logging

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.broker import declare_streams, options
from shared.permissions import ADMIN
from shared.process import until_stopped
from shared.settings import Settings

log = logging.getLogger(__name__)
LONGEST_PAUSE = 5.0


async def run(settings: Settings) -> None:
    """Declare, then sleep until the connection was lost and found again. Runs until told to stop."""
    returned = asyncio.Event()
    returned.set()
    stopped = asyncio.create_task(until_stopped())
    keeping = asyncio.create_task(_keep(settings, returned))
    done, _ = await asyncio.wait({stopped, keeping}, return_when=asyncio.FIRST_COMPLETED)
    if keeping in done:
        stopped.cancel()
        keeping.result()  # raises: the supervisor starts us again
        raise RuntimeError("the connection to the broker was closed for good")
    keeping.cancel()
    await asyncio.wait({keeping})


async def _keep(settings: Settings, returned: asyncio.Event) -> None:
    async def came_back() -> None:
        returned.set()

    connection = await nats.connect(**options(settings, ADMIN, on_close=None), reconnected_cb=came_back)
    try:
        while not connection.is_closed:
            await returned.wait()
            returned.clear()
            await _declare(connection)
    finally:
        await connection.close()


async def _declare(connection: Client) -> None:
    """Try until the broker takes it: just after its start it answers before its storage is ready."""
    pause = 0.1
    while True:
        try:
            await declare_streams(connection)
        except (NatsError, TimeoutError) as error:
            log.warning("streams not declared yet: %s", str(error) or type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            log.info("streams declared")
            return

"""Where requests come in: FastStream subscribers in a queue group, so that instances share the work.

FastStream declares, starts, stops and describes them; what they receive goes straight to the dispatcher, past its
middlewares, of which none is used here: they took a fifth of the time of a read. Each request becomes a task at once:
handlers that wait together for the store are then saved by one fsync. FastStream's own workers were measured slower for
short handlers (docs/performance.md).
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from faststream.nats import NatsBroker, NatsMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.broker import connect
from shared.context import HEADER, Context
from shared.dispatch import Dispatcher
from shared.settings import Settings

log = logging.getLogger(__name__)
PARAMS = "Dossier-Params"
LEAVE = 2.0  # seconds given to the broker to say that nothing more is coming
DRAIN = 8.0  # seconds given to requests that are being handled when the service stops


class _Broker(NatsBroker):
    """FastStream's broker over a connection like every other one of the service."""

    def __init__(self, service: str, settings: Settings) -> None:
        super().__init__(apply_types=False, logger=None)
        self._service, self._settings = service, settings

    async def _connect(self) -> Client:
        connection = await connect(self._settings, self._service)
        self.config.connect(connection)
        return connection


class Entrance:
    """One subscription per kind of message."""

    def __init__(self, service: str, settings: Settings, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._tasks: set[asyncio.Task[None]] = set()
        self._broker = _Broker(service, settings)
        self._connection: Client | None = None
        for message in dispatcher.messages:
            subscriber = self._broker.subscriber(
                message.nats_subject(), queue=service, no_reply=True, title=message.__name__,
                description=message.__doc__,
            )  # fmt: skip
            subscriber(self._handle)
            subscriber.consume = self._take  # type: ignore[method-assign]

    async def open(self) -> None:
        self._connection = await self._broker.connect()
        await self._broker.start()
        await self._connection.flush()  # from here on the broker knows that somebody listens

    async def close(self) -> None:
        """Take nothing new; let what was begun finish."""
        await self._leave()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN)
        await self._broker.stop()

    async def _leave(self) -> None:
        """From now on requests go to other instances; those that are already on their way are still taken."""
        subscribers: list[Any] = self._broker.subscribers
        leaving = [subscriber.subscription for subscriber in subscribers if subscriber.subscription]
        for subscriber in subscribers:
            subscriber.subscription = None  # FastStream would drop what has not been taken yet
        with suppress(NatsError, TimeoutError):
            async with asyncio.timeout(LEAVE):
                await asyncio.gather(*(subscription.drain() for subscription in leaving))

    async def _handle(self, message: NatsMessage) -> None:
        """What FastStream knows as the handler of every message."""
        await self._take(message.raw_message)

    async def _take(self, msg: Msg) -> None:
        task = asyncio.create_task(self._answer(msg))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: Msg) -> None:
        headers = message.headers or {}
        context = Context.decode(headers[HEADER]) if HEADER in headers else Context()
        reply = await self._dispatcher.dispatch(message.subject, context, headers.get(PARAMS, ""), message.data)
        assert self._connection is not None
        try:
            await self._connection.publish(
                message.reply, reply.body, headers={"Dossier-Status": str(reply.status), **reply.headers}
            )
        except NatsError:
            log.warning("an answer could not be sent: the broker is away")

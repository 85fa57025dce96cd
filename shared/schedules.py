"""What is to happen later: a message that the broker sends when its time has come. There is no scheduler of ours.

The promise lives in an aggregate; what stands here is made again from it if the broker's store is lost (`Schedules.at`
is idempotent). A message that falls due reaches its service at least once, also if the service was away meanwhile.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.broker import SCHEDULES, BrokerRefused, ask, send

_KEPT = 7 * 24 * 3600  # seconds for which a message that is due waits for its service
_HANDLING = 60  # seconds for a handler, before the message comes again
_FINISHING = 3  # seconds for a handler when the service stops
_WAIT = 20  # seconds for which one request waits for a message
_LONGEST_PAUSE = 60
_SECOND = 1_000_000_000
_PAST = datetime(2000, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose time has come. It may come again: its effect must be the same as of one."""

    key: str
    payload: bytes
    tries: int


class Schedules:
    """The schedules of one service. A key is one or more subject tokens (`message.<id>`); one schedule to a key."""

    def __init__(self, connection: Client, service: str) -> None:
        self._connection = connection
        self._service = service

    async def at(self, key: str, when: datetime, payload: bytes = b"") -> None:
        """Have `payload` fall due under `key` at a moment, at once if it is past. Replaces an earlier one.

        Raises `BrokerRefused` or an error of the connection; the outcome is then unknown, and doing it again is safe.
        """
        if when <= datetime.now(UTC):
            when = _PAST  # by our clock; the broker's may be behind it, and would wait
        moment = when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        headers = {
            "Nats-Schedule": f"@at {moment}",
            "Nats-Schedule-Target": f"due.{self._service}.{key}",
            "Nats-Schedule-TTL": f"{_KEPT}s",
        }
        await send(self._connection, self._subject(key), payload, headers)

    async def cancel(self, key: str) -> bool:
        """Take a schedule back; False if there was none. One that has just fallen due is still handed out."""
        answer = await ask(self._connection, f"$JS.API.STREAM.PURGE.{SCHEDULES}", {"filter": self._subject(key)})
        return bool(answer["purged"])

    async def due(self, handler: Callable[[Due], Awaitable[None]]) -> None:
        """Hand out what falls due, one at a time, until cancelled. A handler that raises gets its message again, later.

        Several instances of a service share the messages.
        """
        failures = 0
        while True:
            try:
                await self._listen(handler)
            except Exception as error:  # noqa: BLE001  # whatever it is, the next try may go well
                failures += 1
                if failures in (1, 10) or failures % 60 == 0:
                    _log.warning("no schedules (%d times): %s", failures, str(error) or type(error).__name__)
                await asyncio.sleep(min(5.0, 0.05 * 2.0 ** min(failures, 10)))
            else:
                failures = 0

    async def _listen(self, handler: Callable[[Due], Awaitable[None]]) -> None:
        """Have a consumer, and hand out what it holds until something goes wrong or nothing came for a while."""
        name = f"due-{self._service}"
        config = {
            "durable_name": name,
            "name": name,
            "ack_policy": "explicit",
            "ack_wait": _HANDLING * _SECOND,
            "deliver_policy": "all",
            "filter_subject": f"due.{self._service}.>",
            "replay_policy": "instant",
        }
        create = f"$JS.API.CONSUMER.CREATE.{SCHEDULES}.{name}.due.{self._service}.>"
        await ask(self._connection, create, {"stream_name": SCHEDULES, "config": config})
        arrived: asyncio.Queue[Msg] = asyncio.Queue()
        inbox = await self._connection.subscribe(self._connection.new_inbox(), cb=arrived.put)
        try:
            while message := await self._next(name, inbox.subject, arrived):
                await _to_its_end(self._handle(message, handler))
        finally:
            if not self._connection.is_closed:
                await inbox.unsubscribe()

    async def _next(self, consumer: str, inbox: str, arrived: "asyncio.Queue[Msg]") -> Msg | None:
        """Ask for one message and wait for it; None if none came in time."""
        reconnects = self._connection.stats["reconnects"]
        pull = b'{"batch":1,"expires":%d}' % (_WAIT * 1_000_000_000)
        await self._connection.publish(f"$JS.API.CONSUMER.MSG.NEXT.{SCHEDULES}.{consumer}", pull, reply=inbox)
        for _ in range(2 * _WAIT + 10):
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    message = await arrived.get()
                return _delivered(message)
            if not self._connection.is_connected or self._connection.stats["reconnects"] != reconnects:
                raise ConnectionError("the broker went away")
        raise ConnectionError("the broker does not answer")

    async def _handle(self, message: Msg, handler: Callable[[Due], Awaitable[None]]) -> None:
        key = message.subject.removeprefix(f"due.{self._service}.")
        tries = message.metadata.num_delivered or 1
        try:
            await handler(Due(key, message.data, tries))
        except Exception:  # noqa: BLE001  # logged; it comes again
            pause = min(_LONGEST_PAUSE, 2 ** (tries - 1))
            _log.exception("what was due under %s failed, try %d; again in %d s", key, tries, pause)
            await message.respond(b"-NAK " + orjson.dumps({"delay": pause * _SECOND}))
        else:
            await message.respond(b"+ACK")

    def _subject(self, key: str) -> str:
        return f"schedule.{self._service}.{key}"


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Who is stopped meanwhile finishes first: an e-mail that was just handed over is not to be handed over again."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_FINISHING)
        task.cancel()
        raise


def _delivered(message: Msg) -> Msg | None:
    """The message, None where the broker says that none came; raises `BrokerRefused` for all else that it says."""
    headers = message.headers or {}
    status = headers.get("Status")
    if status is not None and status != "408":
        raise BrokerRefused(int(status), headers.get("Description", ""))
    return message if status is None else None

"""The broker: how services connect to it, and the two streams that it keeps for them.

Whatever it holds can be made again from the event stores (docs/adr), so that losing it costs time and nothing else.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import orjson
from nats.aio.client import PING_PROTO, Client
from nats.aio.msg import Msg
from nats.errors import (
    ConnectionClosedError,
    ConnectionDrainingError,
    ConnectionReconnectingError,
    NoRespondersError,
    OutboundBufferLimitError,
)
from nats.errors import Error as NatsError

from shared.problems import NotCaughtUp, OutOfSpace, Unavailable
from shared.settings import Settings

EVENTS = "EVENTS"
"""All events, `evt.<service>.<scope or ->.<aggregate id>`, and the relays' marks, `relay.<service>`."""
SCHEDULES = "SCHEDULES"
"""The stream of what is to be sent later: `schedule.<service>.<key>`, which falls due as `due.<service>.<key>`."""

_PENDING = 16 * 1024 * 1024  # bytes buffered for the broker: a batch of events must fit
_log = logging.getLogger(__name__)


_SECOND = 1_000_000_000  # JetStream counts durations in nanoseconds
_NOT_FOUND = 10059  # err_code: stream not found

PASSING = (
    Unavailable,
    OutOfSpace,
    NotCaughtUp,
    ConnectionError,
    TimeoutError,
    NoRespondersError,
    ConnectionClosedError,
    ConnectionDrainingError,
    ConnectionReconnectingError,
    OutboundBufferLimitError,
)
"""What goes by itself: whoever meets one of these waits and tries the same again."""


class BrokerRefused(NatsError):
    """JetStream answered with an error; `code` is its `err_code`."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code


def options(settings: Settings, service: str, on_close: Callable[[], Awaitable[None]] | None = None) -> dict[str, Any]:
    """Arguments for `Client.connect`: never give up, notice a dead peer within 30 s, own inboxes."""
    password = settings.nats_password
    return {
        "servers": [settings.nats_url],
        "name": service,
        "user": settings.nats_user,
        "password": password.get_secret_value() if password else None,
        "inbox_prefix": f"_INBOX.{service}",
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "connect_timeout": 2,
        "ping_interval": 10,
        "max_outstanding_pings": 2,
        "pending_size": _PENDING,
        "error_cb": _Complaints().log,
        "closed_cb": on_close,
    }


class _Complaints:
    """Logs what the client reports; the same again, as while the broker is away, once in half a minute."""

    def __init__(self) -> None:
        self._last, self._until = "", 0.0

    async def log(self, error: Exception) -> None:
        text, now = str(error) or type(error).__name__, monotonic()
        if text != self._last or now > self._until:
            self._last, self._until = text, now + 30
            _log.warning("broker: %s", text)


class QuickClient(Client):
    """nats-py's client with a ping that keeps its place, and with a quicker way through headers."""

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        """The client's own ping overtakes what still waits to be written, so that its `flush` promises nothing."""
        self._pongs.append(future or asyncio.get_running_loop().create_future())
        await self._send_command(PING_PROTO)
        await self._flush_pending()

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        """The same for headers that are well formed: those that we and JetStream write are.

        The client's own goes through every character; reading from the stream is three times as quick without.
        """
        lines = raw.decode("utf-8", "replace").split("\r\n")
        try:
            return dict([line.split(": ", 1) for line in lines if line])
        except ValueError:  # no space behind the colon, or no colon
            parts = (line.partition(":") for line in lines)
            return {name.strip(): value.strip() for name, colon, value in parts if colon}


class BrokerClient(QuickClient):
    """nats-py's client; if it closes without having been told to, the process ends and a supervisor starts it afresh.

    That happens when it gives up, over refused credentials for instance; a process that stayed would be deaf.
    """

    leaving = False

    async def close(self) -> None:
        self.leaving = True
        await super().close()

    async def drain(self) -> None:
        self.leaving = True
        await super().drain()

    async def closed(self) -> None:
        """The client's own word that it is closed."""
        if not self.leaving:
            _log.critical("the connection to the broker is closed for good")
            logging.shutdown()
            os._exit(70)


async def connect(settings: Settings, service: str) -> Client:
    """A connection, once the broker is there: however long that takes."""
    client = BrokerClient()
    await client.connect(**options(settings, service, client.closed))
    return client


async def ask(connection: Client, subject: str, what: object = None, *, seconds: float = 5.0) -> dict[str, Any]:
    """A request to JetStream's own interface, and its answer.

    Raises `BrokerRefused` for an error that it answers with, `nats.errors.Error` when no answer comes: the outcome is
    then unknown.
    """
    payload = b"" if what is None else orjson.dumps(what)
    return await send(connection, subject, payload, seconds=seconds)


async def send(
    connection: Client, subject: str, payload: bytes, headers: dict[str, str] | None = None, *, seconds: float = 5.0
) -> dict[str, Any]:
    """As `ask`, with bytes and headers."""
    return answered(await request(connection, subject, payload, headers, seconds=seconds))


async def request(
    connection: Client, subject: str, payload: bytes, headers: dict[str, str] | None = None, *, seconds: float = 5.0
) -> Msg:
    """`Client.request`, but a connection that breaks is an error at once, not when the time is out."""
    reconnects = connection.stats["reconnects"]
    waiting = asyncio.ensure_future(connection.request(subject, payload, timeout=seconds, headers=headers))
    try:
        while not (await asyncio.wait((waiting,), timeout=0.25))[0]:
            if not connection.is_connected or connection.stats["reconnects"] != reconnects:
                raise ConnectionError("the broker went away")
        return waiting.result()
    finally:
        waiting.cancel()


def answered(message: Msg) -> dict[str, Any]:
    """JetStream's answer; raises `BrokerRefused`."""
    answer: dict[str, Any] = orjson.loads(message.data)
    if error := answer.get("error"):
        raise BrokerRefused(error.get("err_code", 0), error.get("description", ""))
    return answer


async def declare_streams(connection: Client, *, replicas: int = 1) -> None:
    """Make the two streams, or bring them up to date. Needs rights on `$JS.API.STREAM.>`, which services lack."""
    common = {"storage": "file", "retention": "limits", "num_replicas": replicas, "allow_direct": True}
    await _declare(
        connection,
        # Nothing is dropped for lack of room: the relay is refused, and goes on when there is room again.
        common
        | {
            "name": EVENTS,
            "subjects": ["evt.>", "relay.*"],
            "discard": "new",
            "allow_atomic": True,
            "duplicate_window": _SECOND,
        },
    )
    await _declare(
        connection,
        common
        | {
            "name": SCHEDULES,
            "subjects": ["schedule.>", "due.>"],
            "allow_msg_schedules": True,
            "allow_msg_ttl": True,
            "allow_rollup_hdrs": True,
            "duplicate_window": _SECOND,
        },
    )


async def _declare(connection: Client, config: dict[str, Any]) -> None:
    name = config["name"]
    try:
        await ask(connection, f"$JS.API.STREAM.UPDATE.{name}", config)
    except BrokerRefused as refused:
        if refused.code != _NOT_FOUND:
            raise
        await ask(connection, f"$JS.API.STREAM.CREATE.{name}", config)

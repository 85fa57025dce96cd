"""The broker: how services connect to it, and the two streams that it keeps for them.

Whatever it holds can be made again from the event stores (docs/adr), so that losing it costs time and nothing else.
"""

import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any

import nats
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import (
    ConnectionClosedError,
    ConnectionDrainingError,
    ConnectionReconnectingError,
    NoRespondersError,
    OutboundBufferLimitError,
)

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


class BrokerRefused(Exception):
    """JetStream answered with an error; `code` is its `err_code`."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code


async def _on_error(error: Exception) -> None:
    _log.warning("broker: %s", str(error) or type(error).__name__)


async def _end_process() -> None:
    """The client library gave up (refused credentials, say): a supervisor starts the process afresh."""
    _log.critical("the connection to the broker is closed for good")
    logging.shutdown()
    os._exit(70)


def options(
    settings: Settings, service: str, on_close: Callable[[], Awaitable[None]] | None = _end_process
) -> dict[str, Any]:
    """Arguments for `nats.connect`: never give up, notice a dead peer within 30 s, own inboxes."""
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
        "error_cb": _on_error,
        "closed_cb": on_close,
    }


async def connect(settings: Settings, service: str) -> Client:
    """A connection, once the broker is there: however long that takes."""
    return await nats.connect(**options(settings, service))


async def ask(connection: Client, subject: str, request: object = None, *, seconds: float = 5.0) -> dict[str, Any]:
    """A request to JetStream's own interface, and its answer.

    Raises `BrokerRefused` for an error that it answers with, `nats.errors.Error` when no answer comes: the outcome is
    then unknown.
    """
    payload = b"" if request is None else orjson.dumps(request)
    return answered(await connection.request(subject, payload, timeout=seconds))


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

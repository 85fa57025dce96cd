"""Requests to JetStream's own interface, and what may come of them."""

import asyncio
from typing import Any

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
from nats.errors import Error as NatsError

from shared.problems import NotCaughtUp, OutOfSpace, Unavailable

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
    """`Client.request`, but a connection that breaks is an error at once, not when the time is out.

    And who waits can be cancelled: `wait_for` of Python 3.11, which the client uses, forgets that if the answer comes
    at the same moment, and whoever then waits for the end of the task waits for ever.
    """
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

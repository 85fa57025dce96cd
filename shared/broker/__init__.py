"""The broker: how services connect to it, and the streams that it keeps for them.

Whatever it holds can be made again from the event stores (docs/adr), so that losing it costs time and nothing else.
"""

import logging
import ssl
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from nats.aio.client import Client

from shared.broker.client import BrokerClient, QuickClient
from shared.broker.requests import PASSING, BrokerRefused, answered, ask, request, send
from shared.broker.streams import EVENTS, LEASES, SCHEDULES, declare_streams
from shared.settings import Settings

__all__ = [
    "EVENTS",
    "LEASES",
    "PASSING",
    "SCHEDULES",
    "BrokerClient",
    "BrokerRefused",
    "QuickClient",
    "answered",
    "ask",
    "connect",
    "declare_streams",
    "options",
    "request",
    "send",
]

_PENDING = 16 * 1024 * 1024  # bytes buffered for the broker: a batch of events must fit
_log = logging.getLogger(__name__)


def options(settings: Settings, service: str, on_close: Callable[[], Awaitable[None]] | None = None) -> dict[str, Any]:
    """Arguments for `Client.connect`: never give up, notice a dead peer within 30 s, own inboxes."""
    password = settings.nats_password
    tls = {"tls": ssl.create_default_context(cafile=settings.nats_ca)} if settings.nats_ca else {}
    return tls | {
        "servers": [address.strip() for address in settings.nats_url.split(",")],
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


async def connect(settings: Settings, service: str) -> Client:
    """A connection, once the broker is there: however long that takes."""
    client = BrokerClient()
    await client.connect(**options(settings, service, client.closed))
    return client

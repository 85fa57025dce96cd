"""What the reader and the broker say to each other."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nats.aio.msg import Msg

from shared.sealing import Wire

SECOND = 1_000_000_000  # JetStream counts durations in nanoseconds
_CONSUMER_KEPT = 60.0  # seconds for which the broker keeps a consumer that nobody asks
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a stream. `stream` is when it was made, in microseconds: one made again is another stream."""

    stream: int = 0
    sequence: int = 0


def pull(wanted: int, expires: float, heartbeat: float) -> bytes:
    """A request for so many messages, open for so many seconds, with a sign of life in between."""
    return b'{"batch":%d,"expires":%d,"idle_heartbeat":%d}' % (wanted, expires * SECOND, heartbeat * SECOND)


def consumer(name: str, services: Iterable[str], start: int) -> dict[str, Any]:
    return {
        "name": name,
        "ack_policy": "none",
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": start,
        "filter_subjects": [f"evt.{service}.>" for service in sorted(services)],
        "replay_policy": "instant",
        "inactive_threshold": int(_CONSUMER_KEPT * SECOND),
        "mem_storage": True,
        "num_replicas": 1,
    }


def place(reply: str) -> tuple[int, int, int]:
    """Stream sequence, consumer's count and messages left, from `$JS.ACK...` (the long form begins with a domain)."""
    parts = reply.split(".")
    at = 5 if len(parts) == 9 else 7
    return int(parts[at]), int(parts[at + 1]), int(parts[at + 3])


def event_of(message: Msg) -> Wire | None:
    headers = message.headers or {}
    try:
        return Wire(
            service=message.subject.split(".", 2)[1],
            number=int(headers["Dossier-Number"]),
            topic=headers["ce-type"],
            id=headers["ce-subject"],
            version=int(headers["Dossier-Version"]),
            state=message.data,
        )
    except (KeyError, ValueError):
        _log.exception("a message on %s is no event", message.subject)
        return None

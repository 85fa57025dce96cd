"""The streams that the broker keeps."""

from typing import Any

from nats.aio.client import Client

from shared.broker.requests import BrokerRefused, ask

EVENTS = "EVENTS"
"""All events, `evt.<service>.<scope or ->.<aggregate id>`, and the relays' marks, `relay.<service>`."""
SCHEDULES = "SCHEDULES"
"""The stream of what is to be sent later: `schedule.<service>.<key>`, which falls due as `due.<service>.<key>`."""
LEASES = "LEASES"
"""The stream of whose turn it is at what only one instance may do (shared.lease): `lease.<service>.<work>`."""

_SECOND = 1_000_000_000  # JetStream counts durations in nanoseconds
_NOT_FOUND = 10059  # err_code: stream not found


async def declare_streams(connection: Client, *, replicas: int = 1) -> None:
    """Make the three streams, or bring them up to date. Needs rights on `$JS.API.STREAM.>`, which services lack."""
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
    # In memory: worth nothing after a restart of the broker, and renewed too often for a disk.
    lasting = {"name": LEASES, "subjects": ["lease.>"], "max_msgs_per_subject": 1, "allow_msg_ttl": True}
    await _declare(connection, common | lasting | {"storage": "memory", "duplicate_window": _SECOND})


async def _declare(connection: Client, config: dict[str, Any]) -> None:
    name = config["name"]
    try:
        await ask(connection, f"$JS.API.STREAM.UPDATE.{name}", config)
    except BrokerRefused as refused:
        if refused.code != _NOT_FOUND:
            raise
        await ask(connection, f"$JS.API.STREAM.CREATE.{name}", config)

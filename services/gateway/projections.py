"""The gateway's copy of the sessions, from the events of firm; a token is stored nowhere, only its SHA-256."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from shared.events import Recorded
from shared.readstore.conditions import Condition, Eq, Range
from shared.readstore.interface import Batch, Collection

SESSIONS = Collection("sessions", fields=("session_id", "member_id", "expires_at"))
Ended = Callable[[str], Awaitable[None]]
_SWEPT = 20  # expired sessions removed per new one


def opened(event: Recorded) -> dict[str, Any]:
    """The document of a session, kept under the hash of its token."""
    data = event.data
    return {
        "token_hash": data["token_hash"],
        "session_id": event.id,
        "member_id": data["member_id"],
        "expires_at": data["expires_at"],
        "language": data.get("language"),
    }


class SessionCopy:
    """Sessions that are open. `ended` and `ended_member` are told once an end is committed."""

    name = "sessions-1"
    services = frozenset({"firm"})
    collections = (SESSIONS,)

    def __init__(self, ended: Ended, ended_member: Ended) -> None:
        self._ended, self._ended_member = ended, ended_member

    async def apply(self, event: Recorded, batch: Batch) -> None:
        match event.topic:
            case "firm.session.opened":
                await _remove(batch, Range("expires_at", lt=event.at.isoformat()))
                batch.put(SESSIONS, event.data["token_hash"], opened(event))
            case "firm.session.ended":
                await _remove(batch, Eq("session_id", event.id))
            case "firm.member.deactivated":
                await _remove(batch, Eq("member_id", event.id), limit=10_000)

    async def committed(self, events: Sequence[Recorded]) -> None:
        for event in events:
            if event.topic == "firm.session.ended":
                await self._ended(event.id)
            elif event.topic == "firm.member.deactivated":
                await self._ended_member(event.id)


async def _remove(batch: Batch, condition: Condition, limit: int = _SWEPT) -> None:
    page = await batch.find(SESSIONS, condition, limit=limit)
    for document in page.documents:
        batch.delete(SESSIONS, document["token_hash"])

"""What every route needs, put together once."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.gateway.http.answers import PROBLEM, Answer, Header
from services.gateway.http.call import Call
from services.gateway.http.sessions import Session, Sessions
from services.gateway.http.upstream import Reply, Upstream
from services.gateway.http.written import OwnWrites
from shared.blobs import Blobs
from shared.context import Context
from shared.position import Position, Progress
from shared.problems import NotCaughtUp
from shared.settings import Settings

if TYPE_CHECKING:
    from services.gateway.http.live import Hub

PASSED_ON = ("Dossier-Position", "ETag", "Location", "Retry-After")
"""Headers of a service's reply that the caller gets."""

_NAMES = tuple((name, name.lower().encode()) for name in PASSED_ON)


@dataclass(slots=True)
class Door:
    """The parts of the gateway that routes use. `progress`: how far its copy of sessions and rights has come."""

    settings: Settings
    upstream: Upstream
    sessions: Sessions
    progress: Progress
    blobs: Blobs
    live: "Hub"
    writes: OwnWrites = field(init=False)

    def __post_init__(self) -> None:
        self.writes = OwnWrites(self.upstream, self.sessions.peers)

    async def admit(self, call: Call, method: str, target: str | None = None, trace: str = "") -> Context:
        """The context of a signed-in caller's request."""
        session, _ = await self.sessions.admit(call, method)
        return member_context(call, session, target, trace)

    async def settle(self, reply: Reply) -> None:
        """Wait until our own copy holds what the reply speaks of; after two seconds the answer goes out anyway."""
        position = reply.headers.get("Dossier-Position")
        if position is None or reply.refused:
            return
        try:
            await self.progress.wait(Position.parse(position))
        except NotCaughtUp:
            return  # the change is made; only our copy is late


def member_context(call: Call, session: Session, target: str | None = None, trace: str = "") -> Context:
    return call.context(target, kind="member", id=session.member_id, session=session.id, trace=trace)


def passed_on(call: Call, reply: Reply, extra: tuple[Header, ...] = ()) -> Answer:
    """A service's reply as the caller's answer; the body is not touched."""
    headers: list[Header] = [(b"x-request-id", call.id.encode()), *extra]
    for name, lowered in _NAMES:
        value = reply.headers.get(name)
        if value is not None:
            headers.append((lowered, value.encode()))
    if not reply.refused:
        return Answer(reply.status, reply.body, extra=headers)
    if reply.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    return Answer(reply.status, reply.body, PROBLEM, headers)

"""What each session wrote last, so that a caller who names no position still reads what they just wrote.

Kept in the gateways' memory only, each tells the others: callers who must be certain send `Dossier-Position`
themselves. That one is waited for and refused when it is not reached; this one is a courtesy.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from services.gateway.http.history import check_reached
from services.gateway.http.peers import Peers
from services.gateway.http.upstream import Reply, Upstream
from shared.context import Context
from shared.position import Position

_KEPT = 10_000  # sessions


@dataclass(slots=True)
class OwnWrites:
    """Asks on behalf of sessions, and remembers how far their writes have come."""

    upstream: Upstream
    peers: Peers
    _written: OrderedDict[str, Position] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.peers.on("wrote", self._remember)

    async def ask(self, subject: str, context: Context, body: bytes = b"", params: str = "") -> Reply:
        """As `Upstream.ask`; raises `UnknownPosition`.

        A query waits a moment for the session's own writes; a command is asked again with them if what it names was
        not found, for that may be what the session has just made: a refusal had no effect.
        """
        written = self._written.get(context.session or "")
        if context.position or not written:
            reply = await self.upstream.ask(subject, context, body, params)
            await check_reached(self.upstream, context.position, reply)
        elif subject.startswith("qry."):
            reply = await self.upstream.ask(subject, context.evolve(position=str(written), courtesy=True), body, params)
        else:
            reply = await self.upstream.ask(subject, context, body, params)
            if reply.status == 404:
                again = await self.upstream.ask(subject, context.evolve(position=str(written)), body, params)
                reply = reply if again.status == 503 else again
        if context.session and subject.startswith("cmd.") and not reply.refused:
            position = reply.headers.get("Dossier-Position", "")
            self._remember(context.session, position)
            await self.peers.tell("wrote", context.session, position)
        return reply

    def _remember(self, session: str, position: str) -> None:
        written = self._written.setdefault(session, Position())
        self._written.move_to_end(session)
        for service, number in Position.parse(position).items():
            written.advance(service, number)
        while len(self._written) > _KEPT:
            self._written.popitem(last=False)

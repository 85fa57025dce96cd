"""Who is signed in, from the gateway's own copy of the sessions: one look in memory on the way of each request."""

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.http.call import Call
from services.gateway.http.peers import Peers
from services.gateway.http.protection import SAFE, check_header, check_origin
from services.gateway.http.tokens import TOKEN, credential
from services.gateway.http.upstream import Upstream
from services.gateway.projections import SESSIONS, SessionCopy
from shared.context import SYSTEM, Context
from shared.problems import SignInRequired, Unavailable
from shared.readstore.interface import ReadStore

SIGN_OUT = "cmd.firm.SignOut"
FIND = "qry.firm.FindSession"

_KEPT = 10_000
_UNKNOWN_KEPT = 2.0  # seconds: how long a token that nobody knows is not asked for again
_SHARED = 30.0  # seconds between two words to the other gateways that a session is in use
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Session:
    """A signed-in member. `seen`: monotonic time of the last request; `shared`: when other gateways heard of one."""

    id: str
    member_id: UUID
    expires: float
    language: str | None
    seen: float = field(default_factory=time.monotonic)
    shared: float = float("-inf")


class Sessions:
    """Finds the session of a request and says when one is over."""

    def __init__(self, upstream: Upstream, idle_minutes: float, peers: Peers) -> None:
        self._upstream, self._idle = upstream, idle_minutes * 60
        self._store: ReadStore | None = None
        self._known: OrderedDict[str, Session] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._endings = 0
        self._watchers: dict[str, set[Callable[[], None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._shared = min(_SHARED, self._idle / 4)
        self.copy = SessionCopy(self._ended, self._ended_member)
        self.peers = peers
        peers.on("ended", self.end)
        peers.on("ended-member", self.end_of_member)
        peers.on("used", self._used)
        peers.on_return(self.check)

    def open(self, store: ReadStore) -> None:
        """Use the copy in this store; without one every token is asked for."""
        self._store = store

    async def admit(self, call: Call, method: str) -> tuple[Session, str]:
        """The session of a request, and its token; refuses a forged one (`Csrf`) and none (`SignInRequired`)."""
        token, by_cookie = credential(call)
        if by_cookie and method not in SAFE:
            check_header(call)
            check_origin(call)
        session = await self.find(token)
        if session.language and call.spoken is None:
            call.default = session.language
        return session, token

    async def find(self, token: str) -> Session:
        """The live session of a token. None, broken, ended: the answer is the same."""
        if not TOKEN.fullmatch(token):
            raise SignInRequired
        key = hashlib.sha256(token.encode()).hexdigest()
        session = self._known.get(key) or await self._load(key)
        if not self.alive(session):
            self._retire(session)
            raise SignInRequired
        session.seen = time.monotonic()
        if session.seen - session.shared > self._shared:
            session.shared = session.seen
            self._start(self.peers.tell("used", key))
        return session

    def alive(self, session: Session) -> bool:
        """Neither past its end nor unused for too long."""
        return time.time() < session.expires and time.monotonic() - session.seen < self._idle

    def watch(self, session: Session, over: Callable[[], None]) -> Callable[[], None]:
        """Call `over` when the session ends; returns what ends the watch."""
        self._watchers.setdefault(session.id, set()).add(over)

        def forget() -> None:
            watchers = self._watchers.get(session.id, set())
            watchers.discard(over)
            if not watchers:
                self._watchers.pop(session.id, None)

        return forget

    def watched(self, session: Session) -> int:
        return len(self._watchers.get(session.id, ()))

    def end(self, session_id: str) -> None:
        """A session was ended; told by the projection, and at once by a sign-out that passes here."""
        self._end(lambda session: session.id == session_id)

    def end_of_member(self, member_id: str) -> None:
        """All sessions of a member were ended."""
        self._end(lambda session: str(session.member_id) == member_id)

    async def check(self) -> None:
        """Look all sessions up again: that one ended may have been said while nobody here could hear it."""
        self._start(self._check())

    async def _check(self) -> None:
        for key, session in list(self._known.items()):
            stored = await self._store.get(SESSIONS, key) if self._store else None
            with suppress(Unavailable):  # whoever is away when the session is used says so again
                if stored is None and await self._ask(key) is None:
                    self.end(session.id)

    async def _ended(self, session_id: str) -> None:
        self.end(session_id)
        await self.peers.tell("ended", session_id)

    async def _ended_member(self, member_id: str) -> None:
        self.end_of_member(member_id)
        await self.peers.tell("ended-member", member_id)

    def _used(self, key: str) -> None:
        """A session was used at another gateway: it is not idle."""
        if session := self._known.get(key):
            session.seen = time.monotonic()

    def _end(self, which: Callable[[Session], bool]) -> None:
        self._endings += 1
        over = [(key, session) for key, session in self._known.items() if which(session)]
        for key, session in over:
            del self._known[key]
            for tell in list(self._watchers.get(session.id, ())):
                tell()

    async def _load(self, key: str) -> Session:
        """From the copy, else from the firm service itself: the copy may be some milliseconds behind."""
        if time.monotonic() < self._unknown.get(key, 0.0):
            raise SignInRequired
        endings = self._endings
        found = await self._store.get(SESSIONS, key) if self._store else None
        found = found or await self._ask(key)
        if found is None:
            self._unknown[key] = time.monotonic() + _UNKNOWN_KEPT
            _bound(self._unknown)
            raise SignInRequired
        session = _session(found)
        if endings == self._endings:  # else this very session may have ended while it was being looked up
            session = self._known.setdefault(key, session)
            _bound(self._known)
        return session

    async def _ask(self, key: str) -> dict[str, Any] | None:
        reply = await self._upstream.ask(FIND, SYSTEM, params=f'{{"token_hash":"{key}"}}')
        if reply.refused and reply.status not in (401, 404):
            raise Unavailable  # firm's own trouble says nothing about the token
        return None if reply.refused else reply.json()

    def _retire(self, session: Session) -> None:
        """An idle session is ended for good, so that no other gateway and no restart brings it back."""
        if time.time() < session.expires:
            context = Context(kind="member", id=session.member_id, request="idle", session=session.id)
            self._start(self._sign_out(context))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sign_out(self, context: Context) -> None:
        try:
            await self._upstream.ask(SIGN_OUT, context)
        except Unavailable:
            _log.warning("an idle session could not be ended yet")


def _session(found: dict[str, Any]) -> Session:
    expires = datetime.fromisoformat(found["expires_at"]).timestamp()
    return Session(found["session_id"], UUID(found["member_id"]), expires, found.get("language"))


def _bound(entries: OrderedDict[str, Any]) -> None:
    while len(entries) > _KEPT:
        entries.popitem(last=False)

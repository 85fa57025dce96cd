"""Who is signed in, from the gateway's own copy of the sessions: one look in memory on the way of each request."""

import asyncio
import hashlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.http.call import Call
from services.gateway.http.protection import SAFE, check_header, check_origin
from services.gateway.http.upstream import Upstream
from services.gateway.projections import SESSIONS, SessionCopy
from shared.context import SYSTEM, Context
from shared.problems import SignInRequired, Unavailable
from shared.readstore.interface import ReadStore

COOKIE = "dossier_session"
SIGN_OUT = "cmd.firm.SignOut"
FIND = "qry.firm.FindSession"

_TOKEN = re.compile(r"[A-Za-z0-9_.~-]{20,200}")
_KEPT = 10_000
_UNKNOWN_KEPT = 2.0  # seconds: how long a token that nobody knows is not asked for again
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Session:
    """A signed-in member. `seen` is the monotonic time of the last request."""

    id: str
    member_id: UUID
    expires: float
    language: str | None
    seen: float = field(default_factory=time.monotonic)


class Sessions:
    """Finds the session of a request and says when one is over."""

    def __init__(self, upstream: Upstream, idle_minutes: float) -> None:
        self._upstream, self._idle = upstream, idle_minutes * 60
        self._store: ReadStore | None = None
        self._known: OrderedDict[str, Session] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._endings = 0
        self._watchers: dict[str, set[Callable[[], None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.copy = SessionCopy(self.end, self.end_of_member)

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
        if not _TOKEN.fullmatch(token):
            raise SignInRequired
        key = hashlib.sha256(token.encode()).hexdigest()
        session = self._known.get(key) or await self._load(key)
        if not self.alive(session):
            self._retire(session)
            raise SignInRequired
        session.seen = time.monotonic()
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
            task = asyncio.create_task(self._sign_out(context))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _sign_out(self, context: Context) -> None:
        try:
            await self._upstream.ask(SIGN_OUT, context)
        except Unavailable:
            _log.warning("an idle session could not be ended yet")


def credential(call: Call) -> tuple[str, bool]:
    """The token and whether it came by the cookie. A bearer token wins: a program sends it on purpose."""
    given = call.headers.get(b"authorization")
    if given is not None:
        scheme, _, token = given.decode("latin-1").partition(" ")
        return (token.strip() if scheme.lower() == "bearer" else ""), False
    for part in call.headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value, True
    return "", False


def _session(found: dict[str, Any]) -> Session:
    expires = datetime.fromisoformat(found["expires_at"]).timestamp()
    return Session(found["session_id"], UUID(found["member_id"]), expires, found.get("language"))


def _bound(entries: OrderedDict[str, Any]) -> None:
    while len(entries) > _KEPT:
        entries.popitem(last=False)

"""Signing in and out: the only routes that hand out or take back the proof of who one is."""

from datetime import UTC, datetime
from http.cookies import SimpleCookie

import orjson
from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.answers import Header
from services.gateway.http.bodies import read_json
from services.gateway.http.call import Call
from services.gateway.http.door import Door, member_context, passed_on
from services.gateway.http.forwarding import parameters
from services.gateway.http.protection import check_origin
from services.gateway.http.sessions import SIGN_OUT
from services.gateway.http.tokens import COOKIE
from services.gateway.http.upstream import Reply
from shared.settings import Settings

SIGN_IN = "cmd.firm.SignIn"


class SignIn:
    """`POST /session`: e-mail address and password become a token, in the answer and in a cookie."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        call = Call.of(scope)
        check_origin(call)  # nobody is signed in to a stranger's account by a stranger's page
        # A token is never given out twice: an idempotency key means nothing here, and there is nobody to own it.
        context = call.context().evolve(idempotency_key=None, if_match=None)
        body = await read_json(call, receive, self._door.settings.body_limit)
        reply = await self._door.upstream.ask(SIGN_IN, context, body, parameters(scope))
        extra: tuple[Header, ...] = ()
        if not reply.refused:
            extra = (cookie(self._door.settings, str(reply.json()["token"]), str(reply.json()["expires_at"])),)
            reply = Reply(201, _public(reply), reply.headers)
        await passed_on(call, reply, extra)(scope, receive, send)


class SignOut:
    """`DELETE /session`: the session of this request ends, here and for all."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        call = Call.of(scope)
        session, _ = await self._door.sessions.admit(call, "DELETE")
        context = member_context(call, session)
        body = await read_json(call, receive, self._door.settings.body_limit)
        reply = await self._door.upstream.ask(SIGN_OUT, context, body, parameters(scope))
        if not reply.refused:
            await self._door.settle(reply)
            self._door.sessions.end(session.id)
        await passed_on(call, reply, (cookie(self._door.settings),))(scope, receive, send)


def _public(reply: Reply) -> bytes:
    answer = reply.json()
    return orjson.dumps({"token": answer["token"], "member": answer["member"]})


def cookie(settings: Settings, token: str = "", expires_at: str = "") -> Header:
    """The header that sets the session's cookie; without a token, the one that removes it."""
    jar: SimpleCookie = SimpleCookie({COOKIE: token})
    morsel = jar[COOKIE]
    morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
    morsel["secure"] = settings.cookie_secure
    seconds = (datetime.fromisoformat(expires_at) - datetime.now(UTC)).total_seconds() if expires_at else 0
    morsel["max-age"] = max(0, int(seconds))
    return b"set-cookie", morsel.OutputString().encode()

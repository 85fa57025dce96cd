"""Signing in and out. Everything here is answered from the aggregates: a read model may be a moment behind."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.firm.commands.hashing import Passwords
from services.firm.commands.throttle import Throttle
from services.firm.contract import FindSession, Me, SessionFound, SignIn, SignOut, WrongCredentials
from services.firm.domain import AddressClaim, Member, MemberSessions, Session
from services.firm.values import folded
from shared.context import current
from shared.dispatch import handles
from shared.messages import Accepted
from shared.problems import NotFound
from shared.repository import Repository
from shared.settings import Settings
from shared.store import EventStore


@handles(SignIn)
async def sign_in(
    command: SignIn, store: EventStore, throttle: Throttle, passwords: Passwords, settings: Settings
) -> dict[str, Any]:
    async with throttle.attempt(command.email, current.get().address) as tally:
        member, sessions = await _claimed(store, command.email)
        fits = await passwords.verify(member.password if member else None, command.password)
        if member is None or sessions is None or not fits or not member.active:
            await store.save(*tally.failed())
            raise WrongCredentials
        token = secrets.token_urlsafe(32)
        session = _session(member, token, tally.now, settings.session_hours)
        sessions.opened(session, tally.now)
        await store.save(session, sessions, *tally.succeeded())
    return {
        "token": token,
        "session_id": session.id,
        "expires_at": session.expires_at,
        "member": member.profile,
    }


async def _claimed(store: EventStore, email: str) -> tuple[Member | None, MemberSessions | None]:
    """Who has this address. The sessions are loaded first: whatever then befalls the member conflicts with them."""
    claim = await store.find(AddressClaim, AddressClaim.id_of(folded(email)))
    if claim is None or claim.member_id is None:
        return None, None
    sessions = await store.load(MemberSessions, MemberSessions.id_of(claim.member_id))
    return await store.peek(Member, claim.member_id), sessions


def _session(member: Member, token: str, now: datetime, hours: float) -> Session:
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    return Session(
        id=Session.id_of(token_hash),
        member_id=member.id,
        token_hash=token_hash,
        expires_at=now + timedelta(hours=hours),
        language=member.language,
    )


@handles(SignOut)
async def sign_out(
    command: SignOut, sessions: Repository[Session], open_sessions: Repository[MemberSessions]
) -> Accepted:
    context = current.get()
    session = await sessions.get(UUID(context.session)) if context.session else None
    if session is None or session.member_id != context.id:
        raise NotFound
    if session.ended:
        return await sessions.save(session)
    session.end("signed-out")
    others = await open_sessions.get(MemberSessions.id_of(session.member_id))
    others.close([session.id])
    return await sessions.save(session, others)


@handles(FindSession)
async def find(query: FindSession, sessions: Repository[Session]) -> SessionFound:
    session = await sessions.peek(Session.id_of(query.token_hash))
    if not session.open_at(datetime.now(UTC)):
        raise NotFound
    return SessionFound(
        session_id=session.id,
        member_id=session.member_id,
        expires_at=session.expires_at,
        language=session.language,
        active=True,
    )


@handles(Me)
async def me(query: Me, members: Repository[Member]) -> dict[str, Any]:
    context = current.get()
    if context.id is None:
        raise NotFound
    member = await members.peek(context.id)
    return {"session_id": context.session, "member": member.profile, "version": member.version}

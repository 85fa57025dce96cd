"""Changing a password ends the sessions that the old one opened."""

from uuid import UUID

from services.firm.commands.actor import Actor
from services.firm.commands.hashing import Passwords, check_choice
from services.firm.commands.throttle import Throttle
from services.firm.contract import ChangeOwnPassword, SetMemberPassword, WrongPassword
from services.firm.domain import Member, MemberSessions, Session
from shared.context import current
from shared.dispatch import handles
from shared.messages import Accepted
from shared.problems import SignInRequired
from shared.store import EventStore


@handles(ChangeOwnPassword)
async def change_own(
    command: ChangeOwnPassword, store: EventStore, throttle: Throttle, passwords: Passwords
) -> Accepted:
    context = current.get()
    if context.id is None:
        raise SignInRequired
    member = await store.load(Member, context.id)
    async with throttle.attempt(member.email, context.address) as tally:
        if not await passwords.verify(member.password, command.current):
            await store.save(*tally.failed())
            raise WrongPassword(field="current")
        check_choice(command.new, member.email, "new")
        ended = await end_sessions(store, member.id, "password-changed", but=context.session)
        member.set_password(await passwords.hash(command.new))
        return await store.save(member, *ended, *tally.succeeded())


@handles(SetMemberPassword)
async def set_password(command: SetMemberPassword, store: EventStore, actor: Actor, passwords: Passwords) -> Accepted:
    manager = await actor.manager()
    member = await store.load(Member, command.member_id)
    manager.take_over(member)
    check_choice(command.password, member.email, "password")
    ended = await end_sessions(store, member.id, "password-changed")
    member.set_password(await passwords.hash(command.password))
    return await store.save(member, *ended)


async def end_sessions(
    store: EventStore, member_id: UUID, reason: str, but: str | None = None
) -> list[Session | MemberSessions]:
    """End a member's open sessions; what is returned is to be saved with what ended them."""
    sessions = await store.load(MemberSessions, MemberSessions.id_of(member_id))
    ids = [id for id in sessions.open if str(id) != but]
    ended = [await store.load(Session, id) for id in ids]
    for session in ended:
        session.end(reason)
    sessions.close(ids)
    return [*ended, sessions]

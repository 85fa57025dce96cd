"""What changes a member of the staff. Who may do so to whom is decided by `Manager` (ruling 11)."""

from collections.abc import Iterable
from uuid import UUID

from services.firm.commands.actor import Actor
from services.firm.commands.hashing import Passwords, check_choice
from services.firm.commands.passwords import end_sessions
from services.firm.contract import (
    PERMISSIONS,
    ChangeMember,
    CreateMember,
    SetMemberActive,
    SetMemberPermissions,
    SetMemberRole,
)
from services.firm.domain import AddressClaim, Firm, Member, MemberSessions
from services.firm.values import folded
from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import Accepted
from shared.settings import Settings
from shared.store import EventStore


@handles(CreateMember)
async def create(
    command: CreateMember, store: EventStore, actor: Actor, passwords: Passwords, settings: Settings
) -> Accepted:
    manager = await actor.manager()
    manager.manage(command.role)
    manager.give(command.permissions)
    if command.password is not None:
        check_choice(command.password, command.email, "password")
    member = Member(
        id=new_id(),
        given_name=command.given_name,
        family_name=command.family_name,
        email=command.email,
        role=command.role,
        permissions=_in_order(command.permissions),
        language=command.language or settings.firm_language,
    )
    saved = [await claim(store, command.email, member.id), MemberSessions.of(member.id), *await _counted(store, member)]
    if command.password is not None:
        member.set_password(await passwords.hash(command.password))
    return await store.save(member, *saved)


@handles(ChangeMember)
async def change(command: ChangeMember, store: EventStore, actor: Actor) -> Accepted:
    manager = await actor.manager()
    member = await store.load(Member, command.member_id)
    manager.manage(member.role)
    claims: list[AddressClaim] = []
    if command.email is not None and command.email != member.email:
        manager.take_over(member)
        claims = await _moved(store, member, command.email)
        member.change_email(command.email)
    member.rename(command.given_name, command.family_name)
    if command.language is not None:
        member.speak(command.language)
    return await store.save(member, *claims)


@handles(SetMemberRole)
async def set_role(command: SetMemberRole, store: EventStore, actor: Actor) -> Accepted:
    manager = await actor.manager()
    member = await store.load(Member, command.member_id)
    manager.manage(member.role, command.role)
    member.take_role(command.role)
    return await store.save(member, *await _counted(store, member))


@handles(SetMemberPermissions)
async def set_permissions(command: SetMemberPermissions, store: EventStore, actor: Actor) -> Accepted:
    manager = await actor.manager()
    member = await store.load(Member, command.member_id)
    manager.manage(member.role)
    manager.give(set(command.permissions) - set(member.permissions))
    member.set_permissions(_in_order(command.permissions))
    return await store.save(member)


@handles(SetMemberActive)
async def set_active(command: SetMemberActive, store: EventStore, actor: Actor) -> Accepted:
    manager = await actor.manager()
    member = await store.load(Member, command.member_id)
    manager.manage(member.role)
    if command.active == member.active:
        return await store.save(member)
    member.set_active(command.active)
    ended = [] if command.active else await end_sessions(store, member.id, "deactivated")
    return await store.save(member, *await _counted(store, member), *ended)


async def claim(store: EventStore, email: str, member_id: UUID) -> AddressClaim:
    """The address as this member's. Raises `EmailTaken`."""
    id = AddressClaim.id_of(folded(email))
    claimed = await store.find(AddressClaim, id) or AddressClaim(id=id, member_id=member_id)
    claimed.take(member_id)
    return claimed


async def _moved(store: EventStore, member: Member, email: str) -> list[AddressClaim]:
    """The claims to save when a member's address becomes another."""
    if folded(email) == folded(member.email):
        return []
    left = await store.load(AddressClaim, AddressClaim.id_of(folded(member.email)))
    left.release(member.id)
    return [await claim(store, email, member.id), left]


async def _counted(store: EventStore, member: Member) -> list[Firm]:
    """The firm, told whether this member is now an active owner. Raises `LastOwner`."""
    firm = await store.load(Firm, Firm.ID)
    firm.count(member.id, owns=member.active and member.role == "owner")
    return [firm]


def _in_order(permissions: Iterable[str]) -> list[str]:
    """Each once, in the order in which they are always written: what is equal looks equal."""
    return [permission for permission in PERMISSIONS if permission in permissions]

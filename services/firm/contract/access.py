"""Every service's own copy of the rights, and the questions that are put to it. One place decides who sees what."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast
from uuid import UUID

from services.firm.contract.copy import ACCOUNTS, CONTACTS, MEMBERS
from services.firm.contract.rights import MANAGE_ACCOUNTS, MANAGE_CONTACTS, Level, MemberRights, Place, at_least
from shared.context import Context, current
from shared.problems import NotAllowed, NotFound, SignInRequired
from shared.readstore.conditions import AllOf, AnyOf, Condition, Empty, HasAny, HasOther
from shared.readstore.interface import ReadStore

Locator = Callable[[UUID], Awaitable[Place]]
"""Finds where a thing stands; raises `NotFound`."""

EVERYTHING = AllOf()
_ALL = 1_000_000


class Access:
    """The rights of the present caller. `locate` tells, per kind of thing that the service keeps, where it stands."""

    def __init__(self, read: ReadStore, locate: Mapping[str, Locator] | None = None) -> None:
        self._read = read
        self._locate = locate or {}

    @property
    def caller(self) -> Context:
        return current.get()

    @property
    def system(self) -> bool:
        return current.get().kind == "system"

    async def member(self) -> MemberRights:
        """The caller's rights as a member; `SignInRequired` for anybody who is not an active member."""
        context = current.get()
        if context.kind != "member" or context.id is None:
            raise SignInRequired
        member = await self.member_of(str(context.id))
        if member is None or not member.active:
            raise SignInRequired
        return member

    async def member_of(self, id: str) -> MemberRights | None:
        found = await self._read.get(MEMBERS, id)
        if found is None:
            return None
        return MemberRights(id, found["role"], frozenset(found["permissions"]), found["active"])

    async def level(self, member: MemberRights, account_id: UUID | str, *, deleted: bool = False) -> Level:
        """The member's level on an account; none if there is none. A deleted one counts only if `deleted`."""
        account = await self._read.get(ACCOUNTS, str(account_id))
        if account is None or (account["deleted"] and not deleted):
            return "none"
        return member.level(account["levels"].get(member.id))

    async def see_account(self, account_id: UUID) -> None:
        """Raise `NotFound` unless the caller may know of this account (M-13, T-03)."""
        if self.system:
            return
        if await self.level(await self.member(), account_id) == "none":
            raise NotFound

    async def manage_account(self, account_id: UUID) -> None:
        """Raise unless the caller sees the account and may manage accounts (T-57)."""
        await self.see_account(account_id)
        await self.permitted(MANAGE_ACCOUNTS)

    async def manage_deleted_account(self, account_id: UUID) -> None:
        """Raise `NotFound` unless the caller could manage this account when it was deleted (rulings 3, 11)."""
        if self.system:
            return
        member = await self.member()
        if await self.level(member, account_id, deleted=True) == "none" or not member.may(MANAGE_ACCOUNTS):
            raise NotFound

    async def permitted(self, permission: Any) -> None:
        if not self.system and not (await self.member()).may(permission):
            raise NotAllowed

    async def sees_contact(self, member: MemberRights, contact_id: UUID | str) -> bool:
        """Linked to an account that they see, or to none; or they manage contacts (ruling 11)."""
        contact = await self._read.get(CONTACTS, str(contact_id))
        if contact is None or contact["deleted"]:
            return False
        if member.may(MANAGE_CONTACTS) or not contact["accounts"]:
            return True
        for account in contact["accounts"]:
            if await self.level(member, account, deleted=True) != "none":
                return True
        return False

    async def see_contact(self, contact_id: UUID) -> None:
        if not self.system and not await self.sees_contact(await self.member(), contact_id):
            raise NotFound

    async def place(self, kind: str, id: UUID) -> Place:
        return await self._locate[kind](id)

    async def see_place(self, place: Place) -> None:
        """An account's things are seen by who sees the account; those of a contact alone by who sees the contact."""
        if place.account_id is not None:
            await self.see_account(place.account_id)
        elif place.contact_id is not None:
            await self.see_contact(place.contact_id)

    async def change_place(self, place: Place) -> None:
        """Its author, or who manages accounts (and, as everywhere, sees it)."""
        await self.see_place(place)
        if self.system or place.author_id == self.caller.id:
            return
        await self.permitted(MANAGE_ACCOUNTS)

    async def folder_right(self, place: Place, wanted: Level) -> None:
        """`NotFound` below read, `NotAllowed` where they see the folder but the right does not reach (M-39..M-46)."""
        if self.system:
            return
        right = await self.right_on(await self.member(), place)
        if right == "none":
            raise NotFound
        if not at_least(right, wanted):
            raise NotAllowed

    async def right_on(self, member: MemberRights, place: Place) -> Level:
        """The member's right on the folder of a place."""
        if place.account_id is None:
            return "none"
        return member.folder_right(place.folder_rights.get(member.id), await self.level(member, place.account_id))

    async def scopes(self, field: str, member: MemberRights | None = None) -> Condition:
        """A condition for lists: documents whose `field` lists the accounts they belong to (empty: to none)."""
        if self.system and member is None:
            return EVERYTHING
        member = member or await self.member()
        if member.leads:
            return EVERYTHING
        if member.level(None) == "none":
            seen = await self._accounts(HasAny("readers", [member.id]))
            return AnyOf(HasAny(field, seen), Empty(field))
        hidden = await self._accounts(HasAny("hidden", [member.id]))
        return AnyOf(HasOther(field, hidden), Empty(field)) if hidden else EVERYTHING

    async def _accounts(self, condition: Condition) -> list[str]:
        page = await self._read.find(ACCOUNTS, condition, limit=_ALL)
        return [document["id"] for document in page.documents]

    async def hears(self, member_id: str, audience: Mapping[str, Any]) -> bool:
        """Whether a member may be told live of something: `scopes` (its accounts), `contact`, `folder` rights."""
        member = await self.member_of(member_id)
        if member is None or not member.active:
            return False
        if folder := audience.get("folder"):
            place = Place(account_id=UUID(audience["scopes"][0]), folder_rights=cast("dict[str, Level]", folder))
            return await self.right_on(member, place) != "none"
        if audience["scopes"]:
            levels = [await self.level(member, scope, deleted=True) for scope in audience["scopes"]]
            return any(level != "none" for level in levels)
        contact = audience.get("contact")
        return await self.sees_contact(member, contact) if contact else member.leads

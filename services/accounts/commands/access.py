"""The rights on accounts, answered by the accounts themselves: what was decided here holds at once."""

from typing import cast
from uuid import UUID

from services.accounts.domain.account import Account
from services.firm.contract import Access, Level, MemberRights
from shared.problems import NotFound
from shared.readstore.interface import ReadStore
from shared.repository import Repository


class AccountAccess(Access):
    """The copy of the rights, with levels that do not wait for this service's own events to come back to it."""

    def __init__(self, read: ReadStore, accounts: Repository[Account]) -> None:
        super().__init__(read)
        self._kept = accounts

    async def level(self, member: MemberRights, account_id: UUID | str, *, deleted: bool = False) -> Level:
        try:
            account = await self._kept.peek(UUID(str(account_id)))
        except NotFound:
            return "none"
        if account.deleted and not deleted:
            return "none"
        return member.level(cast("Level | None", account.team.get(member.id)))

    async def know_contact(self, contact_id: UUID, field: str) -> None:
        """`NotFound`, pointing at `field`, unless the caller may see this contact; nobody sees a deleted one."""
        try:
            await self.see_contact(contact_id)
        except NotFound:
            raise NotFound(field=field) from None

    async def knows_member(self, member_id: UUID) -> bool:
        """Whether there is such a member, active or not."""
        return await self.member_of(str(member_id)) is not None

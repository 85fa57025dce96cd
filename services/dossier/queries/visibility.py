"""What the caller may see, as conditions for lists (ruling 4): given to each query that lists anything."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.folders import FOLDERS
from services.firm.contract import MANAGE_CONTACTS, Access, MemberRights
from shared.context import Context
from shared.readstore.conditions import AllOf, AnyOf, Condition, Eq, Has, In, Not, NotIn
from shared.readstore.interface import ReadStore

_ALL = 1_000_000
_PRESENT = Not(Eq("deleted", True))  # nearly all are: no engine should look them up by it
_SYSTEM = MemberRights("", "owner", frozenset(), active=True)


class Sight:
    """The present caller's view of the read models. Our own services see everything that is not deleted."""

    def __init__(self, read: ReadStore, access: Access) -> None:
        self._read, self._access = read, access
        self._kept: tuple[Context, Condition] | None = None

    async def member(self) -> MemberRights:
        """The caller's rights; those of an owner for the system. Raises `SignInRequired`."""
        return _SYSTEM if self._access.system else await self._access.member()

    async def _scopes(self) -> Condition:
        """For `scopes`; found out once for a question that lists several kinds of things."""
        caller = self._access.caller  # another object for every message
        if self._kept is None or self._kept[0] is not caller:
            self._kept = caller, await self._access.scopes("scopes")
        return self._kept[1]

    async def accounts(self) -> Condition:
        """For the collection of accounts: those that the caller sees and that are not deleted."""
        return AllOf(_PRESENT, await self._scopes())

    async def things(self, *, of_contacts: bool = False) -> Condition:
        """For documents with `scopes` and `account_id` that stand in accounts.

        `of_contacts`: also those that hang on a contact alone (`contact_id`, `account_id` None), as far as the caller
        sees it.
        """
        seen = await self._scopes()
        gone = NotIn("account_id", await self.deleted_accounts())
        if not of_contacts:
            return AllOf(Not(Eq("account_id", None)), gone, seen)
        if (await self.member()).may(MANAGE_CONTACTS):
            seen = AnyOf(seen, Eq("account_id", None))
        contact = AnyOf(Not(Eq("account_id", None)), NotIn("contact_id", await self.deleted_contacts()))
        return AllOf(gone, contact, seen)

    async def contacts(self) -> Condition:
        """For the collection of contacts: those that the caller sees and that are not deleted (D-23)."""
        if (await self.member()).may(MANAGE_CONTACTS):
            return _PRESENT
        return AllOf(_PRESENT, await self._scopes())

    async def deleted_accounts(self) -> list[str]:
        """Accounts of which nothing is shown."""
        page = await self._read.find(ACCOUNTS, Eq("deleted", True), limit=_ALL)
        return [account["id"] for account in page.documents]

    async def deleted_contacts(self) -> list[str]:
        """Contacts of whose own things nothing is shown."""
        page = await self._read.find(CONTACTS, Eq("deleted", True), limit=_ALL)
        return [contact["id"] for contact in page.documents]

    async def hidden_folders(self, account_id: str | None = None) -> list[str]:
        """Folders hidden from the caller though they see the account: of one account, or of all (M-39, M-45)."""
        member = await self.member()
        if member.leads:
            return []
        where: list[Condition] = [Eq("account_id", account_id)] if account_id else []
        page = await self._read.find(FOLDERS, Has("hidden", member.id), *where, limit=_ALL)
        return [folder["id"] for folder in page.documents]

    async def deleted_folders(self, account_id: str | None = None) -> list[str]:
        """Folders of whose documents nothing is shown: of one account, or of all."""
        where: list[Condition] = [Eq("account_id", account_id)] if account_id else []
        page = await self._read.find(FOLDERS, Eq("deleted", True), *where, limit=_ALL)
        return [folder["id"] for folder in page.documents]

    async def hidden_counts(self, account_ids: Sequence[str]) -> Counter[str]:
        """How many folders of each of these accounts are hidden from the caller."""
        member = await self.member()
        if member.leads:
            return Counter()
        here: list[Condition] = [Has("hidden", member.id), Eq("deleted", False), In("account_id", account_ids)]
        page = await self._read.find(FOLDERS, *here, limit=_ALL)
        return Counter(folder["account_id"] for folder in page.documents)

    async def seen(self, account_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Of these accounts the documents of those that the caller sees."""
        member = await self.member()
        found = await self._read.get_many(ACCOUNTS, list(account_ids))
        return {id: account for id, account in found.items() if visible(account, member)}


def visible(account: Mapping[str, Any], member: MemberRights) -> bool:
    """Whether a member sees an account (T-03, M-13)."""
    return not account["deleted"] and member.level(account["team"].get(member.id)) != "none"

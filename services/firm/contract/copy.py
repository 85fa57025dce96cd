"""The projection that keeps a service's copy of the rights, from the events of firm, accounts and contacts."""

from typing import Any

from shared.events import Recorded
from shared.readstore.interface import Batch, Collection, Document

MEMBERS = Collection("rights_members", hot=True)
ACCOUNTS = Collection("rights_accounts", lists=("readers", "hidden"))
CONTACTS = Collection("rights_contacts")

_TOLD = {
    "firm.member": ("created", "role-changed", "permissions-changed", "activated", "deactivated"),
    "accounts.account": (
        "created", "team-set", "team-cleared", "deleted", "restored", "contact-linked", "contact-unlinked",
    ),
    "contacts.contact": ("created", "deleted", "restored"),
}  # fmt: skip
TOPICS = frozenset(f"{kind}.{change}" for kind, changes in _TOLD.items() for change in changes)
"""The few events that say something about rights; a client's life is mostly made of others."""


def evolve_member(member: Document, event: Recorded) -> Document:
    """A member's role, permissions and whether they are active."""
    data = event.data
    match event.topic:
        case "firm.member.created":
            return {"role": data["role"], "permissions": data["permissions"], "active": True}
        case "firm.member.role-changed":
            return member | {"role": data["role"]}
        case "firm.member.permissions-changed":
            return member | {"permissions": data["permissions"]}
        case "firm.member.deactivated":
            return member | {"active": False}
        case "firm.member.activated":
            return member | {"active": True}
    return member


def evolve_account(account: Document, event: Recorded) -> Document:
    """An account's levels per member, and whether it is deleted."""
    data = event.data
    match event.topic:
        case "accounts.account.created":
            return _levels({"id": event.id, "deleted": False}, data["team"])
        case "accounts.account.team-set":
            return _levels(account, account["levels"] | {data["member_id"]: data["access"]})
        case "accounts.account.team-cleared":
            return _levels(account, {k: v for k, v in account["levels"].items() if k != data["member_id"]})
        case "accounts.account.deleted":
            return account | {"deleted": True}
        case "accounts.account.restored":
            return account | {"deleted": False}
    return account


def _levels(account: Document, levels: dict[str, Any]) -> Document:
    readers = [member for member, level in levels.items() if level != "none"]
    hidden = [member for member, level in levels.items() if level == "none"]
    return account | {"levels": levels, "readers": readers, "hidden": hidden}


class RightsCopy:
    """Who may see and do what, as far as this service has heard."""

    name = "rights-1"
    services = frozenset({"firm", "accounts", "contacts"})
    collections = (MEMBERS, ACCOUNTS, CONTACTS)
    personal = False
    topics = TOPICS

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic.startswith("firm.member."):
            await _evolve(batch, MEMBERS, event, evolve_member)
        elif event.topic.startswith("accounts.account."):
            await _evolve(batch, ACCOUNTS, event, evolve_account)
            await self._links(event, batch)
        elif event.topic.startswith("contacts.contact."):
            await self._contact(event, batch)

    async def _links(self, event: Recorded, batch: Batch) -> None:
        match event.topic:
            case "accounts.account.created":
                for link in event.data["contacts"]:
                    await self._link(batch, link["contact_id"], event.id, linked=True)
            case "accounts.account.contact-linked":
                await self._link(batch, event.data["contact_id"], event.id, linked=True)
            case "accounts.account.contact-unlinked":
                await self._link(batch, event.data["contact_id"], event.id, linked=False)

    async def _link(self, batch: Batch, contact_id: str, account_id: str, *, linked: bool) -> None:
        """The two services' events come in any order: a link may be heard of before its contact."""
        contact = await batch.get(CONTACTS, contact_id) or {"accounts": [], "deleted": True}
        accounts = [account for account in contact["accounts"] if account != account_id]
        batch.put(CONTACTS, contact_id, contact | {"accounts": accounts + [account_id] * linked})

    async def _contact(self, event: Recorded, batch: Batch) -> None:
        contact = await batch.get(CONTACTS, event.id) or {"accounts": [], "deleted": True}
        match event.topic:
            case "contacts.contact.created" | "contacts.contact.restored":
                batch.put(CONTACTS, event.id, contact | {"deleted": False})
            case "contacts.contact.deleted":
                batch.put(CONTACTS, event.id, contact | {"deleted": True})


async def _evolve(batch: Batch, collection: Collection, event: Recorded, evolve: Any) -> None:
    before = await batch.get(collection, event.id) or {}
    after = evolve(before, event)
    if after != before:
        batch.put(collection, event.id, after)

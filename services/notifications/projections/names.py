"""Who can be e-mailed, where and in which language; and what the dossiers are called."""

from typing import Any

from shared.events import Recorded
from shared.readstore.interface import Batch, Collection, Document

PEOPLE = Collection("people")
"""By id of the member or contact: name, email ("" if none), language (None if none was chosen), active."""
DOSSIERS = Collection("dossiers")
"""By id of the account: name."""


class Names:
    """People and dossiers, as far as an e-mail speaks of them."""

    name = "names-1"
    services = frozenset({"firm", "contacts", "accounts"})
    collections = (PEOPLE, DOSSIERS)

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic in ("accounts.account.created", "accounts.account.renamed"):
            batch.put(DOSSIERS, event.id, {"name": event.data["name"]})
            return
        before = await batch.get(PEOPLE, event.id) or {}
        after = evolve_person(before, event)
        if after != before:
            batch.put(PEOPLE, event.id, after)


def evolve_person(person: Document, event: Recorded) -> Document:
    """A member or a contact."""
    if event.topic.startswith("firm.member."):
        return evolve_member(person, event)
    if event.topic.startswith("contacts.contact."):
        return evolve_contact(person, event)
    return person


def evolve_member(member: Document, event: Recorded) -> Document:
    """A member: who has left is not active."""
    data = event.data
    match event.topic:
        case "firm.member.created":
            return {
                "name": _name(data),
                "email": data["email"] or "",
                "language": data["language"],
                "active": True,
            }
        case "firm.member.renamed":
            return member | {"name": _name(data)}
        case "firm.member.email-changed":
            return member | {"email": data["email"] or ""}
        case "firm.member.language-changed":
            return member | {"language": data["language"]}
        case "firm.member.activated":
            return member | {"active": True}
        case "firm.member.deactivated":
            return member | {"active": False}
    return member


def evolve_contact(contact: Document, event: Recorded) -> Document:
    """A contact: neither a deactivated nor a deleted one is active (U-13)."""
    data = event.data
    match event.topic:
        case "contacts.contact.created":
            return _judged(
                {
                    "name": data["name"],
                    "email": _primary(data["emails"]),
                    "language": data["language"],
                    "switched_off": False,
                    "deleted": False,
                }
            )
        case "contacts.contact.renamed":
            return contact | {"name": data["name"]}
        case "contacts.contact.emails-changed":
            return contact | {"email": _primary(data["emails"])}
        case "contacts.contact.language-changed":
            return contact | {"language": data["language"]}
        case "contacts.contact.activated" | "contacts.contact.deactivated":
            return _judged(contact | {"switched_off": event.topic.endswith(".deactivated")})
        case "contacts.contact.deleted" | "contacts.contact.restored":
            return _judged(contact | {"deleted": event.topic.endswith(".deleted")})
    return contact


def _judged(contact: Document) -> Document:
    return contact | {"active": not (contact["switched_off"] or contact["deleted"])}


def _name(data: dict[str, Any]) -> str:
    return f"{data['given_name']} {data['family_name']}".strip()


def _primary(emails: list[dict[str, Any]]) -> str:
    return next((email["address"] for email in emails if email["primary"]), "")

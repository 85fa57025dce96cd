"""What everybody is called: members and contacts by id, for every answer that names a person."""

from shared.events import Recorded
from shared.readstore.interface import Collection, Document

PEOPLE = Collection("people")
"""`id`, `kind` (member, contact; None while only heard of), `name`, `email`, `active`, `deleted`, `language`."""


def unknown(id: str) -> Document:
    """Somebody who was named before the event that makes them known came in."""
    return {"id": id, "kind": None, "name": None, "email": None, "active": False, "deleted": False, "language": None}


def evolve(person: Document, event: Recorded) -> Document:
    """A member or a contact after an event of theirs."""
    if event.topic.startswith("firm.member."):
        return evolve_member(person, event)
    return evolve_contact(person, event)


def evolve_member(person: Document, event: Recorded) -> Document:
    data = event.data
    match event.topic:
        case "firm.member.created":
            facts = {"kind": "member", "email": data["email"], "active": True, "language": data["language"]}
            return person | facts | {"name": full_name(data["given_name"], data["family_name"])}
        case "firm.member.renamed":
            return person | {"name": full_name(data["given_name"], data["family_name"])}
        case "firm.member.email-changed":
            return person | {"email": data["email"]}
        case "firm.member.language-changed":
            return person | {"language": data["language"]}
        case "firm.member.activated" | "firm.member.deactivated":
            return person | {"active": event.topic == "firm.member.activated"}
    return person


def evolve_contact(person: Document, event: Recorded) -> Document:
    data = event.data
    match event.topic:
        case "contacts.contact.created":
            facts = {"kind": "contact", "active": True, "language": data["language"]}
            return person | facts | {"name": data["name"], "email": primary_email(data["emails"])}
        case "contacts.contact.renamed":
            return person | {"name": data["name"]}
        case "contacts.contact.emails-changed":
            return person | {"email": primary_email(data["emails"])}
        case "contacts.contact.language-changed":
            return person | {"language": data["language"]}
        case "contacts.contact.activated" | "contacts.contact.deactivated":
            return person | {"active": event.topic == "contacts.contact.activated"}
        case "contacts.contact.deleted" | "contacts.contact.restored":
            return person | {"deleted": event.topic == "contacts.contact.deleted"}
    return person


def full_name(given: str, family: str) -> str:
    """One name of two parts; a placeholder stands once."""
    return given if given == family else f"{given} {family}".strip()


def primary_email(emails: list[Document]) -> str | None:
    """The address marked as primary."""
    return next((email["address"] for email in emails if email["primary"]), None)

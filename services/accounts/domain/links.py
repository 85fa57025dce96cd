"""The links of an account to contacts, and the rules that they obey (ruling 1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.problems import Refusal


class ContactRequired(Refusal):
    """An account is made with one contact or more (T-23)."""

    code, status = "contact-required", 422
    fr, en = "Un compte est lié à au moins un contact.", "An account is linked to at least one contact."


class LastContact(Refusal):
    """The last contact of an account cannot be unlinked (T-52)."""

    code = "last-contact"
    fr = "C'est le dernier contact de ce compte: liez-en un autre avant de le dissocier."
    en = "This is the account's last contact: link another one before you unlink it."


class AlreadyLinked(Refusal):
    code = "already-linked"
    fr, en = "Ce contact est déjà lié à ce compte.", "This contact is already linked to this account."


@dataclass(frozen=True, slots=True)
class Link:
    """A contact, and what it is for this account alone (T-41)."""

    contact_id: UUID
    description: str = ""


def check_contacts(contacts: Iterable[UUID | None], field: str = "contacts/{}/contact_id") -> None:
    """At least one, and none twice; None stands for one that is still to be created."""
    seen: set[UUID | None] = set()
    count = 0
    for index, contact in enumerate(contacts):
        if contact is not None and contact in seen:
            raise AlreadyLinked(field=field.format(index))
        seen.add(contact)
        count += 1
    if not count:
        raise ContactRequired(field="contacts")

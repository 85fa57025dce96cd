"""A contact: a person or a company, and how it is reached."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.contacts.values import Email, Phone, PostalAddress, plain, with_one_primary
from shared.events import Personal
from shared.problems import NotFound


class Contact(Aggregate):
    """Exists with or without an account (D-23). Deleting hides it and can be undone (ruling 3)."""

    TOPIC = "contacts.contact"
    SUBJECT = "id"

    class Created(Aggregate.Created):
        TOPIC = "contacts.contact.created"
        kind: str
        name: Personal[str]
        given_name: Personal[str]
        family_name: Personal[str]
        emails: Personal[list[Any]]
        phones: Personal[list[Any]]
        addresses: Personal[list[Any]]
        language: str | None

    class Renamed(Aggregate.Event):
        TOPIC = "contacts.contact.renamed"
        name: Personal[str]
        given_name: Personal[str]
        family_name: Personal[str]
        was: Personal[dict[str, str]]

    class EmailsChanged(Aggregate.Event):
        TOPIC = "contacts.contact.emails-changed"
        emails: Personal[list[Any]]
        was: Personal[list[Any]]

    class PhonesChanged(Aggregate.Event):
        TOPIC = "contacts.contact.phones-changed"
        phones: Personal[list[Any]]
        was: Personal[list[Any]]

    class AddressesChanged(Aggregate.Event):
        TOPIC = "contacts.contact.addresses-changed"
        addresses: Personal[list[Any]]
        was: Personal[list[Any]]

    class LanguageChanged(Aggregate.Event):
        TOPIC = "contacts.contact.language-changed"
        language: str
        was: str | None

    class Activated(Aggregate.Event):
        TOPIC = "contacts.contact.activated"

    class Deactivated(Aggregate.Event):
        TOPIC = "contacts.contact.deactivated"

    class Deleted(Aggregate.Event):
        TOPIC = "contacts.contact.deleted"

    class Restored(Aggregate.Event):
        TOPIC = "contacts.contact.restored"

    @classmethod
    def create(
        cls,
        id: UUID,
        kind: str,
        names: dict[str, str],
        emails: Sequence[Email] = (),
        phones: Sequence[Phone] = (),
        addresses: Sequence[PostalAddress] = (),
        language: str | None = None,
    ) -> "Contact":
        """A new contact; of each way to reach it, one is primary."""
        return cls(
            id=id,
            kind=kind,
            **full_names(names),
            emails=plain(with_one_primary(emails)),
            phones=plain(with_one_primary(phones)),
            addresses=plain(with_one_primary(addresses)),
            language=language,
        )

    @event(Created)
    def __init__(
        self,
        *,
        id: UUID,
        kind: str,
        name: str,
        given_name: str,
        family_name: str,
        emails: list[Any],
        phones: list[Any],
        addresses: list[Any],
        language: str | None,
    ) -> None:
        self.kind = kind
        self.names = {"name": name, "given_name": given_name, "family_name": family_name}
        self.emails = emails
        self.phones = phones
        self.addresses = addresses
        self.language = language
        self.active = True
        self.deleted = False

    def rename(self, names: dict[str, str]) -> None:
        """Take the parts of the name that are given; the displayed name follows unless it is given itself."""
        self._exists()
        parts = {k: v for k, v in self.names.items() if k != "name"} | names
        merged = full_names(parts) if names else self.names
        if merged != self.names:
            self._renamed(**merged, was=self.names)

    @event(Renamed)
    def _renamed(self, name: str, given_name: str, family_name: str, was: dict[str, str]) -> None:
        self.names = {"name": name, "given_name": given_name, "family_name": family_name}

    def change_emails(self, emails: Sequence[Email]) -> None:
        self._exists()
        wanted = plain(with_one_primary(emails))
        if wanted != self.emails:
            self._emails_changed(emails=wanted, was=self.emails)

    @event(EmailsChanged)
    def _emails_changed(self, emails: list[Any], was: list[Any]) -> None:
        self.emails = emails

    def change_phones(self, phones: Sequence[Phone]) -> None:
        self._exists()
        wanted = plain(with_one_primary(phones))
        if wanted != self.phones:
            self._phones_changed(phones=wanted, was=self.phones)

    @event(PhonesChanged)
    def _phones_changed(self, phones: list[Any], was: list[Any]) -> None:
        self.phones = phones

    def change_addresses(self, addresses: Sequence[PostalAddress]) -> None:
        self._exists()
        wanted = plain(with_one_primary(addresses))
        if wanted != self.addresses:
            self._addresses_changed(addresses=wanted, was=self.addresses)

    @event(AddressesChanged)
    def _addresses_changed(self, addresses: list[Any], was: list[Any]) -> None:
        self.addresses = addresses

    def speak(self, language: str) -> None:
        self._exists()
        if language != self.language:
            self._language_changed(language=language, was=self.language)

    @event(LanguageChanged)
    def _language_changed(self, language: str, was: str | None) -> None:
        self.language = language

    def set_active(self, active: bool) -> None:
        """Activate or deactivate (U-13); doing so twice records nothing."""
        self._exists()
        if active != self.active:
            self._activated() if active else self._deactivated()

    @event(Activated)
    def _activated(self) -> None:
        self.active = True

    @event(Deactivated)
    def _deactivated(self) -> None:
        self.active = False

    def delete(self) -> None:
        self._exists()
        self._deleted()

    @event(Deleted)
    def _deleted(self) -> None:
        self.deleted = True

    def restore(self) -> None:
        if not self.deleted:
            raise NotFound
        self._restored()

    @event(Restored)
    def _restored(self) -> None:
        self.deleted = False

    def _exists(self) -> None:
        if self.deleted:
            raise NotFound


def full_names(names: dict[str, str]) -> dict[str, str]:
    """`name`, `given_name` and `family_name`; the first is made of the others where it is not given."""
    given, family = names.get("given_name", ""), names.get("family_name", "")
    return {"name": names.get("name") or f"{given} {family}".strip(), "given_name": given, "family_name": family}

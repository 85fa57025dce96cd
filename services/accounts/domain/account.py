"""An account: the client that the firm works for, never without a contact (T-23, ruling 1)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.accounts.domain.links import LastContact, Link, check_contacts
from services.accounts.values import AccountType, BusinessAddress, plain
from shared.events import Personal
from shared.problems import NotFound

LONGEST_NAME = 200


class Account(Aggregate):
    """Owns its links and says who of the team may see it. Deleting hides it and can be undone (ruling 3)."""

    TOPIC = "accounts.account"
    SUBJECT = "id"
    SCOPE = "id"

    class Created(Aggregate.Created):
        TOPIC = "accounts.account.created"
        name: Personal[str]
        type: str
        generated: bool
        tags: list[str]
        contacts: list[Any]
        team: dict[str, str]

    class Renamed(Aggregate.Event):
        TOPIC = "accounts.account.renamed"
        name: Personal[str]
        was: Personal[str]

    class TypeChanged(Aggregate.Event):
        TOPIC = "accounts.account.type-changed"
        type: str
        was: str

    class TagsChanged(Aggregate.Event):
        TOPIC = "accounts.account.tags-changed"
        tags: list[str]
        was: list[str]

    class AddressChanged(Aggregate.Event):
        TOPIC = "accounts.account.address-changed"
        address: Personal[dict[str, Any] | None]
        was: Personal[dict[str, Any] | None]

    class ContactLinked(Aggregate.Event):
        TOPIC = "accounts.account.contact-linked"
        SUBJECT = "contact_id"
        contact_id: UUID
        description: Personal[str]

    class ContactUnlinked(Aggregate.Event):
        TOPIC = "accounts.account.contact-unlinked"
        contact_id: UUID

    class LinkDescribed(Aggregate.Event):
        TOPIC = "accounts.account.link-described"
        SUBJECT = "contact_id"
        contact_id: UUID
        description: Personal[str]
        was: Personal[str]

    class TeamSet(Aggregate.Event):
        TOPIC = "accounts.account.team-set"
        member_id: str
        access: str
        was: str | None

    class TeamCleared(Aggregate.Event):
        TOPIC = "accounts.account.team-cleared"
        member_id: str
        was: str

    class Deleted(Aggregate.Event):
        TOPIC = "accounts.account.deleted"

    class Restored(Aggregate.Event):
        TOPIC = "accounts.account.restored"

    @classmethod
    def create(
        cls,
        id: UUID,
        *,
        name: str,
        type: AccountType,
        links: Sequence[Link],
        generated: bool = False,
        tags: Sequence[str] = (),
        team: dict[str, str] | None = None,
        address: BusinessAddress | None = None,
    ) -> "Account":
        """A new account. `generated`: nobody chose the name, it was made from the first contact's (T-26)."""
        check_contacts(link.contact_id for link in links)
        contacts = [{"contact_id": str(link.contact_id)} for link in links]
        account = cls(
            id=id, name=name[:LONGEST_NAME], type=type, generated=generated,
            tags=list(tags), contacts=contacts, team=team or {},
        )  # fmt: skip
        for link in links:
            account.describe_link(link.contact_id, link.description)
        account.change_address(address)
        return account

    @event(Created)
    def __init__(
        self,
        *,
        id: UUID,
        name: str,
        type: str,
        generated: bool,
        tags: list[str],
        contacts: list[Any],
        team: dict[str, str],
    ) -> None:
        self.name = name
        self.generated = generated
        self.type = type
        self.tags = tags
        self.address: dict[str, Any] | None = None
        self.links = {UUID(link["contact_id"]): "" for link in contacts}
        self.team = dict(team)
        self.deleted = False

    def rename(self, name: str) -> None:
        """Give the account a name by hand; from then on it is no longer a generated one (T-26)."""
        self._exists()
        if name != self.name:
            self._renamed(name=name, was=self.name)

    @event(Renamed)
    def _renamed(self, name: str, was: str) -> None:
        self.name = name
        self.generated = False

    def change_type(self, type: AccountType) -> None:
        self._exists()
        if type != self.type:
            self._type_changed(type=type, was=self.type)

    @event(TypeChanged)
    def _type_changed(self, type: str, was: str) -> None:
        self.type = type

    def change_tags(self, tags: Sequence[str]) -> None:
        self._exists()
        if list(tags) != self.tags:
            self._tags_changed(tags=list(tags), was=self.tags)

    @event(TagsChanged)
    def _tags_changed(self, tags: list[str], was: list[str]) -> None:
        self.tags = tags

    def change_address(self, address: BusinessAddress | None) -> None:
        """Set the business address, or take it away."""
        self._exists()
        wanted = plain(address)
        if wanted != self.address:
            self._address_changed(address=wanted, was=self.address)

    @event(AddressChanged)
    def _address_changed(self, address: dict[str, Any] | None, was: dict[str, Any] | None) -> None:
        self.address = address

    def link(self, link: Link) -> None:
        """Link one more contact (T-38)."""
        self._exists()
        check_contacts([*self.links, link.contact_id], "contact_id")
        self._contact_linked(contact_id=link.contact_id, description=link.description)

    @event(ContactLinked)
    def _contact_linked(self, contact_id: UUID, description: str) -> None:
        self.links[contact_id] = description

    def unlink(self, contact_id: UUID) -> None:
        """Raises `LastContact` for the only one (T-52): this aggregate decides, whoever else unlinks at this moment."""
        self._linked(contact_id)
        if len(self.links) == 1:
            raise LastContact
        self._contact_unlinked(contact_id=contact_id)

    @event(ContactUnlinked)
    def _contact_unlinked(self, contact_id: UUID) -> None:
        del self.links[contact_id]

    def describe_link(self, contact_id: UUID, description: str) -> None:
        """Say what the contact is for this account; elsewhere it can be something else (T-41)."""
        self._linked(contact_id)
        if description != self.links[contact_id]:
            self._link_described(contact_id=contact_id, description=description, was=self.links[contact_id])

    @event(LinkDescribed)
    def _link_described(self, contact_id: UUID, description: str, was: str) -> None:
        self.links[contact_id] = description

    def set_access(self, member_id: UUID, access: str) -> None:
        """Set a member's level on this account: none, read or full (M-13..M-15)."""
        self._exists()
        was = self.team.get(str(member_id))
        if access != was:
            self._team_set(member_id=str(member_id), access=access, was=was)

    @event(TeamSet)
    def _team_set(self, member_id: str, access: str, was: str | None) -> None:
        self.team[member_id] = access

    def clear_access(self, member_id: UUID) -> None:
        """Take the level back: the member's permissions decide again."""
        self._exists()
        if was := self.team.get(str(member_id)):
            self._team_cleared(member_id=str(member_id), was=was)

    @event(TeamCleared)
    def _team_cleared(self, member_id: str, was: str) -> None:
        del self.team[member_id]

    def delete(self) -> None:
        """Hide the account; its contacts stay (M-27)."""
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

    def _linked(self, contact_id: UUID) -> None:
        self._exists()
        if contact_id not in self.links:
            raise NotFound

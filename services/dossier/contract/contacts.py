"""What can be asked about contacts: people and companies, with or without an account (D-23)."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.dossier.contract.pages import Address, Cursor, Dialled, Limit, Named, Words
from services.firm.contract import Every, OnAccount, OnContact
from shared.messages import GET, Model, Query
from shared.readstore.cursor import InvalidCursor
from shared.text import Moment

ContactSort = Literal["name", "-name", "created", "-created"]


class ContactLine(Model):
    """A contact in the list, with its main phone number and e-mail address (D-15)."""

    id: UUID
    kind: Literal["person", "company"]
    name: str
    email: str | None
    phone: Dialled | None
    active: bool
    accounts: list[Named] = Field(description="Those that the caller sees.")
    accounts_count: int = Field(description="How many of them the caller sees.")
    created_at: Moment
    version: int


class ContactPage(Model):
    items: list[ContactLine]
    next: str | None


class ListContacts(Query):
    """The contacts, whether or not associated with a client (D-14, D-15, D-23, D-24)."""

    http = GET("/contacts")
    needs = Every(OnAccount())
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = ContactPage

    q: Words = Field("", description="Part of a name, of an e-mail address or of a phone number.")
    status: Literal["active", "inactive", "all"] = "all"
    tag: Words = Field("", description="Only those of accounts that carry this tag and that the caller sees.")
    account_id: UUID | None = Field(None, description="Only those that this account links.")
    sort: ContactSort = "name"
    after: Cursor | None = None
    limit: Limit = 50


class AccountOfContact(Model):
    """An account that links the contact, and what the contact is to it (T-41)."""

    id: UUID
    name: str
    description: str


class ContactDetail(Model):
    """Everything that is known of a contact."""

    id: UUID
    kind: Literal["person", "company"]
    name: str
    given_name: str
    family_name: str
    emails: list[Address]
    phones: list[Dialled]
    addresses: list[dict[str, Any]]
    language: Literal["fr", "en"] | None
    active: bool
    accounts: list[AccountOfContact] = Field(description="Those that the caller sees, in alphabetical order.")
    created_at: Moment
    version: int


class GetContact(Query):
    """One contact, and the accounts that link it (T-24, T-41, T-42, T-54)."""

    http = GET("/contacts/{contact_id}")
    needs = OnContact()
    answer: ClassVar = ContactDetail

    contact_id: UUID
